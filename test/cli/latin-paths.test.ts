import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, createRig, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');

/** A folder with two names in UTF-8 and two in Latin-1 that look alike when read as UTF-8. */
function latinFolder(rig: Rig): void {
  mkdirSync(rig.path('in'));
  const [first = ''] = readdirSync(sample, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wav'))
    .sort();
  for (const name of [[0x61], [0x63], [0x62, 0xe4], [0x62, 0xe5]])
    copyFileSync(join(sample, first), Buffer.concat([Buffer.from(`${rig.path('in')}/`), Buffer.from(name), Buffer.from('.wav')]));
}

test('files whose names are not UTF-8 are identified and converted if they are given one by one, each once', async () => {
  await using rig = createRig();
  latinFolder(rig);
  const identified = await rig.exec('sh', ['-c', `'${process.execPath}' '${cli}' identify in/*`]);
  expect([identified.code, identified.stderr]).toEqual([0, '']);
  expect(identified.stdout).toContain('4 files: 4 identified, 4 can be played.');
  const converted = await rig.exec('sh', [
    '-c',
    `'${process.execPath}' '${cli}' convert in/* --out out --quiet && cd out && sha256sum --strict --quiet -c manifest-sha256.txt`,
  ]);
  expect([converted.code, converted.stderr]).toEqual([0, '']);
  expect(readdirSync(rig.path('out')).filter((name) => name.endsWith('.opus'))).toHaveLength(4);
});

test('a path to nothing is reported, and the others are read all the same', async () => {
  await using rig = createRig();
  latinFolder(rig);
  for (const [command, counts] of [
    ['identify', '2 files: 2 identified'],
    ['convert --out out', 'Converted 2 files'],
  ] as const) {
    const run = await rig.exec('bash', ['-c', `'${process.execPath}' '${cli}' ${command} in/a.wav $'in/gone\\xe5.wav' in/c.wav`]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(counts);
    expect(run.stderr).toMatch(/S151 \S*in\/gone\ufffd\.wav/);
  }
  const alone = await rig.exec('bash', ['-c', `'${process.execPath}' '${cli}' identify $'in/gone\\xe5.wav'`]);
  expect([alone.code, alone.stdout]).toEqual([2, '']);
});
