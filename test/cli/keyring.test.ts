import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { pageOf } from '../sealing/keyring/keyring-rig.ts';
import { type Ran, runHere } from './in-process.ts';

let folder = '';
let printed = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-cli-keyring-'));
  printed = '';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

async function keyring(...args: readonly string[]): Promise<Ran> {
  const ran = await runHere(['keyring', ...args], at('keys'), { LONGPLAY_KEYRING: at('main'), SOURCE_DATE_EPOCH: '1772366400' });
  printed += ran.out + ran.err;
  return ran;
}

/** Returns the summary of a run with --json. */
function summary({ out }: Ran): Readonly<Record<string, unknown>> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '{}');
}

async function addPage(number: number): Promise<ReturnType<typeof pageOf>> {
  const page = pageOf(number);
  const access = { passphrase: async () => 'correct horse', identities: async () => null };
  const open = await openKeyring({ folder: at('main'), access, signal: new AbortController().signal });
  await open.addPage(page);
  open.close();
  return page;
}

/** Returns every secret that the files of the keyring show unencrypted, and those of a page. */
function secretsOf(page: ReturnType<typeof pageOf>): string[] {
  const roots = ['main', 'copy'].flatMap((side) =>
    existsSync(at(side))
      ? readdirSync(at(side)).flatMap((name) => (name.endsWith('.key') ? [readFileSync(join(at(side), name), 'utf8').trim()] : []))
      : [],
  );
  return [...roots, ...[...page.cells.values()].flatMap((secrets) => Object.values(secrets))];
}

