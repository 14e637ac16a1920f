import type { Party } from '../model/recording.ts';
import { readNumber } from '../numbers/number-reading.ts';
import { isFullNumber, isName, judgeParty, nameKey, wordsLike } from './judge-party.ts';
import { alikeKey } from './name-likeness.ts';
import { foldedId, type Person, type Spelling } from './person.ts';

/** Largest number of marks that are kept per name; a name with more has several bearers. */
export const mostMarks = 64;
/** Number of last digits that are compared: two numbers that share them are one, with or without a country code. */
const markDigits = 8;

/**
 * Finds out whether others in an archive have the same name: examines one party after another and keeps a few marks (numbers, addresses, ids) per
 * name.
 */
export interface Bearers {
  look(party: Party): void;
  /** Returns true if every name has other bearers, so that nothing more can be learned. */
  isSettled(): boolean;
  /** Returns the person, with the names that others share. */
  person(): Person;
}

/**
 * Starts a count. A name has two bearers if a party with that name has a number or id that is none of the given ones. If none was given, a name has
 * two bearers if its parties form two groups without a common mark.
 */
export function createBearers(person: Person): Bearers {
  const names = person.spellings.filter(isName);
  const others = { ...person, spellings: person.spellings.filter((one) => !isName(one) && !one.isOthers) };
  const isKnown = others.spellings.some(({ kind }) => kind !== 'extension');
  const groups = new Map<string, Set<string>[]>();
  const shared = new Set(person.sharedNames);
  const look = (party: Party): void => {
    for (const by of names) {
      const key = nameKey(by.words);
      if (shared.has(key) || !isOfName(by, party)) continue;
      const marks = marksOf(person, by, party);
      if (marks.length === 0) continue;
      if (!isKnown) joinMarks(groups, key, marks);
      else if (judgeParty(others, { ...party, name: null, device: null }, null) === null) shared.add(key);
      const some = groups.get(key) ?? [];
      if (some.reduce((sum, { size }) => sum + size, 0) > mostMarks) shared.add(key);
    }
  };
  return {
    look,
    isSettled: () => names.every(({ words }) => shared.has(nameKey(words))),
    person: () => {
      for (const [key, some] of groups) if (some.length > 1) shared.add(key);
      return { ...person, sharedNames: shared };
    },
  };
}

function isOfName(by: Spelling, { name, agentId }: Pick<Party, 'name' | 'agentId'>): boolean {
  return [name, agentId].some((text) => text !== null && (foldedId(text) === by.id || alikeKey(by.words) === alikeKey(wordsLike(by, text))));
}

/** Returns the full numbers, addresses and ids of a party. */
function marksOf({ plan }: Person, by: Spelling, { phone, agentId }: Party): string[] {
  const number = phone !== null && phone.damage === null && isFullNumber(phone) ? readNumber(phone.sip ?? phone.raw, plan) : null;
  const address = phone !== null && number === null && phone.sip !== null && readNumber(phone.sip, null) === null ? foldedId(phone.sip) : null;
  const id = agentId === null || agentId.trim() === '' || isOfName(by, { name: null, agentId }) ? null : foldedId(agentId);
  return [
    ...(number === null ? [] : [`n${number.digits.slice(-markDigits)}`]),
    ...(address === null ? [] : [`a${address}`]),
    ...(id === null ? [] : [`i${id}`]),
  ];
}

/** Adds the marks of one party, and merges the groups that share one of them. */
export function joinMarks(groups: Map<string, Set<string>[]>, key: string, marks: readonly string[]): void {
  const all = groups.get(key) ?? [];
  const touched = all.filter((group) => marks.some((mark) => group.has(mark)));
  groups.set(key, [...all.filter((group) => !touched.includes(group)), new Set([...touched.flatMap((group) => [...group]), ...marks])]);
}
