import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, entriesOf, recordingsOf, type Server, startServer, storedBytes, writeUsers } from './rig.ts';

let rig: Rig;
let users: string;

beforeAll(async () => {
  rig = await createArchive();
  users = writeUsers(rig);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

/** Search results: ids of all rows, and the final numbers. */
async function found(server: Server, cookie: string, query = ''): Promise<{ readonly ids: string[]; readonly total: number }> {
  const { text } = await server.ask(`/api/search?limit=500${query}`, { cookie });
  const lines = text.trim().split('\n');
  const first = JSON.parse(lines[0] ?? '') as { rows: { id: string }[] };
  const last = JSON.parse(lines.at(-1) ?? '') as { total: number; searched: number };
  expect(last.searched).toBe(1);
  return { ids: first.rows.map(({ id }) => id).sort(), total: last.total };
}

describe('a role with access to a part', () => {
  let server: Server;
  let all: string[];
  /** Ids that each user may see, computed from the bags and not from the catalog. */
  let allowed: Readonly<Record<string, readonly string[]>>;
  beforeAll(async () => {
    server = await startServer(rig, ['--users', users]);
    const documents = (await recordingsOf(rig)).map(({ recordingId, bag }) => ({
      id: recordingId,
      document: JSON.parse(storedBytes(rig, bag, recordingId, 'recording.json').toString('utf8')) as {
        site: string;
        recording: { org: { name: string; value: string }[]; parties: { agentId: string | null }[] };
      },
    }));
    all = documents.map(({ id }) => id).sort();
    const of = (is: (document: (typeof documents)[number]['document']) => boolean): string[] =>
      documents.flatMap(({ id, document }) => (is(document) ? [id] : [])).sort();
    allowed = {
      anna: all,
      bo: of(({ site }) => site === 'contact-centre'),
      cilla: of(({ recording }) => recording.parties.some(({ agentId }) => agentId === '4712')),
      david: of(({ recording }) =>
        recording.org.some(({ name, value }) => `${name}=${value}` === 'accountcode=retail' || `${name}=${value}` === 'queue=600'),
      ),
      eva: [],
    };
    expect(Object.values(allowed).map((ids) => ids.length)).toEqual([9, 3, 1, 3, 0]);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  test('has only the tags of accessible calls, and finds no others by them', async () => {
    const [hers = ''] = allowed.cilla ?? [];
    const others = all.find((id) => !(allowed.bo ?? []).includes(id)) ?? '';
    for (const [id, text] of [
      [hers, 'shared'],
      [others, 'shared'],
      [others, 'of the others'],
    ] as const)
      expect((await rig.run(['tag', 'add', 'archive', id, text])).code).toBe(0);
    for (const [user, tags, ids] of [
      ['anna', ['shared', 'of the others'], [hers, others].sort()],
      ['bo', ['shared'], [hers]],
      ['cilla', ['shared'], [hers]],
      ['eva', [], []],
    ] as const) {
      const { cookie } = await server.signIn(user);
      // The server reads them with its next entry.
      await expect.poll(async () => (await found(server, cookie, '&tag=shared')).ids).toEqual(ids);
      expect((await found(server, cookie, '&tag=of+the')).ids).toEqual(user === 'anna' ? [others] : []);
      expect(JSON.parse((await server.ask('/api/tags', { cookie })).text)).toEqual({ tags });
    }
  });

  test.each(['anna', 'bo', 'cilla', 'david', 'eva'])(
    'as %s finds, counts, reads and plays accessible calls, and learns nothing of the rest',
    async (user) => {
      const { cookie } = await server.signIn(user);
      const mine = allowed[user] ?? [];
      expect(await found(server, cookie)).toEqual({ ids: mine, total: mine.length });
      const overview = JSON.parse((await server.ask('/api/overview', { cookie })).text) as {
        recordings: number;
        choices: Record<string, { recordings: number }[]>;
        months: { recordings: number }[];
      };
      expect(overview.recordings).toBe(mine.length);
      for (const counts of [overview.months, overview.choices.status ?? [], overview.choices.importer ?? []])
        expect(counts.reduce((sum, { recordings }) => sum + recordings, 0)).toBe(mine.length);
      // By words, ids, members: never more than accessible.
      for (const query of [
        '&text=46701740605',
        '&text=*',
        '&direction=inbound',
        '&status=matched',
        '&importer=asterisk',
        '&from=2019&to=2030',
        `&text=${all[0] ?? ''}`,
        '&agent=4711',
      ])
        for (const id of (await found(server, cookie, query)).ids) expect(mine).toContain(id);
      const nothing = await server.ask('/api/recordings/00000000-0000-8000-8000-000000000000', { cookie });
      expect(nothing.status).toBe(404);
      for (const id of all) {
        const answer = await server.ask(`/api/recordings/${id}`, { cookie });
        if (mine.includes(id)) expect(answer.status).toBe(200);
        else {
          expect([answer.status, answer.text, Object.keys(answer.headers)]).toEqual([404, nothing.text, Object.keys(nothing.headers)]);
          for (const name of ['access-1.opus', 'original-1.wav', 'recording.json', 'x'])
            expect((await server.ask(`/files/${id}/${name}`, { cookie, headers: { range: 'bytes=0-1' } })).text).toBe(nothing.text);
        }
      }
    },
  );

  test('may listen without exporting, unless the role permits it', async () => {
    const bo = (await server.signIn('bo')).cookie;
    const withSound = (await recordingsOf(rig, '--with-site', 'contact-centre')).find(({ copies }) => copies > 0)?.recordingId ?? '';
    expect((await server.ask(`/files/${withSound}/access-1.opus`, { cookie: bo })).status).toBe(200);
    for (const denied of [
      `/files/${withSound}/access-1.opus?take`,
      `/files/${withSound}/original-1.wav`,
      `/files/${withSound}/original-1.wav?take`,
      `/files/${withSound}/source-1.xml`,
      '/api/export.zip',
      '/api/sessions',
    ])
      expect((await server.ask(denied, { cookie: bo })).status, denied).toBe(403);
    const anna = (await server.signIn('anna')).cookie;
    const taken = await server.ask(`/files/${withSound}/original-1.wav?take`, { cookie: anna });
    expect(taken.headers['content-disposition']).toBe(`attachment; filename="${withSound}-original-1.wav"`);
    expect(
      taken.body.equals(
        storedBytes(rig, (await recordingsOf(rig)).find(({ recordingId }) => recordingId === withSound)?.bag ?? '', withSound, 'original-1.wav'),
      ),
    ).toBe(true);
  });

  test('exports a zip of accessible calls, which unzip and sha256sum find complete', async () => {
    const { cookie } = await server.signIn('david');
    expect((await server.ask('/api/export.zip?take=both', { cookie, method: 'HEAD' })).status).toBe(405);
    const zip = await server.ask('/api/export.zip?take=both', { cookie });
    expect(zip.status).toBe(200);
    writeFileSync(rig.path('david.zip'), zip.body);
    mkdirSync(rig.path('david'));
    expect((await rig.exec('unzip', ['-q', rig.path('david.zip')], rig.path('david'))).code).toBe(0);
    expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('david'))).code).toBe(0);
    const documents = readdirSync(rig.path('david')).filter((name) => name.endsWith('.json'));
    expect(documents).toHaveLength(allowed.david?.length ?? 0);
    const entries = await entriesOf(rig);
    expect(entries.filter(({ type }) => type.startsWith('export')).slice(-2)).toMatchObject([
      { type: 'export-begun', detail: { user: 'david', recordings: 3, take: 'both' } },
      { type: 'exported', detail: { user: 'david', recordings: 3, complete: true, corrupt: 0 } },
    ]);
  });

  test('ends the sessions of others only if it administers', async () => {
    const [eva, bo] = [(await server.signIn('eva')).cookie, (await server.signIn('bo')).cookie];
    const tokenOf = async (cookie: string) => (JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string }).token;
    const end = async (cookie: string, user: string) =>
      (
        await server.ask('/api/sessions/end', {
          method: 'POST',
          cookie,
          headers: { origin: server.origin, 'x-longplay-token': await tokenOf(cookie) },
          body: `user=${user}`,
        })
      ).status;
    expect(await end(bo, 'eva')).toBe(403);
    expect((await server.ask('/api/sessions', { cookie: eva })).text).toContain('"bo"');
    expect(await end(eva, 'bo')).toBe(200);
    expect((await server.ask('/api/session', { cookie: bo })).status).toBe(401);
  });

  test('appears in the log if it tried to access other recordings: who, and which recording', async () => {
    // Further attempts of a kind are logged at the latest when the server stops.
    await server.stop();
    const refused = (await entriesOf(rig)).filter(({ type }) => type === 'request-refused').map(({ detail }) => detail);
    for (const user of ['bo', 'cilla', 'david', 'eva']) {
      const outside = refused.filter(({ why, user: who }) => why === 'outside-role' && who === user);
      expect(outside.length).toBeGreaterThan(0);
      for (const { recording } of outside) expect(allowed[user]).not.toContain(recording);
    }
    expect(refused).toContainEqual(expect.objectContaining({ why: 'right', user: 'bo' }));
  });
});

