import { existsSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nmf } from '../../../formats/loggers/nmf.ts';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import type { Identification, Track } from '../../../src/core/model/format.ts';
import { codesOf, never } from '../answers.ts';
import { decodedSides } from '../packet-playback.ts';
import { join, pack, randomBytes, voice } from '../wave/builder.ts';
import { nmfCall, nmfFile } from './nmf-builder.ts';

const speech = voice(4000);
const mulaw = pack(speech, 'mulaw');
const alaw = pack(speech, 'alaw');

async function look(bytes: Uint8Array): Promise<Identification | null> {
  return await nmf.identify(memoryReader(bytes, 'a.nmf'), { name: 'a.nmf' }, never);
}
async function seen(bytes: Uint8Array): Promise<Identification> {
  const found = await look(bytes);
  if (found === null) throw new Error('not taken for a NICE media file');
  return found;
}
const packetsOf = (track: Track | undefined) => track?.packets ?? { side: -1, offsets: [], sizes: [], positions: [] };

describe('a NICE media file', () => {
  test('of one stream is decoded bit-identically', async () => {
    const bytes = nmfFile(nmfCall([mulaw], 7));
    const found = await seen(bytes);
    expect(found).toMatchObject({ format: 'nmf', confidence: 'structure', state: 'ok', findings: [] });
    expect(found.tracks).toHaveLength(1);
    const [side] = await decodedSides(found, bytes);
    expect(side).toHaveLength(4000);
    // mu-law keeps 13 bits at best; the reference is the inverse of the same table.
    expect(pack(side ?? new Int16Array(0), 'mulaw')).toEqual(mulaw);
  });

  test('of two streams gives two sides on one time line', async () => {
    const bytes = nmfFile(nmfCall([alaw, alaw.subarray(0, 2400)], 3));
    const found = await seen(bytes);
    expect(found.tracks.map((track) => packetsOf(track).side)).toEqual([0, 1]);
    const sides = await decodedSides(found, bytes);
    expect(sides.map((side) => side.length)).toEqual([4000, 4000]);
    expect(pack(sides[0] ?? new Int16Array(0), 'alaw')).toEqual(alaw);
    expect([...(sides[1] ?? []).slice(2400)].every((value) => value === 0)).toBe(true);
  });

  test('has silence before its first packet and where packets are missing', async () => {
    const call = nmfCall([mulaw], 7, 1.5);
    const bytes = nmfFile(call.filter((_, index) => index !== 2 && index !== 3));
    const found = await seen(bytes);
    expect(codesOf(found)).toEqual(['F365']);
    expect(found.findings[0]?.message).toBe('1.70 s of silence is inserted where there is no packet: 1.50 s at the beginning, 1 gap between');
    expect([...packetsOf(found.tracks[0]).positions]).toEqual([12_000, 14_400, 15_200]);
    const [side] = await decodedSides(found, bytes);
    expect(side).toHaveLength(16_000);
  });

  test('with times of a coarse clock has no artificial gaps', async () => {
    const call = nmfCall([mulaw], 7).map((packet) => (packet.at === null ? packet : { ...packet, at: Math.floor(packet.at / 0.0156) * 0.0156 }));
    const found = await seen(nmfFile(call));
    expect(found.findings).toEqual([]);
    expect([...packetsOf(found.tracks[0]).positions]).toEqual([0, 800, 1600, 2400, 3200]);
  });

  test.each([
    [1, 2, 'g726-16-lsb'],
    [2, 4, 'g726-32-lsb'],
    [1, 5, 'g726-40-lsb'],
  ])('of compression %i and %i bits a sample is %s', async (compression, bits, codec) => {
    const packets = nmfCall([mulaw], compression).map((packet) =>
      packet.payload === undefined ? packet : { ...packet, payload: randomBytes((packet.payload.length * bits) / 8, bits) },
    );
    const found = await seen(nmfFile(packets));
    expect(found.tracks[0]?.codec).toBe(codec);
    expect(codesOf(found)).toEqual(['F366']);
  });

  test('of an unknown compression is reported and not decoded', async () => {
    const found = await seen(nmfFile(nmfCall([randomBytes(4000, 3)], 4)));
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown', codecName: 'NICE compression 4 (unknown coding)' });
  });

  test('whose code contradicts its times is reported', async () => {
    // mu-law bytes labelled G.729: eight times too long.
    expect(codesOf(await seen(nmfFile([...nmfCall([join(mulaw, mulaw, mulaw)], 8)])))).toEqual(['F367']);
  });
});

