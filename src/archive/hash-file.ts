import { createHash, getHashes, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { systemCode } from '../core/error.ts';
import { limits } from '../core/limits.ts';

/** A digest algorithm that this machine can compute. */
export interface DigestAlgorithm {
  /** As manifests name it, normalised: `sha256`, `sha3256`. */
  readonly id: string;
  readonly openssl: string;
  readonly hexDigits: number;
}

const known: readonly DigestAlgorithm[] = [
  { id: 'md5', openssl: 'md5', hexDigits: 32 },
  { id: 'sha1', openssl: 'sha1', hexDigits: 40 },
  { id: 'ripemd160', openssl: 'ripemd160', hexDigits: 40 },
  { id: 'sha224', openssl: 'sha224', hexDigits: 56 },
  { id: 'sha512224', openssl: 'sha512-224', hexDigits: 56 },
  { id: 'sha3224', openssl: 'sha3-224', hexDigits: 56 },
  { id: 'sha256', openssl: 'sha256', hexDigits: 64 },
  { id: 'sha512256', openssl: 'sha512-256', hexDigits: 64 },
  { id: 'sha3256', openssl: 'sha3-256', hexDigits: 64 },
  { id: 'blake2s', openssl: 'blake2s256', hexDigits: 64 },
  { id: 'blake2s256', openssl: 'blake2s256', hexDigits: 64 },
  { id: 'sha384', openssl: 'sha384', hexDigits: 96 },
  { id: 'sha3384', openssl: 'sha3-384', hexDigits: 96 },
  { id: 'sha512', openssl: 'sha512', hexDigits: 128 },
  { id: 'sha3512', openssl: 'sha3-512', hexDigits: 128 },
  { id: 'blake2b', openssl: 'blake2b512', hexDigits: 128 },
  { id: 'blake2b512', openssl: 'blake2b512', hexDigits: 128 },
];

const available = new Map(known.filter((one) => getHashes().includes(one.openssl)).map((one) => [one.id, one]));

/**
 * The algorithm that a manifest's file name means, or null where this machine cannot compute it. RFC 8493 section 2.4: lower case, without
 * anything but letters and digits; `sha3-256` is seen as well.
 */
export function digestAlgorithm(name: string): DigestAlgorithm | null {
  return available.get(name.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? null;
}

/** What a file's bytes are. */
export interface HashedBytes {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal, by the algorithms' ids. */
  readonly digests: Readonly<Record<string, string>>;
  /** False where the file changed, was replaced or was cut while it was read: its digests say nothing. */
  readonly stable: boolean;
}

// One buffer for each thread: reads are synchronous, nobody else can be in the middle of using it. No Buffer: parts of one are made slowly.
const buffer = new Uint8Array(limits.readChunkBytes);

/**
 * Reads a regular file once and digests it by all algorithms. `onBytes` sees the bytes in order; they are valid until it returns.
 * Links are not followed, and a pipe that somebody put in the file's place does not block.
 * @throws the system's error where the file cannot be read; Error ENOTFILE where it is no regular file.
 */
export function hashFile(path: string, algorithms: readonly string[], onBytes?: (bytes: Uint8Array) => void): HashedBytes {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = fstatSync(descriptor);
    if (!before.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { code: 'ENOTFILE' });
    const first = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, null));
    if (first.length > 0) onBytes?.(first);
    // Most files of a recording come whole in one read; a stream of one piece costs more than its digest.
    const { sizeBytes, digests } =
      first.length === before.size
        ? { sizeBytes: first.length, digests: algorithms.map((id) => hash(openssl(id), first, 'hex')) }
        : digestOn(descriptor, first, before.size, algorithms, onBytes);
    const stable = sizeBytes === before.size && isStill(path, before, fstatSync(descriptor));
    return { sizeBytes, digests: Object.fromEntries(algorithms.map((id, index) => [id, digests[index] ?? ''])), stable };
  } finally {
    closeSync(descriptor);
  }
}

/** The digests of a file that goes on after its first bytes. */
function digestOn(
  descriptor: number,
  first: Uint8Array,
  expectedBytes: number,
  algorithms: readonly string[],
  onBytes: ((bytes: Uint8Array) => void) | undefined,
): { readonly sizeBytes: number; readonly digests: readonly string[] } {
  const hashes = algorithms.map((id) => createHash(openssl(id)).update(first));
  let sizeBytes = first.length;
  // The end, without asking for it; and a file that grows for ever is not read for ever.
  while (sizeBytes !== expectedBytes && sizeBytes <= expectedBytes + limits.readChunkBytes) {
    const read = readSync(descriptor, buffer, 0, buffer.length, null);
    if (read === 0) break;
    sizeBytes += read;
    const bytes = buffer.subarray(0, read);
    for (const one of hashes) one.update(bytes);
    onBytes?.(bytes);
  }
  return { sizeBytes, digests: hashes.map((one) => one.digest('hex')) };
}

function openssl(id: string): string {
  return available.get(id)?.openssl ?? id;
}

/**
 * True where the path leads to the file that was read, and it is what it was; what has been added to it since shows as well. The open
 * file tells most of it for a fraction of what a path costs: one that was moved, deleted or replaced has another time of change or has
 * lost a link, and so has one that was merely linked, as a snapshot does; then the path is asked.
 */
function isStill(path: string, before: Stats, after: Stats): boolean {
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) return false;
  if (after.ctimeMs === before.ctimeMs && after.nlink === before.nlink) return true;
  const there = lstatOrNull(path);
  return there !== null && there.ino === before.ino && there.dev === before.dev && there.size === before.size && there.mtimeMs === before.mtimeMs;
}

function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** A file that a check wants digested. */
export interface FileToHash {
  /** Comes back in the answer. */
  readonly id: number;
  /** Absolute. */
  readonly path: string;
  /** Relative to the bag, for whoever looks into the bytes as well. */
  readonly name: string;
  /** As listed a moment ago. */
  readonly sizeBytes: number;
  readonly algorithms: readonly string[];
}

/** What became of it; `error`: the system's code. */
export type HashAnswer = { readonly id: number } & ((HashedBytes & { readonly error: null }) | { readonly error: string });

/**
 * Digests files, in any order; each file gets one answer. Files are taken from the iterable as they are worked on, so that a bag of
 * a million does not stand in memory. Handed to `checkBag`, so that worker threads can do it.
 */
export type Hasher = (files: Iterable<FileToHash>, signal: AbortSignal) => AsyncIterable<HashAnswer>;

/** The answer for one file; a worker calls this, or its own with a second look at the bytes. */
export function hashAnswer(file: Pick<FileToHash, 'id' | 'path' | 'algorithms'>, onBytes?: (bytes: Uint8Array) => void): HashAnswer {
  try {
    return { id: file.id, error: null, ...hashFile(file.path, file.algorithms, onBytes) };
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return { id: file.id, error: code };
  }
}

/** Bytes and files after which the event loop gets a turn, so that an interrupt is heard. */
const turnBytes = 16 * 1024 * 1024;
const turnFiles = 64;

/** Digests in this thread, one file after another. */
export async function* hashInProcess(files: Iterable<FileToHash>, signal: AbortSignal): AsyncGenerator<HashAnswer> {
  let bytes = 0;
  let count = 0;
  for (const file of files) {
    yield hashAnswer(file);
    bytes += file.sizeBytes;
    count += 1;
    if (bytes < turnBytes && count < turnFiles) continue;
    bytes = 0;
    count = 0;
    await turn();
    signal.throwIfAborted();
  }
}

/** The system's code of a failed call, for a message. @throws the error itself where it is none: a bug must not pass as a bad disk. */
export function codeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return code;
}
