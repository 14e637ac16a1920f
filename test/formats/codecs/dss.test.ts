import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastRoundKey } from '../../../formats/codecs/dss/aes-key-schedule.ts';
import { combinations } from '../../../formats/codecs/dss/celp.ts';
import { qpCoefficients, qpPitchGains, qpPulseGains } from '../../../formats/codecs/dss/qp-tables.ts';
import { createResampler } from '../../../formats/codecs/dss/sp-resampler.ts';
import { spCoefficients, spPitchGains, spPulseGains } from '../../../formats/codecs/dss/sp-tables.ts';
import type { Decoder, Track } from '../../../src/core/model/format.ts';
import { answer } from '../answers.ts';
import { type DssPart, dssBlocks, dssFile, encrypted, noiseFrame, qpFrame, several, spFrame } from '../dictation/dss-builder.ts';
import { dssSamples, samplePassword } from '../dictation/dss-samples.ts';
import { randomBytes } from '../wave/builder.ts';
import { codec, expectSame, hasShared, int16Of, shared } from './judges.ts';

const password = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const folder = join(shared, 'gaspardpetit_dss-codec');

function decoderOf(of: Track, passwords: readonly Uint8Array[]): Decoder {
  const { decode } = codec(of.codec);
  if (decode.by !== 'us') throw new Error(`${of.codec} is not ours`);
  return decode.decoder(of, passwords);
}

const sampleTrack: Track = {
  codec: '',
  codecName: '',
  sampleRateHz: 16_000,
  channels: 1,
  bitsPerSample: null,
  blockBytes: null,
  frames: null,
  setup: null,
  spans: [],
};

interface Decoded {
  readonly samples: Int16Array;
  readonly droppedBytes: number;
  readonly troubles: readonly string[];
}

/** Decodes a file to samples, in pieces of these sizes, in rotation. */
async function decodeFile(bytes: Uint8Array, pieces: readonly number[] = [65_536], secret = samplePassword, name = 'a.ds2'): Promise<Decoded> {
  const [of] = (await answer(bytes, name)).tracks;
  if (of === undefined) throw new Error('no track');
  const decoder = decoderOf(of, [password(secret)]);
  const parts: Int16Array[] = [];
  for (const [start, end] of of.spans) {
    for (let at = start, turn = 0; at < end; turn++) {
      const size = pieces[turn % pieces.length] ?? 1;
      parts.push(Int16Array.from(decoder.decode(bytes.subarray(at, Math.min(end, at + size)))));
      at += size;
    }
  }
  parts.push(Int16Array.from(decoder.finish()));
  const samples = Int16Array.from(parts.flatMap((part) => [...part]));
  return { samples, droppedBytes: decoder.droppedBytes, troubles: (decoder.troubles ?? []).map(([code]) => code) };
}

function digest(samples: Int16Array): string {
  return createHash('sha256')
    .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    .digest('hex')
    .slice(0, 16);
}

