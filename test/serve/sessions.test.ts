import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageSession } from '../../src/core/page/data.ts';
import type { Rig } from '../cli/rig.ts';
import { cookieOf, createArchive, entriesOf, password, type Server, startServer, writeUsers } from './rig.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

let rig: Rig;
let server: Server;

beforeAll(async () => {
  rig = await createArchive();
  server = await startServer(rig, ['--users', writeUsers(rig), '--log-addresses']);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/** Signs in with a browser. */
async function comesIn(server: Server, user: string, userAgent: string, from?: string): Promise<string> {
  const page = await server.ask('/sign-in');
  const token = /name="token" value="([\w-]+)"/.exec(page.text)?.[1] ?? '';
  const answer = await server.ask('/sign-in', {
    method: 'POST',
    from,
    cookie: cookieOf(page),
    headers: { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', 'user-agent': userAgent },
    body: new URLSearchParams({ user, password, token }).toString(),
  });
  expect(answer.status).toBe(303);
  return cookieOf(answer);
}

async function listed(server: Server, cookie: string, path = '/api/my/sessions'): Promise<PageSession[]> {
  return (JSON.parse((await server.ask(path, { cookie })).text) as { sessions: PageSession[] }).sessions;
}

async function end(server: Server, cookie: string, path: string, form: Record<string, string>): Promise<number> {
  const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
  const sent = { method: 'POST', cookie, headers: { origin: server.origin, 'x-longplay-token': token }, body: new URLSearchParams(form).toString() };
  return (await server.ask(path, sent)).status;
}

const statusOf = async (server: Server, cookie: string): Promise<number> => (await server.ask('/api/session', { cookie })).status;

describe('the sessions of a user', () => {
  test('are listed to the user with place and age, and to nobody else without the right to administer', async () => {
    const one = await comesIn(server, 'anna', firefox, '127.0.0.7');
    const other = await comesIn(server, 'anna', chrome, '127.0.0.8');
    await comesIn(server, 'cilla', firefox);
    const mine = await listed(server, one);
    expect(mine.map(({ user, isThis, by, address, browser, system }) => [user, isThis, by, address, browser, system])).toEqual([
      ['anna', true, 'password', '127.0.0.7', 'Firefox', 'Linux'],
      ['anna', false, 'password', '127.0.0.8', 'Chrome', 'Windows'],
    ]);
    for (const { ageMs, idleMs } of mine) expect(ageMs >= idleMs && idleMs >= 0 && ageMs < 600_000).toBe(true);
    expect((await server.ask('/api/sessions', { cookie: one })).status).toBe(403);
    // Nothing in the list opens a session.
    const [name, secret = ''] = other.split('=');
    expect(JSON.stringify(mine)).not.toContain(secret);
    for (const guess of mine.map((session) => session.name)) expect(await statusOf(server, `${name}=${guess}`)).toBe(401);
  });

  test('can be ended one by one and all but the current one, and not those of another; the log has it', async () => {
    const [a, b, c] = [await comesIn(server, 'david', firefox), await comesIn(server, 'david', chrome), await comesIn(server, 'david', 'curl/8')];
    const bo = await comesIn(server, 'bo', firefox);
    const [bos] = await listed(server, bo);
    expect(bos).toMatchObject({ user: 'bo', address: '127.0.0.1' });
    const path = '/api/my/sessions/end';
    expect(await end(server, a, path, { session: bos?.name ?? '' })).toBe(404);
    expect(await end(server, a, path, {})).toBe(404);
    expect(await statusOf(server, bo)).toBe(200);
    const ofB = (await listed(server, a)).find(({ browser }) => browser === 'Chrome');
    expect(await end(server, a, path, { session: ofB?.name ?? '' })).toBe(200);
    expect([await statusOf(server, a), await statusOf(server, b), await statusOf(server, c)]).toEqual([200, 401, 200]);
    expect(await end(server, c, path, { others: 'yes' })).toBe(200);
    expect([await statusOf(server, a), await statusOf(server, c), await statusOf(server, bo)]).toEqual([401, 200, 200]);
    // A page of another site ends nothing.
    const { token } = JSON.parse((await server.ask('/api/session', { cookie: c })).text) as { token: string };
    const foreign = { method: 'POST', cookie: c, headers: { origin: 'https://evil.example', 'x-longplay-token': token }, body: 'others=yes' };
    expect((await server.ask(path, foreign)).status).toBe(403);
    const [here] = await listed(server, c);
    expect(await end(server, c, path, { session: here?.name ?? '' })).toBe(200);
    expect(await statusOf(server, c)).toBe(401);
    const ended = (await entriesOf(rig)).filter(({ type }) => type === 'sessions-ended').map(({ detail }) => detail);
    expect(ended).toMatchObject(Array(3).fill({ user: 'david', sessions: 1, own: true }));
  });

  test('are seen and ended by an administrator, one by one or all of a user', async () => {
    const eva = await comesIn(server, 'eva', firefox);
    const [one, other] = [await comesIn(server, 'bo', firefox), await comesIn(server, 'bo', chrome)];
    const all = await listed(server, eva, '/api/sessions');
    expect(all.map(({ user }) => user).sort()).toEqual(['anna', 'anna', 'bo', 'bo', 'bo', 'cilla', 'eva']);
    const ofOther = all.find(({ user, browser }) => user === 'bo' && browser === 'Chrome');
    expect(await end(server, eva, '/api/sessions/end', { session: ofOther?.name ?? '' })).toBe(200);
    expect([await statusOf(server, one), await statusOf(server, other)]).toEqual([200, 401]);
    expect(await end(server, eva, '/api/sessions/end', { session: ofOther?.name ?? '' })).toBe(404);
    expect(await end(server, eva, '/api/sessions/end', { user: 'bo' })).toBe(200);
    expect(await statusOf(server, one)).toBe(401);
    await server.stop();
    const last = (await entriesOf(rig)).filter(({ type }) => type === 'sessions-ended').slice(-2);
    expect(last).toMatchObject([1, 2].map((sessions) => ({ detail: { user: 'eva', sessions }, details: { userEnded: 'bo' } })));
  });
});
