import type { Party } from '../model/recording.ts';
import { readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { joinMarks, mostMarks } from './bearers.ts';
import { alikeKey, compareNames } from './name-likeness.ts';
import { foldedId, wordsOf } from './person.ts';

// The rule of identity between two calls: which party of one call is a party of the other. Equal values support it; another full number, id or name
// contradicts it; a name that several persons have decides nothing; the decision of a person or a register takes precedence. Only simultaneous calls
// are compared, so a short number identifies a line.
//
//   who anna-berg       the entry of a register       subject yes, subject no   the person of the case, by evidence or decision
//   tel 46701740605     a full number                 id 1001, id agent-7       a short number, address or agent id
//   agent agent-7       the same as an agent id       name anna berg            a name
//   called who anna-berg, called subject yes          by the name alone         namesake anna berg         a name that several have

/**
 * Number of digits from which a number without a plus may begin with a country code. The limit is safe: pairs that are not joined are reviewed,
 * wrongly joined ones are not.
 */
const withCountryDigits = 10;

/** Returns the keys that a party itself provides. @param plan numbering plan for national numbers at the place of the party */
export function partyKeys({ phone, name, agentId }: Party, plan: NumberPlan | null): readonly string[] {
  const id = agentId === null || agentId.trim() === '' ? null : foldedId(agentId);
  const words = name === null ? [] : wordsOf(name);
  return [
    ...new Set([
      ...(phone === null || phone.damage !== null ? [] : [addressKey(phone.e164 ?? phone.sip ?? phone.raw, plan)]),
      // An extension in one system can be the agent's id in another.
      ...(id === null ? [] : [`id ${id}`, `agent ${id}`]),
      ...(words.length === 0 ? [] : [`name ${words.join(' ')}`]),
    ]),
  ];
}

function addressKey(text: string, plan: NumberPlan | null): string {
  const number = readNumber(text, plan);
  if (number === null) return `id ${foldedId(text)}`;
  const { kind, digits } = number;
  if (kind === 'national') return `id 0${digits}`;
  return kind === 'international' || (digits.length >= withCountryDigits && !digits.startsWith('0')) ? `tel ${digits}` : `id ${digits}`;
}

/** Returns true for a full number, which belongs to somebody outside the organisation. */
export function isOutsideKey(key: string): boolean {
  return key.startsWith('tel ') || /^id 0\d{5}/.test(key);
}

/** Returns true for keys that can identify two parties with each other. */
export function joinsCalls(key: string): boolean {
  return key !== 'subject no' && /^(?:who|subject|tel|id|name) /.test(key);
}

/**
 * Adjusts keys to what all calls together show about names: a name that several persons have joins nobody, and a party known only by such a name is
 * unknown.
 * @param shared names of several persons according to a register, as `alikeKey`
 */
export function settledKeys(
  all: Iterable<readonly string[]>,
  shared: ReadonlySet<string> = new Set(),
): (keys: readonly string[]) => readonly string[] {
  const groups = new Map<string, Set<string>[]>();
  const several = new Set(shared);
  for (const keys of all) {
    const marks = keys.filter(isMark);
    if (marks.length === 0) continue;
    for (const name of namesOf(keys)) {
      if (several.has(name)) continue;
      joinMarks(groups, name, marks);
      if ((groups.get(name) ?? []).reduce((sum, { size }) => sum + size, 0) > mostMarks) several.add(name);
    }
  }
  for (const [name, some] of groups) if (some.length > 1) several.add(name);
  return (keys) => {
    const isShared = namesOf(keys).some((name) => several.has(name));
    return keys.flatMap((key) => {
      if (key.startsWith('called ')) return isShared ? [] : [key.slice('called '.length)];
      return isShared && key.startsWith('name ') ? [`namesake ${key.slice('name '.length)}`] : [key];
    });
  };
}

/** Returns true for keys that distinguish bearers of one name, as `Bearers` in src/core/identity/bearers.ts does. */
function isMark(key: string): boolean {
  return isOutsideKey(key) || /^(?:who|agent) /.test(key) || key === 'subject yes' || (key.startsWith('id ') && key.includes('@'));
}

/** Judges whether two parties of simultaneous calls are one person. Both lists are settled keys. */
export function isOneParty(mine: readonly string[], theirs: readonly string[]): boolean {
  const compared = (kind: string, isMeant: (value: string) => boolean = () => true): 'same' | 'other' | 'silent' => {
    const [one, other] = [mine, theirs].map((keys) => valuesOf(keys, kind).filter(isMeant)) as [string[], string[]];
    if (one.length === 0 || other.length === 0) return 'silent';
    return one.some((value) => other.includes(value)) ? 'same' : 'other';
  };
  const [who, subject] = [compared('who'), compared('subject')];
  if (who === 'other' || subject === 'other') return false;
  if (who === 'same' || (subject === 'same' && mine.includes('subject yes'))) return true;
  const [tel, id, name] = [compared('tel'), compared('id'), compared('name')];
  if (![tel, id, name].includes('same')) return false;
  const isAgainst = [tel, compared('agent'), compared('id', (value) => value.includes('@'))].includes('other') || hasOtherName(mine, theirs);
  return !isAgainst;
}

function hasOtherName(mine: readonly string[], theirs: readonly string[]): boolean {
  const [one, other] = [mine, theirs].map((keys) => [...valuesOf(keys, 'name'), ...valuesOf(keys, 'namesake')].map((words) => words.split(' ')));
  return (
    one?.every((words) => other?.every((others) => compareNames(words, others).like === 'other')) === true && one.length > 0 && other?.length !== 0
  );
}

function namesOf(keys: readonly string[]): string[] {
  return valuesOf(keys, 'name').map((words) => alikeKey(words.split(' ')));
}

function valuesOf(keys: readonly string[], kind: string): string[] {
  return keys.filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(kind.length + 1));
}
