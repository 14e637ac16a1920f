import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { digestOf } from '../../archive/bag/tag-manifest.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { openArchive } from '../../archive/layout.ts';
import { errorText, systemCode } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { openLog } from '../../log/log.ts';
import type { RehashTools } from './archive.ts';
import { algorithmsFor, type Candidate, survey, unwritable } from './candidates.ts';
import { counted, noCounts, type RehashEvent, type RehashOutcome } from './outcome.ts';

/** The rehash to be withdrawn. */
export interface WithdrawRequest {
  /** Id of the algorithm. */
  readonly algorithm: string;
  /** Reason; stored beside the log entries. */
  readonly reason: string;
  /** True: nothing is entered. */
  readonly dryRun: boolean;
}

/**
 * Withdraws a rehash from the bags for which it was announced and that are still unchanged, and from those that lack the digest and cannot be written. The log
 * records the withdrawal with its reason. The bags are not changed, and from then on the digest does not count as missing there.
 * @throws LongplayError incomplete: locked, unreachable, the log cannot be written
 */
export async function* withdrawRehash(
  dir: string,
  { algorithm, reason, dryRun }: WithdrawRequest,
  tools: Pick<RehashTools, 'now' | 'keys' | 'actor'>,
  signal: AbortSignal,
): AsyncGenerator<RehashEvent, RehashOutcome> {
  const archive = await openArchive(dir);
  await using lock = dryRun ? null : await acquireLock(archive.dir, signal);
  const log = lock === null ? null : await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: async () => log?.close() };
  for (const found of log?.findings ?? []) yield found;
  const { bags, missing } = await survey(archive, tools.keys, signal);
  const counts = { ...noCounts, bags: bags.length + missing.length };
  for (const candidate of bags) {
    signal.throwIfAborted();
    const { bag, history } = candidate;
    if (history === null || !isToGiveUp(candidate, algorithm)) continue;
    const obstacle = placed(candidate, algorithm);
    if (obstacle !== null) {
      counts.refused++;
      yield counted(counts, finding('H108', bag.folder, `${obstacle}; next: make it writable, then finish its rehash`));
      continue;
    }
    await log?.append('rehash-withdrawn', { bag: bag.name, algorithm }, { reason });
    counts.withdrawn++;
    yield { kind: 'withdrawn', bag: bag.name, algorithm };
  }
  return counts;
}

function isToGiveUp(candidate: Candidate, algorithm: string): boolean {
  const { history } = candidate;
  if (history?.intended.some((one) => one.algorithm === algorithm) === true) return true;
  if (history === null || history.current.has(`tagmanifest-${algorithm}.txt`) || history.withdrawn.includes(algorithm)) return false;
  return algorithmsFor(candidate, algorithm).includes(algorithm) && unwritable(candidate, algorithm) !== null;
}

/** Returns which part of an announced rehash is already in the bag; null if none is. */
function placed({ bag, history }: Candidate, algorithm: string): string | null {
  const announced = (history?.intended ?? []).filter((one) => one.algorithm === algorithm);
  if (announced.length === 0) return null;
  try {
    for (const name of [`manifest-${algorithm}.txt`, `tagmanifest-${algorithm}.txt`])
      if (lstatSync(join(bag.path, name), { throwIfNoEntry: false }) !== undefined) return `${name} is in the bag already`;
    for (const [name, { algorithm: own, digest }] of history?.current ?? []) {
      const found = digestOf(readTagFile(join(bag.path, name)), own);
      if (found !== digest && announced.some(({ landing }) => landing.get(name)?.digest === found)) return `${name} is renewed already`;
    }
    return null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    // A missing file is damage, which verification reports, and no part of a rehash.
    return systemCode(error) === 'ENOENT' ? null : `what is in the bag cannot be read: ${errorText(error)}`;
  }
}
