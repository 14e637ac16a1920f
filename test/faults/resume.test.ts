import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveCheck } from '../../src/archive/documents/archive-check.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { root } from '../cli/rig.ts';
import { createSmallImport, outcomeOf, type SmallImport } from './small-import.ts';
import { buildTrap } from './trap.ts';
import { patience } from './trials.ts';

const trap = buildTrap();
/** The call that puts a bag in place. */
const landing = 'rename */bags/*';

describe.skipIf(typeof trap === 'string')(`the run after a killed one${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;

  beforeAll(() => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  it(
    'accounts for the whole job: a bag that landed incomplete in the killed run is reported, and decides the exit code',
    async () => {
      const source = work.rig.path('unplayable');
      mkdirSync(source);
      for (const name of ['wave-ok.wav', 'wave-tag-4242-unregistered.wav']) cpSync(join(root, 'samples/formats', name), join(source, name));
      const args = (archive: string): string[] => ['import', source, '--into', archive, '-j', '1', '--json', '--open'];
      const summaryOf = (stdout: string): Record<string, unknown> => JSON.parse(stdout.trim().split('\n').at(-1) ?? ''); // written by --json
      const undisturbed = await work.run(args(work.newArchive()));
      expect(undisturbed.code).toBe(3);
      // All bags have landed and are in the log; only the job still exists.
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { meets: ['unlink */job.json'], act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      const resumed = await work.run(args(archive));
      expect(resumed.code).toBe(3);
      expect(summaryOf(resumed.stdout)).toMatchObject({ resumed: true, bagsThereBefore: 1, bagsLanded: 0, notImported: 0, notPlayable: 1 });
      expect(summaryOf(resumed.stdout).findings).toMatchObject({ M107: 1 });
    },
    patience,
  );

  it(
    'removes the remains of one draft that two killed runs left, and lands the same bag as an undisturbed run',
    async () => {
      const source = work.rig.path('two-drafts');
      mkdirSync(source);
      cpSync(join(root, 'samples/formats/wave-ok.wav'), join(source, 'wave-ok.wav'));
      const args = (archive: string): string[] => ['import', source, '--into', archive, '-j', '1', '--json', '--open'];
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { meets: [landing], act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      const jobs = join(archive, 'jobs');
      const [job] = readdirSync(jobs);
      const drafts = join(jobs, job ?? '', 'drafts');
      const [draft] = readdirSync(drafts);
      if (draft === undefined) throw new Error('the killed run left no draft');
      // State left by a second run that was killed while it deleted: the older draft aside, a new one begun.
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
    'makes again what a killed run had made during planning, and removes the old files',
    async () => {
      const undisturbed = work.newArchive();
      expect(await work.run(work.args(undisturbed))).toMatchObject({ code: 0 });
      // By now the plan is valid, and the first of those files is being moved into a draft.
      const archive = work.newArchive();
      expect(await work.trapped(work.args(archive), [archive], { meets: ['rename */drafts/*/data/*'], act: 'kill' })).toMatchObject({
        signal: 'SIGKILL',
      });
      const jobs = join(archive, 'jobs');
      const ahead = join(jobs, readdirSync(jobs)[0] ?? '', 'ahead');
      const made = readdirSync(ahead);
      // With another order of threads one or two more may have been moved than in the counted run.
      expect(made.length).toBeGreaterThan(0);
      // None of it was synced: whatever exists there now must not be taken for a recording.
      for (const id of made) writeFileSync(join(ahead, id, 'recording.json'), '');
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      expect(await outcomeOf(archive)).toEqual(await outcomeOf(undisturbed));
      expect(readdirSync(jobs)).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'imports no recording twice if another import ran over the same source in between',
    async () => {
      const args = (archive: string, ...more: string[]): string[] => [...work.args(archive), ...more];
      const archive = work.newArchive();
      expect(await work.trapped(args(archive), [archive], { meets: [landing], act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      // Another request, so another job with other bags.
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

  /** An archive whose import was killed when its first bag was about to appear, or had appeared and was not logged. */
  async function killed(when: 'before' | 'behind'): Promise<string> {
    const archive = work.newArchive();
    const meets = when === 'before' ? ([landing] as const) : ([landing, '* */log/tile/*'] as const);
    expect(await work.trapped(work.args(archive), [archive], { meets, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
    const last: string[] = [];
    for await (const item of readLog({ dir: archive, id: null }, new AbortController().signal)) if (item.kind === 'log-entry') last.push(item.type);
    expect([last.at(-1), bagsOf(archive).length]).toEqual(['bag-intended', when === 'before' ? 0 : 1]);
    return archive;
  }
  const bagsOf = (archive: string): string[] =>
    existsSync(join(archive, 'bags'))
      ? readdirSync(join(archive, 'bags')).flatMap((year) => readdirSync(join(archive, 'bags', year)).map((name) => join('bags', year, name)))
      : [];
  const told = async (command: readonly string[]): Promise<{ readonly code: number | null; readonly codes: string[] }> => {
    const { code, stdout } = await work.run([...command, '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line)); // written by --json
    return {
      code,
      codes: lines.flatMap((line) => (line.type === 'verdict' && line.code !== catalogLeftOpen ? [`${line.severity} ${line.code}`] : [])),
    };
  };
  /** The remains of the catalog after a killed run. */
  const catalogLeftOpen = 'V135';
  const check = (archive: string) => spawnSync('python3', [join(archive, 'check.py')], { encoding: 'utf8' });

  it(
    'logs a bag that landed as announced, but not one that was forged since, which it keeps aside and makes again',
    async () => {
      const undisturbed = work.newArchive();
      expect(await work.run(work.args(undisturbed))).toMatchObject({ code: 0 });
      const expected = await outcomeOf(undisturbed);
      const archive = await killed('behind');
      writeFileSync(join(archive, 'check.py'), archiveCheck);
      expect(await told(['verify', archive])).toEqual({ code: 0, codes: ['warning V107'] });
      expect(check(archive)).toMatchObject({ status: 0, stdout: expect.stringContaining('Unfinished, no fault: bags/') });
      const forged = `${archive}-forged`;
      cpSync(archive, forged, { recursive: true });
      const machine = work.machineOf(forged);
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      expect((await outcomeOf(archive)).bags).toEqual(expected.bags);
      // Valid by itself, as somebody without the key could make it.
      const [bag = ''] = bagsOf(forged);
      forge(join(forged, bag));
      const looked = await work.run(['verify', forged, '--json'], machine);
      expect([looked.code, looked.stdout]).toEqual([4, expect.stringMatching(/"code":"V104"/)]);
      expect(check(forged)).toMatchObject({ status: 1, stdout: expect.stringMatching(/^REPLACED bags\//m) });
      const resumed = await work.run([...work.args(forged), '--json'], machine);
      expect([resumed.code, resumed.stdout]).toEqual([3, expect.stringMatching(/"code":"P133"/)]);
      const { bags, landed, logFindings } = await outcomeOf(forged);
      expect({ bags, landed, logFindings }).toEqual({ bags: expected.bags, landed: expected.landed, logFindings: [] });
      const [aside = ''] = readdirSync(join(forged, 'quarantine'));
      expect(readFileSync(join(forged, 'quarantine', aside, 'bag/data/README.txt'), 'utf8')).toContain('forged');
      expect(await work.run(['verify', forged, '--play'], machine)).toMatchObject({ code: 0 });
      expect(check(forged)).toMatchObject({ status: 0 });
    },
    patience,
  );

  it(
    'withdraws a bag that was announced, never appeared, and belongs to no job any more',
    async () => {
      const archive = await killed('before');
      expect(await told(['verify', archive])).toEqual({ code: 0, codes: ['warning V126'] });
      rmSync(join(archive, 'jobs'), { recursive: true });
      mkdirSync(join(archive, 'jobs'));
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      expect(await told(['verify', archive])).toEqual({ code: 0, codes: [] });
      const { logFindings, landed } = await outcomeOf(archive);
      expect([logFindings, landed.length]).toEqual([[], 2]);
      expect((await work.run(['log', 'list', archive])).stdout).toContain('bag-withdrawn');
    },
    patience,
  );
});

/** Alters a bag and rebuilds its manifests and tag manifests. */
function forge(bag: string): void {
  appendFileSync(join(bag, 'data/README.txt'), 'forged\n');
  for (const [prefix, files] of [
    ['manifest-', ['data/README.txt']],
    ['tagmanifest-', ['manifest-sha256.txt', 'manifest-sha512.txt']],
  ] as const)
    for (const algorithm of ['sha256', 'sha512']) {
      const file = join(bag, `${prefix}${algorithm}.txt`);
      const renewed = readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => {
          const path = files.find((one) => line.endsWith(`  ${one}`));
          return path === undefined
            ? line
            : `${createHash(algorithm)
                .update(readFileSync(join(bag, path)))
                .digest('hex')}  ${path}`;
        });
      writeFileSync(file, renewed.join('\n'));
    }
  const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8');
  const oxum = info.replace(/Payload-Oxum: (\d+)\./, (_, bytes: string) => `Payload-Oxum: ${Number(bytes) + 'forged\n'.length}.`);
  writeFileSync(join(bag, 'bag-info.txt'), oxum);
  for (const algorithm of ['sha256', 'sha512']) {
    const file = join(bag, `tagmanifest-${algorithm}.txt`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^[0-9a-f]+(?= {2}bag-info\.txt$)/m, createHash(algorithm).update(oxum).digest('hex')));
  }
}
