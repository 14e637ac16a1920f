import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isViewerPath, readViewerList, type ViewerList, viewerFolder, viewerListName, viewerListText } from '../archive/viewer-list.ts';
import { systemCode } from '../core/error.ts';
import { sha256Hex } from '../core/identifier.ts';
import { limits } from '../core/limits.ts';
import { errorVerdict, type Verdict } from '../core/verdict.ts';
import type { LogEntry } from '../log/log-entry.ts';

/** The digest of the viewer's list that the log named last. */
export interface ViewerMemory {
  take(entry: LogEntry): void;
  listSha256(): string | null;
}

/** Nothing is known yet. */
export function createViewerMemory(): ViewerMemory {
  let last: string | null = null;
  return {
    take: ({ type, detail }) => {
      if (type === 'viewer-written' && typeof detail.listSha256 === 'string') last = detail.listSha256;
    },
    listSha256: () => last,
  };
}

/** Verdicts of one kind that are told one by one. */
const told = 20;

/**
 * Holds the viewer against its list, the list against the log, and both against the bags that are there. The viewer is derived: whatever is
 * wrong with it is a warning, and `longplay viewer` mends it. What has no place in a viewer is unexpected, as everywhere in an archive.
 * @param present names of the bags that are there
 * @param depth `bytes`: every file is read; `sizes`: only what the page runs, and the sizes of its data
 */
export async function* checkViewer(
  archive: { readonly dir: string },
  memory: Pick<ViewerMemory, 'listSha256'>,
  present: ReadonlySet<string>,
  depth: 'bytes' | 'sizes',
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const folder = join(archive.dir, viewerFolder);
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  // It may be deleted at any time.
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    yield errorVerdict('unexpected', 'V103', viewerFolder, 'is no folder');
    return;
  }
  const list = listIn(folder);
  const wrong = list === null ? [] : await wrongFiles(folder, list, depth, signal);
  yield* few(wrong);
  if (list === null)
    yield warning('V118', `${viewerFolder}/${viewerListName}`, 'is missing or is no list of this version: nothing in viewer/ can be held against it');
  else {
    const entered = memory.listSha256();
    if (entered === null) yield warning('V119', `${viewerFolder}/${viewerListName}`, 'no entry of the log names it');
    else if (entered !== sha256Hex(viewerListText(list)))
      yield warning('V118', `${viewerFolder}/${viewerListName}`, 'is not the list that the log names');
    const lacking = [...present].filter((bag) => !Object.hasOwn(list.bags, bag)).length;
    const gone = Object.keys(list.bags).filter((bag) => !present.has(bag)).length;
    if (lacking + gone > 0) yield warning('V117', viewerFolder, `lacks ${lacking} of the bags that are there, and shows ${gone} that are not`);
  }
  const strangers = strangersIn(folder, list);
  yield* few(strangers.filter(({ code }) => code === 'V118'));
  yield* strangers.filter(({ code }) => code !== 'V118');
}

function listIn(folder: string): ViewerList | null {
  try {
    return readViewerList(join(folder, viewerListName));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

async function wrongFiles(folder: string, list: ViewerList, depth: 'bytes' | 'sizes', signal: AbortSignal): Promise<Verdict[]> {
  const wrong: Verdict[] = [];
  for (const [path, { sha256, sizeBytes }] of Object.entries(list.files)) {
    signal.throwIfAborted();
    const place = `${viewerFolder}/${path}`;
    // A list that was tampered with leads nowhere else.
    if (!isViewerPath(path)) {
      wrong.push(warning('V118', place, 'stands in the list and is no name of a viewer'));
      continue;
    }
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stat === undefined) wrong.push(warning('V118', place, 'is missing'));
    else if (!stat.isFile() || stat.size !== sizeBytes)
      wrong.push(warning('V118', place, `is not as it was written: ${stat.size} bytes, the list says ${sizeBytes}`));
    else if (depth === 'bytes' || !path.startsWith('data/')) {
      const found = await digestOf(join(folder, path), signal);
      if ('refused' in found) wrong.push({ ...warning('V118', place, `cannot be read: ${found.refused}`), verdict: 'unreachable' });
      else if (found.sha256 !== sha256) wrong.push(warning('V118', place, 'is not as it was written: its SHA-256 is another'));
    }
  }
  return wrong;
}

/** `refused`: the system's code where it does not give the file. */
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

/** What lies in the folder and not in the list. */
function strangersIn(folder: string, list: ViewerList | null): Verdict[] {
  const strangers: Verdict[] = [];
  const look = (at: string, depth: number): void => {
    for (const entry of entriesOf(join(folder, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const place = `${viewerFolder}/${path}`;
      if (entry.isDirectory() && depth < limits.bagDepth) look(path, depth + 1);
      else if (entry.isFile() && (path === viewerListName || (list !== null && Object.hasOwn(list.files, path)))) continue;
      else if (entry.isFile() && isViewerPath(path))
        strangers.push(warning('V118', place, 'does not stand in the list: left by a run that was stopped, or put there by somebody'));
      else strangers.push(errorVerdict('unexpected', 'V103', place, 'does not belong into viewer/'));
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
  if (next !== undefined) yield { ...next, message: `${next.message} (and ${verdicts.length - told - 1} more files)`, more: verdicts.length - told };
}

function warning(code: string, path: string, message: string): Verdict {
  return { ...errorVerdict('unverifiable', code, path, message), severity: 'warning' };
}
