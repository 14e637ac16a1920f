import type { CaseDecision, CaseDocument, CaseRemoval } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import { LongplayError } from '../../core/base/error.ts';
import { isDay } from '../../core/time/calendar-day.ts';
import { createDetailsReader, type DetailsReader } from '../../log/who/entry-details.ts';
import { messagesItem, reviewOf, type WithheldAs, withheldAs } from '../store/review-state.ts';
import { type HandOvers, type PastHandOver, recordingsOf } from './hand-overs.ts';

/** An item of an earlier hand-over that the case no longer hands over. The recipient is asked to return it. */
export interface Recalled {
  readonly item: string;
  /** Why the item is no longer handed over; `denied`: a decision said that it is not about the data subject of a masked case. */
  readonly as: WithheldAs | 'denied';
}

/** What is new or changed since an earlier hand-over of the case. */
export interface Supplement {
  readonly to: Pick<PastHandOver, 'number' | 'seq' | 'time' | 'tagManifestSha256' | 'complete'>;
  /** Items that are handed over now and were not before: they were added since, or could not be read then. */
  readonly added: readonly string[];
  /** Items that are handed over now and were withheld before. */
  readonly released: readonly string[];
  /** Recordings that were handed over before and have been removed from the case since. */
  readonly removed: readonly CaseRemoval[];
  readonly recalled: readonly Recalled[];
  /** Decisions made since then about items that are not withheld. */
  readonly decisions: readonly CaseDecision[];
  readonly reviews: readonly CaseReview[];
  /** Number of reviews since then, including those of withheld items. */
  readonly reviewed: number;
}

/** Returns the lengths of those lists of a case that only grow. They show, without relying on clocks, what is newer than a hand-over. */
export function lengthsOf({
  removed,
  decisions = [],
  reviews = [],
  messages,
}: CaseDocument): Readonly<Record<'removed' | 'decisions' | 'reviews' | 'messageFiles', number>> {
  return { removed: removed.length, decisions: decisions.length, reviews: reviews.length, messageFiles: messages.length };
}

/** Returns these lengths at the time of a hand-over. Older versions did not record them; for their hand-overs the clock decides. */
function lengthsAt({ detail, time }: PastHandOver, { removed, decisions = [], reviews = [], messages }: CaseDocument): ReturnType<typeof lengthsOf> {
  const until = (name: string, times: readonly string[]): number => {
    const entered = detail[name];
    return typeof entered === 'number' ? entered : times.filter((at) => at <= time).length;
  };
  return {
    removed: until(
      'removed',
      removed.map(({ at }) => at),
    ),
    decisions: until(
      'decisions',
      decisions.map(({ at }) => at),
    ),
    reviews: until(
      'reviews',
      reviews.map(({ at }) => at),
    ),
    messageFiles: until(
      'messageFiles',
      messages.map(({ importedAt }) => importedAt),
    ),
  };
}

/**
 * Finds the requested hand-over: `last`, a number, or the last one up to a day. A hand-over whose run was stopped before its bag was renamed matches by number
 * only.
 * @throws LongplayError usage C183 if there is none, or it was masked differently
 */
export function requestedHandOver(
  { all }: Pick<HandOvers, 'all'>,
  wanted: string,
  { id, masked }: { readonly id: string; readonly masked: boolean },
): PastHandOver {
  const alike = all.filter((one) => one.masked === masked && one.landed);
  const kind = masked ? 'masked' : 'unmasked';
  const found =
    wanted === 'last'
      ? alike.at(-1)
      : isDay(wanted)
        ? alike.findLast(({ time }) => time.slice(0, 10) <= wanted)
        : /^[1-9]\d{0,8}$/.test(wanted)
          ? all.findLast(({ number }) => number === Number(wanted))
          : undefined;
  if (found === undefined)
    throw new LongplayError(
      'usage',
      'C183',
      `case ${id} has no ${kind} hand-over '${wanted.slice(0, 20)}'; the log has ${
        all.length === 0
          ? 'none'
          : all
              .map((one) => `${one.number} of ${one.time.slice(0, 10)}${one.masked ? ' (masked)' : ''}${one.landed ? '' : ' (not finished)'}`)
              .slice(-12)
              .join(', ')
      }`,
      'give the number of one of them, a day, or last; without --supplement the whole case is handed over',
    );
  if (found.masked !== masked)
    throw new LongplayError(
      'usage',
      'C183',
      `hand-over ${found.number} of case ${id} was ${found.masked ? 'masked' : 'not masked'}, and this one would ${masked ? '' : 'not '}be masked`,
      found.masked ? 'add --mask, or give another hand-over' : 'omit --mask, or give another hand-over',
    );
  return found;
}

/** The part of a case that the recipient of a hand-over, and of those that it supplements, has. */
interface Held {
  readonly items: ReadonlySet<string>;
  /** Items that were withheld when the hand-over was made. */
  readonly withheld: ReadonlySet<string>;
  readonly lengths: ReturnType<typeof lengthsOf>;
}

