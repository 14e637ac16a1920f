import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
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
const lost = /A116 log: it ends with entry \d+, but this machine has seen \d+/;
/** Commands that check a log. */
const checks = [['verify'], ['log', 'verify'], ['watch']] as const;
/** Commands that read entries of a log, and tell its faults. */
const readings = [
  ['log', 'list'],
  ['log', 'export'],
  ['log', 'access'],
  ['note', 'list'],
] as const;
const alarm = async (folder: string, words: RegExp = lost): Promise<void> => {
  for (const command of [...checks, ...readings]) {
    const { code, stdout, stderr } = await run(...command, folder);
    expect([command, code, stdout + stderr]).toEqual([command, 4, expect.stringMatching(words)]);
  }
};
/** Replaces the log of a copy of the archive. */
const exchangeLog = (folder: string, from: string): void => {
  rmSync(join(folder, 'log'), { recursive: true });
  cpSync(join(from, 'log'), join(folder, 'log'), { recursive: true });
};

test('a replica that is only behind is no alarm: its log is a part of the log of its archive, which names it', async () => {
  await well('verify', work.archive);
  await well('replica', 'sync', work.archive);
  await goOn();
  const before = fingerprint(work.dir('offsite'));
  const warning = /A116 log: has \d+ entries, that of the archive has \d+: this is its replica offsite.*longplay replica sync ARCHIVE offsite/;
  for (const command of checks) {
    const told = await run(...command, work.dir('offsite'));
    expect([command, told.code, told.stdout]).toEqual([command, 0, expect.stringMatching(warning)]);
    if (command[0] === 'verify') expect(told.stdout + told.stderr).toMatch(/W150.*it is the replica offsite of an archive/);
    const lines = (await work.rig.json([...command, work.dir('offsite')])).lines.filter(({ code }) => code === 'A116');
    expect([command, lines.map(({ type, verdict, severity }) => [type, verdict, severity])]).toEqual([
      command,
      [['verdict', 'unverifiable', 'warning']],
    ]);
  }
  for (const command of readings) {
    const { code, stdout, stderr } = await run(...command, work.dir('offsite'));
    expect([command, code, stdout + stderr]).toEqual([command, 0, expect.not.stringContaining('A116')]);
    expect([command, stderr]).toEqual([command, expect.stringContaining('L135')]);
  }
  const metrics = work.rig.path('watch.prom');
  await well('watch', work.dir('offsite'), '--metrics-file', metrics);
  expect(readFileSync(metrics, 'utf8')).toMatch(/longplay_log_findings\S* 0\n/);
  expect(fingerprint(work.dir('offsite'))).toEqual(before);
  await well('replica', 'sync', work.archive);
  for (const command of checks) {
    const after = await run(...command, work.dir('offsite'));
    expect([command, after.code, after.stdout + after.stderr]).toEqual([command, 0, expect.not.stringContaining('A116')]);
  }
});

test('a report on a replica that is only behind is not signed, and says why and what helps', async () => {
  await well('replica', 'sync', work.archive);
  await goOn();
  const report = async (name: string) => {
    const { code, stdout, stderr } = await run('report', work.dir('offsite'), '--out', work.rig.path(name));
    const statement = JSON.parse(readFileSync(work.rig.path(name, 'statement.json'), 'utf8')) as { unsigned: string | null; notCovered: string[] };
    return { code, said: stdout + stderr, statement, isSigned: existsSync(work.rig.path(name, 'statement.note')) };
  };
  const behind = await report('behind');
  const why =
    /this is the replica offsite, which has \d+ entries of the log, and its archive has \d+: run this on the archive, or after longplay replica sync ARCHIVE offsite/;
  expect([behind.code, behind.said, behind.isSigned, behind.statement.unsigned]).toEqual([
    0,
    expect.stringMatching(new RegExp(`P300 statement.json: ${why.source}`)),
    false,
    expect.stringMatching(why),
  ]);
  expect(behind.said).not.toMatch(/A116|log is damaged|damaged or unsigned/);
  expect(behind.statement.notCovered.join('\n')).toMatch(/Entries \d+ to \d+ of the log of the archive: this statement is from its replica offsite/);
  // The step that it names helps.
  await well('replica', 'sync', work.archive, 'offsite');
  const after = await report('after');
  expect([after.code, after.isSigned, after.statement.unsigned]).toEqual([0, true, null]);
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
