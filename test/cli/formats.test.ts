import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContext } from '../../src/cli/machine/context.ts';
import { registerMarkdown } from '../../src/cli/texts/register.ts';
import { readCanaries } from '../../src/media/canaries.ts';
import { createRig, type Rig } from './rig.ts';

// Doctor decodes some 200 canaries.

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(async () => await rig[Symbol.asyncDispose]());

test('docs/reference/formats.md equals the register; npm run docs writes it', () => {
  const { formats, codecs, samples } = createContext();
  const canaries = JSON.parse(readFileSync(join(samples, 'canaries.json'), 'utf8'));
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/formats.md'), 'utf8');
  expect(page.trimEnd()).toBe(registerMarkdown({ formats, codecs, canaries }));
});

test('a format or codec is shown by name, and a mistyped name gives suggestions', async () => {
  const format = await rig.run(['formats', 'riff-wave']);
  expect(format.code).toBe(0);
  expect(format.stdout).toMatch(/^format {2,}riff-wave/);
  const codec = await rig.run(['formats', 'mulaw', '--json']);
  expect(codec.stdout.split('\n')[0]).toContain('"decodedBy":"us"');
  const wrong = await rig.run(['formats', 'mulav']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('did you mean mulaw?');
});

test('doctor does the complete work once, leaves nothing behind, and reports failures', async () => {
  mkdirSync(rig.path('temporary'));
  const env = { LONGPLAY_TMPDIR: rig.path('temporary') };
  const well = await rig.json(['doctor'], env);
  expect(well.summary).toMatchObject({ exitCode: 0, missing: [], failed: [] });
  expect(well.lines.filter(({ of }) => of === 'step').map(({ value }) => value)).toMatchObject([
    { step: 'import', isWell: true },
    { step: 'verify and play', isWell: true },
    { step: 'search', isWell: true },
  ]);
  expect(readdirSync(rig.path('temporary'))).toEqual([]);
  const without = await rig.json(['doctor'], { ...env, LONGPLAY_FFMPEG: 'none' });
  expect(without.summary).toMatchObject({ exitCode: 5, missing: ['FFmpeg'], failed: ['FFmpeg'] });
  expect(without.lines.filter(({ of }) => of === 'step').map(({ value }) => value)).toMatchObject([
    { step: 'import', isWell: true },
    { step: 'verify and play', isWell: true },
    { step: 'search', isWell: true },
    { step: 'FFmpeg', isWell: false, isTried: false },
  ]);
  expect((await rig.json(['doctor'], { LONGPLAY_TMPDIR: '/dev/null/temporary' })).summary).toMatchObject({
    exitCode: 5,
    missing: [],
    failed: ['temporary files'],
  });
});

test('doctor decodes the canaries bit-identically, and reports what it cannot do without FFmpeg; to record an entry of canaries.json again, delete it', async () => {
  const well = await rig.json(['doctor', '--canaries']);
  const messages = well.lines.flatMap(({ type, code, place, message }) =>
    type === 'finding' && code !== 'P182' ? [`${code} ${place}: ${message}`] : [],
  );
  expect(messages).toEqual([]);
  const { canaries: count } = well.summary.canaries as { readonly canaries: number };
  expect(well.summary).toMatchObject({ exitCode: 0, canaries: { notDecoded: 0, different: 0 } });
  const files = well.lines.flatMap(({ of, value }) => (of === 'canary' ? [(value as { readonly file: string }).file] : []));
  const { samples } = createContext();
  expect([count, files]).toEqual([files.length, readCanaries(samples).map(({ file }) => file)]);
  expect(files.length).toBeGreaterThan(200);
  const without = await rig.run(['doctor', '--canaries', '-q'], { env: { LONGPLAY_FFMPEG: 'none' } });
  expect(without.code).toBe(5);
  expect(without.stdout).toMatch(/could NOT be decoded here/);
});
