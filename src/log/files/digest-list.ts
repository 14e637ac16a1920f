import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../entries/log-entry.ts';
import { bundleBytes, tilePath, tileWidth } from '../tree/tile-tree.ts';
import { readBundle } from './files.ts';

/** Makes the list of digests for a size of the log. @throws LongplayError L105 if entries are missing */
export type ListOf = (size: number, signal: AbortSignal) => Promise<Uint8Array>;

/**
 * Makes lists of SHA-512 digests over all entries up to a size, i.e. of the content of the log, by a stronger digest than that of its tree. A list
 * has one line for each full file of entries, in the format of `sha512sum -c` in `log/`, because such a file never changes; then one line for each
 * further entry, by its number. Each file is read once, however many sizes are requested, except for the last file of each size.
 */
export function digestLists(archive: { readonly dir: string }): ListOf {
  const log = join(archive.dir, logFolder);
  const full: string[] = [];
  const entriesOf = async (index: number, needed: number): Promise<readonly Uint8Array[]> => {
    const entries = (await readBundle(log, index))?.entries ?? [];
    if (entries.length >= needed) return entries.slice(0, needed);
    throw new LongplayError(
      'incomplete',
      'L105',
      `entry ${index * tileWidth + entries.length + 1} of the log of ${archive.dir} is missing`,
      'longplay verify reports the faults',
    );
  };
  return async (size, signal) => {
    const files = Math.floor(size / tileWidth);
    for (let index = full.length; index < files; index++) {
      signal.throwIfAborted();
      full.push(`${sha512(bundleBytes(await entriesOf(index, tileWidth)))}  ${tilePath({ level: 'entries', index, width: tileWidth })}\n`);
    }
    const rest = size === files * tileWidth ? [] : await entriesOf(files, size - files * tileWidth);
    const further = rest.map((entry, at) => `${sha512(entry)}  ${files * tileWidth + at + 1}\n`);
    return Buffer.from([...full.slice(0, files), ...further].join(''), 'utf8');
  };
}

function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}
