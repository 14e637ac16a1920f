import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { addCopy, rotateRoots, syncKeyring } from '../../../src/sealing/keyring/manage.ts';
import { makeRecovery, useRecovery } from '../../../src/sealing/keyring/recover.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import type { CopyOutcome } from '../../../src/sealing/keyring/sync.ts';
import { flipBit, inPassphrase, keyringRig, nobody, now, pageOf, passphrases, type Rig, signal } from './keyring-rig.ts';

const inFile = { kind: 'file', folder: null } as const;

function openOf(rig: Rig, access = nobody, folder = rig.main) {
  return openSession({ folder, access, signal, now: () => now });
}

function done(outcomes: readonly CopyOutcome[]): unknown[] {
  return outcomes.map(({ copy, state, rotated }) => [copy, state, rotated]);
}

/** Opens each copy while the others are away, and expects all secrets of a page. */
async function expectAlone(rig: Rig, page: ReturnType<typeof pageOf>, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const others = folders.filter((other) => other !== folder);
    for (const other of others) renameSync(other, `${other}-away`);
    const keyring = await rig.open({ folder, access: nobody });
    for (const [cell, secrets] of page.cells) expect([folder, keyring.secretsOf(page.page, cell)]).toEqual([folder, secrets]);
    for (const other of others) renameSync(`${other}-away`, other);
  }
}

describe('a recovery', () => {
  test('opens any one copy by its own file, whatever was lost of the others, and gives every copy a root that opens', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 5);
    await (await rig.open()).addPage(page);
    const { files } = await makeRecovery(openOf(rig), { shares: 3, needed: 2, folder: join(rig.folder, 'shares') });
    const shares = files.slice(1);
    for (const folder of [rig.main, rig.copy]) rmSync(join(folder, 'root-1.key'));
    flipBit(join(rig.main, 'recovery-1-1.age'));
    await expect(useRecovery(openOf(rig), shares, inFile)).rejects.toMatchObject({
      code: 'K102',
      message: expect.stringContaining('recovery-1-1.age is missing or damaged'),
      hint: expect.stringContaining(`--keyring ${rig.copy}`),
    });
    expect(done(await useRecovery(openOf(rig, nobody, rig.copy), shares, inFile))).toEqual([
      ['copy-1', 'done', true],
      ['main', 'done', true],
    ]);
    await expectAlone(rig, page, [rig.main, rig.copy]);
  });

  test('names no copy if the shares open none, and opens one copy beside another that nothing opens', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 5);
    await (await rig.open()).addPage(page);
    const { files } = await makeRecovery(openOf(rig), { shares: 2, needed: 2, folder: join(rig.folder, 'shares') });
    for (const folder of [rig.main, rig.copy]) for (const file of ['root-1.key', 'held-1']) rmSync(join(folder, file));
    renameSync(join(rig.copy, 'recovery-1-1.age'), join(rig.folder, 'kept'));
    writeFileSync(join(rig.main, 'recovery-1-1.age'), '');
    await expect(useRecovery(openOf(rig), files, inFile)).rejects.toMatchObject({ hint: expect.stringContaining('restore this file from a backup') });
    renameSync(join(rig.folder, 'kept'), join(rig.copy, 'recovery-1-1.age'));
    const outcomes = await useRecovery(openOf(rig, nobody, rig.copy), files, inFile);
    expect(done(outcomes)).toEqual([
      ['copy-1', 'done', true],
      ['main', 'owed', false],
    ]);
    expect(outcomes[1]?.why?.code).toBe('K102');
    const keyring = await rig.open({ folder: rig.copy });
    for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(secrets);
  });
});

describe('each copy holds the roots of the others', () => {
  test('so that one passphrase opens all of them for work, whichever copy it belongs to', async () => {
    const all = passphrases({ main: 'one', 'copy-1': 'two', 'copy-2': 'three' });
    await using rig = await keyringRig([inPassphrase, inPassphrase], all);
    const page = pageOf(1, 5);
    await (await rig.open()).addPage(page);
    const third = join(rig.folder, 'third');
    await addCopy(openOf(rig, all), { folder: third, kind: inPassphrase });
    renameSync(rig.main, `${rig.main}-lost`);
    const [cell = ''] = page.cells.keys();
    const two = passphrases({ 'copy-1': 'two' });
    await (await rig.open({ folder: rig.copy, access: two, fewerCopies: true })).addPage(pageOf(2));
    const erasure = await eraseSecrets(openOf(rig, two, rig.copy), [{ page: page.page, cell, names: null }], now);
    expect(erasure.copies.map(({ copy, state }) => [copy, state])).toEqual([
      ['copy-1', 'done'],
      ['main', 'owed'],
      ['copy-2', 'done'],
    ]);
    // The third copy holds the new root of the second.
    const three = passphrases({ 'copy-2': 'three' });
    await (await rig.open({ folder: third, access: three, fewerCopies: true })).addPage(pageOf(3));
    renameSync(`${rig.main}-lost`, rig.main);
    expect((await syncKeyring(openOf(rig, three, third), {})).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    for (const folder of [rig.main, rig.copy, third]) expect(readdirSync(join(folder, 'pages'))).toHaveLength(3);
  });

  test('so that a copy whose root file is lost gets a new root, also if it is the one that was opened', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 5);
    await (await rig.open()).addPage(page);
    for (const [name, folder, number] of [
      ['main', rig.main, 2],
      ['copy-1', rig.copy, 3],
    ] as const) {
      rmSync(join(folder, 'root-1.key'));
      await (await rig.open()).addPage(pageOf(number));
      expect(done(await rotateRoots(openOf(rig), [name], null))).toEqual([[name, 'done', true]]);
    }
    await expectAlone(rig, page, [rig.main, rig.copy]);
  });
});
