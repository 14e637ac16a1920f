import { byCodePoint } from '../../core/base/order.ts';

/** Recordings that a decoder treats alike: with the same codec, recorder and year. */
export interface Stratum {
  /** Codec ids of its media, joined by `+`, e.g. `mulaw` or `gsm+mulaw`; `-` if all are unknown. */
  readonly codec: string;
  readonly importer: string;
  /** Year of the call's start, e.g. `2019`; if unknown, the year of the import with a question mark, e.g. `2024?`. */
  readonly year: string;
}

/** Numbers of played recordings of a stratum. Recordings that could not be attempted are not counted. */
export interface StratumCounts {
  /** Decoded completely, to the recorded samples or to similar ones within the limits. */
  readonly played: number;
  /** Not decodable, or decoded to different audio. */
  readonly failed: number;
  /** Part of `played`: decoded to samples that differ from the recorded ones within the limits. */
  readonly otherwise: number;
}

/** A stratum and its played recordings. */
export type PlayedStratum = Stratum & StratumCounts;

/** Returns the name of a stratum: `codec/importer/year`. */
export function keyOf({ codec, importer, year }: Stratum): string {
  return `${codec}/${importer}/${year}`;
}

/** Parses the strata of a bag in the log, e.g. `mulaw/asterisk/2019=812/0 gsm/asterisk/2019=4/1/2`; null if invalid. */
export function decodeStrata(text: string): PlayedStratum[] | null {
  if (text === '') return [];
  const strata: PlayedStratum[] = [];
  for (const item of text.split(' ')) {
    const [, codec, importer, year, played, failed, otherwise = '0'] =
      /^([a-z0-9._+?-]{1,100})\/([a-z0-9._?-]{1,40})\/(\d{4}\??|\?)=(\d{1,15})\/(\d{1,15})(?:\/(\d{1,15}))?$/.exec(item) ?? [];
    if (codec === undefined || importer === undefined || year === undefined) return null;
    strata.push({ codec, importer, year, played: Number(played), failed: Number(failed), otherwise: Number(otherwise) });
  }
  return strata;
}

/** Number of strata of one bag that the log distinguishes, largest first. A bag of up to 1,000 recordings of one year has few. */
const mostStrata = 64;
/** Name for the remaining strata, and for anything that is not a plain word. */
const others = '?';
const noCodec = '-';

/**
 * Returns the stratum of a recording.
 * @param codecs codec ids, joined by a blank
 * @param start ISO time, or its year
 * @param importYear returns the year of the bag's import; called only if the call's own year is unknown
 */
export function stratumOf(
  { codecs, importer, start }: { readonly codecs: string; readonly importer: string; readonly start: string | null },
  importYear: () => string | null,
): Stratum {
  const codec = codecs === '' ? noCodec : codecs.split(' ').map(plain).join('+');
  return { codec: codec.length <= 100 ? codec : others, importer: plain(importer), year: yearOf(start) ?? `${importYear() ?? ''}?` };
}

/** Returns the year of an ISO time, or null. */
function yearOf(time: string | null): string | null {
  return /^\d{4}(?=-|$)/.exec(time ?? '')?.[0] ?? null;
}

/** Returns a word that needs no quoting, because documents of a foreign bag may contain anything. */
function plain(word: string): string {
  return /^[a-z0-9][a-z0-9._-]{0,39}$/.test(word) ? word : others;
}

/** Sums played recordings by stratum. */
export interface StrataTally {
  add(stratum: Stratum, counts: Partial<StratumCounts>): void;
  /** Returns the strata, sorted by codec, importer and year, in code-point order. */
  list(): PlayedStratum[];
}

/** Creates an empty tally. */
export function createStrataTally(): StrataTally {
  const byKey = new Map<string, PlayedStratum>();
  return {
    add(stratum, { played = 0, failed = 0, otherwise = 0 }) {
      const { codec, importer, year } = stratum;
      const key = keyOf(stratum);
      const sum = byKey.get(key) ?? { codec, importer, year, played: 0, failed: 0, otherwise: 0 };
      byKey.set(key, { ...sum, played: sum.played + played, failed: sum.failed + failed, otherwise: sum.otherwise + otherwise });
    },
    list: () => [...byKey].sort(([a], [b]) => byCodePoint(a, b)).map(([, stratum]) => stratum),
  };
}

/**
 * Formats strata for the log, e.g. `mulaw/asterisk/2019=812/0 gsm/asterisk/2019=4/1/2`: played, failed and, if not zero, the number of played ones
 * that decode to other samples. Strata beyond the 64 largest are added up as `?/?/?`. Empty if nothing was played.
 */
export function encodeStrata(strata: Iterable<PlayedStratum>): string {
  const tally = createStrataTally();
  for (const stratum of strata) tally.add(stratum, stratum);
  const all = tally.list().filter(({ played, failed }) => played + failed > 0);
  if (all.length > mostStrata) {
    const bySize = [...all].sort((a, b) => b.played + b.failed - a.played - a.failed);
    const rest = createStrataTally();
    for (const [rank, stratum] of bySize.entries()) {
      // One place is reserved for the sum of the others.
      rest.add(rank < mostStrata - 1 ? stratum : { codec: others, importer: others, year: others }, stratum);
    }
    all.splice(0, all.length, ...rest.list());
  }
  return all.map((stratum) => `${keyOf(stratum)}=${countsText(stratum)}`).join(' ');
}

function countsText({ played, failed, otherwise }: StratumCounts): string {
  return `${played}/${failed}${otherwise > 0 ? `/${otherwise}` : ''}`;
}
