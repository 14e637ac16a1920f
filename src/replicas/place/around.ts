import { createHash, randomUUID } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { verifierName } from '../../archive/layout.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';

// The files of an archive that are not part of its bags or its log.

/** Files at the top of every copy. They do not change after the archive was created. */
const plainFiles = ['longplay.json', 'README.txt'] as const;

/** Returns the files at the top of a copy, each with its digests from the log, the newest last; without digests if the log has lost them. */
export function topFiles(entered: ReadonlyMap<string, readonly string[]>): readonly { readonly name: string; readonly digests: readonly string[] }[] {
  // Archives of earlier versions have no verifier.
  const names = entered.has(verifierName) ? [...plainFiles, verifierName] : plainFiles;
  return names.map((name) => ({ name, digests: entered.get(name) ?? [] }));
}

/** State of a plain file compared with its logged digest. */
export type PlainState = 'well' | 'missing' | 'altered' | { readonly unreadable: string };

/** Examines a plain file of a copy. @param digests valid digests from the log; empty if the log has lost them: any readable file then counts as intact. */
export function plainState(dir: string, name: string, digests: readonly string[], mostBytes: number = limits.archiveMarkerBytes): PlainState {
  const path = join(dir, name);
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size > mostBytes) return 'altered';
    return digests.length === 0 || digests.includes(createHash('sha256').update(readFileSync(path)).digest('hex')) ? 'well' : 'altered';
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' ? 'missing' : { unreadable: code };
  }
}

/**
 * Returns the first part of a path that exists and is not a real folder (a link, a file); null if there is none. Nothing may be written through a link that
 * somebody put into a copy.
 */
export function obstacle(top: string, path: string): string | null {
  const parts = dirname(path).split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    if (part === '.') return null;
    try {
      if (!lstatSync(join(top, part)).isDirectory()) return part;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    }
  }
  return null;
}

/** Checks that each existing part of a path is a real folder. @throws LongplayError R138 */
export function refuseObstacle(top: string, path: string): void {
  const inTheWay = obstacle(top, path);
  if (inTheWay === null) return;
  const hint = 'find out who put it there, move it away, then run again';
  throw new LongplayError('incomplete', 'R138', `${join(top, inTheWay)} is not a folder; nothing is written through it`, hint);
}

/**
 * Copies a file of one copy to the same path in another, completely or not at all: writes it under a temporary name, fsync, rename over an existing file, fsync
 * of the folder.
 * @throws LongplayError R138 if a link is in the way, A107 if the system refuses.
 */
export async function copyPlain(from: string, to: string, path: string): Promise<void> {
  refuseObstacle(to, path);
  const target = join(to, path);
  const folder = dirname(target);
  await makeFolderDurable(folder);
  const temporary = join(folder, `${temporaryPrefix}${randomUUID()}`);
  try {
    await copyFile(join(from, path), temporary);
    const handle = await open(temporary, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    // Cleanup only: a remaining file has a temporary name.
    await unlink(temporary).catch(() => undefined);
    throw cannotWrite(target, error);
  }
}

/** Lists regular files below a folder of a copy, relative to the copy, in code-point order; omits files with temporary names. */
export function filesBelow(dir: string, folder: string): string[] {
  const found: string[] = [];
  const look = (at: string, depth: number): void => {
    for (const entry of entriesIn(join(dir, at))) {
      if (entry.name.startsWith(temporaryPrefix)) continue;
      const path = `${at}/${entry.name}`;
      if (entry.isDirectory() && depth < limits.bagDepth) look(path, depth + 1);
      else if (entry.isFile()) found.push(path);
    }
  };
  look(folder, 0);
  return found.sort(byCodePoint);
}

/** Lists the entries of a folder; empty if it is absent or a link. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
