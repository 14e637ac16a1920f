import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import { byCodePoint } from '../core/order.ts';
import { keyOf, type PlayedStratum, type Stratum, type StratumCounts } from '../history/strata.ts';

/** Strata of one bag that are told apart in the log, largest first; of a bag of up to 1,000 recordings of one year there are few. */
const mostStrata = 64;
/** What the others count as, and what is no plain word. */
const others = '?';
const noCodec = '-';

/** The stratum of a recording. @param importYear of its bag; asked for only where the call's own is not known */
export function stratumOf(
  { codecs, importer, start }: Pick<CatalogEntry, 'codecs' | 'importer' | 'start'>,
  importYear: () => string | null,
): Stratum {
  const codec = codecs === '' ? noCodec : codecs.split(' ').map(plain).join('+');
  return { codec: codec.length <= 100 ? codec : others, importer: plain(importer), year: yearOf(start) ?? `${importYear() ?? ''}?` };
}

/** The year of an ISO time, or null. */
export function yearOf(time: string | null): string | null {
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
