import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findOpusLibrary } from '../../src/media/libopus/libopus.ts';
import { opusPacketMaxSamples, opusPacketSamples } from '../../src/ogg/opus-packet.ts';

const library = findOpusLibrary();
if (library === null) throw new Error('libopus is not installed: run bin/setup');

/** Number of samples per channel that libopus decodes from a packet, at 48 kHz; null if it refuses the packet. */
function judge(packet: Uint8Array): number | null {
  return library?.decoder(48_000, 1).decode(packet, new Int16Array(opusPacketMaxSamples)) ?? null;
}

/** First bytes that reach every rule, lengths around the limit of 1,275 bytes per frame. */
const packets = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 4_000 })).map(([start, length]) => {
    const packet = new Uint8Array(start.length + length);
    packet.set(start);
    return packet;
  }),
  fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 1_270, max: 1_280 }), fc.integer({ min: 1, max: 2 })).map(([toc, size, times]) => {
    const packet = new Uint8Array(1 + size * times);
    packet[0] = (toc << 2) | (times - 1);
    return packet;
  }),
);

describe('the duration of a packet', () => {
  test('is that of libopus, and null exactly if libopus refuses the packet', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const expected = judge(packet);
        expect(opusPacketSamples(packet)).toBe(expected);
        // The same packet between others.
        const between = Buffer.concat([Uint8Array.of(255, 1), packet, Uint8Array.of(255, 255, 255)]);
        expect(opusPacketSamples(between, 2, 2 + packet.length)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  test('follows the table of RFC 6716 for each of the 32 configurations', () => {
    const found = Array.from({ length: 32 }, (_, configuration) => opusPacketSamples(Uint8Array.of(configuration << 3, 0)));
    const silk = [480, 960, 1_920, 2_880];
    const celt = [120, 240, 480, 960];
    expect(found).toEqual([...silk, ...silk, ...silk, 480, 960, 480, 960, ...celt, ...celt, ...celt, ...celt]);
  });

  test('of many frames ends at 120 ms', () => {
    expect(opusPacketSamples(Uint8Array.of((16 << 3) | 3, 48))).toBe(5_760);
    expect(opusPacketSamples(Uint8Array.of((16 << 3) | 3, 49))).toBeNull();
    expect(opusPacketSamples(Uint8Array.of((16 << 3) | 3, 0))).toBeNull();
  });

  test('of zero bytes is null', () => {
    expect(opusPacketSamples(new Uint8Array(0))).toBeNull();
  });
});
