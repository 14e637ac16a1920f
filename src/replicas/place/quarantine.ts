import { readdirSync } from 'node:fs';
import { copyFile, link, lstat, open, readlink, rename, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cannotWrite, makeFolderDurable, moveFolder, syncFolder, writeDurable } from '../../archive/files/durable.ts';
import { statOrNull } from '../../archive/files/stat-or-null.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { entriesIn, refuseObstacle } from './around.ts';
import { bagNamePattern, readTagFile } from './history.ts';
import type { Copy } from './place.ts';

/** One step of a repair, in a bag or outside the bags. */
export interface RepairStep {
  /** Path relative to the bag, empty for the whole bag; relative to the copy if the repair is outside the bags. */
  readonly path: string;
  /** What was wrong. */
  readonly was: string;
  /** Copy that provided the intact bytes; null if the step only removed something. */
  readonly from: string | null;
  /** Number of restored files and, below, their bytes. */
  readonly files: number;
  readonly bytes: number;
}

/** Content of `repair.json` in a quarantine folder. It survives a killed run, and explains the folder to people. */
export interface RepairNote {
  readonly format: 'longplay-repair';
  readonly version: 1;
  /** Repaired bag; null: files outside the bags. */
  readonly bag: string | null;
  /** Copy that was repaired. */
  readonly copy: string;
  /** Folder that keeps the replaced bytes, relative to that copy. */
  readonly folder: string;
  readonly begunAt: string;
  /** `entered`: the log records the repair. */
  readonly state: 'begun' | 'entered';
  readonly steps: readonly RepairStep[];
}

/** Folder to which a repair moves damaged or stray files. longplay never deletes anything in it. */
export interface Quarantine {
  /** Path relative to the copy, e.g. `quarantine/20190312T101500Z-20190312-4f2a…`. */
  readonly folder: string;
  note(): RepairNote;
  /** Writes a note about the steps that are planned or done. The note is durable when the promise resolves. */
  write(change: { readonly steps?: readonly RepairStep[]; readonly state?: RepairNote['state'] }): Promise<void>;
  /**
   * Keeps the file at a path of the bag, or of the copy if the repair is outside the bags. A regular file also remains in place until another one is renamed
   * over it, so that readers always find it. Returns false if that was impossible and the place is now free.
   */
  keepFile(path: string): Promise<boolean>;
  /** Moves whatever is at a path (as for `keepFile`) into the quarantine; empty path: the whole bag. */
  move(path: string): Promise<void>;
}

/** Folder of a copy that keeps the files that repairs replace or move away. */
export const quarantineFolder = 'quarantine';

/** Returns the folders of a quarantine that may contain something in clear: all except those of log entries and tiles, which contain nothing personal. */
export function clearInQuarantine(dir: string): readonly string[] {
  return entriesIn(join(dir, quarantineFolder)).flatMap(({ name }) => (/^\d{8}T\d{6}Z-log(?:-\d+)?$/.test(name) ? [] : [name]));
}
const noteName = 'repair.json';

/** Opens the quarantine for a repair of a bag in a copy: that of a stopped repair, or a new one. @param primary copy that keeps the notes */
export async function openQuarantine(primary: Copy, copy: Copy, bag: string | null, now: string): Promise<Quarantine> {
  const begun = unfinishedRepairs(primary, copy).find((note) => note.bag === bag);
  if (begun !== undefined) return quarantineOf(primary, copy, begun);
  const stamp = now.replace(/[-:]|\.\d+/g, '');
  const first = `${quarantineFolder}/${stamp}-${bag === null ? 'archive' : basename(bag)}`;
  let folder = first;
  for (let number = 2; await isTaken(primary, copy, folder); number++) folder = `${first}-${number}`;
  return quarantineOf(primary, copy, {
    format: 'longplay-repair',
    version: 1,
    bag,
    copy: copy.name,
    folder,
    begunAt: now,
    state: 'begun',
    steps: [],
  });
}

async function isTaken(primary: Copy, copy: Copy, folder: string): Promise<boolean> {
  return (await statOrNull(join(copy.dir, folder))) !== null || (await statOrNull(join(primary.dir, noteFolder(primary, copy, folder)))) !== null;
}

/**
 * Returns the folder of the authoritative note, relative to the primary. Notes about a replica are kept in the primary, too, because anybody may have written
 * files on a replica.
 */
function noteFolder(primary: Copy, copy: Copy, folder: string): string {
  return copy.name === primary.name ? folder : `${folder}-in-${copy.name}`;
}

