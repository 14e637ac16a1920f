import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { csvTable } from '../../report/calls/csv.ts';
import type { CaseMessage } from '../messages/message.ts';
import { messagesItem, reviewOf, stateWords, type WithheldAs, withheldAs } from '../store/review-state.ts';
import { indexItem } from './case-index.ts';

/** An item of a case that is withheld from a hand-over, and the review that withholds it. */
export interface Withheld {
  /** Id of a recording, or e.g. `m1` for the first file of messages. */
  readonly item: string;
  readonly as: WithheldAs;
  readonly review: CaseReview;
}

/** Returns the withheld items of a case, in the order of the case. */
export function withheldOf({ recordings, messages, reviews }: Pick<CaseDocument, 'recordings' | 'messages' | 'reviews'>): readonly Withheld[] {
  const known = reviewOf(reviews);
  return [...recordings.map(({ recordingId }) => recordingId), ...messages.map(({ set }) => messagesItem(set))].flatMap((item) => {
    const word = withheldAs(known.get(item));
    return word === null ? [] : [{ item, ...word }];
  });
}

/**
 * Returns case.json as it may be handed over: without statements about withheld items, including items that were removed from the case meanwhile. Returns the
 * same document if no item is withheld.
 */
export function withoutWithheld(document: CaseDocument): CaseDocument {
  // Comparisons are left out, because they name everything in the case.
  const { comparisons: _comparisons, ...rest } = document;
  const { recordings, removed, decisions, reviews, messages } = document;
  const known = reviewOf(reviews);
  const isLeft = (item: string): boolean => withheldAs(known.get(item)) === null;
  if ([...known.keys()].every(isLeft)) return document;
  return {
    ...rest,
    recordings: recordings.filter(({ recordingId }) => isLeft(recordingId)),
    removed: removed.filter(({ recordingId }) => isLeft(recordingId)),
    ...(decisions === undefined ? {} : { decisions: decisions.filter(({ recordingId }) => isLeft(recordingId)) }),
    ...(reviews === undefined ? {} : { reviews: reviews.filter(({ item }) => isLeft(item)) }),
    messages: messages.filter(({ set }) => isLeft(messagesItem(set))),
  };
}

/** Time of a withheld item; the item's content is not shown. */
export interface WithheldTime {
  /** Start in UTC; both readings of an ambiguous time, separated by `or`; empty if unknown. */
  readonly utc: string;
  readonly local: string;
  readonly certainty: string;
  readonly lengthMs: number | null;
  /** Number of messages, for a file of messages. */
  readonly messages: number | null;
}

/** Returns the time of a recording. */
export function recordingTime(document: RecordingDocument, country: string | null): WithheldTime {
  const { utc, local, certainty, lengthMs } = indexItem(document, country);
  return { utc, local, certainty, lengthMs, messages: null };
}

/** Returns the time of a file of messages: when its first message was sent. */
export function messagesTime(messages: readonly CaseMessage[]): WithheldTime {
  const [first] = messages.flatMap(({ time }) => ((time?.utc ?? null) === null ? [] : [time?.utc ?? ''])).sort(byCodePoint);
  return { utc: first ?? '', local: '', certainty: first === undefined ? 'unknown' : 'first', lengthMs: null, messages: messages.length };
}

/** A line of the privilege log: a withheld item with its time and the reason, but without its content. */
export interface WithheldLine {
  readonly number: number;
  readonly kind: 'recording' | 'messages';
  readonly time: WithheldTime | null;
  readonly as: WithheldAs;
  readonly reason: string;
  readonly by: string | null;
  readonly at: string;
  /** Item; empty in a masked hand-over. */
  readonly item: string;
}

/**
 * Returns the lines in order of time; those without a time come last.
 * @param shown returns a reason as it may be shown; null: reasons are shown unmasked, and lines have ids
 */
export function withheldLines(
  withheld: readonly Withheld[],
  times: ReadonlyMap<string, WithheldTime>,
  shown: ((reason: string) => string) | null,
): readonly WithheldLine[] {
  const key = ({ item }: Withheld): string => `${times.get(item)?.utc || '~'} ${item}`;
  return [...withheld]
    .sort((a, b) => byCodePoint(key(a), key(b)))
    .map(({ item, as, review: { reason, by, at } }, index) => ({
      number: index + 1,
      kind: item.startsWith('m') ? 'messages' : 'recording',
      time: times.get(item) ?? null,
      as,
      reason: shown === null ? reason : shown(reason),
      by,
      at,
      item: shown === null ? item : '',
    }));
}

/** Returns `withheld.csv`. */
export function withheldCsv(lines: readonly WithheldLine[]): string {
  return csvTable(
    ['number', 'kind', 'utc', 'localTime', 'certainty', 'lengthMs', 'messages', 'withheldAs', 'reason', 'by', 'at', 'item'],
    lines.map(({ number, kind, time, as, reason, by, at, item }) => [
      number,
      kind,
      time?.utc ?? '',
      time?.local ?? '',
      time?.certainty ?? 'unknown',
      time?.lengthMs ?? null,
      time?.messages ?? null,
      stateWords(as),
      reason,
      by ?? '',
      at,
      item,
    ]),
  );
}

/** Describes how many items are withheld for which reason, without names. */
export function withheldWords(lines: readonly Pick<WithheldLine, 'as'>[]): string {
  const counts = (['privileged', 'not-relevant'] as const).flatMap((as) => {
    const number = lines.filter((one) => one.as === as).length;
    return number === 0 ? [] : [`${number} as ${stateWords(as)}`];
  });
  return `withheld: ${counts.join(', ')}; data/withheld.csv lists them`;
}
