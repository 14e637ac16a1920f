import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type StoredFile, sealedEnding } from '../../core/model/recording-document.ts';
import { openAgeNow, type StoredBytes } from '../../sealing/age/open-now.ts';
import { type AgeSink, createAgeSink } from '../../sealing/age/seal.ts';
import { type OwnKeys, ownKeys } from '../../sealing/age/x25519.ts';
import type { Sealer } from '../../sealing/sealer.ts';

/** A new output file, digested while it is written. It is not synced here, because the bag syncs all of its files at once. */
export interface TargetFile {
  /** Writes all of the bytes. @throws LongplayError `M111` */
  write(bytes: Uint8Array): void;
  /** Overwrites the beginning of the file, and discards the digests so far. */
  overwrite(bytes: Uint8Array): void;
  /** Yields the bytes of the file in order. Each chunk is valid until the next one. Call it before `finish`. */
  contents(): Iterable<Uint8Array>;
  /** Closes the file. */
  finish(): StoredFile;
  /** Closes and deletes the file, in any state. */
  discard(): void;
}

/** Both digests of a file. */
interface Digests {
  update(bytes: Uint8Array): void;
  finish(): { readonly sha256: string; readonly sha512: string };
}

/** Computes both digests in one pass. */
export function createDigests(): Digests {
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  return {
    update(bytes) {
      sha256.update(bytes);
      sha512.update(bytes);
    },
    finish: () => ({ sha256: sha256.digest('hex'), sha512: sha512.digest('hex') }),
  };
}

/** Creates an empty folder for output files. Deletes files that an attempt in a crashed thread left. @throws LongplayError `M111` */
export function makeTargetFolder(path: string): void {
  writing(path, () => {
    try {
      mkdirSync(path);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
    }
  });
}

/** Writes a whole file that must not exist yet. @throws LongplayError `M111` */
export function writeTargetFile(path: string, bytes: Uint8Array, sealer?: Sealer): StoredFile {
  const file = createTargetFile(path, sealer);
  return orDiscard(file, () => {
    file.write(bytes);
    return file.finish();
  });
}

/**
 * Creates a file that must not exist yet.
 * @param path path of the unencrypted file
 * @param sealer absent: the file is not encrypted
 * @throws LongplayError `M111` (incomplete) if the target refuses; so do the methods.
 */
export function createTargetFile(path: string, sealer?: Sealer): TargetFile {
  return sealer === undefined ? createOpenFile(path) : createSealedFile(path, sealer);
}

/** An unencrypted file that is being written. */
interface OpenFile extends TargetFile {
  /** Gives access to the bytes that were written, until the file is closed. */
  stored(): StoredBytes;
}

function createOpenFile(path: string): OpenFile {
  const file = writing(path, () => openSync(path, 'wx+'));
  let digests = createDigests();
  let size = 0;
  let overwritten = false;
  let open = true;
  const put = (bytes: Uint8Array, position: number): void => {
    for (let done = 0; done < bytes.length; ) {
      const written = writing(path, () => writeSync(file, bytes, done, bytes.length - done, position + done));
      // A write that accepts 0 bytes would be repeated for ever.
      if (written === 0) throw refused(path, 'it accepted 0 bytes', undefined);
      done += written;
    }
  };
  const close = (): void => {
    // The descriptor is closed even if close() fails (close(2)).
    const wasOpen = open;
    open = false;
    if (wasOpen) closeSync(file);
  };
  /** Fills the target with written bytes from an offset on, as far as they exist. */
  const readAt = (target: Uint8Array, offset: number): Uint8Array => {
    const length = Math.min(target.length, size - offset);
    for (let done = 0; done < length; ) {
      const read = writing(path, () => readSync(file, target, done, length - done, offset + done));
      if (read === 0) throw refused(path, agree`it has ${offset + done} byte[s] instead of ${size}`, undefined);
      done += read;
    }
    return target.subarray(0, length);
  };
  function* contents(): Iterable<Uint8Array> {
    const buffer = new Uint8Array(Math.min(size, limits.readChunkBytes));
    for (let at = 0; at < size; at += buffer.length) yield readAt(buffer, at);
  }
  return {
    write(bytes) {
      put(bytes, size);
      size += bytes.length;
      digests.update(bytes);
    },
    overwrite(bytes) {
      if (bytes.length > size) throw tooShort(bytes, size);
      put(bytes, 0);
      overwritten = true;
    },
    contents,
    stored: () => ({ size, read: (offset, length) => readAt(Buffer.alloc(length), offset) }),
    finish() {
      if (overwritten) {
        digests = createDigests();
        for (const bytes of contents()) digests.update(bytes);
      }
      writing(path, close);
      return { path: basename(path), sizeBytes: size, ...digests.finish() };
    },
    discard() {
      writing(path, () => {
        try {
          close();
        } finally {
          rmSync(path, { force: true });
        }
      });
    },
  };
}

