import { agree } from '../../core/base/agree.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isStampDigest, type StampDigest } from './algorithms.ts';
import { rehashedEntry, renewedEntry, type StampEntry } from './entries.ts';
import { type ArchiveStamp, rehashValues, renewalHash, withChain, withRenewal, writeEvidence } from './evidence-record.ts';
import { buildTree } from './evidence-tree.ts';
import { type OpenStamp, openStamp } from './open.ts';
import type { Stamp } from './response.ts';
import { keepList, keepRenewal, listStamps, stampFile } from './store.ts';
import { askForStamp, type StampWork, type StoredStamp } from './work.ts';

/** One of several stamps that are renewed together: what its new stamp covers, and how the new record is stored. */
interface Renewal {
  readonly stamp: OpenStamp;
  readonly values: readonly Uint8Array[];
  keep(over: ArchiveStamp, stamp: Stamp): Promise<StampEntry>;
}

/**
 * Renews time stamps (RFC 4998 section 5.2): adds a new stamp over the last stamp of each record, with one request for all that have the same digest
 * algorithm. If the process is killed, each record is the old one or the new one; the next run renews the rest. The caller holds the archive's lock,
 * and logs each result at once.
 * @param sizes sizes of the log whose stamps are renewed; others are not changed
 * @returns what was done, and a finding for each stamp that cannot be renewed or whose new stamp was refused
 * @throws LongplayError L220, L221 from the authority; A102, A107 from the disk
 */
export async function* renewStamps(
  archive: { readonly dir: string },
  sizes: ReadonlySet<number>,
  work: StampWork,
  signal: AbortSignal,
): AsyncGenerator<StoredStamp | Finding> {
  yield* renewAll(archive, sizes, work, signal, async (stamp) => {
    const { digest, value } = renewalHash(stamp.record);
    if (!isStampDigest(digest))
      return finding('L210', stampFile(stamp.size, 'ers'), `its last chain uses the digest algorithm ${digest}, which longplay does not request`);
    const keep: Renewal['keep'] = async (over, made) => {
      const evidence = writeEvidence(withRenewal(stamp.record, over));
      await keepRenewal(archive, stamp.size, evidence);
      return renewedEntry(stamp.size, made, evidence);
    };
    return { digest, renewal: { stamp, values: [value], keep } };
  });
}

/** A stronger digest for the stamps of a log. */
export interface StrongerDigest {
  readonly digest: StampDigest;
  /** Returns the list of digests for a size, made from the current log and compared with it; its bytes are stored beside the record. */
  readonly listOf: (size: number, signal: AbortSignal) => Promise<Uint8Array>;
}

/**
 * Renews hash trees (RFC 4998 section 5.2): begins a new chain with a stronger digest over the checkpoint, over all earlier stamps, and over a list
 * of stronger digests of the entries under the checkpoint, because the log's own tree is SHA-256 and becomes weak with it. Otherwise like
 * `renewStamps`.
 */
export async function* rehashStamps(
  archive: { readonly dir: string },
  sizes: ReadonlySet<number>,
  { digest, listOf }: StrongerDigest,
  work: StampWork,
  signal: AbortSignal,
): AsyncGenerator<StoredStamp | Finding> {
  yield* renewAll(archive, sizes, work, signal, async (stamp) => {
    const { size, record, checkpoint, last } = stamp;
    if (record.digests.includes(digest)) return { kind: 'stamp-done', size, stamp: last, entry: null };
    const list = await listOf(size, signal);
    if (list.length > limits.digestListBytes)
      return finding('L237', stampFile(size, 'ers'), agree`the list of digests has ${list.length} byte[s], more than ${limits.digestListBytes}`);
    // The list is stored before the request: lists may be long, and many stamps wait for the one answer.
    await keepList(archive, size, digest, list);
    const listSha256 = sha256Hex(list);
    const keep: Renewal['keep'] = async (over, made) => {
      const evidence = writeEvidence(withChain(record, digest, over));
      await keepRenewal(archive, size, evidence);
      return rehashedEntry(size, made, evidence, listSha256);
    };
    return { digest, renewal: { stamp, values: rehashValues(digest, [checkpoint, list], record.chains), keep } };
  });
}

async function* renewAll(
  archive: { readonly dir: string },
  sizes: ReadonlySet<number>,
  work: StampWork,
  signal: AbortSignal,
  prepare: (stamp: OpenStamp) => Promise<{ readonly digest: StampDigest; readonly renewal: Renewal } | StoredStamp | Finding>,
): AsyncGenerator<StoredStamp | Finding> {
  const files = (await listStamps(archive)).stamps.filter(({ size }) => sizes.has(size));
  for (let at = 0; at < files.length; at += limits.stampsTogether) {
    const byDigest = new Map<StampDigest, Renewal[]>();
    for (const one of files.slice(at, at + limits.stampsTogether)) {
      signal.throwIfAborted();
      const stamp = await openStamp(archive, one, work, work.nowMs);
      const prepared = stamp.kind === 'finding' ? stamp : await prepare(stamp);
      if ('kind' in prepared) yield prepared;
      else byDigest.set(prepared.digest, [...(byDigest.get(prepared.digest) ?? []), prepared.renewal]);
    }
    for (const [digest, renewals] of byDigest) yield* stampTogether(digest, renewals, work, signal);
  }
}

async function* stampTogether(
  digest: StampDigest,
  renewals: readonly Renewal[],
  work: StampWork,
  signal: AbortSignal,
): AsyncGenerator<StoredStamp | Finding> {
  const { root, trees } = buildTree(
    digest,
    renewals.map(({ values }) => values),
  );
  const answer = await askForStamp({ digest, value: root }, work, signal);
  if ('kind' in answer) {
    yield answer;
    return;
  }
  const { stamp } = answer;
  for (const [index, { stamp: kept, keep }] of renewals.entries()) {
    signal.throwIfAborted();
    const entry = await keep({ tree: trees[index] ?? [], token: stamp.token }, stamp);
    yield { kind: 'stamp-done', size: kept.size, stamp, entry };
  }
}
