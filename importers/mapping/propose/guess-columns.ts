import { agree } from '../../../src/core/base/agree.ts';
import { parseDuration } from '../../../src/tables/values/duration.ts';
import type { RowFile } from './guess-join.ts';
import { type GuessedTimes, guessTimes } from './guess-start.ts';
import { areClocks, guessTime } from './guess-times.ts';
import { guessDirections, guessDuration, guessParty, type PartyGuess } from './guess-values.ts';
import { type Column, candidatesFor, hasValues, type Role, strengths } from './header-roles.ts';
import { type ProposedLine, printable, quoted } from './proposed-line.ts';

/** What the columns of a table appear to mean. */
export interface GuessedColumns {
  readonly lines: readonly ProposedLine[];
  /** Lines of sections below `[columns]`. */
  readonly sections: readonly { readonly name: string; readonly line: ProposedLine }[];
  readonly times: GuessedTimes;
  /** The column of numbers of a participant, for joins by time; null if there is none. */
  readonly parties: readonly string[];
  /** The column with the status of a row; null if there is none. */
  readonly status: string | null;
  /** Names of the columns that no line uses. */
  readonly rest: readonly string[];
}

/** What is known of a table before its columns are judged. */
export interface TableBasis {
  readonly columns: readonly Column[];
  /** Rows with the audio files that they name. */
  readonly files: readonly RowFile[];
  /** The column that the join uses; null if none does. */
  readonly joined: string | null;
  /** True if the joined column holds an id that a name contains, so that it may be the key. */
  readonly joinedIsId: boolean;
}

/**
 * Bytes per second of recordings whose sizes show the unit of a length: from speech codecs of 4.8 kbit/s to stereo PCM of 8 kHz. The range is narrower than 60 to 1, so that it
 * never holds for seconds and minutes alike.
 */
const bytesPerSecond = { least: 600, most: 33_000 } as const;
/** Share of the values that must agree with a rule, in percent. */
const agreeing = 90;
const directionValues = 12;

/** Assigns meanings to the columns of a table: words of the headings first, values second. Every column has one meaning at most. */
export function guessColumns(basis: TableBasis): GuessedColumns {
  const { columns, joined } = basis;
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
  const direction = directionLine(others());
  take(direction?.line ?? null, direction === null ? [] : [direction.column.name]);
  const sections: { name: string; line: ProposedLine }[] = [];
  for (const [role, section, name] of [
    ['queue', 'org', 'queue'],
    ['link', 'correlation', 'interaction'],
    ['comment', 'tags', 'comment'],
  ] as const) {
    const [best] = candidatesFor(role, others()).filter(({ strength, column }) => strength >= strengths.likely && hasValues(column));
    if (best === undefined) continue;
    used.add(best.column.name);
    sections.push({ name: section, line: { text: `${name} = ${quoted(best.column.name)}`, evidence: [heading(best.column.name)], doubts: [] } });
  }
  const status = candidatesFor('status', others()).find(({ strength }) => strength >= strengths.likely)?.column.name ?? null;
  const rest = others()
    .filter(({ name }) => name !== status)
    .map(({ name }) => name);
  return { lines, sections, times, parties, status, rest };
}

/** Returns the evidence of a heading. */
export function heading(name: string): string {
  return `heading ${printable(JSON.stringify(name.slice(0, 40)))}`;
}

function filled({ values }: Column): readonly string[] {
  return values.filter((value) => value.trim() !== '');
}

/** Returns true if a name is certain by its words alone: they say it, or no other column is likely. */
export function isCertain(strength: number, rivals: number, { heading: { unknown } }: Column): boolean {
  return strength >= strengths.says - 0.5 ? true : strength >= strengths.likely && unknown === 0 && rivals === 0;
}

interface Chosen {
  readonly line: ProposedLine;
  readonly column: Column;
}

