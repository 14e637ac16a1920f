import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';

/** A new output file, digested while it is written. It is not synced here: the bag does that once for all of its files. */
export interface TargetFile {
  /** Writes all of the bytes, or throws LongplayError `M111`. */
  write(bytes: Uint8Array): void;
  /** Overwrites the beginning of the file; the digest so far is discarded. */
  overwrite(bytes: Uint8Array): void;
  /** Yields the bytes of the file in order; each chunk is valid until the next. Call before `finish`. */
  contents(): Iterable<Uint8Array>;
  /** Closes the file. */
  finish(): StoredFile;
  /** Closes and deletes it, in any state. */
  discard(): void;
}

/** Computes both digests in one pass. */
export function createDigests(): { update(bytes: Uint8Array): void; finish(): { sha256: string; sha512: string } } {
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

/** Creates an empty folder for output files, and deletes what an attempt in a crashed thread left. @throws LongplayError `M111` */
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
export function writeTargetFile(path: string, bytes: Uint8Array): StoredFile {
  const file = createTargetFile(path);
  return orDiscard(file, () => {
    file.write(bytes);
    return file.finish();
  });
}

/** Creates a file that must not exist yet. @throws LongplayError `M111` (incomplete) here and from its methods if the target refuses. */
export function createTargetFile(path: string): TargetFile {
  const file = writing(path, () => openSync(path, 'wx+'));
  let digests = createDigests();
  let size = 0;
  let overwritten = false;
  let open = true;
  const put = (bytes: Uint8Array, position: number): void => {
    for (let done = 0; done < bytes.length; ) {
      const written = writing(path, () => writeSync(file, bytes, done, bytes.length - done, position + done));
      // A write of 0 bytes would be repeated for ever.
      if (written === 0) throw refused(path, 'it accepted 0 bytes', undefined);
      done += written;
    }
  };
  const close = (): void => {
    // Even if it fails the descriptor is closed (close(2)).
    const wasOpen = open;
    open = false;
    if (wasOpen) closeSync(file);
  };
  function* contents(): Iterable<Uint8Array> {
    const buffer = new Uint8Array(limits.readChunkBytes);
    for (let at = 0; at < size; ) {
      const read = writing(path, () => readSync(file, buffer, 0, Math.min(buffer.length, size - at), at));
      if (read === 0) throw refused(path, agree`it has ${at} byte[s] instead of ${size}`, undefined);
      yield buffer.subarray(0, read);
      at += read;
    }
  }
  return {
    write(bytes) {
      put(bytes, size);
      size += bytes.length;
      digests.update(bytes);
    },
    overwrite(bytes) {
      if (bytes.length > size) throw new RangeError(agree`${bytes.length} byte[s] over a file of ${size}`);
      put(bytes, 0);
      overwritten = true;
    },
    contents,
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

/** Returns the work's result; if it throws, the file is discarded first. */
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

function refused(path: string, what: string, cause: unknown): LongplayError {
  const hint = 'make room or check the disk and its permissions, then run again; finished recordings are kept';
  return new LongplayError('incomplete', 'M111', `${path} could not be written: ${what}`, hint, cause);
}
