import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { writeDurableNew } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { ledgerDigest } from './erasure-ledger.ts';
import { openSecret, readSecret } from './secret-file.ts';

/** Keyed digests by which the log recognises erased recordings. Nobody can compare them with anything without the secret. */
export interface ErasureMarks {
  /** Identifies the secret: 16 hexadecimal digits of a keyed digest, which reveal nothing of it. */
  readonly key: string;
  /** Returns the digest of a recording id: 32 hexadecimal digits of HMAC-SHA-256 (RFC 2104). */
  of(recordingId: string): string;
  /** Returns the digest of a file of a recording. @param file plain name of the file */
  ofFile(recordingId: string, file: string): string;
  /** Returns the digest of a message of a case. @param digest digest of the message (`messageDigest`) */
  ofMessage(caseId: string, digest: string): string;
  /** Returns the digest of a row of a table. @param sha256 SHA-256 of the text of the row */
  ofRow(sha256: string): string;
  /** Returns the digest of a set of recording ids, in any order. */
  ofSet(recordingIds: readonly string[]): string;
}

/**
 * Returns the path of the secret for the marks in an archive's erasure ledger: 256 random bits in hexadecimal, beside the signing key and never in
 * the archive.
 */
export function erasureFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.erasures`);
}

/** What the log says about the secret with which its marks were made. */
export interface LedgerSecrets {
  /** Ids of the secrets (`ErasureMarks.key`) that requests name; those of early versions name none. */
  readonly ledgerKeys: ReadonlySet<string>;
  /** Requests by id. There is a secret from the first one on. */
  readonly requests: ReadonlyMap<string, unknown>;
  /** What was erased, by mark: an archive that was written in clear has the marks of another one, and no request. */
  readonly erased: ReadonlyMap<string, unknown>;
  readonly files: ReadonlyMap<string, unknown>;
}

/**
 * Opens the marks of an archive, and creates their secret for its first erasure. A second secret would match no entry of the first, so what was erased would not
 * be recognised any more.
 * @param log of the archive
 * @throws LongplayError incomplete E106; A107
 */
export async function openErasureMarks(keys: string, archiveId: string, log: LedgerSecrets): Promise<ErasureMarks> {
  const known = await knownErasureMarks(keys, archiveId, log);
  if (known !== null) return known;
  const hasLedger = [log.requests, log.erased, log.files].some(({ size }) => size > 0) || (await ledgerDigest(keys, archiveId)) !== null;
  if (hasLedger) throw erasuresMissing(keys, archiveId);
  return marksOf(await openSecret(erasureFile(keys, archiveId), unusable));
}

/**
 * Gives an archive the secret of another one, so that marks of the one are marks of the other.
 * @throws LongplayError incomplete E106: the first has no secret, or the second has one of its own; A107
 */
export async function copyErasureSecret(keys: string, from: string, to: string): Promise<void> {
  const secret = await readSecret(erasureFile(keys, from), unusable);
  if (secret === null) throw erasuresMissing(keys, from);
  const file = erasureFile(keys, to);
  await writeDurableNew(file, `${secret.toString('hex')}\n`, 0o600);
  if ((await readSecret(file, unusable))?.equals(secret) !== true)
    throw new LongplayError(
      'incomplete',
      'E106',
      `${file} differs from the secret of the other archive, so the erasures of that archive cannot be entered here`,
      'name a new folder',
    );
}

/**
 * Opens the marks without creating a secret; null: this machine has none.
 * @throws LongplayError incomplete E106; also if requests of the log were made with another secret
 */
export async function knownErasureMarks(
  keys: string,
  archiveId: string,
  { ledgerKeys }: Pick<LedgerSecrets, 'ledgerKeys'>,
): Promise<ErasureMarks | null> {
  const secret = await readSecret(erasureFile(keys, archiveId), unusable);
  if (secret === null) return null;
  const marks = marksOf(secret);
  if ([...ledgerKeys].some((key) => key !== marks.key))
    throw unusable(
      erasureFile(keys, archiveId),
      'requests in the log were made with another secret, so this one does not recognise what they erased',
    );
  return marks;
}

/**
 * Opens the marks for a verification, which continues without them; null: this machine has no secret or another one, or this user cannot read it.
 */
export async function readableErasureMarks(keys: string, archiveId: string, log: Pick<LedgerSecrets, 'ledgerKeys'>): Promise<ErasureMarks | null> {
  try {
    return await knownErasureMarks(keys, archiveId, log);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'E106') return null;
    throw error;
  }
}

/** Creates the error for a machine without the secret of a ledger that has entries. */
export function erasuresMissing(keys: string, archiveId: string): LongplayError {
  return unusable(erasureFile(keys, archiveId), 'it does not exist, although the log or this machine knows erasures');
}

function marksOf(secret: Buffer): ErasureMarks {
  const keyed = (purpose: string, text: string): string => createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('hex');
  return {
    key: keyed('key', '').slice(0, 16),
    of: (recordingId) => keyed('recording', recordingId).slice(0, 32),
    ofFile: (recordingId, file) => keyed('file', `${recordingId}/${file}`).slice(0, 32),
    ofMessage: (caseId, digest) => keyed('message', `${caseId}/${digest}`).slice(0, 32),
    ofRow: (sha256) => keyed('row', sha256).slice(0, 32),
    ofSet: (recordingIds) => keyed('set', [...recordingIds].sort().join('\n')),
  };
}

function unusable(file: string, why: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'E106',
    `${file}, the secret of the erasure ledger, cannot be used: ${why}`,
    'restore the file from your copy of this folder: without it, erased recordings cannot be recognised',
    cause,
  );
}
