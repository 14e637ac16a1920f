import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { formatHeader, type Stanza } from '../../../src/sealing/age/header.ts';
import { openAge, openedStream } from '../../../src/sealing/age/open.ts';
import type { RandomSource } from '../../../src/sealing/age/primitives.ts';
import { generateIdentity, recipientOf, x25519Identity, x25519Recipient } from '../../../src/sealing/age/x25519.ts';
import { contentOf, type Outcome, outcomeOf, randomFrom, sealed, streamOf, watched, wholeOf } from './age-rig.ts';

const identity = generateIdentity(randomFrom('identity'));
const key = x25519Identity(identity);
const recipient = x25519Recipient(recipientOf(identity));
const chunk = 65_536;
const storedChunk = chunk + 16;
const headerBytes = 168;
const payloadStart = headerBytes + 16;

/** Opens a file in both ways. */
async function outcomes(file: Uint8Array, keys = [key]): Promise<{ readonly random: Outcome; readonly streamed: Outcome }> {
  return {
    random: await outcomeOf(wholeOf(openAge(memoryReader(file, 'x.age'), keys))),
    streamed: await outcomeOf(openedStream(streamOf(file), keys)),
  };
}

/** Returns the file with one bit changed. */
function flipped(file: Uint8Array, at: number, bit = 0): Uint8Array {
  const changed = Uint8Array.from(file);
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  return changed;
}

