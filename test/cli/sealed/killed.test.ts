import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from '../rig.ts';
import { asterisk, createSealedRig, filesBelow, filesWith } from './sealed-rig.ts';

/** Sound of the source as it would appear in a file: parts of its PCM that are not silence. */
function soundOf(folder: string): readonly Buffer[] {
  const waves = filesBelow(folder).filter((file) => file.endsWith('.wav'));
  return waves.map((file) => readFileSync(join(folder, file)).subarray(8_000, 8_064)).filter((part) => new Set(part).size > 8);
}

/** Returns files that contain a number, a name or sound of the source. */
function readable(folder: string, sound: readonly Buffer[]): string[] {
  if (!existsSync(folder)) return [];
  const loud = filesBelow(folder).filter((file) => sound.some((part) => readFileSync(join(folder, file)).includes(part)));
  return [...new Set([...filesWith(folder, asterisk.words), ...loud])];
}

// Each place is at another stage of the import: reading, the plan, drafts of bags, landing, the catalog.
test('the remains of a killed import of a sealed archive reveal nothing, and the next run continues it', async ({ skip }) => {
  if (spawnSync('strace', ['-V']).error !== undefined) skip('strace is missing');
  await using rig = await createSealedRig();
  const sound = soundOf(asterisk.folder);
  expect(sound.length).toBeGreaterThan(0);
  let jobs = 0;
  let unpacked = 0;
  // Unpacked into the folder for temporary files.
  const packed = rig.path('export.tar.gz');
  expect(spawnSync('tar', ['czf', packed, '-C', join(asterisk.folder, '..'), 'asterisk-normal']).status).toBe(0);
  for (const [call, when] of [
    ['pwrite64', 3],
    ['fsync', 24],
    ['rename', 14],
  ] as const) {
    const [archive, temporary] = [rig.path(`archive-${call}-${when}`), rig.path(`tmp-${call}-${when}`)];
    mkdirSync(temporary);
    const args = [
      'import',
      call === 'pwrite64' ? packed : asterisk.folder,
      '--into',
      archive,
      '--zone',
      'Europe/Stockholm',
      '--sealed',
      '--jobs',
      '1',
    ];
    const env = { ...process.env, LONGPLAY_KEYS: rig.keys, LONGPLAY_KEYRING: rig.keyring, LONGPLAY_TMPDIR: temporary };
    const inject = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${when}`];
    const killed = spawnSync('strace', [...inject, process.execPath, cli, ...args], { env, encoding: 'utf8' });
    const place = `${call} ${when}`;
    if (killed.signal === null && killed.status === 0) throw new Error(`the import ended before ${place}`);
    expect([place, readable(temporary, sound), readable(archive, sound).filter((file) => !file.startsWith('reports/'))]).toEqual([place, [], []]);
    unpacked += filesBelow(temporary).filter((file) => file.includes('/source-')).length;
    if (existsSync(join(archive, 'jobs'))) jobs += readdirSync(join(archive, 'jobs')).length;
    const resumed = await rig.run(args, { env: { LONGPLAY_KEYRING: rig.keyring, LONGPLAY_TMPDIR: temporary } });
    expect([place, resumed.code], resumed.stderr).toEqual([place, 0]);
    const listed = await rig.sealed('list', archive, '--json');
    expect([place, listed.stdout.split('\n').filter((line) => line.includes('"recordingId"')).length]).toEqual([place, 6]);
    const verified = await rig.sealed('verify', archive);
    expect([place, verified.code], verified.stdout).toEqual([place, 0]);
    expect(readable(join(archive, 'jobs'), sound)).toEqual([]);
    expect(filesWith(archive, asterisk.words).filter((file) => file.startsWith('catalog'))).toEqual([]);
  }
  // The remains included plans and unpacked files.
  expect([jobs > 0, unpacked > 0]).toEqual([true, true]);
});
