import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

/** Runs a command. @returns its exit code, summary and everything that it printed */
async function step(
  rig: SealedRig,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly summary: Record<string, unknown>; readonly said: string }> {
  const { code, stdout, stderr } = await rig.sealed(...args, '--json');
  return { code, summary: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>, said: stdout + stderr };
}

/** Returns the exit code of a watch and the codes of the keyring that it names. */
async function watched(rig: SealedRig): Promise<[number | null, string[]]> {
  const { code, said } = await step(rig, 'watch', rig.path('archive'), '--max-age', '900d');
  return [code, [...said.matchAll(/"type":"finding","code":"(K1[23]\d|K20\d)"/g)].map(([, found = '']) => found).filter((found) => found !== 'K127')];
}

test('pages that every copy has lost are acknowledged by two persons, stay named as lost, hide no other loss, and count again if they are found', async () => {
  await using rig = await createSealedRig();
  const archive = rig.path('archive');
  for (const args of [
    ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables'],
    ['erase', 'make-key', 'approver.pem'],
    ['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'],
    ['verify', archive, '--play'],
    ['keyring', 'drill'],
  ]) {
    const { code, said } = await step(rig, ...args);
    expect([args.join(' '), code], said).toEqual([args.join(' '), 0]);
  }
  const bags = [...new Set(recordingFolders(archive).map((folder) => join(folder, '../..')))];
  const [page = '', otherPage = ''] = bags.map((bag) => makingOf(bag) ?? '');
  const inFirst = recordingFolders(archive).filter((folder) => folder.startsWith(`${bags[0]}/`)).length;
  const copies = ['keyring', 'keyring-copy'].map((name) => rig.path(name));
  const lose = (lost: string): void => {
    for (const copy of copies)
      for (const name of readdirSync(join(copy, 'pages')).filter((one) => one.startsWith(lost))) rmSync(join(copy, 'pages', name));
  };
  cpSync(copies[0] ?? '', rig.path('backup'), { recursive: true });
  expect(await watched(rig)).toEqual([0, []]);
  expect((await step(rig, 'keyring', 'report-loss', archive, '--reason', 'nothing')).said).toContain('K134');

  lose(page);
  expect(await watched(rig)).toEqual([4, ['K131', 'K122', 'K122']]);
  expect((await step(rig, 'verify', archive, '--play')).code).toBe(5);
  // A copy that is away may have the page.
  renameSync(copies[1] ?? '', rig.path('away'));
  expect((await step(rig, 'keyring', 'report-loss', archive, '--reason', 'disks gone')).said).toContain('K104');
  renameSync(rig.path('away'), copies[1] ?? '');
  const own = await step(rig, 'keyring', 'report-loss', archive, '--reason', 'mine', '--as', 'anna');
  expect((await step(rig, 'keyring', 'approve-loss', archive, String(own.summary.request), '--key-file', 'approver.pem')).said).toContain('E102');
  const asked = await step(rig, 'keyring', 'report-loss', archive, '--reason', 'both disks failed');
  expect([asked.code, asked.summary]).toMatchObject([0, { pages: 1, recordings: inFirst }]);
  const request = String(asked.summary.request);
  expect((await watched(rig))[0]).toBe(4);
  const waiting = await rig.sealed('keyring', 'losses', archive);
  expect(waiting.stdout).toContain('NOT acknowledged');
  expect((await step(rig, 'keyring', 'approve-loss', archive, request, '--key-file', 'approver.pem')).code).toBe(0);

  const played = await rig.sealed('verify', archive, '--play');
  expect([played.code, played.stdout], played.stdout + played.stderr).toEqual([0, expect.stringContaining(`LOST: ${inFirst} sealed recording`)]);
  expect(played.stdout).toContain('no fault');
  expect(played.stdout).not.toMatch(/\bOK\b/);
  expect(await watched(rig)).toEqual([0, ['K132']]);
  const listed = await rig.sealed('keyring', 'losses', archive);
  expect(listed.stdout).toMatch(new RegExp(`acknowledged on .*LOST[\\s\\S]*${bags[0]?.slice(archive.length + 1)}: ${inFirst} recording`));
  expect((await rig.sealed('report', archive, '--out', rig.path('out'))).code).toBe(0);
  expect(readFileSync(rig.path('out', 'statement.txt'), 'utf8')).toContain(`NOT WELL: LOST for good: ${inFirst} recording`);
  expect((await rig.sealed('log', 'list', archive)).stdout).toMatch(/loss-requested[\s\S]*loss-approved/);

  // It covers the pages that it names, and no others.
  lose(otherPage);
  expect((await watched(rig))[0]).toBe(4);
  expect((await step(rig, 'verify', archive, '--play')).code).toBe(5);

  // Found again: opened as before, and lost again it is an alarm again.
  for (const copy of copies) cpSync(join(rig.path('backup'), 'pages'), join(copy, 'pages'), { recursive: true });
  expect(await watched(rig)).toEqual([5, ['K133']]);
  const whole = await step(rig, 'verify', archive, '--play');
  expect([whole.code, whole.summary.secretsLost], whole.said).toEqual([0, 0]);
  expect(whole.said).toContain('K133');
  expect(await watched(rig)).toEqual([0, []]);
  lose(page);
  expect((await watched(rig))[0]).toBe(4);
  expect(existsSync(join(bags[0] ?? '', 'manifest-sha256.txt'))).toBe(true);
});
