import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { copyPlain } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { placeName } from './check-bag.ts';

/**
 * Copies files of which the log has no digest to a replica. Nothing says which of two differing files is the newer state, so a file that is there is replaced at
 * most if it is older by its time, and otherwise left unchanged (R150): it may be the last copy of something.
 * @param replaced `nothing`: files that the current version never changes; `older`: files that a running import still writes
 * @returns number of copied bytes
 */
export async function* copyWithoutDigest(
  primary: Copy,
  replica: Copy,
  { paths, replaced }: { readonly paths: readonly string[]; readonly replaced: 'nothing' | 'older' },
  signal: AbortSignal,
): AsyncGenerator<Finding, number> {
  let bytes = 0;
  for (const path of paths) {
    signal.throwIfAborted();
    const source = lstatSync(join(primary.dir, path));
    const there = lstatSync(join(replica.dir, path), { throwIfNoEntry: false });
    if (there !== undefined && (replaced === 'nothing' || there.mtimeMs >= source.mtimeMs)) {
      // A sync compares sizes only; a verification reads existing files.
      if (there.size !== source.size)
        yield finding(
          'R150',
          placeName(replica, path),
          'differs from the file in the archive, and the log has no digest of it; it was left unchanged',
        );
      continue;
    }
    await copyPlain(primary.dir, replica.dir, path);
    bytes += source.size;
  }
  return bytes;
}
