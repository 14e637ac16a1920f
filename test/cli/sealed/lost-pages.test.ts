import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { readStoredCase } from '../../../src/archive/documents/stored-case.ts';
import { asterisk, createSealedRig, drilledArchive, recordingFolders, type SealedRig } from './sealed-rig.ts';

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
  const archive = await drilledArchive(rig);
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

  // Found again: opened as before, and lost again it is an alarm again, as often as that happens.
  const find = (): void => {
    for (const copy of copies) cpSync(join(rig.path('backup'), 'pages'), join(copy, 'pages'), { recursive: true });
  };
  find();
  expect(await watched(rig)).toEqual([5, ['K133']]);
  const whole = await step(rig, 'verify', archive, '--play');
  expect([whole.code, whole.summary.secretsLost], whole.said).toEqual([0, 0]);
  expect(whole.said).toContain('K133');
  expect(await watched(rig)).toEqual([0, []]);
  for (const time of ['second', 'third']) {
    lose(page);
    expect(await watched(rig), time).toEqual([4, ['K131', 'K122', 'K122']]);
    expect((await step(rig, 'keyring', 'status')).said, time).toContain('K122');
    const synced = await step(rig, 'keyring', 'sync');
    expect([synced.code, synced.said], time).toEqual([4, expect.stringContaining('K131')]);
    expect((await step(rig, 'keyring', 'drill')).code, time).toBe(4);
    if (time === 'third') continue;
    const next = await step(rig, 'keyring', 'report-loss', archive, '--reason', 'lost again');
    expect((await step(rig, 'keyring', 'approve-loss', archive, String(next.summary.request), '--key-file', 'approver.pem')).code).toBe(0);
    expect([await watched(rig), (await step(rig, 'keyring', 'sync')).code]).toEqual([[0, ['K132']], 0]);
    find();
    expect((await step(rig, 'verify', archive, '--play')).said).toContain('K133');
  }
  expect(existsSync(join(bags[0] ?? '', 'manifest-sha256.txt'))).toBe(true);
});

describe('the lost page of a case', () => {
  let rig: SealedRig;
  let archive: string;
  let copies: readonly string[];
  beforeAll(async () => {
    rig = await createSealedRig();
    archive = rig.path('archive');
    copies = [rig.keyring, rig.path('keyring-copy')];
    for (const args of [
      ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--no-keep-tables'],
      ['erase', 'make-key', 'approver.pem'],
      ['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'],
      ['verify', archive, '--play'],
      ['keyring', 'drill'],
    ])
      expect((await step(rig, ...args)).code, args.join(' ')).toBe(0);
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  /** Makes a case. @returns its id, and its page */
  const makeCase = async (title: string): Promise<{ readonly id: string; readonly page: string }> => {
    const id = String((await step(rig, 'case', 'new', archive, '--title', title)).summary.id);
    return { id, page: pageOf(id) };
  };
  const pageOf = (id: string): string => {
    const stored = readStoredCase(join(archive, 'cases', id));
    return stored.version === 2 ? stored.document.page : '';
  };
  /** Changes the file of a page in every copy. */
  const change = (page: string, act: (file: string) => void): void => {
    for (const copy of copies)
      for (const name of readdirSync(join(copy, 'pages')).filter((one) => one.startsWith(page))) act(join(copy, 'pages', name));
  };
  const acknowledge = async (): Promise<void> => {
    const { summary } = await step(rig, 'keyring', 'report-loss', archive, '--reason', 'gone');
    expect((await step(rig, 'keyring', 'approve-loss', archive, String(summary.request), '--key-file', 'approver.pem')).code).toBe(0);
  };
  const ends = async (...args: readonly string[]): Promise<number | null> => (await step(rig, 'keyring', ...args)).code;

  test('is reported until the case is deleted, and then by nobody', async () => {
    const { id, page } = await makeCase('first');
    expect(await watched(rig)).toEqual([0, []]);
    change(page, (file) => rmSync(file));
    expect(await watched(rig)).toEqual([4, ['K131', 'K122', 'K122']]);
    expect(await ends('sync')).toBe(4);
    expect((await step(rig, 'case', 'delete', archive, id, '--reason', 'opened twice')).code).toBe(0);
    expect(await watched(rig)).toEqual([0, []]);
    expect([await ends('status'), await ends('sync'), await ends('sync', '--deep'), await ends('drill')]).toEqual([0, 0, 0, 0]);
    expect((await step(rig, 'keyring', 'report-loss', archive, '--reason', 'none')).said).toContain('K134');
    expect((await step(rig, 'verify', archive, '--play')).code).toBe(0);
  });

  test('is no alarm if it is lost after the deletion, and the next verification tells the keyring', async () => {
    const { id, page } = await makeCase('second');
    expect((await step(rig, 'case', 'delete', archive, id, '--reason', 'opened twice')).code).toBe(0);
    change(page, (file) => rmSync(file));
    expect(await watched(rig)).toEqual([0, []]);
    expect(await ends('sync')).toBe(4);
    expect((await step(rig, 'verify', archive, '--play')).code).toBe(0);
    expect([await ends('status'), await ends('sync')]).toEqual([0, 0]);
  });

  test('is a warning once two persons acknowledged it, and nothing after the case was deleted', async () => {
    const { id, page } = await makeCase('third');
    change(page, (file) => rmSync(file));
    await acknowledge();
    expect(await watched(rig)).toEqual([0, ['K132']]);
    expect((await step(rig, 'case', 'delete', archive, id, '--reason', 'nobody can open it')).code).toBe(0);
    expect(await watched(rig)).toEqual([0, []]);
  });

  test('counts as lost although its file exists, if no copy opens it', async () => {
    const { id, page } = await makeCase('fourth');
    change(page, (file) => writeFileSync(file, readFileSync(file).subarray(0, 40)));
    expect(await watched(rig)).toEqual([4, ['K131']]);
    await acknowledge();
    expect(await watched(rig)).toEqual([0, ['K132']]);
    expect((await step(rig, 'case', 'delete', archive, id, '--reason', 'nobody can open it')).code).toBe(0);
    expect([await watched(rig), await ends('sync', '--deep')]).toEqual([[0, []], 0]);
  });

  test('is missed by nobody if it held an earlier state of the case, and is missed if it holds the present one', async () => {
    const { id, page } = await makeCase('fifth');
    expect((await step(rig, 'case', 'due', archive, id, '2099-01-31', '--reason', 'later')).code).toBe(0);
    change(page, (file) => rmSync(file));
    expect(await watched(rig)).toEqual([0, []]);
    expect((await step(rig, 'verify', archive, '--play')).code).toBe(0);
    expect(await ends('sync')).toBe(0);
    change(pageOf(id), (file) => rmSync(file));
    expect((await watched(rig))[0]).toBe(4);
    expect(await ends('sync')).toBe(4);
  });
});
