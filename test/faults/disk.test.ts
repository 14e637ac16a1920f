import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { createMounts, unmountable } from './mounts.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, untouched } from './small-import.ts';
import { differences, patience } from './trials.ts';

const reason = unmountable();

describe.skipIf(reason !== null)(`a real file system${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let work: SmallImport;
  let whole: string;
  let expected: Outcome;
  const mounts = createMounts();

  beforeAll(async () => {
    work = createSmallImport(null);
    whole = work.newArchive();
    expect(await work.run(work.args(whole))).toMatchObject({ code: 0 });
    expected = await outcomeOf(whole);
  });
  afterAll(async () => {
    mounts.end();
    await work?.[Symbol.asyncDispose]();
  });

  it(
    'that is full at any size ends an import with 5 and keeps complete bags; with space the next run finishes the import',
    async () => {
      const refused: number[] = [];
      for (const kilobytes of [8, 64, 140, 220, 260]) {
        const archive = work.rig.path(`full-${kilobytes}`);
        mounts.at(archive, `${kilobytes}k`);
        cpSync(join(whole, 'longplay.json'), join(archive, 'longplay.json'));
        const { code, stderr } = await work.apart(work.args(archive));
        if (code !== 0) {
          refused.push(kilobytes);
          expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringMatching(/ENOSPC|SQLITE_FULL|SQLITE_IOERR/) });
          expect(stderr).toContain('next: ');
          for (const file of existsSync(join(archive, 'bags')) ? fingerprint(join(archive, 'bags')) : []) expect(expected.bags).toContain(file);
        }
        execFileSync('mount', ['-o', 'remount,size=8m', archive]);
        expect(await work.run(work.args(archive)), `${kilobytes} kB`).toMatchObject({ code: 0 });
        expect(differences(await outcomeOf(archive), expected), `${kilobytes} kB`).toEqual([]);
        expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
      }
      expect(refused.length).toBeGreaterThan(2);
    },
    patience,
  );

  it(
    'that is full under the temporary folder ends an import with 5, and nothing is left there',
    async () => {
      const temporary = work.rig.path('full-temporary');
      mounts.at(temporary, '8k');
      const archive = work.newArchive();
      const { code, stderr } = await work.apart(work.args(archive), { LONGPLAY_TMPDIR: temporary });
      expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining(temporary) });
      expect(fingerprint(temporary)).toEqual([]);
      expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
      expect(differences(await outcomeOf(archive), expected)).toEqual([]);
    },
    patience,
  );

  it(
    'that is read-only ends an import with 5, lets an archive be verified, listed and exported, and is not changed',
    async () => {
      // The archives of the earlier tests have diverged from the same state.
      work.rig.forget();
      const archive = work.rig.path('read-only');
      mounts.at(archive, '8m');
      cpSync(whole, archive, { recursive: true, preserveTimestamps: true });
      execFileSync('mount', ['-o', 'remount,ro', archive]);
      const before = untouched(archive);
      const refused = await work.apart(work.args(archive));
      expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('EROFS') });
      expect(refused.stderr).toContain(archive);
      expect(await work.run(['verify', archive, '--play'])).toMatchObject({ code: 0 });
      expect(await work.run(['list', archive])).toMatchObject({ code: 0, stdout: expect.stringContaining('3 recordings') });
      const exported = await work.apart(['export', archive, '--all', '--out', work.rig.path('taken-out')]);
      expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining('P172 log: the archive is read-only') });
      expect(await work.apart(['catalog', 'rebuild', archive])).toMatchObject({ code: 5 });
      expect(untouched(archive)).toEqual(before);
    },
    patience,
  );
});
