import { existsSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mcf } from '../../../formats/loggers/mcf.ts';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import type { Identification } from '../../../src/core/model/format.ts';
import { codesOf, never } from '../answers.ts';
import { int16Of, run } from '../codecs/judges.ts';
import { decodedSides } from '../packet-playback.ts';
import { join, pack, randomBytes, text, voice } from '../wave/builder.ts';
import { type McfChunkSpec, mcfChunk, mcfFile, mcfSide, mcfTurns } from './mcf-builder.ts';

const speech = voice(16_000);
const mulaw = pack(speech, 'mulaw');
const alaw = pack(voice(16_000, 9), 'alaw');

async function look(bytes: Uint8Array): Promise<Identification | null> {
  return await mcf.identify(memoryReader(bytes, 'a.mcf'), { name: 'a.mcf' }, never);
}
async function seen(bytes: Uint8Array): Promise<Identification> {
  const found = await look(bytes);
  if (found === null) throw new Error('not taken for an Oreka file');
  return found;
}
/** What FFmpeg makes of coded bytes. */
const judged = (coded: Uint8Array, format: 'mulaw' | 'alaw'): Int16Array =>
  int16Of(run('ffmpeg', ['-v', 'error', '-f', format, '-ar', '8000', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], coded));
const [mulawSamples, alawSamples] = [judged(mulaw, 'mulaw'), judged(alaw, 'alaw')];
const silence = (samples: Int16Array | undefined): boolean => samples !== undefined && samples.length > 0 && samples.every((value) => value === 0);
const positionsOf = (found: Identification, track = 0): number[] => [...(found.tracks[track]?.packets?.positions ?? [])];
const sidesOf = (found: Identification): number[] => found.tracks.map(({ packets }) => packets?.side ?? -1);
const messageOf = (found: Identification, code: string): string => found.findings.find((finding) => finding.code === code)?.message ?? '';

