import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import { openLog } from '../../src/log/log.ts';
import { readLog } from '../../src/log/read-log.ts';
import { calm } from '../archive/rig.ts';
import { fingerprint } from '../cli/rig.ts';
import { createRehasher, keysOf } from './rehash-rig.ts';
import { at, createReplicaRig, type ReplicaRig } from './replica-rig.ts';

let work: ReplicaRig;
let rehasher: ReturnType<typeof createRehasher>;
/** The archive as it is when the rehash is done. */
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

/** The first bag as a kill leaves it: announced, and so many files put in place. */
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
  'a rehash of the archive that stopped with %i of 4 files in place is no damage to a repair, and not brought to a replica',
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
    expect(sync.findings.map(({ code, place }) => `${code} ${place}`)).toContain(`R111 ${bag}`);
    expect(sync.findings.find(({ code }) => code === 'R111')?.message).toContain('rehash');
  },
);

test('when it is finished, replicas are of an older state by name, and a repair brings them up to it', async () => {
  work.reset();
  await stoppedAfter(2);
  cpSync(work.rig.keys, keysOf(work.archive), { recursive: true });
  expect((await rehasher.rehash(work.archive, 'sha3512')).outcome).toMatchObject({ rehashed: 3, errors: 0 });
  const verified = await work.verify();
  expect([...new Set(verified.verdicts.map(({ verdict, code }) => `${verdict} ${code}`))]).toEqual(['rolled-back R121']);
  await work.repair();
  expect(work.bytes('offsite')).toEqual(fingerprint(join(after, 'bags')));
  expect((await work.verify()).verdicts).toEqual([]);
  expect(await work.verifyPrimary()).toEqual([]);
});
