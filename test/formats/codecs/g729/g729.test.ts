import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { G729Decoder } from '../../../../formats/codecs/g729/decoder.ts';
import { g729 } from '../../../../formats/codecs/g729/g729.ts';
import { g729Layout, g729Speech, g729Stream } from '../../frames/g729-stream.ts';
import { pack, randomBytes, seeded, voice } from '../../wave/builder.ts';
import { compileBcg729, type G729Frame } from '../bcg729.ts';
import { decode, expectSame, hasShared, int16Of, run, shared, track } from '../judges.ts';

const bcg729 = compileBcg729();
afterAll(() => bcg729.remove());

function ours(frames: readonly G729Frame[]): Int16Array {
  const decoder = new G729Decoder();
  const samples = new Int16Array(frames.length * 80);
  frames.forEach((frame, i) => {
    samples.set(decoder.decodeFrame(frame), i * 80);
  });
  return samples;
}

const ffmpeg = (bytes: Uint8Array): Int16Array =>
  int16Of(run('ffmpeg', ['-v', 'error', '-f', 'g729', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes));

function cut(bytes: Uint8Array, layout: readonly number[]): Uint8Array[] {
  let at = 0;
  return layout.map((size) => {
    at += size;
    return bytes.subarray(at - size, at);
  });
}
const inTens = (bytes: Uint8Array): Uint8Array[] => cut(bytes, new Array(Math.floor(bytes.length / 10)).fill(10));

/** Similarity of two signals: 1 if they are equal except for their level. */
function correlation(a: Int16Array, b: Int16Array): number {
  expect(a.length).toBe(b.length);
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

const level = (samples: Int16Array): number => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const noise = (samples: number, size: number, seed = 1): Int16Array => {
  const next = seeded(seed);
  return Int16Array.from({ length: samples }, () => Math.round((next() - 0.5) * size));
};

describe('speech', () => {
  test('of a synthetic voice decodes as in libbcg729, and nearly as in FFmpeg, which has the post-filter of the main body', () => {
    const frames = bcg729.encode(voice(32_000), false);
    const samples = ours(frames);
    expect(correlation(samples, bcg729.decode(frames))).toBeGreaterThan(0.999);
    expect(correlation(samples, ffmpeg(Buffer.concat(frames)))).toBeGreaterThan(0.99);
  });

  describe.skipIf(!hasShared)('of real prompts', () => {
    test.each([
      'innovaphone_innoconf/en_us_mmenu.g729',
      'innovaphone_innoconf/en_us_recstart.g729',
      'innovaphone_innoconf/en_us_beep.g729',
      'synthetic/derived-codecs/novad.g729',
    ])('%s: nearer to libbcg729 than FFmpeg is, and as near to FFmpeg as libbcg729 is', (name) => {
      const bytes = readFileSync(join(shared, name));
      const samples = ours(inTens(bytes));
      const [theirs, main] = [bcg729.decode(inTens(bytes)), ffmpeg(bytes)];
      expect(correlation(samples, theirs)).toBeGreaterThan(0.999);
      expect(correlation(samples, theirs)).toBeGreaterThan(correlation(main, theirs));
      expect(correlation(samples, main)).toBeGreaterThan(correlation(theirs, main) - 0.001);
    });

    test('sounds like the encoded prompt', () => {
      const original = decode('mulaw', track({}), readFileSync(join(shared, 'innovaphone_innoconf/en_us_mmenu.g711u'))).samples as Int16Array;
      const frames = inTens(readFileSync(join(shared, 'innovaphone_innoconf/en_us_mmenu.g729')));
      const samples = ours(frames);
      // The encoder looks 5 ms ahead and the filters delay; CELP preserves the sound of a wave, not each sample.
      const best = (decoded: Int16Array): number =>
        Math.max(...Array.from({ length: 120 }, (_, delay) => correlation(decoded.subarray(delay, 50_000 + delay), original.subarray(0, 50_000))));
      expect(best(samples)).toBeGreaterThan(0.75);
      expect(best(samples)).toBeCloseTo(best(bcg729.decode(frames)), 2);
    });
  });
});

describe('silence (annex B)', () => {
  const call = Int16Array.from([...voice(16_000), ...noise(24_000, 400), ...voice(16_000, 2, 190), ...noise(12_000, 60, 2)]);

  test('has comfort noise of the same length and level as in libbcg729', () => {
    const frames = bcg729.encode(call, true);
    expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([0, 2, 10]));
    const [samples, theirs] = [ours(frames), bcg729.decode(frames)];
    expect(samples.length).toBe(theirs.length);
    expect(correlation(samples.subarray(0, 16_000), theirs.subarray(0, 16_000))).toBeGreaterThan(0.999);
    for (let at = 0; at + 8_000 <= samples.length; at += 8_000) {
      const [mine, his] = [level(samples.subarray(at, at + 8_000)), level(theirs.subarray(at, at + 8_000))];
      expect(mine / Math.max(1, his)).toBeGreaterThan(0.8);
      expect(mine / Math.max(1, his)).toBeLessThan(1.25);
    }
  });

  test('continues the noise for a frame that was not sent, and the speech for a frame that was lost', () => {
    const frames = bcg729.encode(voice(8_000), false);
    const unsent = ours([...frames, new Uint8Array(0), new Uint8Array(0)]).subarray(8_000);
    const lost = ours([...frames, null, null]).subarray(8_000);
    expect(level(lost)).toBeGreaterThan(1_000);
    expect([...unsent]).not.toEqual([...lost]);
  });

  test('fades lost frames like libbcg729', () => {
    const frames: G729Frame[] = bcg729.encode(call, true);
    for (let i = 20; i < frames.length; i += 37) frames[i] = null;
    const [samples, theirs] = [ours(frames), bcg729.decode(frames)];
    expect(correlation(samples.subarray(0, 16_000), theirs.subarray(0, 16_000))).toBeGreaterThan(0.98);
    expect(level(ours([...frames.slice(0, 100), ...new Array(100).fill(null)]).subarray(-800))).toBeLessThan(20);
  });
});

describe('the arithmetic', () => {
  // Digests of the output of a second decoder, written for this purpose with the saturating operators of ITU-T G.191 one by one.
  const digest = (frames: readonly G729Frame[]): string =>
    createHash('sha256')
      .update(pack(ours(frames), 's16le'))
      .digest('hex');
  const stream = cut(g729Stream, g729Layout);
  const kinds = [10, 10, 10, 10, 2, 0, 0, 10, 10, null, 10, 2, null, 0];

  test('of speech and silence equals that of the reference’s operators', () => {
    expect(digest(stream)).toBe('991d00657f0b02b8db8acfe025f789088788ac747ddfd62b37aa70b9f6a65c6a');
  });

  /**
   * Digests of the reference's own output (ITU-T G.729 software package, release 2 of November 2006, annex A version 1.1, built by gcc 12) for the frames of speech above, some of
   * them erased. Its own test vectors (ALGTHM, ERASURE, FIXED, LSP, OVERFLOW, PARITY, PITCH, SPEECH, TAME; 9,084 frames, 61 of them erased) were decoded bit-identically when they
   * were compared in November 2026.
   */
  const erasures: readonly (readonly [what: string, erased: (frame: number) => boolean, sha256: string])[] = [
    ['none', () => false, '7c589e806f8a25b9fbf92e4c00e32e97d09b65d7fbcda3333251281af45e6d80'],
    ['one in seven', (frame) => frame % 7 === 3, '708823dbb4f6a9368468ba819ffbd60477d2cf3c2380d8237ac9be85b19ac343'],
    ['six in a row', (frame) => frame >= 20 && frame < 26, 'b63e0743ccb00823beb7144c9850caccdc40559bd84a69545c352eb283367c87'],
    ['the first two', (frame) => frame < 2, '50c366157a9a7c9b535059b90240588448787558f37ced4e89946b071223d422'],
    ['every second', (frame) => frame % 2 === 1, 'c767bf91c68c05115da766fbdb54a4d349cdafc79c2aa9a06ec14b5a1eeda723'],
  ];

  test.each(erasures)(
    'of erased frames (%s) equals that of the ITU reference, flagged or stored as zeros, in a stream and in packets',
    (_what, erased, sha256) => {
      const frames = inTens(g729Speech).map((frame, index) => (erased(index) ? null : frame));
      expect(digest(frames)).toBe(sha256);
      const zeros = frames.map((frame) => frame ?? new Uint8Array(10));
      const stored = decode('g729', track({ codec: 'g729' }), Buffer.concat(zeros)).samples as Int16Array;
      expect(createHash('sha256').update(pack(stored, 's16le')).digest('hex')).toBe(sha256);
      const decoder = g729.packets?.decoder?.(track({ codec: 'g729' }));
      const packets = zeros.flatMap((frame) => [...(decoder?.decode(frame) ?? [])]);
      expect(
        createHash('sha256')
          .update(pack(Int16Array.from(packets), 's16le'))
          .digest('hex'),
      ).toBe(sha256);
    },
  );

  test('of lost frames equals it too', () => {
    expect(digest(stream.map((frame, i) => (i % 7 === 3 ? null : frame)))).toBe('f895aa47c2cd7e59cd34e64a5bd8bfdfeab1316cffcb8941b757aa0ed4b8466b');
  });

  test('of sums that all overflow equals it too', () => {
    const frames = Array.from({ length: 700 }, (_, i) => {
      const size = kinds[i % kinds.length] ?? null;
      return size === null ? null : randomBytes(size, i + 1);
    });
    expect(digest(frames)).toBe('c78ddc3cd1e653bee4ba005b2391c6da0f8325e71dc1af8557baa4aca1a7b5da');
  });
});

describe('frames that no encoder writes', () => {
  test('of any kind at random never throw, and the same frames give the same samples', () => {
    const kinds = fc.constantFrom(10, 2, 0, null);
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 60 }), fc.nat(), (layout, seed) => {
        const frames = layout.map((size, i) => (size === null ? null : randomBytes(size, seed + i)));
        const samples = ours(frames);
        expectSame(samples, ours(frames));
      }),
      { numRuns: 60 },
    );
  });

  test('with the loudest sound stay in range: long runs of each byte are decoded without overflow', () => {
    for (const byte of [0x00, 0xff, 0x55, 0xaa, 0x7f]) {
      const samples = ours(Array.from({ length: 60 }, () => new Uint8Array(10).fill(byte)));
      expect(samples.every((sample) => Number.isInteger(sample))).toBe(true);
    }
  });

  test.each([1, 8, 9, 11, 15, 20])('of %i bytes are refused by name', (length) => {
    expect(() => new G729Decoder().decodeFrame(new Uint8Array(length))).toThrow(
      new RangeError(`a frame of ${length} bytes: G.729 at 8 kbit/s has 10, 2 or 0 (8 are annex D, 15 annex E)`),
    );
  });
});

