import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cannotWrite, temporaryPrefix } from '../../archive/files/durable.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { type Sealer, sealedSink } from '../../sealing/sealer.ts';
import { type OpenedFile, openFile } from '../../sealing/stored/stored-bytes.ts';

/** An unfinished file: it has a partial name, and its digest is computed while it is written. */
export interface DigestedFile {
  write(bytes: Uint8Array): void;
  /** Syncs and renames the file. @returns SHA-256 of the bytes before sealing, in lower-case hexadecimal */
  finish(): string;
  /** Deletes the file unless it is finished. */
  discard(): void;
}

const partialEnding = '.partial';

/** Deletes the unfinished files in a folder that a killed run left. */
export function removePartials(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.endsWith(partialEnding) || name.startsWith(temporaryPrefix)) rmSync(join(folder, name), { force: true });
}

/** Deletes the unfinished file for `path` that a killed run left. */
export function removePartial(path: string): void {
  rmSync(path + partialEnding, { force: true });
}

/**
 * Begins a file at `path`; `finish` replaces an existing one.
 * @param sealer absent: the file is in clear; otherwise it is an age file, whose name gets the extension, and no plain byte is written
 * @throws LongplayError A107; its methods throw it as well
 */
export function createDigestedFile(plainPath: string, sealer?: Sealer): DigestedFile {
  const path = sealer === undefined ? plainPath : plainPath + sealedEnding;
  const partial = path + partialEnding;
  const writing = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  const descriptor = writing(() => openSync(partial, 'wx'));
  const hash = createHash('sha256');
  let open = true;
  const close = (): void => {
    // The descriptor is closed even if close(2) reports an error.
    const wasOpen = open;
    open = false;
    if (wasOpen) closeSync(descriptor);
  };
  const put = (bytes: Uint8Array): void =>
    writing(() => {
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written, bytes.length - written);
    });
  const sink = sealer === undefined ? { write: put, finish: () => undefined } : sealedSink(sealer, basename(plainPath), put);
  return {
    write: (bytes) => {
      hash.update(bytes);
      sink.write(bytes);
    },
    finish: () => {
      sink.finish();
      writing(() => {
        fsyncSync(descriptor);
        close();
        renameSync(partial, path);
      });
      return hash.digest('hex');
    },
    discard: () => {
      writing(() => {
        close();
        rmSync(partial, { force: true });
      });
    },
  };
}

/**
 * Copies a file and computes its digests in the same pass. The copy is kept only if every expected digest matches.
 * @param from path of the file, or a function that opens a stored file, which may be sealed
 * @param sealer absent: the copy is in clear; otherwise it is an age file, as for `createDigestedFile`
 * @returns null if the copy was kept; otherwise the actual digest, or the system's code if the file could not be read; `refused`: the code says
 * nothing about the file
 * @throws LongplayError A107 if the copy cannot be written
 */
export function copyChecked(
  from: string | (() => OpenedFile),
  to: string,
  expected: { readonly sha256: string; readonly sha512?: string },
  sealer?: Sealer,
): { readonly found: string; readonly refused: boolean } | null {
  let input: OpenedFile;
  try {
    input = typeof from === 'string' ? openFile(from, null) : from();
  } catch (error) {
    return unread(error);
  }
  const output = createDigestedFile(to, sealer);
  try {
    const hash = createHash('sha256');
    const longer = expected.sha512 === undefined ? null : createHash('sha512');
    const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
    for (let at = 0; ; ) {
      let read: number;
      try {
        read = input.readInto(buffer, at);
      } catch (error) {
        return unread(error);
      }
      if (read === 0) break;
      at += read;
      hash.update(buffer.subarray(0, read));
      longer?.update(buffer.subarray(0, read));
      output.write(buffer.subarray(0, read));
    }
    const found = hash.digest('hex');
    if (found !== expected.sha256) return { found, refused: false };
    const foundLonger = longer?.digest('hex');
    if (foundLonger !== expected.sha512) return { found: `SHA-512 ${foundLonger}`, refused: false };
    output.finish();
    return null;
  } finally {
    input.close();
    output.discard();
  }
}

function unread(error: unknown): { readonly found: string; readonly refused: boolean } {
  if (error instanceof LongplayError && error.code === 'K202') return { found: 'bytes that do not open', refused: false };
  const code = systemCode(error);
  if (code === null) throw error;
  return { found: code, refused: !isFileError(code) };
}
