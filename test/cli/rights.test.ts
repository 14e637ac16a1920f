import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig, type Run, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');

/** Runs the command line under a umask that lets all users of the machine write all files. */
async function carelessly(rig: Rig, ...args: string[]): Promise<Run> {
  const umask = process.umask(0);
  try {
    return await rig.run(args, { env: { LONGPLAY_KEYS: rig.path('keys') } });
  } finally {
    process.umask(umask);
  }
}

/** What below a folder, and the folder itself, has other rights than these. */
function others(folder: string, folderMode: number, fileMode: number): string[] {
  const all = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
  return all.flatMap((name) => {
    const stat = statSync(join(folder, name));
    const mode = stat.mode & 0o777;
    return mode === (stat.isDirectory() ? folderMode : fileMode) ? [] : [`${name}: ${mode.toString(8)}`];
  });
}

test('a new archive, everything in it, its replicas and its exports are for its user only, whatever the umask', async () => {
  await using rig = createRig();
  // With the mode of mkdir, which the mount point of a disk often has.
  mkdirSync(rig.path('archive'));
  chmodSync(rig.path('archive'), 0o755);
  const steps = [
    ['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'],
    ['verify', 'archive', '--every', '90d', '--metrics-file', rig.path('longplay.prom')],
    ['subject', 'archive', '4711', '--case', 'a request', '--out', rig.path('case')],
    ['viewer', 'archive'],
    ['report', 'archive'],
    ['rehash', 'archive', '--add', 'blake2b'],
    ['replica', 'add', 'archive', 'further', rig.path('further')],
    ['replica', 'sync', 'archive'],
    ['export', 'archive', '--all', '--out', rig.path('exported')],
    ['catalog', 'rebuild', 'archive'],
  ];
  for (const step of steps) {
    const { code, stderr } = await carelessly(rig, ...step);
    expect([step.slice(0, 2), code, stderr]).toEqual([step.slice(0, 2), 0, stderr]);
  }
  for (const folder of ['archive', 'further', 'case', 'exported', 'keys'])
    expect([folder, others(rig.path(folder), 0o700, 0o600)]).toEqual([folder, []]);
  expect(existsSync(rig.path('archive/catalog.sqlite'))).toBe(true);
  // The collector of Prometheus is another user.
  expect(statSync(rig.path('longplay.prom')).mode & 0o777).toBe(0o644);
  expect((await carelessly(rig, 'doctor', 'archive')).stderr).not.toMatch(/P314|P315/);
});

test('an archive in a folder that a group may enter is readable for the group, and one that was open before stays open', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('shared'));
  chmodSync(rig.path('shared'), 0o750);
  expect((await carelessly(rig, 'import', sample, '--into', 'shared', '--zone', 'Europe/Stockholm')).code).toBe(0);
  expect(others(rig.path('shared'), 0o750, 0o640)).toEqual([]);
  chmodSync(rig.path('shared'), 0o755);
  mkdirSync(rig.path('more'));
  copyFileSync(join(root, 'samples/canaries/gsm.gsm'), rig.path('more/gsm.gsm'));
  const before = new Set(readdirSync(rig.path('shared/bags'), { recursive: true, encoding: 'utf8' }));
  expect((await carelessly(rig, 'import', 'more', '--into', 'shared')).code).toBe(0);
  const came = readdirSync(rig.path('shared/bags'), { recursive: true, encoding: 'utf8' }).filter((name) => !before.has(name));
  expect(came.length).toBeGreaterThan(0);
  for (const name of came) expect([name, statSync(rig.path('shared/bags', name)).mode & 0o055]).not.toEqual([name, 0]);
});