describe.skipIf(!hasShared)('recordings of real recorders', () => {
  test('decode an encrypted Olympus recording in QP as its reference, sample by sample', async () => {
    const bytes = readFileSync(join(folder, 'encrypted_aes128.ds2'));
    const wanted = int16Of(readFileSync(join(folder, 'encrypted_aes128_reference.wav')).subarray(44));
    expect(wanted.length).toBe(635_136);
    const found = await answer(bytes, 'a.ds2');
    expect([found.findings, found.state, found.tracks[0]?.codec, found.tracks[0]?.frames]).toEqual([[], 'ok', 'ds2-qp', 635_136]);
    const { samples, droppedBytes, troubles } = await decodeFile(bytes, [65_536], '1234');
    expectSame(samples, wanted);
    expect([droppedBytes, troubles]).toEqual([0, []]);
  });

  test('decode a Grundig recording in SP as DigtaSoft does, sample by sample', async () => {
    const bytes = readFileSync(join(folder, 'grundig_sample.dss'));
    const wanted = int16Of(readFileSync(join(folder, 'grundig_sample_16k.wav')).subarray(44));
    expect(wanted.length).toBe(57_984);
    const found = await answer(bytes, 'a.dss');
    expect([found.findings, found.state, found.tracks[0]?.codec, found.tracks[0]?.frames]).toEqual([[], 'ok', 'dss-sp-grundig', 57_984]);
    expectSame((await decodeFile(bytes, [1000], '', 'a.dss')).samples, wanted);
  });

  test('synthesise frames of DS2 SP like Grundig’s: at 16 kHz they are the vendor’s samples', () => {
    const blocks = readFileSync(join(folder, 'grundig_sample.dss')).subarray(0xc00);
    const wanted = int16Of(readFileSync(join(folder, 'grundig_sample_16k.wav')).subarray(44));
    const decoder = decoderOf({ ...sampleTrack, codec: 'ds2-sp' }, []);
    const samples = decoder.decode(blocks);
    if (!(samples instanceof Int16Array)) throw new Error('not 16 bits');
    const resampler = createResampler(288);
    const out = new Int16Array((samples.length / 3) * 4);
    for (let at = 0; at < samples.length; at += 288) resampler.run(samples.subarray(at, at + 288), out, (at / 3) * 4);
    expectSame(out, wanted);
  });

  test('detect a wrong password by the check word', async () => {
    const [of] = (await answer(readFileSync(join(folder, 'encrypted_aes128.ds2')), 'a.ds2')).tracks;
    const { decode } = codec('ds2-qp');
    if (of === undefined || decode.by !== 'us') throw new Error('no track');
    expect(decode.locked?.(of, [])?.[0]).toBe('F330');
    expect(decode.locked?.(of, [password('1235'), password('')])?.[0]).toBe('F331');
    expect(decode.locked?.(of, [password('a password that is too long'), password('1234')])).toBeNull();
  });
});

/** Our own results: no vendor decoded these files. They show whether a change affected the samples. */
const ownDigests: Readonly<Record<string, string>> = {
  'ds2-encrypted-128.ds2': 'b30cc1cb5f59a5fd',
  'ds2-encrypted-256.ds2': 'b30cc1cb5f59a5fd',
  'ds2-grundig-sp.dss': 'e26e57045f48fffd',
  'ds2-qp-cut.ds2': '5d3f75d01f2d1640',
  'ds2-qp-damaged-block.ds2': 'ca81bf2c4a817174',
  'ds2-qp-junk-before.ds2': 'b30cc1cb5f59a5fd',
  'ds2-qp-paused.ds2': '4e234bfe8a132ec6',
  'ds2-qp-stated-longer.ds2': 'b30cc1cb5f59a5fd',
  'ds2-qp.ds2': 'b30cc1cb5f59a5fd',
  'ds2-qp7-long-header.ds2': '577e91b6adbb5b1a',
  'ds2-qp7.ds2': '577e91b6adbb5b1a',
  'ds2-sp-and-qp.ds2': 'b30cc1cb5f59a5fd',
  'ds2-sp.ds2': 'ed408426c01a872b',
};

describe.each(dssSamples().filter(({ codec: id }) => id !== null && id !== 'unknown'))('$name', ({ name, bytes, state }) => {
  test('gives the same samples as when it was made, as many as its headers state', async () => {
    const { samples, troubles } = await decodeFile(bytes, [65_536], samplePassword, name);
    expect(troubles).toEqual([]);
    expect(samples.some((value) => value !== 0)).toBe(true);
    expect((await answer(bytes, name)).tracks[0]?.frames).toBe(samples.length);
    expect({ [name]: digest(samples) }).toEqual({ [name]: ownDigests[name] });
  });

  test('gives the same samples for any split into pieces', async () => {
    const whole = await decodeFile(bytes, [65_536], samplePassword, name);
    expectSame((await decodeFile(bytes, [1], samplePassword, name)).samples, whole.samples);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1200 }), { minLength: 1, maxLength: 8 }), async (pieces) => {
        expect(await decodeFile(bytes, pieces, samplePassword, name)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  test('never throws when truncated or altered, and never gives more samples than before', async () => {
    const [of] = (await answer(bytes, name)).tracks;
    const [[start = 0] = []] = of?.spans ?? [];
    if (of === undefined) throw new Error('no track');
    const whole = (await decodeFile(bytes, [65_536], samplePassword, name)).samples.length;
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length - start - 1), { maxLength: 6 }), fc.nat(bytes.length - start), fc.nat(255), (places, size, flip) => {
        const coded = bytes.slice(start, start + size);
        for (const at of places) if (at < coded.length) coded[at] = (coded[at] ?? 0) ^ flip;
        const decoder = decoderOf(of, [password(samplePassword)]);
        const samples = decoder.decode(coded).length + decoder.finish().length;
        // A changed header may state more frames; those of mode 7 may be shorter.
        expect(samples).toBeLessThanOrEqual(state === 'ok' && places.length === 0 ? whole : 43 * 288 * Math.ceil(coded.length / 512));
        expect(decoder.droppedBytes).toBeLessThan(512);
      }),
      { numRuns: 60 },
    );
  });
});

