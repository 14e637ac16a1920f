import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drillKeyring } from '../../../src/sealing/keyring/drill.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { addCopy, removeCopy, rotateRoots, syncKeyring } from '../../../src/sealing/keyring/manage.ts';
import { makeRecovery, useRecovery } from '../../../src/sealing/keyring/recover.ts';
import { removePages } from '../../../src/sealing/keyring/remove-pages.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { keyringFindings, keyringStatus } from '../../../src/sealing/keyring/status.ts';
import { watchKeyring } from '../../../src/sealing/keyring/watch.ts';
import { combineShares, parseShare, splitSecret } from '../../../src/sealing/recovery/shares.ts';
import { flipBit, inPassphrase, keyringRig, nobody, now, pageOf, passphrases, type Rig, signal } from './keyring-rig.ts';

const later = '2026-07-01T12:00:00.000Z';
const inFile = { kind: 'file', folder: null } as const;

function openOf(rig: Rig, access = nobody, folder = rig.main, at = now) {
  return openSession({ folder, access, signal, now: () => at });
}

async function filled(rig: Rig): Promise<ReturnType<typeof pageOf>> {
  const page = pageOf(1, 5);
  await (await rig.open()).addPage(page);
  return page;
}

async function codesOf(rig: Rig, at = now, folder = rig.main): Promise<string[]> {
  return keyringFindings(keyringStatus(openOf(rig, nobody, folder, at)), at).map(
    ({ code, place }) => `${code} ${place.replace(`${rig.folder}/`, '')}`,
  );
}

