import { errorText, isTrouble } from '../../core/base/error.ts';
import type { People } from '../../core/identity/people.ts';
import type { PageRegister } from '../../core/page/data.ts';

/** Where a register of persons is from. */
export interface PeopleSource {
  /** A text that is another one when the register may be: asked for whenever it is needed. */
  state(): string;
  /** @throws LongplayError where it cannot be had */
  read(): People;
}

/** The register of persons as it is now. */
export interface PeopleRegister {
  /** Null: there is none. */
  readonly people: () => People | null;
  /** What a page says of it. */
  readonly shown: () => PageRegister;
}

/**
 * Reads a register again when it has changed. What cannot be read changes nothing: what it said last counts on, which is told once for each state of it.
 * @param source null: there is none @param now ISO time @throws LongplayError where it cannot be read at first
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
      warn(`the register of persons was read again: ${known.persons.length} entries, ${Object.keys(known.countries).length} sites`);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      isStale = true;
      warn(`the register of persons has changed and cannot be used, so that what it said before counts: ${errorText(error)}`);
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
