import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, holding } from '../cli/erasure-rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { type Copies, copiesOf } from './copies.ts';
import { buildTrap } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const traces = ['46701740605', 'pbx1-1761438596.0'];

describe.skipIf(typeof trap === 'string').each(['open', 'sealed'] as const)(
  'an erasure that finds a stopped import in an archive that is %s',
  (kind) => {
    let rig: SealedRig;
    let gone: string;
    /** Calls of the import until it ends. */
    let importing: number;
    let copies: Copies;

    beforeAll(async () => {
      rig = await createSealedRig();
      if (typeof trap === 'string') throw new Error(trap);
      copies = copiesOf(rig, trap);
      process.env.LONGPLAY_KEYRING = rig.keyring;
      const how = ['--into', 'before', '--zone', 'Europe/Stockholm', '-j', '1', '--no-keep-tables', `--${kind}`];
      expect((await rig.sealed('import', asterisk.folder, ...how)).code).toBe(0);
      expect((await rig.sealed('erase', 'make-key', 'approver.pem')).code).toBe(0);
      expect((await rig.sealed('erase', 'add-approver', 'before', 'approver.pem', '--name', 'anna')).code).toBe(0);
      const { lines } = await rig.json(['list', 'before', '--text', '46701740605']);
      gone = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
      await approved(rig, 'before', [gone]);
      delete process.env.LONGPLAY_KEYRING;
      importing = (await copies.trapped(copies.copy('before', 'whole'), again('whole'))).calls;
      expect(importing).toBeGreaterThan(50);
    });
    afterAll(async () => {
      delete process.env.LONGPLAY_KEYRING;
      await rig?.[Symbol.asyncDispose]();
      if (typeof trap !== 'string' && kind === 'sealed') trap[Symbol.dispose]();
    });

    /** Describes every recording again, and keeps the tables. */
    const again = (name: string): string[] => ['import', asterisk.folder, '--into', name, '--zone', 'America/New_York', '--amend', '-j', '1'];
    const jobsIn = (name: string): string[] =>
      existsSync(rig.path(name, 'jobs')) ? readdirSync(rig.path(name, 'jobs')).filter((job) => job !== 'erase') : [];
    const isStopped = (name: string): boolean => jobsIn(name).some((job) => existsSync(rig.path(name, 'jobs', job, 'job.json')));

    async function* complaints(name: string, where: string): AsyncGenerator<string> {
      const next = await copies.run(name, ['erase', 'run', name]);
      if (next.code !== 0) yield `${where}: the run ended with ${next.code}: ${next.stdout}${next.stderr}`;
      if (jobsIn(name).length > 0) yield `${where}: jobs has ${jobsIn(name).join(' ')}`;
      const left = kind === 'open' ? holding(rig.path(name), traces) : [];
      if (left.length > 0) yield `${where}: still there: ${left.join(', ')}`;
      const { stdout } = await copies.run(name, ['erase', 'status', name, '--json']);
      if (!stdout.includes('"state":"executed"')) yield `${where}: it is not executed: ${stdout}`;
      const repeated = await copies.run(name, again(name));
      if (repeated.code === null || repeated.code > 3 || repeated.stderr.includes('P201') || !repeated.stderr.includes('E112'))
        yield `${where}: the import ended with ${repeated.code}: ${repeated.stdout}${repeated.stderr}`;
      const verified = await copies.run(name, ['verify', name, '--play']);
      if (verified.code !== 0 || /[EV]1/.test(verified.stdout)) yield `${where}: verify ended with ${verified.code}: ${verified.stdout}`;
      const listed = await copies.run(name, ['search', name, '46701740605']);
      if (!listed.stdout.includes('No recording matches')) yield `${where}: it is listed: ${listed.stdout}`;
      if (kind === 'sealed' && recordingFolders(rig.path(name)).filter((one) => basename(one) === gone).length === 0)
        yield `${where}: its folder is gone`;
    }

    it(
      'discards the import wherever it was stopped: nothing of the recording lands later, and the repeated import adds the rest',
      async () => {
        const one = async function* (at: number): AsyncGenerator<string> {
          const name = copies.copy('before', `import-${at}`);
          await copies.trapped(name, again(name), { at, act: 'kill' });
          yield* complaints(name, `import killed at call ${at}`);
        };
        expect(await trials(spread(upTo(importing), 6), one)).toEqual([]);
      },
      patience,
    );

    it(
      'and that is killed itself is finished by the next run',
      async () => {
        let stopped = '';
        for (const at of spread(upTo(importing), 8).reverse()) {
          stopped = copies.copy('before', `stopped-${at}`);
          await copies.trapped(stopped, again(stopped), { at, act: 'kill' });
          if (isStopped(stopped)) break;
        }
        expect(isStopped(stopped)).toBe(true);
        const whole = await copies.trapped(copies.copy(stopped, 'erased'), ['erase', 'run', 'erased']);
        expect([whole.code, whole.stderr]).toEqual([
          0,
          expect.stringMatching(/warning E130 jobs\/\S+: was discarded: its plan has 1 erased recording/),
        ]);
        const one = async function* (at: number): AsyncGenerator<string> {
          const name = copies.copy(stopped, `kill-${at}`);
          await copies.trapped(name, ['erase', 'run', name], { at, act: 'kill' });
          const looked = await copies.run(name, ['verify', name]);
          if (looked.code !== 0) yield `kill ${at}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
          yield* complaints(name, `kill at call ${at}`);
        };
        expect(await trials(spread(upTo(whole.calls), 6), one)).toEqual([]);
      },
      patience,
    );
  },
);
