import { faultsText, kindsOf } from './faults.ts';

/** How much a verification decodes: nothing; access copies; originals as well. Each level includes the one before. */
export type DecodingLevel = 'none' | 'copies' | 'all';

const levels: readonly DecodingLevel[] = ['none', 'copies', 'all'];

/** What a `bag-verified` entry states about decoding. */
export interface LoggedDecoding {
  /** Level that the run attempted for this bag: its findings may depend on that level. */
  readonly tried: DecodingLevel;
  /** Level at which everything was decoded; `none` if something could not be attempted, or was not intact. */
  readonly whole: DecodingLevel;
}

/** Parses what a `bag-verified` entry states about decoding. */
export function decodingOf({ played, untried, faults }: Readonly<Record<string, string | number | boolean | null>>): LoggedDecoding {
  const tried = levels.find((level) => level === played) ?? 'none';
  const allTried = untried === undefined || untried === 0;
  // A missing or altered file is not decoded; one that does not play was.
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
  /** As in the log: `corrupt=1 missing=2`. */
  readonly faults: string;
  readonly level: DecodingLevel;
}

/** Updates what is known about a bag when a verification finds faults: one that decoded less says nothing about what another found by decoding more. */
export function faultsFound(known: KnownFaults | null, faults: string, { tried, whole }: LoggedDecoding): KnownFaults {
  const kinds = kindsOf(faults);
  const level = kinds.has(unplayable) ? tried : 'none';
  if (known === null || reaches(whole, known.level)) return { faults, level };
  const silent = kindsOf(known.faults).get(unplayable) ?? 0;
  if (silent > (kinds.get(unplayable) ?? 0)) kinds.set(unplayable, silent);
  return { faults: faultsText(kinds), level: higher(known.level, level) };
}

const unplayable = 'unplayable';