describe('longplay keyring', () => {
  test('makes, shows, rotates, synchronises and drills a keyring, and prints no secret', async () => {
    expect(await keyring('status')).toMatchObject({ code: 2, err: expect.stringContaining('K100') });
    expect(await keyring('init', '--copy', at('copy'))).toMatchObject({ code: 0, out: expect.stringContaining('2 copies') });
    expect(await keyring('init', '--copy', at('other'))).toMatchObject({ code: 2, err: expect.stringContaining('K101') });
    const page = await addPage(1);
    expect(await keyring('status')).toMatchObject({ code: 0, err: expect.stringContaining('K127') });
    const secrets = secretsOf(page);
    expect(await keyring('rotate')).toMatchObject({
      code: 0,
      out: 'main: new root, the old one is destroyed\ncopy-1: new root, the old one is destroyed\n',
    });
    expect(await keyring('drill', '--cells', '3')).toMatchObject({
      code: 0,
      out: expect.stringContaining('main: 3 cells opened by its own root, 0 failed'),
    });
    renameSync(at('copy'), at('away'));
    expect((await keyring('sync')).code).toBe(5);
    expect((await keyring('drill')).code).toBe(5);
    const away = await keyring('status', '--json');
    expect(summary(away)).toMatchObject({ exitCode: 0, pages: 1, findings: { K120: 1, K127: 1 } });
    renameSync(at('away'), at('copy'));
    const [name = ''] = readdirSync(join(at('copy'), 'pages'));
    writeFileSync(join(at('copy'), 'pages', name), 'damaged');
    expect((await keyring('drill')).code).toBe(4);
    expect(await keyring('sync', '--deep')).toMatchObject({ code: 0, out: 'main: nothing to do\ncopy-1: 1 page added or repaired\n' });
    expect((await keyring('drill')).code).toBe(0);
    for (const secret of [...secrets, ...secretsOf(page)]) expect(printed).not.toContain(secret);
    expect(printed).not.toMatch(/AGE-SECRET-KEY|[0-9a-f]{64}/);
  });

  test('adds and removes copies', async () => {
    await keyring('init', '--copy', at('copy'));
    await addPage(1);
    expect(await keyring('add-copy', at('third'))).toMatchObject({ code: 0, out: expect.stringContaining('Copy copy-2 is made') });
    expect((await keyring('remove-copy', 'copy-2')).code).toBe(2);
    expect(await keyring('remove-copy', 'copy-2', '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('is destroyed') });
    rmSync(at('copy'), { recursive: true });
    expect(await keyring('remove-copy', 'copy-1', '--yes')).toMatchObject({ code: 3, out: expect.stringContaining('could not be reached') });
    expect(await keyring('status')).toMatchObject({ code: 4, err: expect.stringContaining('K126') });
    expect((await keyring('remove-copy', 'main', '--yes')).code).toBe(2);
  });

  test('refuses copies that are one folder or nested under other names, and reports those that become so', async () => {
    mkdirSync(at('main'));
    symlinkSync(at('main'), at('link'));
    for (const copies of [[at('link')], [at('link/inside')], [at('copy'), at('copy/inside')], [at('copy'), at('copy')]])
      expect(await keyring('init', '--copy', ...copies)).toMatchObject({ code: 2, err: expect.stringContaining('K101') });
    expect(readdirSync(at('main'))).toEqual([]);
    expect((await keyring('init', '--copy', at('copy'))).code).toBe(0);
    expect(await keyring('add-copy', at('link/inside'))).toMatchObject({ code: 2, err: expect.stringContaining('K101') });
    // The copy is moved into main: both are still there.
    renameSync(at('copy'), at('main/moved'));
    symlinkSync(at('main/moved'), at('copy'));
    for (const command of ['status', 'drill'])
      expect(await keyring(command)).toMatchObject({ code: 4, err: expect.stringContaining(`K136 ${at('copy')}: copies main and copy-1`) });
    // The folder of the copy becomes that of main: only one of them exists.
    rmSync(at('copy'));
    symlinkSync(at('main'), at('copy'));
    const same = await keyring('status');
    expect(same).toMatchObject({ code: 4, err: expect.stringContaining('remove-copy copy-1') });
    expect(same.err).toContain(`${at('main')} and ${at('copy')} are one folder`);
    expect((await keyring('remove-copy', 'copy-1', '--yes')).code).toBe(3);
    expect((await keyring('add-copy', at('next'))).code).toBe(0);
    expect((await keyring('status')).code).toBe(0);
  });

  test('takes passphrases from a file, one for all copies or one per copy, and does not need that of a copy to rotate', async () => {
    writeFileSync(at('one'), 'correct horse\n');
    writeFileSync(at('each'), 'main: correct horse\ncopy-1: battery staple\n');
    writeFileSync(at('main-only'), 'main: correct horse\n');
    writeFileSync(at('next'), 'main: tr0ubador\n');
    const kinds = ['--root', 'passphrase', '--copy-root', 'passphrase'];
    expect(await keyring('init', '--copy', at('copy'), ...kinds)).toMatchObject({ code: 5, err: expect.stringContaining('K102') });
    expect((await keyring('init', '--copy', at('copy'), ...kinds, '--passphrase-file', at('each'))).code).toBe(0);
    expect((await keyring('rotate', '--passphrase-file', at('main-only'))).code).toBe(0);
    expect((await keyring('drill', '--passphrase-file', at('main-only'))).code).toBe(5);
    expect((await keyring('drill', '--passphrase-file', at('each'))).code).toBe(0);
    const changed = ['rotate', '--copy', 'main', '--root', 'passphrase', '--passphrase-file', at('one'), '--new-passphrase-file', at('next')];
    expect((await keyring(...changed)).code).toBe(0);
    expect((await keyring('drill', '--passphrase-file', at('each'))).code).toBe(5);
    expect((await keyring('rotate', '--copy', 'main', '--root', 'file', '--passphrase-file', at('next'))).code).toBe(0);
    expect((await keyring('rotate')).code).toBe(0);
    expect(printed).not.toMatch(/correct horse|battery staple|tr0ubador/);
  });

  test('recovers by shares what cannot be opened otherwise', async () => {
    writeFileSync(at('passphrase'), 'correct horse\n');
    await keyring('init', '--copy', at('copy'), '--root', 'passphrase', '--copy-root', 'passphrase', '--passphrase-file', at('passphrase'));
    const page = await addPage(1);
    const make = ['recovery', 'make', '--shares', '3', '--needed', '2', '--to', at('shares'), '--passphrase-file', at('passphrase')];
    expect(await keyring(...make)).toMatchObject({ code: 0, out: expect.stringContaining('Epoch 1: any 2 of the 3 shares') });
    const shares = readdirSync(at('shares')).map((name) => join(at('shares'), name));
    expect(shares.map((share) => statSync(share).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    writeFileSync(join(at('copy'), 'recovery-1-1.age'), '');
    expect(await keyring('status')).toMatchObject({ code: 4, err: expect.stringContaining(`K137 ${at('copy')}`) });
    expect(await keyring('sync', '--passphrase-file', at('passphrase'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('copy-1: its file for the recovery is made'),
    });
    expect((await keyring('status')).code).toBe(0);
    expect((await keyring('recovery', 'use', '--share', shares[0] ?? '')).code).toBe(2);
    expect((await keyring('rotate')).code).toBe(5);
    expect((await keyring('recovery', 'use', '--share', shares[0] ?? '', '--share', shares[2] ?? '')).code).toBe(0);
    expect((await keyring('rotate')).code).toBe(0);
    for (const share of shares) {
      const [, text = 'none'] = /^(LPSHARE\S+)$/m.exec(readFileSync(share, 'utf8')) ?? [];
      expect(printed).not.toContain(text);
    }
    for (const secret of secretsOf(page)) expect(printed).not.toContain(secret);
  });

  test('reports a root that does not open, with a step that works, also if no root opens', async () => {
    await keyring('init', '--copy', at('copy'));
    await addPage(1);
    await keyring('recovery', 'make', '--shares', '3', '--needed', '2', '--to', at('shares'));
    const [one = '', two = ''] = readdirSync(at('shares')).map((name) => join(at('shares'), name));
    const root = (side: string): string => join(at(side), readdirSync(at(side)).find((name) => name.startsWith('root-')) ?? '');
    for (const [side, name] of [
      ['copy', 'copy-1'],
      ['main', 'main'],
    ] as const) {
      for (const damage of [() => rmSync(root(side)), () => writeFileSync(root(side), ''), () => writeFileSync(root(side), `${'0'.repeat(64)}\n`)]) {
        damage();
        for (const command of ['status', 'sync'])
          expect(await keyring(command)).toMatchObject({
            code: 5,
            err: expect.stringMatching(new RegExp(`K102 ${at(side)}: .*rotate --copy ${name}\n`)),
          });
        expect((await keyring('rotate', '--copy', name)).code).toBe(0);
        expect((await keyring('status')).code).toBe(0);
      }
    }
    for (const side of ['main', 'copy']) rmSync(root(side));
    const none = await keyring('status');
    expect(none).toMatchObject({ code: 5, out: expect.stringContaining('because no root was opened') });
    expect(none.err.match(/K102 .*no copy that can be reached opens; the shares do: longplay keyring recovery use\n/g)).toHaveLength(2);
    expect((await keyring('recovery', 'use', '--share', one, '--share', two)).code).toBe(0);
    expect((await keyring('status')).code).toBe(0);
  });

  test('reports a file that keeps a root for a person, and starts no program', async () => {
    writeFileSync(at('passphrase'), 'correct horse\n');
    const program = ['--key-command', '/bin/false'];
    await keyring('init', '--copy', at('copy'), '--root', 'passphrase', '--passphrase-file', at('passphrase'));
    expect((await keyring('rotate', '--copy', 'copy-1', '--root', 'command', ...program)).code).toBe(5);
    expect((await keyring('status')).code).toBe(0);
    for (const name of ['root-1.age', 'identity-1.age']) {
      const bytes = readFileSync(join(at('main'), name));
      for (const damaged of [null, bytes.subarray(0, 100), Buffer.alloc(0), Buffer.concat([bytes, bytes.subarray(0, 1)])]) {
        if (damaged === null) rmSync(join(at('main'), name));
        else writeFileSync(join(at('main'), name), damaged);
        expect(await keyring('status')).toMatchObject({ code: 5, err: expect.stringMatching(/K102 .*rotate --copy main --root passphrase\n/) });
      }
      writeFileSync(join(at('main'), name), bytes);
    }
    rmSync(join(at('main'), 'root-1.age'));
    expect((await keyring('rotate', '--copy', 'main', '--root', 'passphrase', '--passphrase-file', at('passphrase'))).code).toBe(0);
    expect((await keyring('status')).code).toBe(0);
  });

  test('refuses impossible requests, and changes nothing', async () => {
    await keyring('init', '--copy', at('copy'));
    cpSync(at('main'), at('before'), { recursive: true });
    for (const [args, code] of [
      [['rotate', '--root', 'paper'], 2],
      [['rotate', '--root', 'age:age1nothing'], 2],
      [['rotate', '--root', 'command'], 2],
      [['rotate', '--copy', 'copy-9'], 2],
      [['add-copy', at('main/inside')], 2],
      [['recovery', 'keep'], 2],
      [['recovery', 'make'], 2],
      [['recovery', 'make', '--shares', '2', '--needed', '3', '--to', at('shares')], 2],
      [['recovery', 'use'], 2],
    ] as const)
      expect([args, (await keyring(...args)).code]).toEqual([args, code]);
    for (const name of readdirSync(at('before'))) {
      if (name === 'pages') continue;
      expect([name, readFileSync(join(at('main'), name))]).toEqual([name, readFileSync(join(at('before'), name))]);
    }
  });
});
