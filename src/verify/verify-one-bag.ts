import { basename, resolve } from 'node:path';
import { bagItRules } from '../archive/bag/check.ts';
import { isHandOver, unlistedFiles } from '../archive/documents/hand-over-files.ts';
import { tellEveryMs, ticking } from '../core/base/ticking.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { createBagsWork } from './bags/bags-work.ts';
import { verifyBag } from './bags/verify-bag.ts';
import { count, isMute, muteVerdict, noCounts } from './bags/verify-counts.ts';
import type { Decoding } from './play/check-decoders.ts';
import type { PlayLevel } from './play/play-recording.ts';
import { countEvent, progressOf, type ScheduledOutcome, type VerifyEvent, workingOf } from './verify-events.ts';

// By itself, without what an archive takes: loading that lasts as long as the reading of a thousand files.

/** What a bag by itself is checked with, and how far. */
export interface BagTools {
  readonly pool: WorkerPool;
  readonly play: PlayLevel;
  /** Folder for temporary files; the system's by default. */
  readonly temporary?: string;
  /** Finds out what decodes here; asked where something is to be decoded. Absent: its canaries are not looked at. */
  readonly decoding?: () => Promise<Decoding>;
}

/** Checks one bag of anybody's, wherever it lies. */
export async function* verifyOneBag(path: string, tools: BagTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const counts = noCounts();
  const folder = resolve(path);
  if (tools.play !== 'none' && tools.decoding !== undefined) {
    const { checkDecoders } = await import('./play/check-decoders.ts');
    const decoding = await tools.decoding();
    // No catalog names the codecs of a bag by itself: copies are Opus, originals anything.
    const codecs = tools.play === 'copies' ? { codecs: () => new Set<string>() } : null;
    for await (const verdict of checkDecoders(decoding, tools.play, codecs, tools.pool, signal)) {
      count(counts, verdict);
      yield verdict;
    }
  }
  // As it comes: what there is to say of a bag of anybody's may have no end.
  const plays = tools.play !== 'none';
  const work = createBagsWork({ lanes: tools.pool.size, total: () => 1, plays, audio: null });
  // The files that prove a hand-over are listed by no manifest.
  const rules = isHandOver(folder) ? { ...bagItRules, unfinishedFiles: unlistedFiles } : bagItRules;
  const bagCount = work.bag(basename(folder), folder, plays);
  for await (const event of ticking(verifyBag(folder, basename(folder), { ...tools, count: bagCount, rules }, signal), tellEveryMs))
    yield event === null ? workingOf(counts, 1, work) : countEvent(counts, basename(folder), event, 1);
  if (tools.play !== 'none' && isMute(counts)) yield muteVerdict(basename(folder), counts);
  counts.bags = 1;
  counts.bagsWell = counts.errors === 0 ? 1 : 0;
  yield progressOf(counts, basename(folder), 1);
  return { ...counts, due: null, named: [], replicas: [] };
}
