import { randomBytes } from 'node:crypto';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { AgeingRule } from './ageing.ts';
import type { StampDigest } from './algorithms.ts';
import { askAuthority, type StampAuthority } from './authority.ts';
import { type StampEntry, stampedEntry } from './entries.ts';
import { beginEvidence, writeEvidence } from './evidence-record.ts';
import { hashOf } from './evidence-tree.ts';
import { openStamp } from './open.ts';
import { makeStampRequest } from './request.ts';
import { receiveStampResponse, type Stamp, verifyStampResponse } from './response.ts';
import type { StampRoots } from './roots.ts';
import { keepRenewal, keepStamp, listStamps, readStampFile, stampFile } from './store.ts';

/** Authority, policy and trusted roots. */
export interface StampWork {
  readonly authority: StampAuthority;
  readonly roots: StampRoots;
  /** Object identifier; null leaves it to the authority. */
  readonly policy: string | null;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Time limit for the authority; null: `limits.stampWaitMs`. */
  readonly timeoutMs: number | null;
  /** Replaces `ageingRules`. */
  readonly ageing?: readonly AgeingRule[];
}

/** A stored stamp. */
export interface StoredStamp {
  readonly kind: 'stamp-done';
  readonly size: number;
  readonly stamp: Stamp;
  /** Entry for the log; null if the stamp already existed, so that nothing was written. */
  readonly entry: StampEntry | null;
}

/**
 * Requests a stamp for a checkpoint and stores it. Leaves a checkpoint that is already stamped as it is. The caller holds the archive's lock, and
 * logs the result.
 * @returns a finding if the answer was refused, in which case nothing was written
 * @throws LongplayError L220, L221 from the authority; A102, A107 from the disk
 */
export async function stampCheckpoint(
  archive: { readonly dir: string },
  checkpoint: { readonly size: number; readonly bytes: Uint8Array },
  digest: StampDigest,
  work: StampWork,
  signal: AbortSignal,
): Promise<StoredStamp | Finding> {
  const { size, bytes } = checkpoint;
  const there = (await listStamps(archive)).stamps.find((one) => one.size === size);
  if (there?.parts.has('ers') === true) {
    const kept = await openStamp(archive, there, work, work.nowMs);
    return kept.kind === 'finding' ? kept : { kind: 'stamp-done', size, stamp: kept.last, entry: null };
  }
  const answer = await askForStamp({ digest, value: hashOf(digest, bytes) }, work, signal);
  if ('kind' in answer) return answer;
  const { stamp, response } = answer;
  const evidence = writeEvidence(beginEvidence(digest, stamp.token));
  const files = { checkpoint: bytes, response, evidence };
  await keepStamp(archive, { size, ...files });
  return { kind: 'stamp-done', size, stamp, entry: stampedEntry(size, stamp, files) };
}

/**
 * Completes a stamp without an evidence record, which a stopped run left: uses the stored answer of the authority if it is valid, and otherwise
 * requests a stamp for the checkpoint now.
 * @returns the same as `stampCheckpoint`
 */
export async function finishStamp(
  archive: { readonly dir: string },
  size: number,
  digest: StampDigest,
  work: StampWork,
  signal: AbortSignal,
): Promise<StoredStamp | Finding> {
  const place = stampFile(size, 'checkpoint');
  const checkpoint = await readStampFile(archive, place);
  if (checkpoint === null) return finding('L231', place, 'it does not exist');
  const response = await readStampFile(archive, stampFile(size, 'tsr'));
  const ageing = work.ageing === undefined ? {} : { ageing: work.ageing };
  const demand = { imprint: { bytes: checkpoint }, nonce: null, policy: null, roots: work.roots, ...ageing };
  const stamp = response === null ? null : verifyStampResponse(response, demand, stampFile(size, 'tsr'));
  if (response === null || stamp?.kind !== 'stamp') return await stampCheckpoint(archive, { size, bytes: checkpoint }, digest, work, signal);
  const evidence = writeEvidence(beginEvidence(stamp.digest, stamp.token));
  await keepRenewal(archive, size, evidence);
  return { kind: 'stamp-done', size, stamp, entry: stampedEntry(size, stamp, { checkpoint, response, evidence }) };
}

/** Requests one stamp and verifies the answer. */
export async function askForStamp(
  imprint: { readonly digest: StampDigest; readonly value: Uint8Array },
  work: StampWork,
  signal: AbortSignal,
): Promise<{ readonly stamp: Stamp; readonly response: Uint8Array } | Finding> {
  // 63 bits: some authorities refuse larger or negative numbers.
  const nonce = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
  const { authority, policy, roots, timeoutMs } = work;
  const response = await askAuthority(authority, makeStampRequest({ imprint, nonce, policy }), timeoutMs ?? limits.stampWaitMs, signal);
  const place = authority.kind === 'http' ? authority.url : authority.program;
  return receiveStampResponse(response, { imprint, nonce, policy, roots, ...(work.ageing === undefined ? {} : { ageing: work.ageing }) }, place);
}
