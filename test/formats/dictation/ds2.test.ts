import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ds2 } from '../../../formats/dictation/ds2.ts';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import type { Identification } from '../../../src/core/model/format.ts';
import { answer, codesOf, never } from '../answers.ts';
import { codec } from '../codecs/judges.ts';
import { join, randomBytes, text } from '../wave/builder.ts';
import { dssBlocks, dssFile, encrypted, noiseFrame, qpFrame, several, spFrame } from './dss-builder.ts';
import { samplePassword } from './dss-samples.ts';

const blocks = dssBlocks(6, several(27, qpFrame));
const plain = dssFile(3, 'ds2', 0.4, blocks);
const identify = (bytes: Uint8Array): Promise<Identification | null> => ds2.identify(memoryReader(bytes, 'a.ds2'), { name: 'a.ds2' }, never);

test('each first byte is the size of a header, except for parts cut out of others', async () => {
  for (const [first, headerBlocks] of [
    [1, 3],
    [3, 3],
    [7, 7],
    [8, 8],
  ] as const) {
    const found = await answer(dssFile(first, 'ds2', 0.4, blocks, headerBlocks), 'a.ds2');
    expect([codesOf(found), found.state, found.tracks[0]?.spans, found.tracks[0]?.frames]).toEqual([
      [],
      'ok',
      [[512 * headerBlocks, 512 * (headerBlocks + blocks.length)]],
      27 * 256,
    ]);
  }
});

test('up to 8 bytes before the magic are skipped, and the blocks move with it', async () => {
  for (let junk = 1; junk <= 8; junk++) {
    const found = await answer(join(randomBytes(junk, junk), plain), 'a.ds2');
    expect([codesOf(found), found.tracks[0]?.spans[0]?.[0], found.tracks[0]?.frames]).toEqual([['F100'], 1536 + junk, 27 * 256]);
  }
  expect(await identify(join(randomBytes(9, 9), plain))).toBeNull();
});

test('the DSS of Olympus and Philips, and letters without blocks after other bytes, are left to other formats', async () => {
  for (const first of [2, 3]) expect(await identify(dssFile(first, 'dss', 1, dssBlocks(0, several(12, spFrame))))).toBeNull();
  expect(await identify(join(text('ab'), Uint8Array.of(3), text('ds2'), randomBytes(4000, 3)))).toBeNull();
  expect(await identify(text('\x03enc'))).toMatchObject({ state: 'header-only' });
});

test('blocks that begin elsewhere are found by their own headers, four in a row', async () => {
  const found = await answer(dssFile(7, 'ds2', 0.4, dssBlocks(6, several(60, qpFrame)), 40), 'a.ds2');
  expect([codesOf(found), found.tracks[0]?.spans[0]?.[0]]).toEqual([['F320'], 40 * 512]);
});

test('a length that the recorder states is believed within two seconds', async () => {
  const long = dssBlocks(6, several(200, qpFrame)); // 3.2 s
  for (const [seconds, codes] of [
    [3, []],
    [5, []],
    [6, ['F324']],
    [36_000, ['F324']],
    [0, []],
  ] as const) {
    expect([seconds, codesOf(await answer(dssFile(3, 'ds2', seconds, long), 'a.ds2'))]).toEqual([seconds, codes]);
  }
  const unstated = dssFile(3, 'ds2', 6, long).fill(0xff, 0x3e, 0x44);
  expect(codesOf(await answer(unstated, 'a.ds2'))).toEqual([]);
  expect(codesOf(await answer(dssFile(1, 'ds2', 36_000, long, 3), 'a.ds2'))).toEqual([]); // a part keeps the header of the whole
});

test('whole blocks missing at the end are detected by the stated length', async () => {
  const long = dssFile(3, 'ds2', 8, dssBlocks(6, several(500, qpFrame)));
  const found = await answer(long.subarray(0, 1536 + 20 * 512), 'a.ds2');
  expect([codesOf(found), found.state]).toEqual([['F103', 'F324'], 'truncated']);
});

