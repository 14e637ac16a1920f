import type { Party } from '../model/recording.ts';
import { readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { isName, judgeParty, nameKey, type PartyPlace } from './judge-party.ts';
import { alikeKey } from './name-likeness.ts';
import { expandPerson, identityOf, indexPeople, type People, type RegisteredValue } from './people.ts';
import { fullNumberDigits, type Person, personAt, personOf, wordsOf } from './person.ts';

/** A person of a register who certainly is a party. */
export interface Named {
  /** Key of the entry. */
  readonly key: string;
  /** True if nothing but the name supports the identification. */
  readonly byNameAlone: boolean;
}

/** Identifies parties by a register. */
export interface WhoIs {
  /** Returns the person; null: no entry of the register matches for certain, or several do. */
  find(party: Party, place: PartyPlace): Named | null;
  /** Returns the spellings of an entry; empty: there is no such entry. */
  textsOf(key: string): readonly string[];
  /** Names that two entries share, by `alikeKey`. */
  readonly sharedNames: ReadonlySet<string>;
}

/**
 * Indexes a register by the values of its entries; `judgeParty` decides.
 * @param country digits of a calling code, for sites that the register does not name
 */
export function createWhoIs(people: People, country: string | null): WhoIs {
  const index = indexPeople(people);
  const entries = new Map(people.persons.map((person) => [person.key, person]));
  const made = new Map<string, Person>();
  const personOfKey = (key: string): Person | null => {
    const [known, entry] = [made.get(key), entries.get(key)];
    if (known !== undefined || entry === undefined) return known ?? null;
    const person = personOf(expandPerson(people, entry, index).values, country, people.countries);
    made.set(key, person);
    return person;
  };
  const plans = personOf([], country, people.countries);
  const find: WhoIs['find'] = (party, place) => {
    const { plan } = personAt(plans, place.site);
    const keys = new Set(identitiesOf(party, plan).flatMap((identity) => (index.get(identity) ?? []).map(({ key }) => key)));
    const certain: Named[] = [];
    for (const key of keys) {
      const person = personOfKey(key);
      const known = person === null ? null : knownAs(person, party, place);
      if (known !== null) certain.push({ key, byNameAlone: known === 'by-name' });
    }
    const [only, more] = certain;
    return only === undefined || more !== undefined ? null : only;
  };
  const namesOf = (values: readonly RegisteredValue[]): Set<string> =>
    new Set(values.filter(({ kind }) => kind === 'name').map(({ text }) => alikeKey(wordsOf(text))));
  const bearers = new Map<string, number>();
  for (const { values } of people.persons) for (const name of namesOf(values)) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  return {
    find,
    textsOf: (key) => entries.get(key)?.values.map(({ text }) => text) ?? [],
    sharedNames: new Set([...bearers].filter(([, count]) => count > 1).map(([name]) => name)),
  };
}

/**
 * Judges whether a party certainly is a person. `certain`: by more than a name; `by-name`: by a name, which is theirs as long as nobody else has it.
 * Null: neither.
 */
export function knownAs(person: Person, party: Party, place: PartyPlace): 'certain' | 'by-name' | null {
  const here = personAt(person, place.site);
  const names = new Set(person.spellings.filter(isName).map(({ words }) => nameKey(words)));
  if (judgeParty({ ...here, sharedNames: names }, party, place)?.sureness === 'certain') return 'certain';
  return judgeParty(here, party, place)?.sureness === 'certain' ? 'by-name' : null;
}

/** Returns the identities of a party in the form of those of a register: every certain match has one in common. */
function identitiesOf({ phone, name, agentId }: Party, plan: NumberPlan | null): string[] {
  const texts = [phone?.sip ?? null, phone?.raw ?? null, phone?.e164 ?? null, agentId, name].flatMap((text) =>
    text === null || text.trim() === '' ? [] : [text],
  );
  return [
    ...new Set(
      texts.flatMap((text) => {
        const number = readNumber(text, plan);
        const kind = number === null ? null : number.digits.length < fullNumberDigits ? 'extension' : 'number';
        return [
          ...(kind === null || number === null ? [] : [identityOf({ kind, text: number.digits })]),
          identityOf({ kind: 'id', text }),
          identityOf({ kind: 'name', text }),
        ];
      }),
    ),
  ];
}
