import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import { openLog } from '../../src/log/log.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { calm } from '../archive/rig.ts';
import { fingerprint } from '../cli/rig.ts';
import { createRehasher, keysOf } from '../verify/rehash/rig.ts';
import { at, createReplicaRig, flip, type ReplicaRig } from './rig.ts';

let work: ReplicaRig;
let rehasher: ReturnType<typeof createRehasher>;
/** The archive after the rehash. */
let after: string;

beforeAll(async () => {
  work = await createReplicaRig();
  rehasher = createRehasher();
  after = work.rig.path('after');
  cpSync(work.archive, after, { recursive: true });
  cpSync(work.rig.keys, keysOf(after), { recursive: true });
  expect((await rehasher.rehash(after, 'sha3512')).outcome).toMatchObject({ rehashed: 3, errors: 0 });
});
afterAll(async () => {
  await rehasher[Symbol.asyncDispose]();
  await work[Symbol.asyncDispose]();
});

/** The first bag after a kill: announced, with a number of files placed. */
async function stoppedAfter(placed: number): Promise<string> {
  const [bag = ''] = work.bags;
  for await (const entry of readLog(await openArchive(after), calm)) {
    if (entry.kind !== 'log-entry' || entry.type !== 'rehash-intended' || `bags/${entry.detail.bag}` !== bag) continue;
    const log = await openLog(await openArchive(work.archive), { now: () => at, keys: work.rig.keys });
    await log.append(entry.type, entry.detail);
    await log.close();
  }
  const order = ['manifest-sha3512.txt', 'tagmanifest-sha3512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'];
  for (const name of order.slice(0, placed)) cpSync(join(after, bag, name), join(work.archive, bag, name));
  return bag;
}

test.each([1, 2, 3, 4])(
  'a rehash of the archive that stopped with %i of 4 files placed is not damage to a repair, and not copied to a replica',
  async (placed) => {
    work.reset();
    const bag = await stoppedAfter(placed);
    const stopped = fingerprint(join(work.archive, 'bags'));
    const repair = await work.repair();
    expect(repair.verdicts.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(fingerprint(join(work.archive, 'bags'))).toEqual(stopped);
    expect(work.bytes('offsite')).toEqual(work.original);
    rmSync(join(work.dir('offsite'), bag), { recursive: true });
    const sync = await work.sync();
    // No damage that a repair could end: the message says what ends it.
    expect(sync.said).toEqual([`H102 ${bag}`]);
    expect(sync.findings[0]?.message).toContain('longplay rehash ARCHIVE --add sha3-512');
  },
);

test('a replica that lost the tag manifests of a bag whose rehash has placed all files gets those of the new state', async () => {
  work.reset();
  const bag = await stoppedAfter(4);
  for (const name of ['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt']) flip(join(work.dir('offsite'), bag, name));
  expect((await work.repair()).outcome).toMatchObject({ mended: 1, lost: 0, notSound: 0 });
  expect(fingerprint(join(work.dir('offsite'), bag))).toEqual(fingerprint(join(after, bag)));
  cpSync(work.rig.keys, keysOf(work.archive), { recursive: true });
  expect((await rehasher.rehash(work.archive, 'sha3512')).outcome).toMatchObject({ rehashed: 3, errors: 0 });
  await work.repair();
  expect(work.bytes('offsite')).toEqual(fingerprint(join(after, 'bags')));
});

test.each([2, 4])(
  'a drill judges a bag in the middle of a rehash, %i of 4 files placed, by the state that its tag manifest belongs to',
  async (placed) => {
    work.reset();
    const bag = await stoppedAfter(placed);
    for (const name of ['manifest-sha3512.txt', 'tagmanifest-sha3512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'].slice(0, placed))
      cpSync(join(work.archive, bag, name), join(work.dir('offsite'), bag, name));
    const { outcome, findings } = await work.drill();
    expect(findings).toEqual([]);
    expect(outcome).toMatchObject({ recordings: 6, failed: 0 });
    expect(outcome.bags.find((one) => `bags/${one.bag}` === bag)?.state).toBe('rehash-unfinished');
  },
);

test('once it is finished, replicas are reported to have an older state, and a repair updates them', async () => {
  work.reset();
  await stoppedAfter(2);
  cpSync(work.rig.keys, keysOf(work.archive), { recursive: true });
  expect((await rehasher.rehash(work.archive, 'sha3512')).outcome).toMatchObject({ rehashed: 3, errors: 0 });
  const verified = await work.verify();
  expect([...new Set(verified.verdicts.map(({ verdict, code, severity }) => `${verdict} ${code} ${severity}`))]).toEqual([
    'rolled-back R121 warning',
  ]);
  const drilled = await work.drill();
  expect([drilled.outcome.failed, new Set(drilled.outcome.bags.map(({ state }) => state))]).toEqual([0, new Set(['older'])]);
  cpSync(work.dir('offsite'), work.rig.path('behind'), { recursive: true });
  await work.repair();
  expect(work.bytes('offsite')).toEqual(fingerprint(join(after, 'bags')));
  expect((await work.verify()).verdicts).toEqual([]);
  expect(await work.verifyPrimary()).toEqual([]);
  // From now on an older state does not count as pending, although the log of the replica does not have the newer one yet.
  rmSync(join(work.dir('offsite'), 'bags'), { recursive: true });
  cpSync(work.rig.path('behind/bags'), join(work.dir('offsite'), 'bags'), { recursive: true });
  expect(new Set((await work.verify()).verdicts.map(({ verdict, code, severity }) => `${verdict} ${code} ${severity}`))).toEqual(
    new Set(['rolled-back R121 error']),
  );
});
