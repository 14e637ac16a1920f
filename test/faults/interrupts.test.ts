import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, type Run } from '../cli/rig.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, untouched, wave } from './small-import.ts';
import { differences, everything, patience, upTo } from './trials.ts';

const recordings = everything ? 300 : 120;
const bags = everything ? 15 : 10;
const kills = everything ? 20 : 8;

/** Waits until every thread of a process is stopped: a signal reaches them one by one, and a current write is finished first. */
async function standsStill(pid: number | undefined): Promise<void> {
  const tasks = `/proc/${pid}/task`;
  const states = (): string[] => readdirSync(tasks).map((task) => /\) (\S)/.exec(readFileSync(`${tasks}/${task}/stat`, 'latin1'))?.[1] ?? '?');
  for (let turn = 0; turn < 200 && states().some((state) => state !== 'T'); turn++) await sleep(25);
  expect(states().every((state) => state === 'T')).toBe(true);
}

describe('an import of many recordings', () => {
  let work: SmallImport;
  let source: string;
  let expected: Outcome;

  const args = (archive: string): string[] => [
    'import',
    source,
    '--into',
    archive,
    '-j',
    '2',
    '--bag-recordings',
    String(recordings / bags),
    '--open',
  ];

  beforeAll(async () => {
    work = createSmallImport(null);
    source = work.rig.path('many');
    mkdirSync(source);
    for (const number of upTo(recordings)) writeFileSync(join(source, `${1000 + number}.wav`), wave(800 + number, 200 + number));
    const archive = work.newArchive();
    expect(await work.run(args(archive))).toMatchObject({ code: 0 });
    expected = await outcomeOf(archive);
    expect(expected.landed).toHaveLength(bags);
  }, patience);
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
  });

  /** Starts a run; `landed` resolves when the first bag has been announced, or the run has ended. */
  function start(archive: string): { readonly child: ChildProcess; readonly landed: Promise<void>; readonly ended: Promise<Run> } {
    const child = spawn(process.execPath, [cli, ...args(archive)], { env: { ...process.env, ...work.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let announce = (): void => {};
    const landed = new Promise<void>((resolve) => {
      announce = resolve;
    });
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString('utf8');
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString('utf8');
      if (/^bag /m.test(stderr)) announce();
    });
    const ended = new Promise<Run>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        announce();
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, landed, ended };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'stops cleanly on %s with %i, states how to resume, and resumes',
    async (signal, code) => {
      const archive = work.newArchive();
      const { child, landed, ended } = start(archive);
      await landed;
      child.kill(signal);
      const stopped = await ended;
      expect(stopped).toMatchObject({ code, signal: null });
      expect(stopped.stderr).toContain(`stopped: interrupted by ${signal}`);
      expect(stopped.stderr).toContain('run the same command again to continue');
      // Cleanly: the lock is free, and landed bags are in the log and verify.
      const between = await outcomeOf(archive);
      expect(between.names.filter((name) => name.startsWith('.lock'))).toEqual([]);
      expect(between.landed.length).toBeLessThan(bags);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
      const resumed = await work.run(args(archive));
      expect(resumed).toMatchObject({ code: 0 });
      expect(resumed.stderr).toContain('resuming job');
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    },
    patience,
  );

  it(
    'ends immediately on a second signal, and is finished by the next run',
    async () => {
      const archive = work.newArchive();
      const { child, landed, ended } = start(archive);
      await landed;
      child.kill('SIGINT');
      child.kill('SIGTERM');
      expect([130, 143]).toContain((await ended).code);
      expect(await work.run(args(archive))).toMatchObject({ code: 0 });
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    },
    patience,
  );

  it(
    `gives the same archive after ${kills} kills at any moment`,
    async () => {
      const archive = work.newArchive();
      // Pseudo-random moments, the same each time.
      const moments = upTo(kills).map((number) => (number * 7_919) % 997);
      const killed: boolean[] = [];
      for (const [turn, moment] of moments.entries()) {
        const { child, landed, ended } = start(archive);
        // Every other run continues until it has landed a bag, so that there is progress on any machine.
        if (turn % 2 === 0) await landed;
        await sleep(turn % 2 === 0 ? moment / 4 : moment);
        child.kill('SIGKILL');
        killed.push((await ended).signal === 'SIGKILL');
      }
      expect(killed).toContain(true);
      expect(await work.run(args(archive))).toMatchObject({ code: 0 });
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'keeps a second one out, which names the first and changes nothing',
    async () => {
      const archive = work.newArchive();
      const { child, landed, ended } = start(archive);
      await landed;
      // The first is stopped, so that the second starts during it on any machine.
      child.kill('SIGSTOP');
      await standsStill(child.pid);
      try {
        const before = untouched(archive);
        const second = await work.run(args(archive));
        expect(second).toMatchObject({ code: 5, stdout: '' });
        expect(second.stderr).toContain(`A105 ${archive} is locked by process ${child.pid} on this machine`);
        const rebuild = await work.run(['catalog', 'rebuild', archive]);
        expect(rebuild).toMatchObject({ code: 5, stdout: '' });
        expect(untouched(archive)).toEqual(before);
      } finally {
        child.kill('SIGCONT');
      }
      expect(await ended).toMatchObject({ code: 0 });
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    },
    patience,
  );

  it(
    'begun twice at the same moment is done once',
    async () => {
      const archive = work.newArchive();
      const both = await Promise.all([work.apart(args(archive)), work.apart(args(archive))]);
      expect(both.map(({ code }) => code)).toContain(0);
      // The other one was refused, or started after the first had ended and found nothing to do.
      for (const { code, stderr } of both) expect(code === 0 || (code === 5 && stderr.includes('A105')), stderr).toBe(true);
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    },
    patience,
  );
});
