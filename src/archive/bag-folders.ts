import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { agree } from '../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import { byCodePoint } from '../core/base/order.ts';
import { temporaryPrefix } from './files/durable.ts';
import { type Archive, freshDiskFolder, isIgnorable, markerName, unreachable } from './layout.ts';

// The folders below `bags/`: bags in folders of years, what else is there, and what an absent disk looks like.

/** A bag in the archive. */
export interface BagFolder {
  /** Name that is used everywhere in longplay: `2019/20190312-4f2a…`. */
  readonly name: string;
  /** Path relative to the archive: `bags/2019/20190312-4f2a…`. */
  readonly folder: string;
  /** Absolute path. */
  readonly path: string;
}

/** An item below `bags/` that is not a bag. A crash left it, or somebody put it there. */
export interface Stray {
  /** Path relative to the archive. */
  readonly path: string;
  /** `temporary`: has a name that only unfinished work has, and may be deleted; `alien`: not made by longplay. */
  readonly kind: 'temporary' | 'alien';
}

/** A year folder that the system could not list, so that its content is unknown. */
export interface UnreadableYear {
  /** Year, e.g. `2019`. */
  readonly year: string;
  /** The system's error code. */
  readonly error: string;
}

/** Yields all bags in code-point order of their names. Throws if a year folder cannot be read, so that it never looks like a year without calls. */
export async function* listBags(archive: Pick<Archive, 'dir'>): AsyncGenerator<BagFolder> {
  for await (const item of listBagsAndYears(archive)) {
    if ('error' in item) throw unreadableFolder(archive, `bags/${item.year}`, item.error);
    yield item;
  }
}

/** Yields all bags that can be listed, in code-point order of their names, and each year that cannot be listed. */
export async function* listBagsAndYears(archive: Pick<Archive, 'dir'>): AsyncGenerator<BagFolder | UnreadableYear> {
  for await (const item of walkBags(archive)) if (!('kind' in item)) yield item;
}

/** Yields items below `bags/` that are not bags, in code-point order, as far as they can be listed. */
export async function* listStrays(archive: Pick<Archive, 'dir'>): AsyncGenerator<Stray> {
  for await (const item of walkBags(archive)) if ('kind' in item) yield item;
}

async function* walkBags(archive: Pick<Archive, 'dir'>): AsyncGenerator<BagFolder | Stray | UnreadableYear> {
  const years = await entriesIn(archive, 'bags');
  if (typeof years === 'string') throw unreadableFolder(archive, 'bags', years);
  for (const year of years) {
    if (year.name === freshDiskFolder) continue;
    const yearFolder = `bags/${year.name}`;
    if (!isFolderOfOurs(year)) {
      yield stray(yearFolder, year.name);
      continue;
    }
    const bags = await entriesIn(archive, yearFolder);
    if (typeof bags === 'string') {
      yield { year: year.name, error: bags };
      continue;
    }
    for (const bag of bags) {
      if (bag.name === freshDiskFolder) continue;
      const folder = `${yearFolder}/${bag.name}`;
      if (isFolderOfOurs(bag)) yield { name: `${year.name}/${bag.name}`, folder, path: join(archive.dir, folder) };
      else yield stray(folder, bag.name);
    }
  }
}

function isFolderOfOurs(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith('.');
}

function stray(path: string, name: string): Stray {
  return { path, kind: name.startsWith(temporaryPrefix) ? 'temporary' : 'alien' };
}

/** Returns the sorted entries of a folder; the system's error code if it cannot be read. */
async function entriesIn(archive: Pick<Archive, 'dir'>, folder: string): Promise<Dirent[] | string> {
  try {
    const entries = await readdir(join(archive.dir, folder), { withFileTypes: true });
    return entries.sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    return systemCode(error) ?? errorText(error);
  }
}

function unreadableFolder({ dir }: Pick<Archive, 'dir'>, folder: string, error: string): LongplayError {
  return unreachable(dir, `has a folder ${folder} that cannot be read: ${error}`, undefined);
}

/** Folders that operating systems create on a disk by themselves. */
const foreignFolders: readonly string[] = [freshDiskFolder, 'System Volume Information', '$RECYCLE.BIN'];

