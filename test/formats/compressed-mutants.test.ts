import { describe, expect, test } from 'vitest';
import { formats } from '../../formats/index.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { never } from './answers.ts';
import { decodeFile } from './decode-file.ts';
import { compressedSamples } from './make-compressed-samples.ts';
import { seeded } from './wave/builder.ts';

/** Number of variants of each format's samples; LONGPLAY_FUZZ=10000 for the long form. */
const variants = Number(process.env.LONGPLAY_FUZZ ?? 100);

/** Values at which fields of sizes and counts often fail. */
const borders = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff];

/** A variant of a sample: bits flipped, runs overwritten, truncated, doubled or moved, or spliced with another. */
function mutate(bytes: Uint8Array, other: Uint8Array, next: () => number): Uint8Array {
  const pick = (count: number): number => Math.floor(next() * count);
  let out = bytes.slice();
  for (let changes = 1 + pick(4); changes > 0 && out.length > 0; changes--) {
    // Half of all changes are in the head, where the structure is.
    const at = pick(next() < 0.5 ? Math.min(200, out.length) : out.length);
    switch (pick(7)) {
      case 0:
        out[at] = (out[at] ?? 0) ^ (1 << pick(8));
        break;
      case 1:
        out[at] = borders[pick(borders.length)] ?? 0;
        break;
      case 2:
        out.fill(borders[pick(borders.length)] ?? 0, at, at + 1 + pick(8));
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4: {
        const length = pick(64);
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(Math.min(out.length, at + length))]);
        break;
      }
      case 5: {
        const part = out.subarray(at, at + pick(256));
        out = Uint8Array.from([...out.subarray(0, at), ...part, ...out.subarray(at)]);
        break;
      }
      default:
        out = Uint8Array.from([...out.subarray(0, at), ...other.subarray(pick(other.length))]);
    }
  }
  return out;
}

/** A reader that counts the bytes read. */
function counting(bytes: Uint8Array): ByteReader & { asked(): number } {
  const inner = memoryReader(bytes, 'variant');
  let asked = 0;
  return {
    ...inner,
    asked: () => asked,
    read: (offset, length) => {
      if (!(offset >= 0) || !(length >= 0) || !Number.isSafeInteger(offset + length)) throw new Error(`a read of ${length} bytes at ${offset}`);
      asked += Math.min(length, Math.max(0, bytes.length - offset));
      return inner.read(offset, length);
    },
  };
}

function check(found: Identification, size: number): void {
  let last = 0;
  for (const track of found.tracks) {
    expect(track.spans.length).toBeGreaterThan(0);
    let total = 0;
    for (const [start, end] of track.spans) {
      if (!(start >= 0 && end > start && end <= size)) throw new Error(`span ${start} to ${end} of ${size}`);
      total += end - start;
    }
    expect(total).toBeLessThanOrEqual(size);
    expect(track.frames === null || (Number.isSafeInteger(track.frames) && track.frames >= 0)).toBe(true);
    // Encrypted or unknown files have unknown rate and channels: 0.
    const least = track.codec === 'unknown' ? 0 : 1;
    expect(track.channels).toBeGreaterThanOrEqual(least);
    if (track.codec !== 'unknown') expect(track.channels).toBeLessThanOrEqual(limits.channels);
    expect(track.sampleRateHz).toBeGreaterThanOrEqual(least);
    expect((track.setup?.length ?? 0) <= 200_000 + 16 * size).toBe(true);
    last = 0;
    for (const [start, end] of track.silences ?? []) {
      if (!(start >= last && end > start)) throw new Error(`silence ${start} to ${end} behind ${last}`);
      last = end;
    }
  }
}

const samples = compressedSamples();
const ids = [...new Set(samples.map(({ format }) => format))];

describe.each(ids)('%s', (id) => {
  const format = formats.find((candidate) => candidate.id === id);
  const own = samples.filter((sample) => sample.format === id);

  test(`${variants} damaged variants: a consistent answer or none, no throw, no unbounded reading`, async () => {
    const next = seeded(id.length * 7919);
    let answered = 0;
    for (let i = 0; i < variants; i++) {
      const sample = own[i % own.length];
      const other = samples[Math.floor(next() * samples.length)];
      if (sample === undefined || other === undefined || format === undefined) throw new Error('no sample');
      const bytes = mutate(sample.bytes, other.bytes, next);
      const reader = counting(bytes);
      const found = await format.identify(reader, { name: sample.name }, never);
      expect(reader.asked()).toBeLessThan(1_000_000 + 200 * bytes.length);
      if (found === null) continue;
      answered++;
      check(found, bytes.length);
    }
    expect(answered).toBeGreaterThan(variants / 10);
  });

  test('some of them decoded: samples or a reason, never a throw, and no more samples than possible', async () => {
    const next = seeded(id.length * 104_729);
    for (let i = 0; i < variants / 60; i++) {
      const sample = own[i % own.length];
      const other = samples[Math.floor(next() * samples.length)];
      if (sample === undefined || other === undefined) throw new Error('no sample');
      const bytes = mutate(sample.bytes, other.bytes, next);
      const decoded = await decodeFile(bytes, sample.name).catch((error: unknown) => String(error));
      if (typeof decoded === 'string') expect(decoded).toMatch(/nobody knows it|no decoder|no samples|formats disagree/);
      else expect(decoded.samples.length).toBeLessThanOrEqual(limits.decodedFloorSamples + 64 * bytes.length * limits.samplesPerCodedByte);
    }
  });
});
