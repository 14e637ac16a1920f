import { trunkPrefixCodes } from './trunk-prefixes.ts';

/** How numbers are written inside a known country. */
export interface NumberPlan {
  /** Without `+`, e.g. `46`. */
  readonly countryCode: string;
  /**
   * Prefixes that are dialled before a number of another area, the current one first: `0` in half of all countries, `8` in Russia, empty in Denmark.
   */
  readonly trunkPrefixes: readonly string[];
}

/** Country codes of one and two digits; all others have three. Source: ITU-T E.164, list of assigned country codes (2016). */
const shortCodes = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

const trunkPrefixes: ReadonlyMap<string, string> = new Map(
  Object.entries(trunkPrefixCodes).flatMap(([prefix, codes]) => codes.split(' ').map((code) => [code, prefix] as const)),
);

/**
 * Former and alternative prefixes, because recordings are old. Sources: ITU operational bulletin, dialling procedures (2011), for Mexico and
 * Lithuania; the prefixes that libphonenumber removes before it parses a number (`nationalPrefixForParsing`), for Lithuania and Belarus.
 */
const otherPrefixes: Readonly<Record<string, readonly string[]>> = { '52': ['01'], '370': ['8'], '375': ['80', '0'] };

/** Splits an international number without its `+`; null if it is too short. */
export function splitNumber(international: string): { readonly countryCode: string; readonly national: string } | null {
  if (!/^[1-9]\d{6,14}$/.test(international)) return null; // E.164: at most 15 digits
  const length = [1, 2].find((digits) => shortCodes.has(international.slice(0, digits))) ?? 3;
  return { countryCode: international.slice(0, length), national: international.slice(length) };
}

/** Returns the plan of a country. */
export function numberPlan(countryCode: string): NumberPlan {
  return { countryCode, trunkPrefixes: trunkPrefixesOf(countryCode) };
}

/** Returns the prefixes before a national number, the current one first; empty: none. */
export function trunkPrefixesOf(countryCode: string): readonly string[] {
  return [trunkPrefixes.get(countryCode) ?? '0', ...(otherPrefixes[countryCode] ?? [])];
}
