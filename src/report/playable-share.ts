import { byCodePoint } from '../core/order.ts';
import { badCountBound, badShareBound } from '../history/confidence.ts';
import { keyOf, type PlayedStratum, stratumOf } from '../history/strata.ts';
import type { BadBound, CatalogStratum, Playability, PlayableShare, ShownStratum } from './statement.ts';

/** How sure the bounds are. */
const confidences = [0.95, 0.99];

/**
 * Which share of all recordings is shown to play. Nobody is left out: where nothing was decoded of a stratum, where nothing decodes it here, where the
 * bag was lost or damaged since, all of it may be bad. What was decoded in part says something of the rest of its own stratum alone, since how much was
 * decoded differs from one to the next; the bounds of k such strata are each at 1 - (1 - confidence) / k, so that all of them hold together with the
 * confidence that is named (Bonferroni).
 * @param landed recordings that landed, as the log counts them
 */
export function playableShare(
  { played, failed, otherwise, strata: decoded }: Pick<Playability, 'played' | 'failed' | 'otherwise' | 'strata'>,
  catalog: readonly CatalogStratum[],
  landed: number,
): PlayableShare {
  const held = heldStrata(catalog);
  const known = sumOf(catalog, ({ recordings }) => recordings);
  const withoutSound = sumOf(catalog, ({ recordings, withSound }) => recordings - withSound);
  const strata = joined(decoded, held);
  // A catalog that was made anew does not know the recordings of lost bags, and the log does.
  const unknown = Math.max(0, landed - known);
  const recordings = Math.max(known - withoutSound + unknown, played + failed);
  const partly = strata.filter((one) => one.recordings !== null && isPartly(one, one.recordings)).length;
  const bounds = confidences.map((confidence): BadBound => {
    const each = 1 - (1 - confidence) / Math.max(1, partly);
    const bad = Math.min(recordings - played, sumOf(strata, (one) => badOf(one, each)) + unknown);
    return { confidence, bad, badShare: recordings === 0 ? 0 : bad / recordings };
  });
  return {
    ...{ recordings, withoutSound, played, failed, otherwise, notShown: recordings - played - failed },
    bounds: recordings === 0 ? [] : bounds,
    strata: strata.map((one) => ({ ...one, bounds: confidences.map((confidence) => boundOf(one, confidence)) })),
  };
}

type JoinedStratum = Omit<ShownStratum, 'bounds'>;

/** Recordings with a file of sound, by stratum. */
function heldStrata(catalog: readonly CatalogStratum[]): Map<string, PlayedStratum & { recordings: number }> {
  const held = new Map<string, PlayedStratum & { recordings: number }>();
  for (const { codecs, importer, year, withSound } of catalog) {
    if (withSound === 0) continue;
    const stratum = stratumOf({ codecs, importer, start: year }, () => null);
    const known = held.get(keyOf(stratum)) ?? { ...stratum, played: 0, failed: 0, otherwise: 0, recordings: 0 };
    held.set(keyOf(stratum), { ...known, recordings: known.recordings + withSound });
  }
  return held;
}

/** The catalog does not tell the year of the import, which the log takes where a call has none: those stand together. */
function joined(decoded: readonly PlayedStratum[], held: ReadonlyMap<string, JoinedStratum>): JoinedStratum[] {
  const all = new Map<string, JoinedStratum>(held);
  for (const { codec, importer, year, played, failed, otherwise } of decoded) {
    const stratum = { codec, importer, year: year.endsWith('?') ? '?' : year };
    const key = keyOf(stratum);
    const sum = all.get(key) ?? { ...stratum, played: 0, failed: 0, otherwise: 0, recordings: null };
    all.set(key, { ...sum, played: sum.played + played, failed: sum.failed + failed, otherwise: sum.otherwise + otherwise });
  }
  return [...all].sort(([a], [b]) => byCodePoint(a, b)).map(([, stratum]) => stratum);
}

function isPartly({ played, failed }: JoinedStratum, recordings: number): boolean {
  return played + failed > 0 && played + failed < recordings;
}

/** At most so many of a stratum are bad. Of one that the catalog does not know only those count that failed: the others of it are counted elsewhere. */
function badOf(stratum: JoinedStratum, confidence: number): number {
  const { recordings, played, failed } = stratum;
  if (recordings === null || played + failed >= recordings) return failed;
  return played + failed === 0 ? recordings : badCountBound(recordings, played + failed, failed, confidence);
}

function boundOf(stratum: JoinedStratum, confidence: number): BadBound {
  const { recordings, played, failed } = stratum;
  // Of how many is not known: the bound that holds for any number.
  if (recordings === null || played + failed > recordings)
    return { confidence, bad: null, badShare: badShareBound(played + failed, failed, confidence) };
  const bad = badOf(stratum, confidence);
  return { confidence, bad, badShare: bad / recordings };
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
