import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { createKeyring } from '../../../src/sealing/keyring/create.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { erasedKey, readLedger } from '../../../src/sealing/keyring/ledger.ts';
import { everything } from '../../faults/trials.ts';
import { approved, approver, judgeCertificate } from '../erasure-rig.ts';
import { createRig, type Rig } from '../rig.ts';
import { makeSource, mulawWave, tone } from '../silent-source.ts';
import { recordingFolders } from './sealed-rig.ts';

/** 40 of 60 recordings are erased; in the long form (LONGPLAY_FAULTS=all) 1,000 of 1,500. */
const [days, calls, erasures] = everything ? [30, 50, 1_000] : [3, 20, 40];
const access = { passphrase: async () => null, identities: async () => null };
const { signal } = new AbortController();
const copies = ['keyring', 'copy-1', 'copy-2', 'copy-3', 'copy-4'];

describe('erasures in five copies of the keyring', { timeout: everything ? 6 * 3_600_000 : 900_000 }, () => {
  let rig: Rig;
  let archive: string;
  /** In order of their erasure, half by half. */
  let ids: readonly string[];
  const requests: string[] = [];

  beforeAll(async () => {
    rig = createRig();
    archive = rig.path('archive');
    process.env.LONGPLAY_KEYRING = rig.path('keyring');
    const kind = { kind: 'file', folder: null } as const;
    const others = copies.slice(1).map((one) => ({ folder: rig.path(one), kind }));
    await createKeyring({ folder: rig.path('keyring'), kind, copies: others }, '2026-03-01T12:00:00.000Z', access, signal);
    const mapping = makeSource(rig.path('source'), days, calls, ({ number }) => mulawWave(Uint8Array.from(tone, (byte) => byte ^ number)));
    const how = ['--into', 'archive', '--mapping', mapping, '--sealed', '--no-keep-tables'];
    const { code, stderr, stdout } = await rig.run(['import', 'source', ...how]);
    expect(code, stderr + stdout).toBe(0);
    await approver(rig, 'archive');
    const { lines } = await rig.json(['list', 'archive']);
    ids = lines.flatMap(({ of, value }) => (of === 'recording' ? [String((value as { recordingId?: string }).recordingId)] : [])).slice(0, erasures); // as it is listed
    expect(ids).toHaveLength(erasures);
    for (const id of ids) expect((await rig.run(['proof', 'make', 'archive', id, '--out', rig.path(`proofs/${id}`)])).code).toBe(0);
    for (const [round, some] of [ids.slice(0, erasures / 2), ids.slice(erasures / 2)].entries()) {
      for (const one of ['archive', ...copies])
        cpSync(rig.path(one), rig.path(`before-${round}`, one), { recursive: true, preserveTimestamps: true });
      requests.push(await approved(rig, 'archive', some));
      const run = await rig.run(['erase', 'run', 'archive']);
      expect([run.code, run.stderr]).toEqual([0, '']);
    }
    for (const one of ['archive', ...copies]) cpSync(rig.path(one), rig.path('after', one), { recursive: true, preserveTimestamps: true });
    cpSync(rig.keys, rig.path('after-keys'), { recursive: true });
  });
  afterAll(async () => {
    delete process.env.LONGPLAY_KEYRING;
    await rig?.[Symbol.asyncDispose]();
  });

  /** Replaces a folder by its backup. */
  function restore(from: string, one: string): void {
    rmSync(rig.path(one), { recursive: true, force: true });
    cpSync(rig.path(from, one), rig.path(one), { recursive: true, preserveTimestamps: true });
  }

  /** Returns how many of the erased recordings and of all recordings a copy of the keyring opens. */
  async function readable(copy: string): Promise<readonly [erased: number, all: number]> {
    const keys = await openKeyring({ folder: rig.path(copy), access, signal });
    const open = recordingFolders(archive).filter((folder) => {
      const secrets = keys.secretsOf(makingOf(join(folder, '../..')) ?? '', basename(folder));
      return secrets !== null && secrets !== 'erased';
    });
    keys.close();
    return [open.filter((folder) => ids.includes(basename(folder))).length, open.length];
  }

  const left = days * calls - erasures;

  /** Returns the cells that a copy of the keyring lists as erased. */
  const erasedIn = (folder: string): string[] => readLedger(folder).map(erasedKey);

  test('leave the erased recordings unreadable in every copy, all others readable, all proofs valid and all certificates verifiable by third-party programs', async () => {
    for (const copy of copies) expect([copy, await readable(copy)]).toEqual([copy, [0, left]]);
    const verified = await rig.json(['verify', 'archive', '--play']);
    expect([verified.code, verified.summary]).toEqual([0, expect.objectContaining({ erased: erasures, untried: 0, unopened: 0, errors: 0 })]);
    const key = (await rig.run(['log', 'public-key', 'archive'])).stdout.trim();
    for (const folder of recordingFolders(archive)) {
      if (!ids.includes(basename(folder))) continue;
      const proof = await rig.run(['proof', 'check', rig.path('proofs', basename(folder)), join(folder, 'public.json'), '--key', key]);
      expect([proof.code, proof.stderr]).toEqual([0, '']);
    }
    for (const request of requests) {
      expect((await rig.run(['erase', 'certificate', 'archive', request, '--out', rig.path(request)])).code).toBe(0);
      await judgeCertificate(rig, 'archive', rig.path(request));
      const { stdout } = await rig.exec('jq', [
        '-c',
        '[(.marks | length), (.copies | length), .finalAt != null]',
        rig.path(request, 'certificate.json'),
      ]);
      expect(JSON.parse(stdout)).toEqual([erasures / 2, copies.length, true]);
    }
  });

  test('stay in effect when one older copy of the keyring is restored, and it is updated', async () => {
    for (const round of [0, 1])
      for (const copy of copies) {
        restore(`before-${round}`, copy);
        for (const by of copies) expect([round, copy, by, await readable(by)]).toEqual([round, copy, by, [0, left]]);
        const synced = await rig.run(['keyring', 'sync', '--keyring', rig.path(copy)]);
        expect([synced.code, synced.stderr]).toEqual([0, '']);
        // By itself it no longer opens anything.
        const others = copies.filter((one) => one !== copy);
        for (const one of others) cpSync(rig.path(one), rig.path('aside', one), { recursive: true });
        for (const one of others) rmSync(rig.path(one), { recursive: true });
        expect([copy, await readable(copy)]).toEqual([copy, [0, left]]);
        for (const one of others) restore('aside', one);
        rmSync(rig.path('aside'), { recursive: true });
      }
  });

  test('are an alarm when every copy of the keyring is rolled back, until the next run erases again', async () => {
    for (const copy of copies) restore('before-1', copy);
    const printed = await rig.run(['verify', 'archive', '--play']);
    expect([printed.code, printed.stdout]).toEqual([4, expect.stringContaining('Erase again what came back: longplay erase run archive')]);
    expect(printed.stdout).not.toMatch(/Restore the named files|longplay replica repair/);
    const alarm = await rig.json(['verify', 'archive', '--play']);
    expect(alarm.code).toBe(4);
    const returned = alarm.lines.filter(({ code }) => code === 'E115').map(({ path }) => String(path));
    expect(returned.filter((path) => path.includes('/data/'))).toHaveLength(erasures / 2);
    // Derived data are back as well: the report that names them, and the list of the request.
    expect(returned.filter((path) => !path.includes('/data/'))).toEqual(expect.arrayContaining(['log/details']));
    expect((await rig.json(['list', 'archive'])).lines.filter(({ of }) => of === 'recording')).toHaveLength(left);
    const run = await rig.run(['erase', 'run', 'archive']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    for (const copy of copies) expect([copy, await readable(copy)]).toEqual([copy, [0, left]]);
    // Including data derived from recordings: reports, and details of log entries, which an older copy of the archive still has.
    for (const copy of copies) expect([copy, erasedIn(rig.path(copy))]).toEqual([copy, expect.arrayContaining(erasedIn(rig.path('after', copy)))]);
    expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
  });

  test('stay in effect when older backups of the archive are restored, alone or together with those of the keyring, and the catalog is rebuilt', async () => {
    for (const [round, keyrings] of [
      [0, copies],
      [1, copies],
      [0, []],
    ] as const) {
      for (const one of ['archive', ...keyrings]) restore(`before-${round}`, one);
      const run = await rig.run(['erase', 'run', 'archive']);
      expect([0, 3]).toContain(run.code);
      for (const copy of copies) expect([round, copy, await readable(copy)]).toEqual([round, copy, [0, left]]);
      expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
      const { lines } = await rig.json(['list', 'archive']);
      expect(lines.filter(({ of }) => of === 'recording')).toHaveLength(left);
      for (const one of ['archive', ...copies]) restore('after', one);
      // The stored state of the log on this machine is that of the restored one.
      rmSync(rig.keys, { recursive: true });
      cpSync(rig.path('after-keys'), rig.keys, { recursive: true });
    }
    expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
  });
});
