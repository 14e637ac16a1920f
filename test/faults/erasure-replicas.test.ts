import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, approver, holding } from '../cli/erasure-rig.ts';
import { cli, createRig, fingerprint, type Rig, type Run, root } from '../cli/rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const traces = ['46701740605', 'pbx1-1761438596.0'];

describe.skipIf(typeof trap === 'string')(`an erasure in a replica${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: Rig;
  let calls: number;
  /** Ids of the erased recordings. */
  let erased: readonly string[];

  /** The replica has not followed the erasure: it was disconnected while the archive erased. */
  beforeAll(async () => {
    rig = createRig();
    const how = ['--zone', 'Europe/Stockholm', '-j', '1'];
    expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'before', ...how])).code).toBe(0);
    await approver(rig, 'before');
    expect((await rig.run(['replica', 'add', 'before', 'vault', rig.path('vault')])).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'before'])).code).toBe(0);
    cpSync(rig.path('vault'), rig.path('shelf'), { recursive: true, preserveTimestamps: true });
    rmSync(rig.path('vault'), { recursive: true });
    erased = (await rig.json(['list', 'before', '--text', traces[0] ?? ''])).lines.flatMap(({ of, value }) =>
      of === 'recording' ? String((value as { recordingId?: string }).recordingId) : [],
    );
    await approved(rig, 'before', ['--text', traces[0] ?? '']);
    expect((await rig.run(['erase', 'run', 'before'])).code).toBe(3);
    ({ calls } = await trapped(await copy('whole'), undefined));
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const keysOf = (name: string): string => rig.path(`${name}-keys`);
  const run = (name: string, args: readonly string[]): Promise<Run> => rig.run(args, { env: { LONGPLAY_KEYS: keysOf(name) } });
  /** A copy of archive, replica and keys. */
  async function copy(name: string): Promise<string> {
    for (const [from, to] of [
      [rig.path('before'), rig.path(name)],
      [rig.path('shelf'), rig.path(`${name}-vault`)],
      [rig.keys, keysOf(name)],
    ] as const)
      cpSync(from, to, { recursive: true, preserveTimestamps: true });
    rmSync(join(keysOf(name), 'places'), { recursive: true, force: true });
    expect((await run(name, ['replica', 'move', name, 'vault', rig.path(`${name}-vault`)])).code).toBe(0);
    return name;
  }
  async function trapped(
    name: string,
    strike: Strike | undefined,
    args: readonly string[] = ['replica', 'sync', name],
  ): Promise<Run & { readonly calls: number }> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = rig.path(`${name}-calls`);
    const folders = [rig.path(name), rig.path(`${name}-vault`), keysOf(name)];
    const env = { ...process.env, LONGPLAY_KEYS: keysOf(name), ...trap.env(folders, list, strike) };
    const struck = await rig.exec(process.execPath, [cli, ...args], rig.folder, env);
    return { ...struck, calls: readCalls(list).length };
  }
  const payload = (folder: string): string =>
    fingerprint(rig.path(folder, 'bags'))
      .filter((line) => /\/data\/[0-9a-f]{8}-/.test(line))
      .join('\n');

  it(
    'that is killed at a call that writes raises no false alarm, is pending, and is finished by the next sync',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = await copy(`kill-${at}`);
        const where = `kill at call ${at}`;
        const { signal, code, stderr } = await trapped(name, { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `${where}: ended with ${code}: ${stderr}`;
        const read = await run(name, ['replica', 'verify', name, 'vault']);
        if (read.code !== 0) yield `${where}: replica verify ended with ${read.code}: ${read.stdout}${read.stderr}`;
        const before = await run(name, ['erase', 'status', name]);
        const isGone = holding(rig.path(`${name}-vault`), traces).length === 0;
        if (!isGone && !before.stdout.includes('owed by vault')) yield `${where}: erased recordings are there, and nobody owes it: ${before.stdout}`;
        const next = await run(name, ['replica', 'sync', name]);
        if (next.code !== 0) yield `${where}: the next sync ended with ${next.code}: ${next.stdout}${next.stderr}`;
        const left = holding(rig.path(`${name}-vault`), traces);
        if (left.length > 0) yield `${where}: still there: ${left.join(', ')}`;
        if (payload(`${name}-vault`) !== payload(name)) yield `${where}: the replica differs`;
        const after = await run(name, ['erase', 'status', name]);
        if (!after.stdout.includes('executed')) yield `${where}: it is not executed: ${after.stdout}`;
        for (const step of [
          ['verify', name],
          ['replica', 'verify', name, 'vault'],
        ]) {
          const verified = await run(name, step);
          if (verified.code !== 0) yield `${where}: ${step.join(' ')} ended with ${verified.code}: ${verified.stdout}${verified.stderr}`;
        }
      };
      expect(calls).toBeGreaterThan(20);
      expect(await trials(spread(upTo(calls), 10), one)).toEqual([]);
    },
    patience,
  );

  it(
    'can be lifted: a killed request can be repeated, and a killed run is finished by the next one',
    async () => {
      const steps = async (name: string): Promise<{ readonly ask: readonly string[]; readonly run: readonly string[] }> => {
        await copy(name);
        return { ask: ['erase', 'lift', name, ...erased, '--reason', 'in error'], run: ['erase', 'run', name] };
      };
      const whole = await steps('lift');
      const asked = await trapped('lift', undefined, whole.ask);
      const asking = async function* (at: number): AsyncGenerator<string> {
        const name = `lift-${at}`;
        const { ask } = await steps(name);
        await trapped(name, { at, act: 'kill' }, ask);
        const again = await run(name, ask);
        if (again.code !== 0) yield `request ${at}: ${again.code} ${again.stderr}`;
        const verified = await run(name, ['verify', name]);
        if (verified.code !== 0) yield `request ${at}: verify ended with ${verified.code}: ${verified.stdout}`;
      };
      expect(await trials(spread(upTo(asked.calls), 2), asking)).toEqual([]);
      const lifted = async (name: string, strike?: Strike): Promise<Run & { readonly calls: number }> => {
        const { ask, run: next } = await steps(name);
        const { stdout } = await run(name, [...ask, '--json']);
        const request = /"request":"([0-9a-f]{8})"/.exec(stdout)?.[1] ?? '';
        const approve = ['erase', 'approve', name, request, '--key-file', rig.path('approver.pem'), '--now', 'urgent'];
        expect((await run(name, approve)).code).toBe(0);
        return await trapped(name, strike, next);
      };
      const { calls: writes } = await lifted('lifted');
      const running = async function* (at: number): AsyncGenerator<string> {
        const name = `lifted-${at}`;
        await lifted(name, { at, act: 'kill' });
        const next = await run(name, ['erase', 'run', name]);
        if (next.code !== 0) yield `run ${at}: the next one ended with ${next.code}: ${next.stdout}${next.stderr}`;
        const { stdout } = await run(name, ['erase', 'status', name, '--json']);
        if (!/"erased":0/.test(stdout)) yield `run ${at}: not lifted: ${stdout}`;
        const verified = await run(name, ['verify', name]);
        if (verified.code !== 0) yield `run ${at}: verify ended with ${verified.code}: ${verified.stdout}`;
      };
      expect(await trials(spread(upTo(writes), 3), running)).toEqual([]);
    },
    patience,
  );
});
