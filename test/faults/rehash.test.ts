import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { losePower, type RecordedCall, readRecord } from './lost-power.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, type Struck, untouched } from './small-import.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { differences, patience, spread, trials, everything as tryAll, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`a rehash${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  /** After an import, and after an undisturbed rehash. */
  let before: string;
  let expected: Outcome;
  let whole: Struck;
  let recorded: RecordedCall[];
  let root: string;
  /** The payload, and the tag files that no rehash changes. */
  let kept: readonly string[];

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    before = work.newArchive();
    expect(await work.run(work.args(before))).toMatchObject({ code: 0 });
    cpSync(work.rig.keys, keysOf(before), { recursive: true });
    kept = fingerprint(join(before, 'bags')).filter((line) => !line.includes('/tagmanifest-'));
    root = copy('whole');
    const record = work.rig.path('record');
    const env = { ...envOf(root), ...(typeof trap === 'string' ? {} : trap.env([root], work.rig.path('whole-calls'))), TRAP_RECORD: record };
    expect(await work.rig.run(args(root), { env })).toMatchObject({ code: 0 });
    recorded = readRecord(record);
    expected = await outcomeOf(root);
    const again = copy('counted');
    whole = await trapped(again);
    expect(differences(await outcomeOf(again), expected)).toEqual([]);
    expect(expected.bags.filter((line) => line.includes('manifest-sha3512'))).toHaveLength(4);
    expect(await run(again, ['verify', again])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const args = (archive: string): string[] => ['rehash', archive, '--add', 'sha3-512', '-j', '1'];
  /** A copy has a key and stored state of its own, as on another machine. */
  const keysOf = (archive: string): string => `${archive}-keys`;
  const envOf = (archive: string): Record<string, string> => ({ ...work.env, LONGPLAY_KEYS: keysOf(archive) });
  const run = (archive: string, of: readonly string[]): Promise<Run> => work.run(of, { LONGPLAY_KEYS: keysOf(archive) });
  function copy(name: string): string {
    const archive = work.rig.path(name);
    cpSync(before, archive, { recursive: true, preserveTimestamps: true });
    cpSync(keysOf(before), keysOf(archive), { recursive: true });
    return archive;
  }
  async function trapped(archive: string, strike?: Strike): Promise<Struck> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = `${archive}-calls`;
    const struck = await work.rig.run(args(archive), { env: { ...envOf(archive), ...trap.env([archive], list, strike) } });
    return { ...struck, calls: readCalls(list) };
  }

  it('opens nothing below data/ for writing', () => {
    expect(whole.calls.filter(({ path }) => path.includes('/data/'))).toEqual([]);
    expect(whole.calls.filter(({ kind, path }) => kind === 'rename' && path.includes('/bags/')).length).toBeGreaterThanOrEqual(8);
  });

  /** Invariants at any moment of a rehash, and after the next one. */
  async function* complaints(archive: string, where: string): AsyncGenerator<string> {
    const files = fingerprint(join(archive, 'bags'));
    for (const line of kept) if (!files.includes(line)) yield `${where}lost or altered: ${line}`;
    for (const year of readdirSync(join(archive, 'bags'))) {
      for (const bag of readdirSync(join(archive, 'bags', year))) {
        for (const algorithm of ['sha256', 'sha512']) {
          const listed = [`tagmanifest-${algorithm}.txt`, `manifest-${algorithm}.txt`];
          const judged = await work.rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', ...listed], join(archive, 'bags', year, bag));
          if (judged.code !== 0) yield `${where}${algorithm}sum of ${bag}: ${judged.stdout}${judged.stderr}`;
        }
      }
    }
    const stopped = untouched(archive);
    // A machine without the key: it reads and logs nothing.
    const looked = await work.look(archive);
    if (looked.code !== 0) yield `${where}verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    for (const difference of differences({ files: untouched(archive) }, { files: stopped }))
      yield `${where}verify changed the archive: ${difference}`;
    const next = await run(archive, args(archive));
    if (next.code !== 0) yield `${where}the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
    for (const difference of differences(await outcomeOf(archive), expected)) yield `${where}${difference}`;
    const last = await run(archive, args(archive));
    if (last.code !== 0 || !last.stdout.startsWith('Nothing to do')) yield `${where}one more run: ${last.code} ${last.stdout}${last.stderr}`;
    const verified = await run(archive, ['verify', archive]);
    if (verified.code !== 0 || verified.stdout.includes('H102')) yield `${where}verify at last ended with ${verified.code}: ${verified.stdout}`;
  }

  async function* struck(strike: Strike): AsyncGenerator<string> {
    const archive = copy(`${strike.act}-${strike.at}-${strike.every === true}`);
    const { signal, code, stderr, calls } = await trapped(archive, strike);
    const call = calls.find(({ number }) => number === strike.at);
    const where = `${strike.act} at call ${strike.at} (${call?.kind} ${call?.path.replace(archive, '')}): `;
    const killed = strike.act === 'kill' || strike.act === 'tear';
    if (killed ? signal !== 'SIGKILL' && code !== 0 : code !== 0 && code !== 5) yield `${where}ended with ${code} ${signal}: ${stderr}`;
    if (code === 5 && !stderr.includes('next: ')) yield `${where}it does not say what to do next: ${stderr}`;
    yield* complaints(archive, where);
    for (const gone of [archive, keysOf(archive)]) work.remove(gone);
  }

  it(
    'that is killed before any of the calls that write raises no false alarm, loses nothing, and is finished by the next run',
    async () => {
      expect(await trials(spread(upTo(whole.calls.length), 1), (at) => struck({ at, act: 'kill' }))).toEqual([]);
    },
    patience,
  );

  it(
    'that is killed in the middle of a write raises no false alarm and loses nothing either',
    async () => {
      const writes = whole.calls.filter(({ kind }) => kind.includes('write')).map(({ number }) => number);
      expect(await trials(spread(writes, 1), (at) => struck({ at, act: 'tear' }))).toEqual([]);
    },
    patience,
  );

  it.each(['ENOSPC', 'EIO'] as const)(
    'whose system answers %s ends with 5 or success, and is finished by the next run',
    async (act) => {
      // A full disk affects calls that create or extend something; other errors affect all calls.
      const kinds = new Set(whole.calls.map(({ kind }) => kind).filter((kind) => tryAll || act === 'EIO' || /write|mkdir|open|rename/.test(kind)));
      const numbers = [...kinds].flatMap((kind) =>
        spread(
          whole.calls.filter((call) => call.kind === kind).map(({ number }) => number),
          1,
        ),
      );
      expect(await trials(numbers, (at) => struck({ at, act }))).toEqual([]);
    },
    patience,
  );

  it('that cannot place the files of one bag reports it, completes the other one, and ends with 5', async () => {
    const first = whole.calls.find(({ kind, path }) => kind === 'rename' && path.includes('/bags/'));
    const archive = copy('one-refused');
    const { code, stdout, stderr } = await trapped(archive, { act: 'EIO', at: first?.number ?? 0 });
    expect([code, stderr.match(/^error H107 bags\/.* could not be written: .*$/gm)?.length]).toEqual([5, 1]);
    expect(stdout).toMatch(/^1 bag got sha3-512;/m);
    const found: string[] = [];
    for await (const complaint of complaints(archive, '')) found.push(complaint);
    expect(found).toEqual([]);
  });

  it(
    'whose disk is full permanently, or takes 3 bytes of each write, ends with 5 or success as well',
    async () => {
      const writes = whole.calls.filter(({ kind }) => kind.includes('write')).map(({ number }) => number);
      expect(await trials(spread(writes, 1), (at) => struck({ at, act: 'ENOSPC', every: true }))).toEqual([]);
      expect(await trials(spread(writes, 1), (at) => struck({ at, act: 'short', every: true }))).toEqual([]);
    },
    patience,
  );

  it
    .skipIf(spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0)
    .each(tryAll ? ['fsync', 'rename', 'write', 'pwrite64', 'unlink', 'mkdir'] : ['fsync', 'rename'])(
    'that strace kills at its N-th %s is finished by the next run',
    async (call) => {
      let killed = 0;
      const one = async function* (at: number): AsyncGenerator<string> {
        const archive = copy(`strace-${call}-${at}`);
        // The counter is per call and per thread: with one thread of libuv the N-th call is the same in every run.
        const env = { ...process.env, ...envOf(archive), UV_THREADPOOL_SIZE: '1' };
        const inject = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${at}`];
        const { status, signal } = spawnSync('strace', [...inject, process.execPath, cli, ...args(archive)], { env, encoding: 'utf8' });
        if (signal === 'SIGKILL' || status === 137) killed++;
        else if (status !== 0) yield `strace ${call} ${at}: ended with ${status} ${signal}`;
        yield* complaints(archive, `strace ${call} ${at}: `);
        for (const gone of [archive, keysOf(archive)]) work.remove(gone);
      };
      expect(await trials(tryAll ? upTo(200) : [2, 9], one)).toEqual([]);
      if (!tryAll || call === 'fsync' || call === 'rename') expect(killed).toBeGreaterThan(0);
    },
    patience,
  );

  it(
    'whose machine loses power, whatever had reached the disk, raises no false alarm and loses nothing',
    async () => {
      const files = new Map(everything(before));
      const played = work.rig.path('played-back');
      losePower(root, files, recorded, () => true, played);
      expect(differences(await outcomeOf(played), expected)).toEqual([]);
      const lost = async function* ({ at, how }: { readonly at: number; readonly how: 'nothing' | 'names' }): AsyncGenerator<string> {
        const archive = work.rig.path(`power-${how}-${at}`);
        cpSync(keysOf(before), keysOf(archive), { recursive: true });
        losePower(root, files, recorded.slice(0, at - 1), (change) => how === 'names' && change === 'name', archive);
        yield* complaints(archive, `power lost before call ${at} (${recorded[at - 1]?.kind}), ${how}: `);
        for (const gone of [archive, keysOf(archive)]) work.remove(gone);
      };
      const numbers = spread(upTo(recorded.length), 1);
      expect(
        await trials([...numbers.map((at) => ({ at, how: 'nothing' as const })), ...numbers.map((at) => ({ at, how: 'names' as const }))], lost),
      ).toEqual([]);
    },
    patience,
  );
});

/** Everything below a folder, files with their bytes, by path relative to it. */
function everything(folder: string): [string, Buffer | null][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(folder, path), entry.isFile() ? readFileSync(path) : null];
  });
}
