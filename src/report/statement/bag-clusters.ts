import { badCountBound, badShareBound } from '../../log/history/confidence.ts';
import { keyOf, type PlayedStratum, type Stratum, stratumOf } from '../../log/history/strata.ts';

// A verification decodes whole bags, and recordings of one bag have much in common: the day, the disk, the import. So what was decoded of a bag says
// something of other bags, and one bag counts as one draw (a cluster), however many recordings it holds.

/** Recordings with a file of sound of one bag whose coding, recorder and year are the same, as the catalog counts them. */
export interface HeldInBag {
  readonly bag: string;
  /** Ids, joined by a blank. */
  readonly codecs: string;
  readonly importer: string;
  readonly year: string | null;
  readonly withSound: number;
}

/** What was decoded by bags, and what the bags hold. */
export interface BagEvidence {
  /** What was decoded of each bag the last time that counts. */
  readonly decoded: ReadonlyMap<string, readonly PlayedStratum[]>;
  readonly held: Iterable<HeldInBag>;
}

/** The recordings of one stratum in one bag. */
export interface Cluster {
  /** How many; as many as were decoded where the catalog does not know them. */
  readonly size: number;
  readonly decoded: number;
  readonly failed: number;
}

/** The stratum that recordings stand in together: the catalog does not tell the year of the import, which the log takes where a call has none. */
export function sharedStratum({ codec, importer, year }: Stratum): Stratum {
  return { codec, importer, year: year.endsWith('?') ? '?' : year };
}

/** The clusters of each stratum, by its key. */
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

/** True where some clusters were decoded and others not: only then anything is concluded from one bag about another. */
export function isPartly(clusters: readonly Cluster[]): boolean {
  return clusters.some(({ decoded }) => decoded > 0) && clusters.some(({ decoded }) => decoded === 0);
}

/**
 * At most so many recordings of the clusters are bad. What was not decoded of a bag that was decoded is bad. Of the other bags no more hold a bad recording than the
 * exact bound over bags allows (hypergeometric), and those that do are the largest, and bad as a whole.
 */
export function clusterBound(clusters: readonly Cluster[], confidence: number): number {
  const decoded = clusters.filter((one) => one.decoded > 0);
  const rest = clusters.flatMap((one) => (one.decoded > 0 ? [] : [one.size])).sort((a, b) => b - a);
  const known = decoded.reduce((sum, one) => sum + one.failed + one.size - one.decoded, 0);
  const more = decoded.length === 0 ? rest.length : badCountBound(clusters.length, decoded.length, badOnes(decoded), confidence) - badOnes(decoded);
  return known + rest.slice(0, more).reduce((sum, size) => sum + size, 0);
}

/** The share of bad clusters where it is not known how many there are. */
export function clusterShareBound(clusters: readonly Cluster[], confidence: number): number {
  return badShareBound(clusters.length, badOnes(clusters), confidence);
}

function badOnes(clusters: readonly Cluster[]): number {
  return clusters.filter(({ size, decoded, failed }) => failed > 0 || decoded < size).length;
}
