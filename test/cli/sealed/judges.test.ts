import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
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
});
