import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listStrays } from '../../archive/bag-folders.ts';
import { draftPlace } from '../../archive/draft-place.ts';
import { landFolder, makeFolder, makeFolderDurable, removeDurable, syncTree, temporaryPrefix } from '../../archive/files/durable.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { mostTagFileBytes } from '../place/history.ts';
import type { Copy } from '../place/place.ts';
import type { BagTruth } from '../place/truth.ts';
import { copyVerified } from './file.ts';

/** What is found at a bag's path. */
export type BagPlace =
  | { readonly is: 'absent' }
  | { readonly is: 'folder'; readonly path: string }
  /** A link or file in the bag's place. */
  | { readonly is: 'other'; readonly path: string }
  /** A link or file has the place of a folder above the bag. Nothing is read or written through it. */
  | { readonly is: 'blocked'; readonly why: string };

/** Examines a bag's path in a copy without following links. @throws LongplayError R135 if the system refuses access */
export function bagPlace(copy: Copy, bag: string): BagPlace {
  const [year = ''] = bag.split('/');
  for (const folder of ['bags', `bags/${year}`]) {
    const found = lookAt(join(copy.dir, folder));
    if (found === 'absent') return { is: 'absent' };
    if (found !== 'folder') return { is: 'blocked', why: `${folder} is not a folder${found === 'link' ? ' but a symbolic link' : ''}` };
  }
  const path = join(copy.dir, 'bags', bag);
  const found = lookAt(path);
  return found === 'absent' ? { is: 'absent' } : { is: found === 'folder' ? 'folder' : 'other', path };
}

function lookAt(path: string): 'absent' | 'folder' | 'link' | 'other' {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return 'absent';
    if (code === null) throw error;
    throw new LongplayError('incomplete', 'R135', `${path} cannot be examined: ${code}`, 'fix the permissions or the disk, then run again', error);
  }
}

/** A copy from which a file can be copied. */
export interface FileSource {
  readonly copy: string;
  /** Folder of the bag in that copy. */
  readonly folder: string;
}

/** Result of copying a bag. */
export type BagCopy =
  | { readonly is: 'whole'; readonly bytes: number; readonly taken: ReadonlyMap<string, { readonly files: number; readonly bytes: number }> }
  /** A file of the bag is intact in no source. Nothing of the bag remains at the target. */
  | { readonly is: 'lacking'; readonly path: string; readonly why: string; readonly refused: boolean };

/** How a bag is copied. */
export interface BagOrder {
  /** Expected content of the bag. */
  readonly truth: BagTruth;
  /** Returns the sources of a file, the best first. */
  readonly sourcesOf: (path: string) => readonly FileSource[];
  /** Makes room once the draft is finished, if something occupies the bag's place; absent: the place must be empty. */
  readonly clearPlace?: () => Promise<void>;
}

/**
 * Copies a bag completely or not at all: writes a draft under a temporary name, digests each file while it is copied and compares it with the expected digests,
 * syncs everything, then renames the draft into place.
 * @throws LongplayError A106 if something took the bag's place meanwhile, A107 if the target cannot be written.
 */
export async function copyBag(
  bag: string,
  { truth, sourcesOf, clearPlace = async () => undefined }: BagOrder,
  target: Copy,
  signal: AbortSignal,
): Promise<BagCopy> {
  await makeFolderDurable(join(target.dir, 'bags'));
  const name = randomUUID();
  const draft = draftPlace(target, join(target.dir, 'bags', bag), join(target.dir, 'bags', `${temporaryPrefix}${name}`), name);
  await makeFolder(draft);
  let landed = false;
  try {
    const taken = new Map<string, { files: number; bytes: number }>();
    const folders = new Set([draft]);
    let bytes = 0;
    for (const path of [...truth.files.keys()].sort(byCodePoint)) {
      const folder = dirname(join(draft, path));
      if (!folders.has(folder)) await makeFolder(folder);
      folders.add(folder);
      const copied = await copyFile(path, join(draft, path), { truth, sources: sourcesOf(path) }, { sync: false }, signal);
      if (copied.is === 'lacking') return { ...copied, path };
      bytes += copied.bytes;
      const from = taken.get(copied.from) ?? { files: 0, bytes: 0 };
      taken.set(copied.from, { files: from.files + 1, bytes: from.bytes + copied.bytes });
    }
    await syncTree(draft, signal);
    signal.throwIfAborted();
    await clearPlace();
    await landFolder(draft, join(target.dir, 'bags', bag));
    landed = true;
    return { is: 'whole', bytes, taken };
  } finally {
    // Cleanup only: a remaining draft has a temporary name, and the next run removes it.
    if (!landed) await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Result of copying one file of a bag. */
export type SourcedCopy =
  | { readonly is: 'well'; readonly from: string; readonly bytes: number }
  /** The file is intact in no source. `why` lists each source; `refused`: a source that cannot be read may be intact. */
  | { readonly is: 'lacking'; readonly why: string; readonly refused: boolean };

/** Expected content of a bag's file, and its sources, the best first. */
export interface FileOrder {
  readonly truth: BagTruth;
  readonly sources: readonly FileSource[];
}

/** Copies a file of a bag from the first source in which it is intact. */
export async function copyFile(
  path: string,
  to: string,
  { truth, sources }: FileOrder,
  options: { readonly sync: boolean },
  signal: AbortSignal,
): Promise<SourcedCopy> {
  const expected = truth.files.get(path);
  if (expected === undefined) throw new Error(`${path} is not a file of the bag`);
  const mostBytes = path.startsWith('data/') ? truth.mostBytes : mostTagFileBytes(path);
  const troubles: string[] = [];
  let refused = false;
  for (const { copy, folder } of sources) {
    const copied = await copyVerified(join(folder, path), to, expected, { mostBytes, ...options }, signal);
    if (copied.is === 'well') return { is: 'well', from: copy, bytes: copied.bytes };
    if (copied.is === 'unreadable' && !isFileError(copied.code)) refused = true;
    const what = copied.is === 'other' ? 'differs from when it landed' : copied.code === 'ENOENT' ? 'is missing' : `cannot be read: ${copied.code}`;
    troubles.push(`${what} in ${copy}`);
  }
  return { is: 'lacking', why: troubles.join(', '), refused };
}

/** Removes drafts that killed runs left below `bags/`. Only the holder of the copy's lock may call this. */
export async function clearDrafts(copy: Copy): Promise<void> {
  for await (const stray of listStrays(copy)) if (stray.kind === 'temporary') await removeDurable(join(copy.dir, stray.path));
}