describe('an Oreka file', () => {
  test('of one voice is decoded bit-identically', async () => {
    const bytes = mcfFile(mcfSide(mulaw, { channel: 0 }));
    const found = await seen(bytes);
    expect(found).toMatchObject({ format: 'mcf', confidence: 'signature', state: 'ok', findings: [] });
    const [side] = await decodedSides(found, bytes);
    expect(side).toEqual(mulawSamples);
  });

  test('of two directions has them on two channels, aligned by the order of the chunks', async () => {
    const second = mcfSide(alaw.subarray(0, 8000), { channel: 2, type: 8, timestamp: 4_000_000_000, sequence: 65_500 });
    const bytes = mcfFile(mcfTurns(mcfSide(mulaw), second, 25));
    const found = await seen(bytes);
    expect(sidesOf(found)).toEqual([0, 1]);
    expect(codesOf(found)).toEqual(['F370']);
    expect(positionsOf(found, 1)[0]).toBe(25 * 160);
    const [one, two] = await decodedSides(found, bytes);
    expect(one).toEqual(mulawSamples);
    expect(two?.subarray(4000, 12_000)).toEqual(alawSamples.subarray(0, 8000));
    expect([silence(two?.subarray(0, 4000)), silence(two?.subarray(12_000))]).toEqual([true, true]);
  });

  test('with only its second direction says so', async () => {
    const found = await seen(mcfFile(mcfSide(mulaw, { channel: 2 })));
    expect(codesOf(found)).toEqual(['F277']);
    expect(sidesOf(found)).toEqual([0]);
  });

  test('with wrapping sequence numbers and timestamps continues without a gap', async () => {
    const found = await seen(mcfFile(mcfSide(mulaw, { channel: 0, timestamp: 0xffff_ffff - 3000, sequence: 65_530 })));
    expect(found.findings).toEqual([]);
    expect(positionsOf(found)).toEqual(Array.from({ length: 100 }, (_, index) => index * 160));
  });

  test('with missing chunks is silent there, and counts them', async () => {
    const found = await seen(mcfFile(mcfSide(mulaw, { channel: 0 }).filter((_, index) => index < 20 || index >= 27)));
    expect(codesOf(found)).toEqual(['F263']);
    expect(messageOf(found, 'F263')).toContain('7 of 100 packets');
    expect(positionsOf(found).slice(18, 22)).toEqual([2880, 3040, 4320, 4480]);
  });

  test('with duplicated chunks has them once, and in order', async () => {
    const chunks = mcfSide(mulaw, { channel: 0 });
    const [a, b] = [chunks[10], chunks[11]];
    if (a === undefined || b === undefined) throw new Error('too short');
    const bytes = mcfFile([...chunks.slice(0, 10), b, a, a, ...chunks.slice(12)]);
    const found = await seen(bytes);
    expect(codesOf(found)).toEqual(['F276']);
    const [side] = await decodedSides(found, bytes);
    expect(side).toEqual(mulawSamples);
  });

  test('never plays telephone events', async () => {
    const chunks = mcfSide(mulaw, { channel: 0 }).map((chunk, index) =>
      index >= 40 && index < 45 ? { ...chunk, type: 67, payload: Uint8Array.of(5, 10, 0, index), timestamp: 5000 + 40 * 160 } : chunk,
    );
    const bytes = mcfFile(chunks);
    const found = await seen(bytes);
    expect(codesOf(found)).toEqual(['F264']);
    expect(found.tracks).toHaveLength(1);
    const [side] = await decodedSides(found, bytes);
    expect(silence(side?.subarray(6400, 7200))).toBe(true);
    expect(side?.subarray(7200)).toEqual(mulawSamples.subarray(7200));
  });

  test('of a phone that counts milliseconds has its true length', async () => {
    const found = await seen(mcfFile(mcfSide(mulaw, { channel: 0, step: 20 })));
    expect(codesOf(found)).toEqual(['F269']);
    expect(positionsOf(found).at(-1)).toBe(99 * 160);
  });

  test('with a jump in its count continues where the other direction is', async () => {
    const first = mcfSide(mulaw);
    const later = mcfSide(alaw, { channel: 2, type: 8 });
    const jumped = later.map(
      (chunk, index): McfChunkSpec => (index < 50 ? chunk : { ...chunk, timestamp: chunk.timestamp + 90_000_000, sequence: 9000 + index }),
    );
    const found = await seen(mcfFile(mcfTurns(first, jumped)));
    expect(codesOf(found)).toEqual(['F370', 'F265']);
    expect(positionsOf(found, 1).slice(48, 52)).toEqual([7680, 7840, 8000, 8160]);
  });

  test('of a sender that paused without counting has silence by the seconds of arrival', async () => {
    const chunks = mcfSide(mulaw, { channel: 0 }).map((chunk, index) => (index < 50 ? chunk : { ...chunk, arrival: (chunk.arrival ?? 0) + 30 }));
    const found = await seen(mcfFile(chunks));
    const gap = (positionsOf(found)[50] ?? 0) - 8000;
    expect(gap / 8000).toBeGreaterThan(28);
    expect(gap / 8000).toBeLessThan(31);
    expect(found.tracks[0]?.packets?.sizes).toHaveLength(100);
  });

  test('with equal seconds of arrival is read by its timestamps', async () => {
    const chunks = mcfTurns(mcfSide(mulaw), mcfSide(alaw, { channel: 2, type: 8 })).map((chunk) => ({ ...chunk, arrival: 0 }));
    const found = await seen(mcfFile(chunks));
    expect(codesOf(found)).toEqual(['F370']);
    expect(positionsOf(found, 1)).toEqual(positionsOf(found, 0));
  });

  test.each([
    [0, 160, 160, 'mulaw'],
    [2, 80, 160, 'g726-32-lsb'],
    [3, 33, 160, 'gsm'],
    [4, 24, 240, 'g723.1'],
    [8, 160, 160, 'alaw'],
    [9, 160, 160, 'g722'],
    [18, 20, 160, 'g729'],
    [63, 38, 160, 'ilbc-20'],
    [63, 50, 240, 'ilbc-30'],
    [61, 32, 160, 'amr-nb-rtp'],
    [62, 61, 320, 'amr-wb-rtp'],
    [60, 40, 960, 'opus-packets'],
    [64, 40, 160, 'unknown'],
    [66, 38, 160, 'unknown'],
  ])('of payload type %i and %i bytes is %s', async (type, size, step, codec) => {
    // First bytes that are valid for each framed coding: 6.3 kbit/s of G.723.1, mode 7 or 8 of AMR, 20 ms of Opus.
    const heads = new Map([
      [4, [0]],
      [60, [0x78]],
      [61, [0xf3, 0xc0]],
      [62, [0xf4, 0x40]],
    ]);
    // Independent bytes that are all equally frequent would be taken for encrypted.
    const isBytewise = type === 0 || type === 8 || type === 9;
    const body = isBytewise ? mulaw.subarray(0, size * 60) : randomBytes(size * 60, type).map((byte, at) => heads.get(type)?.[at % size] ?? byte);
    const found = await seen(mcfFile(mcfSide(body, { channel: 0, type, size, step })));
    expect(found.tracks.map((track) => track.codec)).toEqual([codec]);
    expect(codesOf(found)).toEqual(codec === 'unknown' ? ['F278'] : []);
    expect(found.tracks[0]?.packets?.sizes).toHaveLength(60);
  });

  test('that was not received by RTP has its chunks in sequence', async () => {
    const linear = pack(speech, 's16le');
    const chunks = mcfSide(linear, { channel: 0, type: -1, encoding: 1, size: 80_000 }).map((chunk) => ({ ...chunk, timestamp: 0, sequence: 0 }));
    const [found] = [await seen(mcfFile(chunks))];
    expect(found.tracks[0]).toMatchObject({ codec: 'pcm-s16le', sampleRateHz: 8000, bitsPerSample: 16 });
    const small = mcfFile(
      mcfSide(linear, { channel: 0, type: -1, encoding: 1, size: 640 }).map((chunk) => ({ ...chunk, timestamp: 0, sequence: 0 })),
    );
    const [side] = await decodedSides(await seen(small), small);
    expect(side).toEqual(speech);
  });

  test('of a single chunk is accepted if its fields are those that Oreka writes', async () => {
    const one = mcfChunk({ payload: mulaw.subarray(0, 160), timestamp: 0, sequence: 1, channel: 0 });
    expect(await seen(one)).toMatchObject({ confidence: 'structure', state: 'ok' });
    const strange = one.slice();
    strange[29] = 77;
    expect(await look(strange)).toBeNull();
  });
});

