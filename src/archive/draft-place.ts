import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import { listStrays } from './bag-folders.ts';
import { temporaryPrefix } from './files/durable.ts';
import type { Archive } from './layout.ts';

// Chooses places for drafts from which one rename can put them in their final place, even if `bags/` or years below it are separate mounts.

/** Prefix of draft folders below `bags/`; verification treats them as unfinished work. */
const apartPrefix = `${temporaryPrefix}drafts-`;

/**
 * Returns the path for a draft that will be renamed to `target`.
 * @param target path below `bags/`; neither it nor its parents need exist
 * @param home preferred folder for drafts, e.g. a folder below `jobs/`; need not exist
 * @param owner owner of drafts that cannot be in `home`: see `sweepDrafts`
 */
export function draftPlace({ dir }: Pick<Archive, 'dir'>, target: string, home: string, owner: string): string {
  const bags = join(dir, 'bags');
  const landing = mountOf(dirname(target));
  if (isSame(mountOf(home), landing)) return home;
  const year = relative(bags, target).split(sep)[0] ?? '';
  const parent = isSame(mountOf(bags), landing) ? bags : join(bags, year);
  return join(parent, `${apartPrefix}${owner}`);
}

/** Owner of drafts of erasures, and name of their folder below `jobs/`. */
export const eraseOwner = 'erase';

/** Owner of the drafts that a sealing makes, and the name of its folder below `jobs/`. */
export const sealOwner = 'seal';

/** Where the two states of a bag are while one replaces the other. */
export interface RewritePlace {
  /** The new state of the bag, until it is in place. */
  readonly draft: string;
  /** The old bag, after it has left its place and before it is removed. */
  readonly aside: string;
}

/** Returns the places of a bag's two states. A single rename moves each to or from the bag's own place. @param owner of the drafts */
export function rewritePlace(
  archive: Pick<Archive, 'dir'>,
  bag: { readonly name: string; readonly path: string },
  owner: typeof eraseOwner | typeof sealOwner,
): RewritePlace {
  const stage = draftPlace(archive, bag.path, join(archive.dir, 'jobs', owner), owner);
  const name = bag.name.replace('/', '-');
  return { draft: join(stage, `new-${name}`, basename(bag.name)), aside: join(stage, `old-${name}`) };
}

/** Returns true if files below `jobs/` can be renamed into every year. */
export function landsFromJobs({ dir }: Pick<Archive, 'dir'>): boolean {
  const bags = join(dir, 'bags');
  const home = mountOf(join(dir, 'jobs'));
  return [bags, ...readdirSync(bags).map((year) => join(bags, year))].every((folder) => isSame(mountOf(folder), home));
}

/** Removes drafts that killed runs left outside `jobs/`. The caller holds the archive's lock. @param isGone returns true for owners that no longer exist */
export async function sweepDrafts(archive: Pick<Archive, 'dir'>, isGone: (owner: string) => boolean): Promise<void> {
  for await (const { path } of listStrays(archive)) {
    const name = basename(path);
    if (name.startsWith(apartPrefix) && isGone(name.slice(apartPrefix.length))) await rm(join(archive.dir, path), { recursive: true, force: true });
  }
}

interface Mount {
  /** Device number of the file system. btrfs has one per subvolume, and nothing can be renamed between subvolumes. */
  readonly device: number;
  /** Mount point; null if the system does not report it. */
  readonly point: string | null;
}

/**
 * Returns the mount of the folder, or of its nearest existing parent. A file system can be mounted at several places (bind mounts) under one device number, and
 * rename(2) fails with EXDEV between them, so mount points are compared as well.
 */
function mountOf(folder: string): Mount {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const path = realpathSync(there);
  const above = (point: string): boolean => point === '/' || path === point || path.startsWith(`${point}/`);
  const points = mountPoints().filter(above);
  return { device: statSync(path).dev, point: points.reduce<string | null>((best, one) => (one.length >= (best?.length ?? 0) ? one : best), null) };
}

function isSame(a: Mount, b: Mount): boolean {
  return a.device === b.device && a.point === b.point;
}

/** Returns the fifth field of each line of /proc/self/mountinfo (proc(5)), with octal escapes decoded; an empty list on other systems. */
function mountPoints(): string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    return lines
      .flatMap((line) => line.split(' ')[4] ?? [])
      .map((point) => point.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
