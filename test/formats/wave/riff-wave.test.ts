import { readdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formats } from '../../../formats/index.ts';
import { knownCodec } from '../../../formats/list/known-codec.ts';
import { riffWave } from '../../../formats/wave/riff-wave.ts';
import type { ByteReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { answer, answers, codesOf, never, soundBytes } from '../answers.ts';
import { decode, expectSame, hasShared, int16Of, run, shared } from '../codecs/judges.ts';
import { chunk, fmt, join, pack, randomBytes, riff, text, u16, u32, voice } from './builder.ts';

const s16 = pack(voice(2000), 's16le');
const pcm = fmt({ tag: 1 });

/** A file of any size with some bytes at its start and zeros after them. */
function sparse(head: Uint8Array, size: number, most: { bytes: number }): ByteReader {
  return {
    name: 'big.wav',
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      most.bytes = Math.max(most.bytes, bytes.length);
      if (offset < head.length) bytes.set(head.subarray(offset, offset + bytes.length));
      return bytes;
    },
    async *stream() {
      yield new Uint8Array(0);
    },
  };
}

test('a seal before the format is reported, and the sound is complete', async () => {
  const found = await answer(riff([chunk('SIGN', randomBytes(20, 7)), pcm, chunk('data', s16)]), 'a.wav');
  expect(codesOf(found)).toEqual(['F124']);
  expect(soundBytes(found)).toBe(s16.length);
});

describe.skipIf(!hasShared)('the damaged files of docs/facts', () => {
  const folder = joinPath(shared, 'synthetic/malformed-wav');
  /** Samples recovered and the complete findings, for each file there. */
  const right: Readonly<Record<string, readonly [samples: number, findings: readonly string[]]>> = {
    'bext_cue.wav': [8000, []],
    'data0_riff0.wav': [8000, ['F101']],
    'data7FFF.wav': [8000, ['F101']],
    'dataFFFF.wav': [8000, ['F101']],
    'data_truncated.wav': [2978, ['F103']],
    'datasize_short.wav': [8000, ['F102']],
    'extensible_mulaw.wav': [8000, []],
    'extensible_pcm.wav': [8000, []],
    'fmt14.wav': [8000, []],
    'fmt_after_data.wav': [8000, ['F117']],
    'mulaw_avg0_align0.wav': [8000, ['F113']],
    'mulaw_bits16.wav': [8000, ['F113']],
    'mulaw_nofact.wav': [8000, []],
    'mulaw_wrongfact.wav': [8000, ['F114']],
    'odd_list_pad.wav': [8000, []],
    'odd_unknown_nopad.wav': [8000, ['F107']],
    'ok.wav': [8000, []],
    'rf64.wav': [8000, []],
    'rf64_no_ds64.wav': [8000, ['F112', 'F101']],
    'riffsize_short.wav': [8000, ['F106']],
    'rifx.wav': [8000, []],
    'trailing_chunk.wav': [8000, []],
  };

  test('are all in this table', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.wav'));
    expect(files.sort()).toEqual(Object.keys(right).sort());
  });

  test.each(Object.entries(right))('%s', async (name, [samples, findings]) => {
    const bytes = readFileSync(joinPath(folder, name));
    const found = await answer(bytes, name);
    const of = found.tracks[0];
    if (of === undefined) throw new Error('no track');
    const decoded = decode(of.codec, of, Buffer.concat(of.spans.map(([start, end]) => bytes.subarray(start, end)))).samples;
    expect({ samples: decoded.length, findings: codesOf(found) }).toEqual({ samples, findings });
    // All of them contain one tone: as 16 bits or as mu-law, it must be the tone of the undamaged file.
    const whole = int16Of(run('sox', ['-D', joinPath(folder, of.codec === 'mulaw' ? 'extensible_mulaw.wav' : 'ok.wav'), '-t', 's16', '-']));
    expectSame(decoded, whole.subarray(0, samples));
  });
});

describe.skipIf(!hasShared)('tags that FFmpeg mistakes for other codecs', () => {
  const folder = joinPath(shared, 'synthetic/tag-collisions');
  /** Meanings of these tags; all files hold random bytes, which are not frames of G.729. */
  const codecs = new Map([
    ['0x0041', 'g728'],
    ['0x0045', 'g726-32-msb'],
    ['0x0140', 'g726-32-msb'],
  ]);
  test.each(hasShared ? readdirSync(folder) : [])('%s is reported, and never decoded as FFmpeg would', async (name) => {
    const found = await answer(readFileSync(joinPath(folder, name)), name);
    const tag = `0x${name.slice(6, 10).toUpperCase()}`;
    const codec = codecs.get(tag);
    expect(found.tracks[0]?.codec).toBe(knownCodec(codec ?? null));
    expect(found.tracks[0]?.codecName).toContain(`WAVE tag ${tag}`);
    expect(found.tracks[0]?.codecName).not.toContain('not registered');
  });
});

