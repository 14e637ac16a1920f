import { agree } from '../../core/base/agree.ts';
import { errorText, isTrouble } from '../../core/base/error.ts';
import type { People } from '../../core/identity/people.ts';
import type { PageRegister } from '../../core/page/data.ts';

/** Source of a register of persons. */
export interface PeopleSource {
  /** Returns a text that changes whenever the register may have changed. Called before each use. */
  state(): string;
  /** Reads the register. @throws LongplayError if it cannot be read */
  read(): People;
}

/** The current register of persons. */
export interface PeopleRegister {
  /** Returns the register; null if there is none. */
  readonly people: () => People | null;
  /** Returns what the page shows about the register. */
  readonly shown: () => PageRegister;
}

/**
 * Reads the register again when its source has changed. If the source cannot be read, the previous register remains in use, and this is reported once per state
 * of the source.
 * @param source null: there is no register
 * @param now ISO time
 * @throws LongplayError if the first reading fails
 */
export function createPeopleRegister(source: PeopleSource | null, warn: (message: string) => void, now: () => string): PeopleRegister {
  if (source === null) return { people: () => null, shown: () => ({ is: 'none' }) };
  let seen = source.state();
  let known = source.read();
  let readAt = now();
  let isStale = false;
  const look = (): void => {
    const state = source.state();
    if (state === seen) return;
    seen = state;
    try {
      known = source.read();
      readAt = now();
      isStale = false;
      warn(agree`the register of persons was read again: ${known.persons.length} entr[y|ies], ${Object.keys(known.countries).length} site[s]`);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      isStale = true;
      warn(`the register of persons has changed and cannot be used; its previous state stays in effect: ${errorText(error)}`);
    }
  };
  return {
    people: () => {
      look();
      return known;
    },
    shown: () => {
      look();
      return { is: isStale ? 'stale' : 'read', entries: known.persons.length, readAt };
    },
  };
}
