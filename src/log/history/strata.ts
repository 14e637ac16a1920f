import { byCodePoint } from '../../core/base/order.ts';

/** Recordings that the same decoder meets in the same way: of one coding, one recorder, one year. */
export interface Stratum {
  /** Codec ids of its media, joined by `+`: `mulaw`, `gsm+mulaw`. `-`: of none is it known. */
  readonly codec: string;
  readonly importer: string;
  /** Of the call's start: `2019`; where that is not known, the year of the import and a question mark: `2024?`. */
  readonly year: string;
}

/** Played recordings of a stratum. Those that could not be tried stand nowhere. */
export interface StratumCounts {
  /** Decoded in full, to what was recorded or nearly so. */
  readonly played: number;
  /** Did not decode, or to something else. */
  readonly failed: number;
  /** Of those played: to other samples than recorded, within bounds. */
  readonly otherwise: number;
}

/** A stratum and what was played of it. */
export type PlayedStratum = Stratum & StratumCounts;

/** `codec/importer/year`: how a stratum is named. */
export function keyOf({ codec, importer, year }: Stratum): string {
  return `${codec}/${importer}/${year}`;
}

/** The strata of the text that the log has of a bag, as `mulaw/asterisk/2019=812/0 gsm/asterisk/2019=4/1/2`; null where it is none. */
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

/** Strata of one bag that are told apart in the log, largest first; of a bag of up to 1,000 recordings of one year there are few. */
const mostStrata = 64;
/** What the others count as, and what is no plain word. */
const others = '?';
const noCodec = '-';

/** The stratum of a recording. @param codecs ids, joined by a blank @param start ISO time, or its year @param importYear of its bag; asked for only where the call's own is not known */
export function stratumOf(
  { codecs, importer, start }: { readonly codecs: string; readonly importer: string; readonly start: string | null },
  importYear: () => string | null,
): Stratum {
  const codec = codecs === '' ? noCodec : codecs.split(' ').map(plain).join('+');
  return { codec: codec.length <= 100 ? codec : others, importer: plain(importer), year: yearOf(start) ?? `${importYear() ?? ''}?` };
}

/** The year of an ISO time, or null. */
function yearOf(time: string | null): string | null {
  return /^\d{4}(?=-|$)/.exec(time ?? '')?.[0] ?? null;
}

/** A word that needs no quoting: documents of a foreign bag may say anything. */
function plain(word: string): string {
  return /^[a-z0-9][a-z0-9._-]{0,39}$/.test(word) ? word : others;
}

/** Adds up what was played, by stratum. */
export interface StrataTally {
  add(stratum: Stratum, counts: Partial<StratumCounts>): void;
  /** By codec, importer and year, in code-point order. */
  list(): PlayedStratum[];
}

/** An empty tally. */
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
 * For the log: `mulaw/asterisk/2019=812/0 gsm/asterisk/2019=4/1/2`, that is played and failed, and behind them, where there are any, those of the
 * played that decode to other samples. Strata beyond the 64 largest stand together as `?/?/?`. Empty where nothing was played.
 */
export function encodeStrata(strata: Iterable<PlayedStratum>): string {
  const tally = createStrataTally();
  for (const stratum of strata) tally.add(stratum, stratum);
  const all = tally.list().filter(({ played, failed }) => played + failed > 0);
  if (all.length > mostStrata) {
    const bySize = [...all].sort((a, b) => b.played + b.failed - a.played - a.failed);
    const rest = createStrataTally();
    for (const [rank, stratum] of bySize.entries()) {
      // One place is kept for the sum of the others.
      rest.add(rank < mostStrata - 1 ? stratum : { codec: others, importer: others, year: others }, stratum);
    }
    all.splice(0, all.length, ...rest.list());
  }
  return all.map((stratum) => `${keyOf(stratum)}=${countsText(stratum)}`).join(' ');
}

function countsText({ played, failed, otherwise }: StratumCounts): string {
  return `${played}/${failed}${otherwise > 0 ? `/${otherwise}` : ''}`;
}
