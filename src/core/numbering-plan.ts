/** How numbers are written inside a country, where it is known which. */
export interface NumberPlan {
  /** Without `+`, such as `46`. */
  readonly countryCode: string;
  /** What is dialled before a number of another area: `0` nearly everywhere, `8` in Russia, nothing in Denmark. */
  readonly trunkPrefix: string;
}

/** Country codes of one and two digits; all others have three. Source: ITU-T E.164, list of assigned country codes (2016). */
const shortCodes = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

/** Trunk prefixes that are not `0`. Source: ITU operational bulletin, dialling procedures (2011). */
const trunkPrefixes: Readonly<Record<string, string>> = {
  '1': '1',
  '7': '8',
  '36': '06',
  '52': '01',
  '370': '8',
  '375': '8',
  // Without any: the national number is the significant one.
  ...Object.fromEntries(
    ['30', '34', '39', '45', '47', '48', '65', '351', '352', '354', '356', '357', '371', '372', '376', '377', '378', '420', '852'].map((code) => [
      code,
      '',
    ]),
  ),
};

/** Splits an international number without its `+`; null where it is too short to be one. */
export function splitNumber(international: string): { readonly countryCode: string; readonly national: string } | null {
  if (!/^[1-9]\d{6,14}$/.test(international)) return null; // E.164: at most 15 digits
  const length = [1, 2].find((digits) => shortCodes.has(international.slice(0, digits))) ?? 3;
  return { countryCode: international.slice(0, length), national: international.slice(length) };
}

/** The plan of a country; its trunk prefix may be said, where ours is wrong for an old network. */
export function numberPlan(countryCode: string, trunkPrefix?: string): NumberPlan {
  return { countryCode, trunkPrefix: trunkPrefix ?? trunkPrefixOf(countryCode) };
}

/** What is dialled before a national number. */
export function trunkPrefixOf(countryCode: string): string {
  return trunkPrefixes[countryCode] ?? '0';
}