describe.skipIf(!hasShared)('real files', () => {
  test('G.729 with silence frames is distinguished from G.729 without', async () => {
    const folder = joinPath(shared, 'synthetic/derived-codecs');
    const plain = await answer(readFileSync(joinPath(folder, 'w83_10.wav')), 'a.wav');
    expect(plain).toMatchObject({ tracks: [{ codec: 'g729', blockBytes: 10 }], findings: [] });
    const mixed = await answer(readFileSync(joinPath(folder, 'w83_vad.wav')), 'a.wav');
    expect(mixed).toMatchObject({ tracks: [{ codec: 'g729', blockBytes: null, frames: 651 * 80 }] });
    expect(codesOf(mixed)).toEqual(['F250']);
  });

  test('24-bit samples in the low part of 32 are those that the file’s own project lists', async () => {
    const bytes = readFileSync(joinPath(shared, 'ruuda_hound/waveformatextensible-24bit-4byte-48kHz-stereo.wav'));
    const found = await answer(bytes, 'a.wav');
    const of = found.tracks[0];
    if (of === undefined) throw new Error('no track');
    const { samples } = decode(of.codec, of, bytes.subarray(68));
    // Calculated by hand from the bytes A0 FF FF, 0C 5A 00, FF FF 7F, 20 6D 80.
    expect(Array.from(samples, (sample) => sample * 2 ** 23)).toEqual([-96, 23052, 8388607, -8360672]);
    expect(codesOf(found)).toEqual(['F120']);
  });

  test('headers of Asterisk, FreeSWITCH and VoIPmonitor give no finding', async () => {
    const recorders = joinPath(shared, '../recorders');
    const files = readdirSync(recorders, { recursive: true, encoding: 'utf8' }).filter((name) => /\.wav$/i.test(name));
    expect(files.length).toBeGreaterThan(5);
    for (const name of files) {
      const bytes = readFileSync(joinPath(recorders, name));
      expect(codesOf(await answer(bytes, name)), name).toEqual(bytes.length === 44 ? ['F110'] : []);
    }
  });

  test('a tar is not a WAVE, whatever it contains', async () => {
    const folder = joinPath(shared, '../traps/out/tar');
    for (const name of readdirSync(folder)) expect(await answers(readFileSync(joinPath(folder, name)), name), name).toEqual([]);
  });
});

describe('sizes', () => {
  test('an RF64 of 6 GiB is read to its end by its ds64, and little of it is read', async () => {
    const size = 6 * 2 ** 30;
    const dataSize = size - 80;
    const wide = (value: number): Uint8Array => u32(value % 2 ** 32, Math.floor(value / 2 ** 32));
    const ds64 = chunk('ds64', join(wide(size - 8), wide(dataSize), wide(dataSize / 2), u32(0)));
    const head = riff([ds64, pcm, chunk('data', new Uint8Array(0), { size: 0xffffffff })], { id: 'RF64', size: 0xffffffff });
    const most = { bytes: 0 };
    const found = await riffWave.identify(sparse(head, size, most), { name: 'big.wav' }, never);
    expect(found?.tracks[0]?.spans).toEqual([[80, size]]);
    expect(found?.findings).toEqual([]);
    expect(most.bytes).toBeLessThanOrEqual(limits.riffTailBytes);
  });

  test('sizes that overflowed at 4 GiB do not shorten the sound', async () => {
    const size = 44 + 2 ** 32 + 1000;
    const head = riff([pcm, chunk('data', new Uint8Array(0), { size: 1000 })], { size: 1036 });
    const found = await riffWave.identify(sparse(head, size, { bytes: 0 }), { name: 'big.wav' }, never);
    expect(found?.tracks[0]?.spans).toEqual([[44, size]]);
    expect(found?.findings.map(({ code }) => code)).toEqual(['F102']);
  });

  test('a plain RIFF of 3 GiB with the right size is not taken for one of unknown size', async () => {
    const size = 44 + 3 * 2 ** 30;
    const head = riff([pcm, chunk('data', new Uint8Array(0), { size: 3 * 2 ** 30 })], { size: size - 8 });
    const found = await riffWave.identify(sparse(head, size, { bytes: 0 }), { name: 'big.wav' }, never);
    expect(found?.findings).toEqual([]);
    expect(found?.tracks[0]?.spans).toEqual([[44, size]]);
  });

  test('parsing a file of only tiny chunks ends at the limit', async () => {
    const many = join(...Array.from({ length: limits.riffChunks + 5000 }, () => chunk('vrnt', new Uint8Array(0))));
    const found = await answer(riff([pcm, many]), 'a.wav');
    expect(found.state).toBe('header-only');
  });

  test('metadata after sound of unstated length is found for every kind of sequence of chunks', async () => {
    const rows = [
      [chunk('LIST', join(text('INFO'), chunk('ICMT', text('abc'))))],
      [chunk('id3 ', randomBytes(33, 1)), chunk('LIST', join(text('adtl'), chunk('labl', u32(1))))],
      [chunk('vrnt', randomBytes(5000, 2), { pad: false })],
      Array.from({ length: 50 }, (_, i) => chunk('cue ', randomBytes(i, i))),
    ];
    for (const row of rows) {
      const tail = join(...row);
      for (const size of [0, 0xffffffff]) {
        const found = await answer(join(riff([pcm, chunk('data', s16, { size })]), tail), 'a.wav');
        expect(soundBytes(found)).toBe(s16.length);
        expect(codesOf(found)).toEqual(['F101', 'F105']);
        expect(found.findings[1]?.message).toContain(`${tail.length} bytes`);
      }
    }
  });

  test('a second data chunk that is truncated is played as far as it goes', async () => {
    const whole = riff([pcm, chunk('data', s16), chunk('data', s16)]);
    const found = await answer(whole.subarray(0, whole.length - 1000), 'a.wav');
    expect(found.tracks[0]?.spans).toEqual([
      [44, 4044],
      [4052, 7052],
    ]);
    expect(codesOf(found)).toEqual(['F108', 'F103']);
    expect(found.state).toBe('truncated');
  });
});

