import { lstatSync, readdirSync } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { listBags } from '../../archive/bag-folders.ts';
import {
  isViewerPath,
  pendingListName,
  readViewerList,
  type ViewerList,
  viewerFolder,
  viewerListName,
  viewerListText,
} from '../../archive/documents/viewer-list.ts';
import { cannotWrite, makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { checkViewer } from '../../verify/checks/viewer.ts';
import { refuseObstacle } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { placeName } from './check-bag.ts';
import { copyInto } from './file.ts';

// Copies the archive's page to its replicas. The page is derived data, so unlike bags it is overwritten, and files that it no longer names are deleted.

/**
 * Copies the viewer of an archive to a replica, file by file as its list states, the list last. Copies only a viewer that the log names. A file that the
 * replica's list names with the same digest and size is not read. Returns the number of copied bytes.
 * @param lists digests of lists that the log names, the newest last
 * @throws LongplayError R138 if a link is in the way, A107 if the replica cannot be written
 */
export async function* syncViewer(primary: Copy, replica: Copy, lists: readonly string[], signal: AbortSignal): AsyncGenerator<Finding, number> {
  // The archive's viewer may be deleted at any time; an older viewer on a replica remains.
  if (lstatSync(join(primary.dir, viewerFolder), { throwIfNoEntry: false }) === undefined) return 0;
  const no = (place: string, why: string): Finding => finding('R127', place, `${why}: the viewer was not copied to ${replica.name}`);
  const list = readViewerList(join(primary.dir, viewerFolder));
  if (list === null || sha256Hex(viewerListText(list)) !== lists.at(-1)) {
    yield no(`${viewerFolder}/${viewerListName}`, 'is not the list that the log names');
    return 0;
  }
  const paths = Object.keys(list.files).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const strange = paths.find((path) => !isViewerPath(path));
  if (strange !== undefined) {
    yield no(`${viewerFolder}/${viewerListName}`, 'lists a file that does not belong to a viewer');
    return 0;
  }
  const theirs = readViewerList(join(replica.dir, viewerFolder));
  const text = viewerListText(list);
  const pending = join(replica.dir, viewerFolder, pendingListName);
  refuseObstacle(replica.dir, `${viewerFolder}/${viewerListName}`);
  await makeFolderDurable(dirname(pending));
  // The pending list names the files that are being copied until the list itself is in place.
  if (theirs === null || viewerListText(theirs) !== text) await writeDurable(pending, text);
  let bytes = 0;
  for (const path of paths) {
    const wanted = list.files[path];
    if (wanted === undefined || isThere(replica, path, wanted, theirs)) continue;
    signal.throwIfAborted();
    if (!(await copyFile(primary, replica, path, wanted, signal))) {
      yield no(`${viewerFolder}/${path}`, 'differs from what was written');
      return bytes;
    }
    bytes += wanted.sizeBytes;
  }
  await removeOthers(replica, list);
  if (theirs === null || viewerListText(theirs) !== text) await writeDurable(join(replica.dir, viewerFolder, viewerListName), text);
  await rm(pending, { force: true });
  return bytes;
}

/** Order of copying: the data, then the page, then the index that names the data. A page that is opened meanwhile shows the earlier or the later state. */
function rank(path: string): number {
  return path === 'data/index.js' ? 2 : path.startsWith('data/') ? 0 : 1;
}

type ListedFile = ViewerList['files'][string];

function isThere({ dir }: Copy, path: string, { sha256, sizeBytes }: ListedFile, theirs: ViewerList | null): boolean {
  const listed = theirs !== null && Object.hasOwn(theirs.files, path) ? theirs.files[path] : undefined;
  if (listed?.sha256 !== sha256) return false;
  const stat = lstatSync(join(dir, viewerFolder, path), { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size === sizeBytes;
}

/** Copies a file. Returns false if the file does not match the list; the replica is then unchanged. */
async function copyFile(from: Copy, to: Copy, path: string, { sha256, sizeBytes }: ListedFile, signal: AbortSignal): Promise<boolean> {
  const place = `${viewerFolder}/${path}`;
  const file = { from: place, to: place, expected: new Map([['sha256', sha256]]), mostBytes: sizeBytes };
  return (await copyInto(from.dir, to.dir, file, signal)).is === 'well';
}

/** Removes files that former viewers listed and this one does not. Other files are left for a verification to report. */
async function removeOthers({ dir }: Copy, { files }: ViewerList): Promise<void> {
  const folder = join(dir, viewerFolder);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!entry.isFile() || Object.hasOwn(files, path) || path === pendingListName || !isViewerPath(path)) continue;
    const file = join(folder, path);
    await unlink(file).catch((error: unknown) => Promise.reject(cannotWrite(file, error)));
  }
}

/** Compares the viewer of a replica with every list that the log has named, because a replica may be behind. @param lists the newest last */
export async function* checkReplicaViewer(
  copy: Copy,
  lists: readonly string[],
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const present = new Set<string>();
  for await (const { name } of listBags(copy)) present.add(name);
  for await (const verdict of checkViewer(copy, { lists }, present, depth, signal)) yield { ...verdict, path: placeName(copy, verdict.path) };
}
