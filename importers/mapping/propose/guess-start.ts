import { agree } from '../../../src/core/base/agree.ts';
import { durationUnits, parseDuration } from '../../../src/tables/values/duration.ts';
import { decideDayMonth, parseTime } from '../../../src/tables/values/time.ts';
import type { RowFile } from './guess-join.ts';
import { areClocks, type DayMonth, guessTime, momentOf, type TimeGuess } from './guess-times.ts';
import { isIdHeading } from './guess-values.ts';
import { type Column, candidatesFor, hasValues, strengthOf, strengths } from './header-roles.ts';
import { heading, type ProposedLine, quoted, quotedColumns } from './proposed-line.ts';
import { agreeing, type Candidate, type GuessedTime, isConfirmed, isOrdered, sameCallMs, startDoubts } from './start-doubts.ts';

/** The times in a table. */
export interface GuessedTimes {
  readonly lines: readonly ProposedLine[];
  readonly used: readonly string[];
  readonly start: GuessedTime | null;
  readonly end: GuessedTime | null;
  /** True if any time is local. */
  readonly local: boolean;
}

/** Largest difference between a length and the times around it. */
const toleranceMs = 2_000;
/** Number of values per column that are searched for a day after the twelfth. */
const orderValues = 200;

/** Finds the start, answer and end of calls: by headings first, then by values. Numbers that are ids or telephone numbers never become times. */
export function guessTimes(columns: readonly Column[], files: readonly RowFile[]): GuessedTimes {
  const shown = decideDayMonth(columns.flatMap(({ values }) => values.slice(0, orderValues)));
  const startIn = (order: DayMonth | null): Candidate | null =>
    bestOf('start', { columns, used: new Set(), date: null, order }) ?? withoutWord(columns, files, order);
  const order = shown ?? orderByFiles(startIn, files);
  const start = startIn(order);
  if (start === null) {
    const [asked] = candidatesFor('start', columns).filter(({ column, strength }) => strength >= strengths.likely && hasValues(column));
    return { lines: asked === undefined ? [] : [unread('start', asked.column)], used: [], start: null, end: null, local: false };
  }
  const used = new Set(start.columns.map(({ name }) => name));
  const startTime = timeOf(start);
  const later: { readonly role: 'answer' | 'end'; readonly candidate: Candidate; readonly doubts: readonly string[] }[] = [];
  for (const role of ['answer', 'end'] as const) {
    const candidate = bestOf(role, { columns, used, date: start.paired ? (start.columns[0] ?? null) : null, order });
    const doubts = candidate === null ? null : laterDoubts(role, candidate, timeOf(candidate), { start: startTime, columns });
    if (candidate === null || doubts === null) continue;
    for (const { name } of candidate.columns) used.add(name);
    later.push({ role, candidate, doubts });
  }
  const end = later.find(({ role }) => role === 'end');
  const endTime = end === undefined ? null : timeOf(end.candidate);
  const endsAfter = end?.doubts.length === 0 && endTime !== null && endsLater(startTime, endTime, start);
  const doubts = startDoubts(start, { columns, used, time: startTime, files, endsAfter });
  return {
    lines: [lineOf('start', start, doubts), ...later.map((each) => lineOf(each.role, each.candidate, each.doubts))],
    used: [...used],
    start: startTime,
    end: endTime,
    local: [start, ...later.map(({ candidate }) => candidate)].some(needsZone),
  };
}

/** Returns true if every call ends after it starts: the start is then not the time at which a finished recording was registered. */
function endsLater(start: GuessedTime, end: GuessedTime, { columns }: Candidate): boolean {
  const lengths = (columns[0]?.values ?? []).flatMap((_, row) => {
    const [from, to] = [start.at(row), end.at(row)];
    return from === null || to === null ? [] : [to - from];
  });
  return lengths.length > 0 && lengths.every((length) => length > 0);
}

/** Returns whether day or month comes first, as shown by the days in the names of the rows' files or by their stored times; null if they do not show it. */
function orderByFiles(startIn: (order: DayMonth) => Candidate | null, files: readonly RowFile[]): DayMonth | null {
  const fits = (['DMY', 'MDY'] as const).filter((order) => {
    const start = startIn(order);
    return start !== null && isConfirmed(timeOf(start), files);
  });
  const [only] = fits;
  return fits.length === 1 && only !== undefined ? only : null;
}

