import { badCountBound, badShareBound } from '../../log/history/confidence.ts';
import { keyOf, type PlayedStratum, type Stratum, stratumOf } from '../../log/history/strata.ts';

// A verification decodes whole bags, and recordings of one bag have much in common: the day, the disk, the import. Therefore a bag counts as one draw (a
// cluster) in conclusions about other bags, however many recordings it has.

/** Recordings of one bag with an audio file and the same codec, recorder and year, as the catalog counts them. */
export interface HeldInBag {
  readonly bag: string;
  /** Codec ids, joined by a blank. */
  readonly codecs: string;
  readonly importer: string;
  readonly year: string | null;
  readonly withSound: number;
}

/** Decoded recordings by bag, and the contents of the bags. */
export interface BagEvidence {
  /** Decoded recordings of each bag, from the last decoding that counts. */
  readonly decoded: ReadonlyMap<string, readonly PlayedStratum[]>;
  readonly held: Iterable<HeldInBag>;
}

/** Recordings of one stratum in one bag. */
export interface Cluster {
  /** Number of recordings; if the catalog does not know them, the number decoded. */
  readonly size: number;
  readonly decoded: number;
  readonly failed: number;
}

/**
 * Returns the stratum under which the log and the catalog both count recordings. The log uses the year of the import if a call has no year; the catalog does
 * not have that year.
 */
export function sharedStratum({ codec, importer, year }: Stratum): Stratum {
  return { codec, importer, year: year.endsWith('?') ? '?' : year };
}

/** Returns the clusters of each stratum, by its key. */
export function clustersOf({ decoded, held }: BagEvidence): ReadonlyMap<string, readonly Cluster[]> {
  const strata = new Map<string, Map<string, { size: number | null; decoded: number; failed: number }>>();
  const clusterOf = (stratum: Stratum, bag: string) => {
    const key = keyOf(stratum);
    const bags = strata.get(key) ?? new Map<string, { size: number | null; decoded: number; failed: number }>();
    strata.set(key, bags);
    const cluster = bags.get(bag) ?? { size: null, decoded: 0, failed: 0 };
    bags.set(bag, cluster);
    return cluster;
  };
  for (const { bag, codecs, importer, year, withSound } of held) {
    if (withSound === 0) continue;
    const cluster = clusterOf(
      stratumOf({ codecs, importer, start: year }, () => null),
      bag,
    );
    cluster.size = (cluster.size ?? 0) + withSound;
  }
  for (const [bag, played] of decoded)
    for (const stratum of played) {
      const cluster = clusterOf(sharedStratum(stratum), bag);
      cluster.decoded += stratum.played + stratum.failed;
      cluster.failed += stratum.failed;
    }
  return new Map(
    [...strata].map(([key, bags]) => [key, [...bags.values()].map((one): Cluster => ({ ...one, size: Math.max(one.size ?? 0, one.decoded) }))]),
  );
}

/** Returns true if some clusters were decoded and others were not: only then are conclusions drawn from one bag about another. */
export function isPartly(clusters: readonly Cluster[]): boolean {
  return clusters.some(({ decoded }) => decoded > 0) && clusters.some(({ decoded }) => decoded === 0);
}

/**
 * Returns the upper bound of bad recordings in the clusters. In a decoded bag, recordings that were not decoded count as bad. Among the other bags, at most as
 * many contain a bad recording as the exact bound over bags allows (hypergeometric); these are assumed to be the largest bags and completely bad.
 */
export function clusterBound(clusters: readonly Cluster[], confidence: number): number {
  const decoded = clusters.filter((one) => one.decoded > 0);
  const rest = clusters.flatMap((one) => (one.decoded > 0 ? [] : [one.size])).sort((a, b) => b - a);
  const known = decoded.reduce((sum, one) => sum + one.failed + one.size - one.decoded, 0);
  const more = decoded.length === 0 ? rest.length : badCountBound(clusters.length, decoded.length, badOnes(decoded), confidence) - badOnes(decoded);
  return known + rest.slice(0, more).reduce((sum, size) => sum + size, 0);
}

/** Returns the upper bound of the share of bad clusters if their number is unknown. */
export function clusterShareBound(clusters: readonly Cluster[], confidence: number): number {
  return badShareBound(clusters.length, badOnes(clusters), confidence);
}

function badOnes(clusters: readonly Cluster[]): number {
  return clusters.filter(({ size, decoded, failed }) => failed > 0 || decoded < size).length;
}
