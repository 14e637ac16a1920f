import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { g729Speech, g729Stream } from '../formats/frames/g729-stream.ts';
import { createRig } from './rig.ts';

const calls = Buffer.concat(Array.from({ length: 15 }, () => g729Speech));
const frames = calls.length / 10;

/** The call with some frames marked as erased. */
function withErased(erased: (frame: number) => boolean): Buffer {
  const bytes = Buffer.from(calls);
  for (let frame = 0; frame < frames; frame++) if (erased(frame)) bytes.fill(0, frame * 10, frame * 10 + 10);
  return bytes;
}

/** A WAVE of tag 0x0083, G.729. */
function wave(sound: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + sound.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  for (const [at, value] of [
    [20, 0x83],
    [22, 1],
    [32, 10],
    [34, 0],
  ] as const)
    header.writeUInt16LE(value, at);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(1_000, 28);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(sound.length, 40);
  return Buffer.concat([header, sound]);
}

test.each([
  ['one in twenty', (frame: number) => frame % 20 === 7, 48],
  ['one in four', (frame: number) => frame % 4 === 1, 240],
  ['a tenth in one piece', (frame: number) => frame >= 400 && frame < 496, 96],
] as const)('G.729 calls that lost %s of their frames are converted and reported', async (_what, erased, count) => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls', 'raw.g729'), withErased(erased));
  writeFileSync(rig.path('calls', 'wave.wav'), wave(withErased(erased)));
  const { code, lines } = await rig.json(['convert', rig.path('calls'), '--out', rig.path('out')]);
  const found = lines.flatMap((line) => (line.type === 'finding' && line.code !== 'F200' ? [`${line.place} ${line.code} ${line.message}`] : []));
  const told = `F390 ${count} of ${frames} frames of G.729 are all zeros, the form in which lost frames are stored: ${count * 10} ms are concealed`;
  expect({ code, found: found.sort() }).toEqual({ code: 0, found: [`raw.g729 ${told}`, `wave.wav ${told}`] });
  const made = lines.flatMap((line) => (line.type === 'result' ? [line.value as { samples: number }] : []));
  expect(made.map(({ samples }) => samples)).toEqual([frames * 80, frames * 80]);
});

test('frames between silence frames are found even if some are erased', async () => {
  await using rig = createRig();
  // Frames 30 and 31 of the first run of speech in it.
  const bytes = Buffer.from(g729Stream);
  bytes.fill(0, 16 + 300, 16 + 320);
  writeFileSync(rig.path('call.g729'), bytes);
  const { code, lines } = await rig.json(['identify', rig.path('call.g729')]);
  const found = lines.flatMap((line) => (line.type === 'finding' ? [`${line.code} ${line.message}`] : []));
  expect(code).toBe(0);
  expect(found).toContain('F390 2 of 118 frames of G.729 are all zeros, the form in which lost frames are stored: 20 ms are concealed');
  expect(found.filter((text) => text.startsWith('F252') || text.startsWith('F122'))).toEqual([]);
});
