import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, filesWith, type SealedRig } from './sealed-rig.ts';

const into = (archive: string): readonly string[] => ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--no-keep-tables'];
const versionOf = (archive: string): number => JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8')).version;

/** Runs as typed, without a keyring at the named place or the usual one. */
function withoutKeyring(rig: SealedRig, args: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<SealedRig['run']> {
  return rig.run(args, { env: { LONGPLAY_KEYRING: rig.path('nowhere'), ...env } });
}

test('a new archive is sealed, and an import without a keyring names both options, ends with 2 and changes nothing', async () => {
  await using rig = await createSealedRig();
  for (const more of [[], ['--sealed'], ['--dry-run'], ['--follow', '--settle', '1s']]) {
    const before = fingerprint(rig.folder);
    const refused = await withoutKeyring(rig, [...into('archive'), ...more]);
    expect([more, refused.code, refused.stdout]).toEqual([more, 2, '']);
    expect(refused.stderr).toMatch(/K100 [\s\S]*longplay keyring init --copy PATH[\s\S]*--open/);
    expect([more, fingerprint(rig.folder), existsSync(rig.path('archive'))]).toEqual([more, before, false]);
  }
  // The usual place, in the folder of the user's configuration.
  const env = { PATH: process.env.PATH, HOME: rig.folder, LONGPLAY_KEYS: rig.keys };
  const usual = spawnSync(process.execPath, [cli, ...into('archive')], { cwd: rig.folder, env, encoding: 'utf8' });
  expect([usual.status, usual.stderr]).toEqual([2, expect.stringContaining(rig.path('.config/longplay/keyring'))]);
  expect(existsSync(rig.path('archive'))).toBe(false);

  const made = await rig.sealed(...into('archive'));
  expect([made.code, versionOf(rig.path('archive'))], made.stderr).toEqual([0, 2]);
  expect(filesWith(rig.path('archive'), asterisk.words)).toEqual([]);
});

test('an import follows the kind of the archive, and refuses the other kind', async () => {
  await using rig = await createSealedRig();
  expect((await withoutKeyring(rig, [...into('open'), '--open'])).code).toBe(0);
  expect(versionOf(rig.path('open'))).toBe(1);
  expect((await rig.sealed(...into('sealed'))).code).toBe(0);
  const before = fingerprint(rig.folder);
  for (const [archive, option, code] of [
    ['open', '--sealed', 'K205'],
    ['sealed', '--open', 'K208'],
  ] as const)
    for (const more of [[], ['--dry-run']]) {
      const refused = await rig.sealed(...into(archive), option, ...more);
      expect([archive, more, refused.code, refused.stderr]).toEqual([archive, more, 2, expect.stringContaining(code)]);
    }
  expect((await rig.sealed(...into('new'), '--sealed', '--open')).code).toBe(2);
  expect(fingerprint(rig.folder)).toEqual(before);
  // A further source: each kind continues as it is, with or without a keyring.
  mkdirSync(rig.path('more'));
  cpSync(join(asterisk.folder, 'monitor'), rig.path('more'), { recursive: true });
  const more = (archive: string): readonly string[] => ['import', 'more', '--into', archive, '--importer', 'loose-files', '--site', 'more'];
  const results = [await withoutKeyring(rig, more('open')), await rig.sealed(...more('sealed'))];
  for (const { code, stderr } of results) expect([0, 3].includes(code ?? -1), stderr).toBe(true);
  const documents = (archive: string, name: string): number =>
    readdirSync(rig.path(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(`/${name}`)).length;
  for (const archive of ['open', 'sealed']) {
    const names = ['recording.json', 'recording.json.age'].map((name) => documents(archive, name) > 6);
    expect([archive, names]).toEqual([archive, archive === 'open' ? [true, false] : [false, true]]);
  }
});

test('no variable, no configuration file and no file in an archive makes a new archive open', async () => {
  await using rig = await createSealedRig();
  const said = await rig.exec(process.execPath, [cli, ...into('by-variable')], rig.folder, {
    ...process.env,
    LONGPLAY_KEYS: rig.keys,
    LONGPLAY_KEYRING: rig.keyring,
    LONGPLAY_OPEN: '1',
  });
  expect([said.code, versionOf(rig.path('by-variable'))], said.stderr).toEqual([0, 2]);
  expect(said.stderr).toContain('LONGPLAY_OPEN');
  writeFileSync(rig.path('user.toml'), '[import]\nopen = true\n');
  const env = { LONGPLAY_KEYRING: rig.keyring, LONGPLAY_CONFIG: rig.path('user.toml') };
  const configured = await rig.run(into('by-user'), { env });
  expect([configured.code, configured.stderr, existsSync(rig.path('by-user'))]).toEqual([2, expect.stringContaining('open'), false]);
  mkdirSync(rig.path('by-archive'));
  writeFileSync(rig.path('by-archive/longplay.toml'), '[import]\nopen = true\n');
  await rig.sealed(...into('by-archive'));
  expect(existsSync(rig.path('by-archive/longplay.json')) ? versionOf(rig.path('by-archive')) : 2).toBe(2);
  // A sealed archive whose longplay.json says open gets no open bag, nor does one with a changed salt.
  const marker = rig.path('by-variable/longplay.json');
  const { sealing: _sealing, ...rest } = JSON.parse(readFileSync(marker, 'utf8'));
  writeFileSync(marker, JSON.stringify({ ...rest, version: 1, salt: '0'.repeat(64) }));
  const before = fingerprint(rig.path('by-variable/bags'));
  for (const env of [{ LONGPLAY_KEYRING: rig.keyring }, { LONGPLAY_KEYRING: rig.path('nowhere') }]) {
    const refused = await rig.run(into('by-variable'), { env });
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('A104')]);
  }
  expect(fingerprint(rig.path('by-variable/bags'))).toEqual(before);
  // An import that was stopped before its first bag continues in the kind in which it began.
  rmSync(rig.path('open'), { recursive: true, force: true });
  const beside = rig.path('begun');
  expect((await rig.run([...into('begun'), '--open'])).code).toBe(0);
  for (const name of ['bags', 'jobs', 'log', 'catalog.sqlite']) rmSync(join(beside, name), { recursive: true, force: true });
  rig.forget();
  const resumed = await rig.run([...into('begun'), '--sealed'], { env: { LONGPLAY_KEYRING: rig.keyring } });
  expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('K205')]);
});
