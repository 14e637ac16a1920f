import { expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { never } from './answers.ts';
import { formatSamples } from './make-samples.ts';
import { randomBytes, seeded } from './wave/builder.ts';

/** Number of variants of each format; LONGPLAY_FUZZ=10000 is the long form. */
const variants = Number(process.env.LONGPLAY_FUZZ ?? 100);
const codecIds = new Set(codecs.map(({ id }) => id));
/** Numbers at which sizes, counts and offsets often fail. */
const hostile = [0, 1, 0x7f, 0x80, 0xff];

/** Counts the requested bytes, and fails beyond the limit for a file of this size. */
function metered(bytes: Uint8Array, name: string): { reader: ByteReader; spent: () => number } {
  const inner = memoryReader(bytes, name);
  let spent = 0;
  const pay = (count: number): void => {
    spent += count;
    if (spent > 64 * 1024 * 1024) throw new Error(`${name} of ${bytes.length} bytes: ${spent} bytes were read`);
  };
  return {
    reader: {
      ...inner,
      read: (offset, length) => {
        if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0)
          throw new Error(`${name}: read of ${length} at ${offset}`);
        if (length > limits.framesCheckedBytes) throw new Error(`${name}: ${length} bytes asked for at once`);
        pay(64 + Math.max(0, Math.min(length, bytes.length - offset)));
        return inner.read(offset, length);
      },
    },
    spent: () => spent,
  };
}

/** One of many damages: bits, hostile numbers, truncation, repeats, holes, random tails. */
function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  let out = bytes.slice();
  const place = (): number => Math.floor(next() ** (next() < 0.7 ? 3 : 1) * out.length); // headers more often than sound
  for (let changes = 1 + Math.floor(next() * 4); changes > 0 && out.length > 0; changes--) {
    const at = place();
    switch (Math.floor(next() * 8)) {
      case 0:
        out[at] = (out[at] ?? 0) ^ (1 << Math.floor(next() * 8));
        break;
      case 1:
        out[at] = hostile[Math.floor(next() * hostile.length)] ?? 0;
        break;
      case 2:
        out.fill(hostile[Math.floor(next() * hostile.length)] ?? 0, at, at + 1 + Math.floor(next() * 8));
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4:
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(Math.min(out.length, at + 1 + Math.floor(next() * 40)))]);
        break;
      case 5:
        out = Uint8Array.from([...out.subarray(0, at), ...randomBytes(1 + Math.floor(next() * 40), changes + at), ...out.subarray(at)]);
        break;
      case 6: {
        const from = place();
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(from, from + 200), ...out.subarray(at)]);
        break;
      }
      default:
        out.set(randomBytes(Math.min(out.length - at, 16), at), at);
    }
  }
  return out;
}

function checkAnswer(found: Identification, size: number): void {
  for (const { code } of found.findings) if (!findingTable.has(code)) throw new Error(code);
  if (found.state === 'header-only' && found.tracks.length > 0) throw new Error('a header without sound has a track');
  for (const track of found.tracks) {
    if (!codecIds.has(track.codec)) throw new Error(track.codec);
    if (track.codec !== 'unknown' && !(track.channels > 0 && track.channels <= limits.channels && track.sampleRateHz > 0))
      throw new Error('impossible track');
    if (track.frames !== null && !(Number.isSafeInteger(track.frames) && track.frames >= 0)) throw new Error(`frames ${track.frames}`);
    if (track.spans.length === 0) throw new Error('a track without spans');
    for (const [start, end] of track.spans) if (!(start >= 0 && end > start && end <= size)) throw new Error(`span ${start} to ${end} of ${size}`);
  }
}

const samples = formatSamples();
const boxes = ['aiff', 'au', 'voc', 'nist-sphere', 'flac', 'ogg-sound', 'caf', 'mpeg-audio'];

test.each(boxes)(
  '%s: damaged variants of its samples never throw, hang or read without bound, and decode without a throw',
  async (id) => {
    const own = samples.filter((sample) => sample.format === id);
    expect(own.length).toBeGreaterThan(0);
    const format = formats.find((candidate) => candidate.id === id);
    let claimed = 0;
    for (let variant = 0; variant < variants; variant++) {
      const next = seeded(variant * 7919 + id.length);
      const sample = own[Math.floor(next() * own.length)];
      if (sample === undefined || format === undefined) throw new Error(id);
      const bytes = mutate(sample.bytes, next);
      const { reader } = metered(bytes, sample.name);
      const found = await format.identify(reader, { name: sample.name }, never);
      if (found === null) continue;
      claimed++;
      try {
        checkAnswer(found, bytes.length);
        for (const track of found.tracks) {
          const coding = codecs.find((codec) => codec.id === track.codec)?.decode;
          if (coding?.by !== 'us') continue;
          const decoder = coding.decoder(track);
          let made = 0;
          for (const [start, end] of track.spans) made += decoder.decode(bytes.subarray(start, end)).length;
          made += decoder.finish().length;
          if (made % track.channels !== 0) throw new Error('half a frame');
        }
      } catch (error) {
        // FLAC's findings about altered samples that look valid, or about an altered digest.
        if (error instanceof RangeError && error.message.includes('the file states')) continue;
        throw new Error(`variant ${variant} of ${sample.name}`, { cause: error });
      }
    }
    expect(claimed).toBeGreaterThan(variants / 4);
  },
  60_000 + variants * 50,
);
