import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacketTable } from '../../../formats/frames/packet-table.ts';
import type { Codec, Samples, Track } from '../../../src/core/model/format.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { decodeMedium, playable } from '../../../src/media/decode/decode-medium.ts';
import type { MediaTools } from '../../../src/media/tools/types.ts';
import { bytesOf, codecDoing, never, realTools, speech, trackOf } from '../medium-rig.ts';

const tools = await realTools();

/** Coded bytes in a file with other bytes between them, and a table of their positions. */
function laid(side: number, packets: readonly { readonly bytes: Uint8Array; readonly position: number }[], begin = 0) {
  const table = createPacketTable();
  const parts: Uint8Array[] = [];
  let at = begin;
  for (const { bytes, position } of packets) {
    parts.push(new Uint8Array(16).fill(0xee), bytes);
    table.add(at + 16, bytes.length, position);
    at += 16 + bytes.length;
  }
  return { file: Buffer.concat(parts), packets: table.finish(side), end: at };
}

function inPacketsOf(codec: string, packets: Track['packets'], frames: number, more: Partial<Track> = {}): Track {
  return { ...trackOf(codec, 0, more), spans: [], frames, ...(packets === undefined ? {} : { packets }) };
}

async function play(file: Uint8Array, tracks: readonly Track[], some: Partial<MediaTools> = {}) {
  const used = { ...tools, ...some };
  const answer = { format: 'x', confidence: 'structure', basis: 'x', tracks, findings: [], state: 'ok' } as const;
  const ready = playable(answer, used, 'place');
  if ('reason' in ready) return { ...ready, channels: 0, sampleRateHz: 0, samples: [] as number[], whole: false, decoder: '' };
  const samples: number[] = [];
  const sink = (piece: Samples): void => {
    for (const sample of piece) samples.push(sample);
  };
  const done = await decodeMedium(ready, { bytes: openMedium({ kind: 'bytes', bytes: file }, 'x'), place: 'place' }, sink, never);
  return { ...ready, ...done, findings: [...ready.findings, ...done.findings], samples, reason: null };
}

const cutInto = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
const told = (findings: readonly { code: string; message: string }[]): string[] => findings.map(({ code, message }) => `${code} ${message}`);

