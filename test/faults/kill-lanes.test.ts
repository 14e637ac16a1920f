import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodersOf } from '../cli/rig.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport } from './small-import.ts';
import { buildTrap } from './trap.ts';
import { differences, patience, spread, trials, upTo } from './trials.ts';

// Repeats the trials of kill.test.ts, which use one worker and libopus in this process, with more workers and with FFmpeg as the encoder.

const trap = buildTrap();
const lanes = [
  ['libopus in this process', {}, /^libopus \d/],
  ['FFmpeg', { LONGPLAY_LIBOPUS: 'none' }, /^FFmpeg \d/],
] as const;

describe.skipIf(typeof trap === 'string').each(lanes)(
  `an import whose encoder is %s${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`,
  (_, env, encoder) => {
    let work: SmallImport;
    let expected: Outcome;

    beforeAll(async () => {
      work = createSmallImport(typeof trap === 'string' ? null : trap);
      const archive = work.newArchive();
      expect(await work.run(work.args(archive), env)).toMatchObject({ code: 0 });
      expected = await outcomeOf(archive);
      const encoders = encodersOf(join(archive, 'bags'));
      expect(encoders.length).toBe(2);
      for (const one of encoders) expect(one).toMatch(encoder);
    });
    afterAll(async () => {
      await work?.[Symbol.asyncDispose]();
    });

    it.each([1, 2, 4])(
      'and which is killed with %i workers continues to the archive that one worker makes undisturbed',
      async (jobs) => {
        const whole = work.newArchive();
        const { code, calls } = await work.trapped(work.args(whole, jobs), [whole], undefined, env);
        expect(code).toBe(0);
        expect(differences(await outcomeOf(whole), expected)).toEqual([]);
        const complaints = async function* (at: number): AsyncGenerator<string> {
          const archive = work.newArchive();
          const struck = await work.trapped(work.args(archive, jobs), [archive], { at, act: 'kill' }, env);
          const where = `killed at call ${at} (${struck.calls.at(-1)?.kind} ${struck.calls.at(-1)?.path.replace(work.rig.folder, '')})`;
          const next = await work.run(work.args(archive, jobs), env);
          if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stderr}`;
          for (const difference of differences(await outcomeOf(archive), expected)) yield `${where}: ${difference}`;
          const verified = await work.run(['verify', archive, '-j', String(jobs)], env);
          if (verified.code !== 0) yield `${where}: verify ended with ${verified.code}: ${verified.stdout}${verified.stderr}`;
          work.remove(archive);
        };
        // Shifted, so that the combinations together cover more places than one of them.
        const numbers = upTo(calls.length).slice(40 + 7 * jobs);
        expect(await trials(spread(numbers, 1), complaints)).toEqual([]);
      },
      patience,
    );
  },
);

afterAll(() => {
  if (typeof trap !== 'string') trap[Symbol.dispose]();
});
