import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { checkpointFile, logFolder } from '../entries/log-entry.ts';
import { type Checkpoint, parseCheckpoint } from '../tree/checkpoint.ts';
import { consistencyProof, inclusionProof, leafHash, type SubtreeHashes, type TreeHash, verifyInclusion } from '../tree/merkle.ts';
import { checkSignature, type NoteKey } from '../tree/signed-note.ts';
import { subtreesOf, tileWidth } from '../tree/tile-tree.ts';
import { readBundle, readSmallFile, readTile } from './files.ts';

// C2SP tlog-proof: a small self-contained text that proves that an entry is in a signed log. Its `extra` line describes what is proved.

const firstLine = 'c2sp.org/tlog-proof@v1';

/** Parsed proof. */
export interface LogProof {
  /** Data of longplay, which no signature covers directly. */
  readonly extra: Uint8Array;
  /** From 0. */
  readonly index: number;
  readonly hashes: readonly TreeHash[];
  /** Signed note of the checkpoint. */
  readonly checkpoint: string;
}

/** Formats a proof as tlog-proof. */
export function proofText({ extra, index, hashes, checkpoint }: LogProof): string {
  const lines = [
    firstLine,
    `extra ${Buffer.from(extra).toString('base64')}`,
    `index ${index}`,
    ...hashes.map((hash) => Buffer.from(hash).toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Parses a proof without verifying it; null if invalid. */
export function parseProof(text: string): LogProof | null {
  const end = text.indexOf('\n\n');
  if (end < 0 || text.length > limits.proofBytes) return null;
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== firstLine) return null;
  const extra = /^extra ([A-Za-z0-9+/]*={0,2})$/.exec(lines[0] ?? '')?.[1];
  const [position = '', ...hashLines] = extra === undefined ? lines : lines.slice(1);
  const index = /^index (0|[1-9]\d{0,14})$/.exec(position)?.[1];
  if (index === undefined || !hashLines.every((line) => /^[A-Za-z0-9+/]{43}=$/.test(line))) return null;
  return {
    extra: Buffer.from(extra ?? '', 'base64'),
    index: Number(index),
    hashes: hashLines.map((line) => Uint8Array.from(Buffer.from(line, 'base64'))),
    checkpoint: text.slice(end + 2),
  };
}

/**
 * Proves that an entry is in the log of the archive's current checkpoint.
 * @throws LongplayError incomplete L105 if tiles or checkpoint are missing
 */
export async function proveEntry(archive: { readonly dir: string }, index: number, extra: Uint8Array): Promise<LogProof> {
  const { note, inclusion } = await openProvingLog(archive);
  return { extra, index, hashes: inclusion(index), checkpoint: note };
}

/** A log at a checkpoint. It proves that its entries are in the log, and that earlier states are its beginning (RFC 6962 section 2.1). */
export interface ProvingLog {
  readonly checkpoint: Checkpoint;
  /** Signed note of the checkpoint. */
  readonly note: string;
  /** Returns the hashes that prove an entry. @param index from 0 */
  inclusion(index: number): readonly TreeHash[];
  consistency(before: number): readonly TreeHash[];
}

/**
 * Reads the tiles of a log once, for any number of proofs.
 * @param earlier an earlier signed checkpoint of the log, to which all proofs lead; absent: the newest
 * @throws LongplayError incomplete L105 if tiles or checkpoint are missing
 */
export async function openProvingLog(archive: { readonly dir: string }, earlier?: string): Promise<ProvingLog> {
  const { checkpoint, hashes } = await signedTree(archive, earlier);
  return {
    checkpoint,
    note: checkpoint.note,
    inclusion: (index) => {
      if (index >= checkpoint.size) throw new RangeError(`entry ${index} of ${checkpoint.size}`);
      return inclusionProof(hashes, index, checkpoint.size);
    },
    consistency: (before) => {
      if (before > checkpoint.size) throw new RangeError(`${before} of ${checkpoint.size}`);
      return consistencyProof(hashes, before, checkpoint.size);
    },
  };
}

/** Proves that an earlier state of a log is the beginning of its current state. */
export async function proveConsistency(
  archive: { readonly dir: string },
  before: number,
): Promise<{ readonly checkpoint: Checkpoint; readonly hashes: readonly TreeHash[] }> {
  const { checkpoint, consistency } = await openProvingLog(archive);
  return { checkpoint, hashes: consistency(before) };
}

/** Returns the bytes of an entry. @param index from 0 */
export async function entryAt(archive: { readonly dir: string }, index: number): Promise<Uint8Array | null> {
  const bundle = await readBundle(join(archive.dir, logFolder), Math.floor(index / tileWidth));
  return bundle?.entries[index % tileWidth] ?? null;
}

async function signedTree(
  archive: { readonly dir: string },
  earlier?: string,
): Promise<{ readonly checkpoint: Checkpoint & { readonly note: string }; readonly hashes: SubtreeHashes }> {
  const log = join(archive.dir, logFolder);
  const bytes = earlier === undefined ? await readSmallFile(join(archive.dir, checkpointFile), limits.signedNoteBytes) : null;
  const note = earlier ?? (bytes === null ? '' : Buffer.from(bytes).toString('utf8'));
  const checkpoint = parseCheckpoint(note);
  if (checkpoint === null) throw cannotProve(archive, `${checkpointFile} is missing or damaged`);
  const tiles = new Map<string, readonly TreeHash[]>();
  for (let [level, count] = [0, checkpoint.size]; count > 0; [level, count] = [level + 1, Math.floor(count / tileWidth)]) {
    for (let index = 0; index * tileWidth < count; index++) {
      const tile = await readTile(log, level, index);
      if (tile === null || tile.hashes.length < Math.min(tileWidth, count - index * tileWidth))
        throw cannotProve(archive, `tile ${index} of level ${level} is missing or cut`);
      tiles.set(`${level}/${index}`, tile.hashes);
    }
  }
  const hashes = subtreesOf((level, index) => tiles.get(`${level}/${index}`) ?? []);
  return { checkpoint: { ...checkpoint, note }, hashes };
}

function cannotProve(archive: { readonly dir: string }, why: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'L105',
    `the log of ${archive.dir} cannot prove anything in this state: ${why}`,
    'longplay verify reports the faults; restore log/ from a copy',
  );
}

/** Result of checking a proof, with the reason if it is invalid. */
export type ProofVerdict = { readonly holds: true; readonly checkpoint: Checkpoint } | { readonly holds: false; readonly reason: string };

/** Checks a proof without any other data: the signature of the checkpoint, and the hashes from the entry to its root. */
export function checkProof(proof: LogProof, entry: Uint8Array, key: NoteKey): ProofVerdict {
  const checkpoint = parseCheckpoint(proof.checkpoint);
  if (checkpoint === null) return { holds: false, reason: 'it has no checkpoint' };
  if (checkpoint.origin !== key.name)
    return { holds: false, reason: `its checkpoint belongs to ${checkpoint.origin.slice(0, 80)}, the key to ${key.name}` };
  const { verdict } = checkSignature(checkpoint.note, key);
  if (verdict !== 'valid')
    return { holds: false, reason: verdict === 'absent' ? `key ${key.id} did not sign it` : `the signature was not made by key ${key.id}` };
  const included = verifyInclusion(leafHash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return included ? { holds: true, checkpoint } : { holds: false, reason: 'its hashes do not lead from the entry to the checkpoint' };
}