async function heldBy(handOver: PastHandOver, all: readonly PastHandOver[], document: CaseDocument, reader: DetailsReader): Promise<Held> {
  // What was erased since has left the lists of the case, to which the hand-over refers by number.
  if ([...(document.erased ?? []), ...(document.erasedMessages ?? [])].some(({ at }) => at > handOver.time))
    throw unknown(document.id, handOver.number);
  const chain: PastHandOver[] = [handOver];
  for (let first = handOver; first.supplementTo !== null; ) {
    const before = all.findLast(({ number, seq }) => number === first.supplementTo && seq < first.seq);
    if (before === undefined) throw unknown(document.id, first.number);
    chain.unshift(before);
    first = before;
  }
  const items = new Set<string>();
  let withheld: ReadonlySet<string> = new Set();
  let lengths = { removed: 0, decisions: 0, reviews: 0, messageFiles: 0 };
  for (const [index, one] of chain.entries()) {
    const now = lengthsAt(one, document);
    const recordings = await recordingsOf(one, reader);
    if (recordings === null) throw unknown(document.id, one.number);
    if (index > 0) for (const { recordingId } of document.removed.slice(lengths.removed, now.removed)) items.delete(recordingId);
    for (const id of recordings) items.add(id);
    withheld = withheldIn(document.reviews?.slice(0, now.reviews));
    for (const { set } of document.messages.slice(0, now.messageFiles)) if (!withheld.has(messagesItem(set))) items.add(messagesItem(set));
    lengths = now;
  }
  return { items, withheld, lengths };
}

function withheldIn(reviews: readonly CaseReview[] | undefined): ReadonlySet<string> {
  return new Set([...reviewOf(reviews)].flatMap(([item, review]) => (withheldAs(review) === null ? [] : [item])));
}

function unknown(id: string, number: number): LongplayError {
  return new LongplayError(
    'incomplete',
    'C184',
    `what hand-over ${number} of case ${id} contained is no longer known: the details of its log entry were erased, were lost, or were written by an older version; or something was erased from the case since`,
    'export the whole case, without --supplement; later supplements can then refer to that hand-over',
  );
}

/**
 * Returns what is new or changed in a case compared with what the recipient of a hand-over has, according to the log and its details.
 * @param denied ids of recordings that a masked hand-over omits by decision
 * @throws LongplayError incomplete C184 if the content of the earlier hand-over is no longer known
 */
export async function supplementTo(
  archiveDir: string,
  handOver: PastHandOver,
  all: readonly PastHandOver[],
  document: CaseDocument,
  denied: ReadonlySet<string>,
): Promise<Supplement> {
  const held = await heldBy(handOver, all, document, createDetailsReader(archiveDir));
  const { number, seq, time, tagManifestSha256, complete } = handOver;
  const known = reviewOf(document.reviews);
  const items = [...document.recordings.map(({ recordingId }) => recordingId), ...document.messages.map(({ set }) => messagesItem(set))];
  const inCase = new Set(items);
  const removedSince = document.removed.slice(held.lengths.removed);
  const cameBack = new Set(removedSince.map(({ recordingId }) => recordingId));
  const had = (item: string): boolean => held.items.has(item) && !held.withheld.has(item);
  const given = items.filter((item) => withheldAs(known.get(item)) === null && !denied.has(item));
  const fresh = given.filter((item) => !had(item) || cameBack.has(item));
  const isShown = (item: string): boolean => withheldAs(known.get(item)) === null;
  const reviews = document.reviews?.slice(held.lengths.reviews) ?? [];
  const gone = new Map(removedSince.map((one) => [one.recordingId, one]));
  const decisions = (document.decisions ?? []).slice(held.lengths.decisions);
  const deniedSince = new Set(decisions.flatMap(({ recordingId }) => (denied.has(recordingId) ? [recordingId] : [])));
  return {
    to: { number, seq, time, tagManifestSha256, complete },
    added: fresh.filter((item) => !held.withheld.has(item)),
    released: fresh.filter((item) => held.withheld.has(item)),
    removed: [...gone.values()]
      .filter(({ recordingId }) => had(recordingId) && !inCase.has(recordingId))
      .map((one) => (isShown(one.recordingId) ? one : { ...one, reason: '' })),
    recalled: items.filter(had).flatMap((item) => {
      const as = withheldAs(known.get(item))?.as ?? (deniedSince.has(item) ? 'denied' : null);
      return as === null ? [] : [{ item, as }];
    }),
    decisions: decisions.filter(({ recordingId }) => isShown(recordingId) && !denied.has(recordingId)),
    reviews: reviews.filter(({ item }) => isShown(item)),
    reviewed: reviews.length,
  };
}

/** Returns true if a supplement would be empty. */
export function isNothingNew({ added, released, removed, recalled, decisions, reviewed }: Supplement): boolean {
  return added.length + released.length + removed.length + recalled.length + decisions.length + reviewed === 0;
}
