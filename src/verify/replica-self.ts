import { realpath } from 'node:fs/promises';
import { LongplayError, systemCode } from '../core/error.ts';
import { readLog } from '../log/read-log.ts';
import { createRegister } from './replica-register.ts';

/**
 * Keeps what writes into an archive and its log away from a replica: whose own log went on by itself could not be brought up to date any more.
 * The log that a sync brought there names the folder. @param what is to be done, in words @throws LongplayError R107
 */
export async function refuseReplica(dir: string, what: string, signal: AbortSignal): Promise<void> {
  const here = await realOrNull(dir);
  if (here === null) return;
  const register = createRegister();
  for await (const item of readLog({ dir, id: null }, signal)) if (item.kind === 'log-entry') register.take(item);
  for (const { name, path } of register.replicas.values()) {
    if ((await realOrNull(path)) !== here) continue;
    const hint = `${what} in the archive itself, then run: longplay replica sync ARCHIVE ${name}; where this copy has taken the place of the archive: longplay replica remove ${dir} ${name}`;
    throw new LongplayError('usage', 'R107', `${dir} is the replica ${name} of an archive: nothing is written into it but by a sync`, hint);
  }
}

/** Null where it is not there, or cannot be looked at: then others say why. */
async function realOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
