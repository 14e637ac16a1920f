import { byCodePoint } from '../../core/base/order.ts';
import { momentsOf } from './case-times.ts';
import type { TimelineEntry } from './entry.ts';
import { type Gap, gapsOf, nothingKnown, type Outside } from './gaps.ts';
import { common, type Interval } from './intervals.ts';
import type { OutsideFound } from './outside.ts';

/** Two simultaneous entries. */
export interface Overlap {
  readonly with: string;
  readonly ms: number;
  /** False: they overlap only at one reading of an ambiguous hour. */
  readonly certain: boolean;
}

/** A row of a timeline. */
export interface TimelineRow extends TimelineEntry {
  /** Moment by which the row is ordered; null if unknown. */
  readonly at: string | null;
  /** `first`, or `second` for the later reading of an ambiguous hour; the entry then also has an earlier row. */
  readonly reading: 'first' | 'second';
  readonly overlaps: readonly Overlap[];
}

/** A case in order of time. */
export interface Timeline {
  /** Rows with a UTC time, in order; ambiguous ones appear at both readings. */
  readonly placed: readonly TimelineRow[];
  /** Rows with a local time of unknown zone, ordered by their clocks. Across systems this is not an order in time. */
  readonly local: readonly TimelineRow[];
  /** Rows without a time. */
  readonly undated: readonly TimelineRow[];
  readonly gaps: readonly Gap[];
  /** Number of gaps that are not listed. */
  readonly moreGaps: number;
  /** Number of recordings that are missing because of the gaps. */
  readonly lost: number;
  /** Number of calls without sound that were not answered, or were not to be recorded. */
  readonly unanswered: number;
  /** Periods that are no gaps, because recordings exist in the archive, but not in the case. */
  readonly outside: readonly Outside[];
  readonly moreOutside: number;
  /** Number of periods in which such recordings were not searched. */
  readonly notLooked: number;
  /** Number of certain overlaps. */
  readonly overlaps: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Describes the order of the rows. */
export const orderWords =
  'Rows are in order of UTC. ~ marks a time for which a zone was assumed. An ambiguous hour (end of summer time) has two readings: the entry is listed at both, marked 1/2 and 2/2, and only one of them is true. Times of clocks without a known zone are listed separately, in the order of those clocks.';

/** Largest number of overlaps that are listed per entry. */
const mostOverlaps = 100;

/** Orders entries and finds overlaps and gaps. @param beside recordings of the archive outside the case @param hidden entries of the case that are not shown */
export function timelineOf(
  entries: readonly TimelineEntry[],
  beside: Pick<OutsideFound, 'entries' | 'notLooked' | 'known'> = { entries: [], notLooked: 0, known: nothingKnown },
  hidden: readonly TimelineEntry[] = [],
): Timeline {
  const { overlaps, certain } = overlapsOf(entries);
  const row = (entry: TimelineEntry, at: string | null, reading: TimelineRow['reading']): TimelineRow => ({
    ...entry,
    at,
    reading,
    overlaps: overlaps.get(entry.key) ?? [],
  });
  const placed = entries
    .flatMap((entry) => momentsOf(entry.time).map((ms, index) => row(entry, new Date(ms).toISOString(), index === 0 ? 'first' : 'second')))
    .sort((a, b) => byCodePoint(a.at ?? '', b.at ?? '') || byCodePoint(a.key, b.key));
  const local = entries
    .filter(({ time }) => time.placement === 'local')
    .map((entry) => row(entry, null, 'first'))
    .sort((a, b) => byCodePoint(a.time.local ?? '', b.time.local ?? '') || byCodePoint(a.key, b.key));
  const undated = entries.filter(({ time }) => time.placement === 'unknown').map((entry) => row(entry, null, 'first'));
  const spans = entries.flatMap(spansOf);
  const { gaps, more, outside, moreOutside, lost, unanswered } = gapsOf(entries, beside.entries, beside.known, hidden);
  return {
    placed,
    local,
    undated: undated.sort((a, b) => byCodePoint(a.key, b.key)),
    gaps,
    moreGaps: more,
    lost,
    unanswered,
    outside,
    moreOutside,
    notLooked: beside.notLooked,
    overlaps: certain,
    fromMs: spans.length === 0 ? null : spans.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY),
    toMs: spans.length === 0 ? null : spans.reduce((most, { endMs }) => Math.max(most, endMs), Number.NEGATIVE_INFINITY),
  };
}

/** Returns the periods that an entry may occupy, one per reading of its start. For a recording, the period ends with its last sound. */
export function spansOf({ time, lengthMs, sounds }: TimelineEntry): Interval[] {
  const end = Math.max(sounds.length === 0 ? (lengthMs ?? 0) : 0, ...sounds.map(({ toMs }) => toMs));
  return momentsOf(time).map((startMs) => ({ startMs, endMs: startMs + end }));
}

/** Finds simultaneous recordings with sound. Each recording, in order of start, is compared with those that have not ended. */
function overlapsOf(entries: readonly TimelineEntry[]): { readonly overlaps: ReadonlyMap<string, Overlap[]>; readonly certain: number } {
  const found = new Map<string, Map<string, Overlap>>();
  const spans = entries
    .filter(({ hasAudio }) => hasAudio)
    .flatMap((entry) =>
      momentsOf(entry.time).flatMap((startMs, _index, all) =>
        entry.sounds.map(({ fromMs, toMs }) => ({ startMs: startMs + fromMs, endMs: startMs + toMs, key: entry.key, sure: all.length === 1 })),
      ),
    )
    .sort((a, b) => a.startMs - b.startMs || byCodePoint(a.key, b.key));
  let open: typeof spans = [];
  const put = (key: string, other: string, ms: number, certain: boolean): void => {
    const own = found.get(key) ?? new Map<string, Overlap>();
    found.set(key, own);
    const before = own.get(other);
    if (before === undefined && own.size >= mostOverlaps) return;
    if (before === undefined || before.ms < ms) own.set(other, { with: other, ms, certain });
  };
  for (const span of spans) {
    open = open.filter(({ endMs }) => endMs > span.startMs);
    // A thousand simultaneous calls come from a call centre, where overlaps mean nothing.
    for (const other of open.slice(0, 1_000)) {
      const ms = common(span, other);
      if (ms <= 0 || other.key === span.key) continue;
      put(span.key, other.key, ms, span.sure && other.sure);
      put(other.key, span.key, ms, span.sure && other.sure);
    }
    open.push(span);
  }
  const overlaps = new Map([...found].map(([key, own]) => [key, [...own.values()].sort((a, b) => byCodePoint(a.with, b.with))]));
  const certain = [...overlaps].reduce((sum, [key, own]) => sum + own.filter((one) => one.certain && byCodePoint(key, one.with) < 0).length, 0);
  return { overlaps, certain };
}