test('gives no error and hardly any samples for random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), fc.constantFrom('ds2-sp', 'ds2-qp', 'ds2-qp7', 'dss-sp-grundig'), (bytes, id) => {
      const decoder = decoderOf({ ...sampleTrack, codec: id }, []);
      expect(decoder.decode(bytes).length + decoder.finish().length).toBeLessThan(4000 * 100);
    }),
  );
});

describe('frames across blocks', () => {
  const samplesOf = async (mode: number, parts: readonly DssPart[]): Promise<Int16Array> =>
    (await decodeFile(dssFile(3, 'ds2', 1, dssBlocks(mode, parts)))).samples;

  test('of which one is split by two blocks decode like unsplit ones', async () => {
    // Blocks are not a multiple of 41 bytes: each frame begins at another offset, at whole or half words.
    const frames = several(40, spFrame);
    const alone = new Map<number, Int16Array>();
    for (const count of [1, 12, 13, 25, 40]) alone.set(count, await samplesOf(0, frames.slice(0, count)));
    for (const [count, samples] of alone) expectSame(samples, (alone.get(40) ?? samples).subarray(0, 288 * count));
  });

  test('continue with the next block after a pause that ended its block early', async () => {
    const [before, after] = [several(23, qpFrame), several(12, qpFrame, 50)];
    const paused = await samplesOf(6, [...before, 'pause', ...after]);
    // The synthesis continues as if there had been no pause.
    expectSame(paused, await samplesOf(6, [...before, ...after]));
  });

  test('end at a block in which no frame begins; the next frame starts from the initial state', async () => {
    // Ten frames begin in the first block, and the last of them ends in the second.
    const [before, after] = [several(10, qpFrame), several(12, qpFrame, 50)];
    const paused = await samplesOf(6, [...before, 'pause', ...after]);
    expectSame(paused.subarray(0, 10 * 256), await samplesOf(6, before));
    expectSame(paused.subarray(10 * 256), await samplesOf(6, after));
  });

  test('omit a frame that an edit truncated, and the next begins where its block says', async () => {
    const [before, after] = [several(23, qpFrame), several(12, qpFrame, 50)];
    const cut = await samplesOf(6, [...before, 'cut', ...after]);
    // 23 frames are 1,288 bytes: two blocks hold 18 of them and a part of the 19th; the content of the third is lost.
    expect(cut.length).toBe((18 + 12) * 256);
    expectSame(cut.subarray(0, 18 * 256), await samplesOf(6, before.slice(0, 18)));
    expectSame(cut.subarray(18 * 256), await samplesOf(6, after));
  });

  test('of a block that states more than fit are read to its end', async () => {
    const blocks = dssBlocks(6, several(18, qpFrame));
    const wanted = (await decodeFile(dssFile(3, 'ds2', 0, blocks))).samples;
    for (const block of blocks.slice(0, 1)) block[2] = 19;
    expectSame((await decodeFile(dssFile(3, 'ds2', 0, blocks))).samples, wanted);
  });

  test('of mode 7, short and long, may come in any order', async () => {
    const frames = Array.from({ length: 60 }, (_, i) => (i % 5 < 3 ? noiseFrame(i) : qpFrame(i, 7)));
    const all = await samplesOf(7, frames);
    expect(all.length).toBe(60 * 256);
    expectSame(await samplesOf(7, frames.slice(0, 31)), all.subarray(0, 31 * 256));
  });
});

