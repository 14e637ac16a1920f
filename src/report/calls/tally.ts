import { byCodePoint } from '../../core/base/order.ts';
import { type ArchiveRelation, type CallLine, hasAudio } from './call-line.ts';
import { type DayCount, withoutStrays } from './coverage.ts';
import { createMarkDays, type MarkDays, type QuietStretch } from './mark-days.ts';
import { byConcern } from './status-words.ts';

/** Recordings with one status. */
export interface StatusCount {
  readonly status: string;
  readonly recordings: number;
  readonly withAudio: number;
  readonly durationMs: number;
}

/** Recordings by a value of the recorder: a device, an agent, a queue … */
export interface MarkCount {
  readonly name: string;
  readonly value: string;
  readonly recordings: number;
  /** Calls of these that count for a day: neither repeated nor without a start. */
  readonly calls: number;
  /** Calls of those with audio. */
  readonly withAudio: number;
  /** Earliest and latest day of those; null if there is none. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** Consecutive days on which a mark has calls but no audio. */
export interface QuietMark extends Pick<MarkCount, 'name' | 'value' | 'calls' | 'withAudio'> {
  /** Total days on which it has calls. */
  readonly callDays: number;
  readonly stretches: readonly QuietStretch[];
}

/** Totals over all recordings of a report. */
export interface CallNumbers {
  readonly recordings: number;
  readonly withAudio: number;
  readonly durationMs: number;
  readonly doubtful: number;
  readonly byStatus: readonly StatusCount[];
  readonly byStanding: Readonly<Partial<Record<ArchiveRelation, number>>>;
  readonly byImporter: Readonly<Record<string, number>>;
  /** Earliest and latest known start. */
  readonly firstStart: string | null;
  readonly lastStart: string | null;
  /** Certainty of the earliest start. */
  readonly firstCertainty: string | null;
  readonly lastCertainty: string | null;
  /** Recordings by certainty of their start; `none`: no time. */
  readonly byCertainty: Readonly<Record<string, number>>;
  readonly withoutStart: number;
  /** Starts that are not certain: no zone, an ambiguous time (DST fold) … */
  readonly uncertainStart: number;
  readonly marks: readonly MarkCount[];
  /** Occurrences of further marks, beyond the values that are counted separately. */
  readonly marksBeyond: number;
}

/** Sums recordings one by one in constant memory. */
export interface Tally {
  take(line: CallLine): void;
  numbers(): CallNumbers;
  /** Returns days with calls, in order. Repeated recordings count once. */
  days(): DayCount[];
  /** Returns marks that have days with calls but without audio; starts from a clock at 1970 are ignored. */
  quiet(): QuietMark[];
  /** Returns the first recordings of each status. */
  shown(): ReadonlyMap<string, readonly CallLine[]>;
}

/** Recordings of one status on a page. */
export const linesShown = 200;
/** Days that are counted separately: a century. */
const mostDays = 40_000;
/** Marks that are counted separately; a page could not show more usefully. */
const mostMarks = 5_000;

/** Creates an empty tally. */
export function createTally(): Tally {
  const statuses = createStatusTally();
  const starts = createStartTally();
  const days = createDayTally();
  const marks = createMarkTally(days.indexOf);
  const standings = createCounter();
  const importers = createCounter();
  const sums = { recordings: 0, withAudio: 0, durationMs: 0, doubtful: 0 };
  return {
    take: (line) => {
      sums.recordings++;
      sums.durationMs += line.durationMs ?? 0;
      sums.doubtful += line.doubtful;
      if (hasAudio(line)) sums.withAudio++;
      statuses.take(line);
      standings.add(line.standing);
      importers.add(line.importer);
      const start = starts.take(line);
      marks.take(line, start === null || line.standing === 'repeated' ? null : days.take(start, line));
    },
    numbers: () => ({
      ...sums,
      ...starts.counts,
      byStatus: statuses.counts(),
      byStanding: standings.counts(),
      byImporter: importers.counts(),
      ...starts.numbers(),
      ...marks.numbers(),
    }),
    days: days.inOrder,
    quiet: () => marks.quiet(withoutStrays(days.inOrder()).map(({ day }) => [day, days.indexOf(day)] as const)),
    shown: statuses.shown,
  };
}

/** Counts that a tally changes while it takes recordings. */
type Mutable<Count> = { -readonly [Key in keyof Count]: Count[Key] };

/** Counts occurrences of values. */
interface Counter {
  add(value: string): void;
  /** Returns the counts in the order of the values. */
  counts(): Record<string, number>;
}

function createCounter(): Counter {
  const counts = new Map<string, number>();
  return {
    add: (value) => void counts.set(value, (counts.get(value) ?? 0) + 1),
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => byCodePoint(a, b))),
  };
}

/** Counts recordings by status and keeps the first ones of each. */
function createStatusTally(): { take(line: CallLine): void; counts(): StatusCount[]; shown(): ReadonlyMap<string, readonly CallLine[]> } {
  const statuses = new Map<string, Mutable<StatusCount>>();
  const shown = new Map<string, CallLine[]>();
  return {
    take: (line) => {
      const status = statuses.get(line.status) ?? { status: line.status, recordings: 0, withAudio: 0, durationMs: 0 };
      statuses.set(line.status, status);
      status.recordings++;
      status.durationMs += line.durationMs ?? 0;
      if (hasAudio(line)) status.withAudio++;
      const list = shown.get(line.status) ?? [];
      shown.set(line.status, list);
      if (list.length < linesShown) list.push(line);
    },
    counts: () => [...statuses.values()].sort((a, b) => byConcern(a.status, b.status)),
    shown: () => shown,
  };
}