describe('a stream without lengths', () => {
  test('gives the samples of its frames, for any split into pieces', () => {
    const wanted = ours(cut(g729Stream, g729Layout));
    const whole = decode('g729', track({}), g729Stream);
    expectSame(whole.samples, wanted);
    expect(whole.droppedBytes).toBe(0);
    for (const pieces of [[1], [7, 13], [1000]]) expectSame(decode('g729', track({}), g729Stream, pieces).samples, wanted);
  });

  test('longer than the window examined at once is the same in any pieces', () => {
    const long = Buffer.concat(Array.from({ length: 30 }, () => g729Stream));
    const whole = decode('g729', track({}), long);
    expectSame(decode('g729', track({}), long, [4096, 1, 333]).samples, whole.samples);
    expect(whole.samples.length).toBe(30 * g729Layout.length * 80);
  });

  test('counts a truncated last frame, and treats bytes that fit no frame as lost frames', () => {
    const cutOff = decode('g729', track({}), g729Speech.subarray(0, 635));
    expect([cutOff.samples.length, cutOff.droppedBytes]).toEqual([63 * 80, 5]);
    const hole = Buffer.concat([g729Speech.subarray(0, 300), Buffer.alloc(20, 0x55), g729Speech.subarray(300)]);
    expect(decode('g729', track({}), hole).samples.length).toBe(66 * 80);
  });
});
