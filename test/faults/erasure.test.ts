import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, approver, holding, openedCase } from '../cli/erasure-rig.ts';
import { cli, createRig, fingerprint, type Rig, type Run, root } from '../cli/rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const traces = ['46701740605', 'pbx1-1761438596.0'];

describe.skipIf(typeof trap === 'string')(`an erasure${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: Rig;
  /** Recordings that are not erased. */
  let neighbours: readonly string[];
  /** Kept tables without the rows of the erased recording. */
  let tables: readonly string[];
  let request: string;
  let calls: number;

  beforeAll(async () => {
    rig = createRig();
    const how = ['--zone', 'Europe/Stockholm', '-j', '1'];
    expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'before', ...how])).code).toBe(0);
    await approver(rig, 'before');
    await openedCase(rig, 'before', ['46701740605', '46701740607']);
    request = await approved(rig, 'before', ['--text', '46701740605']);
    await rig.exec(process.execPath, [cli, 'list', 'before', '--json']);
    const erased = holding(rig.path('before/bags'), traces).flatMap((line) => /\/data\/([0-9a-f-]{36})\//.exec(line)?.[1] ?? []);
    neighbours = fingerprint(rig.path('before/bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line) && !erased.some((id) => line.includes(id)));
    const whole = await trapped(copy('whole'), ['erase', 'run']);
    expect(whole).toMatchObject({ code: 0 });
    tables = tablesIn('whole');
    expect(tables.join('\n').match(/^"/gm)).toHaveLength(15);
    calls = whole.calls;
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const keysOf = (name: string): string => rig.path(`${name}-keys`);
  function copy(name: string): string {
    cpSync(rig.path('before'), rig.path(name), { recursive: true, preserveTimestamps: true });
    cpSync(rig.keys, keysOf(name), { recursive: true });
    // For this machine the copy is another place.
    rmSync(join(keysOf(name), 'places'), { recursive: true, force: true });
    return name;
  }
  const tablesIn = (name: string): string[] =>
    readdirSync(rig.path(name, 'bags/tables'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.csv'))
      .sort()
      .map((path) => readFileSync(rig.path(name, 'bags/tables', path), 'utf8'));
  const run = (name: string, args: readonly string[]): Promise<Run> => rig.run(args, { env: { LONGPLAY_KEYS: keysOf(name) } });
  async function trapped(
    name: string,
    [group = '', step = '', ...more]: readonly string[],
    strike?: Strike,
  ): Promise<Run & { readonly calls: number }> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = rig.path(`${name}-calls`);
    const env = { ...process.env, LONGPLAY_KEYS: keysOf(name), ...trap.env([rig.path(name), keysOf(name)], list, strike) };
    const struck = await rig.exec(process.execPath, [cli, group, step, name, ...more], rig.folder, env);
    return { ...struck, calls: readCalls(list).length };
  }

  /** Invariants after any interruption, and after the run that continues. */
  async function* complaints(name: string, where: string): AsyncGenerator<string> {
    const looked = await run(name, ['verify', name]);
    if (looked.code !== 0) yield `${where}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    const checked = await rig.exec('python3', [rig.path(name, 'check.py'), rig.path(name)]);
    if (checked.code !== 0) yield `${where}: check.py ended with ${checked.code}: ${checked.stdout}`;
    const next = await run(name, ['erase', 'run', name]);
    if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
    const bags = fingerprint(rig.path(name, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line));
    if (JSON.stringify(bags) !== JSON.stringify(neighbours)) yield `${where}: the neighbours differ: ${bags.length} of ${neighbours.length}`;
    if (JSON.stringify(tablesIn(name)) !== JSON.stringify(tables)) yield `${where}: the kept tables differ`;
    const left = holding(rig.path(name), traces);
    if (left.length > 0) yield `${where}: still there: ${left.join(', ')}`;
    const verified = await run(name, ['verify', name]);
    if (verified.code !== 0 || /E110|V128/.test(verified.stdout)) yield `${where}: verify at last ended with ${verified.code}: ${verified.stdout}`;
    const { stdout } = await run(name, ['erase', 'status', name]);
    if (!stdout.includes('executed')) yield `${where}: it is not executed: ${stdout}`;
  }

  it(
    'that is killed at a call that writes loses nothing, raises no false alarm, and is finished by the next run',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = copy(`kill-${at}`);
        const { signal, code, stderr } = await trapped(name, ['erase', 'run'], { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}: ${stderr}`;
        yield* complaints(name, `kill at call ${at}`);
      };
      expect(calls).toBeGreaterThan(50);
      expect(await trials(spread(upTo(calls), 12), one)).toEqual([]);
    },
    patience,
  );

  it(
    'can be repeated after a kill in any of its steps',
    async () => {
      expect((await rig.run(['erase', 'make-key', 'second.pem'])).code).toBe(0);
      const { summary } = await rig.json(['erase', 'request', 'before', '--text', '46701740607', '--ground', 'error', '--reason', 'test']);
      const { lines } = await rig.json(['erase', 'status', 'before']);
      const first = String((lines.find(({ of }) => of === 'approver')?.value as { approver?: string } | undefined)?.approver); // as it is listed
      const steps: readonly (readonly string[])[] = [
        ['erase', 'request', '--text', '46701740606', '--ground', 'error', '--reason', 'test'],
        ['erase', 'approve', String(summary.request), '--key-file', rig.path('approver.pem')],
        ['erase', 'withdraw', request, '--reason', 'test'],
        ['erase', 'add-approver', rig.path('second.pem'), '--name', 'bo'],
        ['erase', 'remove-approver', first, '--reason', 'test'],
      ];
      for (const [number, step] of steps.entries()) {
        const whole = await trapped(copy(`step-${number}`), step);
        expect(whole.code).toBe(0);
        const one = async function* (at: number): AsyncGenerator<string> {
          const name = copy(`step-${number}-${at}`);
          await trapped(name, step, { at, act: 'kill' });
          const [group = '', verb = '', ...more] = step;
          const again = await run(name, [group, verb, name, ...more]);
          if (
            again.code !== 0 &&
            !/was withdrawn|is already registered|is already approved|was approved already|no approver has the key/.test(again.stderr)
          )
            yield `${verb} ${at}: ${again.code} ${again.stderr}`;
          const verified = await run(name, ['verify', name]);
          if (verified.code !== 0) yield `${verb} ${at}: verify ended with ${verified.code}: ${verified.stdout}`;
        };
        expect(await trials(spread(upTo(whole.calls), 2), one)).toEqual([]);
      }
    },
    patience,
  );

  it(
    'can be certified again after its certification was killed',
    async () => {
      const made = ['erase', 'certificate', request, '--out', rig.path('whole-certificate')];
      const whole = await trapped('whole', made);
      expect(whole.code).toBe(0);
      const one = async function* (at: number): AsyncGenerator<string> {
        const out = rig.path(`certificate-${at}`);
        await trapped('whole', [...made.slice(0, -1), out], { at, act: 'kill' });
        const again = await run('whole', ['erase', 'certificate', 'whole', request, '--out', out]);
        if (again.code !== 0 && !(existsSync(join(out, 'certificate.note')) && again.stderr.includes('exists already')))
          yield `${at}: ${again.code} ${again.stderr}`;
        const verified = await run('whole', ['verify', 'whole']);
        if (verified.code !== 0) yield `${at}: verify ended with ${verified.code}: ${verified.stdout}`;
      };
      for (const at of spread(upTo(whole.calls), 3)) for await (const complaint of one(at)) expect.unreachable(complaint);
    },
    patience,
  );

  it(
    'with a new key that is killed leaves the key complete or absent',
    async () => {
      if (typeof trap === 'string') throw new Error(trap);
      const make = (folder: string, strike?: Strike) =>
        rig.exec(process.execPath, [cli, 'erase', 'make-key', join(folder, 'key.pem')], rig.folder, {
          ...process.env,
          ...trap.env([folder], `${folder}-calls`, strike),
        });
      const whole = rig.path('key');
      mkdirSync(whole);
      expect((await make(whole)).code).toBe(0);
      const one = async function* (at: number): AsyncGenerator<string> {
        const folder = rig.path(`key-${at}`);
        mkdirSync(folder);
        await make(folder, { at, act: 'kill' });
        if (!existsSync(join(folder, 'key.pem')) && (await make(folder)).code !== 0) yield `${at}: it cannot be made again`;
        const judged = await rig.exec('openssl', ['pkey', '-in', join(folder, 'key.pem'), '-noout']);
        if (judged.code !== 0) yield `${at}: ${judged.stderr}`;
      };
      expect(await trials(spread(upTo(readCalls(`${whole}-calls`).length), 3), one)).toEqual([]);
    },
    patience,
  );
});
