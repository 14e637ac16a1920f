import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { readLog } from './read-log.ts';
import { createRegister, type Replica } from './replica-register.ts';

/**
 * Keeps entries away from the log of a replica: whose own log went on by itself could not be brought up to date any more, and this machine, which remembers one state
 * for each archive, would take the archive for one that lost its end. The log that a sync brought there names the folder. The paths of replicas are compared as they
 * are written and never touched: a share that is away would hold up every run.
 * @param except name of the one that takes the place of the archive @throws LongplayError usage R107
 */
export async function refuseReplicaOf(dir: string, replicas: ReadonlyMap<string, Replica>, except?: string): Promise<void> {
  const here = new Set([resolve(dir), await realOf(dir)]);
  for (const { name, path } of replicas.values()) {
    if (name === except || !here.has(path)) continue;
    const hint = `do it in the archive itself, then run: longplay replica sync ARCHIVE ${name}; where this copy has taken the place of the archive: longplay replica remove ${dir} ${name}`;
    throw new LongplayError('usage', 'R107', `${dir} is the replica ${name} of an archive: nothing is written into it but by a sync`, hint);
  }
}

/** The same, for who has not read the log. @throws LongplayError usage R107 */
export async function refuseReplica(dir: string, signal: AbortSignal): Promise<void> {
  const register = createRegister();
  for await (const item of readLog({ dir, id: null }, signal)) if (item.kind === 'log-entry') register.take(item);
  await refuseReplicaOf(dir, register.replicas);
}

/** True for what `refuseReplica` throws: who only looks, or hands something out, goes on without an entry. */
export function isReplicaHere(error: unknown): error is LongplayError {
  return error instanceof LongplayError && error.code === 'R107';
}

async function realOf(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch (error) {
    // It is not there, or cannot be looked at: then others say why.
    if (systemCode(error) === null) throw error;
    return resolve(dir);
  }
}
