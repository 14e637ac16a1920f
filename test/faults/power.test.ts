import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { losePower, type Reached, type RecordedCall, readRecord } from './lost-power.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport } from './small-import.ts';
import { buildTrap } from './trap.ts';
import { differences, patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`an import whose machine loses power${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let expected: Outcome;
  let calls: RecordedCall[];
  let root: string;
  let marker: ReadonlyMap<string, Buffer>;

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    root = work.newArchive();
    marker = new Map([['longplay.json', readFileSync(join(root, 'longplay.json'))]]);
    const record = work.rig.path('record');
    const whole = await work.rig.run(work.args(root), {
      env: { ...work.env, ...(typeof trap === 'string' ? {} : trap.env([root], '/dev/null')), TRAP_RECORD: record },
    });
    expect(whole).toMatchObject({ code: 0 });
    calls = readRecord(record);
    expected = await outcomeOf(root);
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  it('is replayed unchanged if nothing is lost', async () => {
    const copy = work.rig.path('played-back');
    losePower(root, marker, calls, () => true, copy);
    expect(differences(await outcomeOf(copy), expected)).toEqual([]);
  });

  it('reveals a missing sync: verify finds names without bytes', async () => {
    const copy = work.rig.path('never-synced');
    const unsynced = calls.filter(({ kind }) => kind !== 'fsync');
    losePower(root, marker, unsynced, (change) => change === 'name', copy);
    expect(await work.run(['verify', copy], work.machineOf(copy))).toMatchObject({ code: 4 });
  });

  /** Loses power before a call, verifies, then continues: returns the differences from an undisturbed archive. */
  async function* complaints(at: number, how: string, reached: Reached): AsyncGenerator<string> {
    const archive = work.rig.path(`power-${how}-${at}`);
    losePower(root, marker, calls.slice(0, at - 1), reached, archive);
    const call = calls[at - 1];
    const where = `power lost before call ${at} (${call?.kind} ${call?.path.replace(root, '')}), ${how}: `;
    const machine = work.machineOf(archive);
    const run = (args: readonly string[]) => work.run(args, machine);
    const looked = await work.look(archive);
    if (looked.code !== 0 && !(looked.code === 5 && looked.stderr.includes('A102')))
      yield `${where}verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    const next = await run(work.args(archive));
    if (next.code !== 0) yield `${where}the next run ended with ${next.code}: ${next.stderr}`;
    for (const difference of differences(await outcomeOf(archive), expected)) yield `${where}${difference}`;
    const verified = await run(['verify', archive]);
    if (verified.code !== 0) yield `${where}verify at last ended with ${verified.code}: ${verified.stdout}${verified.stderr}`;
    work.remove(archive);
  }

  it.each<[string, (at: number) => Reached]>([
    ['nothing that was not synced is there', () => () => false],
    ['names are there and their bytes are not', () => (change) => change === 'name'],
    ['some of it is there and some is not', (at) => chance(at)],
  ])(
    'continues to the same archive where %s',
    async (how, reached) => {
      const numbers = spread(upTo(calls.length), 2);
      expect(await trials(numbers, (at) => complaints(at, how.replaceAll(' ', '-'), reached(at)))).toEqual([]);
    },
    patience,
  );
});

/** Heads or tails, the same each time (Numerical Recipes' linear congruential generator). */
function chance(seed: number): Reached {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state > 0x80000000;
  };
}
