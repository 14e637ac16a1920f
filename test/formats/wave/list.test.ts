import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { answer, answers, codesOf } from '../answers.ts';
import { amrFrames } from '../compressed-builder.ts';
import { decodeFile } from '../decode-file.ts';
import { chunk, fmt, join, numbers, pack, randomBytes, riff, text, toMulaw, u16, u32, voice } from './builder.ts';

/** A part of a list: coded bytes, or samples of silence. */
type Part = Uint8Array | number;

interface Options {
  readonly bigEndian?: boolean;
  readonly size?: number;
  readonly fact?: number;
}

const body = (parts: readonly Part[], bigEndian = false): Uint8Array =>
  join(
    text('wavl'),
    ...parts.map((part) =>
      typeof part === 'number' ? chunk('slnt', numbers(4, [part], bigEndian), { bigEndian }) : chunk('data', part, { bigEndian }),
    ),
  );

const wavl = (format: Uint8Array, parts: readonly Part[], { bigEndian = false, size, fact }: Options = {}): Uint8Array =>
  riff(
    [
      format,
      ...(fact === undefined ? [] : [chunk('fact', u32(fact))]),
      chunk('LIST', body(parts, bigEndian), { bigEndian, ...(size !== undefined && { size }) }),
    ],
    { id: bigEndian ? 'RIFX' : 'RIFF', bigEndian },
  );

/** Blocks of IMA ADPCM with sane headers. */
const imaBlocks = (channels: number, blocks: number, blockBytes: number): Uint8Array =>
  join(
    ...Array.from({ length: blocks }, (_, i) => {
      const block = randomBytes(blockBytes, 40 + i);
      for (let channel = 0; channel < channels; channel++) block.set(join(u16(100 * i), Uint8Array.of(20, 0)), 4 * channel);
      return block;
    }),
  );

const sound = voice(6000);
const s16 = pack(sound, 's16le');
const gsmBlocks = join(...Array.from({ length: 12 }, (_, i) => randomBytes(65, 80 + i)));
/** Coded bytes, the size and the samples of their smallest unit, and the format that declares them. */
const codings: Readonly<Record<string, { format: Uint8Array; coded: Uint8Array; unit: number; frames: number; channels?: number; big?: true }>> = {
  'linear, 16 bits': { format: fmt({ tag: 1 }), coded: s16, unit: 2, frames: 1 },
  'linear, 16 bits, two channels': { format: fmt({ tag: 1, channels: 2 }), coded: s16, unit: 4, frames: 1, channels: 2 },
  'linear, 16 bits, high byte first': {
    format: fmt({ tag: 1, bigEndian: true }),
    coded: pack(sound, 's16be'),
    unit: 2,
    frames: 1,
    big: true,
  },
  'linear, 8 bits': { format: fmt({ tag: 1, bits: 8 }), coded: pack(sound, 'u8'), unit: 1, frames: 1 },
  'float, 32 bits': { format: fmt({ tag: 3, bits: 32 }), coded: pack(sound, 'f32le'), unit: 4, frames: 1 },
  'mu-law': { format: fmt({ tag: 7, bits: 8 }), coded: pack(sound, 'mulaw'), unit: 1, frames: 1 },
  'IMA ADPCM': { format: fmt({ tag: 0x11, bits: 4, block: 256, extra: u16(505) }), coded: imaBlocks(1, 6, 256), unit: 256, frames: 505 },
  'IMA ADPCM, two channels': {
    format: fmt({ tag: 0x11, bits: 4, channels: 2, block: 512, extra: u16(505) }),
    coded: imaBlocks(2, 6, 512),
    unit: 512,
    frames: 505,
    channels: 2,
  },
  GSM: { format: fmt({ tag: 0x31, bits: 0, block: 65, extra: u16(320) }), coded: gsmBlocks, unit: 65, frames: 320 },
};

