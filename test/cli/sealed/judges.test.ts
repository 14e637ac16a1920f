import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { cellsOfPages } from '../../../src/sealing/keyring/cells.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { approved, approver } from '../erasure-rig.ts';
import { gone, kept, messageFiles, writeMessageFiles } from '../message-files.ts';
import { asterisk, createSealedRig, filesBelow, recordingFolders } from './sealed-rig.ts';

describe('judges of a sealed archive', () => {
  test('accept it: sha256sum and check.py without a key, age each file with its own secret and with no other', async () => {
    await using rig = await createSealedRig();
    const archive = rig.path('archive');
    expect((await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed')).code).toBe(0);
    for (const bag of filesBelow(join(archive, 'bags')).filter((file) => file.endsWith('/bagit.txt'))) {
      const folder = join(archive, 'bags', bag, '..');
      for (const [program, manifest] of [
        ['sha256sum', 'manifest-sha256.txt'],
        ['sha256sum', 'tagmanifest-sha256.txt'],
        ['sha512sum', 'manifest-sha512.txt'],
      ] as const)
        expect((await rig.exec(program, ['--strict', '--quiet', '-c', manifest], folder)).code).toBe(0);
    }
    const checked = await rig.exec('python3', [join(archive, 'check.py'), archive]);
    expect([checked.code, checked.stdout], checked.stderr).toEqual([0, expect.stringContaining('Everything that was checked is OK')]);
    const given = filesBelow(asterisk.folder).map((file) => sha256Hex(readFileSync(join(asterisk.folder, file))));
    let originals = 0;
    const readmes = filesBelow(join(archive, 'bags')).filter((file) => file.endsWith('/data/README.txt'));
    expect(readmes.length).toBe(2);
    for (const readme of readmes) {
      const text = readFileSync(join(archive, 'bags', readme), 'utf8');
      for (const [, command = ''] of text.matchAll(/^ {4}(.*)$/gm)) {
        const ran = await rig.exec('bash', ['-c', command], join(archive, 'bags', readme, '../..'));
        expect([command, ran.code, ran.stdout.replaceAll(/^.*: OK$\n/gm, '')], ran.stderr).toEqual([command, 0, '']);
      }
    }
    for (const folder of recordingFolders(archive)) {
      const secrets = Object.entries(await rig.secretsOf(folder)).filter(([name]) => name !== 'public.json');
      for (const [at, [name, secret]] of secrets.entries()) {
        writeFileSync(rig.path('secret'), `${secret}\n`, { mode: 0o600 });
        const opened = await rig.exec('age', ['-d', '-i', rig.path('secret'), '-o', rig.path('plain'), join(folder, `${name}.age`)]);
        expect([name, opened.code], opened.stderr).toEqual([name, 0]);
        if (name.startsWith('original-')) {
          originals++;
          expect(given).toContain(sha256Hex(readFileSync(rig.path('plain'))));
        }
        const [other] = secrets[(at + 1) % secrets.length] ?? [''];
        if (other !== name) expect((await rig.exec('age', ['-d', '-i', rig.path('secret'), join(folder, `${other}.age`)])).code).toBe(1);
      }
    }
    expect(originals).toBe(7);
  });

  test('open the neighbours of erased messages with age, and the erased ones with no secret that a copy of the keyring has', async () => {
    await using rig = await createSealedRig();
    process.env.LONGPLAY_KEYRING = rig.keyring;
    try {
      const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables', '--sealed'];
      expect((await rig.sealed('import', asterisk.folder, ...how)).code).toBe(0);
      await approver(rig, 'archive');
      writeMessageFiles(rig);
      const id = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal'])).summary.id);
      for (const name of messageFiles)
        expect((await rig.sealed('case', 'messages', 'archive', id, rig.path(name), '--zone', 'Europe/Stockholm')).code).toBe(0);
      cpSync(rig.path('archive/cases', id), rig.path('old'), { recursive: true });
      await approved(rig, 'archive', ['--message', `${id}:m1-3`, `${id}:m2-2`, `${id}:m3`]);
      expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
      const age = async (file: string, secrets: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string }> => {
        writeFileSync(rig.path('secret'), `${secrets.join('\n')}\n`, { mode: 0o600 });
        return await rig.exec('age', ['-d', '-i', rig.path('secret'), file]);
      };
      const folder = rig.path('archive/cases', id);
      const { messages } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as {
        messages: { set: number; page: string; files: { path: string }[] }[];
      }; // as it was written
      let left = '';
      for (const { set, page, files } of messages) {
        const secrets = await rig.secretsIn(page, `messages/${set}`);
        for (const { path } of files) {
          const opened = await age(join(folder, path), [secrets[basename(path, '.age')] ?? '']);
          expect([path, opened.code]).toEqual([path, 0]);
          left += opened.stdout;
        }
      }
      expect([kept.filter((word) => !left.includes(word)), gone.filter((word) => left.includes(word))]).toEqual([[], []]);
      const secrets = new Set<string>();
      for (const one of ['keyring', 'keyring-copy']) for (const secret of await secretsOf(rig.path(one))) secrets.add(secret);
      expect(secrets.size).toBeGreaterThan(10);
      const old = filesBelow(rig.path('old')).filter((file) => /^(?:messages\/[123]\/.*|case-.*\.json)\.age$/.test(file));
      expect(old.length).toBeGreaterThan(7);
      for (const file of old) expect([file, (await age(rig.path('old', file), [...secrets])).code]).toEqual([file, 1]);
      const [neighbour = ''] = filesBelow(rig.path('old')).filter((file) => file.startsWith('messages/4/'));
      expect((await age(rig.path('old', neighbour), [...secrets])).code).toBe(0);
    } finally {
      delete process.env.LONGPLAY_KEYRING;
    }
  });
});

/** Returns all secrets of files that a copy of a keyring has. */
async function secretsOf(folder: string): Promise<string[]> {
  const access = { passphrase: async () => null, identities: async () => null };
  const keys = await openKeyring({ folder, access, signal: new AbortController().signal });
  const pages = new Set(filesBelow(join(folder, 'pages')).flatMap((name) => /[0-9a-f]{32}/.exec(name)?.[0] ?? []));
  const cells = keys.session === null ? [] : cellsOfPages(keys.session, pages);
  const secrets = cells.flatMap(({ page, cell }) => {
    const found = keys.secretsOf(page, cell);
    return found === null || found === 'erased' ? [] : Object.values(found).filter((one) => one.startsWith('AGE-SECRET-KEY-1'));
  });
  keys.close();
  return secrets;
}