describe('a damaged Oreka file', () => {
  const whole = mcfFile(mcfSide(mulaw, { channel: 0 }));

  test('that is truncated plays all its complete chunks, at any length', async () => {
    for (const left of [1, 31, 32, 33, 191]) {
      const found = await seen(whole.subarray(0, 99 * 192 + left));
      expect(found.state).toBe('truncated');
      expect(codesOf(found)).toEqual(['F371']);
      expect(found.tracks[0]?.packets?.sizes).toHaveLength(99);
    }
  });

  test('is read on after an overwritten stretch', async () => {
    const bytes = whole.slice();
    bytes.fill(0xee, 192 * 10 + 100, 192 * 13 + 50);
    const found = await seen(bytes);
    expect(found.state).toBe('damaged');
    expect(codesOf(found)).toEqual(['F360', 'F263']);
    expect(found.shortfall?.strayBytes).toBe(192 * 3);
    expect(found.tracks[0]?.packets?.sizes).toHaveLength(97);
  });

  test('with bytes inserted between two chunks loses none of them', async () => {
    const bytes = join(whole.subarray(0, 192 * 50), text('** noise **'), whole.subarray(192 * 50));
    const found = await seen(bytes);
    expect(messageOf(found, 'F360')).toContain(`11 of ${bytes.length} bytes, the first at 9600`);
    const [side] = await decodedSides(found, bytes);
    expect(side).toEqual(mulawSamples);
  });

  test('with one wrong size loses only that chunk', async () => {
    const bytes = whole.slice();
    bytes.set([0x00, 0x80], 192 * 30 + 8);
    const found = await seen(bytes);
    expect(messageOf(found, 'F360')).toContain('192 of 19200 bytes, the first at 5760');
    expect(found.tracks[0]?.packets?.sizes).toHaveLength(99);
  });

  test('never throws, whatever bytes are changed, and never refers to bytes outside of the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = whole.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          const packets = (await look(bytes))?.tracks.flatMap((track) => (track.packets === undefined ? [] : [track.packets])) ?? [];
          for (const { offsets, sizes } of packets)
            for (const [at, offset] of offsets.entries()) expect(offset + (sizes[at] ?? 0)).toBeLessThanOrEqual(length);
        },
      ),
      { numRuns: 150 },
    );
  });
});