describe.each(Object.entries(codings))('%s', (_, { format, coded, unit, frames, channels = 1, big = false }) => {
  /** The same bytes in one data chunk, with zeros inserted. */
  const expected = async (parts: readonly Part[]): Promise<Int16Array> => {
    const plain = riff([format, chunk('data', join(...parts.filter((part) => typeof part !== 'number')), { bigEndian: big })], {
      id: big ? 'RIFX' : 'RIFF',
      bigEndian: big,
    });
    const { samples } = await decodeFile(plain, 'a.wav');
    const out: number[] = [];
    let at = 0;
    for (const part of parts) {
      if (typeof part === 'number') out.push(...new Array<number>(part * channels).fill(0));
      else {
        const length = (part.length / unit) * frames * channels;
        out.push(...samples.subarray(at, at + length));
        at += length;
      }
    }
    return Int16Array.from(out);
  };
  const units = coded.length / unit;
  const cut = (from: number, to: number): Uint8Array => coded.subarray(unit * Math.floor(units * from), unit * Math.floor(units * to));

  test.each([
    ['before', [700, cut(0, 1)], 700],
    ['between', [cut(0, 0.5), 1234, cut(0.5, 1)], 1234],
    ['behind', [cut(0, 1), 9000], 9000],
    ['everywhere, some of it side by side or of no length', [1, 2, cut(0, 0.2), 0, cut(0.2, 0.5), 400, 0, 8000, cut(0.5, 1), 3], 8406],
  ] as const)('silence %s the sound is at its place', async (_where, parts, silent) => {
    const { identification, samples, findings, whole } = await decodeFile(wavl(format, parts, { bigEndian: big }), 'a.wav');
    expect({ codes: codesOf(identification), state: identification.state, findings, whole }).toEqual({
      codes: ['F300'],
      state: 'ok',
      findings: [],
      whole: true,
    });
    expect(identification.findings[0]?.message).toContain(`${silent} samples (${(silent / 8000).toFixed(2)} s)`);
    expect(samples).toEqual(await expected(parts));
  });

  test('a list without silence, or with silence of zero length, is sound in one run', async () => {
    for (const parts of [
      [cut(0, 0.5), cut(0.5, 1)],
      [cut(0, 0.5), 0, cut(0.5, 1)],
    ]) {
      const { identification, samples } = await decodeFile(wavl(format, parts, { bigEndian: big }), 'a.wav');
      expect(identification).toMatchObject({ state: 'ok', findings: [] });
      expect(identification.tracks[0]).not.toHaveProperty('silences');
      expect(samples).toEqual(await expected(parts));
    }
  });
});

const mulaw = pack(sound, 'mulaw');
const mulawFormat = fmt({ tag: 7, bits: 8 });

test('silence of 8-bit samples has the value that a recorder stores: 128, and 0xFF of mu-law', async () => {
  const quiet = 800;
  for (const [format, coded, zero] of [
    [fmt({ tag: 1, bits: 8 }), pack(sound, 'u8'), 128],
    [mulawFormat, mulaw, toMulaw(0)],
  ] as const) {
    const stored = riff([format, chunk('data', join(coded, new Uint8Array(quiet).fill(zero), coded))]);
    const { samples } = await decodeFile(wavl(format, [coded, quiet, coded]), 'a.wav');
    expect(samples).toEqual((await decodeFile(stored, 'a.wav')).samples);
  }
});

describe('impossible lengths', () => {
  test('are omitted and reported; the others are used', async () => {
    const { identification, samples } = await decodeFile(wavl(mulawFormat, [mulaw, 0xffffffff, mulaw, 160, mulaw]), 'a.wav');
    expect(codesOf(identification)).toEqual(['F300', 'F223']);
    expect(identification.tracks[0]?.silences).toEqual([[12_000, 12_160]]);
    expect(identification.findings[1]?.message).toBe('4294967455 samples of silence are stated, more than the limit; 160 are made');
    expect(samples.length).toBe(18_160);
  });

  test('are limited in total: a day at the stated rate, and less at impossible rates and channels', async () => {
    const hour = 3600 * 8000;
    const { tracks } = await answer(wavl(mulawFormat, [mulaw, ...new Array<number>(30).fill(hour)]), 'a.wav');
    expect(tracks[0]?.silences).toEqual([[6000, 6000 + 24 * hour]]);
    for (const [rate, channels] of [
      [0xffffffff, 1],
      [0xffffffff, 64],
      [48_000, 64],
    ] as const) {
      const many = fmt({ tag: 7, bits: 8, rate, channels, bytesPerSecond: 8000 });
      const found = await answer(wavl(many, [mulaw.subarray(0, 640), ...new Array<number>(100).fill(1_000_000_000 / channels)]), 'a.wav');
      const [, end] = found.tracks[0]?.silences?.at(-1) ?? [0, 0];
      expect(end).toBeGreaterThan(0);
      expect(end * channels).toBeLessThanOrEqual(limits.silenceSamples + 640);
      expect(codesOf(found)).toContain('F223');
    }
  });

  test('hours of silence around little sound are played', async () => {
    const { samples, whole, findings } = await decodeFile(wavl(mulawFormat, [mulaw.subarray(0, 100), 5_000_000, mulaw.subarray(100, 200)]), 'a.wav');
    expect({ whole, findings, length: samples.length }).toEqual({ whole: true, findings: [], length: 5_000_200 });
  });
});

