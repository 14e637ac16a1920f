import { createHash, getHashes, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';

/** A digest algorithm that this machine can compute. */
export interface DigestAlgorithm {
  /** Normalised name, as in the names of manifests: `sha256`, `sha3256`. */
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
 * Returns the algorithm that the file name of a manifest states; null if this machine cannot compute it. Names have lower-case letters and digits only (RFC
 * 8493 section 2.4), but `sha3-256` occurs as well.
 */
export function digestAlgorithm(name: string): DigestAlgorithm | null {
  return available.get(name.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? null;
}

/** Digests and size of a file's bytes. */
export interface HashedBytes {
  readonly sizeBytes: number;
  /** Digests in lower-case hexadecimal, by the ids of the algorithms. */
  readonly digests: Readonly<Record<string, string>>;
  /** False if the file changed, was replaced or was truncated while it was read: its digests are then meaningless. */
  readonly stable: boolean;
}

// One buffer per thread suffices: reads are synchronous, so no other code can be using it. It is not a Buffer, because subarrays of a Buffer are slow to
// create.
const buffer = new Uint8Array(limits.readChunkBytes);

/**
 * Opens a regular file for reading. Does not follow links; does not block on a pipe in place of the file.
 * @throws the system's error; Error ENOTFILE if the path is not a regular file.
 */
export function openRegular(path: string): number {
  return openWithStats(path).descriptor;
}

function openWithStats(path: string): { readonly descriptor: number; readonly stats: Stats } {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw Object.assign(new Error(`${path} is not a regular file`), { code: 'ENOTFILE' });
    return { descriptor, stats };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * Reads a regular file once and digests it by all algorithms. `onBytes` receives the bytes in order; each piece is valid until the callback returns.
 * @throws as `openRegular`, and the system's error if the file cannot be read.
 */
export function hashFile(path: string, algorithms: readonly string[], onBytes?: (bytes: Uint8Array) => void): HashedBytes {
  const { descriptor, stats: before } = openWithStats(path);
  try {
    const first = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, null));
    if (first.length > 0) onBytes?.(first);
    // One read returns most files of a recording whole, and for a single chunk a digest stream costs more than the digest itself.
    const { sizeBytes, digests } =
      first.length === before.size
        ? { sizeBytes: first.length, digests: digestsOf(first, algorithms) }
        : digestOn(descriptor, first, before.size, algorithms, onBytes);
    return { sizeBytes, digests, stable: sizeBytes === before.size && isStill(path, before, fstatSync(descriptor)) };
  } finally {
    closeSync(descriptor);
  }
}

function digestsOf(bytes: Uint8Array, algorithms: readonly string[]): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const id of algorithms) digests[id] = hash(openssl(id), bytes, 'hex');
  return digests;
}

/** Digests a file that continues after its first chunk. */
function digestOn(
  descriptor: number,
  first: Uint8Array,
  expectedBytes: number,
  algorithms: readonly string[],
  onBytes: ((bytes: Uint8Array) => void) | undefined,
): { readonly sizeBytes: number; readonly digests: Record<string, string> } {
  const hashes = algorithms.map((id) => ({ id, hash: createHash(openssl(id)).update(first) }));
  let sizeBytes = first.length;
  // Comparing the size detects the end without another read, and ends the reading of a file that keeps growing.
  while (sizeBytes !== expectedBytes && sizeBytes <= expectedBytes + limits.readChunkBytes) {
    const read = readSync(descriptor, buffer, 0, buffer.length, null);
    if (read === 0) break;
    sizeBytes += read;
    const bytes = buffer.subarray(0, read);
    for (const one of hashes) one.hash.update(bytes);
    onBytes?.(bytes);
  }
  return { sizeBytes, digests: Object.fromEntries(hashes.map((one) => [one.id, one.hash.digest('hex')])) };
}

function openssl(id: string): string {
  return available.get(id)?.openssl ?? id;
}

/** Age below which a change time proves nothing: far longer than a tick of any system's clock, and two seconds for file systems that round times (FAT). */
const freshMs = 2_000;

/**
 * Returns true if the path still leads to the file that was read and the file is unchanged. The open file shows most changes at a fraction of the cost of
 * examining the path: a file that was moved, deleted or replaced has another change time or one link less. So has a file that was merely linked, e.g. by a
 * snapshot; the path is examined only in these cases. The change time advances with the system's clock tick (4 ms on most Linux systems). That of a file that
 * was changed immediately before therefore proves nothing, and its path is always examined.
 */
function isStill(path: string, before: Stats, after: Stats): boolean {
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) return false;
  const isFresh = Date.now() - after.ctimeMs < freshMs;
  if (after.ctimeMs === before.ctimeMs && after.nlink === before.nlink && !isFresh) return true;
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

/** A file whose digest is requested. */
export interface FileToHash {
  /** Number that the answer repeats. */
  readonly id: number;
  /** Absolute path. */
  readonly path: string;
  readonly algorithms: readonly string[];
}

/** Result for one file. `error`: the system's error code. */
export type HashAnswer = { readonly id: number } & ((HashedBytes & { readonly error: null }) | { readonly error: string });

/** Digests one file. A worker also passes on the bytes for a second check. */
export function hashAnswer({ id, path, algorithms }: FileToHash, onBytes?: (bytes: Uint8Array) => void): HashAnswer {
  try {
    return { id, error: null, ...hashFile(path, algorithms, onBytes) };
  } catch (error) {
    return { id, error: codeOf(error) };
  }
}

/** Number of bytes and, below, of files after which the event loop runs, so that an interrupt is handled. */
const turnBytes = 16 * 1024 * 1024;
const turnFiles = 64;

/** Digests files in this thread, one after another, on demand. */
export async function* hashInProcess(files: Iterable<FileToHash>, signal: AbortSignal): AsyncGenerator<HashAnswer> {
  let bytes = 0;
  let count = 0;
  for (const file of files) {
    const answer = hashAnswer(file);
    yield answer;
    bytes += answer.error === null ? answer.sizeBytes : 0;
    count += 1;
    if (bytes < turnBytes && count < turnFiles) continue;
    bytes = 0;
    count = 0;
    await turn();
    signal.throwIfAborted();
  }
}

/** Returns the system's code of a failed call, for a message. @throws the error itself if it has no code, because a bug must not be reported as a bad disk. */
export function codeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return code;
}