test('each packet begins at its position, and silence is between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.integer({ min: 1, max: 400 }), gap: fc.integer({ min: 0, max: 20_000 }) }), { maxLength: 40 }),
      async (plan) => {
        const expected: number[] = [];
        const packets = plan.map(({ size, gap }, index) => {
          for (let i = 0; i < gap; i++) expected.push(0);
          const position = expected.length;
          const samples = Int16Array.from({ length: size }, (_, i) => (index + 1) * 100 + (i % 90));
          expected.push(...samples);
          return { bytes: bytesOf(samples), position };
        });
        const { file, packets: table } = laid(0, packets);
        const tail = 777;
        const result = await play(file, [inPacketsOf('pcm-s16le', table, expected.length + tail)]);
        expect(result.samples).toEqual([...expected, ...new Array<number>(tail).fill(0)]);
        expect(result.findings).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('GSM through FFmpeg has the samples of one stream, distributed to the places of its packets', async () => {
  const gsm = execFileSync('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'gsm', '-'], { input: bytesOf(speech(8_000, 4)) });
  const raw = execFileSync('sox', ['-t', 'gsm', '-', '-t', 's16', '-'], { input: gsm });
  const plain = [...new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))];
  const packets = cutInto(gsm, 66).map((bytes, index) => ({ bytes, position: index * 320 + (index > 20 ? 1_000 : 0) + (index > 50 ? 12_345 : 0) }));
  const { file, packets: table } = laid(0, packets);
  const result = await play(file, [inPacketsOf('gsm', table, plain.length + 13_345)]);
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  expect(result.samples).toEqual([
    ...plain.slice(0, 21 * 320),
    ...zeros(1_000),
    ...plain.slice(21 * 320, 51 * 320),
    ...zeros(12_345),
    ...plain.slice(51 * 320),
  ]);
  expect(result.findings).toEqual([]);
  expect(result.whole).toBe(true);
});

test('a packet that is too early follows the one before, and a later one is in its place again', async () => {
  const packet = (value: number, length: number): Uint8Array => bytesOf(new Int16Array(length).fill(value));
  const { file, packets } = laid(0, [
    { bytes: packet(1, 10), position: 0 },
    { bytes: packet(2, 10), position: 7 },
    { bytes: packet(3, 2), position: 25 },
  ]);
  const result = await play(file, [inPacketsOf('pcm-s16le', packets, 30)]);
  expect(result.samples.join('')).toBe(`${'1'.repeat(10)}${'2'.repeat(10)}00000${'33'}000`);
  expect(told(result.findings)).toEqual(['M201 1 of 3 packets, up to 3 samples late at 8000 Hz']);
});

test('entries of one position are pieces of one packet', async () => {
  const samples = speech(8_000, 0.1);
  const bytes = bytesOf(samples);
  const { file, packets } = laid(0, [
    { bytes: bytes.subarray(0, 333), position: 50 },
    { bytes: bytes.subarray(333, 334), position: 50 },
    { bytes: bytes.subarray(334), position: 50 },
  ]);
  const result = await play(file, [inPacketsOf('pcm-s16le', packets, 850)]);
  expect(result.samples).toEqual([...new Array<number>(50).fill(0), ...samples]);
  expect(result.findings).toEqual([]);
});

test('packets that the codec does not recognise are silent and counted', async () => {
  const gsm = execFileSync('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'gsm', '-'], { input: bytesOf(speech(8_000, 1)) });
  const packets = cutInto(gsm, 33).map((bytes, index) => ({ bytes: index === 7 ? bytes.subarray(0, 20) : bytes, position: index * 160 }));
  const { file, packets: table } = laid(0, packets);
  const result = await play(file, [inPacketsOf('gsm', table, 8_000)]);
  expect(result.samples.length).toBe(8_000);
  expect(result.samples.slice(7 * 160, 8 * 160).every((sample) => sample === 0)).toBe(true);
  expect(told(result.findings)).toEqual([`M200 1 of 50 packets is not gsm, the first at byte ${7 * 49 + 16}`]);
});

describe('sides of a call', () => {
  const [left, right] = [speech(8_000, 3, 1), speech(8_000, 2, 2)];
  const first = laid(
    0,
    cutInto(bytesOf(left), 320).map((bytes, index) => ({ bytes, position: index * 160 })),
  );
  const second = laid(
    1,
    cutInto(bytesOf(right), 320).map((bytes, index) => ({ bytes, position: 4_000 + index * 160 })),
    first.end,
  );
  const file = Buffer.concat([first.file, second.file]);

  test('are channels on one time line, whichever ends first, without a finding', async () => {
    const tracks = [inPacketsOf('pcm-s16le', first.packets, 24_000), inPacketsOf('pcm-s16le', second.packets, 20_000)];
    for (const order of [tracks, [...tracks].reverse()]) {
      const result = await play(file, order);
      expect(result).toMatchObject({ channels: 2, sampleRateHz: 8_000, findings: [], whole: true });
      expect(result.samples.filter((_, index) => index % 2 === 0)).toEqual([...left]);
      const silence = (count: number): number[] => new Array<number>(count).fill(0);
      expect(result.samples.filter((_, index) => index % 2 === 1)).toEqual([...silence(4_000), ...right, ...silence(4_000)]);
    }
  });

  test('of one side that changed its coding are added up', async () => {
    const half = { ...second.packets, side: 0, positions: second.packets.positions.map((position) => position + 24_000 - 4_000) };
    const result = await play(file, [inPacketsOf('pcm-s16le', first.packets, 24_000), inPacketsOf('pcm-s16le', half, 40_000)]);
    expect(result).toMatchObject({ channels: 1, findings: [] });
    expect(result.samples).toEqual([...left, ...right]);
  });

  test('without a decoder are silent and a finding', async () => {
    const tracks = [inPacketsOf('unknown', first.packets, 24_000, { codecName: 'what is this' }), inPacketsOf('pcm-s16le', second.packets, 20_000)];
    const result = await play(file, tracks);
    expect(result.channels).toBe(2);
    expect(result.samples.filter((sample, index) => index % 2 === 0 && sample !== 0)).toEqual([]);
    expect(result.samples.filter((_, index) => index % 2 === 1).slice(4_000, 20_000)).toEqual([...right]);
    expect(result.findings.map(({ code }) => code)).toEqual(['M107']);
  });

  test('without FFmpeg are refused if one of them needs it', async () => {
    const tracks = [inPacketsOf('g723.1', first.packets, 24_000), inPacketsOf('pcm-s16le', second.packets, 20_000)];
    expect(await play(file, tracks, { ffmpeg: null })).toMatchObject({ reason: 'no FFmpeg', state: 'undecodable' });
  });

  test('of a lower rate are resampled to the higher', async () => {
    const wide = { ...second.packets, positions: second.packets.positions.map((_, index) => index * 160) };
    const result = await play(file, [
      inPacketsOf('pcm-s16le', first.packets, 24_000),
      inPacketsOf('pcm-s16le', wide, 16_000, { sampleRateHz: 16_000 }),
    ]);
    expect(result).toMatchObject({ channels: 2, sampleRateHz: 16_000 });
    expect(told(result.findings)).toEqual(['M203 8000 and 16000 Hz in one medium, all at 16000 Hz']);
    expect(result.samples.length).toBe(2 * 48_000);
    expect(result.samples.filter((_, index) => index % 2 === 1).slice(0, 16_000)).toEqual([...right]);
  });
});

test('an excessive time line ends at the limit', async () => {
  const { file, packets } = laid(0, [
    { bytes: bytesOf(Int16Array.of(1, 2)), position: 0 },
    { bytes: bytesOf(Int16Array.of(3, 4)), position: 1e12 },
  ]);
  const result = await play(file, [inPacketsOf('pcm-s16le', packets, 1e12)]);
  expect(result.samples).toEqual([1, 2]);
  expect(result).toMatchObject({ whole: false });
  expect(result.findings.map(({ code }) => code)).toEqual(['M122']);
});

test('a decoder that throws ends its side and not the others', async () => {
  const thrower = codecDoing('thrower', () => {
    throw new Error('no');
  });
  const { file, packets } = laid(0, [{ bytes: new Uint8Array(4), position: 0 }]);
  const own = new Map<string, Codec>([...tools.codecs, ['thrower', { ...thrower, frames: () => 2 }]]);
  const tracks = [inPacketsOf('thrower', packets, 2), inPacketsOf('pcm-s16le', { ...packets, side: 1 }, 2)];
  const result = await play(file, tracks, { codecs: own });
  expect(result).toMatchObject({ whole: false, samples: [0, 0, 0, 0] });
  expect(result.findings.map(({ code }) => code)).toEqual(['M109']);
});
