import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../cli/rig.ts';
import { type Claims, type RunningProvider, startProvider } from '../provider.ts';
import { type Answer, cookieOf, createArchive, entriesOf, passwordLine, type Server, startServer } from '../rig.ts';

const people: Readonly<Record<string, Claims>> = {
  anna: {
    preferred_username: 'anna@bank.example',
    groups: ['staff', 'calls-compliance', 'calls-desk'],
    email: 'bo@bank.example',
    email_verified: false,
    realm_access: { roles: ['auditors'] },
  },
  bo: {
    preferred_username: 'bo',
    groups: 'calls-desk',
    email: 'bo@bank.example',
    email_verified: true,
    realm_access: { roles: ['auditors'] },
  },
  cilla: { preferred_username: 'cilla', groups: ['calls-agents'], agent: '4712' },
  dan: { preferred_username: 'dan', groups: ['calls-agents'] },
  erik: { preferred_username: 'erik', groups: ['staff'] },
  frida: { groups: ['calls-desk'] },
  gita: { preferred_username: 'gita <b>', groups: ['calls-desk'] },
  hans: { preferred_username: 'hans', groups: ['calls-compliance'] },
  ida: { preferred_username: 'ida', groups: [] },
};

let rig: Rig;
let provider: RunningProvider;
let server: Server;
let file: string;

