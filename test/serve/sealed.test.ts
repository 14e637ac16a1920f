import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { openAgeBytes } from '../../src/sealing/age/open-now.ts';
import { x25519Identity } from '../../src/sealing/age/x25519.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { entriesOf, type Server, startServer, writeUsersWithRights } from './rig.ts';

async function served(): Promise<{ readonly rig: SealedRig; readonly env: Record<string, string> }> {
  const rig = await createSealedRig();
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed', '--join-sides');
  expect(code, stderr).toBe(0);
  return { rig, env: { LONGPLAY_KEYRING: rig.keyring } };
}

/** A recording with an access copy: its folder, id, and the plain bytes of a file. */
async function playable(rig: SealedRig): Promise<{ readonly folder: string; readonly id: string; plain(name: string): Promise<Buffer> }> {
  const folder = recordingFolders(rig.path('archive')).find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
  return {
    folder,
    id: folder.split('/').at(-1) ?? '',
    plain: async (name) =>
      Buffer.from(openAgeBytes(readFileSync(join(folder, `${name}.age`)), x25519Identity((await rig.secretsOf(folder))[name] ?? ''))),
  };
}

/** Processes of this machine whose parent is the server. */
function childrenOf(server: Server): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[1] === String(server.child.pid)
      );
    } catch {
      return false;
    }
  });
}

