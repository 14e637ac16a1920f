import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, type Struck, untouched } from './small-import.ts';
import { type Act, buildTrap } from './trap.ts';
import { differences, patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`an import that is killed${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let expected: Outcome;
  let whole: Struck;

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    const archive = work.newArchive();
    whole = await work.trapped(work.args(archive), [archive]);
    expect(whole).toMatchObject({ code: 0 });
    expected = await outcomeOf(archive);
    expect(expected).toMatchObject({ landed: [expect.any(String), expect.any(String)], logFindings: [] });
    expect(await work.run(['verify', archive, '--play'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Interrupts the runs one after another, then runs undisturbed: returns the differences from an undisturbed archive. */
  async function* complaints(strikes: readonly { readonly at: number; readonly act: Act }[], look = false): AsyncGenerator<string> {
    const archive = work.newArchive();
    let where = '';
    for (const strike of strikes) {
      const { signal, code, stderr, calls } = await work.trapped(work.args(archive), [archive], strike);
      const last = calls.at(-1);
      where += `${strike.act} at call ${strike.at} (${last?.kind} ${last?.path.replace(work.rig.folder, '')}): `;
      // The order of threads varies, so a run may have a few calls fewer than the counted one.
      if (signal !== 'SIGKILL' && code !== 0) yield `${where}ended with ${code}: ${stderr}`;
    }
    if (look) yield* faultsOfLook(archive, where);
    const { code, stderr } = await work.run(work.args(archive));
    if (code !== 0) yield `${where}the next run ended with ${code}: ${stderr}`;
    for (const difference of differences(await outcomeOf(archive), expected)) yield `${where}${difference}`;
    const verified = await work.run(['verify', archive]);
    if (verified.code !== 0) yield `${where}verify ended with ${verified.code}: ${verified.stdout}${verified.stderr}`;
    work.remove(archive);
  }

  /** An operator's check that runs at night after the crash: no false alarm, and it changes nothing. */
  async function* faultsOfLook(archive: string, where: string): AsyncGenerator<string> {
    const before = untouched(archive);
    const { code, stdout, stderr } = await work.look(archive);
    // 5: the creation of the archive was interrupted, so there is none yet.
    if (code !== 0 && !(code === 5 && stderr.includes('A102'))) yield `${where}verify before the next run ended with ${code}: ${stdout}${stderr}`;
    for (const difference of differences({ files: untouched(archive) }, { files: before })) yield `${where}verify changed the archive: ${difference}`;
  }

  it(
    'before any of the calls that write raises no false alarm in the state that it leaves, and verify does not change that',
    async () => {
      // Other numbers than below, because only some are tried.
      const numbers = spread(upTo(whole.calls.length).slice(4), 1);
      expect(await trials(numbers, (at) => complaints([{ at, act: 'kill' }], true))).toEqual([]);
    },
    patience,
  );

  it(
    'before any of the calls that write continues to the same archive',
    async () => {
      const numbers = spread(upTo(whole.calls.length), 4);
      expect(await trials(numbers, (at) => complaints([{ at, act: 'kill' }]))).toEqual([]);
    },
    patience,
  );

  it(
    'in the middle of a write raises no false alarm either, and continues to the same archive',
    async () => {
      const writes = whole.calls.filter(({ kind }) => kind.includes('write')).map(({ number }) => number);
      expect(await trials(spread(writes, 1), (at) => complaints([{ at, act: 'tear' }], true))).toEqual([]);
    },
    patience,
  );

  it(
    'and whose next run is killed as well continues to the same archive',
    async () => {
      const pairs = spread(upTo(whole.calls.length), 1).map((at, index) => ({ at, again: 1 + ((index * 37) % 120) }));
      const kills = ({ at, again }: { at: number; again: number }) =>
        complaints([
          { at, act: 'kill' },
          { at: again, act: 'kill' },
        ]);
      expect(await trials(pairs, kills)).toEqual([]);
    },
    patience,
  );

  it(
    'while it creates the archive leaves nothing that the next run cannot finish',
    async () => {
      const made = work.rig.path('new-archive');
      const { calls } = await work.trapped(work.args(made), [made]);
      const last = calls.findIndex(({ path }) => path.endsWith('/.lock')) + 1;
      expect(last).toBeGreaterThan(10);
      const complaints = async function* (at: number): AsyncGenerator<string> {
        const archive = work.rig.path(`new-archive-${at}`);
        await work.trapped(work.args(archive), [archive], { at, act: 'kill' });
        const next = await work.run(work.args(archive));
        if (next.code !== 0) yield `killed at call ${at}: the next run ended with ${next.code}: ${next.stderr}`;
        const { landed, names, logFindings } = await outcomeOf(archive);
        // Ids, and with them the names of bags, depend on the archive's own salt.
        const found = { bags: landed.length, names, logFindings };
        for (const difference of differences(found, { bags: 2, names: expected.names, logFindings: [] })) yield `killed at call ${at}: ${difference}`;
        const verified = await work.run(['verify', archive]);
        if (verified.code !== 0) yield `killed at call ${at}: verify ended with ${verified.code}: ${verified.stdout}`;
        work.remove(archive);
      };
      expect(await trials(spread(upTo(last), 1), complaints)).toEqual([]);
    },
    patience,
  );
});
