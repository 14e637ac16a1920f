import { createHash } from 'node:crypto';
import type { ByteReader } from '../../../src/core/base/bytes.ts';
import { AgeError } from '../../../src/sealing/age/age-error.ts';
import type { AgeRecipient } from '../../../src/sealing/age/identity.ts';
import type { RandomSource } from '../../../src/sealing/age/primitives.ts';
import { createAgeSink } from '../../../src/sealing/age/seal.ts';

/** A source of pseudo-random bytes from a seed. */
export function randomFrom(seed: string): RandomSource {
  let drawn = 0;
  return (size) => createHash('shake256', { outputLength: size }).update(`${seed} ${drawn++}`).digest();
}

/** Pseudo-random bytes, no two chunks of which are alike. */
export function contentOf(sizeBytes: number, seed = 'content'): Uint8Array {
  return sizeBytes === 0 ? new Uint8Array(0) : randomFrom(seed)(sizeBytes);
}

/** Seals bytes that are written in pieces of these sizes, in rotation. */
export function sealed(
  plain: Uint8Array,
  recipient: AgeRecipient,
  random: RandomSource,
  pieceSizes: readonly number[] = [plain.length + 1],
): Uint8Array {
  const stored: Uint8Array[] = [];
  const sink = createAgeSink(recipient, (bytes) => stored.push(Uint8Array.from(bytes)), random);
  for (const piece of piecesOf(plain, pieceSizes)) sink.write(piece);
  const { plainSizeBytes, storedSizeBytes } = sink.finish();
  const file = Buffer.concat(stored);
  if (plainSizeBytes !== plain.length || storedSizeBytes !== file.length || storedSizeBytes !== sink.storedSizeBytes(plain.length))
    throw new Error(`${plain.length} bytes gave ${file.length}, announced were ${plainSizeBytes} and ${storedSizeBytes}`);
  return file;
}

export function* piecesOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array, void> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** The same as a stream, in which each piece is overwritten when the next is requested. */
export async function* streamOf(bytes: Uint8Array, sizes: readonly number[] = [bytes.length + 1]): AsyncGenerator<Uint8Array, void> {
  for (const piece of piecesOf(bytes, sizes)) {
    const own = Uint8Array.from(piece);
    yield own;
    own.fill(0xee);
  }
}

/** The output of a stream before it ended or was refused. */
export interface Outcome {
  readonly bytes: Uint8Array;
  /** Fault of the AgeError that ended it, or null. Other errors are thrown. */
  readonly fault: AgeError['fault'] | null;
  readonly message: string;
}

export async function outcomeOf(stream: AsyncIterable<Uint8Array>): Promise<Outcome> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of stream) pieces.push(Uint8Array.from(piece));
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    return { bytes: Buffer.concat(pieces), fault: error.fault, message: error.message };
  }
  return { bytes: Buffer.concat(pieces), fault: null, message: '' };
}

/** Opens a file and reads all of it. */
export async function* wholeOf(opened: Promise<ByteReader>): AsyncGenerator<Uint8Array, void> {
  const reader = await opened;
  yield await reader.read(0, reader.size);
}

/** A reader that records the requested ranges. */
export function watched(reader: ByteReader): { readonly reader: ByteReader; readonly asked: [offset: number, length: number][] } {
  const asked: [number, number][] = [];
  return {
    asked,
    reader: {
      ...reader,
      read: (offset, length, signal) => {
        asked.push([offset, length]);
        return reader.read(offset, length, signal);
      },
    },
  };
}
