import { agree } from '../../../src/core/base/agree.ts';
import { areClocks, guessTime } from './guess-times.ts';
import { areFlags, areTelephoneNumbers, guessParty, isIdHeading, type PartyGuess } from './guess-values.ts';
import { type Column, candidatesFor, filled, hasValues, type Role, strengths } from './header-roles.ts';
import { heading, isCertain, type ProposedLine, printable, quoted } from './proposed-line.ts';

/** The line of a participant. */
export interface ChosenParty {
  readonly line: ProposedLine;
  readonly columns: readonly string[];
  /** The column with the number; null if there is none. */
  readonly number: string | null;
}

/** Returns the line of a participant, whose number, name and id may have columns of their own. */
export function partyLine(role: 'caller' | 'callee' | 'agent' | 'customer', free: readonly Column[]): ChosenParty | null {
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
    // A platform's user may be its customer as well as an agent.
    if (role === 'agent' && fact === 'id' && chosen.length === 1 && !column.heading.concepts.has('agent'))
      doubts.push('is the user of the call an agent');
    // `A` and `De` are words of several languages, and may be the name of any column.
    if (fact === 'name' && isPreposition(column)) doubts.push(`is ${printable(JSON.stringify(column.name))} the ${role}`);
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

/** Returns true if the only sign of a participant is a word like `from` or `to`. */
function isPreposition({ heading: { concepts } }: Column): boolean {
  return [...concepts].every((concept) => concept === 'from' || concept === 'to');
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

/** Returns which fact about a participant a column states, by its words and its values. */
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

/**
 * Returns true if the values are long ids, times or flags, which are no participant whatever the heading says. Columns named `source` and `target` may be
 * anything unless they hold numbers.
 */
function isOtherKind(column: Column, { as }: PartyGuess): boolean {
  const { concepts } = column.heading;
  const isPerson = (['caller', 'callee', 'from', 'to', 'name', 'agent', 'login', 'customer'] as const).some((concept) => concepts.has(concept));
  // The name of a trunk or a line belongs to no person.
  if (as === 'name' && (!isPerson || concepts.has('queue'))) return true;
  const values = filled(column);
  const odd = values.filter((value) => /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value));
  // The ids of two agents may be 0 and 1.
  const isId = concepts.has('id') || concepts.has('number') || concepts.has('login');
  if (odd.length * 2 > values.length || (!isId && areFlags(values)) || areClocks(values)) return true;
  // Eight digits may be a Danish telephone number or a date; the heading decides.
  if (values.every((value) => /^\s*\d+\s*$/.test(value))) return false;
  const time = guessTime(values, null);
  return time !== null && !time.counted;
}

/** Largest number of columns for which a proposal asks whose numbers they are. */
const askedMax = 3;

/** Returns questions about columns of telephone numbers whose headings do not show whose they are, for tables without any other participant. */
export function whoseQuestions(columns: readonly Column[]): readonly ProposedLine[] {
  return columns
    .filter(
      (column) => areTelephoneNumbers(column.values) && (column.heading.concepts.has('number') || (!isIdHeading(column.name) && !isTime(column))),
    )
    .slice(0, askedMax)
    .map((column) => ({
      text: `# customer = ${quoted(column.name)}`,
      evidence: [agree`${filled(column).length} value[s] [is|are] written like telephone numbers`],
      doubts: ['no heading says whose: caller, callee or customer'],
    }));
}

function isTime({ values }: Column): boolean {
  const time = guessTime(values, null);
  return time?.counted === true && time.read === time.of;
}
