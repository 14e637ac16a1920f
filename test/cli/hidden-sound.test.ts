import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomBytes } from '../formats/wave/builder.ts';
import { bytesOf, speech } from '../media/medium-rig.ts';
import { createRig } from './rig.ts';

const sound = Buffer.from(bytesOf(speech(8_000, 4)));

/** A WAVE of 8 kHz and 16 bits with these chunks after its fmt chunk. */
function waveOf(...chunks: readonly (readonly [id: string, bytes: Uint8Array])[]): Buffer {
  const format = Buffer.from('01000100401f0000803e000002001000', 'hex');
  const parts = [['fmt ', format] as const, ...chunks].flatMap(([id, bytes]) => {
    const header = Buffer.alloc(8);
    header.write(id, 'latin1');
    header.writeUInt32LE(bytes.length, 4);
    return [header, bytes];
  });
  const body = Buffer.concat([Buffer.from('WAVE'), ...parts]);
  const riff = Buffer.alloc(8);
  riff.write('RIFF');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}

const info = Buffer.concat([Buffer.from('INFOICMT'), Buffer.from([0x80, 0x1f, 0, 0]), Buffer.alloc(8_064, 'a call, ')]);
const picture = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x40\0'), randomBytes(9_000, 4)]);
const tags = Buffer.from(`<?xml version="1.0"?><BWFXML>${'ä'.repeat(5_000)}</BWFXML>`);

test.each(['PAD ', 'JUNK', 'FLLR', 'DATA', 'dat\0', 'cont', 'LIST', 'iXML', 'bext', 'cue ', 'id3 ', 'fact', 'levl', 'abcd'])(
  'sound in a chunk named "%s" is not a call without sound: the import ends with 3',
  async (id) => {
    await using rig = createRig();
    mkdirSync(rig.path('calls'));
    writeFileSync(rig.path('calls/a.wav'), waveOf([id, sound]));
    const { code, lines } = await rig.json(['import', 'calls', '--into', 'archive']);
    expect(code).toBe(3);
    expect(lines.filter((line) => line.code === 'M147' || line.code === 'F103' || line.code === 'M145')).not.toEqual([]);
  },
);

test('sound in an unknown chunk beside a nearly empty data chunk makes the copy doubtful', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls/a.wav'), waveOf(['data', sound.subarray(0, 2_000)], ['PAD ', sound]));
  const { code, lines } = await rig.json(['import', 'calls', '--into', 'archive']);
  expect(lines.find((line) => line.code === 'M145')?.message).toMatch(/^about 4\.0 of 4\.1 s \(97 %\) are missing: 64000 bytes contain no audio$/);
  expect(code).toBe(3);
});

test.each<[string, Buffer]>([
  ['only a header', waveOf(['data', new Uint8Array(0)])],
  ['space that was reserved beforehand', waveOf(['JUNK', new Uint8Array(28_672)], ['data', new Uint8Array(0)])],
  ['texts, pictures and XML', waveOf(['LIST', info], ['id3 ', picture], ['iXML', tags])],
])('a call without sound stays one: %s', async (_what, bytes) => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls/a.wav'), bytes);
  const { lines } = await rig.json(['import', 'calls', '--into', 'archive']);
  expect(lines.filter((line) => line.code === 'M147' || line.code === 'M145')).toEqual([]);
});

test.each<[string, Buffer]>([
  ['a picture longer than the sound', waveOf(['data', sound.subarray(0, 2_000)], ['id3 ', picture])],
  ["a recorder's own bytes shorter than the sound", waveOf(['nice', randomBytes(40_000, 6)], ['data', sound])],
  ['space for more', waveOf(['data', sound.subarray(0, 4_000)], ['PAD ', new Uint8Array(60_000)])],
])('a call is complete with %s', async (_what, bytes) => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls/a.wav'), bytes);
  const { code, lines } = await rig.json(['import', 'calls', '--into', 'archive']);
  expect([code, lines.filter((line) => line.code === 'M145' || line.code === 'M147')]).toEqual([0, []]);
});
