import { resolve } from 'node:path';
import { type RequestedPerson, requestedPersonIn } from '../../cases/person/known-person.ts';
import type { People } from '../../core/identity/people.ts';
import { option } from './options.ts';
import { readPeopleFile } from './people-file.ts';

/** Creates the option `--people FILE`. */
export function peopleOption(): ReturnType<typeof option> {
  return option('--people <file>', 'register of persons and sites; the key or name of an entry stands for all its numbers and ids');
}

/** Reads the register if the option is given. @throws LongplayError usage U330, U331 */
export function givenPeople(file: string | undefined): { readonly people?: People } {
  return file === undefined ? {} : { people: readPeopleFile(resolve(file)) };
}

/** Returns the requested person; all values must mean one person. @throws LongplayError usage U330 to U332 */
export function requestedPersonOf(who: readonly string[], file: string | undefined): RequestedPerson {
  return requestedPersonIn(givenPeople(file).people ?? null, who);
}
