import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { isHarmless } from '../../log/entries/harmless.ts';
import { logFolder } from '../../log/entries/log-entry.ts';
import { type LogPlace, walkLog } from '../../log/files/walk-log.ts';
import { knownPlaces } from '../../log/keys/known-places.ts';
import { isVouchedFor, readCheckpoint, readLogMemory } from '../../log/keys/vouching.ts';
import type { LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { replicaHere } from '../../log/read/replica-here.ts';
import { createRegister } from '../../log/read/replica-register.ts';
import type { Checkpoint } from '../../log/tree/checkpoint.ts';

/** A replica whose log has no fault but that the archive has more entries. */
export interface BehindReplica {
  readonly name: string;
  /** Number of entries in the log of the archive. */
  readonly entries: number;
}

/**
 * Returns the replica whose log was inspected, if it is proven that it is only behind: the log has no fault but that this machine has seen more entries, and a
 * log at another place, which this machine knows, registers the folder as a replica and has all of this in one signed tree: the state that this machine has
 * seen, and the checkpoint of the replica. Null: it is not proven, e.g. because the archive cannot be reached.
 * @param mine true if this machine has the key that signs the log
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function replicaBehind(
  { dir, id }: LogPlace,
  found: LogInspection,
  { mine, memory }: { readonly mine: boolean; readonly memory: string | null },
  signal: AbortSignal,
): Promise<BehindReplica | null> {
  const { checkpoint, lost, isBehindMemory, size, bad, tree, findings } = found;
  if (memory === null || id === null || !isBehindMemory || lost === null || checkpoint === null || tree === null) return null;
  const others = findings.filter((one) => !isHarmless(one, mine) && (one.code !== 'A116' || one.place !== logFolder));
  if (checkpoint.size !== size || bad.size + others.length > 0) return null;
  const here = await realpath(dir);
  for (const place of await knownPlaces(memory)) {
    if (place.id !== id) continue;
    try {
      if ((await realpath(place.path)) === here) continue;
      const proven = await registeredIn({ dir: place.path, id }, dir, { states: [checkpoint, lost], memory }, signal);
      if (proven !== null) return proven;
    } catch (error) {
      // The archive is not there now, or cannot be read: it proves nothing.
      if (systemCode(error instanceof LongplayError ? error.cause : error) === null) throw error;
    }
  }
  return null;
}

/** Returns the replica that a folder is according to the log of an archive, if that log is signed and has these states; null if not. */
async function registeredIn(
  archive: LogPlace,
  folder: string,
  { states, memory }: { readonly states: readonly Checkpoint[]; readonly memory: string },
  signal: AbortSignal,
): Promise<BehindReplica | null> {
  const { checkpoint } = await readCheckpoint(archive.dir);
  if (checkpoint === null || states.some(({ size, origin }) => size > checkpoint.size || origin !== checkpoint.origin)) return null;
  const wanted = [...states, checkpoint];
  const walk = await walkLog(
    archive,
    join(archive.dir, logFolder),
    wanted.map(({ size }) => size),
    signal,
  );
  const known = await readLogMemory(memory, archive.id);
  if (!isVouchedFor(checkpoint, walk.keys, known) || !wanted.every((state) => walk.has('byEntries', state))) return null;
  const register = createRegister();
  for await (const entry of readEntries(archive, { size: checkpoint.size, bad: new Set() }, signal)) register.take(entry);
  const [name] = await replicaHere(folder, register.replicas);
  return name === undefined ? null : { name, entries: checkpoint.size };
}
