import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { PartyPlace } from '../../core/identity/judge-party.ts';
import { partyKeys } from '../../core/identity/one-party.ts';
import type { People } from '../../core/identity/people.ts';
import { type Person, personAt, personOf } from '../../core/identity/person.ts';
import { createWhoIs, knownAs } from '../../core/identity/who-is.ts';
import type { Party } from '../../core/model/recording.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { decidedBy } from '../store/decisions.ts';
import { subjectOf } from './known-person.ts';

/** Knowledge about the parties of a case: from a register, from decisions, and from the countries of sites. */
export interface KnownParties {
  /** Digits of a calling code; null if unknown. */
  readonly country: string | null;
  /** Returns the keys that identify a party: see src/core/identity/one-party.ts. */
  keysOf(party: Party, place: PartyPlace): readonly string[];
  /** Returns texts by which a person with a key can be found, if the key itself is no text. */
  textsOf(key: string): readonly string[];
  /** Names that several persons share, according to the register. */
  readonly sharedNames: ReadonlySet<string>;
  /** Systems that record the same lines, according to the register. */
  readonly lines: People['lines'];
}

/** Collects the knowledge about the parties of a case. @param people null: no register was given */
export function knownParties(
  document: Pick<CaseDocument, 'country' | 'subject' | 'register' | 'decisions'>,
  people: People | null = null,
): KnownParties {
  const { country, decisions = [] } = document;
  const about = subjectOf(document);
  const countries = { ...about.countries, ...people?.countries };
  const subject: Person | null = document.subject === null ? null : { ...personOf(about.values, country, countries), decided: decidedBy(decisions) };
  const whoIs = people === null ? null : createWhoIs(people, country);
  const plans = personOf([], country, countries);
  const planAt = (site: string): NumberPlan | null => personAt(plans, site).plan;
  return {
    country,
    keysOf: (party, place) => [
      ...partyKeys(party, planAt(place.site)),
      ...(subject === null ? [] : subjectKeys(subject, party, place)),
      ...named(whoIs?.find(party, place) ?? null),
    ],
    textsOf: (key) => {
      if (key === 'subject yes') return subject?.spellings.filter(({ isOthers }) => !isOthers).map(({ raw }) => raw) ?? [];
      return key.startsWith('who ') ? (whoIs?.textsOf(key.slice('who '.length)) ?? []) : [];
    },
    sharedNames: whoIs?.sharedNames ?? new Set(),
    lines: people?.lines ?? [],
  };
}

/** Returns the knowledge about parties if only a country is known. */
export function ofCountry(country: string | null): KnownParties {
  return knownParties({ country, subject: null });
}

function named(found: { readonly key: string; readonly byNameAlone: boolean } | null): string[] {
  return found === null ? [] : [`${found.byNameAlone ? 'called ' : ''}who ${found.key}`];
}

function subjectKeys(subject: Person, party: Party, place: PartyPlace): string[] {
  if (subject.decided?.(place.recordingId, place.field) === 'is-not') return ['subject no'];
  const known = knownAs(subject, party, place);
  return known === null ? [] : [`${known === 'by-name' ? 'called ' : ''}subject yes`];
}
