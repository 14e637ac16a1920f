import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { approved, approver } from '../cli/erasure-rig.ts';
import { cli, createRig, fingerprint, type Rig, type Run, root } from '../cli/rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const sample = join(root, 'samples/asterisk-normal');

describe.skipIf(typeof trap === 'string')(
  `an erasure of single files of an open archive${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`,
  () => {
    let rig: Rig;
    let id: string;
    /** Digests of the erased files. */
    let gone: readonly string[];
    /** Files of other recordings. */
    let neighbours: readonly string[];
    let calls: number;

    beforeAll(async () => {
      rig = createRig();
      const how = ['--no-keep-tables', '-j', '1', '--into', 'before'];
      expect((await rig.run(['import', sample, ...how, '--zone', 'Europe/Stockholm'])).code).toBe(0);
      // A later description of the recording names the files of the first bag.
      expect((await rig.run(['import', sample, ...how, '--zone', 'America/New_York', '--amend'])).code).toBe(0);
      await approver(rig, 'before');
      const folder = foldersIn('before').find((one) => readdirSync(one).includes('original-1.gsm')) ?? '';
      id = basename(folder);
      gone = ['original-1.gsm', 'source-1.csv'].map((name) => sha256Hex(readFileSync(join(folder, name))));
      await approved(rig, 'before', [id, '--only', 'originals', 'source-1.csv']);
      neighbours = othersIn('before');
      const whole = await trapped(copy('whole'));
      expect(whole).toMatchObject({ code: 0 });
      calls = whole.calls;
    });
    afterAll(async () => {
      await rig?.[Symbol.asyncDispose]();
      if (typeof trap !== 'string') trap[Symbol.dispose]();
    });

    const foldersIn = (name: string): string[] =>
      readdirSync(rig.path(name, 'bags'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory() && /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
    const othersIn = (name: string): string[] =>
      fingerprint(rig.path(name, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line) && !line.includes(id));
    const keysOf = (name: string): string => rig.path(`${name}-keys`);
    function copy(name: string): string {
      cpSync(rig.path('before'), rig.path(name), { recursive: true, preserveTimestamps: true });
      cpSync(rig.keys, keysOf(name), { recursive: true });
      // For this machine the copy is another place.
      rmSync(join(keysOf(name), 'places'), { recursive: true, force: true });
      return name;
    }
    const run = (name: string, args: readonly string[]): Promise<Run> => rig.run(args, { env: { LONGPLAY_KEYS: keysOf(name) } });
    async function trapped(name: string, strike?: Strike): Promise<Run & { readonly calls: number }> {
      if (typeof trap === 'string') throw new Error(trap);
      const list = rig.path(`${name}-calls`);
      const env = { ...process.env, LONGPLAY_KEYS: keysOf(name), ...trap.env([rig.path(name), keysOf(name)], list, strike) };
      const struck = await rig.exec(process.execPath, [cli, 'erase', 'run', name], rig.folder, env);
      return { ...struck, calls: readCalls(list).length };
    }

    async function* complaints(name: string, where: string): AsyncGenerator<string> {
      const looked = await run(name, ['verify', name]);
      if (looked.code !== 0) yield `${where}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
      const checked = await rig.exec('python3', [rig.path(name, 'check.py'), rig.path(name)]);
      if (checked.code !== 0) yield `${where}: check.py ended with ${checked.code}: ${checked.stdout}`;
      const next = await run(name, ['erase', 'run', name]);
      if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
      if (JSON.stringify(othersIn(name)) !== JSON.stringify(neighbours)) yield `${where}: the neighbours differ`;
      for (const entry of readdirSync(rig.path(name), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && gone.includes(sha256Hex(readFileSync(path)))) yield `${where}: still there: ${path}`;
      }
      const { stdout } = await run(name, ['erase', 'status', name, '--json']);
      if (!stdout.includes('"state":"executed"')) yield `${where}: it is not executed: ${stdout}`;
      const verified = await run(name, ['verify', name, '--play', '--originals']);
      if (verified.code !== 0 || /E1|V1/.test(verified.stdout) || !verified.stdout.includes('2 files were erased alone'))
        yield `${where}: verify at last ended with ${verified.code}: ${verified.stdout}`;
    }

    it(
      'that is killed at a call that writes loses nothing, raises no false alarm, and is finished by the next run',
      async () => {
        const one = async function* (at: number): AsyncGenerator<string> {
          const name = copy(`kill-${at}`);
          const { signal, code, stderr } = await trapped(name, { at, act: 'kill' });
          if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}: ${stderr}`;
          yield* complaints(name, `kill at call ${at}`);
        };
        expect(calls).toBeGreaterThan(50);
        expect(await trials(spread(upTo(calls), 12), one)).toEqual([]);
      },
      patience,
    );
  },
);
