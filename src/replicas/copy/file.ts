import { createHash, type Hash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { digestAlgorithm } from '../../archive/files/hash-file.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { refuseObstacle } from '../place/around.ts';
import { algorithmsOf, type Expected } from '../place/truth.ts';

/** Result of copying a file. Unless it is `well`, nothing remains at the target. */
export type FileCopy =
  | { readonly is: 'well'; readonly bytes: number }
  /** The bytes are not the expected ones; none of them are kept. */
  | { readonly is: 'other' }
  /** The source cannot be read; with the system's error code. */
  | { readonly is: 'unreadable'; readonly code: string };

/**
 * Copies a file to a new one and digests it in the same pass: the copy remains only if all digests are the expected ones. Links are not followed, and a source
 * that grows beyond `mostBytes` is abandoned.
 * @param sync true: waits until the bytes are on disk.
 * @throws LongplayError A107 if the target cannot be written.
 */
export async function copyVerified(
  from: string,
  to: string,
  expected: Expected,
  options: { readonly mostBytes: number; readonly sync: boolean },
  signal: AbortSignal,
): Promise<FileCopy> {
  const hashes = algorithmsOf(expected).map((id) => ({ id, hash: createHash(digestAlgorithm(id)?.openssl ?? id) }));
  if (hashes.length === 0) return { is: 'other' };
  let source: FileHandle;
  try {
    source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { is: 'unreadable', code: codeOrThrow(error) };
  }
  try {
    if (!(await source.stat()).isFile()) return { is: 'other' };
    const target = await open(to, 'wx').catch((error: unknown) => {
      throw cannotWrite(to, error);
    });
    let copied: FileCopy = { is: 'other' };
    try {
      copied = await pour(
        { source, target, to },
        hashes.map(({ hash }) => hash),
        options.mostBytes,
        signal,
      );
      if (copied.is === 'well' && hashes.some(({ id, hash }) => hash.digest('hex') !== expected.get(id))) copied = { is: 'other' };
      if (copied.is === 'well' && options.sync) await target.sync().catch((error: unknown) => Promise.reject(cannotWrite(to, error)));
    } finally {
      await target.close().catch((error: unknown) => Promise.reject(cannotWrite(to, error)));
      // Cleanup only: a remaining file has a temporary name, or is in a draft with a temporary name.
      if (copied.is !== 'well') await unlink(to).catch(() => undefined);
    }
    return copied;
  } finally {
    await source.close();
  }
}

/**
 * Copies a file with known digests over a file of another copy: writes it under a temporary name, fsync, rename, fsync of the folder. Nothing changes unless
 * the copied bytes are intact.
 * @param file paths below both copies, digests, and the largest allowed size
 * @throws LongplayError R138 if a link is in the way, A107 if the target cannot be written
 */
export async function copyInto(
  fromDir: string,
  toDir: string,
  file: { readonly from: string; readonly to: string; readonly expected: Expected; readonly mostBytes: number },
  signal: AbortSignal,
): Promise<FileCopy> {
  refuseObstacle(toDir, file.to);
  const target = join(toDir, file.to);
  await makeFolderDurable(dirname(target));
  const temporary = join(dirname(target), `${temporaryPrefix}${randomUUID()}`);
  try {
    const copied = await copyVerified(join(fromDir, file.from), temporary, file.expected, { mostBytes: file.mostBytes, sync: true }, signal);
    if (copied.is !== 'well') return copied;
    await rename(temporary, target).catch((error: unknown) => Promise.reject(cannotWrite(target, error)));
    await syncFolder(dirname(target));
    return copied;
  } finally {
    // After the rename the file is gone; after a failure it remains under a temporary name.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Two open files, and the path of the second. */
interface OpenPair {
  readonly source: FileHandle;
  readonly target: FileHandle;
  readonly to: string;
}

async function pour({ source, target, to }: OpenPair, hashes: readonly Hash[], mostBytes: number, signal: AbortSignal): Promise<FileCopy> {
  const buffer = Buffer.allocUnsafe(limits.originalPieceBytes);
  let bytes = 0;
  for (;;) {
    signal.throwIfAborted();
    let read: number;
    try {
      read = (await source.read(buffer, 0, buffer.length, bytes)).bytesRead;
    } catch (error) {
      return { is: 'unreadable', code: codeOrThrow(error) };
    }
    if (read === 0) return { is: 'well', bytes };
    if (bytes + read > mostBytes) return { is: 'other' };
    const piece = buffer.subarray(0, read);
    for (const hash of hashes) hash.update(piece);
    await writeAll(target, piece, bytes).catch((error: unknown) => Promise.reject(cannotWrite(to, error)));
    bytes += read;
  }
}

/** Writes all bytes: write() may accept fewer than it was given. */
async function writeAll(target: FileHandle, piece: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < piece.length) {
    const { bytesWritten } = await target.write(piece, done, piece.length - done, offset + done);
    if (bytesWritten === 0)
      throw new LongplayError('incomplete', 'A107', 'the system wrote 0 bytes without an error', 'check the disk, then run again');
    done += bytesWritten;
  }
}

function codeOrThrow(error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return code;
}
