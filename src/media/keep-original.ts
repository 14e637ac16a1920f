import { basename } from 'node:path';
import { agree } from '../core/base/agree.ts';
import { limits } from '../core/base/limits.ts';
import { extension } from '../core/base/safe-path.ts';
import type { StoredFile } from '../core/model/recording-document.ts';
import type { Sealer } from '../sealing/sealer.ts';
import type { MediumBytes } from './bytes/medium-bytes.ts';
import { createDigests, createTargetFile } from './bytes/target-file.ts';

/** Returns the extension for the original's name: its own if that is plain, else the format's, else `.bin`. Removes a trailing part number (`.pcap#2`). */
export function originalExtension(name: string, formatExtension: string | undefined): string {
  const own = extension(name).toLowerCase().replace(/#\d+$/, '');
  return /^\.[a-z0-9-]{1,8}$/.test(own) ? own : (formatExtension ?? '.bin');
}

/**
 * Copies a medium byte for byte and digests it in the same pass. Deletes a failed copy. Without a path, the medium is only digested, and `path` of the result
 * is `name`.
 * @throws LongplayError `M110` for the source, `M111` for the target; the signal's reason
 */
export async function keepOriginal(bytes: MediumBytes, path: string | null, name: string, signal: AbortSignal, sealer?: Sealer): Promise<StoredFile> {
  if (path === null) {
    const digests = createDigests();
    for await (const piece of pieces(bytes, signal)) digests.update(piece);
    return { path: name, sizeBytes: bytes.size, ...digests.finish() };
  }
  const file = createTargetFile(path, sealer);
  try {
    for await (const piece of pieces(bytes, signal)) file.write(piece);
    const stored = file.finish();
    if (stored.sizeBytes !== bytes.size) throw new Error(agree`${stored.sizeBytes} of ${bytes.size} byte[s] of ${basename(path)} [was|were] written`);
    return stored;
  } catch (error) {
    file.discard();
    throw error;
  }
}

async function* pieces(bytes: MediumBytes, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(Math.min(bytes.size, limits.originalPieceBytes));
  for (let at = 0; at < bytes.size; at += buffer.length) {
    signal.throwIfAborted();
    yield bytes.piece(at, Math.min(buffer.length, bytes.size - at), buffer);
    if (at + buffer.length < bytes.size) await new Promise((done) => setImmediate(done));
  }
  bytes.assertUnchanged();
}