/** Returns the line of the key: an id whose values differ. A column without a word for an id is never one. */
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
      ...(found?.contradicts === true ? [`only some values equal the end minus the start`] : []),
      ...(shown === null ? [/^(?:s|ms)$/.test(unit) ? 'numbers without a unit: is it right' : 'minutes and seconds, or hours and minutes'] : []),
      ...(strength >= strengths.likely ? [] : ['is this the length of the call']),
    ];
    const evidence = [heading(column.name), ...(shown === null ? [] : [shown])];
    return { column, line: { text: `duration = { column = ${quoted(column.name)}, unit = "${unit}" }`, evidence, doubts } };
  }
  return null;
}

/** Returns the unit that the times of the rows or the sizes of their files show; null if neither does. */
function measuredUnit(
  { values }: Column,
  guessed: 's' | 'ms' | 'us' | 'min' | 'h:mm:ss' | 'auto-clock',
  { files }: TableBasis,
  { start, end }: GuessedTimes,
): { readonly unit: typeof guessed; readonly shown: string | null; readonly contradicts?: true } | null {
  const units = guessed === 's' || guessed === 'ms' ? (['s', 'ms', 'min'] as const) : [guessed];
  if (start !== null && end !== null) {
    for (const unit of units) {
      const compared = values.flatMap((value, row) => {
        const [ms, from, to] = [parseDuration(value, unit), start.at(row), end.at(row)];
        return ms === null || from === null || to === null ? [] : [Math.abs(to - from - ms) <= 2_000];
      });
      const equal = compared.filter(Boolean).length;
      if (compared.length > 0 && equal * 100 >= compared.length * agreeing)
        return { unit, shown: agree`${equal} of ${compared.length} value[s] equal the end minus the start` };
    }
  }
  for (const unit of units) {
    const compared = files.flatMap(({ row, size }) => {
      const ms = parseDuration(values[row] ?? '', unit) ?? 0;
      const rate = (size / ms) * 1_000;
      return ms === 0 ? [] : [rate >= bytesPerSecond.least && rate <= bytesPerSecond.most];
    });
    const fitting = compared.filter(Boolean).length;
    if (compared.length > 1 && fitting * 100 >= compared.length * agreeing)
      return { unit, shown: agree`the sizes of ${fitting} of ${compared.length} audio file[s] fit` };
  }
  return null;
}

interface ChosenParty {
  readonly line: ProposedLine;
  readonly columns: readonly string[];
  /** The column with the number; null if there is none. */
  readonly number: string | null;
}

/** Returns the line of a participant: its number, name and id may have columns of their own. */
function partyLine(role: 'caller' | 'callee' | 'agent' | 'customer', free: readonly Column[]): ChosenParty | null {
  const found = candidatesFor(role, free)
    .filter(({ column }) => hasValues(column))
    .flatMap(({ column, strength }) => {
      const values = guessParty(column.values);
      return values === null || isOtherKind(column, values) ? [] : [{ column, strength, values, fact: factOf(role, column, values) }];
    });
  const facts: { fact: PartyFact; column: Column; strength: number; values: PartyGuess }[] = [];
  for (const each of found) if (!facts.some(({ fact }) => fact === each.fact)) facts.push(each);
  const strong = facts.filter(({ strength }) => strength >= strengths.likely - 0.01);
  const chosen = strong.length > 0 ? strong : facts.slice(0, 1);
  if (chosen.length === 0) return null;
  const doubts: string[] = [];
  for (const { column, fact, strength, values } of chosen) {
    const rivals = found.filter((other) => other.fact === fact && other.column !== column && Math.abs(other.strength - strength) < 0.5);
    const rival = rivals.find((other) => other.column.values.some((value, row) => addressKey(value) !== addressKey(column.values[row] ?? '')));
    if (rival !== undefined) doubts.push(`or ${printable(JSON.stringify(rival.column.name))}, whose values differ`);
    else if (!isCertain(strength, rivals.length, column)) doubts.push(`is ${printable(JSON.stringify(column.name))} the ${role}`);
    if (fact === 'number' && values.read * 4 < values.of * 3)
      doubts.push(agree`${values.of - values.read} of ${values.of} value[s] [is not a number|are not numbers]`);
  }
  const evidence = chosen.map(
    ({ column, fact, values }) =>
      `${heading(column.name)}${fact === 'number' ? agree`, ${values.read} of ${values.of} value[s] [is a number or an address|are numbers or addresses]` : ''}`,
  );
  const bare = role === 'agent' ? 'name' : 'number';
  const [first] = chosen;
  const isBare = chosen.length === 1 && first?.fact === bare;
  const value = isBare
    ? quoted(first?.column.name ?? '')
    : `{ ${chosen.map(({ fact, column }) => `${fact} = ${namesOf(fact, column, found)}`).join(', ')} }`;
  return {
    line: { text: `${role} = ${value}`, evidence, doubts },
    columns: [
      ...chosen.map(({ column }) => column.name),
      ...found.filter(({ column }) => column.heading.concepts.has('last') || column.heading.concepts.has('first')).map(({ column }) => column.name),
    ],
    number: chosen.find(({ fact }) => fact === 'number')?.column.name ?? null,
  };
}