describe('a damaged NICE media file', () => {
  const call = nmfFile(nmfCall([mulaw], 7));

  test('is read on after the damage', async () => {
    const bytes = call.slice();
    bytes.fill(0xee, 1000, 1900);
    const found = await seen(bytes);
    expect(found.state).toBe('damaged');
    expect(codesOf(found)).toContain('F360');
    expect(found.shortfall?.strayBytes).toBeGreaterThanOrEqual(800);
    const taken = packetsOf(found.tracks[0]).sizes;
    expect([...taken].reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(2400);
  });

  test('that is truncated has all its data, and the missing end is reported', async () => {
    const found = await seen(call.subarray(0, call.length - 500));
    expect(found.state).toBe('truncated');
    expect(codesOf(found)).toEqual(['F363', 'F364']);
    expect([...packetsOf(found.tracks[0]).sizes].reduce((sum, size) => sum + size, 0)).toBe(4000 - 500 + 28);
  });

  test('of only headers has no audio', async () => {
    expect(
      await seen(
        nmfFile([
          { type: 1, at: 0, seconds: 60 },
          { type: 7, at: null },
        ]),
      ),
    ).toMatchObject({ state: 'header-only', tracks: [] });
  });
});

test('other bytes are not recognised', async () => {
  for (let seed = 0; seed < 300; seed++) expect(await look(randomBytes(2000, seed))).toBeNull();
  expect(await look(mulaw)).toBeNull();
  expect(await look(new Uint8Array(4000))).toBeNull();
});

test('the parser reads the file about once, in large pieces', async () => {
  const bytes = nmfFile(nmfCall([pack(voice(400_000), 'mulaw')], 7));
  let read = 0;
  let calls = 0;
  const inner = memoryReader(bytes, 'a.nmf');
  const reader: ByteReader = {
    ...inner,
    async read(offset, length) {
      const part = await inner.read(offset, length);
      read += part.length;
      calls++;
      return part;
    },
  };
  expect((await nmf.identify(reader, { name: 'a.nmf' }, never))?.tracks).toHaveLength(1);
  expect(read).toBeLessThan(2.5 * bytes.length);
  expect(calls).toBeLessThan(10);
});

const folder = joinPath(import.meta.dirname, '../../../../shared/samples/audio/synthetic');
test.skipIf(!existsSync(folder))('longplay also decodes files that the public converter accepts', async () => {
  const one = new Uint8Array(readFileSync(joinPath(folder, 'nmf/syn_mulaw_1stream.nmf')));
  const reference = readFileSync(joinPath(folder, 'derived-codecs/reference_pcm16.wav')).subarray(78);
  const [side] = await decodedSides(await seen(one), one);
  const spoken = (side ?? new Int16Array(0)).subarray(8000);
  expect(spoken).toHaveLength(55_576);
  let [xy, xx, yy] = [0, 0, 0];
  for (const [index, value] of spoken.entries()) {
    const truth = reference.readInt16LE(2 * index);
    xy += value * truth;
    xx += value * value;
    yy += truth * truth;
  }
  expect((xy * xy) / (xx * yy)).toBeGreaterThan(0.995);
  const two = new Uint8Array(readFileSync(joinPath(folder, 'nmf/syn_g729_2streams.nmf')));
  expect((await seen(two)).tracks.map((track) => track.codec)).toEqual(['g729', 'g729']);
});
