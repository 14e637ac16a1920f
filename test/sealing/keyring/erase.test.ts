import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import type { Keyring, NewPage } from '../../../src/sealing/keyring/keyring.ts';
import { locked } from '../../../src/sealing/keyring/session.ts';
import { syncCopies } from '../../../src/sealing/keyring/sync.ts';
import { flipBit, inPassphrase, keyringRig, now, pageOf, passphrases, type Rig } from './keyring-rig.ts';

async function withPages(rig: Rig, count = 3): Promise<readonly NewPage[]> {
  const pages = Array.from({ length: count }, (_, number) => pageOf(number));
  const keyring = await rig.open();
  for (const page of pages) await keyring.addPage(page);
  keyring.close();
  return pages;
}

function cellOf(page: NewPage | undefined, index: number): { readonly page: string; readonly cell: string } {
  return { page: page?.page ?? '', cell: [...(page?.cells.keys() ?? [])][index] ?? '' };
}

/** Compares everything that a keyring opens with the expected content. @param erased cells, or files of cells as `cell name` */
function expectAll(keyring: Keyring, pages: readonly NewPage[], erased: ReadonlySet<string>): void {
  for (const { page, cells } of pages)
    for (const [cell, secrets] of cells) {
      // A file that was erased by itself has the empty secret.
      const left = Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, erased.has(`${cell} ${name}`) ? '' : secret]));
      expect(keyring.secretsOf(page, cell)).toEqual(erased.has(cell) ? 'erased' : left);
    }
}

/** Returns every file of a folder with its bytes. */
function filesOf(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(names.map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name))]));
}

describe('an erasure', () => {
  test('removes a cell, and one file of another, from every copy, and keeps their neighbours; the old roots and keys are gone', async () => {
    await using rig = await keyringRig();
    const pages = await withPages(rig);
    const before = [rig.main, rig.copy].map((folder) => readFileSync(join(folder, 'root-1.key')));
    const [one, two] = [cellOf(pages[0], 1), cellOf(pages[1], 0)];
    const open = await rig.open();
    const { copies } = await eraseSecrets(
      await rig.session(),
      [
        { ...one, names: null },
        { ...two, names: ['original-1.wav'] },
      ],
      now,
    );
    expect(copies.map(({ copy, state, doubt, pagesErased, rotated }) => [copy, state, doubt, pagesErased, rotated])).toEqual([
      ['main', 'done', null, 2, true],
      ['copy-1', 'done', null, 2, true],
    ]);
    const erased = new Set([one.cell, `${two.cell} original-1.wav`]);
    // A run that had opened the page before does not show it either.
    expectAll(open, pages, erased);
    for (const folder of [rig.main, rig.copy]) {
      expectAll(await rig.open({ folder }), pages, erased);
      expect(
        readdirSync(folder)
          .filter((name) => /^(?:keys|root|held)-/.test(name))
          .sort(),
      ).toEqual(['held-2', 'keys-2', 'root-2.key']);
      expect(readdirSync(join(folder, 'pages')).filter((name) => name.endsWith('-2.page'))).toHaveLength(2);
    }
    for (const root of before) for (const [, bytes] of filesOf(rig.folder)) expect(bytes.includes(root.subarray(0, 32))).toBe(false);
  });

  test('refuses secrets that the keyring never had, and changes nothing; erased ones are not an error', async () => {
    await using rig = await keyringRig();
    const pages = await withPages(rig, 1);
    const before = filesOf(rig.folder);
    const one = cellOf(pages[0], 0);
    for (const wrong of [
      { page: one.page, cell: 'another', names: null },
      { ...one, names: ['original-9.wav'] },
      { page: '0'.repeat(32), cell: one.cell, names: null },
    ])
      await expect(eraseSecrets(await rig.session(), [wrong], now)).rejects.toMatchObject({ code: 'K111', kind: 'usage' });
    expect(filesOf(rig.folder)).toEqual(before);
    for (const names of [['original-1.wav'], ['original-1.wav', 'access-1.opus'], null, null, ['original-1.wav']])
      await eraseSecrets(await rig.session(), [{ ...one, names }], now);
    expect((await rig.open()).secretsOf(one.page, one.cell)).toBe('erased');
  });

  test('is pending for a disconnected copy, which follows at the next contact, also when pages are added', async () => {
    for (const follow of ['sync', 'add'] as const) {
      await using rig = await keyringRig();
      const pages = await withPages(rig);
      const one = cellOf(pages[2], 2);
      renameSync(rig.copy, `${rig.copy}-away`);
      const { copies } = await eraseSecrets(await sessionOf(rig), [{ ...one, names: null }], now);
      expect(copies.map(({ copy, state, why }) => [copy, state, why?.code ?? null])).toEqual([
        ['main', 'done', null],
        ['copy-1', 'owed', 'K104'],
      ]);
      renameSync(`${rig.copy}-away`, rig.copy);
      // Until then the copy still opens it, alone.
      expect((await rig.open({ folder: await aloneCopy(rig) })).secretsOf(one.page, one.cell)).not.toBe('erased');
      const more = pageOf(9);
      if (follow === 'add') await (await rig.open()).addPage(more);
      else {
        const session = await rig.session();
        expect((await locked(session, () => syncCopies(session, { now }))).map(({ state, rotated }) => [state, rotated])).toEqual([
          ['done', false],
          ['done', true],
        ]);
      }
      for (const folder of [rig.main, await aloneCopy(rig)])
        expectAll(await rig.open({ folder }), follow === 'add' ? [...pages, more] : pages, new Set([one.cell]));
    }
  });

  test('takes precedence over an older state of either copy, whichever is restored from a backup', async () => {
    for (const side of ['main', 'copy'] as const) {
      await using rig = await keyringRig();
      const pages = await withPages(rig);
      const backup = join(rig.folder, 'backup');
      cpSync(rig[side], backup, { recursive: true });
      const one = cellOf(pages[0], 0);
      await eraseSecrets(await rig.session(), [{ ...one, names: null }], now);
      rmSync(rig[side], { recursive: true });
      renameSync(backup, rig[side]);
      // Before anything is synchronised, the other copy is read as well.
      expectAll(await rig.open(), pages, new Set([one.cell]));
      const session = await rig.session();
      await locked(session, () => syncCopies(session, { now }));
      for (const folder of [rig.main, await aloneCopy(rig)]) expectAll(await rig.open({ folder }), pages, new Set([one.cell]));
    }
  });

  test('needs no passphrase of a copy, whose root it replaces', async () => {
    const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
    await using rig = await keyringRig([inPassphrase, inPassphrase], both);
    const pages = await withPages(rig);
    const one = cellOf(pages[0], 0);
    await eraseSecrets(await rig.session(rig.main, passphrases({ main: 'correct horse' })), [{ ...one, names: null }], now);
    for (const folder of [rig.main, rig.copy]) expectAll(await rig.open({ folder }), pages, new Set([one.cell]));
    expect(existsSync(join(rig.copy, 'identity-1.age'))).toBe(true);
  });
});