describe('a truncated file', () => {
  const parts = [800, mulaw.subarray(0, 1001), 1234, mulaw.subarray(1001, 2001), 55];
  const bytes = wavl(mulawFormat, parts);

  test.each([
    ['in the header of a part', 12 + 24 + 12 + 12 + 8 + 1001 + 1 + 3, ['F103', 'F300'], 800 + 1001],
    ['in a stretch of silence', 12 + 24 + 12 + 12 + 8 + 1001 + 1 + 10, ['F103', 'F300'], 800 + 1001],
    ['in the sound', 12 + 24 + 12 + 12 + 8 + 500, ['F103', 'F300'], 800 + 500],
    ['before the sound', 12 + 24 + 12 + 12 + 4, ['F103', 'F110'], null],
  ] as const)('%s keeps what precedes', async (_, length, codes, samples) => {
    const found = await answer(bytes.subarray(0, length), 'a.wav');
    expect({ codes: codesOf(found), state: found.state }).toEqual({ codes, state: samples === null ? 'header-only' : 'truncated' });
    if (samples !== null) expect((await decodeFile(bytes.subarray(0, length), 'a.wav')).samples.length).toBe(samples);
  });

  test('never has more than the whole, and always the same before the cut', async () => {
    const { samples: all } = await decodeFile(bytes, 'a.wav');
    for (let length = 12 + 24 + 12 + 12 + 9; length < bytes.length; length += 83) {
      const { identification, samples } = await decodeFile(bytes.subarray(0, length), 'a.wav');
      expect(identification.state).toBe('truncated');
      expect(samples).toEqual(all.subarray(0, samples.length));
    }
  });
});

describe('a list with wrong sizes', () => {
  const parts = [mulaw, 800, mulaw];

  test.each([
    ['0, as a recorder that crashed leaves it', 0, ['F101', 'F300'], 'damaged'],
    ['a mark of "not known"', 0xffffffff, ['F101', 'F300'], 'ok'],
  ] as const)('%s: all parts are used', async (_, size, codes, state) => {
    const { identification, samples } = await decodeFile(wavl(mulawFormat, parts, { size }), 'a.wav');
    expect({ codes: codesOf(identification), state: identification.state }).toEqual({ codes, state });
    expect(samples.length).toBe(12_800);
  });

  test('a part that exceeds the end of the list is cut there, and reported', async () => {
    const list = chunk('LIST', join(text('wavl'), chunk('slnt', u32(10)), chunk('data', mulaw.subarray(0, 500), { size: 700 })));
    const { identification, samples } = await decodeFile(riff([mulawFormat, list, chunk('junk', new Uint8Array(400))]), 'a.wav');
    expect({ codes: codesOf(identification), state: identification.state }).toEqual({ codes: ['F102', 'F300'], state: 'damaged' });
    expect(samples.length).toBe(510);
  });

  test('missing pad bytes, and chunks of other kinds, lose nothing', async () => {
    const odd = (size: number): Uint8Array => chunk('data', mulaw.subarray(0, size), { pad: false });
    const list = chunk('LIST', join(text('wavl'), odd(501), chunk('slnt', u32(10)), chunk('JUNK', new Uint8Array(6)), odd(301), odd(200)));
    const { identification, samples } = await decodeFile(riff([mulawFormat, list]), 'a.wav');
    expect({ codes: codesOf(identification), state: identification.state }).toEqual({ codes: ['F107', 'F300'], state: 'ok' });
    expect(samples.length).toBe(501 + 10 + 301 + 200);
  });

  test('bytes that are not a chunk end the list, and are reported', async () => {
    const list = chunk('LIST', join(body([mulaw, 10]), new Uint8Array(40), chunk('data', mulaw)));
    const found = await answer(riff([mulawFormat, list]), 'a.wav');
    expect({ codes: codesOf(found), state: found.state }).toEqual({ codes: ['F111', 'F300'], state: 'damaged' });
    expect(found.findings[0]?.message).toBe('6048 bytes at the end of the wave list belong to no chunk; they are not read as audio');
  });
});

