import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drillKeyring } from '../../../src/sealing/keyring/drill.ts';
import { syncKeyring } from '../../../src/sealing/keyring/manage.ts';
import { makeRecovery, useRecovery } from '../../../src/sealing/keyring/recover.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { keyringFindings, keyringStatus } from '../../../src/sealing/keyring/status.ts';
import { watchKeyring } from '../../../src/sealing/keyring/watch.ts';
import { flipBit, inPassphrase, keyringRig, nobody, now, pageOf, passphrases, type Rig, signal } from './keyring-rig.ts';

const file = 'recovery-1-1.age';

function openOf(rig: Rig, access = nobody) {
  return openSession({ folder: rig.main, access, signal, now: () => now });
}

function codesOf(rig: Rig): string[] {
  return keyringFindings(keyringStatus(openOf(rig)), now).map(({ code, place }) => `${code} ${place.replace(`${rig.folder}/`, '')}`);
}

/** Changes the last byte, which is ciphertext. */
function changeEnd(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]));
}

/** Damage that any check sees without a root, and damage that shows only when the file is compared. */
const visible = [
  ['is empty', (path: string) => writeFileSync(path, '')],
  ['is cut short', (path: string) => truncateSync(path, 200)],
  ['is too long', (path: string) => appendFileSync(path, 'x')],
  ['is another file', (path: string) => writeFileSync(path, 'recovery')],
  ['is far too long', (path: string) => truncateSync(path, 1e9)],
] as const;
const hidden = [
  ['has a changed bit', flipBit],
  ['has a changed last byte', changeEnd],
] as const;

test('a damaged file for the recovery is found with the root, and a sync makes the same file again', async () => {
  await using rig = await keyringRig();
  await (await rig.open()).addPage(pageOf(1));
  const { files } = await makeRecovery(openOf(rig), { shares: 3, needed: 2, folder: join(rig.folder, 'shares') });
  const path = join(rig.copy, file);
  const before = readFileSync(path);
  const needed = { archive: pageOf(1).page, others: new Map(), acknowledged: new Set<string>(), unneeded: new Set<string>(), readsPages: true };
  for (const [what, damage] of [...visible, ...hidden]) {
    damage(path);
    expect([what, codesOf(rig)]).toEqual([what, ['K137 copy']]);
    const { findings } = await watchKeyring(rig.main, needed, now, signal);
    expect([what, findings.map(({ code }) => code)]).toEqual([what, ['K137']]);
    expect([what, (await drillKeyring(openOf(rig), { cells: 1 })).map(({ recovery }) => recovery)]).toEqual([what, ['whole', 'damaged']]);
    const outcomes = await syncKeyring(openOf(rig), {});
    expect([what, outcomes.map(({ recoveryMade }) => recoveryMade)]).toEqual([what, [false, true]]);
    expect([what, readFileSync(path)]).toEqual([what, before]);
    expect([what, codesOf(rig)]).toEqual([what, []]);
  }
  rmSync(path);
  expect(codesOf(rig)).toEqual(['K129 copy']);
  // Nothing is left that the shares open: an alarm, and an import makes the files again.
  rmSync(join(rig.main, file));
  expect(codesOf(rig)).toEqual(['K137 main', 'K137 copy']);
  await (await rig.open()).addPage(pageOf(2));
  expect(codesOf(rig)).toEqual([]);
  for (const folder of [rig.main, rig.copy]) rmSync(join(folder, 'root-1.key'));
  expect((await useRecovery(openOf(rig), files.slice(0, 2), { kind: 'file', folder: null })).map(({ state }) => state)).toEqual(['done', 'done']);
});

test('without the root the form of the file is checked, and the drill and the sync with the passphrases compare it', async () => {
  const both = passphrases({ main: 'correct horse', 'copy-1': 'battery staple' });
  await using rig = await keyringRig([inPassphrase, inPassphrase], both);
  await makeRecovery(openOf(rig, both), { shares: 3, needed: 2, folder: join(rig.folder, 'shares') });
  const path = join(rig.copy, file);
  const before = readFileSync(path);
  for (const [what, damage] of visible) {
    damage(path);
    expect([what, codesOf(rig)]).toEqual([what, ['K137 copy']]);
    writeFileSync(path, before);
  }
  // A bit in the middle may be one of the header, whose form shows it.
  changeEnd(path);
  expect(codesOf(rig)).toEqual([]);
  expect((await drillKeyring(openOf(rig, both), { cells: 1 })).map(({ recovery }) => recovery)).toEqual(['whole', 'damaged']);
  await syncKeyring(openOf(rig, both), {});
  expect(readFileSync(path)).toEqual(before);
});
