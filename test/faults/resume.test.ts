import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSmallImport, outcomeOf, type SmallImport } from './small-import.ts';
import { buildTrap, type Call } from './trap.ts';
import { patience } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`the run after a killed one${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;

  beforeAll(() => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Number of the first call of a run that fits. */
  async function numberOf(args: (archive: string) => string[], fits: (call: Call) => boolean): Promise<number> {
    const archive = work.newArchive();
    const { calls } = await work.trapped(args(archive), [archive]);
    const number = calls.find(fits)?.number;
    if (number === undefined) throw new Error('no such call');
    return number;
  }

  it(
    'speaks for the whole job: what the killed one could not do for a bag that has landed is told, and decides the exit code',
    async () => {
      const source = work.rig.path('unplayable');
      mkdirSync(source);
      for (const name of ['wave-ok.wav', 'wave-tag-4242-unregistered.wav']) cpSync(join(root, 'samples/formats', name), join(source, name));
      const args = (archive: string): string[] => ['import', source, '--into', archive, '-j', '1', '--json'];
      const summaryOf = (stdout: string): Record<string, unknown> => JSON.parse(stdout.trim().split('\n').at(-1) ?? ''); // written by --json
      const undisturbed = await work.run(args(work.newArchive()));
      expect(undisturbed.code).toBe(3);
      // All has landed and is in the log; only the job is still there.
      const at = await numberOf(args, ({ kind, path }) => kind === 'unlink' && path.endsWith('/job.json'));
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { at, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      const resumed = await work.run(args(archive));
      expect(resumed.code).toBe(3);
      expect(summaryOf(resumed.stdout)).toMatchObject({ resumed: true, bagsThereBefore: 1, bagsLanded: 0, notImported: 0, notPlayable: 1 });
      expect(summaryOf(resumed.stdout).findings).toMatchObject({ M107: 1 });
    },
    patience,
  );

  it(
    'clears away what two killed runs have left of one draft, and lands the bag that an undisturbed one lands',
    async () => {
      const source = work.rig.path('two-drafts');
      mkdirSync(source);
      cpSync(join(root, 'samples/formats/wave-ok.wav'), join(source, 'wave-ok.wav'));
      const args = (archive: string): string[] => ['import', source, '--into', archive, '-j', '1', '--json'];
      const at = await numberOf(args, ({ kind, path }) => kind === 'rename' && path.includes('/bags/'));
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { at, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      const jobs = join(archive, 'jobs');
      const [job] = readdirSync(jobs);
      const drafts = join(jobs, job ?? '', 'drafts');
      const [draft] = readdirSync(drafts);
      if (draft === undefined) throw new Error('the killed run left no draft');
      // As a second run leaves it that was killed while it deleted: the older one aside, a new one begun.
      cpSync(join(drafts, draft), join(drafts, `${draft}.old`), { recursive: true });
      writeFileSync(join(drafts, draft, 'data', 'stray'), 'of the draft that was begun');
      expect(await work.run(args(archive))).toMatchObject({ code: 0 });
      const { bags, logFindings } = await outcomeOf(archive);
      expect(bags.filter((line) => line.includes('/recording.json ')).length).toBe(1);
      expect(bags.filter((line) => line.includes('stray') || line.includes('.old'))).toEqual([]);
      expect(logFindings).toEqual([]);
      expect(readdirSync(jobs)).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'makes anew what a killed one had made while it planned, and clears that away',
    async () => {
      const undisturbed = work.newArchive();
      expect(await work.run(work.args(undisturbed))).toMatchObject({ code: 0 });
      // The plan counts by now, and the first of what was made is on its way into a draft.
      const at = await numberOf(work.args, ({ kind, path }) => kind === 'rename' && path.includes('/drafts/') && path.includes('/data/'));
      const archive = work.newArchive();
      expect(await work.trapped(work.args(archive), [archive], { at, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      const jobs = join(archive, 'jobs');
      const ahead = join(jobs, readdirSync(jobs)[0] ?? '', 'ahead');
      const made = readdirSync(ahead);
      // A thread that took other turns than in the run that was counted may have moved one or two more.
      expect(made.length).toBeGreaterThan(0);
      // Nothing of it was synced: whatever stands there now must not be taken for a recording.
      for (const id of made) writeFileSync(join(ahead, id, 'recording.json'), '');
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      expect(await outcomeOf(archive)).toEqual(await outcomeOf(undisturbed));
      expect(readdirSync(jobs)).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'brings no recording in twice where another import was run over the same source in between',
    async () => {
      const args = (archive: string, ...more: string[]): string[] => [...work.args(archive), ...more];
      const at = await numberOf(args, ({ kind, path }) => kind === 'rename' && path.includes('/bags/'));
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { at, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      // Another request, so another job, and other bags.
      expect(await work.run(args(archive, '--bitrate', '24000', '--bag-recordings', '1'))).toMatchObject({ code: 0 });
      expect(await work.run(args(archive))).toMatchObject({ code: 0 });
      const { bags, names, logFindings } = await outcomeOf(archive);
      expect(bags.filter((line) => line.includes('/recording.json ')).length).toBe(3);
      expect(logFindings).toEqual([]);
      expect(readdirSync(join(archive, 'jobs'))).toEqual([]);
      expect(names).not.toContain('.lock');
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );
});
