import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { loggedEntries } from './read-log.ts';
import { createRegister, type Replica } from './replica-register.ts';

/**
 * Refuses entries in the log of a replica. A log that was continued there could not be synchronised any more, and this machine, which remembers one
 * state per archive, would report that the archive had lost the end of its log. The log that a sync copied there names the folder. The paths of
 * replicas are compared as texts and never accessed: an unreachable share would delay every run.
 * @param except name of the replica that replaces the archive
 * @throws LongplayError usage R107
 */
export async function refuseReplicaOf(dir: string, replicas: ReadonlyMap<string, Replica>, except?: string): Promise<void> {
  const found = await replicaHere(dir, replicas);
  for (const name of found) {
    if (name === except) continue;
    const hint = `run it on the archive itself, then: longplay replica sync ARCHIVE ${name}; if this copy has replaced the archive: longplay replica remove ${dir} ${name}`;
    throw new LongplayError('usage', 'R107', `${dir} is the replica ${name} of an archive: only a sync may write into it`, hint);
  }
}

/** Returns the names of the replicas that are registered at a path. The path of no replica is accessed. */
export async function replicaHere(dir: string, replicas: ReadonlyMap<string, Replica>): Promise<string[]> {
  const here = new Set([resolve(dir), await realOf(dir)]);
  return [...replicas.values()].flatMap(({ name, path }) => (here.has(path) ? [name] : []));
}

/** Refuses a replica like `refuseReplicaOf`, for callers that have not read the log. @throws LongplayError usage R107 */
export async function refuseReplica(dir: string, signal: AbortSignal): Promise<void> {
  const register = createRegister();
  for await (const entry of loggedEntries({ dir, id: null }, null, signal)) register.take(entry);
  await refuseReplicaOf(dir, register.replicas);
}

/** Returns true for the error of `refuseReplica`. Callers that only read or hand something out ignore the error and write no entry. */
export function isReplicaHere(error: unknown): error is LongplayError {
  return error instanceof LongplayError && error.code === 'R107';
}

async function realOf(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch (error) {
    // The folder does not exist or cannot be read: other code reports why.
    if (systemCode(error) === null) throw error;
    return resolve(dir);
  }
}
