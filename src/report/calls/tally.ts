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

/** Number of recordings with a value that the recorder stated: a device, an agent, a queue … */
export interface MarkCount {
  readonly name: string;
  readonly value: string;
  readonly recordings: number;
  /** Number of these that count for a day: neither repeated nor without a start. */
  readonly calls: number;
  /** Number of those `calls` that have audio. */
  readonly withAudio: number;
  /** Earliest and latest day of those `calls`; null if there are none. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** Consecutive days on which a mark has calls but no audio. */
export interface QuietMark extends Pick<MarkCount, 'name' | 'value' | 'calls' | 'withAudio'> {
  /** Total number of days on which the mark has calls. */
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
  /** Number of recordings by certainty of their start; `none`: without a time. */
  readonly byCertainty: Readonly<Record<string, number>>;
  readonly withoutStart: number;
  /** Number of starts that are not certain: without a zone, an ambiguous time (DST fold) … */
  readonly uncertainStart: number;
  readonly marks: readonly MarkCount[];
  /** Number of occurrences of marks beyond those that are counted separately. */
  readonly marksBeyond: number;
}

/** Sums recordings one by one in constant memory. */
export interface Tally {
  take(line: CallLine): void;
  numbers(): CallNumbers;
  /** Returns days with calls, in order. Repeated recordings count once. */
  days(): DayCount[];
  /** Returns marks that have days with calls but without audio. Ignores starts from a clock at 1970. */
  quiet(): QuietMark[];
  /** Returns the first recordings of each status. */
  shown(): ReadonlyMap<string, readonly CallLine[]>;
}

/** Number of recordings of one status on a page. */
export const linesShown = 200;
/** Largest number of days that are counted separately: more than a century. */
const mostDays = 40_000;
/** Largest number of marks that are counted separately; a page could not usefully show more. */
const mostMarks = 5_000;

/** The earliest or the latest start. */
interface End {
  readonly start: string;
  readonly certainty: string | null;
}

/** Creates an empty tally. */
export function createTally(): Tally {
  const statuses = new Map<string, { -readonly [Key in keyof StatusCount]: StatusCount[Key] }>();
  const standings = new Map<ArchiveRelation, number>();
  const importers = new Map<string, number>();
  const days = new Map<string, { -readonly [Key in keyof DayCount]: DayCount[Key] }>();
  const dayIndexes = new Map<string, number>();
  const marks = new Map<string, { -readonly [Key in keyof MarkCount]: MarkCount[Key] }>();
  const markDays = new Map<string, MarkDays>();
  const shown = new Map<string, CallLine[]>();
  const counts = { recordings: 0, withAudio: 0, durationMs: 0, doubtful: 0, withoutStart: 0, uncertainStart: 0, marksBeyond: 0 };
  const certainties = new Map<string, number>();
  const ends: { first: End | null; last: End | null } = { first: null, last: null };
  /** Counts the start of a recording. @returns the day for which the recording counts */
  const takeStart = (line: CallLine): string | null => {
    const { start, startCertainty, standing, durationMs } = line;
    const certainty = startCertainty ?? 'none';
    certainties.set(certainty, (certainties.get(certainty) ?? 0) + 1);
    if (start === null || !isDay(start)) {
      counts.withoutStart++;
      return null;
    }
    if (startCertainty !== 'exact') counts.uncertainStart++;
    if (ends.first === null || start < ends.first.start) ends.first = { start, certainty: startCertainty };
    if (ends.last === null || start > ends.last.start) ends.last = { start, certainty: startCertainty };
    if (standing === 'repeated') return null;
    const day = start.slice(0, 10);
    let one = days.get(day);
    if (one === undefined) {
      if (days.size >= mostDays) return null;
      one = { day, calls: 0, withAudio: 0, durationMs: 0 };
      dayIndexes.set(day, days.size);
      days.set(day, one);
    }
    one.calls++;
    if (hasAudio(line)) one.withAudio++;
    one.durationMs += durationMs ?? 0;
    return day;
  };
  const takeMarks = (line: CallLine, day: string | null): void => {
    for (const { name, value } of line.marks) {
      const key = `${name}\n${value}`;
      let one = marks.get(key);
      if (one === undefined) {
        if (marks.size >= mostMarks) {
          counts.marksBeyond++;
          continue;
        }
        one = { name, value, recordings: 0, calls: 0, withAudio: 0, firstDay: null, lastDay: null };
        marks.set(key, one);
        markDays.set(key, createMarkDays());
      }
      one.recordings++;
      if (day === null) continue;
      one.calls++;
      const sounds = hasAudio(line);
      if (sounds) one.withAudio++;
      markDays.get(key)?.add(dayIndexes.get(day) ?? 0, sounds);
      if (one.firstDay === null || day < one.firstDay) one.firstDay = day;
      if (one.lastDay === null || day > one.lastDay) one.lastDay = day;
    }
  };
  const inOrder = (): DayCount[] => [...days.values()].sort((a, b) => byCodePoint(a.day, b.day));
  return {
    take: (line) => {
      counts.recordings++;
      counts.durationMs += line.durationMs ?? 0;
      counts.doubtful += line.doubtful;
      const status = statuses.get(line.status) ?? { status: line.status, recordings: 0, withAudio: 0, durationMs: 0 };
      statuses.set(line.status, status);
      status.recordings++;
      status.durationMs += line.durationMs ?? 0;
      if (hasAudio(line)) {
        counts.withAudio++;
        status.withAudio++;
      }
      standings.set(line.standing, (standings.get(line.standing) ?? 0) + 1);
      importers.set(line.importer, (importers.get(line.importer) ?? 0) + 1);
      const list = shown.get(line.status) ?? [];
      shown.set(line.status, list);
      if (list.length < linesShown) list.push(line);
      takeMarks(line, takeStart(line));
    },
    numbers: () => {
      const { marksBeyond, ...sums } = counts;
      return {
        ...sums,
        byStatus: [...statuses.values()].sort((a, b) => byConcern(a.status, b.status)),
        byStanding: Object.fromEntries([...standings].sort(([a], [b]) => byCodePoint(a, b))),
        byImporter: Object.fromEntries([...importers].sort(([a], [b]) => byCodePoint(a, b))),
        firstStart: ends.first?.start ?? null,
        lastStart: ends.last?.start ?? null,
        firstCertainty: ends.first?.certainty ?? null,
        lastCertainty: ends.last?.certainty ?? null,
        byCertainty: Object.fromEntries([...certainties].sort(([a], [b]) => byCodePoint(a, b))),
        marks: [...marks.values()].sort((a, b) => b.recordings - a.recordings || byCodePoint(a.name, b.name) || byCodePoint(a.value, b.value)),
        marksBeyond,
      };
    },
    days: inOrder,
    quiet: () => {
      const order = withoutStrays(inOrder()).map(({ day }) => [day, dayIndexes.get(day) ?? 0] as const);
      return [...marks].flatMap(([key, { name, value, calls, withAudio }]) => {
        const { stretches = [], callDays = 0 } = markDays.get(key)?.quiet(order) ?? {};
        return stretches.length === 0 ? [] : [{ name, value, calls, withAudio, callDays, stretches }];
      });
    },
    shown: () => shown,
  };
}

/** Returns true for a date of the Gregorian calendar, as required for comparing weekdays. */
function isDay(start: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(start) && !Number.isNaN(Date.parse(`${start.slice(0, 10)}T00:00:00Z`));
}
