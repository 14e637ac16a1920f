import { expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { createConstancy, payloadUnit } from '../../../src/media/measure/one-value.ts';

const { signal } = new AbortController();

function track(...spans: readonly (readonly [number, number])[]): Track {
  return {
    codec: 'mulaw',
    codecName: 'mu-law',
    sampleRateHz: 8_000,
    channels: 1,
    bitsPerSample: 8,
    blockBytes: 1,
    frames: null,
    setup: null,
    spans,
  };
}
async function byteOf(bytes: Uint8Array, ...tracks: readonly Track[]): Promise<number | null> {
  const unit = await payloadUnit(memoryReader(bytes, 'a'), tracks, signal);
  expect(unit?.length ?? 1).toBe(1);
  return unit?.[0] ?? null;
}

test('a payload of one byte value is reported with the value, whatever is around it; one other byte anywhere disproves it', async () => {
  const size = 3 * limits.constantWindowBytes + 17;
  const bytes = new Uint8Array(size).fill(0x7f);
  bytes.set([1, 2, 3, 4]);
  expect(await byteOf(bytes, track([4, size]))).toBe(0x7f);
  for (const at of [4, 515, 516, 517, limits.constantWindowBytes, size - 1]) {
    const other = bytes.slice();
    other[at] = 0x80;
    expect([at, await byteOf(other, track([4, size]))]).toEqual([at, null]);
  }
});

test('all spans of all tracks count together, and without any there is no byte', async () => {
  const bytes = Uint8Array.of(5, 5, 9, 5, 6);
  expect(await byteOf(bytes, track([0, 2], [3, 4]))).toBe(5);
  expect(await byteOf(bytes, track([0, 2]), track([4, 5]))).toBeNull();
  expect(await byteOf(bytes, track())).toBeNull();
  expect(await byteOf(bytes)).toBeNull();
});

test('of a long payload windows are read, including its end, and most of it is not read', async () => {
  const size = 64 * 1024 * 1024;
  const asked: [number, number][] = [];
  const reader = (end: number) => ({
    ...memoryReader(new Uint8Array(0), 'a'),
    size,
    read: async (offset: number, length: number) => {
      asked.push([offset, offset + length]);
      return new Uint8Array(length).fill(offset + length === size ? end : 0);
    },
  });
  expect(await payloadUnit(reader(0), [track([0, size])], signal)).toEqual(Uint8Array.of(0));
  expect(asked.reduce((sum, [from, to]) => sum + to - from, 0)).toBeLessThan(8 * 1024 * 1024);
  expect(asked.every(([from, to]) => from >= 0 && to <= size)).toBe(true);
  expect(await payloadUnit(reader(1), [track([0, size])], signal)).toBeNull();
});

test('samples have one value if each channel does, in pieces of any size', () => {
  const of = (channels: number, ...pieces: readonly (readonly number[])[]): boolean => {
    const constancy = createConstancy(8_000, channels);
    for (const piece of pieces) constancy.push(Int16Array.from(piece));
    return constancy.finish();
  };
  expect(of(1, [7, 7], [7], [7, 7])).toBe(true);
  expect(of(2, [7, -3, 7, -3], [7, -3])).toBe(true);
  expect(of(1, [7, 7], [8])).toBe(false);
  expect(of(2, [7, -3], [-3, 7])).toBe(false);
});

test('in PCM one repeated sample frame counts as one value as well, and one different frame disproves it', async () => {
  const stereo: Track = { ...track([4, 4_004]), codec: 'pcm-s16le', channels: 2, bitsPerSample: 16, blockBytes: 4 };
  const bytes = new Uint8Array(4_004);
  for (let at = 4; at < bytes.length; at += 4) bytes.set([0x10, 0x02, 0xf0, 0xff], at);
  expect(await payloadUnit(memoryReader(bytes, 'a'), [stereo], signal)).toEqual(Uint8Array.of(0x10, 0x02, 0xf0, 0xff));
  // In another coding such bytes are not a constant.
  expect(await payloadUnit(memoryReader(bytes, 'a'), [{ ...stereo, codec: 'gsm' }], signal)).toBeNull();
  for (const at of [4, 600, 4_003]) {
    const other = bytes.slice();
    other[at] = 0x55;
    expect([at, await payloadUnit(memoryReader(other, 'a'), [stereo], signal)]).toEqual([at, null]);
  }
});
