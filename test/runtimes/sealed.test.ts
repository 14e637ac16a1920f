import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { openAgeBytes } from '../../src/sealing/age/open-now.ts';
import { x25519Identity } from '../../src/sealing/age/x25519.ts';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { asterisk, createSealedRig, filesBelow, filesWith, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { startServer, writeUsersWithRights } from '../serve/rig.ts';
import { own, programOf, runtimes, versions } from './runtimes.ts';

describe.skipIf(versions.length === 0)(`a sealed archive between ${runtimes.join(', ')}`, () => {
  let rig: SealedRig;
  beforeAll(async () => {
    rig = await createSealedRig();
    expect((await run(own, importing('archive'))).code).toBe(0);
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
  });

  const env = (): Record<string, string> => ({ LONGPLAY_KEYRING: rig.keyring });
  const run = (runtime: string, args: readonly string[]): Promise<Run> =>
    rig.exec(programOf(runtime), [cli, ...args], rig.folder, { ...process.env, LONGPLAY_KEYS: rig.keys, ...env() });
  const importing = (archive: string): string[] => ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed'];

  /** Digests of the decrypted files of an archive, as an export gives them: names, ids and times differ between archives. */
  function exported(out: string): string[] {
    const sound = filesBelow(out).filter((file) => /\.(?:opus|wav)$/.test(file));
    return sound.map((file) => sha256Hex(readFileSync(join(out, file)))).sort();
  }

  test('is read, searched, verified, drilled and given new roots by each, and its bags are unchanged', async () => {
    const bags = fingerprint(rig.path('archive/bags'));
    const seen: unknown[] = [];
    for (const runtime of [...runtimes, own]) {
      const verified = await run(runtime, ['verify', 'archive', '--play', '--originals']);
      expect([runtime, verified.code, verified.stderr], verified.stdout).toEqual([runtime, 0, '']);
      const without = await rig.exec(programOf(runtime), [cli, 'verify', 'archive'], rig.folder, {
        ...process.env,
        LONGPLAY_KEYS: rig.keys,
        LONGPLAY_KEYRING: rig.path('nowhere'),
      });
      expect([runtime, without.code]).toEqual([runtime, 0]);
      const found = await run(runtime, ['search', 'archive', '46701740605']);
      const listed = await run(runtime, ['list', 'archive', '--json']);
      const again = await run(runtime, importing('archive').slice(0, -1));
      expect([runtime, again.code, again.stdout]).toEqual([runtime, 0, expect.stringContaining('Nothing new')]);
      expect([runtime, (await run(runtime, ['keyring', 'drill'])).code]).toEqual([runtime, 0]);
      expect([runtime, (await run(runtime, ['keyring', 'rotate'])).code]).toEqual([runtime, 0]);
      expect([runtime, (await run(runtime, ['watch', 'archive'])).code]).toEqual([runtime, 0]);
      seen.push([found.code, found.stdout, listed.code, listed.stdout]);
      expect(fingerprint(rig.path('archive/bags'))).toEqual(bags);
    }
    expect(seen[0]).toEqual([0, expect.stringContaining('46701740605'), 0, expect.anything()]);
    for (const one of seen.slice(1)) expect(one).toEqual(seen[0]);
  });

  test("is made by each: the files decrypt to the same bytes, and the test runner's version verifies all", async () => {
    const opened: string[][] = [];
    for (const [at, runtime] of runtimes.entries()) {
      const archive = `by-${runtime}`;
      expect([runtime, (await run(runtime, importing(archive))).code]).toEqual([runtime, 0]);
      expect(filesWith(rig.path(archive, 'bags'), asterisk.words)).toEqual([]);
      const out = `taken-from-${runtime}`;
      const next = runtimes[(at + 1) % runtimes.length] ?? own;
      for (const by of new Set([own, next])) expect([by, (await run(by, ['verify', archive, '--play'])).code]).toEqual([by, 0]);
      expect([next, (await run(next, ['export', archive, '--all', '--out', out])).code]).toEqual([next, 0]);
      opened.push(exported(rig.path(out)));
    }
    expect(opened[0]?.length).toBeGreaterThan(3);
    for (const one of opened.slice(1)) expect(one).toEqual(opened[0]);
  });

  test('is served by each: a user plays a part of a copy, as its secret opens it', async () => {
    const folder = recordingFolders(rig.path('archive')).find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
    const secret = (await rig.secretsOf(folder))['access-1.opus'] ?? '';
    const sound = Buffer.from(openAgeBytes(readFileSync(join(folder, 'access-1.opus.age')), x25519Identity(secret)));
    const users = writeUsersWithRights(rig, { all: ['listen', 'export', 'annotate'] });
    for (const runtime of runtimes) {
      await using server = await startServer(rig, ['--users', users], env(), programOf(runtime));
      const { cookie } = await server.signIn('all');
      const part = await server.ask(`/files/${basename(folder)}/access-1.opus`, { cookie, headers: { range: 'bytes=100-299' } });
      expect([runtime, part.status, part.body.equals(sound.subarray(100, 300))]).toEqual([runtime, 206, true]);
      expect([runtime, (await server.stop()).code]).toEqual([runtime, 0]);
    }
  });
});
