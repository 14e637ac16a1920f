import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { walkBag } from '../../archive/bag/walk.ts';
import { type FileToHash, hashInProcess } from '../../archive/files/hash-file.ts';
import { temporaryFolder } from '../../archive/files/temporary-folder.ts';
import { isLostByDisk, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { mostTagFileBytes } from './history.ts';
import { algorithmsOf, type BagTruth } from './truth.ts';

/** A fault of one file of a bag in one copy. */
export type FileFault =
  | 'missing'
  /** The file's bytes differ. */
  | 'differs'
  /** A link, device, pipe or folder has the file's name. */
  | 'no-file'
  /** The disk no longer returns the file's bytes. */
  | 'unreadable';

/** One copy of a bag compared with its expected content. */
export interface BagState {
  /** Size of each intact file, by path. */
  readonly good: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, FileFault>;
  /** Paths of stray files in the bag. */
  readonly strangers: readonly string[];
  /** Why the copy cannot be checked now: permissions, a changing file, a lost network. Null if it was checked. */
  readonly unjudged: string | null;
}

/** Returns the state of a bag that is missing in a copy. */
export function absentState(truth: BagTruth): BagState {
  return { good: new Map(), faults: new Map([...truth.files.keys()].map((path) => [path, 'missing'])), strangers: [], unjudged: null };
}

/** Returns the state of a bag that was just read and found intact in a copy. Copying a file from it digests the file once more. */
export function soundState(folder: string, truth: BagTruth): BagState {
  return {
    good: new Map([...truth.files.keys()].map((path) => [path, sizeOf(join(folder, path))])),
    faults: new Map(),
    strangers: [],
    unjudged: null,
  };
}

/** Reads every file of a bag in one copy and reports differences. Changes nothing and follows no links. */
export async function examineBag(folder: string, truth: BagTruth, signal: AbortSignal): Promise<BagState> {
  const faults = new Map<string, FileFault>();
  const strangers: string[] = [];
  const good = new Map<string, number>();
  const toRead: FileToHash[] = [];
  const paths: string[] = [];
  let unjudged: string | null = null;
  const taken = new Set<string>();
  for (const items of walkBag(folder, '', null, temporaryFolder())) {
    signal.throwIfAborted();
    for (const item of items) {
      const expected = truth.files.get(item.path);
      if (item.kind === 'unreadable') {
        // Files in an unreadable folder may be intact, so they count neither as missing nor as stray.
        unjudged ??= `${item.path === '' ? 'the folder' : item.path} cannot be read: ${item.error}`;
        continue;
      }
      if (item.kind === 'too-deep') unjudged ??= `${item.path} has folders nested more than ${limits.bagDepth} deep`;
      if (expected === undefined) {
        strangers.push(item.path);
        continue;
      }
      taken.add(item.path);
      if (item.kind === 'special') faults.set(item.path, 'no-file');
      else if (item.kind !== 'file') faults.set(item.path, 'unreadable');
      else if (sizeOf(join(folder, item.path)) > (item.path.startsWith('data/') ? truth.mostBytes : mostTagFileBytes(item.path)))
        faults.set(item.path, 'differs');
      else {
        toRead.push({
          id: paths.length,
          path: join(folder, item.path),
          algorithms: algorithmsOf(expected),
        });
        paths.push(item.path);
      }
    }
  }
  for await (const answer of hashInProcess(toRead, signal)) {
    const path = paths[answer.id] ?? '';
    const expected = truth.files.get(path) ?? new Map<string, string>();
    if (answer.error !== null) {
      if (isLostByDisk(answer.error)) faults.set(path, 'unreadable');
      else if (answer.error === 'ENOENT') faults.set(path, 'missing');
      else if (answer.error === 'ELOOP' || answer.error === 'ENOTFILE') faults.set(path, 'no-file');
      else unjudged ??= `${path} cannot be read: ${answer.error}`;
    } else if (!answer.stable) unjudged ??= `${path} changed while it was read`;
    else if (Object.entries(answer.digests).every(([id, digest]) => expected.get(id) === digest)) good.set(path, answer.sizeBytes);
    else faults.set(path, 'differs');
  }
  // A folder in place of a file is noticed only by its content, and not at all if it is empty. It is moved away as a whole when the file is restored.
  const foldersWithStrangers = new Set(strangers.flatMap(foldersAbove));
  for (const path of truth.files.keys()) if (!taken.has(path)) faults.set(path, foldersWithStrangers.has(path) ? 'no-file' : 'missing');
  const alone = strangers.filter((path) => !foldersAbove(path).some((folder) => faults.get(folder) === 'no-file'));
  return { good, faults: new Map([...faults].sort(([a], [b]) => byCodePoint(a, b))), strangers: alone.sort(byCodePoint), unjudged };
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Returns the size in bytes; 0 if the system refuses. Reading the file will then report why. */
function sizeOf(path: string): number {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return 0;
  }
}