test('the answer is the same for any split into pieces', async () => {
  const bytes = mcfFile(mcfTurns(mcfSide(mulaw.subarray(0, 3200)), mcfSide(alaw.subarray(0, 3200), { channel: 2, type: 8 })));
  const inner = memoryReader(bytes, 'a.mcf');
  const whole = await mcf.identify(inner, { name: 'a.mcf' }, never);
  const split: ByteReader = {
    ...inner,
    async *stream(start, end) {
      for (let at = start; at < end; at++) yield bytes.subarray(at, at + 1);
    },
  };
  expect(await mcf.identify(split, { name: 'a.mcf' }, never)).toEqual(whole);
});

test('the parser reads a file about once, in large pieces', async () => {
  const bytes = mcfFile(mcfSide(pack(voice(800_000), 'mulaw'), { channel: 0 }));
  let read = 0;
  const inner = memoryReader(bytes, 'a.mcf');
  const reader: ByteReader = {
    ...inner,
    async read(offset, length) {
      const part = await inner.read(offset, length);
      read += part.length;
      return part;
    },
  };
  await mcf.identify(reader, { name: 'a.mcf' }, never);
  expect(read).toBeLessThan(1.2 * bytes.length);
});

test('other bytes are not recognised', async () => {
  for (let seed = 0; seed < 300; seed++) {
    expect(await look(randomBytes(2000, seed))).toBeNull();
    expect(await look(join(text('****'), randomBytes(2000, seed)))).toBeNull();
  }
  expect(await look(text(`${'*'.repeat(70)}\n* A page *\n${'*'.repeat(70)}\n`))).toBeNull();
  expect(await look(mulaw)).toBeNull();
  expect(await look(new Uint8Array(4000))).toBeNull();
});

const folder = joinPath(import.meta.dirname, '../../../../shared/samples/audio/synthetic');
test.skipIf(!existsSync(folder))('a file made by docs/facts has the prompt on both sides', async () => {
  const bytes = new Uint8Array(readFileSync(joinPath(folder, 'mcf/syn_pcmu.mcf')));
  const found = await seen(bytes);
  expect(found.state).toBe('ok');
  const reference = readFileSync(joinPath(folder, 'derived-codecs/reference_pcm16.wav')).subarray(78);
  const [side] = await decodedSides(found, bytes);
  let [xy, xx, yy] = [0, 0, 0];
  const count = Math.min(side?.length ?? 0, reference.length / 2);
  expect(count).toBeGreaterThan(40_000);
  for (let index = 0; index < count; index++) {
    const [value, truth] = [side?.[index] ?? 0, reference.readInt16LE(2 * index)];
    xy += value * truth;
    xx += value * value;
    yy += truth * truth;
  }
  expect((xy * xy) / (xx * yy)).toBeGreaterThan(0.995);
});