describe('a changed bit', () => {
  const small = sealed(contentOf(40), recipient, randomFrom('small'));
  const content = contentOf(3 * chunk);
  const large = sealed(content, recipient, randomFrom('large'));

  test('in the header is refused before anything is returned, whichever bit it is', async () => {
    const seen = new Map<string, number>();
    for (let at = 0; at < headerBytes; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const { bytes, fault } = await outcomeOf(openedStream(streamOf(flipped(small, at, bit)), [key]));
        expect(bytes.length).toBe(0);
        seen.set(String(fault), (seen.get(String(fault)) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].sort()).toEqual(['header', 'mac', 'no-match']);
  });

  test('in the nonce, the only chunk or its tag is refused', async () => {
    for (let at = headerBytes; at < small.length; at++) {
      const { random, streamed } = await outcomes(flipped(small, at, at % 8));
      for (const { fault, bytes } of [random, streamed]) expect([fault, bytes.length]).toEqual(['payload', 0]);
    }
  });

  test.each([
    ['the first byte', 0],
    ['a byte within', 30_000],
    ['the last byte', chunk - 1],
    ['the first byte of the tag', chunk],
    ['the last byte of the tag', chunk + 15],
  ])('in %s of the middle one of three chunks makes that chunk unreadable, and no other', async (_, at) => {
    const file = flipped(large, payloadStart + storedChunk + at, at % 8);
    const reader = await openAge(memoryReader(file, 'x.age'), [key]);
    const refused = expect.objectContaining({ name: 'AgeError', fault: 'payload', message: 'chunk 2 is damaged or not in its place' });
    await expect(reader.read(chunk, 1)).rejects.toEqual(refused);
    await expect(reader.read(2 * chunk - 1, 2)).rejects.toEqual(refused);
    expect(Buffer.compare(await reader.read(0, chunk), content.subarray(0, chunk))).toBe(0);
    expect(Buffer.compare(await reader.read(2 * chunk, chunk), content.subarray(2 * chunk))).toBe(0);
    const range = await outcomeOf(reader.stream(chunk - 5, 3 * chunk));
    expect([range.fault, Buffer.compare(range.bytes, content.subarray(chunk - 5, chunk))]).toEqual(['payload', 0]);
    const streamed = await outcomeOf(openedStream(streamOf(file), [key]));
    expect([streamed.fault, Buffer.compare(streamed.bytes, content.subarray(0, chunk))]).toEqual(['payload', 0]);
  });
});

describe('chunks', () => {
  const content = contentOf(4 * chunk);
  const file = sealed(content, recipient, randomFrom('four'));
  const head = file.subarray(0, payloadStart);
  const chunkOf = (index: number, of = file): Uint8Array => of.subarray(payloadStart + index * storedChunk, payloadStart + (index + 1) * storedChunk);
  const of = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat([head, ...parts]);

  test('in another order, repeated, missing or from another file are refused', async () => {
    const foreign = sealed(content, recipient, randomFrom('foreign'));
    const changed = [
      of(chunkOf(1), chunkOf(0), chunkOf(2), chunkOf(3)),
      of(chunkOf(0), chunkOf(1), chunkOf(1), chunkOf(3)),
      of(chunkOf(0), chunkOf(2), chunkOf(3)),
      of(chunkOf(0), chunkOf(1, foreign), chunkOf(2), chunkOf(3)),
      of(chunkOf(3), chunkOf(1), chunkOf(2), chunkOf(3)),
    ];
    for (const one of changed) {
      const { random, streamed } = await outcomes(one);
      expect([random.fault, random.bytes.length, streamed.fault]).toEqual(['payload', 0, 'payload']);
      expect(Buffer.compare(streamed.bytes, content.subarray(0, streamed.bytes.length))).toBe(0);
    }
  });

  test('that are missing at the end, at any place, are refused at once by random access', async () => {
    const ends = [
      0,
      1,
      15,
      16,
      17,
      storedChunk - 1,
      storedChunk,
      storedChunk + 1,
      storedChunk + 16,
      storedChunk + 17,
      4 * storedChunk - 17,
      4 * storedChunk - 1,
    ];
    for (const end of ends) {
      const cut = file.subarray(0, payloadStart + end);
      await expect(openAge(memoryReader(cut, 'x.age'), [key])).rejects.toMatchObject({ name: 'AgeError', fault: 'payload' });
      expect((await outcomeOf(openedStream(streamOf(cut), [key]))).fault).toBe('payload');
    }
    for (let end = 0; end < payloadStart; end++) {
      const { random, streamed } = await outcomes(file.subarray(0, end));
      expect([random.fault, streamed.fault]).toEqual(['header', 'header']);
    }
    await expect(openAge(memoryReader(of(chunkOf(0), chunkOf(1)), 'x.age'), [key])).rejects.toThrow('it is truncated: chunk 2 is not its last');
  });

  test('that were added at the end are refused', async () => {
    for (const more of [new Uint8Array(1), new Uint8Array(16), new Uint8Array(17), chunkOf(3), chunkOf(0)]) {
      const { random, streamed } = await outcomes(Buffer.concat([file, more]));
      expect([random.fault, random.bytes.length, streamed.fault]).toEqual(['payload', 0, 'payload']);
    }
  });

  test('that are missing on the disk are refused', async () => {
    const reader = memoryReader(file, 'x.age');
    let isShort = false;
    const shrinking = { ...reader, read: async (at: number, length: number) => await reader.read(at, isShort ? length - 1 : length) };
    const opened = await openAge(shrinking, [key]);
    isShort = true;
    await expect(opened.read(0, 10)).rejects.toMatchObject({ fault: 'payload', message: expect.stringContaining('it became shorter') });
  });
});

describe('a header', () => {
  const fileKey = randomFrom('key')(16);
  const own = recipient.wrap(fileKey, randomFrom('share'));
  const grease: Stanza = { type: 'x-grease', args: ['a', '!~'], body: randomFrom('grease')(100) };
  const fileWith = (stanzas: readonly Stanza[]): Uint8Array => {
    // Rebuilds only the header of a file with this file key, which is drawn first.
    let isFirst = true;
    const random: RandomSource = (size) => {
      const drawn = isFirst ? fileKey : randomFrom('nonce')(size);
      isFirst = false;
      return drawn;
    };
    const file = sealed(contentOf(100), { wrap: () => own }, random);
    return Buffer.concat([formatHeader(stanzas, fileKey), file.subarray(headerBytes)]);
  };

  test('with stanzas of other types and for other keys opens, up to the limit', async () => {
    const other = x25519Recipient(recipientOf(generateIdentity(randomFrom('other')))).wrap(fileKey, randomFrom('s'));
    const many = [...new Array<Stanza>(998).fill(grease), other, own];
    for (const stanzas of [[own], [grease, own], [own, grease], [other, own], many]) {
      const { random, streamed } = await outcomes(fileWith(stanzas));
      for (const { bytes, fault } of [random, streamed]) expect([fault, Buffer.compare(bytes, contentOf(100))]).toEqual([null, 0]);
    }
    expect((await outcomes(fileWith([...many, grease]))).random).toMatchObject({
      fault: 'header',
      message: 'its header has more than 1000 recipient stanzas',
    });
  });

  test('beyond the limit is refused without reading much more', async () => {
    const long: Stanza = { type: 'long', args: ['a'.repeat(300_000)], body: new Uint8Array(0) };
    const wide: Stanza = { type: 'wide', args: [], body: new Uint8Array(300_000) };
    for (const stanza of [long, wide]) {
      const { reader, asked } = watched(memoryReader(Buffer.concat([fileWith([stanza, own]), new Uint8Array(1_000_000)]), 'x.age'));
      await expect(openAge(reader, [key])).rejects.toMatchObject({ fault: 'header', message: 'its header is longer than 262144 bytes' });
      expect(asked.at(-1)).toEqual([0, 262_144]);
      expect((await outcomeOf(openedStream(streamOf(fileWith([stanza, own]), [1_000]), [key]))).fault).toBe('header');
    }
  });

  test('for another recipient is refused, and so is a file that is not an age file', async () => {
    const wrong = x25519Identity(generateIdentity(randomFrom('wrong')));
    for (const { fault, message } of Object.values(await outcomes(fileWith([own]), [wrong]))) {
      expect([fault, message]).toEqual(['no-match', 'it was encrypted for somebody else: none of the keys opens it']);
    }
    for (const text of ['RIFF', 'x'.repeat(10_000), '\n\n\n', 'age-encryption.org/v2\n-> a\n\n---', '']) {
      expect((await outcomes(Buffer.from(text, 'latin1'))).streamed.fault).toBe('header');
    }
  });
});
