import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { alawValues, mulawValues } from '../../../formats/codecs/waveform/g711.ts';
import type { Samples } from '../../../src/core/model/format.ts';
import { everything } from '../../faults/trials.ts';
import { answer } from '../answers.ts';
import { formatSamples } from '../make-samples.ts';
import { pack, randomBytes, toAlaw, toMulaw, voice } from '../wave/builder.ts';
import { decode, expectSame, float32Of, hasShared, int16Of, run, shared, track } from './judges.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-codecs-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Codecs that cannot decode arbitrary bytes: FLAC, the blocks of a Creative Voice File and dictation have headers, and tests of their own. */
const framed = new Set(['ds2-sp', 'ds2-qp', 'ds2-qp7', 'dss-sp-grundig', 'creative-voc', 'flac']);
const own = codecs.filter((codec) => codec.decode.by === 'us' && !framed.has(codec.id)).map(({ id }) => id);
const tracks = new Map([
  ['ima-adpcm', track({ blockBytes: 64 })],
  ['ms-adpcm', track({ blockBytes: 64 })],
]);

/** The samples that longplay gives for the sound of a WAVE file, from identification to decoding. */
async function ours(bytes: Uint8Array): Promise<Samples> {
  const of = (await answer(bytes, 'a.wav')).tracks[0];
  if (of === undefined) throw new Error('no track');
  const payload = Buffer.concat(of.spans.map(([start, end]) => bytes.subarray(start, end)));
  return decode(of.codec, of, payload).samples;
}

/** Codecs of one channel: readers pass them no others. */
const mono = new Set(own.filter((id) => /^(g722|g726|g728|nms)/.test(id)));

describe.each(own)('%s', (id) => {
  test.each(mono.has(id) ? [1] : [1, 2, 3])('gives the same samples for any split into pieces, with %i channels', (channels) => {
    const blockBytes = (tracks.get(id)?.blockBytes ?? 0) * channels || null;
    const of = track({ channels, blockBytes });
    const bytes = randomBytes(2011, channels);
    const whole = decode(id, of, bytes);
    expect(whole.samples.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (pieces) => {
        const { samples, droppedBytes } = decode(id, of, bytes, pieces);
        expectSame(samples, whole.samples);
        expect(droppedBytes).toBe(whole.droppedBytes);
      }),
      { numRuns: everything ? 20 : 8 },
    );
    expectSame(decode(id, of, bytes, [1]).samples, whole.samples);
  });

  test('gives only whole frames of all channels, and counts the unused bytes', () => {
    const channels = mono.has(id) ? 1 : 2;
    const of = track({ channels, blockBytes: (tracks.get(id)?.blockBytes ?? 0) * channels || null });
    for (let length = 0; length < 150; length += everything || length < 40 ? 1 : 7) {
      const { samples, droppedBytes } = decode(id, of, randomBytes(length, length));
      expect(samples.length % channels).toBe(0);
      expect(droppedBytes).toBeGreaterThanOrEqual(0);
      expect(droppedBytes).toBeLessThan(2 * 34 + 1); // the longest block here is one of QuickTime's IMA in two channels
    }
  });

  test('reuses its buffer: further pieces of the same size allocate no larger result', () => {
    const coding = codecs.find((codec) => codec.id === id)?.decode;
    if (coding?.by !== 'us') throw new Error('not ours');
    const decoder = coding.decoder(tracks.get(id) ?? track({}));
    const piece = randomBytes(1024, 4);
    for (let i = 0; i < 100; i++) decoder.decode(piece); // blocks and pieces end at different places, so one piece may complete an additional block
    const { buffer } = decoder.decode(piece);
    for (let i = 0; i < 100; i++) expect(decoder.decode(piece).buffer === buffer).toBe(true);
  });
});

test('of ADPCM limits damage to the damaged or truncated block', () => {
  for (const id of ['ima-adpcm', 'ms-adpcm']) {
    const of = track({ blockBytes: 64 });
    const good = randomBytes(256, 8);
    const bad = good.slice();
    bad.fill(0xff, 64, 128);
    const perBlock = id === 'ima-adpcm' ? 121 : 116;
    const [a, b] = [decode(id, of, good).samples, decode(id, of, bad).samples];
    expectSame(b.subarray(0, perBlock), a.subarray(0, perBlock));
    expectSame(b.subarray(2 * perBlock), a.subarray(2 * perBlock));
    expectSame(decode(id, of, good.subarray(0, 100)).samples, a.subarray(0, perBlock + (id === 'ima-adpcm' ? 65 : 60)));
    const { samples, droppedBytes } = decode(id, of, good.subarray(0, 66));
    expectSame(samples, a.subarray(0, perBlock));
    expect(droppedBytes).toBe(2);
  }
});

test('of floating point gives silence for values that are not numbers', () => {
  const bytes = new Uint8Array(Float32Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY, -2).buffer);
  expect(decode('pcm-f32le', track({}), bytes).samples).toEqual(Float32Array.of(0.5, 0, 0, -2));
});

test('of G.711 survives decoding and encoding by an independent formula', () => {
  for (let code = 0; code < 256; code++) {
    expect(toMulaw(mulawValues[code] ?? 0)).toBe(code === 0x7f ? 0xff : code); // both zeros of mu-law are 0
    expect(toAlaw(alawValues[code] ?? 0)).toBe(code);
  }
});

