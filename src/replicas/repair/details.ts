import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { lockLog } from '../../log/files/lock.ts';
import { inspectEntries } from '../../log/read/inspect-log.ts';
import { tileWidth } from '../../log/tree/tile-tree.ts';
import { appendDetailLines, detailsFile, readDetailLines } from '../../log/who/entry-details.ts';
import { placeName } from '../copy/check-bag.ts';
import type { Append } from '../copy/sync.ts';
import { lackingDigests, readForgettings } from '../place/details.ts';
import type { Copy } from '../place/place.ts';
import type { RepairCopy } from './bag.ts';

/**
 * Restores detail lines that a copy lacks from other copies; lines are identified by their digests. Lines that belong to no entry remain until somebody erases
 * something. Lines that were erased on purpose, according to the archive's log, are not restored.
 */
export async function* repairDetails(
  copies: readonly RepairCopy[],
  { primary, dryRun, append }: { readonly primary: Copy; readonly dryRun: boolean; readonly append: Append },
  signal: AbortSignal,
): AsyncGenerator<Finding, number> {
  const forgettings = await readForgettings(primary.dir, signal);
  // Lines acknowledged as lost are not required, but are restored if a copy has them after all.
  const erased = forgettings.filter(({ isLoss }) => !isLoss);
  let files = 0;
  for (const { copy, readOnly } of copies) {
    const { size } = await inspectEntries({ dir: copy.dir, id: null }, null, signal);
    for (let bundle = 0; bundle * tileWidth < size; bundle++) {
      signal.throwIfAborted();
      const lacking = await lackingDigests(copy.dir, bundle, erased);
      if (lacking.size === 0) continue;
      const path = detailsFile(bundle);
      const where = placeName(copy, path);
      const found: { readonly line: Uint8Array; readonly from: string }[] = [];
      for (const other of copies.filter((one) => one.copy !== copy)) {
        const lines = await readDetailLines(other.copy.dir, bundle).catch(() => null);
        for (const digest of [...lacking]) {
          const line = lines?.get(digest);
          if (line === undefined) continue;
          lacking.delete(digest);
          found.push({ line, from: other.copy.name });
        }
      }
      const missed = lacking.size === 0 ? new Set<string>() : await lackingDigests(copy.dir, bundle, forgettings);
      const nowhere = [...lacking].filter((digest) => missed.has(digest)).length;
      if (nowhere > 0) yield finding('R131', where, agree`${nowhere} details of entries are intact in none of ${copies.length} cop[y|ies]`);
      if (found.length === 0) continue;
      const from = [...new Set(found.map((one) => one.from))].join(', ');
      if (readOnly !== null) yield finding('R134', where, `needs repair, and ${copy.dir} cannot be written: ${readOnly}`);
      else if (dryRun) yield finding('R130', where, `would be repaired from ${from}`);
      else {
        {
          await using _lock = await lockLog(primary, signal);
          await appendDetailLines(
            copy.dir,
            bundle,
            found.map(({ line }) => line),
          );
        }
        await append('file-repaired', { path, from, to: copy.name, files: 1, bytes: found.reduce((sum, { line }) => sum + line.length, 0) });
        yield finding('R130', where, `was repaired from ${from}: ${found.length} details of entries`);
      }
      if (readOnly === null) files++;
    }
  }
  return files;
}