describe('the log', () => {
  test('has an access before its first byte is sent, even if the server is killed at that moment', async () => {
    await using server = await startServer(rig, ['--users', users]);
    const { cookie } = await server.signIn('anna');
    const { recordingId } = (await recordingsOf(rig, '--with-site', 'pbx')).find(({ copies }) => copies > 0) ?? { recordingId: '' };
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET /files/${recordingId}/access-1.opus HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${cookie}\r\n\r\n`),
      );
      socket.on('error', () => undefined);
      socket.once('data', () => {
        server.child.kill('SIGKILL');
        resolve();
      });
    });
    expect((await server.stop('SIGKILL')).code).toBeNull();
    expect((await entriesOf(rig)).at(-1)).toMatchObject({ type: 'recording-listened', detail: { user: 'anna', recording: recordingId } });
    expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
  });

  test('is required: without it nothing is handed out, and afterwards everything works as before', async () => {
    await using server = await startServer(rig, ['--users', users]);
    const { cookie } = await server.signIn('anna');
    const { recordingId } = (await recordingsOf(rig, '--with-site', 'pbx')).find(({ copies }) => copies > 0) ?? { recordingId: '' };
    // As if a disk was removed.
    renameSync(rig.path('archive/log'), rig.path('log-away'));
    writeFileSync(rig.path('archive/log'), 'no folder');
    try {
      for (const path of [
        `/files/${recordingId}/access-1.opus`,
        `/api/recordings/${recordingId}`,
        '/api/search?text=a',
        '/api/export.zip',
        `/files/${recordingId}/access-1.opus?take`,
      ]) {
        const answer = await server.ask(path, { cookie });
        expect([answer.status, answer.body.length < 300], path).toEqual([503, true]);
        expect(answer.text).toContain('The log of the archive cannot be written now');
      }
      expect((await server.signIn('bo')).status).toBe(503);
    } finally {
      spawnSync('rm', [rig.path('archive/log')]);
      renameSync(rig.path('log-away'), rig.path('archive/log'));
    }
    expect((await server.ask(`/files/${recordingId}/access-1.opus`, { cookie })).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
    expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
  });

  test('is shared: an import, a verification and a new catalog run beside the server, and it finds the new recordings', async () => {
    await using server = await startServer(rig, ['--users', users]);
    const { cookie } = await server.signIn('anna');
    const before = (await found(server, cookie)).total;
    let stop = false;
    const statuses = new Set<number>();
    const listening = (async () => {
      // A person who types; without a pause both processors would do nothing else.
      for (let at = 0; !stop; at++, await wait(20)) statuses.add((await server.ask(`/api/search?limit=5&text=${at}`, { cookie })).status);
    })();
    const source = `${rig.path('more')}`;
    mkdirSync(source);
    writeFileSync(
      `${source}/a.wav`,
      storedBytes(
        rig,
        (await recordingsOf(rig, '--with-site', 'contact-centre')).find(({ copies }) => copies > 0)?.bag ?? '',
        (await recordingsOf(rig, '--with-site', 'contact-centre')).find(({ copies }) => copies > 0)?.recordingId ?? '',
        'original-1.wav',
      ),
    );
    expect([0, 3]).toContain((await rig.run(['import', source, '--into', 'archive', '--site', 'more'])).code);
    expect((await found(server, cookie)).total).toBe(before + 1);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
    expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
    stop = true;
    await listening;
    // This may be the case for a moment while the catalog is rebuilt.
    expect(
      [...statuses].filter((status) => status !== 200 && status !== 503),
      server.printed(),
    ).toEqual([]);
    expect((await found(server, cookie)).total).toBe(before + 1);
    expect((await server.stop()).code).toBe(0);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });
});

describe('sign-in', () => {
  test('by a proxy is accepted for one known name, and for nothing else', async () => {
    await using server = await startServer(rig, ['--users', users, '--trust-proxy', 'X-Remote-User', '--public-url', 'https://calls.example']);
    const as = (user: string | readonly string[], host = 'calls.example') => server.ask('/api/session', { headers: { 'x-remote-user': user, host } });
    expect(JSON.parse((await as('bo')).text)).toMatchObject({ user: 'bo', role: 'desk', signOut: null });
    for (const user of ['nobody', '', 'bo,anna', 'bo, anna', 'BO', 'bo ; x', '__proto__', 'constructor'])
      expect((await as(user)).status, user).toBe(403);
    expect((await as(['bo', 'anna'])).status).toBe(403);
    const hidden = await server.raw(
      `GET /api/session HTTP/1.1\r\nHost: calls.example\r\nX-Remote-User: anna\r\n${'a: b\r\n'.repeat(1_990)}X-Remote-User: bo\r\nConnection: close\r\n\r\n`,
    );
    expect(hidden).toMatch(/^HTTP\/1\.1 431 /);
    expect((await server.ask('/api/session', { headers: { host: 'calls.example' } })).status).toBe(401);
    expect(
      (
        await server.ask('/api/session', {
          headers: { host: 'calls.example', x_remote_user: 'anna', 'x-remote-user2': 'anna', cookie: '__Host-longplay=proxy anna' },
        })
      ).status,
    ).toBe(401);
    expect((await as('bo', 'evil.example')).status).toBe(421);
    for (const way of ['/sign-in', '/enter/x'])
      expect((await server.ask(way, { headers: { host: 'calls.example', 'x-remote-user': 'bo' } })).status).toBe(404);
    // A page of another site cannot use the browser's proxy sign-in.
    expect(
      (await server.ask('/api/overview', { headers: { host: 'calls.example', 'x-remote-user': 'bo', 'sec-fetch-site': 'cross-site' } })).status,
    ).toBe(403);
    expect((await as('bo')).headers['strict-transport-security']).toBe('max-age=15552000');
  });

  test('by a proxy on another machine is only accepted from its own address', async () => {
    await using server = await startServer(rig, ['--users', users, '--trust-proxy', 'X-Remote-User', '--proxy-address', '192.0.2.1']);
    expect((await server.ask('/api/session', { headers: { 'x-remote-user': 'anna' } })).status).toBe(403);
  });

  test('without users: the printed address signs one browser in, once', async () => {
    await using server = await startServer(rig, []);
    const printed = () => [...server.printed().matchAll(/\/enter\/([\w-]{43})/g)].map(([, token]) => token);
    await vi.waitFor(() => expect(printed()).toHaveLength(1), patience);
    const [first] = printed();
    expect((await server.ask('/api/session')).status).toBe(401);
    expect((await server.ask(`/enter/${'A'.repeat(43)}`)).status).toBe(403);
    const entered = await server.ask(`/enter/${first}`);
    expect(entered.status).toBe(303);
    expect((await server.ask(`/enter/${first}`)).status).toBe(403);
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect(JSON.parse((await server.ask('/api/session', { cookie })).text)).toMatchObject({
      user: 'local',
      rights: ['listen', 'export', 'annotate'],
    });
    await vi.waitFor(() => expect(printed()).toHaveLength(2), patience);
    // An answer to a browser never contains it, and the log does not contain the printed address.
    await server.stop();
    const log = JSON.stringify(await entriesOf(rig));
    for (const token of printed()) expect(log).not.toContain(token);
  });

  test('over TLS works with curl, and cookies are for TLS only', async () => {
    const made = await rig.exec('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ]);
    expect(made.code, made.stderr).toBe(0);
    await using server = await startServer(rig, ['--users', users, '--tls-cert', rig.path('cert.pem'), '--tls-key', rig.path('key.pem')]);
    const page = await rig.exec('curl', [
      '--silent',
      '--show-error',
      '--include',
      '--cacert',
      'cert.pem',
      `https://localhost:${server.port}/sign-in`,
    ]);
    expect(page.stdout, page.stderr).toMatch(/^HTTP\/1\.1 200 /);
    expect(page.stdout).toMatch(/set-cookie: __Host-longplay-visit=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=3600/i);
    expect((await rig.exec('curl', ['--silent', '--tls-max', '1.1', '--cacert', 'cert.pem', `https://localhost:${server.port}/`])).code).not.toBe(0);
    expect(await server.raw(`GET / HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`)).not.toContain('200 OK');
  });

  test.each([
    [['--host', '0.0.0.0'], 'U244'],
    [['--host', '0.0.0.0', '--users', 'users.toml'], 'U244'],
    [['--trust-proxy', 'X-Remote-User'], 'U245'],
    [['--trust-proxy', 'Cookie', '--users', 'users.toml'], 'U243'],
    [['--host', '127.0.0.1/x'], 'U243'],
    [['--public-url', 'https://calls.example/path'], 'U243'],
    [['--users', 'open.toml'], 'U240'],
    [['--tls-cert', 'users.toml'], 'U246'],
    [['--tls-cert', 'users.toml', '--tls-key', 'users.toml'], 'U246'],
  ])('%j is refused with %s before anything is served', async (args, code) => {
    writeFileSync(rig.path('open.toml'), '', { mode: 0o640 });
    const { code: exit, stderr } = await rig.run(['serve', 'archive', '--port', '0', ...args]);
    expect([exit, stderr.includes(code)], stderr).toEqual([2, true]);
  });
});
