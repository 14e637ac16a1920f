import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResult } from '../../src/core/page/data.ts';
import type { Rig } from '../cli/rig.ts';
import { createArchive, entriesOf, recordingsOf, type Server, startServer, writeUsers } from './rig.ts';

let rig: Rig;
let server: Server;

beforeAll(async () => {
  rig = await createArchive();
  server = await startServer(rig, ['--users', writeUsers(rig)]);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

async function answered(cookie: string, query: string): Promise<Pick<PageResult, 'rows' | 'months' | 'days' | 'total'>> {
  const lines = (await server.ask(`/api/search?limit=500${query}`, { cookie })).text.trim().split('\n');
  // Rows are in the first line, the final numbers in the last.
  return { ...(JSON.parse(lines.at(-1) ?? '') as PageResult), rows: (JSON.parse(lines[0] ?? '') as PageResult).rows };
}

test('a call shows when its bag was last verified and how, immediately after a verification beside the server, for every user', async () => {
  const verifiedOf = async (cookie: string, id: string) =>
    (JSON.parse((await server.ask(`/api/recordings/${id}`, { cookie })).text) as { verified: unknown }).verified;
  const { cookie } = await server.signIn('anna');
  const [call] = await recordingsOf(rig, '--with-site', 'contact-centre');
  expect(await verifiedOf(cookie, call?.recordingId ?? '')).toBeNull();
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const entry = (await entriesOf(rig)).find(({ type, detail }) => type === 'bag-verified' && detail.bag === call?.bag);
  expect(entry).toBeDefined();
  const bo = (await server.signIn('bo')).cookie;
  // Our next entry makes the server read another process's log entry.
  const said = await verifiedOf(bo, call?.recordingId ?? '');
  expect(said).toMatchObject({ verdict: 'ok', time: (entry as unknown as { time: string }).time, played: entry?.detail.played });
  expect(await verifiedOf(cookie, call?.recordingId ?? '')).toEqual(said);
});

test.each(['anna', 'bo', 'cilla', 'david', 'eva'])('%s has the days of a month counted, of accessible calls only', async (user) => {
  const { cookie } = await server.signIn(user);
  const all = await answered(cookie, '');
  const starts = all.rows.map(({ id, start }) => ({ id, start }));
  const months = new Set(starts.map(({ start }) => start?.slice(0, 7) ?? 'undated'));
  // For several months there are no days.
  expect(all.days === undefined).toBe(months.size !== 1 || months.has('undated'));
  for (const month of months) {
    if (month === 'undated') continue;
    const [year = 0, number = 0] = month.split('-').map(Number);
    const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
    const { days, total } = await answered(cookie, `&from=${month}&to=${next}`);
    const expected = new Map<string, number>();
    for (const { start } of starts) if (start?.startsWith(month)) expected.set(start.slice(0, 10), (expected.get(start.slice(0, 10)) ?? 0) + 1);
    expect(days).toEqual([...expected].sort().map(([day, recordings]) => ({ day, recordings })));
    expect(days?.reduce((sum, { recordings }) => sum + recordings, 0)).toBe(total);
  }
  if (user === 'eva') expect(all.rows).toEqual([]);
  else expect(months.size).toBeGreaterThan(0);
});

test('pages are continued by a position, which reveals no inaccessible call; an invalid position is a bad request', async () => {
  for (const user of ['anna', 'bo']) {
    const { cookie } = await server.signIn(user);
    const all = (await answered(cookie, '')).rows.map(({ id }) => id);
    const paged: string[] = [];
    let after: number | null | undefined;
    do {
      const asked = after === undefined ? '' : `&after=${after}&offset=${paged.length}`;
      const { text } = await server.ask(`/api/search?limit=2&numbers=no${asked}`, { cookie });
      const first = JSON.parse(text) as PageResult & { readonly last: number | null };
      paged.push(...first.rows.map(({ id }) => id));
      after = first.last;
    } while (after !== null);
    expect(paged).toEqual(all);
  }
  const { cookie } = await server.signIn('bo');
  for (const after of ['-9007199254740991', '0', '9007199254740991'])
    expect((await answered(cookie, `&numbers=no&after=${after}`)).rows.length).toBeLessThanOrEqual((await answered(cookie, '')).rows.length);
  for (const after of ['', '1e3', '0x1', '9007199254740993', "1'", '1.5', '- 1', '99999999999999999'])
    expect((await server.ask(`/api/search?after=${encodeURIComponent(after)}`, { cookie })).status, after).toBe(400);
});

test('length, weekday and time of day of a zone are queried as on the command line; invalid forms are refused', async () => {
  const { cookie } = await server.signIn('anna');
  const zone = 'Europe/Stockholm';
  for (const [query, options] of [
    ['minLength=1s', ['--min-duration', '1s']],
    ['maxLength=0:01', ['--max-duration', '1s']],
    ['weekday=sun,mon', ['--weekday', 'sun-mon', '--zone', zone]],
    ['timeOfDay=22:00-03:30', ['--time-of-day', '22:00-03:30', '--zone', zone]],
    ['weekday=sun&timeOfDay=00:00-12:00&text=0', ['--weekday', 'sun', '--time-of-day', '0-12', '--zone', zone, '--text', '0*']],
  ] as const) {
    const { rows, total, months } = await answered(cookie, `&${query}&zone=${zone}`);
    const listed = (await recordingsOf(rig, ...options)).map(({ recordingId }) => recordingId);
    expect([query, rows.map(({ id }) => id)]).toEqual([query, listed]);
    expect([total, months.reduce((sum, { recordings }) => sum + recordings, 0)]).toEqual([listed.length, listed.length]);
    expect(listed.length).toBeGreaterThan(0);
  }
  for (const wrong of [
    'minLength=x',
    'maxLength=-1',
    'weekday=8',
    'timeOfDay=9',
    'damaged=no',
    'zone=Nowhere',
    "zone=UTC'--",
    'from=2019-3',
    'weekday=mon&weekday=tue',
  ])
    expect([wrong, (await server.ask(`/api/search?${wrong}`, { cookie })).status]).toEqual([wrong, 400]);
  // No damage is known: the filter finds nothing, and not everything.
  expect((await answered(cookie, '&damaged=yes')).total).toBe(0);
});

test('calls that were chosen one by one are exported by users with permission, of their part, and only in the session that chose them', async () => {
  const sessions = new Map<string, { readonly cookie: string; readonly token: string }>();
  for (const user of ['anna', 'bo', 'cilla']) {
    const { cookie } = await server.signIn(user);
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    sessions.set(user, { cookie, token });
  }
  const cookieOf = (user: string): string => sessions.get(user)?.cookie ?? '';
  const choose = (user: string, body: string) =>
    server.ask('/api/export/selection', {
      method: 'POST',
      cookie: cookieOf(user),
      headers: { origin: server.origin, 'x-longplay-token': sessions.get(user)?.token ?? '' },
      body,
    });
  const all = (await answered(cookieOf('anna'), '')).rows.map(({ id }) => id);
  const theirs = (await answered(cookieOf('cilla'), '')).rows.map(({ id }) => id);
  const other = all.find((id) => !theirs.includes(id)) ?? '';
  expect([theirs.length > 0, other !== '']).toEqual([true, true]);
  const chosen = await choose('cilla', JSON.stringify({ recordings: theirs.slice(0, 2) }));
  const { selection } = JSON.parse(chosen.text) as { selection: string };
  expect((await server.ask(`/api/export.zip?selection=${selection}`, { cookie: cookieOf('cilla') })).status).toBe(200);
  // Neither another session, nor another user, nor inaccessible calls.
  expect((await server.ask(`/api/export.zip?selection=${selection}`, { cookie: cookieOf('anna') })).status).toBe(404);
  expect((await server.ask('/api/export.zip?selection=x', { cookie: cookieOf('cilla') })).status).toBe(404);
  expect((await choose('cilla', JSON.stringify({ recordings: [theirs[0], other] }))).status).toBe(404);
  expect((await choose('bo', JSON.stringify({ recordings: [other] }))).status).toBe(403);
  for (const body of [
    '',
    '{',
    '{}',
    '[]',
    '{"recordings":[]}',
    '{"recordings":["x"]}',
    JSON.stringify({ recordings: Array.from({ length: 2_001 }, () => other) }),
  ])
    expect([body.slice(0, 30), (await choose('anna', body)).status]).toEqual([body.slice(0, 30), 400]);
});