describe('the fmt chunk', () => {
  const coded = async (fields: Parameters<typeof fmt>[0], body = s16) => (await answer(riff([fmt(fields), chunk('data', body)]), 'a.wav')).tracks[0];

  test.each([
    [8, 'pcm-u8'],
    [12, 'pcm-s16le'],
    [16, 'pcm-s16le'],
    [20, 'pcm-s24le'],
    [24, 'pcm-s24le'],
    [32, 'pcm-s32le'],
  ])('PCM of %i bits is %s', async (bits, codec) => {
    expect((await coded({ tag: 1, bits }))?.codec).toBe(codec);
  });

  test.each([
    [{ tag: 1, bits: 64 }, '64 bits'],
    [{ tag: 3, bits: 16 }, '16 bits'],
    [{ tag: 0x31, channels: 2, block: 130 }, '2 channels'],
    [{ tag: 0x11, bits: 3, block: 256 }, '3 bits'],
    [{ tag: 0x11, bits: 4, block: 2 }, 'blocks of 2 bytes'],
    [{ tag: 1, channels: 65 }, '65 channels'],
  ])('%o is reported with its reason and not decoded', async (fields, reason) => {
    const of = await coded(fields);
    expect(of?.codec).toBe('unknown');
    expect(of?.codecName).toContain(reason);
  });

  test('big-endian ADPCM is not decoded, because its block layout is unknown', async () => {
    const bytes = riff([fmt({ tag: 2, bits: 4, block: 256, bigEndian: true }), chunk('data', s16, { bigEndian: true })], {
      id: 'RIFX',
      bigEndian: true,
    });
    expect((await answer(bytes, 'a.wav')).tracks[0]?.codecName).toContain('big-endian blocks');
  });

  test('the fact chunk cuts the padding of the last block and nothing else', async () => {
    const gsm = (stated: number) =>
      answer(
        riff([fmt({ tag: 0x31, bits: 0, block: 65, extra: u16(320) }), chunk('fact', u32(stated)), chunk('data', randomBytes(650, 1))]),
        'a.wav',
      );
    expect((await gsm(3200)).tracks[0]?.frames).toBe(3200);
    expect((await gsm(2700)).tracks[0]?.frames).toBe(2700);
    for (const stated of [0, 100, 2560, 3201, 0xfffffffe]) expect((await gsm(stated)).tracks[0]?.frames, String(stated)).toBeNull();
    expect(codesOf(await gsm(100))).toEqual(['F114']);
  });
});

test('junk before the header is only skipped if the name says WAVE', async () => {
  const bytes = join(randomBytes(700, 3), riff([pcm, chunk('data', s16)]));
  expect((await answer(bytes, 'a.WAV')).confidence).toBe('structure');
  expect(await answers(bytes, 'a.dat', formats)).toEqual([]);
});