/** The earliest or the latest start. */
interface End {
  readonly start: string;
  readonly certainty: string | null;
}

/** Counts recordings by the certainty of their start. */
interface StartTally {
  /** Returns the start; null: the recording has none. */
  take(line: CallLine): string | null;
  readonly counts: Readonly<Pick<CallNumbers, 'withoutStart' | 'uncertainStart'>>;
  numbers(): Pick<CallNumbers, 'firstStart' | 'lastStart' | 'firstCertainty' | 'lastCertainty' | 'byCertainty'>;
}

function createStartTally(): StartTally {
  const certainties = createCounter();
  const counts = { withoutStart: 0, uncertainStart: 0 };
  const ends: { first: End | null; last: End | null } = { first: null, last: null };
  return {
    take: ({ start, startCertainty: certainty }) => {
      certainties.add(certainty ?? 'none');
      if (start === null || !isDay(start)) {
        counts.withoutStart++;
        return null;
      }
      if (certainty !== 'exact') counts.uncertainStart++;
      if (ends.first === null || start < ends.first.start) ends.first = { start, certainty };
      if (ends.last === null || start > ends.last.start) ends.last = { start, certainty };
      return start;
    },
    counts,
    numbers: () => ({
      firstStart: ends.first?.start ?? null,
      lastStart: ends.last?.start ?? null,
      firstCertainty: ends.first?.certainty ?? null,
      lastCertainty: ends.last?.certainty ?? null,
      byCertainty: certainties.counts(),
    }),
  };
}

/** Counts calls by day. */
interface DayTally {
  /** Returns the day for which the call counts; null: there are too many days. */
  take(start: string, line: CallLine): string | null;
  /** Returns the index of a counted day, in the order of first appearance. */
  indexOf(day: string): number;
  inOrder(): DayCount[];
}

function createDayTally(): DayTally {
  const days = new Map<string, Mutable<DayCount>>();
  const indexes = new Map<string, number>();
  return {
    take: (start, line) => {
      const day = start.slice(0, 10);
      let one = days.get(day);
      if (one === undefined) {
        if (days.size >= mostDays) return null;
        one = { day, calls: 0, withAudio: 0, durationMs: 0 };
        indexes.set(day, days.size);
        days.set(day, one);
      }
      one.calls++;
      if (hasAudio(line)) one.withAudio++;
      one.durationMs += line.durationMs ?? 0;
      return day;
    },
    indexOf: (day) => indexes.get(day) ?? 0,
    inOrder: () => [...days.values()].sort((a, b) => byCodePoint(a.day, b.day)),
  };
}

/** Counts recordings and calls by mark. */
interface MarkTally {
  /** @param day for which the call counts; null: none */
  take(line: CallLine, day: string | null): void;
  numbers(): Pick<CallNumbers, 'marks' | 'marksBeyond'>;
  /** @param order days in order, each with its index */
  quiet(order: readonly (readonly [day: string, index: number])[]): QuietMark[];
}

function createMarkTally(indexOf: DayTally['indexOf']): MarkTally {
  const marks = new Map<string, { readonly count: Mutable<MarkCount>; readonly days: MarkDays }>();
  let marksBeyond = 0;
  return {
    take: (line, day) => {
      for (const { name, value } of line.marks) {
        const key = `${name}\n${value}`;
        let one = marks.get(key);
        if (one === undefined) {
          if (marks.size >= mostMarks) {
            marksBeyond++;
            continue;
          }
          one = { count: { name, value, recordings: 0, calls: 0, withAudio: 0, firstDay: null, lastDay: null }, days: createMarkDays() };
          marks.set(key, one);
        }
        const { count, days } = one;
        count.recordings++;
        if (day === null) continue;
        count.calls++;
        const sounds = hasAudio(line);
        if (sounds) count.withAudio++;
        days.add(indexOf(day), sounds);
        if (count.firstDay === null || day < count.firstDay) count.firstDay = day;
        if (count.lastDay === null || day > count.lastDay) count.lastDay = day;
      }
    },
    numbers: () => ({
      marks: [...marks.values()]
        .map(({ count }) => count)
        .sort((a, b) => b.recordings - a.recordings || byCodePoint(a.name, b.name) || byCodePoint(a.value, b.value)),
      marksBeyond,
    }),
    quiet: (order) =>
      [...marks.values()].flatMap(({ count: { name, value, calls, withAudio }, days }) => {
        const { stretches, callDays } = days.quiet(order);
        return stretches.length === 0 ? [] : [{ name, value, calls, withAudio, callDays, stretches }];
      }),
  };
}

/** True for a date of the Gregorian calendar, which the comparison of weekdays needs. */
function isDay(start: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(start) && !Number.isNaN(Date.parse(`${start.slice(0, 10)}T00:00:00Z`));
}
