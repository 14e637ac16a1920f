import { readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { type Expanded, expandPerson, identityOf, type People, type RegisteredPerson, type RegisteredValue } from './people.ts';
import { within } from './period.ts';
import { fullNumberDigits, wordsOf } from './person.ts';

/** Looks up in a register which persons a value in a third party's list means. */
export interface Directory {
  /**
   * Returns the persons whom a value names: by the key of the entry, or by a name, number, id or extension that was theirs at a time and site. If
   * there are several, it may be any of them.
   * @param span null: the time is unknown
   */
  bearers(text: string, at: { readonly span: TimeSpan | null; readonly site: string | null }): readonly Bearer[];
}

/** A person whom a value names. */
export interface Bearer extends Expanded {
  /** False if it is uncertain whether the value was theirs then. */
  readonly isSure: boolean;
}

/** Indexes a register. @param plan numbering plan for national numbers in the list */
export function createDirectory(people: People, plan: NumberPlan | null): Directory {
  const byKey = new Map(people.persons.map((person) => [person.key, person]));
  const index = new Map<string, { readonly person: RegisteredPerson; readonly value: RegisteredValue }[]>();
  for (const person of people.persons)
    for (const value of person.values) {
      const identity = identityOf(value);
      const some = index.get(identity);
      if (some === undefined) index.set(identity, [{ person, value }]);
      else some.push({ person, value });
    }
  const expanded = new Map<string, Expanded>();
  const expand = (person: RegisteredPerson): Expanded => {
    const made = expanded.get(person.key) ?? expandPerson(people, person);
    expanded.set(person.key, made);
    return made;
  };
  return {
    bearers: (text, { span, site }) => {
      const named = byKey.get(text.trim());
      if (named !== undefined) return [{ ...expand(named), isSure: true }];
      const found = new Map<string, Bearer>();
      for (const identity of identitiesOf(text, plan))
        for (const { person, value } of index.get(identity) ?? []) {
          if (site !== null && value.site !== null && value.site !== site) continue;
          const then = value.period === null ? 'inside' : within(value.period, span);
          if (then === 'outside') continue;
          const isSure = then === 'inside' && (value.site === null || site !== null);
          found.set(person.key, { ...expand(person), isSure: isSure || found.get(person.key)?.isSure === true });
        }
      return [...found.values()];
    },
  };
}

/** Returns the identities that a text may have in a register. */
function identitiesOf(text: string, plan: NumberPlan | null): string[] {
  const plain = text.trim();
  const read = readNumber(plain, plan);
  const number = read === null || read.digits.length < fullNumberDigits ? [] : [identityOf({ kind: 'number', text: read.digits })];
  const extension = read === null || read.digits.length >= fullNumberDigits ? [] : [identityOf({ kind: 'extension', text: plain })];
  const name = wordsOf(plain).length === 0 ? [] : [identityOf({ kind: 'name', text: plain })];
  return [...number, ...extension, ...name, identityOf({ kind: 'id', text: plain })];
}
