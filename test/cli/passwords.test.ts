import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { samplePassword } from '../formats/dictation/dss-samples.ts';
import { createRig, type Rig, root } from './rig.ts';

const formats = join(root, 'samples/formats');

/** Two encrypted recordings and the same one plain. */
function makeSource(rig: Rig): void {
  mkdirSync(rig.path('dictation'));
  for (const name of ['ds2-qp.ds2', 'ds2-encrypted-128.ds2', 'ds2-encrypted-256.ds2']) copyFileSync(join(formats, name), rig.path('dictation', name));
  writeFileSync(rig.path('right.txt'), `not this one\r\n\n${samplePassword}\r\n`);
  writeFileSync(rig.path('wrong.txt'), 'not this one');
  writeFileSync(rig.path('empty.txt'), '\n\r\n');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const codesOf = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.filter((line) => line.type === 'finding' && /^[FM]/.test(String(line.code))).map((line) => line.code);

test('with the password encrypted recordings become the same copies as the plain one; a second run converts those that failed before', async () => {
  await using rig = createRig();
  makeSource(rig);
  const without = await rig.json(['convert', 'dictation', '--out', 'copies', '--access', 'wav']);
  expect([without.code, without.summary]).toMatchObject([3, { converted: 1, notConverted: 2 }]);
  expect(codesOf(without.lines)).toEqual(['F330', 'F330']);
  const wrong = await rig.json(['convert', 'dictation', '--out', 'copies', '--access', 'wav', '--password-file', 'wrong.txt']);
  expect([wrong.code, codesOf(wrong.lines)]).toEqual([3, ['F331', 'F331']]);
  const right = await rig.json(['convert', 'dictation', '--out', 'copies', '--access', 'wav'], { LONGPLAY_PASSWORD_FILE: rig.path('right.txt') });
  expect([right.code, right.summary]).toMatchObject([0, { converted: 2, kept: 1, notConverted: 0 }]);
  const wanted = readFileSync(rig.path('copies/ds2-qp.wav'));
  expect(wanted.length).toBeGreaterThan(27 * 512);
  for (const name of ['ds2-encrypted-128.wav', 'ds2-encrypted-256.wav'])
    expect(readFileSync(rig.path('copies', name)).equals(wanted), name).toBe(true);
});

test('an archive holds the encrypted original unchanged, a playable copy, and the password nowhere', async () => {
  await using rig = createRig();
  makeSource(rig);
  const run = await rig.run(['import', 'dictation', '--into', 'archive', '--password-file', 'right.txt', '--verbose']);
  expect([run.code, run.stdout.includes(samplePassword), run.stderr.includes(samplePassword)]).toEqual([0, false, false]);
  const files = filesBelow(rig.path('archive'));
  const originals = files.filter((file) => file.endsWith('.ds2'));
  expect(originals.map((file) => readFileSync(file).toString('latin1')).sort()).toEqual(
    filesBelow(rig.path('dictation'))
      .map((file) => readFileSync(file).toString('latin1'))
      .sort(),
  );
  expect(files.filter((file) => file.endsWith('access-1.opus'))).toHaveLength(3);
  expect(files.filter((file) => readFileSync(file).includes(samplePassword))).toEqual([]);
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
});

test('without the password the originals are kept, each reported, and the import reports that it is incomplete', async () => {
  await using rig = createRig();
  makeSource(rig);
  const { code, lines, summary } = await rig.json(['import', 'dictation', '--into', 'archive']);
  expect([code, summary]).toMatchObject([3, { imported: 3, notImported: 0, notPlayable: 2 }]);
  expect(codesOf(lines)).toEqual(['F330', 'F330']);
  expect(filesBelow(rig.path('archive')).filter((file) => file.endsWith('.ds2'))).toHaveLength(3);
});

test('identify and survey report whether the password fits', async () => {
  await using rig = createRig();
  makeSource(rig);
  for (const command of ['identify', 'survey']) {
    for (const [options, codes] of [
      [[], ['F330', 'F330']],
      [
        ['--password-file', 'wrong.txt'],
        ['F331', 'F331'],
      ],
      [['--password-file', 'right.txt'], []],
    ] as const) {
      const { lines } = await rig.json([command, 'dictation', ...options]);
      expect([command, codesOf(lines)]).toEqual([command, codes]);
    }
  }
});

test('an unusable password file ends the command before anything is done; a password on the command line is not an option', async () => {
  await using rig = createRig();
  makeSource(rig);
  for (const [file, code] of [
    ['absent.txt', 'U200'],
    ['.', 'U200'],
    ['empty.txt', 'U201'],
  ] as const) {
    const run = await rig.run(['import', 'dictation', '--into', 'archive', '--password-file', file]);
    expect([run.code, run.stderr.includes(code), existsSync(rig.path('archive'))]).toEqual([2, true, false]);
  }
  expect((await rig.run(['convert', 'dictation', '--out', 'copies', '--password', samplePassword])).code).toBe(2);
});
