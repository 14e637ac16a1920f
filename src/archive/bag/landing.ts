import { addedDigests, bagAlgorithms } from './added-digests.ts';

/** What fixes every byte of a bag: the digest of each of its tag manifests, by file name, each by its own algorithm. */
export type Landing = ReadonlyMap<string, { readonly algorithm: string; readonly digest: string }>;

/** A rehash that was announced and not finished since. */
export interface IntendedLanding {
  readonly algorithm: string;
  /** What the bag lands as when it is finished. */
  readonly landing: Landing;
}

/** What the log says of one bag. */
export interface LandingHistory {
  /** As it must be now; empty where the log has no digests. */
  readonly current: Landing;
  /** As it was before, the first one first: who finds the bag like this has an older state of it before him. */
  readonly earlier: readonly Landing[];
  /** While there is one, each tag manifest may be as it is now or as is intended. */
  readonly intended: readonly IntendedLanding[];
  /** Algorithms of rehashes that somebody withdrew; the bag is as `current`. */
  readonly withdrawn: readonly string[];
  /** Taken out of the archive on purpose, and not landed again since. */
  readonly deleted: boolean;
}

/** An entry of the log, as far as it matters here. */
export interface LandingEntry {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What the entries of a log, taken in their order, say of its bags. */
export interface Landings {
  take(entry: LandingEntry): void;
  /** By name of the bag. */
  readonly bags: ReadonlyMap<string, LandingHistory>;
  /** As what bags are to land that were announced and have not landed since, by name: the newest announcement of each. */
  readonly announced: ReadonlyMap<string, Landing>;
  /** Digests that new bags of the archive get: those of every archive, and those that a rehash has added since. */
  algorithms(): readonly string[];
}

/** Nothing known yet. */
export function createLandings(): Landings {
  const bags = new Map<string, LandingHistory>();
  const announced = new Map<string, Landing>();
  const added = new Set<string>();
  const known: ReadonlySet<unknown> = new Set(addedDigests.values());
  return {
    bags,
    announced,
    algorithms: () => [...bagAlgorithms, ...[...addedDigests.values()].filter((id) => added.has(id))],
    take: ({ type, detail }) => {
      const { bag, algorithm } = detail;
      if ((type === 'bag-rehashed' || type === 'log-rehashed') && typeof algorithm === 'string' && known.has(algorithm)) added.add(algorithm);
      if (typeof bag !== 'string') return;
      if (type === 'bag-intended') announced.set(bag, landingOf(detail));
      else if (type === 'bag-landed' || type === 'bag-withdrawn') announced.delete(bag);
      const before = bags.get(bag);
      if (type === 'rehash-intended' && before !== undefined && typeof algorithm === 'string') {
        const withdrawn = before.withdrawn.filter((id) => id !== algorithm);
        bags.set(bag, { ...before, intended: [...before.intended, { algorithm, landing: landingOf(detail) }], withdrawn });
      } else if (type === 'rehash-withdrawn' && before !== undefined && typeof algorithm === 'string') {
        const intended = before.intended.filter((one) => one.algorithm !== algorithm);
        bags.set(bag, { ...before, intended, withdrawn: [...before.withdrawn.filter((id) => id !== algorithm), algorithm] });
      } else if (type === 'bag-landed' || type === 'bag-rehashed') {
        const earlier = before === undefined ? [] : [...before.earlier, before.current];
        const withdrawn = type === 'bag-landed' ? [] : (before?.withdrawn ?? []).filter((id) => id !== algorithm);
        bags.set(bag, { current: landingOf(detail), earlier, intended: [], withdrawn, deleted: false });
      } else if (type === 'deleted' && before !== undefined) bags.set(bag, { ...before, deleted: true });
    },
  };
}

/** Members of a log entry that carry the digest of a tag manifest: `tagManifestSha256`. */
const member = /^tagManifest([A-Z][a-z0-9]*)$/;

/** The member for an algorithm. */
export function landingMember(algorithm: string): string {
  return `tagManifest${algorithm.charAt(0).toUpperCase()}${algorithm.slice(1)}`;
}

/** What the members of an entry say that a bag lands as. */
export function landingOf(detail: LandingEntry['detail']): Landing {
  const landing = new Map<string, { readonly algorithm: string; readonly digest: string }>();
  for (const [name, digest] of Object.entries(detail)) {
    const algorithm = member.exec(name)?.[1]?.toLowerCase();
    if (algorithm !== undefined && typeof digest === 'string') landing.set(`tagmanifest-${algorithm}.txt`, { algorithm, digest });
  }
  return landing;
}

/** True where two landings fix the same bytes. */
export function sameLanding(a: Landing, b: Landing): boolean {
  return a.size === b.size && [...a].every(([name, { digest }]) => b.get(name)?.digest === digest);
}
