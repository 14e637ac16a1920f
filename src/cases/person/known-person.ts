import type { CaseDecision, CaseDocument } from '../../archive/documents/case-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { createBearers } from '../../core/identity/bearers.ts';
import { isName } from '../../core/identity/judge-party.ts';
import { type Expanded, expandPerson, type People, personsNamed } from '../../core/identity/people.ts';
import { type GivenValue, type Person, personOf } from '../../core/identity/person.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import { decidedBy } from '../store/decisions.ts';
import { partiesOf, type Searcher } from './find-person.ts';

/** Who is looked for: as it was typed, or as a register of persons has it. */
export interface AskedValues {
  readonly values: readonly (string | GivenValue)[];
  /** Countries of sites, by the register. */
  readonly countries: Readonly<Record<string, string>>;
}

/** Values that were typed. */
export function typed(texts: readonly string[]): AskedValues {
  return { values: texts, countries: {} };
}

/** Who is asked for, with what a register of persons says. */
export interface AskedPerson {
  /** What no entry of it stands for. */
  readonly typed: readonly string[];
  readonly register: Expanded | null;
  /** Countries of sites, by the register. */
  readonly countries: Readonly<Record<string, string>>;
}

/** Looks up in a register who is asked for; all texts mean one person. @param people null: there is none @throws LongplayError usage U332: several have the name */
export function askedIn(people: People | null, who: readonly string[]): AskedPerson {
  if (people === null) return { typed: who, register: null, countries: {} };
  const named = who.map((text) => personsNamed(people, text)).find((some) => some.length > 0) ?? [];
  const [found, ...more] = named;
  if (more.length > 0)
    throw new LongplayError(
      'usage',
      'U332',
      `${named.length} entries of the register have this name`,
      `give one of their keys: ${named
        .slice(0, 10)
        .map(({ key }) => key)
        .join(', ')}`,
    );
  const register = found === undefined ? null : expandPerson(people, found);
  return { typed: who.filter((text) => !personsNamed(people, text).some(({ key }) => key === found?.key)), register, countries: people.countries };
}

/** The same as values to look for. */
export function valuesOf({ typed: texts, register, countries }: AskedPerson): AskedValues {
  return { values: register === null ? texts : [...register.values, ...texts], countries };
}

/** What a case keeps of whom it is about, so that it stays what it was when the register changes. */
export function keptSubject({ spellings }: Person, { register, countries }: AskedPerson): Pick<CaseDocument, 'subject' | 'register'> {
  const subject = [...new Set(spellings.filter(({ isOthers }) => !isOthers).map(({ raw }) => raw))];
  if (register === null && Object.keys(countries).length === 0) return { subject };
  const values = spellings.map(({ raw: text, kind, period, site, isShared, isOthers, entry }) => ({
    text,
    kind,
    period,
    site,
    isShared,
    isOthers,
    entry,
  }));
  return { subject, register: { values, countries } };
}

/** The one person whom a case is about. */
export function subjectOf({ subject, register }: Pick<CaseDocument, 'subject' | 'register'>): AskedValues {
  return register ?? typed(subject ?? []);
}

/** The person who is looked for, with what the archive says of others who have the same name. Reads the recordings that have the words of a name. @param decisions of the case that is about them */
export function personIn(
  archiveDir: string,
  catalog: Searcher,
  asked: AskedValues,
  country: string | null,
  signal: AbortSignal,
  decisions: readonly CaseDecision[] = [],
): Person {
  const person = personOf(asked.values, country, asked.countries);
  const bearers = createBearers(person);
  for (const { words } of person.spellings.filter(isName)) {
    if (words.length === 0) continue;
    for (const found of catalog.search({ text: words.map((word) => `"${word}"`).join(' ') })) {
      signal.throwIfAborted();
      const shown = tryRecording(archiveDir, found);
      if ('refused' in shown) continue;
      for (const { party } of partiesOf(shown.document)) bearers.look(party);
      if (bearers.isSettled()) break;
    }
  }
  return { ...bearers.person(), decided: decidedBy(decisions) };
}