describe.skipIf(!hasShared)('ITU-T Software Tool Library', () => {
  test('G.711 sweep: the reference codes each of our 256 values as the code that it came from', () => {
    const sweep = int16Of(readFileSync(join(shared, 'openitu_STL/g711/sweep.src')));
    const place = new Map([...sweep].map((value, i) => [value, i]));
    for (const [file, values] of [
      ['sweep-r.u', mulawValues],
      ['sweep-r.a', alawValues],
    ] as const) {
      const codes = int16Of(readFileSync(join(shared, 'openitu_STL/g711', file)));
      for (let code = 0; code < 256; code++) {
        // Both zeros of mu-law, 0x7F and 0xFF, decode to 0.
        if (file === 'sweep-r.u' && code === 0x7f) expect(values[code]).toBe(0);
        else expect(codes[place.get(values[code] ?? 0) ?? -1]).toBe(code);
      }
    }
  });
});

describe('equality with sox, bit for bit', () => {
  const kinds = [
    ['mu-law', ['-e', 'mu-law']],
    ['a-law', ['-e', 'a-law']],
    ['8 bits', ['-b', '8']],
    ['16 bits', ['-b', '16']],
    ['IMA ADPCM', ['-e', 'ima-adpcm']],
    ['MS ADPCM', ['-e', 'ms-adpcm']],
  ] as const;
  for (const [name, args] of kinds) {
    for (const channels of [1, 2]) {
      test(`${name}, ${channels} channels`, async () => {
        const path = join(folder, 'sox.wav');
        run('sox', ['-R', '-D', '-n', '-r', '8000', '-c', String(channels), ...args, path, 'synth', '1.03', 'pinknoise', 'vol', '0.9']);
        const theirs = int16Of(run('sox', ['-D', path, '-t', 's16', '-']));
        expect(theirs.length).toBeGreaterThan(8000);
        expectSame(await ours(readFileSync(path)), theirs);
      });
    }
  }

  test.each(formatSamples().filter(({ codec }) => codec === 'ima-adpcm' || codec === 'ms-adpcm'))('$name made here', async ({ bytes, findings }) => {
    if (findings.length > 0) return; // sox refuses its header
    const path = join(folder, 'ours.wav');
    writeFileSync(path, bytes);
    expectSame(await ours(bytes), int16Of(run('sox', ['-D', path, '-t', 's16', '-'])));
  });
});

describe('equality with FFmpeg, bit for bit', () => {
  const speech = voice(3000);
  const layouts = ['u8', 's8', 's16le', 's16be', 's24le', 's24be', 's32le', 'f32le', 'f64le', 'mulaw', 'alaw'] as const;
  test.each(layouts)('%s', (layout) => {
    const bytes = pack(speech, layout);
    const id = layout.endsWith('law') ? layout : `pcm-${layout}`;
    const wide = /24|32|64/.test(layout);
    const theirs = run('ffmpeg', ['-v', 'error', '-f', layout, '-ar', '8000', '-i', 'pipe:0', '-f', wide ? 'f32le' : 's16le', 'pipe:1'], bytes);
    const samples = decode(id, track({}), bytes).samples;
    expectSame(samples, wide ? float32Of(theirs) : int16Of(theirs));
  });

  test.each(['s32be', 'f32be', 'f64be'])('%s, encoded by FFmpeg', (layout) => {
    const bytes = run('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-f', layout, 'pipe:1'], pack(speech, 's16le'));
    expect(Array.from(decode(`pcm-${layout}`, track({}), bytes).samples, (sample) => sample * 32768)).toEqual([...speech]);
  });

  test('MS ADPCM of FFmpeg’s own encoder', async () => {
    const path = join(folder, 'ffmpeg.wav');
    run('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'adpcm_ms', path], pack(speech, 's16le'));
    const theirs = int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', 'pipe:1']));
    expectSame(await ours(readFileSync(path)), theirs);
  });
});

describe.skipIf(!hasShared)('real and derived files', () => {
  test.each([
    'synthetic/derived-codecs/ima.wav',
    'synthetic/derived-codecs/ms.wav',
    'Borewit_music-metadata/dvi_adpcm.wav',
    'Borewit_music-metadata/alaw.wav',
  ])('%s decodes as in sox', async (name) => {
    const path = join(shared, name);
    expectSame(await ours(readFileSync(path)), int16Of(run('sox', ['-D', path, '-t', 's16', '-'])));
  });

  test('innovaphone’s prompts in A-law and mu-law are the same speech', () => {
    for (const name of ['en_us_mmenu', 'en_us_recstart', 'en_us_beep']) {
      const a = decode('alaw', track({}), readFileSync(join(shared, `innovaphone_innoconf/${name}.g711a`))).samples;
      const u = decode('mulaw', track({}), readFileSync(join(shared, `innovaphone_innoconf/${name}.g711u`))).samples;
      expect(a.length).toBe(u.length);
      let [ab, aa, bb] = [0, 0, 0];
      for (let i = 0; i < a.length; i++) {
        const [x, y] = [a[i] ?? 0, u[i] ?? 0];
        ab += x * y;
        aa += x * x;
        bb += y * y;
      }
      expect(ab / Math.sqrt(aa * bb)).toBeGreaterThan(0.999);
    }
  });
});
