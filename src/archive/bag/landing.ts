import { addedDigests, bagAlgorithms } from './added-digests.ts';

/** Digests of a bag's tag manifests, by file name, each by its own algorithm. Together they identify every byte of the bag. */
export type Landing = ReadonlyMap<string, { readonly algorithm: string; readonly digest: string }>;

/** A rehash that the log announced and that has not finished. */
export interface IntendedLanding {
  readonly algorithm: string;
  /** Tag manifest digests that the bag will have when the rehash is finished. */
  readonly landing: Landing;
}

/** States of one bag according to the log. */
export interface LandingHistory {
  /** The state that is expected now; empty if the log has no digests. */
  readonly current: Landing;
  /** Earlier states, oldest first. A bag that matches one of them was rolled back. */
  readonly earlier: readonly Landing[];
  /** Announced rehashes. While there are any, each tag manifest may match the current state or an intended one. */
  readonly intended: readonly IntendedLanding[];
  /** Algorithms of rehashes that were withdrawn; the bag remained as in `current`. */
  readonly withdrawn: readonly string[];
  /** True if the bag was deleted on purpose and has not landed again. */
  readonly deleted: boolean;
  /** Number of earlier states, counted from the oldest, that contain recordings that were erased later. Absent: 0. */
  readonly beforeErasure?: number;
  /** True if an erasure left nothing of the bag, so that no state of it may exist. Absent: no. */
  readonly erased?: boolean;
  /** True while recordings are being erased from the bag, or after a run that did so was stopped. The bag may then be absent for a moment. Absent: no. */
  readonly erasing?: boolean;
  /** Expected state of the bag once it has been rewritten without erased recordings, or sealed. Absent: no such change was announced. */
  readonly rewriting?: Landing;
  /** True while the bag is being sealed, also after a run that was stopped; `erasing` is then true as well. Absent: false. */
  readonly sealing?: boolean;
  /** How many of the oldest earlier states are in clear although the bag has been sealed since; at most `beforeErasure`. Absent: 0. */
  readonly beforeSealing?: number;
  /** How many of the oldest earlier states contain something that was erased from the bag later; at most `beforeErasure`, which counts sealings, too. Absent: 0. */
  readonly holdingErased?: number;
}

/** The members of a log entry that matter for landings. */
export interface LandingEntry {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The states of an archive's bags according to its log entries, which must be taken in order. */
export interface Landings {
  take(entry: LandingEntry): void;
  /** Histories by name of the bag. */
  readonly bags: ReadonlyMap<string, LandingHistory>;
  /** Expected landing, by name, of each bag that was announced and has not landed since. The newest announcement counts. */
  readonly announced: ReadonlyMap<string, Landing>;
  /** Returns the algorithms for new bags of the archive: those of every archive, and those that a rehash has added. */
  algorithms(): readonly string[];
}

/** Creates an empty `Landings`. */
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
      if (type === 'erasure-intended' && before !== undefined) bags.set(bag, { ...before, erasing: true });
      else if (type === 'bag-intended' && before !== undefined && !before.deleted)
        bags.set(bag, { ...before, rewriting: landingOf(detail), ...(detail.seals === true ? { erasing: true, sealing: true } : {}) });
      else if (type === 'bag-withdrawn' && before !== undefined) {
        const { erasing: _erasing, rewriting: _rewriting, sealing: _sealing, ...rest } = before;
        bags.set(bag, rest);
      } else if (type === 'rehash-intended' && before !== undefined && typeof algorithm === 'string') {
        const withdrawn = before.withdrawn.filter((id) => id !== algorithm);
        bags.set(bag, { ...before, intended: [...before.intended, { algorithm, landing: landingOf(detail) }], withdrawn });
      } else if (type === 'rehash-withdrawn' && before !== undefined && typeof algorithm === 'string') {
        const intended = before.intended.filter((one) => one.algorithm !== algorithm);
        bags.set(bag, { ...before, intended, withdrawn: [...before.withdrawn.filter((id) => id !== algorithm), algorithm] });
      } else if (type === 'bag-landed' || type === 'bag-rehashed') {
        const earlier = before === undefined ? [] : [...before.earlier, before.current];
        const withdrawn = type === 'bag-landed' ? [] : (before?.withdrawn ?? []).filter((id) => id !== algorithm);
        // After an erasure, or after an earlier one that removed the whole bag, no state before it may exist any more.
        const isRewritten = type === 'bag-landed' && (before?.erasing === true || before?.erased === true);
        const beforeErasure = isRewritten ? earlier.length : (before?.beforeErasure ?? 0);
        const seals = type === 'bag-landed' && detail.seals === true;
        // A bag that came back in clear and was sealed again has sealed states among the earlier ones.
        const beforeSealing = before?.beforeSealing ?? (seals ? earlier.length : 0);
        const holdingErased = isRewritten && !seals ? earlier.length : (before?.holdingErased ?? 0);
        const current = landingOf(detail);
        bags.set(bag, {
          ...{ current, earlier, intended: [], withdrawn, deleted: false },
          ...(beforeErasure > 0 ? { beforeErasure } : {}),
          ...(beforeSealing > 0 ? { beforeSealing } : {}),
          ...(holdingErased > 0 ? { holdingErased } : {}),
        });
      } else if (type === 'deleted' && before !== undefined) {
        const { erasing, rewriting: _rewriting, ...rest } = before;
        bags.set(bag, { ...rest, deleted: true, ...(erasing === true ? { erased: true } : {}) });
      }
    },
  };
}

/** Returns the names of the bags that must exist according to the log, because they have landed and were not deleted. */
export function standingBags({ bags }: Pick<Landings, 'bags'>): string[] {
  return [...bags].flatMap(([bag, { deleted }]) => (deleted ? [] : [bag]));
}

/** Returns true if a state of a bag contains recordings that were erased later. Such a state is no damage, must not be copied, and is no source for repairs. */
export function isBeforeErasure({ current, earlier, beforeErasure = 0, erased = false }: LandingHistory, state: Landing): boolean {
  const states = erased ? [...earlier, current] : earlier.slice(0, beforeErasure);
  return (erased || !sameLanding(current, state)) && states.some((one) => sameLanding(one, state));
}

/** Matches members of a log entry that contain the digest of a tag manifest, e.g. `tagManifestSha256`. */
const member = /^tagManifest([A-Z][a-z0-9]*)$/;

/** Returns the name of the member for an algorithm. */
export function landingMember(algorithm: string): string {
  return `tagManifest${algorithm.charAt(0).toUpperCase()}${algorithm.slice(1)}`;
}

/** Returns the landing that the members of an entry describe. */
export function landingOf(detail: LandingEntry['detail']): Landing {
  const landing = new Map<string, { readonly algorithm: string; readonly digest: string }>();
  for (const [name, digest] of Object.entries(detail)) {
    const algorithm = member.exec(name)?.[1]?.toLowerCase();
    if (algorithm !== undefined && typeof digest === 'string') landing.set(`tagmanifest-${algorithm}.txt`, { algorithm, digest });
  }
  return landing;
}

/** Returns true if a state of a bag is in clear although the bag has been sealed since. */
export function isBeforeSealing({ current, earlier, beforeSealing = 0 }: LandingHistory, state: Landing): boolean {
  return !sameLanding(current, state) && earlier.slice(0, beforeSealing).some((one) => sameLanding(one, state));
}

/** Returns true if two landings identify the same bytes. */
export function sameLanding(a: Landing, b: Landing): boolean {
  return a.size === b.size && [...a].every(([name, { digest }]) => b.get(name)?.digest === digest);
}
