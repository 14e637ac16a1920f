import { resolve } from 'node:path';
import type { AskedValues } from '../cases/known-person.ts';
import { type Expanded, type People, personsNamed } from '../core/identity/people.ts';
import { option } from './options.ts';
import { expandNamed, readPeopleFile } from './people-file.ts';

/** `--people FILE` */
export function peopleOption(): ReturnType<typeof option> {
  return option('--people <file>', 'register of persons and sites: a key or name of an entry stands for all that it has');
}

/** Who is asked for, with what a register says. */
interface Asked {
  /** What no entry stands for. */
  readonly typed: readonly string[];
  readonly register: Expanded | null;
  readonly countries: Readonly<Record<string, string>>;
}

/** The register, where one is given. @throws LongplayError usage U330, U331 */
export function givenPeople(file: string | undefined): { readonly people?: People } {
  return file === undefined ? {} : { people: readPeopleFile(resolve(file)) };
}

/** Looks up who is asked for; all values mean one person. @throws LongplayError usage U330 to U332 */
export function askedOf(who: readonly string[], file: string | undefined): Asked {
  if (file === undefined) return { typed: who, register: null, countries: {} };
  const people = readPeopleFile(resolve(file));
  const named = who.find((text) => personsNamed(people, text).length > 0);
  const register = named === undefined ? null : expandNamed(people, file, named);
  const typed = who.filter((text) => !personsNamed(people, text).some(({ key }) => key === register?.key));
  return { typed, register, countries: people.countries };
}

/** The same as values to look for. */
export function askedValues(who: readonly string[], file: string | undefined): AskedValues {
  const { typed, register, countries } = askedOf(who, file);
  return { values: register === null ? typed : [...register.values, ...typed], countries };
}
