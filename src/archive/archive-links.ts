import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import { byCodePoint } from '../core/base/order.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { temporaryPrefix } from './files/durable.ts';

/** Depth of the folders that are searched: tile indices of up to 15 digits are seven folders deep. */
const deepest = 8;

/**
 * Yields a finding for each symbolic link among those files of an archive or replica that are read in place: the target of a link may change, and copying tools
 * may skip links. Top-level folders may be links to other disks. Links in bags, cases, reports, the viewer and stamps are found by their own checks, which
 * compare digests with the log.
 */
export function* archiveLinks(dir: string): Generator<Finding> {
  for (const entry of entriesOf(dir)) if (entry.isSymbolicLink() && entry.name === 'catalog.sqlite') yield linkFinding(entry.name);
  yield* logLinks(dir);
}

/** Yields a finding for each symbolic link in the log's folder. */
export function* logLinks(dir: string): Generator<Finding> {
  yield* linksBelow(dir, 'log', 1);
}

function* linksBelow(dir: string, folder: string, depth: number): Generator<Finding> {
  for (const entry of entriesOf(join(dir, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.name.startsWith(temporaryPrefix)) continue;
    if (entry.isSymbolicLink() && folder !== 'log/stamps') yield linkFinding(path);
    else if (entry.isDirectory() && depth < deepest) yield* linksBelow(dir, path, depth + 1);
  }
}

function linkFinding(path: string): Finding {
  return finding('V131', path, 'is a symbolic link; no file of an archive may be one');
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    // Other checks report a folder that is missing or disappears during the walk.
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
