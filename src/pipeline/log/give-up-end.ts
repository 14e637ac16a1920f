import { acquireLock } from '../../archive/files/lock.ts';
import { openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { forgottenFinding, lostErasures } from '../../log/erasure/lost-erasures.ts';
import { readCheckpoint, type SignedState } from '../../log/keys/vouching.ts';
import { openLog } from '../../log/log.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { createRegister } from '../../log/read/replica-register.ts';
import { logOrigin } from '../../log/tree/checkpoint.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import type { EntryTools } from '../open/enter-one.ts';

/** A log whose lost end was given up. */
export interface GivenUp {
  readonly archive: string;
  /** Number of entries, including the one that records the loss. */
  readonly entries: number;
  /** Number of entries that were given up. */
  readonly lost: number;
  /** True if the log lacks erasures that this machine remembers; a finding says how many. */
  readonly lacksErasures: boolean;
}

/**
 * Gives up the lost end of a log of which no copy has the lost entries: enters the loss, after which the log is continued.
 * @throws LongplayError usage L133: nothing is lost, or a replica has the lost entries; A105, and those of `openLog`
 */
export async function* giveUpEnd(archiveDir: string, tools: EntryTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, GivenUp> {
  const archive = await openArchive(archiveDir, 'any-stage');
  await using _lock = await acquireLock(archive.dir, signal);
  const { lost, size } = await inspectLog(archive, tools.keys, signal);
  if (lost === null || size === 0)
    throw new LongplayError(
      'usage',
      'L133',
      `the end of the log of ${archive.dir} is not lost`,
      `to see its faults: longplay log verify ${shellWord(archive.dir)}`,
    );
  await refuseIfKept(archive, size, signal);
  const log = await openLog(archive, { ...tools, givesUpEnd: 'always' });
  try {
    const found = forgottenFinding(await lostErasures(archive.id, log.erasures(), tools.keys));
    if (found !== null) yield findingEvent(found);
    return { archive: archive.id, entries: size + 1, lost: lost.size - size, lacksErasures: found !== null };
  } finally {
    await log.close();
  }
}

/** Refuses to give up entries that a replica has. @throws LongplayError usage L133 */
async function refuseIfKept(archive: { readonly dir: string; readonly id: string }, size: number, signal: AbortSignal): Promise<void> {
  const register = createRegister();
  for await (const entry of loggedEntries(archive, null, signal)) register.take(entry);
  for (const { name, path } of register.replicas.values()) {
    const checkpoint = await checkpointIn(path);
    if (checkpoint === null || checkpoint.origin !== logOrigin(archive.id) || checkpoint.size <= size) continue;
    throw new LongplayError(
      'usage',
      'L133',
      agree`the replica ${name} has ${checkpoint.size} entr[y|ies] of the log, ${archive.dir} has ${size}: nothing was given up`,
      `longplay replica repair ${shellWord(archive.dir)} restores them. If it cannot use that log (R114): move ${path} away and keep it, then run this again`,
    );
  }
}

/** Returns the checkpoint in a replica; null if there is none, or the replica cannot be read. */
async function checkpointIn(path: string): Promise<SignedState | null> {
  try {
    return (await readCheckpoint(path)).checkpoint;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
