import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { commitmentOf, parsePublicJson } from '../../../src/archive/documents/public-json.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { openAgeBytes } from '../../../src/sealing/age/open-now.ts';
import { secretBytes, x25519Identity } from '../../../src/sealing/age/x25519.ts';
import { asterisk, createSealedRig, filesBelow, filesWith, recordingFolders, type SealedRig } from './sealed-rig.ts';

async function imported(rig: SealedRig, ...more: readonly string[]): Promise<string> {
  const archive = rig.path('archive');
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed', ...more);
  expect([code, stderr.includes('P283')], stderr).toEqual([0, false]);
  return archive;
}

const plainOf = (file: string, secret: string): Uint8Array => openAgeBytes(readFileSync(file), x25519Identity(secret));

describe('a sealed archive', () => {
  test('shows nothing of a call in its bags and log, and needs no key for fixity checks', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    expect(filesWith(join(archive, 'bags'), asterisk.words)).toEqual([]);
    expect(filesWith(join(archive, 'log'), asterisk.words)).toEqual([]);
    // The salt of ids is not in it either, so nobody can test guesses of call keys.
    expect(JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8'))).not.toHaveProperty('salt');
    const names = new Set(filesBelow(join(archive, 'bags')).map((file) => basename(file)));
    expect([...names].filter((name) => /^(?:original|access|source|table)-|^table\.|^recording\./.test(name) && !name.endsWith('.age'))).toEqual([]);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    const verified = await rig.run(['verify', archive], without);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('OK')]);
    for (const args of [
      ['list', archive],
      ['verify', archive, '--play'],
      ['export', archive, '--all', '--out', rig.path('out')],
    ]) {
      const refused = await rig.run(args, without);
      expect([args[0], refused.code, refused.stderr]).toEqual([args[0], 2, expect.stringContaining('longplay keyring init')]);
    }
    expect(existsSync(rig.path('out'))).toBe(false);
  });

  test('opens with its keyring: decoding, listing, showing, exporting', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const played = await rig.sealed('verify', archive, '--play', '--originals');
    expect([played.code, played.stdout], played.stderr).toEqual([0, expect.stringMatching(/s of audio decoded: OK/)]);
    // Its catalog was compared as well.
    expect(played.stdout + played.stderr).not.toContain('V134');
    expect((await rig.sealed('search', archive, '46701740605')).stdout).toContain('1 recording');
    const { stdout } = await rig.sealed('export', archive, '--all', '--take', 'original', '--out', rig.path('out'));
    expect(stdout).toContain('Exported 6 recordings');
    const exported = filesBelow(rig.path('out')).map((file) => sha256Hex(readFileSync(rig.path('out', file))));
    const sources = filesBelow(asterisk.folder).filter((file) => /\.(?:wav|gsm|WAV)$/.test(file));
    const given = sources.map((file) => sha256Hex(readFileSync(join(asterisk.folder, file))));
    expect(exported.filter((sha256) => given.includes(sha256)).length).toBe(7);
  });

  test('plays through a pipe: no file contains the sound unencrypted', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const folder = recordingFolders(archive).find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
    // A player that records what it plays, in the format of its arguments.
    writeFileSync(rig.path('play'), `#!/bin/sh\ncat > '${rig.folder}/heard'.$3\n`, { mode: 0o755 });
    const played = await rig.sealed('play', archive, basename(folder), '--player', rig.path('play'));
    expect(played.code, played.stderr).toBe(0);
    const { 'access-1.opus': secret = '' } = await rig.secretsOf(folder);
    expect(readFileSync(rig.path('heard.opus')).equals(plainOf(join(folder, 'access-1.opus.age'), secret))).toBe(true);
  });

  test('commits publicly to the content of its files, and lists them as stored', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    for (const folder of recordingFolders(archive)) {
      const secrets = await rig.secretsOf(folder);
      const { document } = parsePublicJson(readFileSync(join(folder, 'public.json')));
      const key = secretBytes(secrets['public.json'] ?? '');
      expect(document?.files.map(({ path }) => path)).toEqual(filesBelow(folder).filter((name) => name !== 'public.json'));
      for (const { path, sizeBytes, sha256, commitment } of document?.files ?? []) {
        const stored = readFileSync(join(folder, path));
        expect([stored.length, sha256Hex(stored)]).toEqual([sizeBytes, sha256]);
        expect(commitmentOf(sha256Hex(plainOf(join(folder, path), secrets[path.slice(0, -4)] ?? '')), key)).toBe(commitment);
      }
      expect(Object.keys(secrets).sort()).toEqual([...filesBelow(folder).map((name) => name.replace(/\.age$/, ''))].sort());
    }
  });

  test('is corrected by an amendment, which is sealed too', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const again = ['import', asterisk.folder, '--into', archive, '--zone', 'UTC'];
    expect((await rig.sealed(...again)).code).toBe(3);
    const amended = await rig.sealed(...again, '--amend');
    expect([amended.code, amended.stdout], amended.stderr).toEqual([0, expect.stringMatching(/Described \d+ archived recordings? again/)]);
    expect((await rig.sealed(...again, '--amend')).stdout).toContain('Nothing new');
    expect((await rig.sealed('verify', archive, '--play', '--originals')).code).toBe(0);
    expect(filesWith(join(archive, 'bags'), asterisk.words)).toEqual([]);
    const found = await rig.sealed('list', archive, '--json');
    const [, recordingId = ''] = /"recordingId":"([0-9a-f-]{36})"/.exec(found.stdout) ?? [];
    expect((await rig.sealed('show', archive, recordingId, '--revision', '1')).code).toBe(0);
    expect((await rig.sealed('catalog', 'rebuild', archive)).code).toBe(0);
    expect((await rig.sealed('list', archive, '--json')).stdout).toBe(found.stdout);
  });

  test('reports what a verification without keys did not check, and counts files of another keyring as not checked', async () => {
    await using rig = await createSealedRig();
    await using other = await createSealedRig();
    const archive = await imported(rig);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    const { stdout } = await rig.run(['verify', archive], without);
    const [, recordings = ''] = /NOT checked: the content of (\d+) sealed recordings/.exec(stdout) ?? [];
    expect(Number(recordings)).toBe(recordingFolders(archive).length);
    const json = await rig.run(['verify', archive, '--json'], without);
    const summary = JSON.parse(json.stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(summary).toMatchObject({ unopened: Number(recordings), notChecked: 'sealed contents, erasures in the keyring' });
    const opened = await rig.sealed('verify', archive, '--play', '--json');
    expect(JSON.parse(opened.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ unopened: 0, untried: 0 });
    // With another keyring nothing is reported against the archive.
    const foreign = await rig.run(['verify', archive, '--play'], { env: { LONGPLAY_KEYRING: other.keyring } });
    expect(foreign.code, foreign.stdout).toBe(5);
    expect(foreign.stdout + foreign.stderr).toContain('K203');
    expect(foreign.stdout + foreign.stderr).toContain(`${recordings} sealed recordings not opened`);
    expect(foreign.stdout).toContain(`${recordings} recordings could NOT be tried`);
    expect((await rig.run(['list', archive], { env: { LONGPLAY_KEYRING: other.keyring } })).stderr).toContain('K201');
    expect((await rig.sealed('verify', archive, '--play')).code).toBe(0);
    expect((await rig.sealed('log', 'list', archive)).stdout).not.toMatch(/faults|corrupt/);
    const statement = await rig.sealed('report', archive, '--out', rig.path('report'));
    expect(statement.code, statement.stderr).toBe(0);
    expect(readFileSync(rig.path('report', 'statement.txt'), 'utf8')).toContain(
      'The archive is sealed: a reading without the keyring compares stored bytes.',
    );
    // With a page lost in every copy, its recordings are not checked, and everything else is.
    const [folder = ''] = recordingFolders(archive);
    const page = makingOf(join(folder, '../..'));
    for (const copy of [rig.keyring, rig.path('keyring-copy')]) {
      const files = readdirSync(join(copy, 'pages')).filter((name) => name.startsWith(`${page}-`));
      expect(files).toHaveLength(1);
      for (const name of files) rmSync(join(copy, 'pages', name));
    }
    const lost = await rig.sealed('verify', archive, '--play', '--json');
    expect([lost.code, lost.stdout.includes('K203')]).toEqual([5, true]);
    expect(JSON.parse(lost.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ errors: 0, untried: expect.any(Number) });
  });

  test('reports damage without a key, and a file that was exchanged for another sealed one', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const folder = recordingFolders(archive).find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
    const copy = join(folder, 'access-1.opus.age');
    const whole = readFileSync(copy);
    writeFileSync(
      copy,
      whole.map((byte, at) => (at === 500 ? byte ^ 1 : byte)),
    );
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    const damaged = await rig.run(['verify', archive], without);
    expect([damaged.code, damaged.stdout + damaged.stderr]).toEqual([4, expect.stringContaining('access-1.opus.age')]);
    rmSync(copy);
    expect((await rig.run(['verify', archive], without)).code).toBe(4);
    writeFileSync(copy, whole);
    expect((await rig.run(['verify', archive], without)).code).toBe(0);
    // Another sealed file in its place, with all manifests rebuilt: the bag is valid, and the public commitment shows that it is not this file.
    copyFileSync(join(folder, 'recording.json.age'), copy);
    const bag = join(folder, '../..');
    const again = ['sha256', 'sha512'].map(
      (name) =>
        `find data -type f | LC_ALL=C sort | xargs ${name}sum > manifest-${name}.txt && ${name}sum bag*.txt formats.txt manifest-*.txt > tagmanifest-${name}.txt`,
    );
    expect((await rig.exec('bash', ['-c', `${again.join(' && ')} && ${again.join(' && ')}`], bag)).code).toBe(0);
    const exchanged = await rig.run(['verify', bag], without);
    expect([exchanged.code, exchanged.stdout + exchanged.stderr]).toEqual([4, expect.stringMatching(/corrupt V113 \S+access-1\.opus\.age/)]);
  });
});
