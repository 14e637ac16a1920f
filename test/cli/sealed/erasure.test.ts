import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver } from '../erasure-rig.ts';
import { fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

let rig: SealedRig;
let archive: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables'];
  const { code, stderr } = await rig.sealed('import', asterisk.folder, ...how);
  expect(code, stderr).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

async function idOf(text: string): Promise<string> {
  const { lines } = await rig.json(['list', 'archive', '--text', text]);
  return String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
}

describe('erasing recordings of a sealed archive', { timeout: 120_000 }, () => {
  test('destroys their secrets: no byte of a bag changes, nobody reads them, and their neighbours stay', async () => {
    const id = await idOf('46701740605');
    expect((await rig.sealed('note', 'add', 'archive', id, 'Åsa Öberg called')).code).toBe(0);
    expect(readdirSync(join(archive, 'reports'))).toHaveLength(1);
    const before = fingerprint(join(archive, 'bags'));
    await approved(rig, 'archive', [id]);
    const run = await rig.sealed('erase', 'run', 'archive');
    expect([run.code, run.stderr, run.stdout]).toEqual([0, '', expect.stringContaining('Erased 1 recording from 1 bag.')]);
    expect(fingerprint(join(archive, 'bags'))).toEqual(before);
    for (const folder of recordingFolders(archive)) {
      if (basename(folder) === id) await expect(rig.secretsOf(folder)).rejects.toThrow('no secrets');
      else expect(Object.keys(await rig.secretsOf(folder)).length).toBeGreaterThan(1);
    }
    expect((await rig.sealed('search', 'archive', '46701740605')).stdout).toContain('No recording matches');
    expect(readdirSync(join(archive, 'reports'))).toEqual([]);
    const { stdout } = await rig.sealed('log', 'list', 'archive', '--json');
    const entry = stdout.split('\n').find((line) => line.includes('"secrets-destroyed"')) ?? '';
    // The recording, its report, its note, the list of the request: one new root for each copy.
    expect(JSON.parse(entry)).toMatchObject({ value: { detail: { cells: 4, done: 'main:2 copy-1:2', owed: '' } } });
    expect(stdout).not.toContain('Åsa Öberg called');
    expect(stdout).not.toContain('Request 4711');
    expect((await rig.sealed('verify', 'archive')).code).toBe(0);
    const again = await rig.sealed('erase', 'run', 'archive');
    expect([again.code, again.stdout]).toEqual([0, 'No request is due.\n']);
    expect(existsSync(join(archive, 'jobs/erase'))).toBe(false);
  });
});
