import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { approved, approver } from '../erasure-rig.ts';
import { fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

let rig: SealedRig;
let archive: string;
let id: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  expect((await again('--sealed')).code).toBe(0);
  await approver(rig, 'archive');
  const { lines } = await rig.json(['list', 'archive', '--text', '46701740605']);
  id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

const again = (...more: readonly string[]) =>
  rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables', ...more);
const erase = async (...which: readonly string[]): Promise<void> => {
  await approved(rig, 'archive', which);
  const run = await rig.sealed('erase', 'run', 'archive');
  expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('1 request was executed.')]);
};
const lift = async (...ids: readonly string[]): Promise<void> => {
  const asked = await rig.json(['erase', 'lift', 'archive', ...ids, '--reason', 'in error']);
  expect(asked.code).toBe(0);
  const request = String(asked.summary.request);
  expect((await rig.sealed('erase', 'approve', 'archive', request, '--key-file', 'approver.pem', '--now', 'urgent')).code).toBe(0);
  expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
};
const verified = async (...args: string[]) => {
  const { code, summary } = await rig.json(['verify', 'archive', ...args]);
  return { code, ...summary };
};
/** Returns for each folder of a recording whether a copy of the keyring opens it, in order of the bags. */
async function opened(recordingId: string): Promise<readonly boolean[]> {
  const access = { passphrase: async () => null, identities: async () => null };
  const keys = await openKeyring({ folder: rig.path('keyring-copy'), access, signal: new AbortController().signal });
  const found = recordingFolders(archive).filter((folder) => basename(folder) === recordingId);
  const open = found.map((folder) => {
    const secrets = keys.secretsOf(makingOf(join(folder, '../..')) ?? '', recordingId);
    return secrets !== null && secrets !== 'erased';
  });
  keys.close();
  return open;
}

describe('lifting an erasure in a sealed archive', () => {
  test('lets an import add the recording again, in another bag and under its id; nothing restores the old files', async () => {
    await erase(id);
    const before = fingerprint(join(archive, 'bags'));
    expect((await again()).stderr).toContain('E112');
    await lift(id);
    expect(await opened(id)).toEqual([false]);
    const well = { code: 0, errors: 0, warnings: 0 };
    expect(await verified('--play')).toMatchObject({ ...well, erased: 1 });
    const brought = await again();
    expect([brought.code, brought.stderr]).toEqual([0, expect.not.stringContaining('E112')]);
    expect(fingerprint(join(archive, 'bags')).filter((line) => before.includes(line))).toEqual(before);
    expect((await opened(id)).toSorted()).toEqual([false, true]);
    const shown = await rig.sealed('show', 'archive', id);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('46701740605')]);
    expect((await rig.sealed('export', 'archive', id, '--out', 'copy')).code).toBe(0);
    expect(readdirSync(rig.path('copy')).filter((name) => name.endsWith('.opus')).length).toBeGreaterThan(0);
    expect(await verified('--play', '--originals')).toMatchObject({ ...well, untried: 0 });
    expect(await verified()).toMatchObject({ code: 0, errors: 0 });
    expect((await rig.sealed('catalog', 'rebuild', 'archive')).code).toBe(0);
    expect((await rig.sealed('show', 'archive', id)).code).toBe(0);
    expect((await again()).stdout).toContain('Nothing new');
    expect(await rig.sealed('erase', 'run', 'archive')).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
  });

  test('can be followed by another erasure, which covers both bags, and another lift', async () => {
    await erase(id);
    expect(await opened(id)).toEqual([false, false]);
    expect(await verified('--play')).toMatchObject({ code: 0, errors: 0 });
    expect((await again()).stderr).toContain('E112');
    await lift(id);
    expect((await again()).code).toBe(0);
    expect((await opened(id)).toSorted()).toEqual([false, false, true]);
    expect(await verified('--play')).toMatchObject({ code: 0, errors: 0, warnings: 0 });
  });

  test('adds every recording of a bag again whose name is taken', async () => {
    const { lines } = await rig.json(['list', 'archive']);
    const all = lines.flatMap(({ of, value }) => (of === 'recording' ? [String((value as { recordingId?: string }).recordingId)] : [])); // as it is listed
    expect(all).toHaveLength(6);
    await erase(...all);
    expect((await rig.json(['list', 'archive'])).lines.filter(({ of }) => of === 'recording')).toEqual([]);
    await lift(...all);
    expect((await again()).code).toBe(0);
    expect((await rig.json(['list', 'archive'])).lines.filter(({ of }) => of === 'recording')).toHaveLength(6);
    expect(await verified('--play', '--originals')).toMatchObject({ code: 0, errors: 0, warnings: 0, untried: 0 });
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).code).toBe(0);
  });
});
