import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { cookieOf, createArchive, entriesOf, type Question, recordingsOf, type Server, startServer, storedBytes, writeUsers } from './rig.ts';

let rig: Rig;
let server: Server;
let anna: string;
let call: { readonly recordingId: string; readonly bag: string };
let sound: Buffer;
/** Settles when fifty connections that send no request are disconnected. */
let lorises: Promise<unknown>;
const file = 'access-1.opus';

beforeAll(async () => {
  rig = await createArchive();
  const users = writeUsers(rig);
  const [found] = (await recordingsOf(rig, '--status', 'matched', '--with-site', 'pbx')).filter(({ copies }) => copies > 0);
  if (found === undefined) throw new Error('the sample has no call with a copy');
  call = found;
  sound = storedBytes(rig, call.bag, call.recordingId, file);
  server = await startServer(rig, ['--users', users]);
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(`GET / HTTP/1.1\r\nHost: ${server.host}\r\nX-`));
    return socket;
  });
  lorises = Promise.all(slow.map((socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume())));
  anna = (await server.signIn('anna')).cookie;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

const path = (): string => `/files/${call.recordingId}/${file}`;
const part = (range: string, more: Readonly<Record<string, string>> = {}) => server.ask(path(), { cookie: anna, headers: { range, ...more } });

