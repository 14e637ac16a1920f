import type { Party } from '../model/recording.ts';
import { readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { joinMarks, mostMarks } from './bearers.ts';
import { alikeKey, compareNames } from './name-likeness.ts';
import { foldedId, wordsOf } from './person.ts';

// The rule of identity between two calls: who in the one is who in the other. What is the same in both speaks for it, another full number, id or name speaks against, a name that several
// have says nothing, and what a person decided or a register says takes precedence. Two calls are compared at one time, and so a short number is a line.
//
//   who anna-berg       the entry of a register       subject yes, subject no   the person of the case, by evidence or decision
//   tel 46701740605     a full number                 id 1001, id agent-7       a short number, address or agent id
//   agent agent-7       an agent id once more         name anna berg            a name
//   called who anna-berg, called subject yes          so by the name alone      namesake anna berg         a name that several have

/** Digits of a number without country and plus that is taken for one with them: what is joined too seldom is looked at, what is joined too often is not. */
const withCountryDigits = 10;

/** What a party is known by, as far as it says so itself. @param plan of the country that national numbers at its place are of */
export function partyKeys({ phone, name, agentId }: Party, plan: NumberPlan | null): readonly string[] {
  const id = agentId === null || agentId.trim() === '' ? null : foldedId(agentId);
  const words = name === null ? [] : wordsOf(name);
  return [
    ...new Set([
      ...(phone === null || phone.damage !== null ? [] : [addressKey(phone.e164 ?? phone.sip ?? phone.raw, plan)]),
      // An extension in one system is the agent's id in another.
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

/** True for a full number, which is somebody outside. */
export function isOutsideKey(key: string): boolean {
  return key.startsWith('tel ') || /^id 0\d{5}/.test(key);
}

/** True for keys by which two parties may be one. */
export function joinsCalls(key: string): boolean {
  return key !== 'subject no' && /^(?:who|subject|tel|id|name) /.test(key);
}

/** Keys with what all calls together say of names: one that several have joins nobody, and who is known by it alone is not known. @param shared names of several, by a register: `alikeKey` */
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

/** What tells bearers of one name apart: `Bearers` of src/core/identity/bearers.ts asks the same. */
function isMark(key: string): boolean {
  return isOutsideKey(key) || /^(?:who|agent) /.test(key) || key === 'subject yes' || (key.startsWith('id ') && key.includes('@'));
}

/** Whether two parties of calls at one time are one. Both have settled keys. */
export function isOneParty(mine: readonly string[], theirs: readonly string[]): boolean {
  const compared = (kind: string, isMeant: (value: string) => boolean = () => true): 'same' | 'other' | 'silent' => {
    const [one, other] = [mine, theirs].map((keys) => valuesOf(keys, kind).filter(isMeant)) as [string[], string[]]; // two keys, two lists
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
