import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import { openAge, openedStream } from '../../../src/sealing/age/open.ts';
import { ageSizeBytes, payloadLayout } from '../../../src/sealing/age/payload.ts';
import { createAgeSink, sealedStream } from '../../../src/sealing/age/seal.ts';
import { generateIdentity, ownRecipient, recipientOf, x25519Identity, x25519Recipient } from '../../../src/sealing/age/x25519.ts';
import { contentOf, outcomeOf, randomFrom, sealed, streamOf, watched } from './age-rig.ts';

const identity = generateIdentity(randomFrom('identity'));
const key = x25519Identity(identity);
const recipient = x25519Recipient(recipientOf(identity));
const chunk = 65_536;
const storedChunk = chunk + 16;

/** Sizes around every boundary of a file. */
const sizes = [0, 1, 15, 16, 17, chunk - 1, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 2 * chunk + 1, 5 * chunk + 12_345];
const files = new Map(sizes.map((size) => [size, sealed(contentOf(size), recipient, randomFrom(`file ${size}`))]));
const fileOf = (size: number): Uint8Array => files.get(size) ?? new Uint8Array(0);

/** Ranges that begin and end anywhere, most often near the boundaries of chunks. */
const edge = fc.oneof(
  fc.tuple(fc.nat(6), fc.integer({ min: -3, max: 3 })).map(([index, off]) => Math.max(0, index * chunk + off)),
  fc.nat(6 * chunk),
);

describe('an age file', () => {
  test.each(sizes)('of %i bytes has the announced size, and opens as a stream in pieces of any size', async (size) => {
    expect(fileOf(size).length).toBe(ageSizeBytes(size, 168));
    for (const pieces of [[fileOf(size).length], [1, 70_001], [storedChunk, 1]]) {
      const { bytes, fault } = await outcomeOf(openedStream(streamOf(fileOf(size), pieces), [key]));
      expect(fault).toBeNull();
      expect(Buffer.compare(bytes, contentOf(size))).toBe(0);
    }
  });

  test('is the same for any pieces it was written in, through the sink and as a stream', async () => {
    const pieces = fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 40 }).map((by) => by * 4_096),
        fc.integer({ min: 1_000, max: 200_000 }),
      ),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sizes), pieces, async (size, pieceSizes) => {
        expect(Buffer.compare(sealed(contentOf(size), recipient, randomFrom(`file ${size}`), pieceSizes), fileOf(size))).toBe(0);
        const streamed = await outcomeOf(sealedStream(streamOf(contentOf(size), pieceSizes), recipient, randomFrom(`file ${size}`)));
        expect(Buffer.compare(streamed.bytes, fileOf(size))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same for the recipient as text and for that of the identity itself', () => {
    expect(Buffer.compare(sealed(contentOf(17), ownRecipient(identity), randomFrom('file 17')), fileOf(17))).toBe(0);
  });

  test('differs from every other one unless a test provides the random bytes, also in its header', () => {
    const once = (): Buffer => {
      const stored: Uint8Array[] = [];
      createAgeSink(recipient, (bytes) => stored.push(Uint8Array.from(bytes))).finish();
      return Buffer.concat(stored);
    };
    const [first, second] = [once(), once()];
    const headerEnd = 168;
    expect(first.subarray(32, headerEnd).equals(second.subarray(32, headerEnd))).toBe(false);
    expect(first.subarray(headerEnd).equals(second.subarray(headerEnd))).toBe(false);
  });

  test('accepts nothing after its end', () => {
    const sink = createAgeSink(recipient, () => undefined, randomFrom('end'));
    sink.finish();
    expect(() => sink.write(contentOf(1))).toThrow('after its end');
    expect(() => sink.finish()).toThrow('finished twice');
  });

  test('has a layout for exactly the possible sizes of a payload', () => {
    for (let size = 0; size < 3 * chunk; size += size % chunk > 40 && size % chunk < chunk - 40 ? 997 : 1) {
      const stored = ageSizeBytes(size, 0) - 16;
      expect(payloadLayout(stored)).toEqual({ plainSizeBytes: size, chunks: Math.max(1, Math.ceil(size / chunk)) });
    }
    for (let extra = 1; extra <= 16; extra++) expect(payloadLayout(storedChunk + extra)).toBeNull();
    for (let size = 0; size < 16; size++) expect(payloadLayout(size)).toBeNull();
  });
});

describe('a range of an age file', () => {
  const readers = new Map<number, Promise<ByteReader>>();
  const readerOf = (size: number): Promise<ByteReader> => {
    const reader = readers.get(size) ?? openAge(memoryReader(fileOf(size), 'original-1.wav.age'), [key]);
    readers.set(size, reader);
    return reader;
  };

  test('equals the same range of the sealed bytes, read or streamed, in any order of ranges', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sizes), edge, edge, async (size, a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const reader = await readerOf(size);
        const expected = contentOf(size).subarray(Math.min(start, size), Math.min(end, size));
        expect(Buffer.compare(await reader.read(start, end - start), expected)).toBe(0);
        expect(Buffer.compare((await outcomeOf(reader.stream(start, end))).bytes, expected)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('belongs to its reader', async () => {
    const reader = await readerOf(17);
    (await reader.read(0, 17)).fill(0);
    expect(Buffer.compare(await reader.read(0, 17), contentOf(17))).toBe(0);
    expect(reader).toMatchObject({ name: 'original-1.wav', size: 17 });
  });

  test('costs the chunks that it overlaps, and a cached chunk costs nothing', async () => {
    const size = 5 * chunk + 12_345;
    const { reader: stored, asked } = watched(memoryReader(fileOf(size), 'x.age'));
    const reader = await openAge(stored, [key]);
    const lastChunk = 12_345 + 16;
    expect(asked).toEqual([
      [0, 4_096],
      [184 + 5 * storedChunk, lastChunk],
    ]);
    asked.length = 0;
    await reader.read(chunk + 10, 100);
    await reader.read(chunk + 500, 1_000);
    expect(asked).toEqual([[184 + storedChunk, storedChunk]]);
    asked.length = 0;
    // Chunk 1 is cached. Chunk 5 was cached until four others were used after it.
    await reader.read(0, size);
    expect(asked).toEqual([
      [184, storedChunk],
      [184 + 2 * storedChunk, 3 * storedChunk],
      [184 + 5 * storedChunk, lastChunk],
    ]);
    asked.length = 0;
    await reader.read(2 * chunk, 4 * chunk);
    expect(asked).toEqual([]);
    await reader.read(chunk, 1);
    expect(asked).toEqual([[184 + storedChunk, storedChunk]]);
  });

  test('stops at the signal of its caller', async () => {
    const stopped = memoryReader(fileOf(chunk), 'x.age');
    const stored: ByteReader = {
      ...stopped,
      read: async (offset, length, signal) => {
        signal?.throwIfAborted();
        return await stopped.read(offset, length);
      },
    };
    await expect(openAge(stored, [key], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
