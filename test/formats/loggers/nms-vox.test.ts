import { expect, test } from 'vitest';
import { answer, answers, codesOf } from '../answers.ts';
import { join, pack, randomBytes, u16, u32, voice } from '../wave/builder.ts';

/** The file of the manual: 48 indices, 98 frames of NMS at 24 kbit/s, one frame of text (Dialogic Natural Access manual, voxinfo). */
function fileOfTheManual(): Uint8Array {
  const head = join(u16(2, 48, 2, 2, 46, 0), u32(6650, 99), new Uint8Array(12));
  const indices = join(u16(0), u32(0x200, 0x62), u16(0x8000), u32(0x19bc, 1));
  return join(head, indices, new Uint8Array(460), randomBytes(6076, 1), new Uint8Array(62));
}

test('the file that voxinfo prints in the manual has one message, at the bytes that the manual names', async () => {
  const file = fileOfTheManual();
  expect(file.length).toBe(6650);
  const found = await answer(file, 'mprompt.vox');
  expect(found).toMatchObject({ format: 'nms-vox', confidence: 'structure', findings: [], state: 'ok' });
  expect(found.tracks).toMatchObject([{ codec: 'nms-adpcm-24', blockBytes: 62, spans: [[0x200, 0x19bc]] }]);
});

test('the name does not matter, and an inconsistent count is rejected', async () => {
  expect((await answer(fileOfTheManual(), '000123')).format).toBe('nms-vox');
  for (const at of [0, 2, 8, 12]) {
    const file = fileOfTheManual();
    file[at] = (file[at] ?? 0) ^ 0x55;
    expect((await answers(file, 'a.dat')).map(({ format }) => format)).toEqual([]);
  }
});

test('segments that overlap or are beyond the end are reported; what is in the file is kept', async () => {
  const sound = pack(voice(1600), 'mulaw');
  const file = (second: number): Uint8Array =>
    join(u16(10, 2, 2, 2, 0, 1), u32(32 + 20 + 1600, 20), new Uint8Array(12), u16(0), u32(52, 10), u16(0), u32(second, 10), sound);
  expect((await answer(file(852), 'a.vox')).findings).toEqual([]);
  const overlapping = await answer(file(500), 'a.vox');
  expect(codesOf(overlapping)).toEqual(['F350']);
  const outside = await answer(file(1500), 'a.vox');
  expect([codesOf(outside), outside.state]).toEqual([['F350'], 'truncated']);
  expect(outside.tracks[0]?.spans).toEqual([
    [52, 852],
    [1500, 1652],
  ]);
});

test('an encoding that the manual does not describe is reported and not decoded', async () => {
  const file = join(u16(22, 1, 1, 1, 0, 0), u32(42 + 300, 10), new Uint8Array(12), u16(0), u32(42, 10), randomBytes(300, 3));
  expect((await answer(file, 'a.vox')).tracks[0]).toMatchObject({ codec: 'unknown', codecName: 'NMS encoding 22 (IMA ADPCM, 24 kbit/s)' });
});
