import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makingOf } from '../../src/archive/bag/info.ts';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { approved, approver } from '../cli/erasure-rig.ts';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`an erasure of single files${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: SealedRig;
  let bags: readonly string[];
  let folder: string;
  let calls: number;

  beforeAll(async () => {
    rig = await createSealedRig();
    process.env.LONGPLAY_KEYRING = rig.keyring;
    const how = ['--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables', '-j', '1'];
    expect((await rig.sealed('import', asterisk.folder, '--into', 'before', ...how)).code).toBe(0);
    await approver(rig, 'before');
    const found = recordingFolders(rig.path('before')).find((one) => readdirSync(one).includes('original-1.gsm.age')) ?? '';
    folder = found.slice(rig.path('before').length + 1);
    await approved(rig, 'before', [basename(folder), '--only', 'originals', 'source-1.csv']);
    bags = fingerprint(rig.path('before/bags'));
    delete process.env.LONGPLAY_KEYRING;
    const whole = await trapped(copy('whole'));
    expect(whole).toMatchObject({ code: 0 });
    calls = whole.calls;
  });
  afterAll(async () => {
    delete process.env.LONGPLAY_KEYRING;
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const envOf = (name: string): Record<string, string> => ({
    LONGPLAY_KEYS: rig.path(`${name}-keys`),
    LONGPLAY_KEYRING: rig.path(`${name}-keyring`),
  });

  /** Copies archive, keys and keyring, whose copies are beside it. */
  function copy(name: string): string {
    cpSync(rig.path('before'), rig.path(name), { recursive: true, preserveTimestamps: true });
    cpSync(rig.keys, rig.path(`${name}-keys`), { recursive: true });
    // For this machine the copy is another place.
    rmSync(rig.path(`${name}-keys/places`), { recursive: true, force: true });
    for (const from of ['keyring', 'keyring-copy']) {
      const to = rig.path(`${name}-${from}`);
      cpSync(rig.path(from), to, { recursive: true });
      const text = readFileSync(join(to, 'keyring.json'), 'utf8');
      writeFileSync(join(to, 'keyring.json'), text.replaceAll(`${rig.folder}/`, `${rig.folder}/${name}-`));
    }
    return name;
  }
  const run = (name: string, args: readonly string[]): Promise<Run> => rig.run(args, { env: envOf(name) });
  async function trapped(name: string, strike?: Strike): Promise<Run & { readonly calls: number }> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = rig.path(`${name}-calls`);
    const watched = [name, `${name}-keys`, `${name}-keyring`, `${name}-keyring-copy`].map((one) => rig.path(one));
    const env = { ...process.env, ...envOf(name), ...trap.env(watched, list, strike) };
    const struck = await rig.exec(process.execPath, [cli, 'erase', 'run', name], rig.folder, env);
    return { ...struck, calls: readCalls(list).length };
  }

  /** Returns the files of the recording that a copy of the keyring opens. */
  async function opened(name: string, keyring: string): Promise<string> {
    const access = { passphrase: async () => null, identities: async () => null };
    const keys = await openKeyring({ folder: rig.path(`${name}-${keyring}`), access, signal: new AbortController().signal });
    const secrets = keys.secretsOf(makingOf(rig.path(name, folder, '../..')) ?? '', basename(folder));
    keys.close();
    const all = secrets === null || secrets === 'erased' ? [] : Object.entries(secrets);
    return all
      .filter(([, secret]) => secret !== '')
      .map(([file]) => file)
      .sort()
      .join(' ');
  }

  async function* complaints(name: string, where: string): AsyncGenerator<string> {
    const looked = await run(name, ['verify', name]);
    if (looked.code !== 0) yield `${where}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    const next = await run(name, ['erase', 'run', name]);
    if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
    if (JSON.stringify(fingerprint(rig.path(name, 'bags'))) !== JSON.stringify(bags)) yield `${where}: bags changed`;
    for (const keyring of ['keyring', 'keyring-copy']) {
      const left = await opened(name, keyring);
      if (left !== 'access-1.opus public.json recording.json') yield `${where}: ${keyring} opens ${left}`;
    }
    const { stdout } = await run(name, ['erase', 'status', name, '--json']);
    if (!stdout.includes('"state":"executed"')) yield `${where}: it is not executed: ${stdout}`;
    const verified = await run(name, ['verify', name, '--play', '--originals']);
    if (verified.code !== 0 || /E1/.test(verified.stdout) || !verified.stdout.includes('2 files were erased alone'))
      yield `${where}: verify at last ended with ${verified.code}: ${verified.stdout}`;
  }

  it(
    'that is killed at a call that writes is finished by the next run, and nothing else becomes unreadable',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = copy(`kill-${at}`);
        const { signal, code, stderr } = await trapped(name, { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}: ${stderr}`;
        yield* complaints(name, `kill at call ${at}`);
      };
      expect(calls).toBeGreaterThan(30);
      expect(await trials(spread(upTo(calls), 6), one)).toEqual([]);
    },
    patience,
  );
});
