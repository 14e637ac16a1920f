import { isOneParty, settledKeys } from '../../core/identity/one-party.ts';
import type { TimelineEntry, TimelineParty } from './entry.ts';

/**
 * Returns true if two calls share a party and may be the same call. They are two calls if each has a person that the other lacks and that is known by a full
 * number or by the register, e.g. two callers of one switchboard or two people with one name. Keys must be settled by `settlingOf`.
 */
export function isOneCall(parties: readonly TimelineParty[], others: readonly TimelineParty[]): boolean {
  const isOne = (one: TimelineParty, other: TimelineParty): boolean => isOneParty(one.keys, other.keys);
  const lacks =
    (of: readonly TimelineParty[]) =>
    (party: TimelineParty): boolean => {
      const numbers = party.keys.filter((key) => key.startsWith('tel '));
      if (numbers.length === 0 && !party.keys.some((key) => key.startsWith('who '))) return false;
      return !of.some((other) => isOne(party, other) || numbers.some((key) => other.keys.includes(key)));
    };
  return parties.some((one) => others.some((other) => isOne(one, other))) && !(parties.some(lacks(others)) && others.some(lacks(parties)));
}

/**
 * Returns a function that settles the keys of an entry by comparing all entries: a name that several persons share does not connect parties.
 * @param sharedNames names shared according to a register
 */
export function settlingOf(entries: readonly TimelineEntry[], sharedNames: ReadonlySet<string>): (entry: TimelineEntry) => TimelineEntry {
  const settle = settledKeys(keysIn(entries), sharedNames);
  const settled = (parties: readonly TimelineParty[]): TimelineParty[] => parties.map((party) => ({ ...party, keys: settle(party.keys) }));
  return (entry) => ({
    ...entry,
    parties: settled(entry.parties),
    accounts: entry.accounts.map((account) => ({ ...account, parties: settled(account.parties) })),
  });
}

function* keysIn(entries: readonly TimelineEntry[]): Generator<readonly string[]> {
  for (const { parties, accounts } of entries) for (const { keys } of [...parties, ...accounts.flatMap((account) => account.parties)]) yield keys;
}