describe('a file that is played', () => {
  test('is sent completely with its digest as its tag, and with its type', async () => {
    const answer = await server.ask(path(), { cookie: anna });
    expect(answer.status).toBe(200);
    expect(answer.body.equals(sound)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/ogg; codecs=opus',
      'content-length': String(sound.length),
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'content-disposition': 'inline',
      etag: `"sha256-${createHash('sha256').update(sound).digest('hex')}"`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('is sent in the requested parts, which equal those of the file', async () => {
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 10],
      ['bytes=100-', 100, sound.length],
      ['bytes=-7', sound.length - 7, sound.length],
      ['bytes=3-999999999', 3, sound.length],
    ] as const) {
      const answer = await part(range);
      expect([answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual([
        206,
        `bytes ${start}-${end - 1}/${sound.length}`,
        String(end - start),
      ]);
      expect(answer.body.equals(sound.subarray(start, end))).toBe(true);
    }
  });

  test('is sent completely if the requested part is of another state of it, or invalid', async () => {
    const tag = String((await server.ask(path(), { cookie: anna })).headers.etag);
    expect((await part('bytes=0-9', { 'if-range': tag })).status).toBe(206);
    for (const other of ['"other"', `W/${tag}`, 'Tue, 12 Mar 2019 09:15:04 GMT'])
      expect((await part('bytes=0-9', { 'if-range': other })).status).toBe(200);
    for (const none of ['bytes=9-0', 'chapters=1-2', 'bytes=x']) expect((await part(none)).status).toBe(200);
    expect((await server.ask(path(), { cookie: anna, headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await server.ask(path(), { cookie: anna, headers: { 'if-match': '"other"' } })).status).toBe(412);
  });

  test('is refused if the part does not exist, or if several are requested', async () => {
    for (const range of [`bytes=${sound.length}-`, 'bytes=-0', 'bytes=0-1,5-6', `bytes=${'0-,'.repeat(60)}0-`]) {
      const answer = await part(range);
      expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${sound.length}`]);
    }
    // Two headers, of which another program may have read the other.
    expect(
      (await server.raw(`GET ${path()} HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${anna}\r\nRange: bytes=0-1\r\nRange: bytes=0-\r\n\r\n`)).split(
        '\r\n',
      )[0],
    ).toBe('HTTP/1.1 400 Bad Request');
  });

  test('states its size without its bytes', async () => {
    const answer = await server.ask(path(), { method: 'HEAD', cookie: anna, headers: { range: 'bytes=0-9' } });
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, String(sound.length), 0]);
  });

  test('is not sent in part if its size differs from the landed one', async () => {
    const [other] = (await recordingsOf(rig, '--with-site', 'contact-centre')).filter(({ copies }) => copies > 0);
    if (other === undefined) throw new Error('no other call');
    const name = rig.path('archive/bags', other.bag, 'data', other.recordingId, file);
    const bytes = storedBytes(rig, other.bag, other.recordingId, file);
    try {
      writeFileSync(name, bytes.subarray(1));
      const answer = await server.ask(`/files/${other.recordingId}/${file}`, { cookie: anna });
      expect(answer.status).toBe(503);
      await vi.waitFor(() => expect(server.printed()).toContain(`data/${other.recordingId}/${file} cannot be served`), patience);
      // The same size with other bytes: it is never sent completely.
      writeFileSync(name, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]));
      await expect(server.ask(`/files/${other.recordingId}/${file}?take`, { cookie: anna })).rejects.toThrow();
    } finally {
      writeFileSync(name, bytes);
    }
  });
});

describe('an unsupported request', () => {
  test.each([
    '/files/../../longplay.json',
    '/files/%2e%2e/%2e%2e/longplay.json',
    '/files/ID/..%2f..%2f..%2flongplay.json',
    '/files/ID/%2e%2e%2frecording.json',
    '/files/ID/..%5c..%5clongplay.json',
    '/files/ID/..\\..\\longplay.json',
    '/files/ID/access-1.opus%00.txt',
    '/files/ID//access-1.opus',
    '/files//etc/passwd',
    '/./files/ID/access-1.opus',
  ])('%s is refused before anything is looked up', async (target) => {
    const answer = await server.raw(
      `GET ${target.replace('ID', call.recordingId)} HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${anna}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('salt');
  });

  test('for a file that the document does not name, or under another name, gives nothing', async () => {
    for (const name of ['manifest-sha256.txt', 'ACCESS-1.OPUS', 'access-1.opus.', 'access-1', 'longplay.json']) {
      expect((await server.ask(`/files/${call.recordingId}/${name}`, { cookie: anna })).status, name).toBe(404);
    }
    for (const id of [call.recordingId.slice(0, 13), call.recordingId.toUpperCase(), '0']) {
      expect((await server.ask(`/files/${id}/${file}`, { cookie: anna })).status, id).toBe(404);
      expect((await server.ask(`/api/recordings/${id}`, { cookie: anna })).status, id).toBe(404);
    }
  });

  test('for another host is refused, even for a name that was made to point here', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1', `localhost.evil.example:${server.port}`])
      expect((await server.ask('/', { cookie: anna, headers: { host } })).status).toBe(421);
    expect((await server.ask('/', { cookie: anna, headers: { host: `localhost:${server.port}` } })).status).toBe(200);
    const absolute = await server.raw(`GET http://evil.example/ HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${anna}\r\nConnection: close\r\n\r\n`);
    expect(absolute).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('that two programs could read in two ways ends the connection', async () => {
    const rest = 'GET /api/session HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const headers of [
      `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
      `Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${rest}`,
      `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${rest}`,
      `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${rest}`,
      `Content-Length: +5\r\n\r\nhello${rest}`,
      `X : y\r\n\r\n${rest}`,
      `X: y\nGET /x HTTP/1.1\r\n\r\n`,
    ]) {
      const answer = await server.raw(`POST /sign-in HTTP/1.1\r\nHost: ${server.host}\r\n${headers}`);
      expect(answer.match(/HTTP\/1\.1 \d{3}/g), headers).toEqual([expect.stringMatching(/ 4\d\d$/)]);
    }
    // An unexpected body is not a second request.
    const body = await server.raw(`GET /health HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`);
    expect(body.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 400']);
  });

  test('with excessive headers or queries is refused, and the server continues', async () => {
    const huge = await server.raw(`GET / HTTP/1.1\r\nHost: ${server.host}\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 /);
    const many = await server.raw(`GET / HTTP/1.1\r\nHost: ${server.host}\r\n${'a: b\r\n'.repeat(1_900)}X: y\r\n\r\n`);
    expect(many).toMatch(/^HTTP\/1\.1 431 /);
    expect((await server.ask(`/api/search?text=${'a'.repeat(3_000)}`, { cookie: anna })).status).toBe(400);
    for (const query of [
      'text=a&text=b',
      'limit=100000',
      'limit=-1',
      'offset=1e9',
      'from=yesterday',
      'from=2019%27',
      'order=length',
      'order=-from',
      'order=start&order=-start',
      'order=',
    ])
      expect((await server.ask(`/api/search?${query}`, { cookie: anna })).status, query).toBe(400);
    // Characters of query languages are ordinary characters.
    for (const text of ['"', '*', "' OR 1=1 --", 'text:a', 'NEAR(', '\u{10ffff}', '%00', 'a AND', '^a', '-a', '{labels}'])
      expect((await server.ask(`/api/search?text=${encodeURIComponent(text)}`, { cookie: anna })).status, text).toBe(200);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH']) expect((await server.ask('/', { method, cookie: anna })).status).toBe(405);
    expect((await server.ask('/health')).text).toBe('ok\n');
  });
});

describe('a session', () => {
  test('is needed for everything except sign-in', async () => {
    for (const each of [
      '/api/session',
      '/api/overview',
      '/api/search',
      `/api/recordings/${call.recordingId}`,
      path(),
      '/api/export.zip',
      '/page.js',
      '/page.css',
    ])
      for (const cookie of [undefined, 'longplay-0=', `longplay-0=${'A'.repeat(43)}`, `longplay-0=${'A'.repeat(4_000)}`, 'longplay-0=../../x'])
        expect((await server.ask(each, cookie === undefined ? {} : { cookie })).status, each).toBe(401);
    expect((await server.ask('/')).headers.location).toBe('/sign-in');
    expect((await server.ask('/sign-out', { method: 'POST', headers: { origin: server.origin } })).status).toBe(401);
  });

  test('is a new one after sign-in, whatever cookies the browser sent, and is gone after sign-out', async () => {
    const before = await server.signIn('anna');
    const page = await server.ask('/sign-in', { cookie: before.cookie });
    const token = /name="token" value="([\w-]+)"/.exec(page.text)?.[1] ?? '';
    const again = await server.ask('/sign-in', {
      method: 'POST',
      cookie: `${cookieOf(page)}; ${before.cookie}; longplay-0=${'B'.repeat(43)}`,
      headers: { origin: server.origin },
      body: new URLSearchParams({ user: 'anna', password: 'correct horse', token }).toString(),
    });
    expect(again.status).toBe(303);
    const after = cookieOf(again);
    expect([before.cookie, `longplay-0=${'B'.repeat(43)}`]).not.toContain(after);
    expect(again.headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await server.ask('/api/session', { cookie: before.cookie })).status).toBe(401);
    const session = JSON.parse((await server.ask('/api/session', { cookie: after })).text) as { token: string };
    expect(
      (await server.ask('/sign-out', { method: 'POST', cookie: after, headers: { origin: server.origin, 'x-longplay-token': session.token } }))
        .status,
    ).toBe(204);
    expect((await server.ask('/api/session', { cookie: after })).status).toBe(401);
  });

  test('does nothing for a page of another site', async () => {
    const { cookie } = await server.signIn('anna');
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    const leave = (headers: Question['headers']) => server.ask('/sign-out', { method: 'POST', cookie, headers });
    const foreign: readonly Question['headers'][] = [
      { 'x-longplay-token': token },
      { origin: 'http://evil.example', 'x-longplay-token': token },
      { origin: 'null', 'x-longplay-token': token },
      { origin: server.origin },
      { origin: server.origin, 'x-longplay-token': 'x' },
      { origin: server.origin, 'sec-fetch-site': 'same-site', 'x-longplay-token': token },
    ];
    for (const headers of foreign) expect((await leave(headers)).status).toBe(403);
    for (const each of ['/api/overview', path(), '/api/export.zip?text=a']) {
      expect((await server.ask(each, { cookie, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
      expect((await server.ask(each, { cookie, headers: { origin: 'http://evil.example' } })).status).toBe(403);
    }
    expect((await server.ask('/api/session', { cookie })).status).toBe(200);
  });

  test('does not begin with a wrong password, with an unknown user, or from another page; the answers are alike', async () => {
    const wrong = await server.signIn('anna', 'wrong');
    const nobody = await server.signIn('nobody', 'wrong');
    const long = await server.signIn('anna', 'a'.repeat(2_000));
    const plain = ({ text }: { text: string }) => text.replace(/value="[\w-]+"/, '');
    expect([wrong.status, nobody.status, long.status]).toEqual([401, 401, 401]);
    expect(plain(nobody)).toBe(plain(wrong));
    const form = new URLSearchParams({ user: 'anna', password: 'correct horse', token: 'x' }).toString();
    expect((await server.ask('/sign-in', { method: 'POST', body: form, headers: { origin: server.origin } })).status).toBe(403);
    expect((await server.ask('/sign-in', { method: 'POST', body: form, headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await server.ask('/sign-in', { method: 'POST', body: 'a'.repeat(10_000), headers: { origin: server.origin } })).status).toBe(413);
  });

  test('is protected against guessing', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) statuses.push((await server.signIn('eva', `guess ${attempt}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    // Not even with the right one, and others can still sign in.
    expect((await server.signIn('eva')).status).toBe(429);
    expect((await server.signIn('bo')).status).toBe(303);
  });
});

test('200 listeners who seek at once get every byte right, and cause at most 200 entries', async () => {
  const before = (await entriesOf(rig)).length;
  const cookies = await Promise.all([
    anna,
    (await server.signIn('anna')).cookie,
    (await server.signIn('anna')).cookie,
    (await server.signIn('anna')).cookie,
  ]);
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async (_, listener) => {
      for (let seek = 0; seek < 4; seek++) {
        const start = (listener * 7_919 + seek * 104_729) % (sound.length - 1);
        const question = { cookie: cookies[listener % cookies.length] ?? '', headers: { range: `bytes=${start}-` } };
        let answer = await server.ask(path(), question);
        // The log is synced to the disk before, which is slow on a busy machine: it says so, and the request is repeated.
        for (const until = Date.now() + patience; answer.status === 503 && Date.now() < until; ) answer = await server.ask(path(), question);
        if (answer.status !== 206 || !answer.body.equals(sound.subarray(start))) wrong.push(`${listener} ${seek}: ${answer.status}`);
      }
    }),
  );
  expect(wrong).toEqual([]);
  const listened = (await entriesOf(rig)).slice(before).filter(({ type }) => type === 'recording-listened');
  // Of the four sessions three are new; anna played it before.
  expect(listened).toHaveLength(3);
});

test('clients that leave in the middle, or never read, leave no file open', async () => {
  const open = () => readdirSync(`/proc/${server.child.pid}/fd`).length;
  const before = open();
  await Promise.all(
    Array.from(
      { length: 100 },
      (_, at) =>
        new Promise<void>((resolve) => {
          const socket = connect(server.port, '127.0.0.1', () => {
            socket.write(`GET ${path()} HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${anna}\r\n\r\n`.repeat(3));
            setTimeout(() => socket.destroy(), at % 20);
          });
          socket.on('error', () => undefined).on('close', () => resolve());
        }),
    ),
  );
  await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(before), patience);
});

test('the log has everything, names no called person, no user and no search word; who and why are beside it', async () => {
  await server.ask('/api/search?text=verysecretword&from=2019', { cookie: anna });
  await server.ask('/api/search?text=verysecretword&from=2019&offset=100', { cookie: anna });
  const entries = await entriesOf(rig);
  const kinds = new Set(entries.map(({ type }) => type));
  for (const type of ['serving-started', 'user-signed-in', 'user-signed-out', 'searched', 'recording-listened', 'request-refused'])
    expect(kinds).toContain(type);
  const reasons = new Set(entries.filter(({ type }) => type === 'request-refused').map(({ detail }) => detail.why));
  for (const why of ['path', 'host', 'session', 'sign-in', 'too-often', 'cross-site', 'token', 'range', 'method', 'body', 'not-there'])
    expect(reasons).toContain(why);
  expect(entries.at(-1)).toMatchObject({ type: 'searched', detail: { user: 'anna', by: 'text from', shown: 0 } });
  expect(entries.at(-1)?.details).toEqual({ user: 'anna', host: hostname(), query: '[["text","verysecretword"],["from","2019"]]' });
  // Without the keys of the log, whose Base64 has any two letters, such as those of a short host name, in one run of a hundred.
  const text = JSON.stringify(entries.map(({ logged }) => logged)).replaceAll(/\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}=*(?=")/g, '');
  expect(text).toContain('"key":"longplay/');
  expect(text).not.toMatch(/[+/][A-Za-z0-9+/]{40}/);
  for (const word of ['verysecretword', 'anna', hostname(), '46701740605', 'correct horse', anna.split('=')[1] ?? ''])
    expect(text).not.toContain(word);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('fifty clients that never finish a request are disconnected, and nobody waited for them', async () => {
  await lorises;
  expect((await server.ask('/health')).status).toBe(200);
});

test('log lines name no call and no user; a stop ends the server, even with an open connection, with a summary', async () => {
  const open = connect(server.port, '127.0.0.1');
  open.on('error', () => undefined);
  const { code, stderr, stdout } = await server.stop();
  expect(
    code,
    stderr
      .split('\n')
      .filter((line) => !/^(GET|HEAD|POST) /.test(line))
      .join('\n'),
  ).toBe(0);
  expect(stderr).toMatch(/^GET file 206 \d+ B \d+ ms$/m);
  expect(stderr).not.toContain('anna');
  expect(stderr.split('\n').filter((line) => /^(GET|HEAD|POST) /.test(line) && line.includes(call.recordingId))).toEqual([]);
  expect(stdout).toMatch(/^Served [\d,]+ requests, .*; \d+ requests refused\.$/m);
  expect((await entriesOf(rig)).at(-1)).toMatchObject({ type: 'serving-stopped' });
  expect(readdirSync(rig.path('archive')).filter((name) => name.startsWith('catalog.sqlite'))).toEqual(['catalog.sqlite']);
});
