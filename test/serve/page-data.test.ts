import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResult } from '../../src/core/page-data.ts';
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
  // Rows stand in the first line, the last numbers in the last.
  return { ...(JSON.parse(lines.at(-1) ?? '') as PageResult), rows: (JSON.parse(lines[0] ?? '') as PageResult).rows };
}

test('a call says when its bag was last verified and how, at once after a verification beside the server, whoever asks for it', async () => {
  const verifiedOf = async (cookie: string, id: string) =>
    (JSON.parse((await server.ask(`/api/recordings/${id}`, { cookie })).text) as { verified: unknown }).verified;
  const { cookie } = await server.signIn('anna');
  const [call] = await recordingsOf(rig, '--with-site', 'contact-centre');
  expect(await verifiedOf(cookie, call?.recordingId ?? '')).toBeNull();
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const entry = (await entriesOf(rig)).find(({ type, detail }) => type === 'bag-verified' && detail.bag === call?.bag);
  expect(entry).toBeDefined();
  const bo = (await server.signIn('bo')).cookie;
  // Another's entry of the log is seen with our next one.
  const said = await verifiedOf(bo, call?.recordingId ?? '');
  expect(said).toMatchObject({ verdict: 'ok', time: (entry as unknown as { time: string }).time, played: entry?.detail.played });
  expect(await verifiedOf(cookie, call?.recordingId ?? '')).toEqual(said);
});

test.each(['anna', 'bo', 'cilla', 'david', 'eva'])('%s has the days of a month counted, of what is theirs and of nothing else', async (user) => {
  const { cookie } = await server.signIn(user);
  const all = await answered(cookie, '');
  const starts = all.rows.map(({ id, start }) => ({ id, start }));
  const months = new Set(starts.map(({ start }) => start?.slice(0, 7) ?? 'undated'));
  // Of several months there are no days.
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

test('pages follow one another by a place, which lets nobody see what is not theirs; what is no place is no question', async () => {
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