interface Search {
  readonly columns: readonly Column[];
  readonly used: ReadonlySet<string>;
  /** The column with the date of the start, for times of day without a date; null if there is none. */
  readonly date: Column | null;
  readonly order: DayMonth | null;
}

/** Returns the column, or the two columns of date and time, with the strongest evidence for a role. */
function bestOf(role: 'start' | 'answer' | 'end', { columns, used, date, order }: Search): Candidate | null {
  const free = columns.filter((column) => !used.has(column.name) && hasValues(column));
  const found: Candidate[] = [];
  const offer = (chosen: readonly Column[], strength: number, guess: TimeGuess, borrowed: boolean): void => {
    const utc = chosen.some(({ heading }) => heading.concepts.has('utc'));
    found.push({ columns: chosen, strength, guess, paired: chosen.length > 1, borrowed, utc });
  };
  for (const { column, strength } of candidatesFor(role, free)) {
    if (areClocks(column.values)) {
      const own = dateFor(role, column, free);
      const day = own ?? date;
      const guess = day === null ? null : guessTime(joined([day, column]), order);
      if (day !== null && guess !== null) offer([day, column], strength, guess, own === null);
      continue;
    }
    const guess = guessTime(column.values, order);
    if (guess === null || (guess.counted && strength < strengths.likely && isIdHeading(column.name))) continue;
    const clock = guess.dayOnly ? clockFor(role, column, free) : null;
    const both = clock === null ? null : guessTime(joined([column, clock]), order);
    if (clock !== null && both !== null) offer([column, clock], strength, both, false);
    else offer([column], strength, guess, false);
  }
  // A time with a date is better than a day alone. Among times with a date, the words decide; among equal ones, the time that needs no zone comes first.
  found.sort((a, b) => Number(a.guess.dayOnly) - Number(b.guess.dayOnly) || b.strength - a.strength || Number(needsZone(a)) - Number(needsZone(b)));
  return found[0] ?? null;
}

function needsZone({ guess, utc }: Candidate): boolean {
  return guess.local && !utc;
}

/** Returns the column with the date for a column of times of day: one that has the same words, or else the only one with days. */
function dateFor(role: 'start' | 'answer' | 'end', clock: Column, free: readonly Column[]): Column | null {
  const days = free.filter((column) => column !== clock && column.heading.concepts.has('date') && guessTime(column.values, null)?.dayOnly === true);
  const own = days.filter(({ heading }) => strengthOf(role, heading) >= strengths.says - 0.5);
  const general = days.filter(({ heading }) => role === 'start' && strengthOf('start', heading) > 0 && !heading.concepts.has('made'));
  return own[0] ?? (general.length === 1 ? (general[0] ?? null) : null);
}

/** Returns the column with the time of day for a column of days; null if there is none or it is unclear which. */
function clockFor(role: 'start' | 'answer' | 'end', day: Column, free: readonly Column[]): Column | null {
  const clocks = free.filter(
    (column) =>
      column !== day &&
      areClocks(column.values) &&
      !(['end', 'answer', 'duration', 'talk', 'aside'] as const).some((each) => role === 'start' && column.heading.concepts.has(each)),
  );
  const named = clocks.map((column) => ({ column, strength: strengthOf(role, column.heading) })).filter(({ strength }) => strength > 0);
  const [best, second] = named.sort((a, b) => b.strength - a.strength);
  return best !== undefined && (second === undefined || best.strength > second.strength) ? best.column : null;
}

function joined(columns: readonly Column[]): readonly string[] {
  const [first] = columns;
  return (first?.values ?? []).map((_, row) =>
    columns
      .map(({ values }) => (values[row] ?? '').trim())
      .filter((value) => value !== '')
      .join(' '),
  );
}

/**
 * Returns a column whose values are times with a date and a time of day although no heading says so. Bare numbers count as times only if they rise or fall from
 * row to row and the files of the rows have the same times.
 */