test('a mode without a decoder is reported, and the recording kept', async () => {
  for (const [mode, name] of [
    [1, 'DS2, mode 1 (SP with short frames)'],
    [2, 'DS2, mode 2 (G.723.1)'],
  ] as const) {
    const found = await answer(dssFile(3, 'ds2', 1, dssBlocks(mode, several(30, noiseFrame))), 'a.ds2');
    expect([found.tracks[0]?.codec, found.tracks[0]?.codecName, found.tracks[0]?.frames]).toEqual(['unknown', name, null]);
  }
});

test('the length of encrypted sound with short frames is only known after decoding', async () => {
  const mixed = dssFile(3, 'ds2', 0.5, dssBlocks(7, several(30, noiseFrame)));
  expect((await answer(mixed, 'a.ds2')).tracks[0]?.frames).toBe(30 * 256);
  const found = await answer(encrypted(mixed, 'a', 1), 'a.ds2');
  expect([found.tracks[0]?.codec, found.tracks[0]?.frames, codesOf(found)]).toEqual(['ds2-qp7', null, ['F328']]);
});

test('after any truncation or change the headers state as many samples as are decoded', async () => {
  const mixed = several(40, (seed) => (seed % 3 === 0 ? noiseFrame(seed) : qpFrame(seed, 7)));
  const paused = dssBlocks(6, [...several(20, qpFrame), 'pause', ...several(10, qpFrame), 'cut', ...several(30, qpFrame)]);
  const files = [
    dssFile(3, 'ds2', 1, paused),
    encrypted(dssFile(3, 'ds2', 1, paused), samplePassword, 2),
    dssFile(3, 'ds2', 1, dssBlocks(7, mixed)),
    dssFile(3, 'ds2', 1, dssBlocks(0, several(50, spFrame))),
    dssFile(6, 'dss', 1, dssBlocks(0, several(50, spFrame))),
  ];
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.nat({ max: 2048 }),
      fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 7 }), fc.constantFrom(0, 1, 6, 7, 0x0f, 0x8f, 0xff, 40)), { maxLength: 3 }),
      async (file, cut, changes) => {
        const bytes = file.slice(0, file.length - cut);
        const start = 512 * (file[0] ?? 0);
        // Changes blocks of sound: their headers, and the first bytes of their frames.
        for (const [block, at, value] of changes) if (start + 512 * block + at < bytes.length) bytes[start + 512 * block + at] = value;
        const [track] = (await identify(bytes))?.tracks ?? [];
        if (track === undefined || track.frames === null) return;
        const { decode } = codec(track.codec);
        if (decode.by !== 'us') return;
        const decoder = decode.decoder(track, [Buffer.from(samplePassword)]);
        let samples = 0;
        for (const [from, to] of track.spans) samples += decoder.decode(bytes.subarray(from, to)).length;
        samples += decoder.finish().length;
        if ((decoder.troubles ?? []).some(([code]) => code === 'F325')) return;
        compared++;
        expect(samples).toBe(track.frames);
      },
    ),
    { numRuns: 150 },
  );
  expect(compared).toBeGreaterThan(50);
});

test('for a very long recording the beginning decides, and its length is left to the decoder', async () => {
  const group = join(...dssBlocks(6, several(253, qpFrame))); // 28 blocks, after which frames begin at block boundaries
  const header = dssFile(3, 'ds2', 0, []);
  const groups = Math.ceil(limits.framesCheckedBytes / group.length) + 2;
  const size = header.length + groups * group.length;
  let read = 0;
  const reader: ByteReader = {
    name: 'a.ds2',
    size,
    read: async (offset, length) => (offset === header.length ? group : header).slice(offset % header.length, (offset % header.length) + length),
    async *stream(start, end) {
      for (let at = start; at < end; at += group.length) {
        const piece = group.subarray(0, Math.min(group.length, end - at));
        read += piece.length;
        yield piece;
      }
    },
  };
  const found = await ds2.identify(reader, { name: 'a.ds2' }, never);
  expect(read).toBe(limits.framesCheckedBytes);
  expect([found?.findings, found?.state, found?.tracks[0]?.codec, found?.tracks[0]?.frames]).toEqual([[], 'ok', 'ds2-qp', null]);
  expect(found?.tracks[0]?.spans).toEqual([[header.length, size]]);
});
