import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { freeze, unfreezable } from './frozen.ts';
import { createMounts, unmountable } from './mounts.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport } from './small-import.ts';
import { buildTrap } from './trap.ts';
import { differences, patience, spread, trials } from './trials.ts';

const scratch = mkdtempSync(join(tmpdir(), 'longplay-frozen-'));
const unmounted = unmountable();
const trap = buildTrap();
const reason = unmounted ?? (typeof trap === 'string' ? trap : null);

describe.skipIf(reason !== null)(`bags on file systems of their own${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let work: SmallImport;
  let whole: string;
  let expected: Outcome;
  const mounts = createMounts();

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    whole = work.newArchive();
    expect(await work.run(work.args(whole))).toMatchObject({ code: 0 });
    expected = await outcomeOf(whole);
  });
  afterAll(async () => {
    mounts.end();
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const kinds: readonly (readonly [string, (archive: string) => void])[] = [
    [
      'bags/ is a disk',
      (archive) => {
        mounts.at(join(archive, 'bags'), '8m');
        mkdirSync(join(archive, 'bags/lost+found'), { mode: 0o700 });
      },
    ],
    [
      'a year is a disk',
      (archive) => {
        mounts.at(join(archive, 'bags/2019'), '8m');
        mkdirSync(join(archive, 'bags/2019/lost+found'), { mode: 0o700 });
      },
    ],
    [
      'bags/ is a bind mount of the same file system',
      (archive) => {
        mkdirSync(join(archive, 'bags'));
        mounts.bind(join(archive, 'bags'));
      },
    ],
    [
      'jobs/ is a disk',
      (archive) => {
        mounts.at(join(archive, 'jobs'), '8m');
      },
    ],
  ];

  /** Checks that the bags are those of an undisturbed run, and no temporary files are left. */
  async function expectWhole(archive: string): Promise<void> {
    expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    expect(readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.longplay'))).toEqual([]);
    expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    expect(await work.rig.exec('python3', [join(archive, 'check.py')])).toMatchObject({ code: 0 });
  }

  it.each(kinds)(
    'where %s, accept the same bags and are verified, rehashed and listed again',
    async (_what, prepare) => {
      const archive = work.newArchive();
      prepare(archive);
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      await expectWhole(archive);
      expect(await work.run(['catalog', 'rebuild', archive])).toMatchObject({ code: 0 });
      expect(await work.run(['rehash', archive, '--add', 'sha3-512'])).toMatchObject({ code: 0 });
      expect(readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.longplay'))).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'do not prevent the creation of an archive, but an archive on one of them does',
    async () => {
      const fresh = work.rig.path('fresh');
      mkdirSync(fresh);
      mounts.at(join(fresh, 'bags'), '8m');
      expect(await work.run(work.args(fresh))).toMatchObject({ code: 0 });
      const taken = work.rig.path('taken');
      cpSync(join(whole, 'bags'), join(taken, 'bags'), { recursive: true });
      expect(await work.run(work.args(taken))).toMatchObject({ code: 2, stderr: expect.stringContaining('A101') });
    },
    patience,
  );

  it(
    'of which one year is not mounted end an import with 5, and no bag lands below its mount point',
    async () => {
      const archive = work.newArchive();
      mounts.at(join(archive, 'bags/2019'), '8m');
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      // Also remembered by the import after the one that made it.
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      mounts.end();
      const source = work.rig.path('one-more');
      mkdirSync(source, { recursive: true });
      cpSync(join(work.source, 'a.wav'), join(source, '20190305-101500.wav'));
      const refused = await work.run(['import', source, '--into', archive, '--zone', 'UTC']);
      expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining(`${archive}/bags/2019 was a separate disk`) });
      expect(readdirSync(join(archive, 'bags/2019'))).toEqual([]);
    },
    patience,
  );

  it(
    'that are not mounted at all end an import with 5, and nothing is written below their mount points',
    async () => {
      const archive = work.newArchive();
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      const source = work.rig.path('more');
      mkdirSync(source, { recursive: true });
      cpSync(join(work.source, 'a.wav'), join(source, '20220305-101500.wav'));
      mounts.at(join(archive, 'bags'), '8m');
      const refused = await work.run(['import', source, '--into', archive, '--zone', 'UTC']);
      expect(refused).toMatchObject({
        code: 5,
        stderr: expect.stringContaining(`${archive}/bags has no year folder, and the log names 2 bags`),
      });
      expect(readdirSync(join(archive, 'bags'))).toEqual([]);
      mounts.end();
      expect(await work.run(['import', source, '--into', archive, '--zone', 'UTC'])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it.each(kinds.slice(0, 2))(
    'where %s, lose nothing when a run is killed while it makes or lands a draft, and the next one leaves no draft behind',
    async (_what, prepare) => {
      const counted = work.newArchive();
      prepare(counted);
      const { calls } = await work.trapped(work.args(counted), [counted]);
      const atDrafts = calls.filter(({ path }) => path.includes('/.longplay-tmp-drafts-')).map(({ number }) => number);
      expect(atDrafts.length).toBeGreaterThan(8);
      let left = 0;
      const one = async function* (at: number): AsyncGenerator<string> {
        const archive = work.newArchive();
        prepare(archive);
        const { signal } = await work.trapped(work.args(archive), [archive], { at, act: 'kill' });
        if (signal !== 'SIGKILL') return;
        const draftsIn = (folder: string): number =>
          existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('.longplay-tmp-drafts-')).length : 0;
        left += draftsIn(join(archive, 'bags')) + draftsIn(join(archive, 'bags/2019'));
        const { code, stdout } = await work.look(archive);
        if (code !== 0 && code !== 5) yield `killed at ${at}: verify ended with ${code}: ${stdout}`;
        expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
        await expectWhole(archive);
      };
      expect(await trials(spread(atDrafts, 1), one)).toEqual([]);
      expect(left).toBeGreaterThan(0);
    },
    patience,
  );

  it(
    'are copied to replicas of the same kind, and repaired',
    async () => {
      const archive = work.newArchive();
      mounts.at(join(archive, 'bags'), '8m');
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      const replica = work.rig.path('apart-replica');
      expect(await work.run(['replica', 'add', archive, 'other', replica])).toMatchObject({ code: 0 });
      mounts.at(join(replica, 'bags/2019'), '8m');
      expect(await work.run(['replica', 'sync', archive])).toMatchObject({ code: 0 });
      expect(await work.run(['replica', 'verify', archive])).toMatchObject({ code: 0 });
      const [first = '', second = ''] = readdirSync(join(archive, 'bags/2019'));
      appendFileSync(join(archive, 'bags/2019', first, 'bag-info.txt'), 'X: y\n');
      for (const name of readdirSync(join(archive, 'bags/2019', second)).filter((one) => one.includes('manifest')))
        appendFileSync(join(archive, 'bags/2019', second, name), 'X');
      appendFileSync(join(replica, 'bags/2019', second, 'README'), 'stray');
      expect(await work.run(['verify', archive])).toMatchObject({ code: 4 });
      expect(await work.run(['replica', 'repair', archive])).toMatchObject({ code: 0 });
      expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(whole, 'bags')));
      expect(fingerprint(join(replica, 'bags'))).toEqual(fingerprint(join(whole, 'bags')));
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  const unfrozen = unfreezable(scratch);
  rmSync(scratch, { recursive: true });
  it.each([
    ['read-only', (folder: string) => mounts.bind(folder, true)],
    ...(unfrozen === null ? [['immutable', (folder: string) => void freezing.push(freeze(folder))] as const] : []),
  ] as const)(
    'that are complete and %s are verified, listed, copied and left unchanged, while others are imported beside them',
    async (_what, close) => {
      const archive = work.newArchive();
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      const year = join(archive, 'bags/2019');
      const before = fingerprint(year);
      close(year);
      const source = work.rig.path('later');
      mkdirSync(source, { recursive: true });
      cpSync(join(work.source, 'a.wav'), join(source, '20210305-101500.wav'));
      expect(await work.run(['import', source, '--into', archive, '--zone', 'UTC'])).toMatchObject({ code: 0 });
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
      expect(await work.run(['catalog', 'rebuild', archive])).toMatchObject({ code: 0 });
      const replica = work.rig.path(`replica-of-${_what}`);
      expect(await work.run(['replica', 'add', archive, 'other', replica])).toMatchObject({ code: 0 });
      expect(await work.run(['replica', 'sync', archive])).toMatchObject({ code: 0 });
      expect(await work.run(['rehash', archive, '--add', 'blake2b'])).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('error H107 bags/2019/'),
      });
      expect(await work.run(['rehash', archive, '--add', 'blake2b', '--withdraw', '--reason', 'closed'])).toMatchObject({ code: 0 });
      expect(await work.run(['rehash', archive, '--add', 'blake2b'])).toMatchObject({ code: 0 });
      expect(fingerprint(year)).toEqual(before);
      for (const one of freezing.splice(0)) one[Symbol.dispose]();
    },
    patience,
  );
  const freezing: Disposable[] = [];
  afterAll(() => {
    for (const one of freezing) one[Symbol.dispose]();
  });
});
