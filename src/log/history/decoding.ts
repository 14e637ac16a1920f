import { faultsText, kindsOf } from './faults.ts';

/** How far a verification decodes: nothing; what people listen to; the originals as well. Each does what the one before it does. */
export type DecodingLevel = 'none' | 'copies' | 'all';

const levels: readonly DecodingLevel[] = ['none', 'copies', 'all'];

/** What a `bag-verified` tells of decoding. */
export interface LoggedDecoding {
  /** How far the run went with this bag: what it found may show only there. */
  readonly tried: DecodingLevel;
  /** The same where all that belongs to it was decoded; `none` where something of it could not be tried, or was not there as it should be. */
  readonly whole: DecodingLevel;
}

/** The one reading of what a `bag-verified` says of decoding. */
export function decodingOf({ played, untried, faults }: Readonly<Record<string, string | number | boolean | null>>): LoggedDecoding {
  const tried = levels.find((level) => level === played) ?? 'none';
  const allTried = untried === undefined || untried === 0;
  // A file that is missing or altered is not decoded; one that does not play was.
  const allThere = [...kindsOf(typeof faults === 'string' ? faults : '').keys()].every((kind) => kind === unplayable);
  return { tried, whole: allTried && allThere ? tried : 'none' };
}

/** True where one level does all that another does. */
export function reaches(level: DecodingLevel, other: DecodingLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(other);
}

/** The one of two that does less. */
export function lower(a: DecodingLevel, b: DecodingLevel): DecodingLevel {
  return reaches(a, b) ? b : a;
}

/** The one of two that does more. */
export function higher(a: DecodingLevel, b: DecodingLevel): DecodingLevel {
  return reaches(a, b) ? a : b;
}

/** Damage of a bag, and how far a verification must decode to find it gone. */
export interface KnownFaults {
  /** As the log has it: `corrupt=1 missing=2`. */
  readonly faults: string;
  readonly level: DecodingLevel;
}

/** What is known of a bag when a verification finds faults: one that decoded less says nothing of what another found by decoding more. */
export function faultsFound(known: KnownFaults | null, faults: string, { tried, whole }: LoggedDecoding): KnownFaults {
  const level = kindsOf(faults).has(unplayable) ? tried : 'none';
  if (known === null || reaches(whole, known.level)) return { faults, level };
  const kinds = kindsOf(faults);
  const silent = kindsOf(known.faults).get(unplayable) ?? 0;
  if (silent > (kinds.get(unplayable) ?? 0)) kinds.set(unplayable, silent);
  return { faults: faultsText(kinds), level: higher(known.level, level) };
}

const unplayable = 'unplayable';
