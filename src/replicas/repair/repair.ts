import { listBags } from '../../archive/bag-folders.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { withResult } from '../../core/base/with-result.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { clearDrafts } from '../copy/bag.ts';
import { checkCopyOfBag } from '../copy/check-bag.ts';
import { quarantineOf, unfinishedRepairs } from '../place/quarantine.ts';
import { enterRepair, type RepairCopy, type RepairedCopy, type RepairTools, repairBag } from './bag.ts';

/** Events of a repair. */
export type RepairEvent =
  | Finding
  | RepairedCopy
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number };

/** Result of a repair. */
export interface RepairOutcome {
  readonly bags: number;
  /** Number of bags that are damaged in some copy. */
  readonly damaged: number;
  /** Number of copies of bags that were repaired, or would be in a dry run. */
  readonly mended: number;
  readonly files: number;
  readonly bytes: number;
  /** Number of files that are intact in no copy. */
  readonly lost: number;
  readonly undecided: number;
  /** Number of copies of bags that were repaired and are still damaged. */
  readonly notSound: number;
  /** True if something could not be checked or written now. */
  readonly incomplete: boolean;
}

/**
 * Reads every bag in all copies, and repairs what is damaged in one copy from another in which it is intact. The archive itself counts as the first copy. Bags
 * that the log does not know are left unchanged, unless the log is damaged.
 */
export async function* repairBags(
  copies: readonly RepairCopy[],
  tools: RepairTools,
  signal: AbortSignal,
): AsyncGenerator<RepairEvent, RepairOutcome> {
  const { memory } = tools;
  if (!tools.dryRun) for (const { copy, readOnly } of copies) if (readOnly === null) await clearDrafts(copy);
  const bags = new Set([...memory.histories.bags].filter(([, { deleted }]) => !deleted).map(([bag]) => bag));
  // Lost entries may have named bags that exist.
  if (!memory.whole)
    for (const { copy } of copies) for await (const { name } of listBags(copy)) if (memory.histories.bags.get(name)?.deleted !== true) bags.add(name);
  const outcome = { bags: bags.size, damaged: 0, mended: 0, files: 0, bytes: 0, lost: 0, undecided: 0, notSound: 0, incomplete: false };
  let [done, bytes] = [0, 0];
  for (const bag of [...bags].sort(byCodePoint)) {
    signal.throwIfAborted();
    yield { kind: 'progress', done: done++, total: bags.size, bytes };
    const taken = withResult(repairBag(bag, copies, tools, signal));
    for await (const event of taken) {
      if (event.kind === 'mended') {
        outcome.mended++;
        outcome.files += event.files;
        outcome.bytes += event.bytes;
        if (!event.sound && !tools.dryRun) outcome.notSound++;
      }
      yield event;
    }
    const { damaged, lost, notDecided, incomplete, bytesRead } = taken.result();
    bytes += bytesRead;
    outcome.damaged += Number(damaged);
    outcome.lost += lost;
    outcome.undecided += Number(notDecided);
    outcome.incomplete ||= incomplete;
  }
  if (!tools.dryRun) yield* enterStopped(copies, tools, signal);
  return outcome;
}

/** Logs repairs by a run that finished them and was stopped before it could log them. */
async function* enterStopped(
  copies: readonly RepairCopy[],
  { primary, memory, pool, append }: RepairTools,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  for (const { copy, readOnly } of copies) {
    if (readOnly !== null) continue;
    for (const note of unfinishedRepairs(primary, copy)) {
      const quarantine = quarantineOf(primary, copy, note);
      if (memory.entered(copy.name).has(note.folder)) {
        await quarantine.write({ state: 'entered' });
        continue;
      }
      if (note.bag !== null && !(await checkCopyOfBag(copy, note.bag, memory.histories, { pool }, signal)).sound) continue;
      await enterRepair(copy, quarantine, append);
      const what = note.bag === null ? 'files around the bags' : `bags/${note.bag}`;
      yield finding('R130', note.folder, `the repair of ${what} in ${copy.name} was done by a run that was stopped; it is logged now`);
    }
  }
}