/** Returns the columns of a fact: a first and a last name belong together. */
function namesOf(fact: PartyFact, column: Column, found: readonly { readonly column: Column }[]): string {
  const part = (concept: 'first' | 'last'): string | undefined =>
    found.find(({ column: { heading: own } }) => own.concepts.has(concept))?.column.name;
  const [first, last] = [part('first'), part('last')];
  return fact === 'name' && first !== undefined && last !== undefined && (column.name === first || column.name === last)
    ? `[${quoted(first)}, ${quoted(last)}]`
    : quoted(column.name);
}

type PartyFact = 'number' | 'name' | 'id' | 'device';

/** Returns what a column says of a participant, by its words and its values. */
function factOf(role: Role, { heading: { concepts } }: Column, values: PartyGuess): PartyFact {
  if (role === 'agent') {
    if (concepts.has('extension') || concepts.has('phone')) return 'device';
    return concepts.has('id') || concepts.has('login') || concepts.has('number') || values.as === 'number' ? 'id' : 'name';
  }
  if (values.as === 'name' || concepts.has('first') || concepts.has('last')) return 'name';
  return 'number';
}

/** Returns a form in which addresses with and without their host are equal. */
function addressKey(text: string): string {
  return text
    .trim()
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/[@;].*$/, '')
    .replace(/^\+/, '');
}

/** Returns true if the values are long ids, times or flags, which are no participant whatever the heading says; `source` and `target` may be anything but for numbers. */
function isOtherKind(column: Column, { as }: PartyGuess): boolean {
  const { concepts } = column.heading;
  const isPerson = (['caller', 'callee', 'from', 'to', 'name', 'agent', 'login', 'customer'] as const).some((concept) => concepts.has(concept));
  if (as === 'name' && !isPerson) return true;
  const values = filled(column);
  const odd = values.filter((value) => /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value) || /^(?:yes|no|true|false|y|n|0|1|null|none)$/i.test(value.trim()));
  if (odd.length * 2 > values.length || areClocks(values)) return true;
  // Eight digits may be a number of Denmark as well as a date; the heading decides.
  if (values.every((value) => /^\s*\d+\s*$/.test(value))) return false;
  const time = guessTime(values, null);
  return time !== null && !time.counted;
}

/** Returns the line of the direction. A column with no plain word in it may be anything: its values are not repeated here. */
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
        : [isShown ? `into which list do ${words.open.map((value) => printable(value)).join(', ')} belong` : 'into which list do its values belong']),
      ...(words.byLetter ? ['single letters: are these right'] : []),
    ];
    const line = { text: `direction = { column = ${quoted(column.name)}${lists.join('')} }`, evidence: [heading(column.name)], doubts };
    return { column, line };
  }
  return null;
}
