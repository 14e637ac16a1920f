import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { wave } from './small-import.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

// Seals a bag that is large enough for worker threads: as one thread does it, and interrupted.

const trap = buildTrap();
/** Three files each: more than 500 files in the bag. */
const recordings = 170;

describe.skipIf(typeof trap === 'string')(`sealing a large bag in several threads${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: SealedRig;
  let calls: number;

  beforeAll(async () => {
    rig = await createSealedRig();
    mkdirSync(rig.path('source'));
    for (const at of upTo(recordings)) writeFileSync(rig.path(`source/call-${at}.wav`), wave(400, 300 + at));
    const imported = await rig.run(['import', 'source', '--into', 'before', '--importer', 'loose-files', '--no-keep-tables', '--open']);
    expect(imported.code, imported.stdout + imported.stderr).toBe(0);
  }, patience);
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const envOf = (name: string): Record<string, string> => ({ LONGPLAY_KEYS: rig.path(`${name}-keys`), LONGPLAY_KEYRING: rig.keyring });
  const run = (name: string, ...args: readonly string[]): Promise<Run> => rig.run(args, { env: envOf(name) });
  function copy(name: string): string {
    cpSync(rig.path('before'), rig.path(name), { recursive: true, preserveTimestamps: true });
    cpSync(rig.keys, rig.path(`${name}-keys`), { recursive: true, preserveTimestamps: true });
    return name;
  }
  const bagOf = (name: string): string => {
    const [year = ''] = readdirSync(rig.path(name, 'bags'));
    const [bag = ''] = readdirSync(rig.path(name, 'bags', year));
    return rig.path(name, 'bags', year, bag);
  };
  async function trapped(name: string, strike: Strike | undefined): Promise<Run> {
    if (typeof trap === 'string') throw new Error(trap);
    const env = { ...process.env, ...envOf(name), ...trap.env([rig.path(name)], rig.path(`${name}-calls`), strike) };
    return await rig.exec(process.execPath, [cli, 'seal', name, '--yes', '-j', '2'], rig.folder, env);
  }

  it(
    'opens by age to the original bytes, and plays',
    async ({ skip }) => {
      const sealed = await trapped(copy('whole'), undefined);
      expect([sealed.code, sealed.stderr], sealed.stdout).toEqual([0, '']);
      calls = readCalls(rig.path('whole-calls')).length;
      const played = await run('whole', 'verify', 'whole', '--play', '--originals');
      expect(played.code, played.stdout + played.stderr).toBe(0);
      const folders = recordingFolders(rig.path('whole'));
      expect(folders).toHaveLength(recordings);
      if (spawnSync('age', ['--version']).error !== undefined) skip('age is missing');
      for (const folder of spread(folders, 3)) {
        const secret = (await rig.secretsOf(folder))['original-1.wav'] ?? '';
        writeFileSync(rig.path('secret'), `${secret}\n`, { mode: 0o600 });
        const opened = await rig.exec('age', ['-d', '-i', rig.path('secret'), '-o', rig.path('plain'), join(folder, 'original-1.wav.age')]);
        expect(opened.code, opened.stderr).toBe(0);
        const before = join(bagOf('before'), folder.slice(folder.indexOf('/data/')), 'original-1.wav');
        expect(sha256Hex(readFileSync(rig.path('plain')))).toBe(sha256Hex(readFileSync(before)));
      }
    },
    patience,
  );

  it(
    'leaves a bag with an altered file as it is, and names the file',
    async () => {
      const [folder = ''] = readdirSync(join(bagOf(copy('altered')), 'data')).slice(-2);
      const file = join(bagOf('altered'), 'data', folder, 'original-1.wav');
      writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, -1), Buffer.from([1])]));
      const before = fingerprint(bagOf('altered'));
      const sealed = await run('altered', 'seal', 'altered', '--yes', '-j', '2');
      expect([sealed.code, sealed.stdout + sealed.stderr]).toEqual([3, expect.stringContaining(`data/${folder}/original-1.wav`)]);
      expect(fingerprint(bagOf('altered'))).toEqual(before);
    },
    patience,
  );

  it(
    'that is killed loses nothing and is finished by the next run',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = copy(`kill-${at}`);
        const { signal, code } = await trapped(name, { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}`;
        const next = await run(name, 'seal', name, '--yes', '-j', '2');
        if (next.code !== 0) yield `kill ${at}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
        const played = await run(name, 'verify', name, '--play', '--originals');
        if (played.code !== 0) yield `kill ${at}: verify ended with ${played.code}: ${played.stdout}${played.stderr}`;
        const found = recordingFolders(rig.path(name)).length;
        if (found !== recordings) yield `kill ${at}: ${found} recordings are sealed`;
        if (existsSync(rig.path(name, 'jobs/seal'))) yield `kill ${at}: drafts are left`;
        for (const folder of [name, `${name}-keys`]) rmSync(rig.path(folder), { recursive: true, force: true });
      };
      expect(calls).toBeGreaterThan(recordings);
      expect(await trials(spread(upTo(calls), 3), one, 1)).toEqual([]);
    },
    patience,
  );
});
