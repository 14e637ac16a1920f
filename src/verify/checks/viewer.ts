import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  isViewerPath,
  pendingListName,
  readViewerList,
  type ViewerList,
  viewerFolder,
  viewerListName,
  viewerListText,
} from '../../archive/documents/viewer-list.ts';
import { temporaryPrefix } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { sealingFinished } from '../../core/model/sealing.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';

/** Digests of the viewer's file lists in the log. */
export interface ViewerMemory {
  take(entry: LogEntry): void;
  /** Digests, the newest last. */
  readonly lists: readonly string[];
}

/** Creates an empty memory. */
export function createViewerMemory(): ViewerMemory {
  const lists: string[] = [];
  return {
    take: ({ type, detail }) => {
      if (type === 'viewer-written' && typeof detail.listSha256 === 'string') lists.push(detail.listSha256);
      // No viewer is left of a sealed archive.
      if (type === sealingFinished) lists.length = 0;
    },
    lists,
  };
}

/** Largest number of verdicts of one kind that are reported individually. */
const told = 20;

/**
 * Compares the viewer with its file list, the list with the log, and both with the existing bags. The viewer is derived data: an old, incomplete or unfinished
 * viewer is a warning. Bytes that are in no list of the log are an error, because people's browsers run them.
 * @param memory digests of the lists that the log names
 * @param present names of the existing bags
 * @param depth `bytes`: every file is read; `sizes`: only the scripts of the page are read, and the sizes of its data are compared
 */
export async function* checkViewer(
  archive: { readonly dir: string },
  { lists }: Pick<ViewerMemory, 'lists'>,
  present: ReadonlySet<string>,
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const folder = join(archive.dir, viewerFolder);
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  // The viewer may be deleted at any time.
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    yield errorVerdict('unexpected', 'V103', viewerFolder, 'is not a folder');
    return;
  }
  const listPath = `${viewerFolder}/${viewerListName}`;
  const list = readViewerList(folder);
  const own = list === null ? null : sha256Hex(viewerListText(list));
  // The list that an interrupted run announced.
  const announced = readViewerList(folder, pendingListName);
  const pending = announced !== null && lists.includes(sha256Hex(viewerListText(announced))) ? announced : null;
  const vouched = [list, pending].filter((one) => one !== null);
  yield* few(await wrongFiles(folder, list ?? pending, vouched, depth, signal));
  if (pending !== null) yield warning('V118', viewerFolder, 'is being written, or that was interrupted');
  else if (list === null && isRun(folder)) yield forged(listPath, 'is missing or is not a list: nothing vouches for the page in this folder');
  else if (list === null) yield warning('V118', listPath, 'is missing or is not a list');
  if (list !== null && own !== null) {
    if (lists.length === 0) yield { ...forged(listPath, 'no entry of the log names it'), code: 'V119' };
    else if (!lists.includes(own)) yield forged(listPath, 'is not a list that the log names');
    const lacking = [...present].filter((bag) => !Object.hasOwn(list.bags, bag)).length;
    const gone = Object.keys(list.bags).filter((bag) => !present.has(bag)).length;
    if (lacking + gone > 0) yield warning('V117', viewerFolder, `lacks ${lacking} existing bags, and shows ${gone} that do not exist`);
  }
  const strangers = strangersIn(folder, vouched);
  yield* few(strangers.filter(({ code }) => code === 'V118'));
  yield* strangers.filter(({ code }) => code !== 'V118');
}

/** Returns true if the folder has a page that a browser would run. */
function isRun(folder: string): boolean {
  return ['index.html', 'page.js'].some((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined);
}

/** Yields verdicts on files that differ from their permitted states. @param vouched permitted states of a file: as in the list, or as in the pending list */
async function wrongFiles(
  folder: string,
  list: ViewerList | null,
  vouched: readonly ViewerList[],
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): Promise<Verdict[]> {
  const wrong: Verdict[] = [];
  for (const path of Object.keys(list?.files ?? {})) {
    signal.throwIfAborted();
    const place = `${viewerFolder}/${path}`;
    // A manipulated list must not lead to files outside the viewer folder.
    if (!isViewerPath(path)) {
      wrong.push(forged(place, 'is listed, but is not the name of a viewer file'));
      continue;
    }
    const known = vouched.flatMap(({ files }) => (Object.hasOwn(files, path) ? (files[path] ?? []) : []));
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    // In one of two states the file is deleted or not yet there.
    if (stat === undefined && known.length < vouched.length) continue;
    if (stat === undefined) wrong.push(warning('V118', place, 'is missing'));
    else if (!stat.isFile() || !known.some(({ sizeBytes }) => sizeBytes === stat.size))
      wrong.push(forged(place, agree`differs from what was written: ${stat.size} byte[s], the list states ${known[0]?.sizeBytes}`));
    else if (depth === 'bytes' || !path.startsWith('data/')) {
      const found = await digestOf(join(folder, path), signal);
      if ('refused' in found) wrong.push({ ...warning('V118', place, `cannot be read: ${found.refused}`), verdict: 'unreachable' });
      else if (!known.some(({ sha256 }) => sha256 === found.sha256))
        wrong.push(forged(place, 'differs from what was written: its SHA-256 is another'));
    }
  }
  return wrong;
}

/** Digests a file. `refused`: the system's error code if the file cannot be read. */
async function digestOf(file: string, signal: AbortSignal): Promise<{ readonly sha256: string } | { readonly refused: string }> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash, { signal });
    return { sha256: hash.digest('hex') };
  } catch (error) {
    signal.throwIfAborted();
    const refused = systemCode(error);
    if (refused === null) throw error;
    return { refused };
  }
}

/** Returns verdicts on files in the folder that no list names. */
function strangersIn(folder: string, lists: readonly ViewerList[]): Verdict[] {
  const strangers: Verdict[] = [];
  const look = (at: string, depth: number): void => {
    for (const entry of entriesOf(join(folder, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const place = `${viewerFolder}/${path}`;
      if (entry.isDirectory() && depth < limits.bagDepth) look(path, depth + 1);
      else if (entry.isFile() && (path === viewerListName || lists.some(({ files }) => Object.hasOwn(files, path)))) continue;
      else if (entry.isFile() && entry.name.startsWith(temporaryPrefix)) {
        // The pending list is reported once.
        if (path !== pendingListName || lists.length === 0) strangers.push(warning('V118', place, 'was left by an interrupted run'));
      } else if (entry.isFile() && isViewerPath(path)) strangers.push(forged(place, 'is in no list that the log names'));
      else strangers.push(errorVerdict('unexpected', 'V103', place, 'does not belong in viewer/'));
    }
  };
  look('', 0);
  return strangers;
}

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* few(verdicts: readonly Verdict[]): Generator<Verdict> {
  yield* verdicts.slice(0, told);
  const next = verdicts[told];
  if (next !== undefined)
    yield { ...next, message: agree`${next.message} (and ${verdicts.length - told - 1} more file[s])`, more: verdicts.length - told };
}

/** Returns the verdict on bytes that people run or read and that the log does not have. */
function forged(path: string, message: string): Verdict {
  return errorVerdict('corrupt', 'V118', path, message);
}

function warning(code: FindingCode, path: string, message: string): Verdict {
  return { ...errorVerdict('unverifiable', code, path, message), severity: 'warning' };
}
