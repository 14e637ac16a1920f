import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { copyFolder, fingerprint } from '../cli/rig.ts';
import { createReplicaRig, flip, type ReplicaRig } from './rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
  // The state of the archive when its replica was synchronised, and this machine's memory of both places.
  copyFolder(work.archive, work.rig.path('then'));
});
beforeEach(() => work.reset());
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});

const run = (...args: readonly string[]) => work.rig.run(args);
const well = async (...args: readonly string[]): Promise<void> => {
  const { code, stdout, stderr } = await run(...args);
  expect([args, code, code === 0 ? '' : stdout + stderr]).toEqual([args, 0, '']);
};
/** Makes entries in the archive that the replica does not have. */
const goOn = async (): Promise<void> => {
  for (let times = 0; times < 3; times++) await well('verify', work.archive);
};
const lost = /missing A116 log: it ends with entry \d+, but this machine has seen \d+/;
const alarm = async (folder: string, words: RegExp = lost): Promise<void> => {
  const { code, stdout } = await run('verify', folder);
  expect([code, stdout]).toEqual([4, expect.stringMatching(words)]);
};
/** Replaces the log of a copy of the archive. */
const exchangeLog = (folder: string, from: string): void => {
  rmSync(join(folder, 'log'), { recursive: true });
  cpSync(join(from, 'log'), join(folder, 'log'), { recursive: true });
};

test('a replica that is only behind is no alarm: its log is a part of the log of its archive, which names it', async () => {
  await goOn();
  const before = fingerprint(work.dir('offsite'));
  const told = await run('verify', work.dir('offsite'));
  expect([told.code, told.stdout]).toEqual([
    0,
    expect.stringMatching(
      /A116 log: has \d+ entries, that of the archive has \d+: this is its replica offsite.*longplay replica sync ARCHIVE offsite/,
    ),
  ]);
  expect(told.stdout + told.stderr).toMatch(/W150.*it is the replica offsite of an archive/);
  expect(fingerprint(work.dir('offsite'))).toEqual(before);
  await well('replica', 'sync', work.archive);
  const after = await run('verify', work.dir('offsite'));
  expect([after.code, after.stdout]).toEqual([0, expect.not.stringContaining('A116')]);
});

test('it is an alarm if the archive cannot be reached, or has lost its end as well', async () => {
  await goOn();
  renameSync(work.archive, work.rig.path('box'));
  await alarm(work.dir('offsite'));
  renameSync(work.rig.path('box'), work.archive);
  exchangeLog(work.archive, work.rig.path('then'));
  await alarm(work.dir('offsite'));
  await alarm(work.archive);
});

test('an archive that has lost its end is an alarm, although a replica of it has everything and is known here', async () => {
  await goOn();
  await well('replica', 'sync', work.archive);
  await well('verify', work.dir('offsite'));
  exchangeLog(work.archive, work.rig.path('then'));
  await alarm(work.archive);
});

test('a folder that no archive names as its replica is an alarm', async () => {
  await goOn();
  copyFolder(work.dir('offsite'), work.rig.path('elsewhere'));
  await alarm(work.rig.path('elsewhere'));
});

test('a replica with another history is an alarm, although the key of the archive signed it', async () => {
  copyFolder(work.archive, work.rig.path('fork'));
  copyFolder(work.rig.keys, work.rig.path('keys'));
  const forked = await work.rig.run(['verify', work.rig.path('fork')], { env: { LONGPLAY_KEYS: work.rig.path('keys') } });
  expect(forked.code).toBe(0);
  await goOn();
  exchangeLog(work.dir('offsite'), work.rig.path('fork'));
  await alarm(work.dir('offsite'));
});

test('a replica whose log has a fault of its own is an alarm', async () => {
  await goOn();
  flip(join(work.dir('offsite'), 'log', 'checkpoint'), 60);
  await alarm(work.dir('offsite'), /A11[67]/);
});
