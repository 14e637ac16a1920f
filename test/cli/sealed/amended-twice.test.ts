import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approved, approver } from '../erasure-rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

// Descriptions in a sealed archive that refer to files in other bags.

let rig: SealedRig;
const how = ['--into', 'archive', '--no-keep-tables', '--join-sides'];
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  expect((await run('import', asterisk.folder, ...how, '--zone', 'Europe/Stockholm', '--sealed')).code).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

test('a random sample decodes the files to which an amendment refers', async () => {
  expect((await run('import', asterisk.folder, ...how, '--zone', 'America/New_York', '--amend')).code).toBe(0);
  const sampled = await run('verify', 'archive', '--sample', '9');
  expect([sampled.code, sampled.stderr, sampled.stdout]).toEqual([0, '', expect.stringContaining('4 recordings of 4 drawn at random and decoded')]);
  expect(sampled.stdout).toMatch(/: 4 as recorded\.\n$/);
});

test('a copy that was erased alone does not come back with an amendment of an amendment, not even in another coding', async () => {
  const folders = (): readonly string[] => recordingFolders(rig.path('archive'));
  const plain = basename(folders().find((folder) => readdirSync(folder).includes('original-1.gsm.age')) ?? '');
  await approved(rig, 'archive', [plain, '--only', 'access-1.opus']);
  expect((await run('erase', 'run', 'archive')).code).toBe(0);
  // The second description refers to the first bag, and so does the third, which decodes the original in another way.
  const declared = ['--zone', 'Europe/Stockholm', '--amend', '--declare', '*.gsm=alaw,8000,1'];
  expect((await run('import', asterisk.folder, ...how, ...declared)).stdout).toContain('Described 6 archived recordings again');
  const holding = folders().filter((folder) => basename(folder) === plain && existsSync(join(folder, 'access-1.opus.age')));
  // The first bag keeps the bytes that nothing opens.
  expect(holding).toHaveLength(1);
  const verified = await run('verify', 'archive', '--play');
  expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/V106|E11\d/)]);
});