describe('roots', () => {
  test('are rotated without erasure, change their kind, and leave nothing of the earlier ones', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
    await rotateRoots(openOf(rig), [], null);
    await rotateRoots(openOf(rig, both), ['main'], inPassphrase);
    expect(readdirSync(rig.main).sort()).toEqual(
      ['domain.json', 'held-3', 'identity-3.age', 'keyring.json', 'keys-3', 'memory.json', 'pages', 'root-3.age'].sort(),
    );
    for (const access of [both, passphrases({ main: 'correct horse' })])
      for (const [cell, secrets] of page.cells) expect((await rig.open({ access })).secretsOf(page.page, cell)).toEqual(secrets);
    // A new passphrase: the earlier one opens nothing.
    await rotateRoots(openOf(rig, passphrases({ main: 'correct horse' })), ['main'], null);
    await expect(
      rotateRoots(
        openOf(rig, { ...nobody, passphrase: async (_domain, isNew) => (isNew ? 'new one' : 'correct horse'), workFactor: 4 }),
        ['main'],
        inPassphrase,
      ),
    ).resolves.toHaveLength(1);
    rmSync(rig.copy, { recursive: true });
    await expect(rig.open({ access: passphrases({ main: 'correct horse' }) })).rejects.toMatchObject({ code: 'K102' });
    await rig.open({ access: passphrases({ main: 'new one' }) });
  });

  test('in files elsewhere open their domain, and are destroyed there', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    const elsewhere = join(rig.folder, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    await rotateRoots(openOf(rig), ['main'], { kind: 'file', folder: elsewhere });
    await rotateRoots(openOf(rig), ['main'], null);
    expect(readdirSync(elsewhere)).toEqual([expect.stringMatching(/^longplay-[0-9a-f]{8}-main-3\.key$/)]);
    for (const [cell, secrets] of page.cells) expect((await rig.open()).secretsOf(page.page, cell)).toEqual(secrets);
    await rotateRoots(openOf(rig), ['main'], inFile);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('in files that others may read are refused', async () => {
    await using rig = await keyringRig();
    const { chmodSync } = await import('node:fs');
    chmodSync(join(rig.main, 'root-1.key'), 0o640);
    chmodSync(join(rig.copy, 'root-1.key'), 0o640);
    await expect(rig.open()).rejects.toMatchObject({ code: 'K107' });
  });
});

describe('pages with missing files', () => {
  const fileIn = (folder: string): string => join(folder, 'pages', readdirSync(join(folder, 'pages'))[0] ?? '');
  const lacking = async (rig: Rig): Promise<readonly unknown[]> =>
    keyringStatus(openOf(rig, nobody)).copies.map(({ facts }) => [facts?.pages, facts?.lacking]);

  test('are reported as missing in their copy, alarm its drill, and are restored by a sync', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    const bytes = readFileSync(fileIn(rig.copy));
    rmSync(fileIn(rig.copy));
    expect(await lacking(rig)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(await codesOf(rig)).toContain('K122 copy');
    const drilled = await drillKeyring(openOf(rig), { cells: 3 });
    expect(drilled.map(({ opened, failed }) => [opened, failed.map(({ why }) => why)])).toEqual([
      [3, []],
      [0, ['this copy lacks the page']],
    ]);
    expect((await syncKeyring(openOf(rig), {})).map(({ pagesAdded, pagesLost }) => [pagesAdded, pagesLost])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(readFileSync(fileIn(rig.copy))).toEqual(bytes);
    expect(await codesOf(rig)).not.toContain('K122 copy');
    for (const [cell, secrets] of page.cells) expect((await rig.open({ folder: rig.copy })).secretsOf(page.page, cell)).toEqual(secrets);
  });

  test('are added again before a page is added', async () => {
    await using rig = await keyringRig();
    await filled(rig);
    rmSync(join(rig.copy, 'pages'), { recursive: true });
    await (await rig.open()).addPage(pageOf(2, 5));
    expect(readdirSync(join(rig.copy, 'pages')).sort()).toEqual(readdirSync(join(rig.main, 'pages')).sort());
    expect(await lacking(rig)).toEqual([
      [2, 0],
      [2, 0],
    ]);
  });

  test('are lost when no copy has them, and every copy reports it', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    for (const folder of [rig.main, rig.copy]) rmSync(fileIn(folder));
    expect(await lacking(rig)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    for (const deep of [false, true])
      expect((await syncKeyring(openOf(rig), { deep })).map(({ pagesAdded, pagesLost }) => [pagesAdded, pagesLost])).toEqual([
        [0, 1],
        [0, 1],
      ]);
    const needed = { archive: 'f'.repeat(32), others: new Map([[page.page, false]]) };
    await (await rig.open()).addPage({ ...pageOf(2, 5), page: needed.archive });
    const { findings } = await watchKeyring(rig.main, { ...needed, acknowledged: new Set(), unneeded: new Set(), readsPages: true }, now, signal);
    expect(findings.map(({ code }) => code)).toContain('K131');
  });
});

describe('copies', () => {
  test('are added, filled, and removed with their content', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    const third = join(rig.folder, 'third');
    const { name, copies } = await addCopy(openOf(rig), { folder: third, kind: inFile });
    expect([name, copies.map(({ pagesAdded }) => pagesAdded)]).toEqual(['copy-2', [0, 0, 1]]);
    for (const [cell, secrets] of page.cells) expect((await rig.open({ folder: third })).secretsOf(page.page, cell)).toEqual(secrets);
    await expect(addCopy(openOf(rig), { folder: third, kind: inFile })).rejects.toMatchObject({ code: 'K101' });
    await expect(addCopy(openOf(rig), { folder: join(rig.main, 'inside'), kind: inFile })).rejects.toMatchObject({ code: 'K101' });
    expect(await removeCopy(openOf(rig), 'copy-2')).toEqual({ path: third, left: null });
    expect(readdirSync(third, { recursive: true })).toEqual(['pages']);
    expect((await addCopy(openOf(rig), { folder: join(rig.folder, 'fourth'), kind: inFile })).name).toBe('copy-3');
    await expect(removeCopy(openOf(rig), 'main')).rejects.toMatchObject({ code: 'K110' });
    await expect(removeCopy(openOf(rig), 'copy-9')).rejects.toMatchObject({ code: 'K110' });
  });

  test('are filled with the passphrase that was just chosen for them, which nobody is asked for again', async () => {
    await using rig = await keyringRig();
    await filled(rig);
    const asked: boolean[] = [];
    const access = {
      ...passphrases({}),
      passphrase: async (_: string, isNew: boolean) => {
        asked.push(isNew);
        return isNew ? 'correct horse' : null;
      },
    };
    const { name, copies } = await addCopy(openOf(rig, access), { folder: join(rig.folder, 'third'), kind: inPassphrase });
    expect([copies.map(({ copy, pagesAdded, state }) => [copy, pagesAdded, state]).at(-1), asked]).toEqual([[name, 1, 'done'], [true]]);
  });

  test('are replaced after one was lost, or its passphrase was', async () => {
    const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
    await using rig = await keyringRig([inPassphrase, inPassphrase], both);
    const page = await filled(rig);
    // The passphrase of the copy is lost: main's record of its root gives it another.
    await rotateRoots(openOf(rig, passphrases({ main: 'correct horse', 'copy-1': 'another' })), ['copy-1'], inPassphrase);
    await expect(openOf(rig, both, rig.copy).main.unlock(both, signal)).rejects.toMatchObject({ code: 'K102' });
    // That of main is lost: the copy is opened, main is removed and created again.
    const byCopy = passphrases({ 'copy-1': 'another' });
    renameSync(rig.main, `${rig.main}-lost`);
    const removed = await removeCopy(openOf(rig, byCopy, rig.copy), 'main');
    expect(removed.left?.code).toBe('K104');
    await addCopy(openOf(rig, byCopy, rig.copy), { folder: rig.main, kind: inFile });
    const keyring = await rig.open({ folder: rig.main, access: nobody });
    for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(secrets);
  });
});

describe('a recovery', () => {
  test('opens a keyring whose roots are lost with enough shares of its epoch, and with no others', async () => {
    await using rig = await keyringRig([inPassphrase, inPassphrase], passphrases({ main: 'lost', 'copy-1': 'lost, too' }));
    const page = await filled(rig);
    const access = passphrases({ main: 'lost' });
    const first = await makeRecovery(openOf(rig, access), { shares: 5, needed: 3, folder: join(rig.folder, 'shares') });
    const [one] = page.cells.keys();
    await eraseSecrets(openOf(rig, access), [{ page: page.page, cell: one ?? '', names: null }], now);
    const second = await makeRecovery(openOf(rig, access), { shares: 4, needed: 2, folder: join(rig.folder, 'shares') });
    expect([first.recovery.epoch, second.recovery.epoch, second.files.length]).toEqual([1, 2, 4]);
    for (const side of [rig.main, rig.copy]) expect(readdirSync(side).filter((name) => name.startsWith('recovery-'))).toEqual(['recovery-2-2.age']);
    const use = (files: readonly string[]) => useRecovery(openOf(rig), files, inFile);
    await expect(use(first.files.slice(0, 3))).rejects.toMatchObject({
      code: 'K110',
      message: 'a share is of epoch 1, and the keyring is at epoch 2',
    });
    await expect(use(second.files.slice(0, 1))).rejects.toMatchObject({ code: 'K110' });
    await expect(use([second.files[0] ?? '', second.files[0] ?? ''])).rejects.toMatchObject({ code: 'K110' });
    const outcomes = await use(second.files.slice(1, 3));
    expect(outcomes.map(({ copy, state, rotated }) => [copy, state, rotated])).toEqual([
      ['main', 'done', true],
      ['copy-1', 'done', false],
    ]);
    const keyring = await rig.open({ access: nobody });
    for (const [cell, secrets] of page.cells) expect(keyring.secretsOf(page.page, cell)).toEqual(cell === one ? 'erased' : secrets);
  });

  test('has shares of which any sufficient number gives the secret, and in which typing errors are noticed', async () => {
    const secret = Buffer.from('00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210', 'hex');
    const texts = await splitSecret(secret, { keyring: 'ab'.repeat(16), epoch: 7, shares: 5, needed: 3 });
    const shares = texts.flatMap((text) => parseShare(`# a comment\n${text.slice(0, 40)} ${text.slice(40)}\n`) ?? []);
    expect(shares.map(({ keyring, epoch, index, needed }) => [keyring, epoch, index, needed])).toEqual(
      [1, 2, 3, 4, 5].map((index) => ['ab'.repeat(8), 7, index, 3]),
    );
    for (let a = 0; a < 5; a++)
      for (let b = a + 1; b < 5; b++)
        for (let c = b + 1; c < 5; c++) expect(Buffer.from(await combineShares([a, b, c].flatMap((index) => shares[index] ?? [])))).toEqual(secret);
    expect(Buffer.from(await combineShares(shares.slice(0, 2)))).not.toEqual(secret);
    const [text = ''] = texts;
    for (let at = 8; at < text.length; at++)
      expect(parseShare(`${text.slice(0, at)}${text[at] === 'Q' ? 'P' : 'Q'}${text.slice(at + 1)}`)).toBeNull();
  });
});

describe('a drill', () => {
  test('opens cells through each copy by its own root, and is recorded', async () => {
    const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
    await using rig = await keyringRig([inPassphrase, inPassphrase], both);
    await filled(rig);
    const checked: string[] = [];
    const check = async (_page: string, cell: string): Promise<null> => {
      checked.push(cell);
      return null;
    };
    const drilled = await drillKeyring(openOf(rig, both), { cells: 4, check });
    expect(drilled.map(({ copy, opened, failed, why }) => [copy, opened, failed, why])).toEqual([
      ['main', 4, [], null],
      ['copy-1', 4, [], null],
    ]);
    expect(checked).toHaveLength(8);
    // Main's record of the copy's root does not count.
    const alone = await drillKeyring(openOf(rig, passphrases({ main: 'correct horse' })), { cells: 1 });
    expect(alone.map(({ opened, why }) => [opened, why?.code ?? null])).toEqual([
      [1, null],
      [0, 'K102'],
    ]);
    expect(await codesOf(rig, later)).toEqual(['K124 main', 'K124 copy', 'K127 main']);
  });

  test('reports what does not open', async () => {
    await using rig = await keyringRig();
    await filled(rig);
    const [name = ''] = readdirSync(join(rig.copy, 'pages'));
    flipBit(join(rig.copy, 'pages', name));
    writeFileSync(join(rig.copy, 'pages', name), readFileSync(join(rig.copy, 'pages', name)).subarray(0, 100));
    const drilled = await drillKeyring(openOf(rig), { cells: 2 });
    expect(drilled.map(({ opened, failed }) => [opened, failed.length])).toEqual([
      [2, 0],
      // Drawn twice, reported once.
      [0, 1],
    ]);
    await syncKeyring(openOf(rig), { deep: true });
    expect((await drillKeyring(openOf(rig), { cells: 2 })).map(({ opened }) => opened)).toEqual([2, 2]);
  });
});

describe('the status', () => {
  test('reports what a copy lacks and has pending, silence, age, and older states, and has nothing to report of a well-kept keyring', async () => {
    await using rig = await keyringRig();
    const page = await filled(rig);
    await makeRecovery(openOf(rig), { shares: 3, needed: 2, folder: join(rig.folder, 'shares') });
    expect(await codesOf(rig)).toEqual([]);
    const { cpSync } = await import('node:fs');
    cpSync(rig.copy, `${rig.copy}-backup`, { recursive: true });
    renameSync(rig.copy, `${rig.copy}-away`);
    expect(await codesOf(rig)).toEqual(['K120 copy']);
    expect(await codesOf(rig, '2026-04-15T12:00:00.000Z')).toEqual(['K121 copy']);
    expect(await codesOf(rig, later)).toEqual(['K124 main', 'K121 copy', 'K124 copy', 'K125 main']);
    await (await rig.open({ fewerCopies: true })).addPage(pageOf(2));
    const [cell = ''] = page.cells.keys();
    await eraseSecrets(openOf(rig), [{ page: page.page, cell, names: null }], now);
    renameSync(`${rig.copy}-away`, rig.copy);
    expect(await codesOf(rig)).toEqual(['K122 copy', 'K123 copy']);
    await syncKeyring(openOf(rig), {});
    expect(await codesOf(rig)).toEqual([]);
    rmSync(rig.copy, { recursive: true });
    renameSync(`${rig.copy}-backup`, rig.copy);
    expect(await codesOf(rig)).toEqual(['K122 copy', 'K123 copy', 'K128 copy']);
    await syncKeyring(openOf(rig), {});
    await removeCopy(openOf(rig), 'copy-1');
    expect(await codesOf(rig)).toEqual(['K126 main']);
    expect(existsSync(join(rig.copy, 'domain.json'))).toBe(false);
  });
});

describe('pages that were never used for sealing', () => {
  test('are removed from every copy, and only from all of them', async () => {
    await using rig = await keyringRig();
    const [kept, gone] = [pageOf(1, 2), pageOf(2, 2)];
    const keyring = await rig.open();
    for (const page of [kept, gone]) await keyring.addPage(page);
    const named = new Map([[gone.page, gone.of]]);
    renameSync(rig.copy, `${rig.copy}-away`);
    expect(await removePages(openOf(rig), named)).toBe(0);
    renameSync(`${rig.copy}-away`, rig.copy);
    expect(await removePages(openOf(rig), new Map([[gone.page, 'bag of another name']]))).toBe(0);
    expect(keyring.secretsOf(gone.page, [...gone.cells.keys()][0] ?? '')).not.toBeNull();
    expect(await removePages(openOf(rig), named)).toBe(1);
    expect(await removePages(openOf(rig), named)).toBe(0);
    // A process that has the keyring open sees it; other pages open as before; no copy restores it.
    expect(keyring.secretsOf(gone.page, [...gone.cells.keys()][0] ?? '')).toBeNull();
    await syncKeyring(openOf(rig), { deep: true });
    for (const folder of [rig.main, rig.copy]) {
      const open = await rig.open({ folder });
      for (const [cell, secrets] of kept.cells) expect(open.secretsOf(kept.page, cell)).toEqual(secrets);
      expect(readdirSync(join(folder, 'pages')).filter((name) => name.startsWith(gone.page))).toEqual([]);
    }
    expect(await codesOf(rig)).toEqual(['K127 main']);
    await (await rig.open()).addPage(gone);
  });
});

test('a copy that was rolled back accepts the newest description: later copies and the later recovery stay', async () => {
  await using rig = await keyringRig();
  await filled(rig);
  cpSync(rig.main, join(rig.folder, 'older'), { recursive: true });
  const shares = { shares: 3, needed: 2, folder: join(rig.folder, 'shares') };
  await makeRecovery(openOf(rig), shares);
  await addCopy(openOf(rig), { folder: join(rig.folder, 'third'), kind: inFile });
  rmSync(rig.main, { recursive: true });
  renameSync(join(rig.folder, 'older'), rig.main);
  const session = openOf(rig);
  expect([session.domains.map(({ name }) => name), session.description.recovery?.epoch]).toEqual([['main', 'copy-1', 'copy-2'], 1]);
  await syncKeyring(session, {});
  expect(readFileSync(join(rig.main, 'keyring.json'), 'utf8')).toBe(readFileSync(join(rig.folder, 'third/keyring.json'), 'utf8'));
  // If the others are disconnected, the copy's own content counts.
  renameSync(rig.copy, join(rig.folder, 'away'));
  expect(openOf(rig).description.recovery?.epoch).toBe(1);
});
