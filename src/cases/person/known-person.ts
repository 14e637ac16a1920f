import type { CaseDecision, CaseDocument } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { resultAtOnce, withResultAtOnce } from '../../core/base/with-result.ts';
import { createBearers } from '../../core/identity/bearers.ts';
import { isName } from '../../core/identity/judge-party.ts';
import { type Expanded, expandPerson, type People, personsNamed } from '../../core/identity/people.ts';
import { type GivenValue, type Person, personOf } from '../../core/identity/person.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { decidedBy } from '../store/decisions.ts';
import { batchesOf, type SearchedArchive } from '../store/searched-archive.ts';
import { partiesOf } from './find-person.ts';

/** The person to search for: as typed, or from a register of persons. */
export interface PersonValues {
  readonly values: readonly (string | GivenValue)[];
  /** Countries of sites, according to the register. */
  readonly countries: Readonly<Record<string, string>>;
}

/** Returns typed values as a person to search for. */
export function typed(texts: readonly string[]): PersonValues {
  return { values: texts, countries: {} };
}

/** The requested person, with the entry of a register of persons. */
export interface RequestedPerson {
  /** Values that the register's entry does not contain. */
  readonly typed: readonly string[];
  readonly register: Expanded | null;
  /** Countries of sites, according to the register. */
  readonly countries: Readonly<Record<string, string>>;
}

/**
 * Looks up a person in a register. All texts mean the same person.
 * @param people null: no register was given
 * @throws LongplayError usage U332 if several persons have the name
 */
export function requestedPersonIn(people: People | null, who: readonly string[]): RequestedPerson {
  if (people === null) return { typed: who, register: null, countries: {} };
  const named = who.map((text) => personsNamed(people, text)).find((some) => some.length > 0) ?? [];
  const [found, ...more] = named;
  if (more.length > 0)
    throw new LongplayError(
      'usage',
      'U332',
      agree`${named.length} entr[y|ies] of the register [has|have] this name`,
      `give one of their keys: ${named
        .slice(0, 10)
        .map(({ key }) => key)
        .join(', ')}`,
    );
  const register = found === undefined ? null : expandPerson(people, found);
  return { typed: who.filter((text) => !personsNamed(people, text).some(({ key }) => key === found?.key)), register, countries: people.countries };
}

/** Returns the values to search for. */
export function valuesOf({ typed: texts, register, countries }: RequestedPerson): PersonValues {
  return { values: register === null ? texts : [...register.values, ...texts], countries };
}

/** Returns the data about the data subject that a case keeps, so that the case does not change with the register. */
export function keptSubject({ spellings }: Person, { register, countries }: RequestedPerson): Pick<CaseDocument, 'subject' | 'register'> {
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

/** Returns the data subject of a case. */
export function subjectOf({ subject, register }: Pick<CaseDocument, 'subject' | 'register'>): PersonValues {
  return register ?? typed(subject ?? []);
}

/**
 * Returns the person to search for, together with others in the archive who have the same name. Reads the recordings that contain the words of a name.
 * @param decisions decisions of the case about the person
 */
export async function personIn(
  searched: SearchedArchive,
  asked: PersonValues,
  country: string | null,
  signal: AbortSignal,
  decisions: readonly CaseDecision[] = [],
): Promise<Person> {
  const taken = withResultAtOnce(searchBearers(searched, asked, country, signal, decisions));
  for (const recordings of taken) await searched.reading?.obtain(recordings, false);
  return taken.result();
}

/** Returns the person like `personIn`, but synchronously, for a process that need not obtain keys. */
export function personAtOnce(searched: Omit<SearchedArchive, 'reading'>, asked: PersonValues, country: string | null, signal: AbortSignal): Person {
  return resultAtOnce(searchBearers(searched, asked, country, signal, []));
}

/** Yields each batch of recordings before reading it, so that the caller can obtain the keys. Returns the person. */
function* searchBearers(
  { archive, catalog }: SearchedArchive,
  asked: PersonValues,
  country: string | null,
  signal: AbortSignal,
  decisions: readonly CaseDecision[],
): Generator<readonly Found[], Person> {
  const person = personOf(asked.values, country, asked.countries);
  const bearers = createBearers(person);
  for (const { words } of person.spellings.filter(isName)) {
    if (words.length === 0) continue;
    for (const batch of batchesOf(catalog.search({ text: words.map((word) => `"${word}"`).join(' ') }))) {
      yield batch;
      for (const found of batch) {
        signal.throwIfAborted();
        const shown = tryRecording(archive.dir, found);
        if ('refused' in shown) continue;
        for (const { party } of partiesOf(shown.document)) bearers.look(party);
        if (bearers.isSettled()) break;
      }
      if (bearers.isSettled()) break;
    }
  }
  return { ...bearers.person(), decided: decidedBy(decisions) };
}
