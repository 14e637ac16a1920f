import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import type { KeyChain } from '../entries/key-chain.ts';
import { checkpointFile } from '../entries/log-entry.ts';
import { readSmallFile } from '../files/files.ts';
import { logOrigin, parseCheckpoint } from '../tree/checkpoint.ts';
import { checkSignature, type NoteKey } from '../tree/signed-note.ts';
import { heldKeys, rememberedCheckpoint } from './key-store.ts';

// What confirms a state of a log: a signature under the checkpoint by the key that the log names, and the memory of this machine. A root alone proves
// nothing: whoever can change entries can write a root that matches them.

/** A state of a log with its signed note. */
export type SignedState = NonNullable<ReturnType<typeof parseCheckpoint>> & { readonly text: string };

/** The checkpoint in the archive, and the fault of its file. */
export interface FoundCheckpoint {
  readonly checkpoint: SignedState | null;
  readonly problem: string | null;
}

/** Reads the checkpoint without checking its signature. */
export async function readCheckpoint(dir: string): Promise<FoundCheckpoint> {
  const bytes = await readSmallFile(join(dir, checkpointFile), limits.signedNoteBytes);
  if (bytes === null) return { checkpoint: null, problem: 'it is missing: nothing shows whether the end of the log is there' };
  const checkpoint = stateOf(Buffer.from(bytes).toString('utf8'));
  return { checkpoint, problem: checkpoint === null ? 'it is not what longplay writes' : null };
}

/** What this machine remembers about a log. */
export interface LogMemory {
  /** True if a file of the memory exists, valid or not. */
  readonly remembers: boolean;
  readonly seen: SignedState | null;
  /** Keys that sign now or will sign next. */
  readonly own: readonly NoteKey[];
  /** Former keys. */
  readonly retired: readonly NoteKey[];
}

/** Reads what this machine remembers. @param memory folder of its keys and memory; null: nothing */
export async function readLogMemory(memory: string | null, archiveId: string | null): Promise<LogMemory> {
  if (memory === null || archiveId === null) return { remembers: false, seen: null, own: [], retired: [] };
  const text = await rememberedCheckpoint(memory, archiveId);
  return { remembers: text !== null, seen: text === null ? null : stateOf(text), ...(await heldKeys(memory, archiveId)) };
}

function stateOf(text: string): SignedState | null {
  const checkpoint = parseCheckpoint(text);
  return checkpoint === null ? null : { ...checkpoint, text };
}

/** Returns the problem with a checkpoint's signature; null if the key that the log names has signed it. */
export function signatureProblem(checkpoint: SignedState, chain: KeyChain): string | null {
  const key = chain.inForce(checkpoint.size);
  if (key === null) return 'no entry of the log names its signing key';
  const { verdict } = checkSignature(checkpoint.note, key);
  if (verdict === 'valid') return null;
  return `${verdict === 'absent' ? 'it has no signature of the key' : 'its signature was not made by the key'} ${key.id} that the log names`;
}

/**
 * Returns true if a checkpoint has a trusted signature: by the key that the log names, or by the key of this machine, since the entry that names the
 * log's key may be damaged.
 */
export function isVouchedFor(checkpoint: SignedState, chain: KeyChain, { own }: LogMemory): boolean {
  return signatureProblem(checkpoint, chain) === null || own.some((key) => isSignedBy(checkpoint, key));
}

/** Returns the problem with this machine's memory of a log; null if there is no problem, or no memory. */
export function memoryProblem(memory: LogMemory, chain: KeyChain, archiveId: string | null): string | null {
  const { remembers, seen } = memory;
  if (!remembers || archiveId === null) return null;
  if (seen === null) return 'it is not a signed checkpoint';
  if (seen.origin !== logOrigin(archiveId)) return 'it belongs to another log';
  if (isOurs(seen, chain, memory)) return null;
  return 'it is signed neither with a key on this machine nor with one that the log names';
}

/** Returns true for a state that a known key of this log has signed. Known are the keys that the log names and those of this machine. */
export function isOurs(state: SignedState, chain: KeyChain, { own, retired }: LogMemory): boolean {
  return signatureProblem(state, chain) === null || [...own, ...retired].some((key) => isSignedBy(state, key));
}

function isSignedBy({ note, origin }: SignedState, key: NoteKey): boolean {
  return key.name === origin && checkSignature(note, key).verdict === 'valid';
}
