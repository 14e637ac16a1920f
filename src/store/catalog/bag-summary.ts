import { byCodePoint } from '../../core/base/order.ts';
import type { CatalogEntry } from './catalog-entry.ts';

/** Columns whose values are counted. */
export const countedColumns = ['importer', 'status', 'codecs', 'direction', 'zone'] as const;
/** Name of a counted column. */
export type CountedColumn = (typeof countedColumns)[number];

/** Totals of a month of calls. */
export interface MonthTotals {
  /** `2019-03`; `undated` if the start is unknown. */
  readonly month: string;
  readonly recordings: number;
  /** Audio that was not erased. */
  readonly durationMs: number;
}

/** Counts of recordings, files and bytes. */
export interface Sums {
  readonly recordings: number;
  readonly originals: number;
  readonly copies: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  /** Number of originals and copies that were erased alone; the other members do not count them. */
  readonly erasedFiles: number;
  readonly durationMs: number;
}

/** Totals of a bag, so that totals of the archive are computed from its bags instead of its recordings. */
export interface BagSummary {
  readonly sums: Sums;
  readonly counts: Readonly<Record<CountedColumn, Readonly<Record<string, number>>>>;
  readonly months: readonly MonthTotals[];
}

/** Members of an entry that a summary needs. */
export type Summed = Pick<CatalogEntry, CountedColumn | 'start' | 'audioMs' | 'originals' | 'copies' | 'originalBytes' | 'copyBytes' | 'erasedFiles'>;

/** The members of `Summed` as SQL columns. */
export const summedColumns = 'importer, status, codecs, direction, zone, start, audioMs, originals, copies, originalBytes, copyBytes, erasedFiles';

/** Sums of zero. */
export const noSums: Sums = { recordings: 0, originals: 0, copies: 0, originalBytes: 0, copyBytes: 0, erasedFiles: 0, durationMs: 0 };

/** Returns the month under which a start is counted. */
export function monthOf(start: string | null): string {
  return start === null ? 'undated' : start.slice(0, 7);
}

/** Creates an accumulator that adds up the totals of one or more bags. */
export function createSummary(): {
  readonly add: (entry: Summed) => void;
  readonly merge: (other: BagSummary) => void;
  readonly summary: () => BagSummary;
} {
  let sums = noSums;
  const counts = {
    importer: new Map<string, number>(),
    status: new Map<string, number>(),
    codecs: new Map<string, number>(),
    direction: new Map<string, number>(),
    zone: new Map<string, number>(),
  };
  const months = new Map<string, MonthTotals>();
  const addMonth = ({ month, recordings, durationMs }: MonthTotals): void => {
    const before = months.get(month);
    months.set(month, { month, recordings: (before?.recordings ?? 0) + recordings, durationMs: (before?.durationMs ?? 0) + durationMs });
  };
  return {
    add: (entry) => {
      sums = addSums(sums, { ...entry, recordings: 1, durationMs: entry.audioMs ?? 0 });
      for (const column of countedColumns) counts[column].set(entry[column], (counts[column].get(entry[column]) ?? 0) + 1);
      addMonth({ month: monthOf(entry.start), recordings: 1, durationMs: entry.audioMs ?? 0 });
    },
    merge: (other) => {
      sums = addSums(sums, other.sums);
      for (const column of countedColumns)
        for (const [value, count] of Object.entries(other.counts[column])) counts[column].set(value, (counts[column].get(value) ?? 0) + count);
      for (const month of other.months) addMonth(month);
    },
    summary: () => ({
      sums,
      counts: {
        importer: sorted(counts.importer),
        status: sorted(counts.status),
        codecs: sorted(counts.codecs),
        direction: sorted(counts.direction),
        zone: sorted(counts.zone),
      },
      months: [...months.values()].sort((a, b) => byCodePoint(a.month, b.month)),
    }),
  };
}

/** Returns the summary of the entries as text. The order of the entries does not change the text. */
export function summaryText(entries: Iterable<Summed>): string {
  const { add, summary } = createSummary();
  for (const entry of entries) add(entry);
  return JSON.stringify(summary());
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    recordings: a.recordings + b.recordings,
    originals: a.originals + b.originals,
    copies: a.copies + b.copies,
    originalBytes: a.originalBytes + b.originalBytes,
    copyBytes: a.copyBytes + b.copyBytes,
    erasedFiles: a.erasedFiles + b.erasedFiles,
    durationMs: a.durationMs + b.durationMs,
  };
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => byCodePoint(a, b)));
}
