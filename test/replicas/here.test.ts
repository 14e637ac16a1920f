import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { createReplicaRig, type ReplicaRig } from './rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});

test('commands that run on a replica log nothing there, and affect neither the archive nor a sync', async () => {
  const replica = work.dir('offsite');
  const before = fingerprint(`${replica}/log`);
  const refused = [
    ['import', work.rig.path('source'), '--into', replica, '--mapping', work.rig.path('mapping.toml')],
    ['log', 'forget', replica, '--before', '2999', '--reason', 'old', '--yes'],
    ['log', 'key', replica, '--yes'],
    ['rehash', replica, '--add', 'sha3-512'],
  ];
  for (const command of refused) {
    const { code, stderr } = await work.rig.run(command);
    expect([command[0], code, stderr]).toEqual([command[0], 2, expect.stringContaining('R107')]);
  }
  const schedule = await work.rig.run(['verify', replica, '--every', '90d']);
  expect([schedule.code, schedule.stderr]).toEqual([5, expect.stringContaining('W151')]);
  // A user who only reads or exports is told that it is not logged.
  for (const [command, code] of [
    [['verify', replica], 'W150'],
    [['export', replica, '--all', '--out', 'out'], 'P172'],
  ] as const) {
    const told = await work.rig.run([...command]);
    expect([command[0], told.code, told.stdout + told.stderr]).toEqual([command[0], 0, expect.stringContaining(code)]);
  }
  expect(fingerprint(`${replica}/log`)).toEqual(before);
  expect(await work.verifyPrimary()).toEqual([]);
  expect((await work.sync()).said).toEqual([]);
});

test('a replica that replaces the archive is removed from its own register, and is an archive from then on', async () => {
  const replica = work.dir('offsite');
  expect((await work.rig.run(['replica', 'remove', replica, 'offsite'])).code).toBe(0);
  const verified = await work.rig.run(['verify', replica]);
  expect([verified.code, verified.stdout + verified.stderr]).toEqual([0, expect.not.stringContaining('W150')]);
  expect((await work.rig.run(['log', 'forget', replica, '--before', '2999', '--reason', 'old', '--yes'])).code).toBe(0);
});