function withoutWord(columns: readonly Column[], files: readonly RowFile[], order: DayMonth | null): Candidate | null {
  for (const column of columns) {
    if (!hasValues(column) || isIdHeading(column.name) || strengthOf('end', column.heading) > 0 || strengthOf('answer', column.heading) > 0) continue;
    const guess = guessTime(column.values, order);
    if (guess === null || guess.dayOnly) continue;
    const found: Candidate = { columns: [column], strength: 0, guess, paired: false, borrowed: false, utc: column.heading.concepts.has('utc') };
    if (!guess.counted || (isOrdered(timeOf(found), [column]) !== false && isConfirmed(timeOf(found), files))) return found;
  }
  return null;
}

function timeOf({ columns, guess }: Candidate): GuessedTime {
  const values = joined(columns);
  return {
    columns: columns.map(({ name }) => name),
    format: guess.format,
    at: (row) => momentOf(parseTime(values[row] ?? '', { format: guess.format, zone: null })),
  };
}

function lineOf(role: 'start' | 'answer' | 'end', { columns, guess, utc }: Candidate, doubts: readonly string[]): ProposedLine {
  const names = columns.map(({ name }) => name);
  const isZoned = utc && guess.local;
  const format = guess.format === 'iso' ? '' : `, format = ${quoted(guess.format)}`;
  const text =
    format === '' && !isZoned
      ? `${role} = ${quotedColumns(names)}`
      : `${role} = { column = ${quotedColumns(names)}${format}${isZoned ? ', zone = "UTC"' : ''} }`;
  const words = names.map(heading).join(' and ');
  return { text, evidence: [words, agree`${guess.read} of ${guess.of} value[s] [is such a time|are such times]`], doubts };
}

function unread(role: string, { name }: Column): ProposedLine {
  return { text: `# ${role} = { column = ${quoted(name)}, format = "…" }`, evidence: [], doubts: ['how are these times written'] };
}

/**
 * Returns what is doubtful about an answer or an end. Null: it is not proposed, because its words are weak, it has no time of day, or the call has no start.
 */
function laterDoubts(
  role: 'answer' | 'end',
  { guess, strength, borrowed, columns: own }: Candidate,
  time: GuessedTime,
  { start, columns }: { readonly start: GuessedTime; readonly columns: readonly Column[] },
): readonly string[] | null {
  if (strength < strengths.likely || guess.dayOnly) return null;
  const lengths = (own[0]?.values ?? []).map((_, row) => {
    const [from, at] = [start.at(row), time.at(row)];
    return from === null || at === null ? null : at - from;
  });
  const compared = lengths.filter((length) => length !== null);
  const after = compared.filter((length) => length >= 0 && length < sameCallMs).length;
  if (compared.length === 0) return null;
  const doubts: string[] = [];
  if (after < compared.length)
    doubts.push(agree`${compared.length - after} of ${compared.length} value[s] [does|do] not follow the start: is this the ${role}`);
  if (borrowed) doubts.push(`the date is that of the start: does no call pass midnight`);
  if ((guess.dayMonthOpen || guess.shortYear) && start.format !== guess.format) doubts.push('day or month first, which these rows do not show');
  if (guess.read < guess.of) doubts.push(agree`${guess.of - guess.read} of ${guess.of} value[s] [is not such a time|are not such times]`);
  if (strength < strengths.says - 0.5 && !(role === 'end' && areDurations(lengths, columns))) doubts.push(`is this the ${role}`);
  return doubts;
}

/** Returns true if a column whose heading says so holds the lengths of the calls, in whichever unit: then start and end are right. */
function areDurations(lengths: readonly (number | null)[], columns: readonly Column[]): boolean {
  return candidatesFor('duration', columns).some(({ column }) =>
    durationUnits.some((unit) => {
      const compared = column.values.flatMap((value, row) => {
        const [ms, length] = [parseDuration(value, unit), lengths[row] ?? null];
        return ms === null || length === null ? [] : [Math.abs(ms - length) <= toleranceMs];
      });
      return compared.length > 0 && compared.filter(Boolean).length * 100 >= compared.length * agreeing;
    }),
  );
}
