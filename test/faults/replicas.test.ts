import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLog } from '../../src/log/read/read-log.ts';
import type { WorkerPool } from '../../src/media/workers/worker-pool.ts';
import { repairReplicas } from '../../src/replicas/repair/work.ts';
import { syncReplicas, verifyReplicas } from '../../src/replicas/work.ts';
import { calm } from '../archive/rig.ts';
import { poolForTests } from '../cli/in-process.ts';
import { copyFolder, fingerprint } from '../cli/rig.ts';
import { tell } from '../replicas/rig.ts';
import { createVerifier } from '../verify/archive-rig.ts';
import { createSmallImport, type SmallImport, type Struck } from './small-import.ts';
import { buildTrap, type Strike } from './trap.ts';
import { everything, patience, spread, upTo } from './trials.ts';

const trap = buildTrap();

/** Entries of a log, of one type or all, as their details. */
async function entries(dir: string, type?: string): Promise<Readonly<Record<string, unknown>>[]> {
  const found = [];
  for await (const item of readLog({ dir, id: null }, new AbortController().signal))
    if (item.kind === 'log-entry' && (type === undefined || item.type === type)) found.push({ ...item.detail });
  return found;
}

function temporaries(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)\.(longplay|lock)/.test(name));
}

describe.skipIf(typeof trap === 'string')(`interrupted work on replicas${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let archive: string;
  let replica: string;
  let bags: string[];
  let pool: WorkerPool;
  let verifier: ReturnType<typeof createVerifier>;
  let original: string[];
  /** The parts of a state, and where each is stored. */
  const states = new Map<string, string>();

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    pool = poolForTests(1);
    verifier = createVerifier();
    archive = work.newArchive();
    replica = work.rig.path('replica');
    expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
    expect(await work.run(['replica', 'add', archive, 'offsite', replica])).toMatchObject({ code: 0 });
    keep('registered');
    expect(await work.run(['replica', 'sync', archive])).toMatchObject({ code: 0 });
    keep('synced');
    original = fingerprint(join(archive, 'bags'));
    bags = readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      existsSync(join(archive, 'bags', name, 'bagit.txt')),
    );
    expect(bags).toHaveLength(2);
  }, patience);
  afterAll(async () => {
    await pool?.close();
    await verifier?.[Symbol.asyncDispose]();
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  function keep(state: string): void {
    const place = work.rig.path(`state-${state}`);
    for (const [name, dir] of Object.entries({ archive, replica, keys: work.rig.keys })) copyFolder(dir, join(place, name));
    states.set(state, place);
  }

  function bringBack(state: string): void {
    const place = states.get(state) ?? '';
    for (const [name, dir] of Object.entries({ archive, replica, keys: work.rig.keys })) {
      rmSync(dir, { recursive: true, force: true });
      copyFolder(join(place, name), dir);
    }
  }

  /** Tries interruptions one after the other; returns wrong outcomes. */
  async function complaints(strikes: readonly Strike[], one: (strike: Strike) => AsyncIterable<string>): Promise<string[]> {
    const found: string[] = [];
    for (const strike of strikes) {
      for await (const complaint of one(strike)) found.push(`${strike.act} at ${strike.at}: ${complaint}`);
      if (everything) process.stderr.write(`${strike.act} ${strike.at} of ${strikes.length}, ${found.length} complaints ${found.at(-1) ?? ''}\n`);
    }
    return found;
  }

  const sync = (strike?: Strike): Promise<Struck> => work.trapped(['replica', 'sync', archive], [archive, replica], strike);
  const repair = (strike?: Strike): Promise<Struck> => work.trapped(['replica', 'repair', archive, '-j', '1'], [archive, replica], strike);
  const verify = (strike?: Strike): Promise<Struck> => work.trapped(['verify', archive, '-j', '1'], [archive, work.rig.keys], strike);

  /** Exit codes that an interrupted run may have. */
  function* endedWell({ act }: Strike, { code, signal, stderr }: Struck): Generator<string> {
    const killed = act === 'kill' || act === 'tear';
    if (killed ? signal !== 'SIGKILL' && code !== 0 : code !== 5 && code !== 0) yield `ended with ${code} ${signal}: ${stderr}`;
    if (code === 5 && !stderr.includes('next: ')) yield `does not say what to do next: ${stderr}`;
  }

  // The runs after an interrupted one are undisturbed, so they use this process.
  const syncAgain = (): Promise<readonly string[]> => said(syncReplicas(archive, null, tools(), calm));
  const repairAgain = (): Promise<readonly string[]> =>
    said(repairReplicas(archive, { name: null, from: null, dryRun: false, emptyIsLost: false }, tools(), calm));
  const tools = (): { readonly now: () => string; readonly keys: string; readonly pool: WorkerPool } => ({
    now: () => '2020-09-14T12:26:40.000Z',
    keys: work.rig.keys,
    pool,
  });
  const said = async (running: AsyncGenerator<object, unknown>): Promise<readonly string[]> => (await tell(running)).said;

  /** Invariants at the end, whatever happened before. */
  async function* faultsAtEnd(): AsyncGenerator<string> {
    for (const dir of [archive, replica]) {
      if (JSON.stringify(fingerprint(join(dir, 'bags'))) !== JSON.stringify(original)) yield `the bags of ${dir} are not as they were`;
      for (const name of temporaries(join(dir, 'bags'))) yield `${name} was left`;
    }
    for (const line of (await verifier.verify(archive)).said) yield `verify says ${line}`;
    for (const line of await said(verifyReplicas(archive, 'offsite', 'all', tools(), calm))) yield `replica verify says ${line}`;
  }

  async function* syncTrial(strike: Strike): AsyncGenerator<string> {
    bringBack('registered');
    yield* endedWell(strike, await sync(strike));
    // Complete bags or none, under their names.
    const there = fingerprint(join(replica, 'bags')).filter((line) => !line.includes('.longplay-tmp-'));
    for (const bag of bags) {
      const of = (lines: readonly string[]): string => lines.filter((line) => line.startsWith(bag)).join();
      if (of(there) !== '' && of(there) !== of(original)) yield `bag ${bag} is half there`;
    }
    // Its log never mentions a bag that does not exist.
    for (const { bag } of existsSync(join(replica, 'log')) ? await entries(replica, 'bag-landed') : [])
      if (!existsSync(join(replica, 'bags', String(bag), 'bagit.txt'))) yield `the log of the replica tells of ${bag}, which is not there`;
    for (const line of await syncAgain()) yield `the next sync says ${line}`;
    yield* faultsAtEnd();
  }

  /** One damage for each kind of repair. */
  function damage(): void {
    const [one = '', two = ''] = bags;
    const payload = (name: string): string =>
      readdirSync(join(archive, 'bags', one), { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(name)) ?? '';
    writeFileSync(join(archive, 'bags', one, payload('original-1.wav')), 'bad bytes of the archive');
    rmSync(join(archive, 'bags', two), { recursive: true });
    writeFileSync(join(replica, 'bags', one, 'manifest-sha256.txt'), 'bad bytes of the replica');
    writeFileSync(join(replica, 'bags', one, 'data/stranger.txt'), 'a stranger');
    writeFileSync(join(replica, 'README.txt'), 'bad readme');
  }

  async function* repairTrial(strike: Strike): AsyncGenerator<string> {
    bringBack('synced');
    damage();
    yield* endedWell(strike, await repair(strike));
    // No good file is lost: at any moment one of the copies has each file of a bag intact.
    const all = new Set([...fingerprint(join(archive, 'bags')), ...fingerprint(join(replica, 'bags'))]);
    for (const file of original) if (!all.has(file)) yield `${file} is right in no copy`;
    for (const line of await repairAgain()) if (!line.startsWith('R130 ')) yield `the next repair says ${line}`;
    yield* faultsAtEnd();
    const kept = [archive, replica].flatMap((dir) => fingerprint(join(dir, 'quarantine'))).length;
    const bad = ['bad bytes of the archive', 'bad bytes of the replica', 'a stranger', 'bad readme'];
    for (const text of bad) if (!quarantined(text)) yield `'${text}' is not in the quarantine`;
    if (kept === 0) yield 'the quarantine is empty';
    const told = (await entries(archive, 'bag-repaired')).map(({ bag, to }) => `${to} ${bag}`);
    for (const [to, bag] of [
      ['primary', bags[0]],
      ['primary', bags[1]],
      ['offsite', bags[0]],
    ])
      if (!told.includes(`${to} ${bag}`)) yield `the repair of ${bag} in ${to} is not in the log`;
    if ((await entries(archive, 'file-repaired')).length !== 1)
      yield `README.txt is ${(await entries(archive, 'file-repaired')).length} times in the log`;
  }

  function quarantined(text: string): boolean {
    return [archive, replica].some((dir) =>
      readdirSync(join(dir, 'quarantine'), { recursive: true, encoding: 'utf8' }).some((name) => {
        const path = join(dir, 'quarantine', name);
        return statSync(path).isFile() && readFileSync(path, 'utf8') === text;
      }),
    );
  }

  const strikesOf = (calls: Struck['calls'], most: number, act: NonNullable<Strike['act']>): Strike[] =>
    spread(upTo(calls.length), most).map((at) => ({ at, act }));

  it(
    'a sync that is killed before any call that writes leaves complete bags and temporary names, and is finished by the next one',
    async () => {
      bringBack('registered');
      const { calls, code } = await sync();
      expect(code).toBe(0);
      expect(calls.length).toBeGreaterThan(50);
      expect(await complaints([...strikesOf(calls, 2, 'kill'), ...strikesOf(calls, 1, 'tear')], syncTrial)).toEqual([]);
    },
    patience,
  );

  it(
    'a sync whose system refuses a call ends with 5, and is finished by the next one',
    async () => {
      bringBack('registered');
      const { calls } = await sync();
      const strikes = (['ENOSPC', 'EIO', 'EROFS'] as const).flatMap((act, index) => strikesOf(calls.slice(index * 17), 1, act));
      expect(await complaints(strikes, syncTrial)).toEqual([]);
    },
    patience,
  );

  it(
    'a repair that is killed before any call that writes loses nothing, and is finished and logged by the next one',
    async () => {
      bringBack('synced');
      damage();
      const { calls, code, stderr } = await repair();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(calls.length).toBeGreaterThan(50);
      expect(await complaints([...strikesOf(calls, 2, 'kill'), ...strikesOf(calls, 1, 'tear')], repairTrial)).toEqual([]);
    },
    patience,
  );

  it(
    'a repair whose system refuses a call ends with 5, and is finished by the next one',
    async () => {
      bringBack('synced');
      damage();
      const { calls } = await repair();
      const strikes = (['ENOSPC', 'EIO', 'EDQUOT'] as const).flatMap((act, index) => strikesOf(calls.slice(index * 31), 1, act));
      expect(await complaints(strikes, repairTrial)).toEqual([]);
    },
    patience,
  );

  /** A verification logs what it read. */
  async function* verifyTrial(strike: Strike): AsyncGenerator<string> {
    bringBack('synced');
    const before = await entries(archive);
    yield* endedWell(strike, await verify(strike));
    const after = await entries(archive);
    if (JSON.stringify(after.slice(0, before.length)) !== JSON.stringify(before)) yield 'entries are not as they were';
    if (JSON.stringify(fingerprint(join(archive, 'bags'))) !== JSON.stringify(original)) yield 'the bags are not as they were';
    const next = await work.run(['verify', archive, '-j', '1']);
    if (next.code !== 0) yield `the next verification ended with ${next.code}: ${next.stdout}${next.stderr}`;
    const finished = (await entries(archive, 'verification-finished')).at(-1);
    if (finished?.complete !== true || finished.bagsWell !== bags.length) yield `the next verification entered ${JSON.stringify(finished)}`;
    yield* faultsAtEnd();
  }

  it(
    'a verification that is killed or refused while it logs what it read leaves a valid log, and the next one continues',
    async () => {
      bringBack('synced');
      const { calls, code } = await verify();
      expect(code).toBe(0);
      expect(calls.length).toBeGreaterThan(10);
      const refused = (['ENOSPC', 'EIO'] as const).flatMap((act, index) => strikesOf(calls.slice(index * 7), 1, act));
      expect(await complaints([...strikesOf(calls, 1, 'kill'), ...strikesOf(calls, 1, 'tear'), ...refused], verifyTrial)).toEqual([]);
    },
    patience,
  );
});