describe('the count of the fact chunk', () => {
  const coded = imaBlocks(1, 4, 256);
  const format = fmt({ tag: 0x11, bits: 4, block: 256, extra: u16(505) });
  const half = 2 * 256;

  test.each([
    ['with the silence', 2000 + 700, [], 2000 + 700],
    ['without it', 2000, [], 2000 + 700],
    ['that fits neither', 5000, ['F114'], 2020 + 700],
  ] as const)('%s', async (_, fact, codes, length) => {
    const { identification, samples, findings } = await decodeFile(
      wavl(format, [coded.subarray(0, half), 700, coded.subarray(half)], { fact }),
      'a.wav',
    );
    expect(codesOf(identification)).toEqual(['F300', ...codes]);
    expect(findings).toEqual([]);
    expect(samples.length).toBe(length);
  });

  test('cuts no silence at the end if it means padding of a block before it', async () => {
    const { samples, findings } = await decodeFile(wavl(format, [coded, 700], { fact: 2000 + 700 }), 'a.wav');
    expect(findings).toEqual([]);
    expect(samples.length).toBe(2020 + 700);
  });
});

test('a truncated block at the end of the sound is played before the silence after it', async () => {
  const format = fmt({ tag: 0x11, bits: 4, block: 256, extra: u16(505) });
  const coded = imaBlocks(1, 3, 256).subarray(0, 2 * 256 + 100);
  const { samples: plain } = await decodeFile(riff([format, chunk('data', coded)]), 'a.wav');
  const { identification, samples } = await decodeFile(wavl(format, [300, coded, 700]), 'a.wav');
  expect(codesOf(identification)).toEqual(['F118', 'F300']);
  expect(plain.length).toBeGreaterThan(2 * 505);
  expect(samples).toEqual(Int16Array.from([...new Array<number>(300).fill(0), ...plain, ...new Array<number>(700).fill(0)]));
});

test('a list of only silence is a file without sound', async () => {
  const found = await answer(wavl(mulawFormat, [800, 900]), 'a.wav');
  expect({ codes: codesOf(found), state: found.state, tracks: found.tracks }).toEqual({ codes: ['F110'], state: 'header-only', tracks: [] });
});

test('if only decoding counts the samples before a stretch, the silence is omitted and reported', async () => {
  const frames = amrFrames('nb', [7, 7, 7, 15, 15, 7, 7, 7]);
  const found = await answer(wavl(fmt({ tag: 0x57, bits: 0, block: 1 }), [frames, 1600, frames]), 'a.wav');
  expect(codesOf(found).filter((code) => code !== 'F200')).toEqual(['F300', 'F109']);
  expect(found.tracks[0]?.silences).toEqual([
    [480, 800],
    [1760, 2080],
  ]);
});

test('lists of two files, one after the other, are both played with their silence', async () => {
  const bytes = join(wavl(mulawFormat, [100, mulaw, 200]), wavl(mulawFormat, [300, mulaw, 400]));
  const { identification, samples } = await decodeFile(bytes, 'a.wav');
  expect(codesOf(identification)).toEqual(['F203', 'F300']);
  expect(identification.tracks[0]?.silences).toEqual([
    [0, 100],
    [6100, 6600],
    [12_600, 13_000],
  ]);
  expect(samples.length).toBe(13_000);
});

test('no list gives silences out of order, or more silences than stated', async () => {
  const part = fc.oneof(
    fc.nat(200_000).map((size) => chunk('slnt', u32(size * 20_000))),
    fc.integer({ min: 0, max: 300 }).map((size) => chunk('data', mulaw.subarray(0, size))),
    fc.uint8Array({ maxLength: 24 }),
    fc.tuple(fc.nat(40), fc.nat(2000)).map(([size, stated]) => chunk('data', mulaw.subarray(0, size), { size: stated })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), fc.option(fc.nat(0xffffffff)), async (parts, size) => {
      const list = chunk('LIST', join(text('wavl'), ...parts), size === null ? {} : { size });
      for (const { tracks } of await answers(riff([mulawFormat, list]), 'a.wav')) {
        let last = -1;
        for (const [start, end] of tracks.flatMap(({ silences = [] }) => silences)) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(limits.timeLineSeconds * 8000 + 12 * 300 + 2000);
      }
    }),
  );
});
