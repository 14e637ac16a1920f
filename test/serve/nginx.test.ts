import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, createServer as createPort } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, root } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, entriesOf, password, recordingsOf, type Server, startServer, storedBytes, writeUsers } from './rig.ts';

const docs = readFileSync(join(root, 'docs/how-to/serve.md'), 'utf8');
// Debian does not have it on the path of users.
const program = '/usr/sbin/nginx';
let rig: Rig;
let users: string;
let ca: Buffer;
let call: { readonly recordingId: string; readonly bag: string };

function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(docs) ?? [];
  if (text === undefined) throw new Error(`docs/how-to/serve.md has no example of ${language}`);
  return text;
}

beforeAll(async () => {
  rig = await createArchive();
  users = writeUsers(rig);
  const key = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=calls.example'];
  const made = await rig.exec(
    'openssl',
    [...key, '-addext', 'subjectAltName=DNS:calls.example', '-keyout', 'calls.key', '-out', 'calls.pem'],
    rig.folder,
  );
  expect(made.code, made.stderr).toBe(0);
  ca = readFileSync(rig.path('calls.pem'));
  const [found] = (await recordingsOf(rig, '--with-site', 'contact-centre')).filter(({ copies }) => copies > 0);
  if (found === undefined) throw new Error('the sample has no call with a copy');
  call = found;
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Address of this machine for requests. */
  readonly from?: string;
}

/** nginx as in the docs, in front of longplay. */
interface Proxy extends AsyncDisposable {
  readonly server: Server;
  readonly origin: string;
  ask(path: string, what?: Ask): Promise<Reply>;
}

const listening = (server: HttpServer): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createPort().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function startProxy(name: string, isTrusted: boolean): Promise<Proxy> {
  const port = await freePort();
  const origin = `https://calls.example:${port}`;
  const server = await startServer(rig, [
    '--users',
    users,
    '--public-url',
    origin,
    '--trust-forwarded-for',
    ...(isTrusted ? ['--trust-proxy', 'X-Remote-User'] : []),
  ]);
  // The authentication service: a cookie names the user here.
  const signer = createServer((asked, answer) => {
    const [, who] = /(?:^|; )who=(\w+)/.exec(asked.headers.cookie ?? '') ?? [];
    answer.writeHead(who === undefined ? 401 : 202, who === undefined ? {} : { 'X-Auth-Request-User': who }).end();
  });
  const signerPort = await listening(signer);
  let config = block('nginx')
    .replace('443 ssl', `127.0.0.1:${port} ssl`)
    .replace('/etc/nginx/calls.pem', rig.path('calls.pem'))
    .replace('/etc/nginx/calls.key', rig.path('calls.key'))
    .replace('127.0.0.1:8080', `127.0.0.1:${server.port}`)
    .replace('127.0.0.1:4180', `127.0.0.1:${signerPort}`);
  // As the docs say.
  if (!isTrusted) config = config.replace(/^.*(?:auth_request|X-Remote-User).*\n/gm, '').replace(/\n {2}location = \/who \{[\s\S]*?\n {2}\}\n/, '');
  const folder = rig.path(`nginx-${name}`);
  mkdirSync(folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const around = `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}\nhttp { access_log off; ${temporary}\n${config}}\n`;
  writeFileSync(`${folder}/nginx.conf`, around);
  const checked = spawnSync(program, ['-t', '-p', folder, '-c', `${folder}/nginx.conf`, '-e', `${folder}/error.log`], { encoding: 'utf8' });
  expect([checked.status, checked.stderr.includes('test is successful')], checked.stderr).toEqual([0, true]);
  const child: ChildProcess = spawn(program, ['-p', folder, '-c', `${folder}/nginx.conf`, '-e', `${folder}/error.log`], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const ask: Proxy['ask'] = (path, { method = 'GET', headers = {}, body, from } = {}) =>
    new Promise((resolve, reject) => {
      const host = `calls.example:${port}`;
      const sent = request(
        { host: '127.0.0.1', localAddress: from, port, path, method, agent: false, ca, servername: 'calls.example', headers: { host, ...headers } },
        (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  await expect
    .poll(
      () =>
        ask('/health', { headers: { cookie: 'who=anna' } }).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: patience },
    )
    .toBe(200);
  return {
    server,
    origin,
    ask,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
      signer.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const parsed = ({ body }: Reply) => JSON.parse(body.toString('utf8')) as Record<string, unknown>;

const cookieOf = ({ headers }: Reply): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

async function signIn(proxy: Proxy, given: string, from?: string): Promise<Reply> {
  const page = await proxy.ask('/sign-in', { from });
  const token = /name="token" value="([\w-]+)"/.exec(page.body.toString('utf8'))?.[1] ?? '';
  const form = new URLSearchParams({ user: 'anna', password: given, token }).toString();
  const headers = { origin: proxy.origin, 'content-type': 'application/x-www-form-urlencoded', cookie: cookieOf(page) };
  return await proxy.ask('/sign-in', { method: 'POST', headers, body: form, from });
}

describe('nginx as configured in docs/how-to/serve.md', () => {
  test('states the user, whatever the browser says; users who are not signed in are refused', async () => {
    await using proxy = await startProxy('trusted', true);
    const session = async (headers: Ask['headers']) => {
      const answer = await proxy.ask('/api/session', headers === undefined ? {} : { headers });
      return answer.status === 200 ? parsed(answer).user : answer.status;
    };
    expect(await session({ cookie: 'who=anna' })).toBe('anna');
    const forgeries: readonly NonNullable<Ask['headers']>[] = [
      { 'X-Remote-User': 'eva' },
      { 'x-remote-user': ['eva', 'bo'] },
      { X_Remote_User: 'eva' },
      { 'X-Auth-Request-User': 'eva' },
      { 'X-Remote-User': 'eva', Connection: 'close, X-Remote-User' },
    ];
    for (const forged of forgeries) {
      expect(await session({ cookie: 'who=bo', ...forged }), JSON.stringify(forged)).toBe('bo');
      expect(await session(forged), JSON.stringify(forged)).toBe(401);
    }
    // Signed in there, and not in the users file.
    expect(await session({ cookie: 'who=mallory', 'X-Remote-User': 'anna' })).toBe(403);

    const path = `/files/${call.recordingId}/access-1.opus`;
    const sound = storedBytes(rig, call.bag, call.recordingId, 'access-1.opus');
    const tag = `"sha256-${createHash('sha256').update(sound).digest('hex')}"`;
    const part = async (headers: Readonly<Record<string, string>>) => {
      const { status, headers: said, body } = await proxy.ask(path, { headers: { cookie: 'who=bo', ...headers } });
      return [status, said['content-range'], said.etag, body.equals(status === 206 ? sound.subarray(100, 200) : sound)];
    };
    const range = { range: 'bytes=100-199' };
    expect(await part({})).toEqual([200, undefined, tag, true]);
    expect(await part(range)).toEqual([206, `bytes 100-199/${sound.length}`, tag, true]);
    expect(await part({ ...range, 'if-range': tag })).toEqual([206, `bytes 100-199/${sound.length}`, tag, true]);
    expect(await part({ ...range, 'if-range': '"sha256-other"' })).toEqual([200, undefined, tag, true]);
    expect((await proxy.ask('/', { headers: { cookie: 'who=bo' } })).headers['strict-transport-security']).toBe('max-age=15552000');
    const heard = (await entriesOf(rig)).filter(({ type }) => type === 'recording-listened');
    expect(heard.map(({ detail }) => [detail.user, detail.recording])).toEqual([['bo', call.recordingId]]);
  });

  test('lets users sign in with their passwords, by cookies for TLS only, and accepts files of several megabytes', async () => {
    await using proxy = await startProxy('passwords', false);
    const entered = await signIn(proxy, password);
    expect([entered.status, entered.headers.location]).toEqual([303, '/']);
    expect(entered.headers['set-cookie']?.[0]).toMatch(/^__Host-longplay=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const cookie = cookieOf(entered);
    const session = parsed(await proxy.ask('/api/session', { headers: { cookie, 'X-Remote-User': 'eva' } }));
    expect(session.user).toBe('anna');
    expect((await proxy.ask('/api/session', { headers: { 'X-Remote-User': 'anna' } })).status).toBe(401);
    const change = { cookie, origin: proxy.origin, 'x-longplay-token': String(session.token) };
    const made = parsed(await proxy.ask('/api/cases', { method: 'POST', headers: change, body: JSON.stringify({ title: 'Behind nginx' }) }));
    const mail = Buffer.concat([
      Buffer.from('From: a@example.com\r\nTo: b@example.com\r\nSubject: large\r\n\r\n'),
      Buffer.alloc(3 * 1024 * 1024, 0x61),
    ]);
    const sent = await proxy.ask(`/api/cases/${String(made.id)}/messages?name=a.eml`, { method: 'POST', headers: change, body: mail });
    expect([sent.status, parsed(sent).received]).toEqual([200, 1]);
    expect((await proxy.ask('/api/cases', { method: 'POST', headers: { ...change, origin: 'https://elsewhere.example' }, body: '{}' })).status).toBe(
      403,
    );
  });
});

test('does not let a stranger who sends requests and guesses without end keep others out, or pass for another client by its own headers', async () => {
  await using proxy = await startProxy('stranger', false);
  const stranger = '127.0.0.120';
  // Fifty at a time: nginx resets connections beyond its `worker_connections`, of which each request takes two.
  for (let round = 0; round < 8; round++)
    await Promise.all(Array.from({ length: 50 }, () => proxy.ask('/health', { from: stranger, headers: { 'X-Forwarded-For': '127.0.0.121' } })));
  const guesses: number[] = [];
  for (let guess = 0; guess < 30; guess++) guesses.push((await signIn(proxy, `guess ${guess}`, stranger)).status);
  expect(guesses).toContain(429);
  expect((await signIn(proxy, password, '127.0.0.121')).status).toBe(303);
});

test('the unit in docs/how-to/serve.md is accepted by systemd', () => {
  const unit = rig.path('longplay-serve.service');
  const text = block('ini');
  expect(text).toContain('ExecStart=/usr/bin/longplay serve ');
  writeFileSync(unit, text.replace('/usr/bin/longplay', process.execPath).replace('User=longplay', 'User=root'));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect([status, `${stdout}${stderr}`.split('\n').filter((line) => line.includes('longplay-serve'))]).toEqual([0, []]);
});
