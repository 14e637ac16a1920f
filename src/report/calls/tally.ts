import { byCodePoint } from '../../core/base/order.ts';
import { type CallLine, hasAudio, type Standing } from './call-line.ts';
import { type DayCount, withoutStrays } from './coverage.ts';
import { createMarkDays, type MarkDays, type QuietStretch } from './mark-days.ts';
import { byConcern } from './status-words.ts';

/** Recordings of one status. */
export interface StatusCount {
  readonly status: string;
  readonly recordings: number;
  readonly withAudio: number;
  readonly durationMs: number;
}

/** Recordings by what a recorder names: a device, an agent, a queue … */
export interface MarkCount {
  readonly name: string;
  readonly value: string;
  readonly recordings: number;
  /** Of them, those that a day with calls counts: neither repeated nor without a start. */
  readonly calls: number;
  /** Of those, calls with audio. */
  readonly withAudio: number;
  /** Earliest and latest day of those; null where there is none. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** Where a mark has calls and no audio for days in a row. */
export interface QuietMark extends Pick<MarkCount, 'name' | 'value' | 'calls' | 'withAudio'> {
  /** Days with calls of its own, all of them. */
  readonly callDays: number;
  readonly stretches: readonly QuietStretch[];
}

/** Numbers over all recordings of a report. */
export interface CallNumbers {
  readonly recordings: number;
  readonly withAudio: number;
  readonly durationMs: number;
  readonly doubtful: number;
  readonly byStatus: readonly StatusCount[];
  readonly byStanding: Readonly<Partial<Record<Standing, number>>>;
  readonly byImporter: Readonly<Record<string, number>>;
  /** Of those whose start is known: earliest and latest. */
  readonly firstStart: string | null;
  readonly lastStart: string | null;
  /** How sure those two are. */
  readonly firstCertainty: string | null;
  readonly lastCertainty: string | null;
  /** Recordings by how sure their start is; `none`: no time stands there. */
  readonly byCertainty: Readonly<Record<string, number>>;
  readonly withoutStart: number;
  /** Starts that are not certain: no zone, an hour that occurred twice … */
  readonly uncertainStart: number;
  readonly marks: readonly MarkCount[];
  /** Times that further marks were named, of more values than are counted apart. */
  readonly marksBeyond: number;
}

/** Takes recordings one by one and keeps sums, whatever their number. */
export interface Tally {
  take(line: CallLine): void;
  numbers(): CallNumbers;
  /** Days with calls, in order. Recordings that are repeated count once. */
  days(): DayCount[];
  /** Marks that have days with calls and without audio; a clock that stood at 1970 does not count. */
  quiet(): QuietMark[];
  /** The first recordings of each status. */
  shown(): ReadonlyMap<string, readonly CallLine[]>;
}

/** Recordings of one status that a page shows. */
export const linesShown = 200;
/** Days that are counted apart: a century. */
const mostDays = 40_000;
/** Marks that are counted apart; of more a page would say nothing. */
const mostMarks = 5_000;

/** The earliest or the latest start. */
interface End {
  readonly start: string;
  readonly certainty: string | null;
}

/** Nothing counted yet. */
export function createTally(): Tally {
  const statuses = new Map<string, { -readonly [Key in keyof StatusCount]: StatusCount[Key] }>();
  const standings = new Map<Standing, number>();
  const importers = new Map<string, number>();
  const days = new Map<string, { -readonly [Key in keyof DayCount]: DayCount[Key] }>();
  const dayIndexes = new Map<string, number>();
  const marks = new Map<string, { -readonly [Key in keyof MarkCount]: MarkCount[Key] }>();
  const markDays = new Map<string, MarkDays>();
  const shown = new Map<string, CallLine[]>();
  const counts = { recordings: 0, withAudio: 0, durationMs: 0, doubtful: 0, withoutStart: 0, uncertainStart: 0, marksBeyond: 0 };
  const certainties = new Map<string, number>();
  const ends: { first: End | null; last: End | null } = { first: null, last: null };
  /** @returns the day that the recording is counted on */
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

/** A calendar day of our reckoning, which the comparison of weekdays needs. */
function isDay(start: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(start) && !Number.isNaN(Date.parse(`${start.slice(0, 10)}T00:00:00Z`));
}
