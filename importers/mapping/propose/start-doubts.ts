import { agree } from '../../../src/core/base/agree.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import type { RowFile } from './guess-join.ts';
import { areClocks, guessTime, momentOf, type TimeGuess } from './guess-times.ts';
import { type Column, candidatesFor, strengths } from './header-roles.ts';
import { printable } from './proposed-line.ts';

/** A time in the rows: its columns, and how their values are written. */
export interface GuessedTime {
  readonly columns: readonly string[];
  readonly format: string;
  /** Returns the moment of a row in epoch ms, reading a local time as if it were UTC; null if it has none. */
  at(row: number): number | null;
}

/** Largest time between a call and a file that was written during it or soon after. */
export const sameCallMs = 26 * 3_600_000;
/** Smallest share of the rows that must agree with their files, in percent. */
export const agreeing = 80;
/** Zone offsets are multiples of a quarter of an hour. */
const quarterMs = 900_000;
/** Number of rows whose order shows whether numbers count time; `ordered`: the smallest share of them that must agree, in percent. */
const orderedRows = 4;
const ordered = 90;
/** Earlier stored times come from containers that store none, e.g. 1980 in a zip. */
const storedFromMs = Date.UTC(1990, 0, 1);

/** A column, or several columns together, that may hold a time of the calls. */
export interface Candidate {
  readonly columns: readonly Column[];
  readonly strength: number;
  readonly guess: TimeGuess;
  /** True if date and time of day are in two columns. */
  readonly paired: boolean;
  /** True if the date belongs to another time of the row. */
  readonly borrowed: boolean;
  /** True if the heading says that the times are in UTC. */
  readonly utc: boolean;
}

/** Facts with which a start is compared. */
export interface StartBasis {
  readonly columns: readonly Column[];
  readonly used: ReadonlySet<string>;
  readonly time: GuessedTime;
  readonly files: readonly RowFile[];
  /** True if the rows have an end, and every call ends later than it starts. */
  readonly endsAfter: boolean;
}

/** Returns the doubts about a start, except those that the names and times of the files refute. */
export function startDoubts(candidate: Candidate, { columns, used, time, files, endsAfter }: StartBasis): readonly string[] {
  const { columns: chosen, guess, strength } = candidate;
  const doubts: string[] = [];
  const named = agreement(time, files, ({ namedMs }) => namedMs);
  const confirmed = isConfirmed(time, files);
  const isUnsure = strength < strengths.likely || (strength < strengths.says - 0.5 && chosen.some(({ heading }) => heading.unknown > 0));
  if (strength === 0) doubts.push('no heading says so: is this when the call began');
  else if (isUnsure && !confirmed && !endsAfter) doubts.push('is this when the call began');
  const rival = rivalOf(candidate, columns, used, time);
  if (rival !== null) doubts.push(rival);
  if (guess.counted && strength < strengths.says - 0.5 && !confirmed && !endsAfter && isOrdered(time, chosen) === false)
    doubts.push('the numbers neither rise nor fall from row to row: are these times');
  if (guess.dayMonthOpen && !confirmed) doubts.push('day or month first, which these rows do not show');
  if (guess.shortYear && !confirmed) doubts.push('years of two digits: is the order right');
  if (guess.halfDayOpen && !confirmed) doubts.push('no hour is past 12: is it a clock without AM and PM');
  if (guess.dayOnly) doubts.push('the time of day is missing, and every call would begin at 00:00: which column has it');
  if (guess.read < guess.of) doubts.push(agree`${guess.of - guess.read} of ${guess.of} value[s] [is not such a time|are not such times]`);
  if (named !== null && !confirmed && named.agree * 100 < named.of * (100 - agreeing))
    doubts.push(agree`the names of ${named.of - named.agree} of ${named.of} file[s] have another day: are these the right times`);
  const older = olderFiles(time, files);
  if (!confirmed && older.count * 100 > older.of * (100 - agreeing))
    doubts.push(agree`${older.count} of ${older.of} file[s] [was|were] last changed before the call began: are these the right times`);
  return doubts;
}

/**
 * Returns the doubt raised by another column that is equally likely to be the start and has other times; null if there is none. A column whose times differ by
 * an offset is such a column, unless a heading says which of the two is in UTC.
 */
function rivalOf(
  { strength, guess: own, utc, columns: chosen }: Candidate,
  columns: readonly Column[],
  used: ReadonlySet<string>,
  time: GuessedTime,
): string | null {
  const rivals = candidatesFor('start', columns).filter(({ column, strength: other }) => !used.has(column.name) && other >= strength - 0.15);
  for (const { column } of rivals) {
    const guess = areClocks(column.values) ? null : guessTime(column.values, null);
    if (guess === null || guess.dayOnly) continue;
    const apart = column.values.flatMap((value, row) => {
      const [at, other] = [time.at(row), momentOf(parseTime(value, { format: guess.format, zone: null }))];
      return at === null || other === null ? [] : [other - at];
    });
    const [first = 0] = apart;
    const name = printable(JSON.stringify(column.name));
    if (apart.some((each) => each !== first) || Math.abs(first) % quarterMs !== 0) return `or ${name}, whose times differ`;
    const isTold = utc || [column, ...chosen].some(({ name: written, heading }) => heading.concepts.has('utc') || /local/i.test(written));
    if (first !== 0 && own.local && guess.local && !isTold) return `or ${name}, whose times are the same in another zone`;
  }
  return null;
}

/** Returns true if the times of consecutive rows mostly rise, or mostly fall, like the numbers of calls; null: too few rows have a time. */
export function isOrdered(time: GuessedTime, [column]: readonly Column[]): boolean | null {
  const moments = (column?.values ?? []).flatMap((_, row) => time.at(row) ?? []);
  if (moments.length < orderedRows) return null;
  const steps = moments.slice(1).map((moment, index) => Math.sign(moment - (moments[index] ?? 0)));
  const most = Math.max(steps.filter((step) => step >= 0).length, steps.filter((step) => step <= 0).length);
  return most * 100 >= steps.length * ordered;
}

/** Counts files that were last changed long before their calls began, which is impossible for a file of a call. */
function olderFiles(time: GuessedTime, files: readonly RowFile[]): { readonly count: number; readonly of: number } {
  const compared = files.flatMap(({ row, modifiedMs }) => {
    const at = time.at(row);
    return at === null || modifiedMs === null || modifiedMs < storedFromMs ? [] : [modifiedMs < at - sameCallMs];
  });
  return { count: compared.filter(Boolean).length, of: compared.length };
}

/** Returns true if most files have a time of their own near that of their row, either in the name or stored. */
export function isConfirmed(time: GuessedTime, files: readonly RowFile[]): boolean {
  const ways = [agreement(time, files, ({ namedMs }) => namedMs), agreement(time, files, ({ modifiedMs }) => modifiedMs)];
  // A copied file has the time of the copy: such a time may confirm, but never refutes.
  return ways.some((each) => each !== null && each.agree * 100 >= each.of * agreeing);
}

/** Counts rows whose files agree with a time, allowing for zones and long calls. Null: no file of a row has a time. */
function agreement(
  time: GuessedTime,
  files: readonly RowFile[],
  of: (file: RowFile) => number | null,
): { readonly agree: number; readonly of: number } | null {
  const compared = files.flatMap((file) => {
    const [at, other] = [time.at(file.row), of(file)];
    return at === null || other === null ? [] : [Math.abs(at - other) <= sameCallMs];
  });
  return compared.length === 0 ? null : { agree: compared.filter(Boolean).length, of: compared.length };
}
