import { basename, resolve } from 'node:path';
import { bagItRules } from '../archive/bag/check.ts';
import { makingOf } from '../archive/bag/info.ts';
import { isHandOver, unlistedFiles } from '../archive/documents/hand-over-files.ts';
import { progressIntervalMs, ticking } from '../core/base/progress-ticks.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { unlockKeys } from '../sealing/open-keys.ts';
import { createBagsWork } from './bags/bags-work.ts';
import { verifyBag } from './bags/verify-bag.ts';
import { count, isMute, muteVerdict, noCounts } from './bags/verify-counts.ts';
import type { Decoding } from './play/check-decoders.ts';
import type { PlayLevel } from './play/play-recording.ts';
import { countEvent, progressOf, type ScheduledOutcome, type VerifyEvent, workingOf } from './verify-events.ts';

// This file is separate from the modules of the archive: loading those takes as long as reading a thousand files.

/** Tools and extent of a single bag's check. */
export interface BagTools {
  readonly pool: WorkerPool;
  readonly play: PlayLevel;
  /** Folder for temporary files; the system's by default. */
  readonly temporary?: string;
  /** Detects the decoders of this machine; called if something is to be decoded. Absent: canaries are not checked. */
  readonly decoding?: () => Promise<Decoding>;
}

/** Checks a single bag of any origin. */
export async function* verifyOneBag(path: string, tools: BagTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const counts = noCounts();
  const folder = resolve(path);
  if (tools.play !== 'none' && tools.decoding !== undefined) {
    const { checkDecoders } = await import('./play/check-decoders.ts');
    const decoding = await tools.decoding();
    // No catalog names the codecs of a single bag: copies are Opus, originals anything.
    const codecs = tools.play === 'copies' ? { codecs: () => new Set<string>() } : null;
    for await (const verdict of checkDecoders(decoding, tools.play, codecs, tools.pool, signal)) {
      count(counts, verdict);
      yield verdict;
    }
  }
  // Verdicts are yielded as they are found: a foreign bag may have any number of them.
  const plays = tools.play !== 'none';
  const work = createBagsWork({ lanes: tools.pool.size, total: () => 1, plays, audio: null });
  // No manifest lists the files that prove a hand-over.
  const rules = isHandOver(folder) ? { ...bagItRules, unfinishedFiles: unlistedFiles } : bagItRules;
  if (plays && makingOf(folder) !== null) await unlockKeys();
  const bagCount = work.bag(basename(folder), folder, plays);
  for await (const event of ticking(
    verifyBag(folder, basename(folder), { ...tools, opens: plays, count: bagCount, rules }, signal),
    progressIntervalMs,
  ))
    yield event === null ? workingOf(counts, 1, work) : countEvent(counts, basename(folder), event, 1);
  if (tools.play !== 'none' && isMute(counts)) yield muteVerdict(basename(folder), counts);
  counts.bags = 1;
  counts.bagsWell = counts.errors === 0 ? 1 : 0;
  yield progressOf(counts, basename(folder), 1);
  return { ...counts, due: null, named: [], replicas: [] };
}
