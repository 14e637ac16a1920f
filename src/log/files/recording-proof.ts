import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { type LeafFile, proveRecording, recordingLine } from '../entries/landing.ts';
import { type LogEntry, parseEntry } from '../entries/log-entry.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import { leafHash, type TreeHash, verifyInclusion } from '../tree/merkle.ts';
import type { NoteKey } from '../tree/signed-note.ts';
import { checkProof, entryAt, type LogProof, proofText, proveEntry } from './proof.ts';

/** Content of the `extra` line of a recording's proof: the path of hashes from its document to the log entry. */
interface Way {
  readonly recordingId: string;
  /** The log entry that records the ingest. */
  readonly entry: string;
  readonly index: number;
  readonly leaves: number;
  /** In base64, from the recording's sibling up. */
  readonly hashes: readonly string[];
}

/**
 * Proves that a recording was in the archive when its bag was ingested, as a tlog-proof of the ingest's entry.
 * @returns null if a version without such proofs logged the ingest
 * @throws LongplayError L105 if the log is too damaged
 */
export async function makeRecordingProof(
  archive: { readonly dir: string },
  bag: { readonly path: string },
  landing: LogEntry,
  recordingId: string,
): Promise<string | null> {
  const proved = proveRecording(bag.path, recordingId);
  const entry = await entryAt(archive, landing.seq - 1);
  if (proved === null || entry === null || typeof landing.detail.recordingsRoot !== 'string') return null;
  const { index, leaves, hashes } = proved;
  const way: Way = {
    recordingId,
    entry: Buffer.from(entry).toString('utf8'),
    index,
    leaves,
    hashes: hashes.map((hash) => Buffer.from(hash).toString('base64')),
  };
  return proofText(await proveEntry(archive, landing.seq - 1, Buffer.from(canonicalJson(way), 'utf8')));
}

/** Result of checking the proof of a recording. */
export type RecordingProofVerdict =
  | { readonly holds: true; readonly recordingId: string; readonly landing: LogEntry; readonly checkpoint: Checkpoint }
  | { readonly holds: false; readonly reason: string };

/**
 * Follows a proof from a recording's document to a signed checkpoint; needs no other data.
 * @param document bytes of `recording.json`, or of the `public.json` of a sealed recording, as `leaf` says
 */
export function checkRecordingProof(proof: LogProof, document: Uint8Array, key: NoteKey, leaf: LeafFile = 'recording.json'): RecordingProofVerdict {
  const way = parseWay(proof.extra);
  if (way === null) return { holds: false, reason: 'it does not name its recording' };
  const bytes = Buffer.from(way.entry, 'utf8');
  const landing = parseEntry(bytes, proof.index + 1);
  const root = landing?.type === 'bag-landed' ? hexOf(landing.detail.recordingsRoot) : null;
  if (landing === null || root === null) return { holds: false, reason: 'its entry is not the ingest of a bag' };
  const line = recordingLine(way.recordingId, createHash('sha256').update(document).digest('hex'), leaf);
  const fits =
    way.leaves === landing.detail.recordingsLeaves &&
    verifyInclusion(leafHash(Buffer.from(line, 'utf8')), way.index, way.leaves, way.hashes.map(hashOf), root);
  if (!fits) return { holds: false, reason: `${leaf} is not the one of recording ${way.recordingId} that was ingested` };
  const verdict = checkProof(proof, bytes, key);
  return verdict.holds ? { holds: true, recordingId: way.recordingId, landing, checkpoint: verdict.checkpoint } : verdict;
}

function parseWay(extra: Uint8Array): Way | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(extra));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { recordingId, entry, index, leaves, hashes } = value as Record<string, unknown>; // an object, its members unknown
  if (typeof recordingId !== 'string' || !/^[0-9a-f-]{36}$/.test(recordingId) || typeof entry !== 'string') return null;
  if (typeof index !== 'number' || typeof leaves !== 'number' || !Array.isArray(hashes) || hashes.length > 64) return null;
  const texts = hashes.filter((hash): hash is string => typeof hash === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(hash));
  return texts.length === hashes.length ? { recordingId, entry, index, leaves, hashes: texts } : null;
}

function hashOf(text: string): TreeHash {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function hexOf(value: unknown): TreeHash | null {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? Uint8Array.from(Buffer.from(value, 'hex')) : null;
}