beforeAll(async () => {
  // One after the other, so that resources left open by an import in this process are noticed.
  rig = await createArchive();
  provider = await startProvider(people);
  secretFile('openid-secret', provider.secret);
  file = users('users.toml', '');
  server = await startServer(rig, ['--users', file]);
  await provider.serve([server.origin]);
});
afterEach(() => {
  provider.between.token = undefined;
  provider.between.answer = undefined;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

function secretFile(name: string, text: string, mode = 0o600): string {
  writeFileSync(rig.path(name), `${text}\n`);
  chmodSync(rig.path(name), mode);
  return rig.path(name);
}

/** A users file with a provider. @param more lines of `[openid]` */
function users(name: string, more: string, secret = 'secret-file = "openid-secret"'): string {
  const text = `
    [openid]
    name = "Bank & Söner"
    issuer = "${provider.issuer}"
    client-id = "longplay"
    agent = "agent"
    ${secret}
    ${more}
    [roles.compliance]
    rights = ["listen", "export"]
    groups = ["calls-compliance", "auditors"]
    [roles.agents]
    rights = ["listen"]
    groups = ["calls-agents"]
    [roles.agents.only]
    own = true
    [roles.desk]
    rights = ["listen"]
    groups = ["calls-desk"]
    [roles.desk.only]
    site = ["contact-centre"]
    [users.hans]
    password = "${passwordLine()}"
    role = "desk"
    [users.ida]
    role = "compliance"
  `;
  return secretFile(name, text);
}

/** Redirects to the provider. @returns the address, and the cookie that belongs to it */
async function leaves(from: Server = server): Promise<{ readonly address: string; readonly cookie: string }> {
  const answer = await from.ask('/sign-in/openid', { headers: { 'sec-fetch-site': 'same-origin' } });
  expect(answer.status).toBe(303);
  return { address: String(answer.headers.location), cookie: cookieOf(answer) };
}

let clients = 0;
/** Returns from it. */
async function arrives(back: URL, cookie: string, at: Server = server): Promise<Answer> {
  expect(back.origin + back.pathname).toBe(`${at.origin}/sign-in/openid/back`);
  // From a separate address, because failed answers of one client are limited.
  return await at.ask(back.pathname + back.search, { cookie, headers: { 'sec-fetch-site': 'cross-site' }, from: `127.0.1.${++clients}` });
}

/** The complete sign-in. */
async function comesIn(login: string, from: Server = server): Promise<Answer & { readonly cookie: string }> {
  const { address, cookie } = await leaves(from);
  const back = await provider.comesBack(address, login);
  const answer = await arrives(back, cookie, from);
  return { ...answer, cookie: answer.status === 200 ? cookieOf(answer) : '' };
}

const sessionOf = async (cookie: string): Promise<unknown> => JSON.parse((await server.ask('/api/session', { cookie })).text);
const alertOf = ({ text }: Answer): string | undefined => /role="alert">([^<]*)</.exec(text)?.[1];

describe('sign-in through a provider', () => {
  test('requests data that bind the answer to this browser, and nothing that a page could control', async () => {
    const page = await server.ask('/sign-in');
    expect(page.text).toContain('<a class="button" href="/sign-in/openid">Sign in with Bank &amp; Söner</a>');
    const [one, other] = [await leaves(), await leaves()];
    const asked = new URL(one.address).searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      client_id: 'longplay',
      response_type: 'code',
      redirect_uri: `${server.origin}/sign-in/openid/back`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(new Set([...asked.values(), one.cookie.split('.')[1]]).size).toBe(9);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(new URL(other.address).searchParams.get(name)).not.toBe(asked.get(name));
    for (const wish of ['?next=https://evil.example', '?redirect_uri=https://evil.example', '?return=//evil.example']) {
      const answer = await server.ask(`/sign-in/openid${wish}`);
      expect(String(answer.headers.location)).not.toContain('evil');
    }
    expect((await server.ask('/sign-in/openid', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await server.ask('/sign-in/openid', { method: 'HEAD' })).status).toBe(405);
  });

  test('gives the role of the first group that the file names, and the part of the archive of that role', async () => {
    const anna = await comesIn('anna');
    expect(anna.status).toBe(200);
    expect(anna.text).toContain('<meta http-equiv="refresh" content="0;url=/">');
    expect(await sessionOf(anna.cookie)).toMatchObject({ user: 'anna@bank.example', role: 'compliance', rights: ['listen', 'export'] });
    const bo = await comesIn('bo');
    expect(await sessionOf(bo.cookie)).toMatchObject({ user: 'bo', role: 'desk', rights: ['listen'] });
    const cilla = await comesIn('cilla');
    const found = async ({ cookie }: { readonly cookie: string }): Promise<unknown> =>
      (JSON.parse((await server.ask('/api/overview', { cookie })).text) as { recordings: number }).recordings;
    expect([await found(anna), await found(bo), await found(cilla)]).toEqual([9, 3, 1]);
    // A user of the file without a password has the role in the file.
    expect(await sessionOf((await comesIn('ida')).cookie)).toMatchObject({ user: 'ida', role: 'compliance' });
    const cookies = anna.headers['set-cookie'] ?? [];
    expect(cookies).toHaveLength(2);
    expect(cookies[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookies[1]).toMatch(/-openid=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0$/);
  });

  test('refuses users whose groups have no role, who have no name, or whose name is that of a user with a password', async () => {
    for (const [login, status, said] of [
      ['erik', 403, 'you have no role in this archive'],
      ['dan', 403, 'you have no role in this archive'],
      ['gita', 403, 'you have no role in this archive'],
      ['hans', 403, 'you have no role in this archive'],
      ['frida', 401, 'did not let you in'],
    ] as const) {
      const answer = await comesIn(login);
      expect([answer.status, alertOf(answer)], login).toEqual([status, expect.stringContaining(said)]);
      expect(
        answer.headers['set-cookie']?.filter((line) => !/-(?:openid|visit)=/.test(line)),
        login,
      ).toEqual([]);
    }
    expect((await server.signIn('hans')).status).toBe(303);
  });

  test('signs out here, and logs sign-ins and refusals as with passwords', async () => {
    const anna = await comesIn('anna');
    const { token } = (await sessionOf(anna.cookie)) as { token: string };
    const out = { method: 'POST', cookie: anna.cookie, headers: { origin: server.origin, 'x-longplay-token': token } };
    expect((await server.ask('/sign-out', out)).status).toBe(204);
    expect((await server.ask('/api/session', { cookie: anna.cookie })).status).toBe(401);
    await comesIn('erik');
    const entries = await entriesOf(rig);
    const came = entries.filter(({ type, detail }) => type === 'user-signed-in' && detail.user === 'anna@bank.example').at(-1);
    expect(came?.detail).toMatchObject({ role: 'compliance', by: 'openid' });
    expect(came?.details).toMatchObject({ issuer: `${provider.issuer}/`, subject: 'anna' });
    expect(JSON.stringify(came?.logged)).not.toMatch(/anna|localhost/);
    expect(entries.filter(({ type }) => type === 'user-signed-out').at(-1)?.detail.user).toBe('anna@bank.example');
    const refused = entries.filter(({ type, detail }) => type === 'request-refused' && detail.why === 'sign-in');
    expect(refused.map(({ detail }) => detail.user)).toContain('erik');
  });
});

describe('requests to the provider', () => {
  test.each<[string, string, Claims, Claims, Claims]>([
    ['claims that are only at its userinfo endpoint', '', { conformIdTokenClaims: true }, {}, { user: 'bo', role: 'desk' }],
    [
      'groups inside another claim, the secret in the body, and a name that is an email',
      'secret-in = "body"\ngroups = "realm_access.roles"\nuser = "email"\nscope = "openid email profile"',
      {},
      { token_endpoint_auth_method: 'client_secret_post' },
      { user: 'bo@bank.example', role: 'compliance' },
    ],
  ])('are %s', async (_name, more, options, client, expected) => {
    await using other = await startServer(rig, ['--users', users('other.toml', more)]);
    await provider.serve([server.origin, other.origin], options, client);
    const { cookie } = await comesIn('bo', other);
    expect(JSON.parse((await other.ask('/api/session', { cookie })).text)).toMatchObject(expected);
    // No key is marked as the right one.
    if (more !== '') expect((await comesIn('anna', other)).status).toBe(401);
    await provider.serve([server.origin]);
  });

  test('give a sign-in that is valid until the users file changes: a user with another role, or none, is signed out', async () => {
    const changing = users('changing.toml', '');
    const first = readFileSync(changing, 'utf8');
    await using other = await startServer(rig, ['--users', changing]);
    await provider.serve([server.origin, other.origin]);
    const [anna, bo] = [(await comesIn('anna', other)).cookie, (await comesIn('bo', other)).cookie];
    const statuses = async () => [
      (await other.ask('/api/session', { cookie: anna })).status,
      (await other.ask('/api/session', { cookie: bo })).status,
    ];
    writeFileSync(changing, `${first}\n# nothing else`);
    expect(await statuses()).toEqual([200, 200]);
    writeFileSync(changing, first.replace('"calls-desk"', '"calls-office"'));
    expect(await statuses()).toEqual([200, 401]);
    expect((await comesIn('bo', other)).status).toBe(403);
    writeFileSync(changing, first.replace('"calls-compliance", ', ''));
    expect(await statuses()).toEqual([401, 401]);
    expect((await comesIn('anna', other)).status).toBe(200);
    writeFileSync(
      changing,
      first
        .replace(/\[openid\][^[]*/, '')
        .replace(/groups = .*/g, '')
        .replace(/\[users.ida\]\n.*\n/, ''),
    );
    expect((await other.ask('/sign-in/openid')).status).toBe(404);
    expect((await other.ask('/sign-in')).text).not.toContain('/sign-in/openid');
  });
});

describe('an answer that does not match the request', () => {
  test.each<[string, (back: URL) => void]>([
    ['with another state', (back) => back.searchParams.set('state', 'x'.repeat(43))],
    ['without a state', (back) => back.searchParams.delete('state')],
    ['with two states', (back) => back.searchParams.append('state', 'x')],
  ])('with %s is refused', async (_name, alter) => {
    const { address, cookie } = await leaves();
    const back = await provider.comesBack(address, 'anna');
    alter(back);
    const answer = await arrives(back, cookie);
    expect([answer.status, alertOf(answer)]).toEqual([403, 'This page was open for too long. Try again.']);
    expect(cookieOf(answer)).toMatch(/-visit=/);
  });

  test('that reaches a browser which did not send the request is refused: without its cookie and with that of another', async () => {
    const { address } = await leaves();
    const back = await provider.comesBack(address, 'anna');
    const other = await leaves();
    for (const cookie of ['', other.cookie, other.cookie.replace(/=\d+\./, '=1.')]) expect((await arrives(back, cookie)).status).toBe(403);
  });

  test('works once: neither the return address nor its code can be used again', async () => {
    const first = await leaves();
    const back = await provider.comesBack(first.address, 'anna');
    expect((await arrives(back, first.cookie)).status).toBe(200);
    expect((await arrives(back, first.cookie)).status).toBe(403);
    const second = await leaves();
    const again = await provider.comesBack(second.address, 'bo');
    again.searchParams.set('code', back.searchParams.get('code') ?? '');
    const answer = await arrives(again, second.cookie);
    expect([answer.status, alertOf(answer)]).toEqual([401, expect.stringContaining('did not let you in')]);
    await expect.poll(() => server.printed()).toContain('U252 somebody did not sign in by [openid]: it says invalid_grant');
  });

  test('with the nonce of another request is refused, although the provider signed it', async () => {
    const { address, cookie } = await leaves();
    const asked = new URL(address);
    asked.searchParams.set('nonce', 'y'.repeat(43));
    const answer = await arrives(await provider.comesBack(asked.href, 'anna'), cookie);
    expect(answer.status).toBe(401);
    await expect.poll(() => server.printed()).toMatch(/U252 .*nonce/);
  });

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const seconds = (): number => Math.floor(Date.now() / 1_000);
  test.each<[string, (payload: Claims) => string]>([
    ['a signature of another key', (payload) => provider.signed(payload, stranger)],
    ['no signature', (payload) => `${[{ alg: 'none' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`],
    [
      'a payload that was altered after it was signed',
      (payload) => {
        const [head, , mac] = provider.signed(payload).split('.');
        return [head, Buffer.from(JSON.stringify({ ...payload, groups: ['auditors'] })).toString('base64url'), mac].join('.');
      },
    ],
    ['an expiry in the past', (payload) => provider.signed({ ...payload, exp: seconds() - 60, iat: seconds() - 120 })],
    ['another client as its audience', (payload) => provider.signed({ ...payload, aud: 'other' })],
    ['another issuer', (payload) => provider.signed({ ...payload, iss: 'https://evil.example' })],
    ['another nonce', (payload) => provider.signed({ ...payload, nonce: 'z' })],
    ['no nonce', ({ nonce: _nonce, ...payload }) => provider.signed(payload)],
    ['no subject', ({ sub: _sub, ...payload }) => provider.signed(payload)],
    ['bytes that are not a token', () => 'x.y.z'],
  ])('with an ID token with %s is refused', async (_name, token) => {
    provider.between.token = token;
    const answer = await comesIn('anna');
    expect([answer.status, alertOf(answer), answer.cookie]).toEqual([401, expect.stringContaining('did not let you in'), '']);
    provider.between.token = (payload) => provider.signed(payload);
    expect((await comesIn('anna')).status).toBe(200);
  });

  test('that reports a denied consent is shown to the user and to the operator', async () => {
    const { address, cookie } = await leaves();
    const state = new URL(address).searchParams.get('state') ?? '';
    const back = new URL(`${server.origin}/sign-in/openid/back?${new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer })}`);
    expect((await arrives(back, cookie)).status).toBe(401);
    await expect.poll(() => server.printed()).toContain('U252 somebody did not sign in by [openid]: it says access_denied');
  });
});

test('of one client is limited to twenty failures for a while, without affecting anybody else', async () => {
  await using other = await startServer(rig, ['--users', file]);
  await provider.serve([server.origin, other.origin]);
  const statuses: number[] = [];
  for (let tries = 0; tries < 22; tries++) {
    const { address, cookie } = await leaves(other);
    const state = new URL(address).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
    statuses.push((await other.ask(`/sign-in/openid/back?${query}`, { cookie })).status);
  }
  expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429]);
  expect((await comesIn('anna', other)).status).toBe(200);
});

describe('a provider that does not answer', () => {
  const sentence = 'Bank &amp; Söner cannot be reached now. The operator of the archive has been notified. Try again in a moment.';
  test('is shown on the page, whether it fails before the redirect or before the return; passwords work meanwhile, and afterwards it works', async () => {
    await using other = await startServer(rig, ['--users', file]);
    await provider.serve([server.origin, other.origin]);
    await provider.down();
    const before = await other.ask('/sign-in/openid');
    expect([before.status, alertOf(before), before.headers['retry-after']]).toEqual([503, sentence, '5']);
    await expect.poll(() => other.printed()).toContain('U251 nobody can sign in by [openid]: the provider of [openid] does not answer: ');
    expect((await other.signIn('hans')).status).toBe(303);
    await provider.up();
    const { address, cookie } = await leaves();
    const back = await provider.comesBack(address, 'anna');
    await provider.down();
    const after = await arrives(back, cookie);
    expect([after.status, alertOf(after)]).toEqual([503, sentence]);
    await provider.up();
    expect((await comesIn('anna')).status).toBe(200);
    // Not contacted for some seconds after a failure.
    await expect.poll(async () => (await other.ask('/sign-in/openid')).status, { interval: 500 }).toBe(303);
  });

  test.each<[string, (outgoing: ServerResponse) => unknown]>([
    ['a failure of its own', (outgoing) => outgoing.writeHead(500).end('{}')],
    ['more bytes than a token has', (outgoing) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(2_000_000)}"`)],
    ['a connection that is cut', (outgoing) => outgoing.destroy()],
  ])('with %s is unreachable, too', async (_name, answer) => {
    const { address, cookie } = await leaves();
    const back = await provider.comesBack(address, 'anna');
    provider.between.answer = (_incoming, outgoing) => {
      answer(outgoing);
      return true;
    };
    const told = await arrives(back, cookie);
    expect([told.status, alertOf(told)]).toEqual([503, sentence]);
  });

  test('is not followed to other addresses that it sends', async () => {
    const { address, cookie } = await leaves();
    const back = await provider.comesBack(address, 'anna');
    provider.between.answer = (_incoming, outgoing) => {
      outgoing.writeHead(302, { location: `${provider.issuer}/elsewhere` }).end();
      return true;
    };
    expect((await arrives(back, cookie)).status).toBe(401);
    expect(provider.asked).not.toContain('/elsewhere');
  });
});