describe('a served sealed archive', () => {
  test('plays by ranges, gives downloads and parts, exports, and logs each access before its key is used', async () => {
    const { rig, env } = await served();
    await using _rig = rig;
    await using server = await startServer(
      rig,
      ['--users', writeUsersWithRights(rig, { all: ['listen', 'export', 'annotate'], none: ['export'] })],
      env,
    );
    const { cookie } = await server.signIn('all');
    const { id, plain } = await playable(rig);
    const sound = await plain('access-1.opus');
    const found = await server.ask('/api/search?text=46701740605', { cookie });
    expect([found.status, found.text.includes('46701740605')]).toEqual([200, true]);

    const whole = await server.ask(`/files/${id}/access-1.opus`, { cookie });
    expect([whole.status, whole.headers['content-length'], whole.headers.etag]).toEqual([200, String(sound.length), `"sha256-${sha256Hex(sound)}"`]);
    expect(whole.body.equals(sound)).toBe(true);
    for (const [from, to] of [
      [0, 0],
      [1, 4_095],
      [sound.length - 7, sound.length - 1],
    ] as const) {
      const part = await server.ask(`/files/${id}/access-1.opus`, { cookie, headers: { range: `bytes=${from}-${to}` } });
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${from}-${to}/${sound.length}`]);
      expect(part.body.equals(sound.subarray(from, to + 1))).toBe(true);
    }
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie, headers: { 'if-none-match': whole.headers.etag ?? '' } })).status).toBe(304);
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie, headers: { range: `bytes=${sound.length}-` } })).status).toBe(416);
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie, method: 'HEAD' })).headers['content-length']).toBe(String(sound.length));
    const document = await server.ask(`/files/${id}/recording.json`, { cookie });
    expect(document.body.equals(await plain('recording.json'))).toBe(true);
    const detail = JSON.parse((await server.ask(`/api/recordings/${id}`, { cookie })).text) as {
      document: { media: { original: { path: string } }[] };
    };
    const original = detail.document.media[0]?.original.path ?? '';
    const taken = await server.ask(`/files/${id}/${original}?take`, { cookie });
    expect([taken.status, taken.body.equals(await plain(original))]).toEqual([200, true]);
    const span = await server.ask(`/files/${id}/access-1.opus/span.wav?from=0&to=500`, { cookie });
    expect([span.status, span.body.subarray(0, 4).toString('latin1')]).toEqual([200, 'RIFF']);

    const zip = await server.ask('/api/export.zip?take=both', { cookie });
    expect(zip.status).toBe(200);
    writeFileSync(rig.path('export.zip'), zip.body);
    execFileSync('python3', ['-c', "import zipfile; zipfile.ZipFile('export.zip').extractall('out')"], { cwd: rig.folder });
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: rig.path('out') });
    const exported = readdirSync(rig.path('out')).map((name) => sha256Hex(readFileSync(rig.path('out', name))));
    expect(exported).toContain(sha256Hex(sound));
    expect(readdirSync(rig.path('out'))).not.toContain('NOT-EXPORTED.txt');

    const { cookie: other } = await server.signIn('none');
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie: other })).status).toBe(403);
    const { stderr } = await server.stop();
    expect(stderr).not.toContain('AGE-SECRET-KEY');
    const kinds = (await entriesOf({ ...rig, json: (args) => rig.json(args, env) }))
      .filter(({ detail }) => detail.recording === id)
      .map(({ type, detail }) => `${type} ${detail.user}`);
    expect(kinds.slice(0, 2)).toEqual(['recording-shown all', 'recording-listened all']);
    expect(kinds).toContain('recording-taken all');
    expect(kinds.filter((kind) => kind.endsWith(' none'))).toEqual(['recording-shown none', 'request-refused none']);
  });

  test('answers 410 for a file that was erased by itself, gives its copy, and omits it in an export', async () => {
    const { rig, env } = await served();
    await using _rig = rig;
    const { id, plain } = await playable(rig);
    const sound = await plain('access-1.opus');
    const before = readdirSync(recordingFolders(rig.path('archive')).find((one) => one.endsWith(id)) ?? '');
    const original = before.find((name) => name.startsWith('original-1'))?.replace(/\.age$/, '') ?? '';
    const all = { env };
    expect((await rig.run(['erase', 'make-key', 'approver.pem'], all)).code).toBe(0);
    expect((await rig.run(['erase', 'add-approver', 'archive', 'approver.pem', '--name', 'anna'], all)).code).toBe(0);
    const asked = ['erase', 'request', 'archive', id, '--only', 'originals', '--ground', 'error', '--reason', 'a test'];
    const { summary } = await rig.json(asked, env);
    expect((await rig.run(['erase', 'approve', 'archive', String(summary.request), '--key-file', 'approver.pem', '--now', 'x'], all)).code).toBe(0);
    expect((await rig.run(['erase', 'run', 'archive'], all)).code).toBe(0);
    await using server = await startServer(rig, ['--users', writeUsersWithRights(rig, { all: ['listen', 'export'] })], env);
    const { cookie } = await server.signIn('all');
    const refused = await server.ask(`/files/${id}/${original}?take`, { cookie });
    expect([refused.status, refused.text]).toEqual([410, expect.stringContaining('erased')]);
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie })).body.equals(sound)).toBe(true);
    const zip = await server.ask('/api/export.zip?take=both', { cookie });
    writeFileSync(rig.path('export.zip'), zip.body);
    execFileSync('python3', ['-c', "import zipfile; zipfile.ZipFile('export.zip').extractall('out')"], { cwd: rig.folder });
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: rig.path('out') });
    expect(readFileSync(rig.path('out/NOT-EXPORTED.txt'), 'utf8')).toContain(`${id}: ${original} was erased`);
  });

  test('gives no file and no case without its agent, and reports an altered file', async () => {
    const { rig, env } = await served();
    await using _rig = rig;
    await using server = await startServer(rig, ['--users', writeUsersWithRights(rig, { all: ['listen', 'export'] })], env);
    const { cookie } = await server.signIn('all');
    const { folder, id } = await playable(rig);
    const stored = join(folder, 'access-1.opus.age');
    const whole = readFileSync(stored);
    writeFileSync(stored, Buffer.concat([whole.subarray(0, -1), Buffer.of((whole.at(-1) ?? 0) ^ 1)]));
    const altered = await server.ask(`/files/${id}/access-1.opus`, { cookie });
    expect([altered.status, altered.text]).toEqual([503, expect.stringContaining('SHA-256')]);
    writeFileSync(stored, whole);
    expect((await server.ask(`/files/${id}/access-1.opus`, { cookie })).status).toBe(200);
    const [agent = 0] = childrenOf(server);
    expect(readFileSync(`/proc/${agent}/cmdline`, 'utf8')).toContain('agent.js');
    process.kill(agent, 'SIGKILL');
    await expect.poll(() => server.printed()).toContain('K211');
    const gone = await server.ask(`/files/${id}/access-1.opus`, { cookie });
    expect([gone.status, gone.text]).toEqual([503, expect.stringContaining('key')]);
    const cases = await server.ask('/api/cases', { cookie });
    expect([cases.status, cases.text]).toEqual([503, expect.stringContaining('key of this case')]);
    expect((await server.ask('/api/search', { cookie })).status).toBe(200);
  });

  test('is not served without its keyring', async () => {
    const { rig } = await served();
    await using _rig = rig;
    const refused = await rig.run(['serve', 'archive', '--port', '0'], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('K100')]);
  });
});
