import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Right, rights } from '../../src/serve/accounts/account.ts';
import { type Route, routes } from '../../src/serve/accounts/routes.ts';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, recordingsOf, type Server, startServer, writeUsersWithRights } from './rig.ts';

/** All sets of permissions except the empty one, which a users file cannot have, by the name of the user who has them. */
const sets: Readonly<Record<string, readonly Right[]>> = Object.fromEntries(
  Array.from({ length: 2 ** rights.length - 1 }, (_, before) => {
    const held = rights.filter((_right, index) => ((before + 1) & (1 << index)) !== 0);
    return [held.join('-'), held];
  }),
);

let rig: Rig;
let server: Server;
let call: string;
let caseId: string;

beforeAll(async () => {
  rig = await createArchive();
  const [found] = (await recordingsOf(rig, '--with-site', 'contact-centre')).filter(({ copies }) => copies > 0);
  call = found?.recordingId ?? '';
  const made = await rig.json(['case', 'new', 'archive', '--title', 'Rights']);
  caseId = (made.lines.find(({ of }) => of === 'case')?.value as { id: string } | undefined)?.id ?? ''; // as `case new` prints it
  expect(caseId).not.toBe('');
  server = await startServer(rig, ['--users', writeUsersWithRights(rig, sets)]);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/**
 * The permission that each route needs, copied from docs/how-to/serve.md: `listen` searches, reads and plays; `export` exports; `annotate` writes notes on accessible calls;
 * `administer` sees who is signed in.
 */
const expected: Readonly<Record<string, (held: readonly Right[], path: string) => boolean>> = {
  '/api/overview': (held) => held.includes('listen'),
  '/api/search': (held) => held.includes('listen'),
  '/api/tags': (held) => held.includes('listen'),
  '/api/recordings/:id': (held) => held.includes('listen'),
  '/api/export/selection': (held) => held.includes('export'),
  '/api/export.zip': (held) => held.includes('export'),
  '/api/export/requests': (held) => held.includes('export'),
  '/api/export/requests/:id/decide': (held) => held.includes('export'),
  '/api/export/requests/:id/withdraw': (held) => held.includes('export'),
  '/files/:id/proof.tlog-proof': (held) => held.includes('export'),
  '/files/:id/:name': (held, path) => (path.endsWith('.opus') || path.endsWith('.json') ? held.includes('listen') : held.includes('export')),
  '/files/:id/:name/span.wav': (held) => held.includes('export'),
  '/api/recordings/:id/notes': (held) => held.includes('listen') && held.includes('annotate'),
  '/api/recordings/:id/notes/:note/withdraw': (held) => held.includes('listen') && held.includes('annotate'),
  '/api/sessions': (held) => held.includes('administer'),
  '/api/sessions/end': (held) => held.includes('administer'),
};
const open = ['/', '/page.js', '/page.css', '/api/session', '/api/my/sessions', '/api/my/sessions/end', '/sign-out'];

function isExpected(route: Route, held: readonly Right[], path: string): boolean {
  if (route.path.startsWith('/api/cases')) return held.includes('listen') && held.includes('export');
  if (open.includes(route.path)) return true;
  const asked = expected[route.path];
  if (asked === undefined) throw new Error(`nobody said here who may ask for ${route.path}`);
  return asked(held, path);
}

/** Each route, with its variable parts filled in; `sign-out` last, because it ends the session. */
function ways(): { readonly route: Route; readonly path: string }[] {
  const inside = Object.values<Route>(routes).filter(({ kind }) => kind !== 'anybody');
  const filled = inside.flatMap((route) => {
    const names = route.path.endsWith(':name') ? ['access-1.opus', 'original-1.wav', 'source-1.xml', 'recording.json'] : [''];
    const id = route.path.startsWith('/api/cases') ? caseId : call;
    const filledIn = (name: string): string => route.path.replace(':id', id).replace(':name', name).replace(':note', '0123456789abcdef');
    if (route.path.endsWith('span.wav')) return [{ route, path: `${filledIn('access-1.opus')}?from=0&to=100` }];
    return names.map((name) => ({ route, path: filledIn(name) }));
  });
  return filled.sort((a, b) => Number(a.path === '/sign-out') - Number(b.path === '/sign-out'));
}

describe.each(Object.entries(sets))('a role with the permissions: %s', (user, held) => {
  test('may use the routes of its permissions, and no other', async () => {
    const { cookie } = await server.signIn(user);
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    for (const { route, path } of ways()) {
      const isChange = route.method === 'POST';
      const { status, text } = await server.ask(path, {
        method: route.method,
        cookie,
        headers: isChange ? { origin: server.origin, 'x-longplay-token': token } : {},
        ...(isChange ? { body: '{}' } : {}),
      });
      const about = `${route.method} ${path}`;
      if (isExpected(route, held, path)) {
        // The requested thing may not exist; the permission did.
        expect([403], about).not.toContain(status);
        if (!isChange) expect(status, about).toBe(200);
      } else {
        expect(status, about).toBe(route.path.startsWith('/api/cases') ? 404 : 403);
        expect(text, about).not.toContain('46701740605');
        expect(text.length, about).toBeLessThan(300);
      }
    }
  });

  test('does not learn from a refusal what exists', async () => {
    if (held.includes('listen') || held.includes('export')) return;
    const { cookie } = await server.signIn(user);
    const none = '00000000-0000-8000-8000-000000000000';
    for (const path of ['/api/recordings/ID', '/files/ID/access-1.opus', '/files/ID/original-1.wav', '/files/ID/proof.tlog-proof']) {
      const [there, nowhere] = await Promise.all([call, none].map((id) => server.ask(path.replace('ID', id), { cookie })));
      expect([there?.status, there?.text], path).toEqual([nowhere?.status, nowhere?.text]);
    }
  });
});

test('a client that is not signed in gets nothing but public routes', async () => {
  for (const { route, path } of ways()) {
    const { status } = await server.ask(path, { method: route.method, headers: route.method === 'POST' ? { origin: server.origin } : {} });
    expect(status, path).toBe(route.kind === 'page' ? 303 : 401);
  }
});

test('a stranger who guesses at an account from one address does not lock its owner out at another', async () => {
  const owner = await server.signIn('listen', undefined, { from: '127.0.0.2' });
  expect(owner.status).toBe(303);
  const mark = (owner.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '').find((pair) => pair.includes('-known=')) ?? '';
  expect(mark).not.toBe('');
  const guesses = new Set<number>();
  for (let count = 0; count < 125; count++) guesses.add((await server.signIn('listen', `guess ${count}`, { from: '127.0.0.120' })).status);
  // If a stranger exceeds the request rate, the page for the next guess is refused as well.
  expect([...guesses].filter((status) => status !== 403).sort()).toEqual([401, 429]);
  for (let fresh = 1; fresh <= 10; fresh++)
    expect((await server.signIn('listen', undefined, { from: `127.0.1.${fresh}` })).status, `${fresh}`).toBe(303);
  // Also at the address of the stranger, directly after a refusal, in a browser that was signed in before.
  await expect.poll(async () => (await server.signIn('listen', 'a guess', { from: '127.0.0.120' })).status, { timeout: patience }).toBe(429);
  expect((await server.signIn('listen', undefined, { from: '127.0.0.120', cookie: mark })).status).toBe(303);
});
