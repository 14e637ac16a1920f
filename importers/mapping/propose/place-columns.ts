import { durationUnits, parseDuration } from '../../../src/tables/values/duration.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import type { RowFile } from './guess-join.ts';
import { areClocks, guessTime, momentOf } from './guess-times.ts';
import { areFlags, areTelephoneNumbers, fitsFiles, guessDirections, guessParty } from './guess-values.ts';
import type { Concept } from './header-lexicon.ts';
import { type Column, filled, hasValues } from './header-roles.ts';
import type { ProposedLine } from './proposed-line.ts';

// In tables without a header, the values and the order of the columns replace the missing words.

/** Largest difference between a length and the times around it, and largest time between the beginning and the end of a call. */
const toleranceMs = 2_000;
const callMs = 26 * 3_600_000;
/** Smallest share of the rows that must agree, in percent. */
const agreeing = 90;

/** Facts about a table without a header. */
export interface PlacedTable {
  readonly columns: readonly Column[];
  /** Rows, with the audio files that they name. */
  readonly files: readonly RowFile[];
  /** The column that the join uses; null if none does. */
  readonly joined: string | null;
  /** True if the joined column holds names with their extension or folders. */
  readonly joinedIsFile: boolean;
}

/** Returns the columns of a table without a header, with the concepts that follow from their values and places instead of words. */
export function placeColumns(table: PlacedTable): readonly Column[] {
  const { columns } = table;
  const placed = new Map<Column, readonly Concept[]>();
  const take = (column: Column | undefined, ...concepts: readonly Concept[]): void => {
    if (column !== undefined && !placed.has(column)) placed.set(column, concepts);
  };
  const joined = columns.find(({ name }) => name === table.joined);
  take(joined, ...(table.joinedIsFile ? (['file'] as const) : (['call', 'id'] as const)));
  const times = placeTimes(columns.filter((column) => column !== joined && hasValues(column)));
  for (const [column, concepts] of times.placed) take(column, ...concepts);
  const free = (): readonly Column[] => columns.filter((column) => !placed.has(column) && hasValues(column));
  take(lengthColumn(free(), times, table.files), 'duration');
  take(
    free().find(({ values }) => isPlainDirection(values)),
    'direction',
  );
  for (const [index, column] of partyColumns(free()).entries()) take(column, index === 0 ? 'caller' : 'callee', 'number');
  return columns.map((column) => ({ ...column, heading: { concepts: new Set(placed.get(column) ?? ['aside']), unknown: 0 } }));
}

/** Returns a line of a table without a header. Its only evidence is values and places, so that the user is always asked. */
export function placedLine({ text, evidence, doubts }: ProposedLine): ProposedLine {
  const role = /^[a-z]+/.exec(text)?.[0] ?? 'this';
  return {
    text,
    evidence: evidence.map((each) => each.replaceAll(/heading "(column \d+)"/g, '$1')),
    doubts: [...doubts, `the table names no columns: is it the ${role}`],
  };
}

interface PlacedTimes {
  readonly placed: ReadonlyMap<Column, readonly Concept[]>;
  /** Returns the moments of start and end of a row in epoch ms; null if it lacks one of them. */
  span(row: number): number | null;
}

/**
 * Assigns roles to times with a date by their order in the rows: the earliest is the start, the latest the end. If there are none, a day and the time of day
 * after it are the start.
 */
function placeTimes(columns: readonly Column[]): PlacedTimes {
  const whole = columns.flatMap((column) => {
    const guess = guessTime(column.values, null);
    if (guess === null || guess.dayOnly || guess.counted) return [];
    const at = column.values.map((value) => momentOf(parseTime(value, { format: guess.format, zone: null })));
    return [{ column, at, mean: mean(at) }];
  });
  const [start, ...later] = whole.sort((a, b) => a.mean - b.mean);
  if (start === undefined) return { placed: dayAndClock(columns), span: () => null };
  const after = later.filter(({ at }) => mostly(at, (moment, row) => follows(start.at[row] ?? null, moment)));
  const end = after.at(-1);
  const answer = after.length > 1 ? after[0] : undefined;
  const placed = new Map<Column, readonly Concept[]>([[start.column, ['start', 'time']]]);
  if (answer !== undefined) placed.set(answer.column, ['answer', 'time']);
  if (end !== undefined) placed.set(end.column, ['end', 'time']);
  return {
    placed,
    span: (row) => {
      const [from, to] = [start.at[row] ?? null, end?.at[row] ?? null];
      return from === null || to === null ? null : to - from;
    },
  };
}

