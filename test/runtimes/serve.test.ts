import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, type Rig, root } from '../cli/rig.ts';
import { createArchive, entriesOf, recordingsOf, startServer, storedBytes, writeUsers } from '../serve/rig.ts';
import { own, programOf, runtimes, versions } from './runtimes.ts';

describe.skipIf(versions.length === 0)('an archive between versions of Node.js', () => {
  let rig: Rig;
  let users: string;
  let call: { readonly recordingId: string; readonly bag: string };
  beforeAll(async () => {
    rig = await createArchive();
    users = writeUsers(rig);
    const [found] = (await recordingsOf(rig, '--status', 'matched', '--with-site', 'pbx')).filter(({ copies }) => copies > 0);
    if (found === undefined) throw new Error('the sample has no call with a copy');
    call = found;
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
  });

  test('is served by each: a user signs in, plays a part of a copy byte for byte, and the server stops cleanly', async () => {
    const sound = storedBytes(rig, call.bag, call.recordingId, 'access-1.opus');
    const seen: unknown[] = [];
    for (const runtime of runtimes) {
      const before = (await entriesOf(rig)).length;
      await using server = await startServer(rig, ['--users', users], {}, programOf(runtime));
      const { cookie } = await server.signIn('anna');
      const url = `${server.origin}/files/${call.recordingId}/access-1.opus`;
      const heard = rig.path(`heard under ${runtime}`);
      const asked = [
        '--silent',
        '--show-error',
        '--cookie',
        cookie,
        '--range',
        '100-299',
        '--output',
        heard,
        '--write-out',
        '%{http_code} %{content_type}',
        url,
      ];
      const curl = await rig.exec('curl', asked);
      const listed = await server.ask('/data/index.js', { cookie });
      const { code } = await server.stop();
      const entered = (await entriesOf(rig)).slice(before).map(({ type }) => type);
      seen.push({
        status: curl.stdout,
        heard: fingerprint(rig.folder)
          .find((line) => line.startsWith(`heard under ${runtime} `))
          ?.split(' ')
          .slice(-2),
        listed: listed.status,
        code,
        entered,
      });
      expect([runtime, sound.length > 300, curl.code]).toEqual([runtime, true, 0]);
    }
    expect(seen[0]).toMatchObject({ status: '206 audio/ogg; codecs=opus', heard: ['200', expect.stringMatching(/^[0-9a-f]{64}$/)] });
    for (const one of seen.slice(1)) expect(one).toEqual(seen[0]);
  });

  test('gives exit code 5 if a package built for one version runs under another: the log is unchanged, and the doctor names the one command to run', async ({
    skip,
  }) => {
    const other = versions.find((name) => name !== own);
    if (other === undefined) throw new Error('no other version is installed');
    // Compiled with the headers of Debian's Node.js 20.19, the binding crashes Node.js 22 itself when it is refused, so nothing can report it.
    const binding = join(root, 'node_modules/better-sqlite3-node20/build/Release/better_sqlite3.node');
    const refuse = `try { process.dlopen({ exports: {} }, ${JSON.stringify(binding)}) } catch {}`;
    if (spawnSync(programOf(other), ['-e', refuse]).signal !== null) skip('Node.js itself dies of this binding');
    // As after an upgrade of Node.js: the existing binding is that of the older version, and nothing replaces it.
    const installed = rig.path('installed');
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    for (const beside of ['samples', 'importers', 'docs']) symlinkSync(join(root, beside), join(installed, beside));
    mkdirSync(join(installed, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules')))
      symlinkSync(
        join(root, 'node_modules', name === 'better-sqlite3-multiple-ciphers' ? 'better-sqlite3-node20' : name),
        join(installed, 'node_modules', name),
      );
    const program = join(installed, 'dist/bin/longplay.js');
    const env = { ...process.env, LONGPLAY_KEYS: rig.keys, NODE_OPTIONS: '--no-experimental-sqlite' };
    const before = fingerprint(rig.path('archive'));
    for (const args of [
      ['verify', 'archive'],
      ['verify', 'archive', '--play'],
      ['list', 'archive'],
      ['catalog', 'rebuild', 'archive'],
    ]) {
      const { code, stderr } = await rig.exec(programOf(other), [program, ...args], rig.folder, env);
      expect([args[0], code, stderr]).toEqual([args[0], 5, expect.stringMatching(/A191 .*was compiled against a different Node\.js version/)]);
    }
    for (const args of [['doctor'], ['doctor', 'archive']]) {
      const { code, stdout } = await rig.exec(programOf(other), [program, ...args], rig.folder, env);
      expect([args.length, code, stdout]).toEqual([
        args.length,
        5,
        expect.stringMatching(/^MISSING +SQLite +run `npm ci --omit=dev --ignore-scripts`/m),
      ]);
    }
    expect(fingerprint(rig.path('archive'))).toEqual(before);
  });
});
