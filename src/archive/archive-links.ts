import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import { byCodePoint } from '../core/base/order.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { temporaryPrefix } from './files/durable.ts';

/** Indices of tiles of up to 15 digits lie seven folders deep. */
const deepest = 8;

/**
 * Names the symbolic links among the files of an archive or replica that are read in their place: a link may lead to other bytes tomorrow, and is left behind by a copy. Folders at the
 * top may be links, to other disks. Links in bags, cases, reports, viewer and among stamps are told by what checks these, by the digest that the log has of each.
 */
export function* archiveLinks(dir: string): Generator<Finding> {
  for (const entry of entriesOf(dir)) if (entry.isSymbolicLink() && entry.name === 'catalog.sqlite') yield linkFinding(entry.name);
  yield* logLinks(dir);
}

/** The same of the log alone. */
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
  return finding('V131', path, 'is a symbolic link; no file of an archive is one');
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    // A folder that is missing or goes meanwhile is told elsewhere.
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