function dayAndClock(columns: readonly Column[]): ReadonlyMap<Column, readonly Concept[]> {
  const at = columns.findIndex(({ values }) => guessTime(values, null)?.dayOnly === true);
  const [day, clock] = [columns[at], columns[at + 1]];
  if (day === undefined || clock === undefined || !areClocks(clock.values)) return new Map();
  return new Map<Column, readonly Concept[]>([
    [day, ['start', 'date']],
    [clock, ['start', 'time']],
  ]);
}

/**
 * Returns the column of the lengths of calls: lengths between start and end if both are known, else lengths that the sizes of the files show, else the first
 * column of clock values that count up to hours.
 */
function lengthColumn(columns: readonly Column[], { span }: PlacedTimes, files: readonly RowFile[]): Column | undefined {
  const numbers = columns.filter(({ values }) => values.some((value) => /[1-9]/.test(value)) && !areTelephoneNumbers(values));
  const between = numbers.find(({ values }) => durationUnits.some((unit) => mostly(values, (value, row) => isLength(value, unit, span(row)))));
  // If start and end are known, only a column that agrees with the time between them holds lengths.
  if (between !== undefined || numbers[0]?.values.some((_, row) => span(row) !== null)) return between;
  const clocksFirst = numbers.filter(({ values }) => areClocks(values)).concat(numbers.filter(({ values }) => !areClocks(values)));
  return clocksFirst.find(
    ({ values }) => new Set(values).size > 1 && (['h:mm:ss', 'auto-clock', 's'] as const).some((unit) => fitsFiles(values, unit, files) !== null),
  );
}

function isLength(value: string, unit: (typeof durationUnits)[number], span: number | null): boolean | null {
  const ms = parseDuration(value, unit);
  return span === null || value.trim() === '' ? null : ms !== null && Math.abs(ms - span) <= toleranceMs;
}

/** Returns true if the values are words of directions; false for values that only single letters could mean. */
function isPlainDirection(values: readonly string[]): boolean {
  const words = guessDirections(values);
  return words.open.length === 0 && words.in.length + words.out.length > 0 && !words.byLetter;
}

/**
 * Returns the columns of both parties, in their order: two columns of telephone numbers that differ, or one and the column of short numbers before or after it.
 * Columns of ids, which no two rows share and which hold other characters, and columns with a single value are not parties.
 */
function partyColumns(columns: readonly Column[]): readonly Column[] {
  const addresses = columns.filter((column) => {
    const values = filled(column);
    const guess = guessParty(values);
    const isDigits = values.every((value) => /^\+?[\d\s().-]{2,}$|@/.test(value.trim()));
    return guess?.as === 'number' && guess.read * 4 >= guess.of * 3 && isDigits && !areFlags(values) && values.length * 2 >= column.values.length;
  });
  const long = addresses.filter((column) =>
    filled(column).some((value) => /^\d{7,15}$/.test(value.replaceAll(/[+\s().-]/g, '')) && !/\d-\d{4,}$/.test(value)),
  );
  const [first] = long;
  if (first === undefined) return [];
  const second = long.find((column) => column !== first && differs(column, first));
  if (second !== undefined) return [first, second];
  const at = addresses.indexOf(first);
  const before = addresses
    .slice(0, at)
    .reverse()
    .find((column) => differs(column, first));
  const behind = addresses.slice(at + 1).find((column) => differs(column, first));
  return before !== undefined ? [before, first] : behind !== undefined ? [first, behind] : [first];
}

function differs(a: Column, b: Column): boolean {
  return a.values.some((value, row) => value.trim() !== (b.values[row] ?? '').trim());
}

function follows(from: number | null, moment: number | null): boolean | null {
  return from === null || moment === null ? null : moment >= from && moment - from <= callMs;
}

/** Returns true if most of the values agree. Null values are not counted; if all are null, returns false. */
function mostly<T>(values: readonly T[], agrees: (value: T, row: number) => boolean | null): boolean {
  const judged = values.map(agrees).filter((each) => each !== null);
  return judged.length > 0 && judged.filter(Boolean).length * 100 >= judged.length * agreeing;
}

function mean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value / known.length, 0);
}
