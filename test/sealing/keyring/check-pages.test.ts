import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { checkAllPages, checkPages, damageFindings, lostFindings, partOfDay } from '../../../src/sealing/keyring/check-pages.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { rotateRoots, syncKeyring } from '../../../src/sealing/keyring/manage.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { flipBit, inPassphrase, keyringRig, nobody, now, pageOf, passphrases, type Rig, signal } from './keyring-rig.ts';

const inFile = { kind: 'file', folder: null } as const;
const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });

function sessionOf(rig: Rig, access = nobody) {
  return openSession({ folder: rig.main, access, signal, now: () => now });
}

/** Returns the codes and places of what a check of all pages finds, and how many pages were opened and only compared. */
async function checked(rig: Rig): Promise<[string[], number, number]> {
  const session = sessionOf(rig);
  const found = await checkAllPages(session);
  const findings = [...lostFindings(session, found), ...damageFindings(session, found)];
  return [findings.map(({ code, place }) => `${code} ${place.slice(rig.folder.length + 1)}`), found.opened, found.closed];
}

function fileOf(folder: string, page: string): string {
  return join(folder, 'pages', readdirSync(join(folder, 'pages')).find((name) => name.startsWith(page)) ?? '');
}

/** Makes a keyring with pages. The roots are kept as given. */
async function filled(kinds: Parameters<typeof keyringRig>[0], count = 3): Promise<Rig> {
  const rig = await keyringRig(kinds, both);
  const keyring = await rig.open();
  for (let number = 1; number <= count; number++) await keyring.addPage(pageOf(number, 4));
  keyring.close();
  return rig;
}

const { page } = pageOf(2);

describe('damaged pages of a keyring', () => {
  test('are told apart: damaged in one copy, repaired by a deep sync, and damaged in every copy', async () => {
    await using rig = await filled([inFile, inFile]);
    expect(await checked(rig)).toEqual([[], 3, 0]);
    const whole = readFileSync(fileOf(rig.main, page));
    flipBit(fileOf(rig.main, page));
    expect(await checked(rig)).toEqual([['K135 main'], 3, 0]);
    expect((await syncKeyring(sessionOf(rig), { deep: true })).map(({ pagesAdded }) => pagesAdded)).toEqual([1, 0]);
    expect([await checked(rig), readFileSync(fileOf(rig.main, page))]).toEqual([[[], 3, 0], whole]);
    for (const folder of [rig.main, rig.copy]) flipBit(fileOf(folder, page));
    expect(await checked(rig)).toEqual([['K131 main'], 2, 0]);
  });

  test('are found at every byte of a page', async () => {
    await using rig = await filled([inFile, inFile], 2);
    const files = [rig.main, rig.copy].map((folder) => fileOf(folder, page));
    const whole = readFileSync(files[0] ?? '');
    const found = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      for (const file of files) writeFileSync(file, bytes);
      found.add(JSON.stringify(await checked(rig)));
    }
    expect([...found]).toEqual([JSON.stringify([['K131 main'], 1, 0])]);
  });

  test('are those of which a copy has no intact key, too', async () => {
    await using rig = await filled([inFile, inFile], 1);
    flipBit(join(rig.copy, 'keys-1'));
    expect(await checked(rig)).toEqual([['K135 copy'], 1, 0]);
    flipBit(join(rig.main, 'keys-1'));
    expect(await checked(rig)).toEqual([['K131 main'], 0, 0]);
  });

  test('are nothing after erasures, rotations, an erasure that a copy owes, and with a copy out of reach', async () => {
    await using rig = await filled([inFile, inFile]);
    const [cell = ''] = pageOf(2, 4).cells.keys();
    await eraseSecrets(sessionOf(rig), [{ page, cell, names: null }], now);
    expect(await checked(rig)).toEqual([[], 3, 0]);
    await rotateRoots(sessionOf(rig), [], null);
    expect(await checked(rig)).toEqual([[], 3, 0]);
    cpSync(rig.copy, `${rig.copy}-away`, { recursive: true });
    rmSync(rig.copy, { recursive: true });
    expect(await checked(rig)).toEqual([[], 3, 0]);
    const [, other = ''] = pageOf(2, 4).cells.keys();
    await eraseSecrets(sessionOf(rig), [{ page, cell: other, names: null }], now);
    cpSync(`${rig.copy}-away`, rig.copy, { recursive: true });
    expect(await checked(rig)).toEqual([[], 3, 0]);
  });

  test('are told without any root where the bytes show it: copies that differ, and a page cut short in every copy', async () => {
    await using rig = await filled([inPassphrase, inPassphrase]);
    expect(await checked(rig)).toEqual([[], 0, 3]);
    flipBit(fileOf(rig.main, page));
    expect(await checked(rig)).toEqual([['K135 main'], 0, 2]);
    for (const folder of [rig.main, rig.copy]) truncateSync(fileOf(folder, page), 20);
    expect(await checked(rig)).toEqual([['K131 main'], 0, 2]);
  });

  test('are told by the root of one copy for a copy whose root needs a person', async () => {
    await using rig = await filled([inPassphrase, inFile]);
    expect(await checked(rig)).toEqual([[], 3, 0]);
    flipBit(fileOf(rig.main, page));
    expect(await checked(rig)).toEqual([['K135 main'], 3, 0]);
    flipBit(fileOf(rig.copy, page));
    expect(await checked(rig)).toEqual([['K131 main'], 2, 0]);
  });
});

test('every part of a keyring has its turn on each day of the week, if a watch runs on that day alone, and soon if it runs every day', () => {
  for (let parts = 1; parts <= 64; parts++) {
    for (let weekday = 0; weekday < 7; weekday++) {
      const weekly = new Set(Array.from({ length: parts }, (_, week) => partOfDay(20_000 + 7 * week + weekday, parts)));
      expect([parts, weekday, weekly.size]).toEqual([parts, weekday, parts]);
    }
    const daily = new Set(Array.from({ length: 2 * parts + 7 }, (_, day) => partOfDay(20_000 + day, parts)));
    expect([parts, daily.size]).toEqual([parts, parts]);
  }
});

test('a keyring that is too large for one day is read in parts, every page within as many days as there are parts', async () => {
  await using rig = await filled([inFile, inFile], 4);
  const all = [1, 2, 3, 4].map((number) => pageOf(number).page);
  const least = limits.keyringCheckBytes / (64 * 1024);
  // Pages that no copy has take their turn like others.
  const absent = Array.from({ length: 2 * least }, (_, number) => `${number.toString(16).padStart(8, '0')}${'f'.repeat(24)}`);
  const opened: number[] = [];
  const days = 3;
  for (let day = 0; day < days; day++) {
    const at = new Date(Date.parse(now) + day * 86_400_000).toISOString();
    const found = await checkPages(sessionOf(rig), { always: [], inTurn: [...all, ...absent], now: at });
    expect([found.lost.size, found.left > 0]).toEqual([0, true]);
    opened.push(found.opened);
  }
  expect([opened.reduce((sum, count) => sum + count, 0), statSync(fileOf(rig.main, page)).size < 64 * 1024]).toEqual([4, true]);
});