/**
 * Returns true if `bags/` has no year folder, whatever other files it contains: the mount point of an absent disk looks like this. An empty year folder is no
 * such sign, because its bags may be lost. Returns false if the folder cannot be listed; listing it elsewhere reports the error.
 */
export function isBare(dir: string): boolean {
  try {
    return readdirSync(join(dir, 'bags'), { withFileTypes: true }).every((entry) => !isFolderOfOurs(entry) || foreignFolders.includes(entry.name));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}

/** Returns the years below `bags/` that are separate disks: the device of their folder differs from that of `bags/` (st_dev of stat(2)). */
export function yearsApart(dir: string): string[] {
  const bags = join(dir, 'bags');
  const device = (path: string): bigint | null => statSync(path, { bigint: true, throwIfNoEntry: false })?.dev ?? null;
  return tryListing(() => {
    const here = device(bags);
    return yearsIn(bags).filter((year) => tryListing(() => (device(join(bags, year)) === here ? [] : [year])).length > 0);
  });
}

/**
 * Refuses to write bags while the disk of a year is absent: the folder of the year had another device before, and is now empty and on the device of `bags/`. An
 * empty folder alone is no such sign, because its bags may be lost, and an import can restore them.
 * @param apart years that were separate disks when this machine last saw them
 * @param landed names of bags, `2019/…`
 * @throws LongplayError A102
 */
export function refuseAwayYears(dir: string, apart: readonly string[], landed: ReadonlyMap<string, unknown>): void {
  const now = apart.length === 0 ? [] : yearsApart(dir);
  for (const year of apart) {
    if (now.includes(year) || !isBareYear(dir, year)) continue;
    const count = [...landed.keys()].filter((name) => name.startsWith(`${year}/`)).length;
    if (count === 0) continue;
    throw new LongplayError(
      'incomplete',
      'A102',
      `archive unreachable: ${dir}/bags/${year} was a separate disk and is now an empty folder, but the log names ${count === 1 ? 'a bag' : agree`${count} bag[s]`} that landed there`,
      `mount the disk of that year, then run again; if it is lost, restore its bags from a replica, or remove the folder bags/${year}`,
    );
  }
}

/** Returns true if the folder of a year exists and contains only files that systems put on a disk; false if it cannot be listed. */
function isBareYear(dir: string, year: string): boolean {
  const isNothing = (name: string): boolean => isIgnorable(name) || foreignFolders.includes(name);
  return tryListing(() => (readdirSync(join(dir, 'bags', year)).every(isNothing) ? [year] : [])).length > 0;
}

function yearsIn(bags: string): string[] {
  return readdirSync(bags, { withFileTypes: true }).flatMap((entry) =>
    isFolderOfOurs(entry) && !foreignFolders.includes(entry.name) ? [entry.name] : [],
  );
}

/** Lists a folder; empty if the system refuses. Work in that folder will report the error. */
function tryListing(list: () => string[]): string[] {
  try {
    return list();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}

/**
 * Returns the reason why an open archive is no longer reachable; null if it is reachable. Missing files count as lost only if it is reachable.
 * @param bag name of a bag that landed; null: no particular bag
 */
export function awayReason(dir: string, bag: string | null): string | null {
  if (!existsSync(join(dir, markerName))) return `${dir} no longer has ${markerName}`;
  if (isBare(dir)) return `${dir}/bags no longer has a year folder`;
  const [year] = bag?.split('/') ?? [];
  return year !== undefined && isBareYear(dir, year) ? `${dir}/bags/${year} is empty` : null;
}

/** Returns the error for an archive without any bags although `by` names some. */
export function bagsUnreachable(dir: string, landed: number, by: 'log' | 'catalog' = 'log'): LongplayError {
  return new LongplayError(
    'incomplete',
    'A102',
    `archive unreachable: ${dir}/bags has no year folder, and the ${by} names ${landed === 1 ? 'a bag' : agree`${landed} bag[s]`} that landed there`,
    'check that the disk with the bags is mounted, then run again; if it is, restore the bags from a replica',
  );
}
