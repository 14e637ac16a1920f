import { join } from 'node:path';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LoggedFiles } from '../../log/entries/logged-files.ts';
import { enteredState } from '../../verify/checks/entered.ts';
import { filesBelow } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { placeName } from './check-bag.ts';
import { copyInto } from './file.ts';
import { copyWithoutDigest } from './without-digest.ts';

/**
 * Copies the reports of an archive to a replica. A report with logged digests is copied if it matches them; any other report, if the replica lacks it or has an older file. Reports
 * altered in the archive are not copied, reports altered on the replica are left unchanged. Returns the number of copied bytes.
 */
export async function* syncReports(primary: Copy, replica: Copy, entered: LoggedFiles, signal: AbortSignal): AsyncGenerator<Finding, number> {
  const others = filesBelow(primary.dir, 'reports').filter((path) => !entered.has(path));
  let bytes = yield* copyWithoutDigest(primary, replica, { paths: others, replaced: 'older' }, signal);
  for (const [path, known] of entered) {
    const newest = known.at(-1);
    if (newest === undefined || !path.startsWith('reports/')) continue;
    signal.throwIfAborted();
    // A sync compares sizes only; a verification reads existing files.
    const there = enteredState(join(replica.dir, path), known, 'sizes');
    if (there === 'well') continue;
    if (there !== 'missing' && there !== 'older') {
      yield finding('R150', placeName(replica, path), 'differs from the log; it was left unchanged');
      continue;
    }
    const wanted = { from: path, to: path, expected: new Map([['sha256', newest.sha256]]), mostBytes: newest.sizeBytes };
    const copied = await copyInto(primary.dir, replica.dir, wanted, signal);
    if (copied.is === 'well') bytes += copied.bytes;
    else if (copied.is === 'unreadable' && copied.code !== 'ENOENT') yield finding('R135', path, `was not copied: it cannot be read: ${copied.code}`);
    // A missing report may have been deleted on purpose.
    else if (copied.is === 'other') yield finding('R149', path, `differs from the log: it was not copied to ${replica.name}`);
  }
  return bytes;
}
