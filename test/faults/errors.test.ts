import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, type Struck } from './small-import.ts';
import { buildTrap, type Strike } from './trap.ts';
import { differences, everything, patience, spread, trials } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`an import whose system refuses${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let expected: Outcome;
  let whole: Struck;

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    const archive = work.newArchive();
    whole = await work.trapped(work.args(archive), [archive]);
    expect(whole).toMatchObject({ code: 0 });
    expected = await outcomeOf(archive);
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Numbers of calls, at most `most` of each kind: calls that fail in the same way are tried often enough. */
  function ofEachKind(most: number, wanted: RegExp = /./): number[] {
    const kinds = new Set(whole.calls.map(({ kind }) => kind).filter((kind) => wanted.test(kind)));
    return [...kinds].flatMap((kind) =>
      spread(
        whole.calls.filter((call) => call.kind === kind).map(({ number }) => number),
        most,
      ),
    );
  }

  /** The outcome; a file beside the catalog that SQLite could not remove stays, harmless, until the next run opens the catalog. */
  async function outcomeWithout(archive: string, call: { readonly kind: string; readonly path: string } | undefined) {
    const outcome = await outcomeOf(archive);
    const left = call?.kind === 'unlink' ? /catalog\.sqlite-(?:shm|wal)$/.exec(call.path)?.[0] : undefined;
    return { ...outcome, names: outcome.names.filter((name) => name !== left) };
  }

  /** Interrupts a run, then runs undisturbed: returns wrong outcomes and wrong messages. */
  async function* complaints(strike: Strike): AsyncGenerator<string> {
    const archive = work.newArchive();
    const struck = await work.trapped(work.args(archive), [archive], strike);
    const call = struck.calls.find(({ number }) => number === strike.at);
    const where = `${strike.act} at call ${strike.at}${strike.every === true ? ' and all of its kind' : ''} (${call?.kind} ${call?.path.replace(work.rig.folder, '')}): `;
    if (struck.code === 5) {
      for (const fault of faultsOfMessage(struck.stderr, archive, strike)) yield `${where}${fault}: ${struck.stderr}`;
      if (existsSync(join(archive, 'bags'))) yield* halves(where, fingerprint(join(archive, 'bags')), expected.bags);
    } else if (struck.code !== 0) yield `${where}ended with ${struck.code}: ${struck.stderr}`;
    else for (const difference of differences(await outcomeWithout(archive, call), expected)) yield `${where}ended with 0, and ${difference}`;
    const { code, stderr } = await work.run(work.args(archive));
    if (code !== 0) yield `${where}the next run ended with ${code}: ${stderr}`;
    for (const difference of differences(await outcomeOf(archive), expected)) yield `${where}after the next run ${difference}`;
    work.remove(archive);
  }

  const refusals = ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'] as const;
  /** Calls that the system may answer in this way; a few represent all if another answer was tried for each. */
  const whereMet = {
    EIO: /./,
    ENOSPC: everything ? /./ : /write|mkdir/,
    EDQUOT: everything ? /write|mkdir/ : /mkdir/,
    EROFS: everything ? /write|mkdir/ : /mkdir/,
  };
  for (const act of refusals) {
    it(
      `with ${act} at a call ends with 5, reports it once and leaves nothing half-written that looks complete`,
      async () => {
        expect(await trials(ofEachKind(1, whereMet[act]), (at) => complaints({ at, act }))).toEqual([]);
      },
      patience,
    );
  }

  it(
    'permanently, like a full disk, ends with 5 as well',
    async () => {
      expect(
        await trials(ofEachKind(1, everything ? /write|open|mkdir|fsync/ : /write|open/), (at) => complaints({ at, act: 'ENOSPC', every: true })),
      ).toEqual([]);
    },
    patience,
  );

  it(
    'by an interrupted call retries it',
    async () => {
      // Calls that wait for a disk may be interrupted.
      expect(await trials(ofEachKind(1, everything ? /./ : /write|sync/), (at) => complaints({ at, act: 'EINTR' }))).toEqual([]);
    },
    patience,
  );

  it(
    'by writing only 3 bytes writes the rest, at one write or all',
    async () => {
      const some = ofEachKind(1, /write/).map((at): Strike => ({ at, act: 'short' }));
      const all = ofEachKind(1, /write/).map((at): Strike => ({ at, act: 'short', every: true }));
      expect(await trials([...some, ...all], complaints)).toEqual([]);
    },
    patience,
  );
});

/** The message states the cause and the file once each, and the next step. */
function faultsOfMessage(stderr: string, archive: string, { act }: Strike): string[] {
  const count = (text: string): number => stderr.split(text).length - 1;
  // SQLite has its own names for system errors.
  const reasons = (act === undefined ? 0 : count(act)) + (stderr.match(/SQLITE_[A-Z_]+/g) ?? []).length;
  return [
    ...(reasons === 1 ? [] : [`the reason stands ${reasons} times in its message`]),
    ...(count(archive) === 1 ? [] : [`a path stands ${count(archive)} times in its message`]),
    ...(count('next: ') === 1 ? [] : ['it does not say what to do next']),
  ];
}

/** Bags that are not exactly as expected: a bag appears complete or not at all. */
function* halves(where: string, found: readonly string[], expected: readonly string[]): Generator<string> {
  const bagOf = (line: string): string => line.split('/').slice(0, 2).join('/');
  for (const bag of new Set(found.map(bagOf))) {
    const of = (lines: readonly string[]): string => lines.filter((line) => bagOf(line) === bag).join('\n');
    if (of(found) !== of(expected)) yield `${where}bag ${bag} is half there: ${of(found)}`;
  }
}
