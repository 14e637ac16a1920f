import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

// NICE's container is known only from files: the grade of an importer is independent of that of its format.
const file = join(root, 'samples/formats/nice-mulaw.nmf');
const meaning = 'reverse-engineered by others; check a sample by ear';

let rig: Rig;
beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', file, '--importer', 'loose-files', '--into', 'archive'])).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

test('an experimental format is reported as such by identify, survey, import, convert and show', async () => {
  const identified = await rig.run(['identify', file]);
  expect(identified.stdout).toContain('nmf (experimental) by ');
  expect(identified.stdout + identified.stderr).toContain(`nmf is experimental: ${meaning}`);
  const { lines } = await rig.json(['identify', file]);
  expect(lines.map(({ value }) => (value as { grade?: string } | undefined)?.grade)).toContain('experimental');
  for (const args of [
    ['survey', file, '--importer', 'loose-files'],
    ['import', file, '--importer', 'loose-files', '--into', 'other'],
    ['convert', file, '--out', 'copies'],
  ]) {
    const { code, stdout, stderr } = await rig.run(args);
    expect([args[0], code, (stdout + stderr).includes('M149')]).toEqual([args[0], 0, true]);
  }
  const [listed] = (await rig.json(['list', 'archive'])).lines;
  const id = (listed?.value as { recordingId?: string } | undefined)?.recordingId ?? '';
  expect((await rig.run(['show', 'archive', id])).stdout).toContain('nmf is experimental');
});

test('recording.json and formats.txt of the bag keep the grade', () => {
  const bags = rig.path('archive/bags');
  const files = readdirSync(bags, { recursive: true, encoding: 'utf8' });
  const kept = (name: string): string => readFileSync(join(bags, files.find((path) => path.endsWith(name)) ?? ''), 'utf8');
  expect(JSON.parse(kept('/recording.json'))).toMatchObject({ media: [{ format: 'nmf', formatGrade: 'experimental' }] });
  expect(kept('/formats.txt')).toMatch(new RegExp(`^ {2}grade +experimental: ${meaning}$`, 'm'));
});

test('a format that was tested on real files has no note', async () => {
  const { stdout, stderr } = await rig.run(['identify', join(root, 'samples/formats/wave-alaw.wav')]);
  expect(stdout).toContain('(verified) by ');
  expect(stdout + stderr).not.toContain('M149');
});
