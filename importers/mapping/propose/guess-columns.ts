import { agree } from '../../../src/core/base/agree.ts';
import { parseDuration } from '../../../src/tables/values/duration.ts';
import type { RowFile } from './guess-join.ts';
import { partyLine, whoseQuestions } from './guess-party.ts';
import { type GuessedTimes, guessTimes } from './guess-start.ts';
import { areFlags, fitsFiles, guessDirections, guessDuration } from './guess-values.ts';
import { type Column, candidatesFor, filled, hasValues, strengths } from './header-roles.ts';
import { placeColumns, placedLine } from './place-columns.ts';
import { heading, isCertain, type ProposedLine, printable, quoted } from './proposed-line.ts';

/** The apparent meaning of a table's columns. */
export interface GuessedColumns {
  readonly lines: readonly ProposedLine[];
  /** Lines of the sections below `[columns]`. */
  readonly sections: readonly { readonly name: string; readonly line: ProposedLine }[];
  readonly times: GuessedTimes;
  /** Columns with numbers of a participant, for joins by time; empty if there are none. */
  readonly parties: readonly string[];
  /** The column with the status of a row; null if there is none. */
  readonly status: string | null;
  /** Names of the columns that no line uses. */
  readonly rest: readonly string[];
}

/** Facts about a table before its columns are judged. */
export interface TableBasis {
  readonly columns: readonly Column[];
  /** Rows, with the audio files that they name. */
  readonly files: readonly RowFile[];
  /** The column that the join uses; null if none does. */
  readonly joined: string | null;
  /** True if the joined column holds an id that a name contains, so that it may be the key. */
  readonly joinedIsId: boolean;
  /** True if the joined column holds names of files. */
  readonly joinedIsFile: boolean;
  /** True if the table has no header, so that only the places and values of its columns are known. */
  readonly isUnnamed: boolean;
}

/** Share of the values that must agree with a rule, in percent. */
const agreeing = 90;
const directionValues = 12;

/** Assigns meanings to the columns of a table: by words of the headings first, then by values. Every column has at most one meaning. */
export function guessColumns(basis: TableBasis): GuessedColumns {
  const { joined, isUnnamed } = basis;
  const columns = isUnnamed ? placeColumns(basis) : basis.columns;
  const used = new Set<string>();
  const free = (): readonly Column[] => columns.filter(({ name }) => !used.has(name));
  const lines: ProposedLine[] = [];
  const take = (line: ProposedLine | null, names: readonly string[]): void => {
    if (line === null) return;
    lines.push(line);
    for (const name of names) used.add(name);
  };
  const times = guessTimes(columns, basis.files);
  for (const name of times.used) used.add(name);
  const key = keyLine(basis, free());
  take(key?.line ?? null, key === null ? [] : [key.column.name]);
  lines.push(...times.lines);
  const duration = durationLine(basis, free(), times);
  take(duration?.line ?? null, duration === null ? [] : [duration.column.name]);
  const others = (): readonly Column[] => free().filter(({ name }) => name !== joined);
  const parties: string[] = [];
  for (const role of ['caller', 'callee', 'agent', 'customer'] as const) {
    const party = partyLine(role, others());
    if (party === null) continue;
    if (role === 'customer' && parties.length >= 2 && party.line.doubts.length > 0) continue;
    take(party.line, party.columns);
    if (party.number !== null) parties.push(party.number);
  }
  if (!lines.some(({ text }) => /^(?:caller|callee|customer) =/.test(text))) lines.push(...whoseQuestions(others()));
  const direction = directionLine(others());
  take(direction?.line ?? null, direction === null ? [] : [direction.column.name]);
  const sections: { name: string; line: ProposedLine }[] = [];
  for (const [role, section, name] of [
    ['queue', 'org', 'queue'],
    ['link', 'correlation', 'interaction'],
    ['comment', 'tags', 'comment'],
  ] as const) {
    const [best] = candidatesFor(role, others()).filter(
      ({ strength, column }) => strength >= strengths.likely && hasValues(column) && !areFlags(column.values),
    );
    if (best === undefined) continue;
    used.add(best.column.name);
    sections.push({ name: section, line: { text: `${name} = ${quoted(best.column.name)}`, evidence: [heading(best.column.name)], doubts: [] } });
  }
  const status = candidatesFor('status', others()).find(({ strength }) => strength >= strengths.likely)?.column.name ?? null;
  const rest = others()
    .filter(({ name }) => name !== status)
    .map(({ name }) => name);
  return { lines: isUnnamed ? lines.map(placedLine) : lines, sections, times, parties, status, rest };
}

interface Chosen {
  readonly line: ProposedLine;
  readonly column: Column;
}

