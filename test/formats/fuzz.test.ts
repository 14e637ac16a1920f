import { beforeAll, describe, expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { soundingBytes } from '../../src/media/bytes/sounding-bytes.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import type { MediaTools } from '../../src/media/tools/types.ts';
import { collectGarbage } from '../garbage.ts';
import { never } from './answers.ts';
import { formatSamples } from './make-samples.ts';

// Damaged variants of every format's samples, the same in every run. By hand: LONGPLAY_FUZZ=10000 npx vitest run test/formats/fuzz.test.ts
const variants = Number(process.env.LONGPLAY_FUZZ ?? 60);
/** A file is read a few times at most, however many formats examine it. */
const readsPerByte = 400;
const samples = formatSamples();
// No program is started here: their handling of damaged input is their own, and is bounded in src/media/ffmpeg/ffmpeg.ts.
const tools: Pick<MediaTools, 'codecs' | 'ffmpeg'> = { codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: null };

/** Mulberry32: the same pseudo-random numbers for a seed on every machine. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** One to three damages: truncation, flipped bits, extreme numbers, noise, doubled and lost stretches. */
function damaged(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = original.slice();
  for (let times = 1 + random(3); times > 0 && bytes.length > 0; times--) {
    // Headers are where readers fail, so half of all damage is done there.
    const at = random(random(2) === 0 ? Math.min(128, bytes.length) : bytes.length);
    const length = 1 + random(Math.min(64, bytes.length - at));
    switch (random(6)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 2: {
        const value = extremes[random(extremes.length)] ?? 0;
        const little = random(2) === 0;
        for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = value >>> (8 * (little ? i : 3 - i));
        break;
      }
      case 3:
        for (let i = at; i < at + length; i++) bytes[i] = random(256);
        break;
      case 4:
        bytes = Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)]);
        break;
      default:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    }
  }
  return bytes;
}

/** Counts the bytes read. */
function counted(bytes: Uint8Array, name: string): { readonly reader: ByteReader; readonly read: () => number } {
  const inner = memoryReader(bytes, name);
  let total = 0;
  const reader: ByteReader = {
    ...inner,
    async read(offset, length, signal) {
      const part = await inner.read(offset, length, signal);
      total += 16 + part.length;
      return part;
    },
    async *stream(start, end, signal) {
      for await (const part of inner.stream(start, end, signal)) {
        total += part.length;
        yield part;
      }
    },
  };
  return { reader, read: () => total };
}

function checkAnswer(found: Identification, size: number): void {
  for (const { code } of found.findings) expect(findingTable.has(code), code).toBe(true);
  expect(found.findings.length).toBeLessThan(100);
  for (const track of found.tracks) {
    const { offsets = [], sizes = [] } = track.packets ?? {};
    for (const [index, offset] of offsets.entries()) expect(offset + (sizes[index] ?? Number.NaN)).toBeLessThanOrEqual(size);
    for (const [start, end] of track.spans) expect(start >= 0 && start < end && end <= size, `span ${start} to ${end} of ${size}`).toBe(true);
  }
}

/** Decoded samples of all channels; a throw or an endless loop fails the test. */
async function decodeAll(found: Identification, bytes: Uint8Array, name: string): Promise<number> {
  const play = playable(found, tools, name);
  if ('reason' in play) return 0;
  const medium = soundingBytes(openMedium({ kind: 'bytes', bytes }, name), found);
  let samples = 0;
  const decoded = await decodeMedium(
    play,
    { bytes: medium, place: name },
    (piece) => {
      samples += piece.length;
    },
    never,
  );
  for (const { code } of decoded.findings) expect(findingTable.has(code), code).toBe(true);
  // M109: a decoder threw.
  expect(decoded.findings.filter(({ code }) => code === 'M109')).toEqual([]);
  return samples;
}

/** Samples of silence that places on a time line may request for any bytes: `limits.timeLineSeconds` bounds them. */
function silenceOf({ tracks }: Identification): number {
  const placed = tracks.filter(({ packets, silences }) => packets !== undefined || silences !== undefined);
  return placed.reduce((sum, { sampleRateHz, channels }) => sum + limits.timeLineSeconds * sampleRateHz * channels, 0);
}

describe.each(formats.map(({ id }) => id))('%s', (id) => {
  const own = samples.filter(({ format }) => format === id);
  let heapBefore = 0;
  beforeAll(() => {
    collectGarbage();
    heapBefore = process.memoryUsage().heapUsed;
  });

  test(`${variants} damaged variants: no throw, no hang, bounded reads, samples and memory`, { timeout: 3_600_000 }, async () => {
    expect(own.length).toBeGreaterThan(0);
    for (let variant = 0; variant < variants; variant++) {
      const sample = own[variant % own.length];
      if (sample === undefined) throw new Error('no sample');
      const random = generator(variant * 7919 + id.length);
      const bytes = damaged(sample.bytes, random);
      const { reader, read } = counted(bytes, sample.name);
      const where = `variant ${variant} of ${sample.name}`;
      const found = await identifyMedium(reader, { name: sample.name }, formats, never);
      expect(read(), where).toBeLessThan(4_000_000 + bytes.length * readsPerByte);
      if (found === null) continue;
      checkAnswer(found, found.packed?.size ?? bytes.length);
      const most = limits.decodedFloorSamples + bytes.length * limits.samplesPerCodedByte + silenceOf(found);
      expect(await decodeAll(found, bytes, sample.name), where).toBeLessThanOrEqual(most);
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(400_000_000);
  });
});
