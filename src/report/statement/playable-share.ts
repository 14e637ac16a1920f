import { byCodePoint } from '../../core/base/order.ts';
import { keyOf, type PlayedStratum, stratumOf } from '../../log/history/strata.ts';
import { type BagEvidence, type Cluster, clusterBound, clusterShareBound, clustersOf, isPartly, sharedStratum } from './bag-clusters.ts';
import { sampledShare } from './sampled-share.ts';
import type { BadBound, CatalogStratum, Playability, PlayableShare, ShownStratum } from './statement.ts';

/** Confidence levels of the bounds. */
export const confidences = [0.95, 0.99];

/** Condition that is shown wherever the number is shown. */
const caveat =
  'IF the decoded bags are like a random sample. Whole bags are decoded, the longest undecoded first, so each bag counts as one unit (cluster), and as bad if any part of it may be bad';

/**
 * Returns the share of all recordings that is shown to play. No recording is left out: all recordings count as possibly bad in strata that were never decoded
 * or have no decoder here, and in bags that were lost or damaged since. In a partly decoded stratum, conclusions are drawn by bags (see `clusterBound`) and
 * cover only that stratum, because the share decoded differs between strata. The bounds of k such strata are each at 1 - (1 - confidence) / k, so that all of
 * them together hold at the stated confidence (Bonferroni).
 * @param landed number of ingested recordings according to the log
 */
export function playableShare(
  { played, failed, otherwise, strata: decoded, sample }: Pick<Playability, 'played' | 'failed' | 'otherwise' | 'strata' | 'sample'>,
  catalog: readonly CatalogStratum[],
  landed: number,
  bags: BagEvidence,
): PlayableShare {
  const held = heldStrata(catalog);
  const clusters = clustersOf(bags);
  const known = sumOf(catalog, ({ recordings }) => recordings);
  const withoutSound = sumOf(catalog, ({ recordings, withSound }) => recordings - withSound);
  const strata = joined(decoded, held).map((stratum) => ({ ...stratum, clusters: clusters.get(keyOf(stratum)) ?? [] }));
  // A rebuilt catalog does not know the recordings of lost bags, but the log does.
  const unknown = Math.max(0, landed - known);
  const recordings = Math.max(known - withoutSound + unknown, played + failed);
  const partly = strata.filter((one) => one.recordings !== null && isPartly(one.clusters)).length;
  const bounds = confidences.map((confidence): BadBound => {
    const each = 1 - (1 - confidence) / Math.max(1, partly);
    const bad = Math.min(recordings - played, sumOf(strata, (one) => badOf(one, each)) + unknown);
    return { confidence, bad, badShare: recordings === 0 ? 0 : bad / recordings };
  });
  return {
    ...{ recordings, withoutSound, played, failed, otherwise, notShown: recordings - played - failed },
    bounds: recordings === 0 ? [] : bounds,
    boundsBy: partly > 0 ? 'bags as clusters' : 'count',
    caveat: partly > 0 ? caveat : null,
    sample: sampledShare(sample, recordings, confidences),
    strata: strata.map(({ clusters: own, ...stratum }) => ({
      ...stratum,
      bags: { held: stratum.recordings === null ? null : own.length, decoded: own.filter((one) => one.decoded > 0).length },
      bounds: confidences.map((confidence) => boundOf({ ...stratum, clusters: own }, confidence)),
    })),
  };
}

type JoinedStratum = Omit<ShownStratum, 'bounds' | 'bags'>;
type ClusteredStratum = JoinedStratum & { readonly clusters: readonly Cluster[] };

/** Counts recordings with an audio file by stratum. */
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

/** Joins decoded recordings with those that exist. */
function joined(decoded: readonly PlayedStratum[], held: ReadonlyMap<string, JoinedStratum>): JoinedStratum[] {
  const all = new Map<string, JoinedStratum>(held);
  for (const { played, failed, otherwise, ...own } of decoded) {
    const stratum = sharedStratum(own);
    const key = keyOf(stratum);
    const sum = all.get(key) ?? { ...stratum, played: 0, failed: 0, otherwise: 0, recordings: null };
    all.set(key, { ...sum, played: sum.played + played, failed: sum.failed + failed, otherwise: sum.otherwise + otherwise });
  }
  return [...all].sort(([a], [b]) => byCodePoint(a, b)).map(([, stratum]) => stratum);
}

/**
 * Returns the upper bound of bad recordings in a stratum. If the catalog does not know the stratum, only failed recordings count: the stratum's other
 * recordings are counted elsewhere.
 */
function badOf({ recordings, played, failed, clusters }: ClusteredStratum, confidence: number): number {
  if (recordings === null) return failed;
  // If bags hold fewer recordings than were decoded in them, the catalog does not match the bags: the failed recordings are then the minimum.
  return Math.max(failed, Math.min(recordings - Math.min(played, recordings), clusterBound(clusters, confidence)));
}

function boundOf(stratum: ClusteredStratum, confidence: number): BadBound {
  const { recordings, played, failed, clusters } = stratum;
  // The number of recordings is unknown, so the bound for any number is used.
  if (recordings === null || played + failed > recordings) return { confidence, bad: null, badShare: clusterShareBound(clusters, confidence) };
  const bad = badOf(stratum, confidence);
  return { confidence, bad, badShare: bad / recordings };
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
