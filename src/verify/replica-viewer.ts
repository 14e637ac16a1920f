import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix, writeDurable } from '../archive/durable.ts';
import { listBags } from '../archive/layout.ts';
import { isViewerPath, readViewerList, type ViewerList, viewerFolder, viewerListName, viewerListText } from '../archive/viewer-list.ts';
import { systemCode } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import type { Verdict } from '../core/verdict.ts';
import { checkViewer } from './check-viewer.ts';
import { refuseObstacle } from './replica-around.ts';
import { placeName } from './replica-check-bag.ts';
import { copyVerified } from './replica-copy-file.ts';
import type { Copy } from './replica-place.ts';

// The page of an archive on its replicas. It is derived: unlike bags it is written over, and what it does not name any more goes.

/**
 * Brings the viewer of an archive to a replica, file by file as its list has them, the list last; only one that the log names. What is listed
 * there with the same digest and has the size is not read. Gives the bytes that were copied.
 * @param lists digests of lists that the log names, the newest last
 * @throws LongplayError R138 where a link is in the way, A107 where the replica cannot be written
 */
export async function* syncViewer(primary: Copy, replica: Copy, lists: readonly string[], signal: AbortSignal): AsyncGenerator<Finding, number> {
  // It may be deleted at any time; an older one that a replica has stays there.
  if (lstatSync(join(primary.dir, viewerFolder), { throwIfNoEntry: false }) === undefined) return 0;
  const no = (place: string, why: string): Finding => finding('R127', place, `${why}: the viewer was not copied to ${replica.name}`);
  const list = listIn(primary.dir);
  if (list === null || sha256Hex(viewerListText(list)) !== lists.at(-1)) {
    yield no(`${viewerFolder}/${viewerListName}`, 'is not the list that the log names');
    return 0;
  }
  const paths = Object.keys(list.files).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const strange = paths.find((path) => !isViewerPath(path));
  if (strange !== undefined) {
    yield no(`${viewerFolder}/${viewerListName}`, 'lists what is no file of a viewer');
    return 0;
  }
  const theirs = listIn(replica.dir);
  let bytes = 0;
  for (const path of paths) {
    const wanted = list.files[path];
    if (wanted === undefined || isThere(replica, path, wanted, theirs)) continue;
    signal.throwIfAborted();
    if (!(await copyFile(primary, replica, path, wanted, signal))) {
      yield no(`${viewerFolder}/${path}`, 'is not as it was written');
      return bytes;
    }
    bytes += wanted.sizeBytes;
  }
  const text = viewerListText(list);
  refuseObstacle(replica.dir, `${viewerFolder}/${viewerListName}`);
  if (theirs === null || viewerListText(theirs) !== text) await writeDurable(join(replica.dir, viewerFolder, viewerListName), text);
  await removeOthers(replica, list);
  return bytes;
}

/** The data, then the page, then the index that names the data: a page that is opened meanwhile shows the state before, or after. */
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

/** False where the file is not as it is listed; then nothing is changed. */
async function copyFile(from: Copy, to: Copy, path: string, { sha256, sizeBytes }: ListedFile, signal: AbortSignal): Promise<boolean> {
  refuseObstacle(to.dir, `${viewerFolder}/${path}`);
  const target = join(to.dir, viewerFolder, path);
  await makeFolderDurable(dirname(target));
  const temporary = join(dirname(target), `${temporaryPrefix}${randomUUID()}`);
  try {
    const source = join(from.dir, viewerFolder, path);
    const copied = await copyVerified(source, temporary, new Map([['sha256', sha256]]), { mostBytes: sizeBytes, sync: true }, signal);
    if (copied.is !== 'well') return false;
    await rename(temporary, target).catch((error: unknown) => Promise.reject(cannotWrite(target, error)));
    await syncFolder(dirname(target));
    return true;
  } finally {
    // Gone after the rename; what a failure leaves carries a temporary name.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** What was a viewer's and is not listed any more; anything else that lies there is for a verification to tell. */
async function removeOthers({ dir }: Copy, { files }: ViewerList): Promise<void> {
  const folder = join(dir, viewerFolder);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!entry.isFile() || Object.hasOwn(files, path) || !isViewerPath(path)) continue;
    const file = join(folder, path);
    await unlink(file).catch((error: unknown) => Promise.reject(cannotWrite(file, error)));
  }
}

/** Holds the viewer of a replica against any list that the log has named: a replica may be behind. @param lists the newest last */
export async function* checkReplicaViewer(
  copy: Copy,
  lists: readonly string[],
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const list = listIn(copy.dir);
  const own = list === null ? null : sha256Hex(viewerListText(list));
  const present = new Set<string>();
  for await (const { name } of listBags(copy)) present.add(name);
  const entered = own !== null && lists.includes(own) ? own : (lists.at(-1) ?? null);
  for await (const verdict of checkViewer(copy, { listSha256: () => entered }, present, depth, signal))
    yield { ...verdict, path: placeName(copy, verdict.path) };
}

/** Null where there is none that can be read. */
function listIn(dir: string): ViewerList | null {
  try {
    return readViewerList(join(dir, viewerFolder, viewerListName));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
