import { cpSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { openNamed } from '../../../src/sealing/stored/stored-bytes.ts';
import { approved, approver, erase, holding } from '../erasure-rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed-rig.ts';

let rig: SealedRig;
let archive: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed');
  expect(code, stderr).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Returns the texts of the kept tables below a folder of bags, as a copy of the keyring opens them; null if the copy does not open them. */
async function texts(bags: string, keyring: string): Promise<readonly (string | null)[]> {
  const access = { passphrase: async () => null, identities: async () => null };
  const keys = await openKeyring({ folder: rig.path(keyring), access, signal: new AbortController().signal });
  const found = readdirSync(bags).flatMap((bag) =>
    readdirSync(join(bags, bag, 'data'))
      .filter((name) => name.startsWith('table-'))
      .sort()
      .map((name) => {
        const secrets = keys.secretsOf(makingOf(join(bags, bag)) ?? '', name);
        if (secrets === null || secrets === 'erased') return null;
        const file = openNamed(join(bags, bag, 'data', name), 'table.csv', () => secrets);
        const bytes = Buffer.alloc(file.size);
        file.readInto(bytes, 0);
        file.close();
        return bytes.toString('utf8');
      }),
  );
  keys.close();
  return found;
}

test('rows of a sealed archive are sealed again without those of an erased recording, and no copy of the keyring opens an earlier state of the tables', async () => {
  const tables = join(archive, 'bags/tables');
  const before = await texts(tables, 'keyring');
  cpSync(tables, rig.path('older'), { recursive: true });
  await erase(rig, 'archive', ['--text', '46701740605']);
  const isTheirs = (line: string): boolean => /46701740605|pbx1-1761438596\.0/.test(line);
  const left = before.map((text) => text?.replaceAll(/[^\r\n]+/g, (line) => (isTheirs(line) ? '' : line)));
  expect(before.join()).toMatch(/46701740605/);
  for (const copy of ['keyring', 'keyring-copy']) {
    expect(await texts(tables, copy)).toEqual(left);
    expect(await texts(rig.path('older'), copy)).toEqual([null, null, null]);
  }
  const [bag = ''] = readdirSync(tables);
  for (const algorithm of ['sha256', 'sha512'])
    expect(
      await rig.exec(
        `${algorithm}sum`,
        ['--strict', '--quiet', '-c', `tagmanifest-${algorithm}.txt`, `manifest-${algorithm}.txt`],
        join(tables, bag),
      ),
    ).toMatchObject({ code: 0, stdout: '' });
  expect((await rig.sealed('verify', 'archive')).code).toBe(0);
  expect(holding(archive, ['46701740605', 'pbx1-1761438596.0'])).toEqual([]);
  // Another single row; unchanged tables stay the same files.
  const files = readdirSync(join(tables, bag, 'data/table-0001')).map((name) => readFileSync(join(tables, bag, 'data/table-0001', name)));
  await approved(rig, 'archive', ['--row', `tables/${bag}/table-0003:14`]);
  // The new bag of tables needs a page in every copy of the keyring: while one is disconnected, nothing is announced, and an import continues.
  renameSync(rig.path('keyring-copy'), rig.path('away'));
  const announced = async (): Promise<number> =>
    (await rig.json(['log', 'list', 'archive'])).lines.filter(({ value }) => (value as { type?: string } | undefined)?.type === 'erasure-intended')
      .length; // as it is listed
  const intended = await announced();
  expect(await rig.sealed('erase', 'run', 'archive')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/K104 copy copy-1 .*\n.*keyring status/),
  });
  expect(await announced()).toBe(intended);
  const again = await rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm');
  expect(again.stderr).not.toContain('E105');
  renameSync(rig.path('away'), rig.path('keyring-copy'));
  expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
  const now = await texts(tables, 'keyring-copy');
  expect(now).toEqual([left[0], left[1], left[2]?.replace(/[^\r\n]*pbx1-1761439990\.2[^\r\n]*/, '')]);
  expect(readdirSync(join(tables, bag, 'data/table-0001')).map((name) => readFileSync(join(tables, bag, 'data/table-0001', name)))).toEqual(files);
  expect(await rig.sealed('erase', 'run', 'archive')).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
  rmSync(rig.path('older'), { recursive: true });
});
