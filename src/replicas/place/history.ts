import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createLandings, type Landing, type LandingHistory, landingOf } from '../../archive/bag/landing.ts';
import { manifestsAmong } from '../../archive/bag/manifests.ts';
import { readTagFile as readRegular } from '../../archive/bag/tag-file.ts';
import { codeOf, digestAlgorithm } from '../../archive/files/hash-file.ts';
import { refusalOf, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { RegisterEntry } from '../../log/read/replica-register.ts';

/** Which bag is at a bag's path, judged by its tag manifests only. */
export type Identity =
  | { readonly is: 'as-landed' }
  /** The log has no digests of this bag. */
  | { readonly is: 'unknown' }
  /** A rehash was announced and is running or was stopped. */
  | { readonly is: 'unfinished'; readonly algorithms: readonly string[] }
  /** An earlier valid state of the same bag. */
  | { readonly is: 'rolled-back' }
  | { readonly is: 'swapped'; readonly other: string }
  /** The folder or a tag manifest cannot be read: its content is unknown. */
  | { readonly is: 'unreadable'; readonly error: string }
  /** None of the above: tag manifests are altered, missing, or unreadable in a way that shows neither. */
  | { readonly is: 'corrupt'; readonly altered: readonly string[]; readonly missing: readonly string[] };

/** Landings of all bags, collected from log entries in order. */
export interface Histories {
  take(entry: RegisterEntry): void;
  /** By bag name. */
  readonly bags: ReadonlyMap<string, LandingHistory>;
  identify(bag: string, found: FoundTagManifests): Identity;
}

/** Digest of each tag manifest of a bag, by its own algorithm; null if unreadable. */
export type TagManifestDigests = ReadonlyMap<string, string | null>;

/** Tag manifests found in a bag; `error` if the folder or one of them cannot be read. */
export type FoundTagManifests = { readonly digests: TagManifestDigests } | { readonly error: string };

/**
 * Matches valid bag names: a year or `undated`, and a generated name. A log comes from outside and its names become paths, so no other text in it counts as a
 * bag name.
 */
export const bagNamePattern = /^[a-z0-9][a-z0-9-]{0,31}\/[a-z0-9][a-z0-9.-]{0,119}$/;

/** Creates empty histories. */
export function createHistories(): Histories {
  const landings = createLandings();
  /** Every landing, by its digests. */
  const owners = new Map<string, { readonly bag: string; readonly landing: Landing }[]>();
  return {
    bags: landings.bags,
    take: (entry) => {
      const { bag } = entry.detail;
      if (typeof bag === 'string' && !bagNamePattern.test(bag)) return;
      landings.take(entry);
      if (typeof bag !== 'string' || (entry.type !== 'bag-landed' && entry.type !== 'bag-rehashed')) return;
      const landing = landingOf(entry.detail);
      for (const { digest } of landing.values()) owners.set(digest, [...(owners.get(digest) ?? []), { bag, landing }]);
    },
    identify: (bag, look) => {
      if ('error' in look) return { is: 'unreadable', error: look.error };
      const found = look.digests;
      const history = landings.bags.get(bag);
      if (history === undefined || history.current.size === 0) return { is: 'unknown' };
      if (isLanding(history.current, found)) return { is: 'as-landed' };
      if (isBetween(history, found)) return { is: 'unfinished', algorithms: [...new Set(history.intended.map(({ algorithm }) => algorithm))] };
      if (history.earlier.some((landing) => isLanding(landing, found))) return { is: 'rolled-back' };
      for (const digest of found.values()) {
        const owner = digest === null ? undefined : owners.get(digest)?.find((one) => one.bag !== bag && isLanding(one.landing, found));
        if (owner !== undefined) return { is: 'swapped', other: owner.bag };
      }
      const { current } = history;
      return {
        is: 'corrupt',
        altered: [...found].filter(([name, digest]) => digest !== null && current.get(name)?.digest !== digest).map(([name]) => name),
        missing: [...current.keys()].filter((name) => !found.has(name)),
      };
    },
  };
}

/** Returns true if each tag manifest is as landed or as a rehash announced it, and no landed one is missing. */
function isBetween({ current, intended }: LandingHistory, found: TagManifestDigests): boolean {
  const states = [current, ...intended.map(({ landing }) => landing)];
  return (
    intended.length > 0 &&
    [...current.keys()].every((name) => found.has(name)) &&
    [...found].every(([name, digest]) => digest !== null && states.some((landing) => landing.get(name)?.digest === digest))
  );
}

function isLanding(landing: Landing, found: TagManifestDigests): boolean {
  return landing.size > 0 && landing.size === found.size && [...landing].every(([name, { digest }]) => found.get(name) === digest);
}

/** Digests the tag manifests of a bag. */
export function findTagManifests(bag: string): FoundTagManifests {
  const found = new Map<string, string | null>();
  let names: string[];
  try {
    names = readdirSync(bag).sort(byCodePoint);
  } catch (error) {
    return { error: codeOf(error) };
  }
  for (const { name, algorithm } of manifestsAmong(names, 'tag')) {
    const known = digestAlgorithm(algorithm);
    const refused = known === null ? null : refusalAt(join(bag, name));
    if (refused !== null) return { error: refused };
    const bytes = known === null ? null : readTagFile(join(bag, name));
    found.set(name, known === null || bytes === null ? null : createHash(known.openssl).update(bytes).digest('hex'));
  }
  return { digests: found };
}

/** Returns the largest valid size of a tag file or manifest. @param name file name without its folder */
export function mostTagFileBytes(name: string): number {
  return /^(?:tag)?manifest-/.test(name) ? limits.ownManifestBytes : limits.tagFileBytes;
}

/** Reads a tag file or manifest completely; returns null if it is unreadable, not a regular file, or larger than a valid one. Does not follow links. */
export function readTagFile(path: string): Buffer | null {
  try {
    return readRegular(path, mostTagFileBytes(basename(path)));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/** Returns the system's error code if a tag file or manifest cannot be read; null if it can be read, or if the path is not a file. */
export function refusalAt(path: string): string | null {
  try {
    readRegular(path, mostTagFileBytes(basename(path)));
    return null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return refusalOf(error);
  }
}
