import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSealedRig, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { entriesOf, passwordLine, recordingsOf, type Server, startServer, writeUsersFile } from './rig.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

interface Served {
  readonly rig: SealedRig;
  readonly env: Readonly<Record<string, string>>;
  readonly ids: readonly string[];
}

async function imported(how: '--open' | '--sealed'): Promise<Served> {
  const rig = await createSealedRig();
  open.push(rig);
  const env = { LONGPLAY_KEYRING: rig.keyring };
  const args = ['import', `${root}/samples/asterisk-normal`, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables', how];
  const { code, stderr } = await rig.run(args, { env });
  expect(code, stderr).toBe(0);
  const ids = (await recordingsOf({ ...rig, json: (list) => rig.json(list, env) }))
    .filter(({ copies }) => copies > 0)
    .map(({ recordingId }) => recordingId);
  for (const step of [
    ['make-key', 'approver.pem'],
    ['add-approver', 'archive', 'approver.pem', '--name', 'anna'],
  ])
    expect((await rig.run(['erase', ...step], { env })).code).toBe(0);
  return { rig, env, ids };
}

/** Erases by the command line. @returns id of the request */
async function erase({ rig, env }: Served, ...what: readonly string[]): Promise<string> {
  const asked = await rig.json(['erase', 'request', 'archive', ...what, '--ground', 'error', '--reason', 'a test'], env);
  const request = String(asked.summary.request);
  const approved = await rig.run(['erase', 'approve', 'archive', request, '--key-file', 'approver.pem', '--now', 'x'], { env });
  expect(approved.code, approved.stderr).toBe(0);
  const ran = await rig.run(['erase', 'run', 'archive'], { env });
  expect(ran.code, ran.stderr).toBe(0);
  return request;
}

async function served({ rig, env }: Served): Promise<Server> {
  const user = (name: string): string =>
    `[users.${name}]\npassword = "${passwordLine()}"\nrole = "${name}"\n[roles.${name}]\nrights = ["listen", "export"]`;
  const text = `${user('all')}\n${user('part')}\n[roles.part.only]\nfrom = "2025"\n`;
  const server = await startServer(rig, ['--users', writeUsersFile(rig, 'users.toml', text)], env);
  open.push(server);
  return server;
}

describe.each(['--open', '--sealed'] as const)('a recording that was erased from an archive made with %s', (how) => {
  test('is gone, 410 with date and request, for GET, HEAD and ranges, also after a rebuild of the catalog; one that never existed is 404', async () => {
    const archive = await imported(how);
    const { rig, env } = archive;
    const [gone = '', kept = ''] = archive.ids;
    const first = await served(archive);
    const { cookie } = await first.signIn('all');
    expect((await first.ask(`/files/${gone}/access-1.opus`, { cookie })).status).toBe(200);
    const request = await erase(archive, gone);
    const day = new Date().toISOString().slice(0, 10);
    const paths = [
      `/files/${gone}/access-1.opus`,
      `/files/${gone}/recording.json`,
      `/api/recordings/${gone}`,
      `/files/${gone}/access-1.opus/span.wav?from=0&to=100`,
      `/files/${gone}/proof.tlog-proof`,
    ];
    const looked = async (server: Server, session: string): Promise<void> => {
      for (const path of paths)
        for (const [method, headers] of [
          ['GET', {}],
          ['HEAD', {}],
          ['GET', { range: 'bytes=0-9' }],
        ] as const) {
          const answer = await server.ask(path, { cookie: session, method, headers });
          expect([path, method, answer.status, answer.headers['longplay-erased']]).toEqual([
            path,
            method,
            410,
            expect.stringMatching(`^${day}T.*; request=${request}$`),
          ]);
          if (method === 'GET') expect(answer.text).toContain(`erased on ${day} on request ${request}`);
        }
      const never = await server.ask('/files/00000000-0000-8000-8000-000000000000/access-1.opus', { cookie: session });
      const part = await server.signIn('part');
      const hidden = await server.ask(paths[0] ?? '', { cookie: part.cookie });
      expect([never.status, hidden.status, hidden.text]).toEqual([404, 404, never.text]);
      expect((await server.ask(`/files/${kept}/access-1.opus`, { cookie: session, headers: { range: 'bytes=0-9' } })).status).toBe(206);
    };
    // The server sees entries of other processes after a few seconds.
    await expect.poll(async () => (await first.ask(paths[0] ?? '', { cookie })).status).toBe(410);
    await looked(first, cookie);
    await first.stop();
    expect((await rig.run(['catalog', 'rebuild', 'archive'], { env })).code).toBe(0);
    const second = await served(archive);
    await looked(second, (await second.signIn('all')).cookie);
    const entries = await entriesOf({ ...rig, json: (args) => rig.json(args, env) });
    // Only the access before the erasure was one.
    expect(entries.filter(({ type, detail }) => type === 'recording-listened' && detail.recording === gone).length).toBe(1);
  });
});

test('a file that was erased by itself from a sealed archive is gone for GET, HEAD and ranges, and its access is not logged', async () => {
  const archive = await imported('--sealed');
  const { rig, env } = archive;
  const [id = ''] = archive.ids;
  const names = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(`/${id}/original-1`));
  const original =
    names[0]
      ?.split('/')
      .at(-1)
      ?.replace(/\.age$/, '') ?? '';
  const request = await erase(archive, id, '--only', 'originals');
  const server = await served(archive);
  const { cookie } = await server.signIn('all');
  for (const [method, path, headers] of [
    ['GET', `/files/${id}/${original}?take`, {}],
    ['HEAD', `/files/${id}/${original}?take`, {}],
    ['HEAD', `/files/${id}/${original}`, {}],
    ['GET', `/files/${id}/${original}`, { range: 'bytes=0-9' }],
  ] as const) {
    const answer = await server.ask(path, { cookie, method, headers });
    expect([method, answer.status, answer.headers['longplay-erased']]).toEqual([method, 410, expect.stringContaining(`request=${request}`)]);
  }
  expect((await server.ask(`/files/${id}/access-1.opus`, { cookie, method: 'HEAD' })).status).toBe(200);
  expect((await server.ask(`/files/${id}/original-9.wav`, { cookie })).status).toBe(404);
  const entries = await entriesOf({ ...rig, json: (args) => rig.json(args, env) });
  expect(entries.filter(({ type, detail }) => type === 'recording-taken' && detail.file === original)).toEqual([]);
});
