import { openArchive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import type { EntryType } from '../log/entries/entry-types.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import type { DetailsFate, DetailsFates } from '../log/erasure/details-fate.ts';
import { createDetailsReader, type DetailsReader } from '../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';
import { enterStep } from './enter.ts';
import { type KeepingTools, lostKeeping, readHeld } from './read-keeping.ts';
import { keepingTypes } from './state/entries.ts';
import type { Hold } from './state/keeping-log.ts';

/** State of a hold; `ended`: its time is over. */
export type HoldState = 'active' | 'released' | 'ended';

/** Result of a listing. */
export interface HoldsListed {
  readonly holds: number;
  readonly errors: number;
}

/** Yields the holds of an archive, oldest first, each as a `result` of kind `hold`. @param all true to include holds that are over */
export async function* listHolds(
  archiveDir: string,
  all: boolean,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, HoldsListed> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { holds, versions, log, nowMs, fates } = await readHeld(archive, tools, signal);
  for (const one of log.findings) yield findingEvent(one);
  const lost = lostKeeping(log.findings, holds, versions, nowMs);
  for (const one of lost) yield findingEvent(one);
  const beside = createDetailsReader(archive.dir);
  let count = 0;
  for (const hold of holds) {
    if (!all && stateOfHold(hold, nowMs) !== 'active') continue;
    count++;
    yield { type: 'result', of: 'hold', value: await shownHold(hold, nowMs, beside, fates) };
  }
  return { holds: count, errors: lost.length };
}

/**
 * Shows one hold, with the recordings that it covered when it was entered, each as a `result` of kind `held`.
 * @param wanted the hold's id, or a prefix of it
 * @throws LongplayError usage D102
 */
export async function* showHold(
  archiveDir: string,
  wanted: string,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, HoldsListed> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { holds, versions, log, nowMs, fates } = await readHeld(archive, tools, signal);
  const lost = lostKeeping(log.findings, holds, versions, nowMs);
  for (const one of lost) yield findingEvent(one);
  const hold = onlyHold(holds, wanted);
  yield { type: 'result', of: 'hold', value: await shownHold(hold, nowMs, createDetailsReader(archive.dir), fates) };
  for (const part of hold.list.parts(1_000)) for (const recordingId of part) yield { type: 'result', of: 'held', value: { recordingId } };
  return { holds: 1, errors: lost.length };
}

/**
 * Releases a hold. Deletions that the hold deferred are due again.
 * @param wanted the hold's id, or a prefix of it
 * @throws LongplayError usage C117, D102; incomplete D103
 */
export async function* releaseHold(
  archiveDir: string,
  wanted: string,
  why: string,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string }> {
  const reason = givenReason(why);
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { holds } = await readHeld(archive, tools, signal);
  const hold = onlyHold(holds, wanted);
  if (hold.released !== null)
    throw new LongplayError(
      'usage',
      'D102',
      `hold ${hold.id} was released on ${hold.released.time.slice(0, 10)}`,
      'see it with: longplay hold list ARCHIVE --all',
    );
  await enterStep(archive, async () => [{ type: keepingTypes.release, detail: { hold: hold.id }, details: { reason } }], tools);
  yield { type: 'result', of: 'hold', value: { id: hold.id, state: 'released' } };
  return { id: hold.id };
}

function onlyHold(holds: readonly Hold[], wanted: string): Hold {
  const found = wanted === '' ? [] : holds.filter(({ id }) => id.startsWith(wanted.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new LongplayError(
    'usage',
    'D102',
    `${found.length} of the archive's holds have an id that begins with '${wanted}'`,
    'see them with: longplay hold list ARCHIVE --all',
  );
}

function stateOfHold({ released, untilMs }: Hold, nowMs: number): HoldState {
  if (released !== null) return 'released';
  return untilMs !== null && untilMs <= nowMs ? 'ended' : 'active';
}

async function shownHold(hold: Hold, nowMs: number, beside: DetailsReader, fates: DetailsFates): Promise<Readonly<Record<string, unknown>>> {
  const first = await wordsOf(keepingTypes.hold, hold.entry, beside, fates);
  const last = hold.released === null ? null : await wordsOf(keepingTypes.release, hold.released, beside, fates);
  return {
    id: hold.id,
    state: stateOfHold(hold, nowMs),
    time: hold.time,
    ...first,
    recordings: hold.recordings,
    case: hold.case,
    query: hold.query === null ? null : JSON.parse(hold.query),
    following: hold.following,
    until: hold.untilMs === null ? null : new Date(hold.untilMs).toISOString(),
    released: hold.released === null ? null : { time: hold.released.time, ...last },
    unreadable: hold.unreadable,
  };
}

/** Author and reason of an entry; null: not known. */
export interface WordsOfEntry {
  readonly by: string | null;
  readonly reason: string | null;
  /** Why author or reason are not known; null: both are known. */
  readonly unknown: DetailsFate | null;
}

/** Reads author and reason of an entry about holds and retention. */
export async function wordsOf(
  type: EntryType,
  entry: Pick<LogEntry, 'seq' | 'detail'>,
  beside: DetailsReader,
  fates: DetailsFates,
): Promise<WordsOfEntry> {
  const { user, reason } = (await beside.of(entry)) ?? {};
  const [by, why] = [wordOf(user), wordOf(reason)];
  return { by, reason: why, unknown: by === null || why === null ? await fates.of(type, entry) : null };
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