describe('a synchronisation', () => {
  test('repairs damaged pages, keys and lists of a copy from the other', async () => {
    await using rig = await keyringRig();
    const pages = await withPages(rig);
    const one = cellOf(pages[0], 0);
    await eraseSecrets(await rig.session(), [{ ...one, names: null }], now);
    for (const side of [rig.main, rig.copy]) {
      const [page = ''] = readdirSync(join(side, 'pages'));
      for (const file of [join('pages', page), 'keys-', 'erased.jsonl']) {
        const name = file === 'keys-' ? (readdirSync(side).find((found) => found.startsWith('keys-')) ?? '') : file;
        flipBit(join(side, name));
        const session = await rig.session();
        await locked(session, () => syncCopies(session, { now, deep: true }));
        const other = side === rig.main ? rig.copy : rig.main;
        renameSync(other, `${other}-away`);
        expectAll(await rig.open({ folder: side }), pages, new Set([one.cell]));
        renameSync(`${other}-away`, other);
      }
    }
  });
});

/** Opens a session although a copy is disconnected. */
async function sessionOf(rig: Rig) {
  const { openSession } = await import('../../../src/sealing/keyring/session.ts');
  const { nobody, signal } = await import('./keyring-rig.ts');
  return openSession({ folder: rig.main, access: nobody, signal, now: () => now });
}

/** Returns the copy at another place, without access to the others. */
async function aloneCopy(rig: Rig): Promise<string> {
  const alone = join(rig.folder, 'alone', 'copy');
  rmSync(alone, { recursive: true, force: true });
  mkdirSync(join(rig.folder, 'alone'), { recursive: true });
  cpSync(rig.copy, alone, { recursive: true });
  const { readDescription, writeDescription } = await import('../../../src/sealing/keyring/description.ts');
  const description = readDescription(alone);
  await writeDescription(alone, { ...description, domains: description.domains.map((domain) => ({ ...domain, path: `${domain.path}-nowhere` })) });
  return alone;
}
