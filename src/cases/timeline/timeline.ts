import { byCodePoint } from '../../core/base/order.ts';
import { momentsOf } from './case-times.ts';
import type { TimelineEntry } from './entry.ts';
import { type Gap, gapsOf, nothingKnown, type Outside } from './gaps.ts';
import { common, type Interval } from './intervals.ts';
import type { OutsideFound } from './outside.ts';

/** Two entries that go on at once. */
export interface Overlap {
  readonly with: string;
  readonly ms: number;
  /** False where it is so by one reading of an ambiguous hour alone. */
  readonly certain: boolean;
}

/** A line of a time line. */
export interface TimelineRow extends TimelineEntry {
  /** The moment by which it stands here; null: none is known. */
  readonly at: string | null;
  /** `first`, or `second`: the later reading of an hour that occurred twice, of an entry that stands further up as well. */
  readonly reading: 'first' | 'second';
  readonly overlaps: readonly Overlap[];
}

/** A case in order. */
export interface Timeline {
  /** Placed in UTC: in order of time, an ambiguous one at both of its readings. */
  readonly placed: readonly TimelineRow[];
  /** With a clock's reading and no zone: in order of the clocks, which is no order in time among different systems. */
  readonly local: readonly TimelineRow[];
  /** Without any time. */
  readonly undated: readonly TimelineRow[];
  readonly gaps: readonly Gap[];
  /** Gaps beyond those that are listed. */
  readonly moreGaps: number;
  /** Recordings that the gaps stand for. */
  readonly lost: number;
  /** Calls without sound that nobody answered, or that were not to be recorded. */
  readonly unanswered: number;
  /** No gaps: recordings of them lie in the archive, and not in the case. */
  readonly outside: readonly Outside[];
  readonly moreOutside: number;
  /** Times at which was not looked for such. */
  readonly notLooked: number;
  /** Pairs that overlap for certain. */
  readonly overlaps: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** How the rows are ordered, in words for people. */
export const orderWords =
  'Rows are in order of UTC. ~ marks a time for which a zone was assumed. An hour that occurred twice (end of summer time) has two readings: the entry stands at both, marked 1/2 and 2/2, and only one of them is true. Times of clocks without a known zone stand apart, in the order of those clocks.';

/** Overlaps of one entry that are listed. */
const mostOverlaps = 100;

/** Puts entries in order and says what goes on at once and what is missing. @param beside what lies in the archive and not in the case @param hidden entries of the case that are not shown */
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

/** The stretches that an entry may take: one, or one for each reading of its start; of a recording from its start to the end of its last sound. */
export function spansOf({ time, lengthMs, sounds }: TimelineEntry): Interval[] {
  const end = Math.max(sounds.length === 0 ? (lengthMs ?? 0) : 0, ...sounds.map(({ toMs }) => toMs));
  return momentsOf(time).map((startMs) => ({ startMs, endMs: startMs + end }));
}

/** Recordings with sound that go on at once: sorted by start, each against those that have not ended. */
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
    // A thousand calls at once are a call centre: pairs of them say nothing.
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
