import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { isHarmless } from '../entries/harmless.ts';
import { logFolder } from '../entries/log-entry.ts';
import { type LogPlace, walkLog } from '../files/walk-log.ts';
import { knownPlaces } from '../keys/known-places.ts';
import { isVouchedFor, readCheckpoint, readLogMemory } from '../keys/vouching.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import type { LogInspection } from './inspect-log.ts';
import { isOwnKeyInForce } from './own-key.ts';
import { readEntries } from './read-log.ts';
import { replicaHere } from './replica-here.ts';
import { createRegister } from './replica-register.ts';

/** A replica whose log has no fault but that the archive has more entries. */
export interface BehindReplica {
  readonly name: string;
  /** Number of entries in the log of the archive. */
  readonly entries: number;
}

/** What an inspection of a log found, if it may be the log of a replica. */
export interface JudgedLog {
  /** All findings but the one that `behind` explains. */
  readonly findings: readonly Finding[];
  /** Warning that the folder is a replica that was not synchronised since the archive entered something; null: it is none. */
  readonly behind: Verdict | null;
  readonly replica: BehindReplica | null;
  /** True if this machine's key signs the log. */
  readonly mine: boolean;
}

/**
 * Separates the lost end of a log (A116) that is none, because the folder is a replica that is only behind its archive, from the findings on the log.
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function judgeLog(archive: LogPlace, found: LogInspection, memory: string | null, signal: AbortSignal): Promise<JudgedLog> {
  const mine = await isOwnKeyInForce(archive, memory, found);
  const replica = await replicaBehind(archive, found, { mine, memory }, signal);
  const lost = replica === null ? undefined : found.findings.find(isLostEnd);
  if (replica === null || lost === undefined) return { findings: found.findings, behind: null, replica: null, mine };
  return { findings: found.findings.filter((one) => one !== lost), behind: behindVerdict(lost, found.size, replica), replica, mine };
}

/** @param size number of entries in the log of the replica */
function behindVerdict({ code, place }: Finding, size: number, { name, entries }: BehindReplica): Verdict {
  const words = agree`has ${size} entr[y|ies], that of the archive has ${entries}`;
  const message = `${words}: this is its replica ${name}, which was not synchronised since; to bring it up to date: longplay replica sync ARCHIVE ${name}`;
  return { ...errorVerdict('unverifiable', code, place, message), severity: 'warning' };
}

function isLostEnd({ code, place }: Finding): boolean {
  return code === 'A116' && place === logFolder;
}

/**
 * Returns the replica whose log was inspected, if it is proven that it is only behind: the log has no fault but that this machine has seen more entries, and a
 * log at another place, which this machine knows, registers the folder as a replica and has all of this in one signed tree: the state that this machine has
 * seen, and the checkpoint of the replica. Null: it is not proven, e.g. because the archive cannot be reached.
 * @param mine true if this machine has the key that signs the log
 * @param memory folder of this machine's keys and memory; null: no memory
 */
async function replicaBehind(
  { dir, id }: LogPlace,
  found: LogInspection,
  { mine, memory }: { readonly mine: boolean; readonly memory: string | null },
  signal: AbortSignal,
): Promise<BehindReplica | null> {
  const { checkpoint, lost, isBehindMemory, size, bad, tree, findings } = found;
  if (memory === null || id === null || !isBehindMemory || lost === null || checkpoint === null || tree === null) return null;
  const others = findings.filter((one) => !isHarmless(one, mine) && !isLostEnd(one));
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
