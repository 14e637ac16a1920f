import { trunkPrefixCodes } from './trunk-prefixes.ts';

/** How numbers are written inside a country, where it is known which. */
export interface NumberPlan {
  /** Without `+`, such as `46`. */
  readonly countryCode: string;
  /** What is dialled before a number of another area, today's first: `0` in half of all countries, `8` in Russia, empty in Denmark. */
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
 * What was dialled before or is dialled as well: recordings are old. Sources: ITU operational bulletin, dialling procedures (2011), of Mexico and Lithuania; the prefixes that
 * libphonenumber takes off before it reads a number (`nationalPrefixForParsing`), of Lithuania and Belarus.
 */
const otherPrefixes: Readonly<Record<string, readonly string[]>> = { '52': ['01'], '370': ['8'], '375': ['80', '0'] };

/** Splits an international number without its `+`; null where it is too short to be one. */
export function splitNumber(international: string): { readonly countryCode: string; readonly national: string } | null {
  if (!/^[1-9]\d{6,14}$/.test(international)) return null; // E.164: at most 15 digits
  const length = [1, 2].find((digits) => shortCodes.has(international.slice(0, digits))) ?? 3;
  return { countryCode: international.slice(0, length), national: international.slice(length) };
}

/** The plan of a country. */
export function numberPlan(countryCode: string): NumberPlan {
  return { countryCode, trunkPrefixes: trunkPrefixesOf(countryCode) };
}

/** What is dialled before a national number, today's first; empty: nothing. */
export function trunkPrefixesOf(countryCode: string): readonly string[] {
  return [trunkPrefixes.get(countryCode) ?? '0', ...(otherPrefixes[countryCode] ?? [])];
}
