import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flipBit, inPassphrase, keyringRig, pageOf, passphrases } from './keyring-rig.ts';

describe('a keyring', () => {
  test('returns the secrets of each cell, also to the next run, and null for missing ones', async () => {
    await using rig = await keyringRig();
    const pages = [pageOf(1), pageOf(2)];
    const first = await rig.open();
    await Promise.all(pages.map((page) => first.addPage(page)));
    const second = await rig.open();
    for (const keyring of [first, second])
      for (const { page, cells } of pages) {
        for (const [cell, secrets] of cells) expect(keyring.secretsOf(page, cell)).toEqual(secrets);
        expect(keyring.secretsOf(page, 'another')).toBeNull();
        expect(keyring.secretsOf('0'.repeat(32), 'archive')).toBeNull();
      }
    first.close();
    second.close();
  });

  test('accepts the same page again, and refuses another under its id', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1);
    const keyring = await rig.open();
    await keyring.addPage(page);
    const before = readdirSync(join(rig.main, 'pages'));
    await keyring.addPage({ ...page, cells: new Map([...page.cells].reverse()) });
    expect(readdirSync(join(rig.main, 'pages'))).toEqual(before);
    await expect(keyring.addPage(pageOf(1))).rejects.toMatchObject({ code: 'K105' });
    await expect(keyring.addPage({ ...page, of: 'bag-2' })).rejects.toMatchObject({ code: 'K105' });
  });

  test('has every page in both domains, under file modes that keep others out', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1);
    await (await rig.open()).addPage(page);
    for (const folder of [rig.main, rig.copy]) {
      expect(statSync(folder).mode & 0o077).toBe(0);
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
        expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  test('opens each domain alone while the other is gone', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1);
    await (await rig.open()).addPage(page);
    for (const [lost, left] of [
      [rig.copy, rig.main],
      [rig.main, rig.copy],
    ] as const) {
      renameSync(lost, `${lost}-away`);
      const keyring = await rig.open({ folder: left });
      for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(secrets);
      renameSync(`${lost}-away`, lost);
    }
  });

  test('reads from the other domain if one is damaged', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 20);
    await (await rig.open()).addPage(page);
    const [name = ''] = readdirSync(join(rig.main, 'pages'));
    for (const file of [join('pages', name), 'keys-1', 'root-1.key']) {
      const path = join(rig.main, file);
      const before = readFileSync(path);
      flipBit(path);
      const keyring = await rig.open();
      for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(secrets);
      writeFileSync(path, before);
    }
  });

  test('refuses to add a page that not every domain acknowledges, unless that was requested', async () => {
    await using rig = await keyringRig();
    rmSync(rig.copy, { recursive: true });
    const page = pageOf(1);
    await expect((await rig.open()).addPage(page)).rejects.toMatchObject({ code: 'K104', kind: 'incomplete' });
    expect(readdirSync(join(rig.main, 'pages'))).toEqual([]);
    const keyring = await rig.open({ fewerCopies: true });
    await keyring.addPage(page);
    for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(secrets);
  });

  test('lets several runs add pages at the same time', async () => {
    await using rig = await keyringRig();
    const pages = Array.from({ length: 12 }, (_, number) => pageOf(number, 2));
    const runs = await Promise.all([rig.open(), rig.open(), rig.open()]);
    await Promise.all(pages.map((page, index) => runs[index % runs.length]?.addPage(page)));
    for (const folder of [rig.main, rig.copy]) {
      const keyring = await rig.open({ folder });
      for (const { page, cells } of pages) for (const [cell, secrets] of cells) expect(keyring.secretsOf(page, cell)).toEqual(secrets);
    }
  });

  test('needs one passphrase to add to all domains, and each domain opens by its own', async () => {
    const access = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
    await using rig = await keyringRig([inPassphrase, inPassphrase], access);
    const page = pageOf(1);
    await (await rig.open({ access: passphrases({ main: 'correct horse' }) })).addPage(page);
    const [cell = ''] = page.cells.keys();
    const byCopy = await rig.open({ folder: rig.copy, access: passphrases({ 'copy-1': 'battery staple' }) });
    expect(byCopy.secretsOf(page.page, cell)).toEqual(page.cells.get(cell));
    await expect(rig.open({ access: passphrases({ main: 'wrong', 'copy-1': 'wrong' }) })).rejects.toMatchObject({ code: 'K102' });
  });
});