describe('frames that no encoder writes', () => {
  const most = 2 ** 40 - 1;

  test('are reported, and the rest of the recording is decoded', async () => {
    const bytes = dssFile(3, 'ds2', 0, dssBlocks(6, [...several(12, qpFrame), qpFrame(99, 6, most), ...several(12, qpFrame, 30)]));
    const { samples, troubles } = await decodeFile(bytes);
    expect([samples.length, troubles]).toEqual([25 * 256, ['F326']]);
  });

  test('reveal a wrong password that passes the check word: nothing is decoded', async () => {
    const plain = dssFile(3, 'ds2', 0, dssBlocks(6, several(60, qpFrame)));
    const closed = encrypted(plain, 'right', 1);
    // The check word of another password before the sound of this one.
    closed.set(encrypted(plain, 'wrong', 1).subarray(0x146, 0x15c), 0x146);
    for (const pieces of [[65_536], [1]]) {
      expect(await decodeFile(closed, pieces, 'wrong')).toEqual({ samples: new Int16Array(0), droppedBytes: 0, troubles: ['F325'] });
    }
  });
});

test('encryption of either kind loses no samples', async () => {
  const plain = dssFile(3, 'ds2', 0, dssBlocks(6, several(60, qpFrame)));
  const wanted = (await decodeFile(plain)).samples;
  for (const aes of [1, 2] as const) {
    for (const secret of ['a', '16 characters ok', 'grüß'])
      expectSame((await decodeFile(encrypted(plain, secret, aes), [700], secret)).samples, wanted);
  }
});

test('an unknown encryption is reported, whatever the password', async () => {
  const closed = encrypted(dssFile(3, 'ds2', 0, dssBlocks(6, several(9, qpFrame))), 'a', 1);
  closed[0x146] = 9;
  const [of] = (await answer(closed, 'a.ds2')).tracks;
  const { decode } = codec('ds2-qp');
  if (of === undefined || decode.by !== 'us') throw new Error('no track');
  expect(decode.locked?.(of, [password('a')])).toEqual(['F332', 'encrypted in an unknown way: mode 9']);
});

test('the last round key of AES is that of FIPS 197, appendix A', () => {
  const last = (key: string): string => Buffer.from(lastRoundKey(Buffer.from(key, 'hex'))).toString('hex');
  expect(last('2b7e151628aed2a6abf7158809cf4f3c')).toBe('d014f9a8c9ee2589e13f0cc8b6630ca6');
  expect(last('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')).toBe('fe4890d1e6188d0b046df344706c631e');
});

test('a rank of a combination is decoded to its positions and back', () => {
  for (const [n, k, count] of [
    [72, 7, 1_473_109_704],
    [64, 11, 743_595_781_824],
    [5, 3, 10],
  ] as const) {
    const all = combinations(n, k);
    expect(all.count).toBe(count);
    const ways = (of: number, take: number): number => (take === 0 ? 1 : of < take ? 0 : Math.round(((ways(of - 1, take - 1) * of) / take) * 1) || 0);
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (seed) => {
        const rank = Math.floor((seed / 2 ** 31) * count);
        const places = new Int32Array(k);
        all.places(rank, places);
        for (let i = 1; i < k; i++) expect(places[i]).toBeLessThan(places[i - 1] ?? n);
        expect(places.reduce((sum, place, i) => sum + ways(place, k - i), 0)).toBe(rank);
      }),
    );
  }
});

test('tables rise, which would show a wrong digit', () => {
  for (const row of [...spCoefficients, ...qpCoefficients, spPitchGains, spPulseGains, qpPitchGains, qpPulseGains]) {
    for (let i = 1; i < row.length; i++) expect(row[i]).toBeGreaterThan(row[i - 1] ?? 1);
  }
  // No step of QP's fine tables is much larger or smaller than both of its neighbours.
  for (const row of [...qpCoefficients, qpPitchGains, qpPulseGains]) {
    for (let i = 2; i + 1 < row.length; i++) {
      const [before, step, behind] = [-1, 0, 1].map((at) => (row[i + at] ?? 0) - (row[i + at - 1] ?? 0)) as [number, number, number];
      expect(step / Math.max(before, behind)).toBeLessThan(1.25);
      expect(step / Math.min(before, behind)).toBeGreaterThan(0.8);
    }
  }
});

test('bytes at the end that give no sample are counted', async () => {
  const bytes = dssFile(3, 'ds2', 0, dssBlocks(6, several(9, qpFrame)));
  const [of] = (await answer(bytes, 'a.ds2')).tracks;
  if (of === undefined) throw new Error('no track');
  const decoder = decoderOf(of, []);
  decoder.decode(Buffer.concat([bytes.subarray(1536), randomBytes(3, 1)]));
  expect([decoder.finish().length, decoder.droppedBytes]).toEqual([0, 3]);
});