/** Returns the line of the key: a column of ids whose values differ. A column without a word for an id is never one. */
function keyLine({ joined, joinedIsId, columns }: TableBasis, free: readonly Column[]): Chosen | null {
  const uniqueness = (column: Column): number => {
    const values = filled(column);
    return values.length === 0 ? 0 : new Set(values).size / values.length;
  };
  const found = candidatesFor('key', free)
    .map((each) => ({ ...each, unique: uniqueness(each.column) }))
    .filter(({ unique, strength }) => unique > 0.5 && strength > strengths.may)
    .sort((a, b) => Number(b.unique === 1) - Number(a.unique === 1) || b.strength - a.strength);
  const [best] = found;
  const chosen = best?.column ?? (joinedIsId ? columns.find(({ name }) => name === joined) : undefined);
  if (chosen === undefined) return null;
  const values = filled(chosen);
  const repeated = values.length - new Set(values).size;
  const strength = best?.strength ?? strengths.likely;
  const doubts = [
    ...(repeated === 0 ? [] : [agree`${repeated} of ${values.length} value[s] repeat another: is a second column needed`]),
    ...(isCertain(strength, found.length - 1, chosen) ? [] : ['is this the id of a recording']),
  ];
  const evidence = [heading(chosen.name), ...(repeated === 0 ? [agree`${values.length} of ${values.length} value[s] [differs|differ]`] : [])];
  return { column: chosen, line: { text: `key = ${quoted(chosen.name)}`, evidence, doubts } };
}

function durationLine(basis: TableBasis, free: readonly Column[], times: GuessedTimes): Chosen | null {
  for (const { column, strength } of candidatesFor('duration', free)) {
    const guess = guessDuration(column.heading.concepts, column.values);
    if (guess === null) continue;
    const found = measuredUnit(column, guess.unit, basis, times);
    const shown = found?.shown ?? guess.shown;
    const unit = found?.unit ?? guess.unit;
    const doubts = [
      ...(guess.read === guess.of ? [] : [agree`${guess.of - guess.read} of ${guess.of} value[s] cannot be read`]),
      ...(shown === null ? [/^(?:s|ms)$/.test(unit) ? 'numbers without a unit: is it right' : 'minutes and seconds, or hours and minutes'] : []),
      ...(strength >= strengths.likely || found?.isExact === true ? [] : ['is this the length of the call']),
    ];
    const evidence = [heading(column.name), ...(shown === null ? [] : [shown])];
    return { column, line: { text: `duration = { column = ${quoted(column.name)}, unit = "${unit}" }`, evidence, doubts } };
  }
  return null;
}

/** Returns the unit shown by the times of the rows or by the sizes of their files; null if neither shows it. */
function measuredUnit(
  { values }: Column,
  guessed: 's' | 'ms' | 'us' | 'min' | 'h:mm:ss' | 'auto-clock',
  { files }: TableBasis,
  { start, end }: GuessedTimes,
): { readonly unit: typeof guessed; readonly shown: string | null; readonly isExact: boolean } | null {
  const units = guessed === 's' || guessed === 'ms' ? (['s', 'ms', 'min'] as const) : [guessed];
  if (start !== null && end !== null) {
    for (const unit of units) {
      const compared = values.flatMap((value, row) => {
        const [ms, from, to] = [parseDuration(value, unit), start.at(row), end.at(row)];
        return ms === null || from === null || to === null ? [] : [Math.abs(to - from - ms) <= 2_000];
      });
      const equal = compared.filter(Boolean).length;
      if (compared.length > 0 && equal * 100 >= compared.length * agreeing)
        return { unit, shown: agree`${equal} of ${compared.length} value[s] equal the end minus the start`, isExact: true };
    }
  }
  for (const unit of units) {
    const shown = fitsFiles(values, unit, files);
    if (shown !== null) return { unit, shown, isExact: false };
  }
  return null;
}

/** Returns the line of the direction. A column without a plain word in it may be anything: its values are not repeated here. */
function directionLine(free: readonly Column[]): Chosen | null {
  for (const { column, strength } of candidatesFor('direction', free)) {
    const values = filled(column);
    const words = guessDirections(values);
    const known = words.in.length + words.out.length + words.internal.length;
    if (values.length === 0 || (strength < strengths.says - 0.5 && (known === 0 || words.open.length > 0))) continue;
    const lists = (['in', 'out', 'internal'] as const)
      .filter((kind) => words[kind].length > 0)
      .map((kind) => `, ${kind} = [${words[kind].map(quoted).join(', ')}]`);
    const isShown = known > 0 && words.open.length <= directionValues;
    const doubts = [
      ...(words.open.length === 0
        ? []
        : [isShown ? `to which list do ${words.open.map((value) => printable(value)).join(', ')} belong` : 'to which list do its values belong']),
      ...(words.byLetter ? ['single letters: are these right'] : []),
    ];
    const line = { text: `direction = { column = ${quoted(column.name)}${lists.join('')} }`, evidence: [heading(column.name)], doubts };
    return { column, line };
  }
  return null;
}
