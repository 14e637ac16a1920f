import { faultsText, kindsOf } from './faults.ts';

/** How much a verification decodes: nothing; access copies; copies and originals. Each level includes the previous one. */
export type DecodingLevel = 'none' | 'copies' | 'all';

const levels: readonly DecodingLevel[] = ['none', 'copies', 'all'];

/** Statement of a `bag-verified` entry about decoding. */
export interface LoggedDecoding {
  /** Level that the run attempted for this bag; what it found depends on the level. */
  readonly tried: DecodingLevel;
  /** Level at which everything was decoded; `none` if something could not be attempted or was not intact. */
  readonly whole: DecodingLevel;
}

/** Parses the statement of a `bag-verified` entry about decoding. */
export function decodingOf({ played, untried, faults }: Readonly<Record<string, string | number | boolean | null>>): LoggedDecoding {
  const tried = levels.find((level) => level === played) ?? 'none';
  const allTried = untried === undefined || untried === 0;
  // A missing or altered file was not decoded; a file that does not play was.
  const allThere = [...kindsOf(typeof faults === 'string' ? faults : '').keys()].every((kind) => kind === unplayable);
  return { tried, whole: allTried && allThere ? tried : 'none' };
}

/** Returns true if one level includes another. */
export function reaches(level: DecodingLevel, other: DecodingLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(other);
}

/** Returns the lower of two levels. */
export function lower(a: DecodingLevel, b: DecodingLevel): DecodingLevel {
  return reaches(a, b) ? b : a;
}

/** Returns the higher of two levels. */
export function higher(a: DecodingLevel, b: DecodingLevel): DecodingLevel {
  return reaches(a, b) ? a : b;
}

/** Damage of a bag, and the decoding level that is necessary to find it repaired. */
export interface KnownFaults {
  /** Faults as in the log, e.g. `corrupt=1 missing=2`. */
  readonly faults: string;
  readonly level: DecodingLevel;
}

/**
 * Returns what is known about a bag after a verification found faults. A verification that decoded less says nothing about faults that another found
 * by decoding more.
 */
export function faultsFound(known: KnownFaults | null, faults: string, { tried, whole }: LoggedDecoding): KnownFaults {
  const kinds = kindsOf(faults);
  const level = kinds.has(unplayable) ? tried : 'none';
  if (known === null || reaches(whole, known.level)) return { faults, level };
  const silent = kindsOf(known.faults).get(unplayable) ?? 0;
  if (silent > (kinds.get(unplayable) ?? 0)) kinds.set(unplayable, silent);
  return { faults: faultsText(kinds), level: higher(known.level, level) };
}

const unplayable = 'unplayable';