/** A sealed file that is being written. */
interface SealedDraft {
  readonly file: OpenFile;
  readonly keys: OwnKeys;
  readonly sink: AgeSink;
  /** Digests of the unencrypted bytes. */
  readonly plain: Digests;
}

/**
 * Creates an age file beside the path that the unencrypted file would have. Unencrypted bytes are in memory only. If the beginning is overwritten, the whole
 * file is sealed again with another secret, because two chunks that were encrypted under the same key and nonce reveal each other's content.
 */
function createSealedFile(path: string, sealer: Sealer): TargetFile {
  const name = basename(path);
  const begin = (): SealedDraft => {
    const keys = ownKeys(sealer.newSecret(name));
    const file = createOpenFile(path + sealedEnding);
    return orDiscard(file, () => ({ file, keys, sink: createAgeSink(keys.recipient, file.write), plain: createDigests() }));
  };
  let draft = begin();
  let size = 0;
  let isComplete = false;
  const complete = (): void => {
    if (!isComplete) draft.sink.finish();
    isComplete = true;
  };
  const write = (bytes: Uint8Array): void => {
    if (isComplete) throw new Error(`${name} was written to after it was read`);
    draft.sink.write(bytes);
    draft.plain.update(bytes);
    size += bytes.length;
  };
  function* contents(): Iterable<Uint8Array> {
    complete();
    const opened = openAgeNow(draft.file.stored(), draft.keys.identity);
    const buffer = new Uint8Array(Math.min(opened.size, limits.readChunkBytes));
    for (let at = 0; at < opened.size; ) {
      const read = opened.readInto(buffer, at);
      yield buffer.subarray(0, read);
      at += read;
    }
  }
  return {
    write,
    overwrite(beginning) {
      if (beginning.length > size) throw tooShort(beginning, size);
      complete();
      const before = draft;
      // The descriptor of the removed file stays open, and its bytes are read from there.
      writing(path, () => rmSync(path + sealedEnding));
      try {
        draft = begin();
        isComplete = false;
        size = 0;
        const old = openAgeNow(before.file.stored(), before.keys.identity);
        write(beginning);
        const buffer = new Uint8Array(Math.min(old.size, limits.readChunkBytes));
        while (size < old.size) write(buffer.subarray(0, old.readInto(buffer, size)));
      } finally {
        before.file.finish();
      }
    },
    contents,
    finish() {
      complete();
      const { sizeBytes, sha256, sha512 } = draft.file.finish();
      return { path: name, sizeBytes: size, ...draft.plain.finish(), sealed: { sizeBytes, sha256, sha512 } };
    },
    discard: () => draft.file.discard(),
  };
}

/** Returns the result of the work. If the work throws, discards the file first. */
export function orDiscard<const Result>(file: TargetFile, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    file.discard();
    throw error;
  }
}

function writing<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof LongplayError ? error : refused(path, systemText(error), error);
  }
}

function tooShort(beginning: Uint8Array, size: number): RangeError {
  return new RangeError(agree`${beginning.length} byte[s] over a file of ${size}`);
}

function refused(path: string, what: string, cause: unknown): LongplayError {
  const hint = 'free some space or check the disk and its permissions, then run again; finished recordings are kept';
  return new LongplayError('incomplete', 'M111', `${path} could not be written: ${what}`, hint, cause);
}