/** Returns the quarantine that a note describes. */
export function quarantineOf(primary: Copy, copy: Copy, begun: RepairNote): Quarantine {
  const { folder } = begun;
  let note = begun;
  const base = note.bag === null ? copy.dir : join(copy.dir, 'bags', note.bag);
  const placeFor = async (path: string): Promise<string> => {
    const wanted = join(copy.dir, folder, path === '' ? 'bag' : join('files', path));
    await makeFolderDurable(dirname(wanted));
    let place = wanted;
    for (let number = 2; (await statOrNull(place)) !== null; number++) place = `${wanted}.${number}`;
    return place;
  };
  const move = async (path: string): Promise<void> => {
    const from = join(base, path);
    const to = await placeFor(path);
    try {
      await rename(from, to);
    } catch (error) {
      if (systemCode(error) !== 'EXDEV') throw cannotWrite(to, error);
      await moveAcross(from, to);
    }
    await syncFolder(dirname(to));
    await syncFolder(dirname(from));
  };
  return {
    folder,
    note: () => note,
    write: async (change) => {
      note = { ...note, ...change };
      const text = `${canonicalJson(note, 2)}\n`;
      for (const [dir, path] of new Map([
        [primary.dir, `${noteFolder(primary, copy, folder)}/${noteName}`],
        [copy.dir, `${folder}/${noteName}`],
      ])) {
        refuseObstacle(dir, path);
        await makeFolderDurable(dirname(join(dir, path)));
        await writeDurable(join(dir, path), text);
      }
    },
    move,
    keepFile: async (path) => {
      const from = join(base, path);
      const stat = await lstat(from);
      const last = await statOrNull(join(copy.dir, folder, 'files', path));
      // A stopped run has already kept this file.
      if (last !== null && last.ino === stat.ino && last.dev === stat.dev) return true;
      const to = await placeFor(path);
      try {
        await link(from, to);
      } catch (error) {
        const code = systemCode(error);
        if (code === 'EXDEV') await copyAcross(from, to);
        // The file system has no hard links, or has reached its limit of links.
        else if (code !== null && ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code)) {
          await move(path);
          return false;
        } else throw cannotWrite(to, error);
      }
      await syncFolder(dirname(to));
      return true;
    },
  };
}

/** Copies a folder and deletes the source: if `bags/` is on a disk of its own, files cannot be renamed into the quarantine. */
async function moveAcross(from: string, to: string): Promise<void> {
  const stat = await lstat(from);
  if (stat.isFile()) await copyAcross(from, to);
  else if (stat.isDirectory()) return await moveFolder(from, to);
  else if (stat.isSymbolicLink()) await symlink(await readlink(from), to).catch((error: unknown) => Promise.reject(cannotWrite(to, error)));
  else
    throw new LongplayError(
      'incomplete',
      'R139',
      `${from} cannot be moved to ${to}: they are on different file systems`,
      'move it away by hand, outside of the bag, then run again',
    );
  await syncFolder(dirname(to));
  await unlink(from).catch((error: unknown) => Promise.reject(cannotWrite(from, error)));
}

async function copyAcross(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    const handle = await open(to, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/** Returns the repairs of a copy that were begun and not logged. Ignores an unreadable note. */
export function unfinishedRepairs(primary: Copy, copy: Copy): RepairNote[] {
  return foldersIn(join(primary.dir, quarantineFolder)).flatMap((name) => {
    const bytes = readTagFile(join(primary.dir, quarantineFolder, name, noteName));
    const note = bytes === null ? null : parseNote(bytes.toString('utf8'));
    return note?.state === 'begun' && note.copy === copy.name && noteFolder(primary, copy, note.folder) === `${quarantineFolder}/${name}`
      ? [note]
      : [];
  });
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}

function parseNote(text: string): RepairNote | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { format, version, bag, copy, folder, begunAt, state, steps } = value as Record<string, unknown>; // an object, its members unknown
  if (format !== 'longplay-repair' || version !== 1 || typeof begunAt !== 'string') return null;
  if ((bag !== null && (typeof bag !== 'string' || !bagNamePattern.test(bag))) || typeof copy !== 'string' || typeof folder !== 'string') return null;
  if ((state !== 'begun' && state !== 'entered') || !Array.isArray(steps)) return null;
  const read = steps.flatMap((step: unknown): RepairStep[] => {
    if (typeof step !== 'object' || step === null) return [];
    const { path, was, from, files, bytes } = step as Record<string, unknown>; // an object, its members unknown
    if (typeof path !== 'string' || typeof was !== 'string' || typeof bytes !== 'number' || typeof files !== 'number') return [];
    return typeof from === 'string' || from === null ? [{ path, was, from, files, bytes }] : [];
  });
  return { format, version, bag, copy, folder, begunAt, state, steps: read };
}
