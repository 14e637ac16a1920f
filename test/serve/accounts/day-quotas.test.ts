import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { starter } from '../../../src/serve/accounts/account.ts';
import { createDayQuotas } from '../../../src/serve/accounts/day-quotas.ts';
import { type Route, routes } from '../../../src/serve/accounts/routes.ts';
import type { Rig } from '../../cli/rig.ts';
import { type Answer, createArchive, entriesOf, passwordLine, recordingsOf, type Server, startServer, writeUsersFile } from '../rig.ts';

describe('a daily quota', () => {
  const account = (user: string, recordings: number, hours = Number.POSITIVE_INFINITY) => ({
    ...starter,
    user,
    role: { ...starter.role, perDay: { recordings, hours } },
  });
  const sounds = (...ids: string[]) => ids.map((recordingId) => ({ recordingId, durationMs: 1_800_000 }));

  test('counts a recording once, grants a request completely or not at all, and restarts with the UTC day', () => {
    let now = '2026-03-01T22:30:00.000Z';
    const quotas = createDayQuotas(() => now);
    const a = account('a', 3);
    expect(quotas.take(a, sounds('1', '2'))).toBeNull();
    expect(quotas.take(a, sounds('2', '1'))).toBeNull();
    expect(quotas.take(a, sounds('2', '3', '4'))).toEqual({ of: 'recordings', most: 3, used: 2, more: 2, waitMs: 90 * 60_000 });
    expect(quotas.take(a, sounds('3'))).toBeNull();
    expect(quotas.take(a, sounds('4'))).toMatchObject({ used: 3, more: 1 });
    // Granted recordings stay granted.
    expect(quotas.take(a, sounds('1'))).toBeNull();
    expect(quotas.take(account('b', 3), sounds('4'))).toBeNull();
    now = '2026-03-02T00:00:00.000Z';
    expect(quotas.take(a, sounds('4', '5', '6'))).toBeNull();
    expect(quotas.take(a, sounds('1'))).toMatchObject({ used: 3, waitMs: 86_400_000 });
  });

  test('counts hours by whole recordings, those of unknown length as zero, and applies both limits if both are set', () => {
    const quotas = createDayQuotas(() => '2026-03-01T00:00:00.000Z');
    const a = account('a', 4, 1);
    expect(quotas.take(a, sounds('1', '2'))).toBeNull();
    expect(quotas.take(a, sounds('3'))).toMatchObject({ of: 'hours', most: 1, used: 1, more: 0.5 });
    expect(quotas.take(a, [{ recordingId: '4', durationMs: null }])).toBeNull();
    expect(quotas.today(a)).toEqual({ recordings: 3, mostRecordings: 4, hours: 1, mostHours: 1 });
    expect(quotas.take(starter, sounds('1', '2', '3', '4', '5'))).toBeNull();
    expect(quotas.today(starter)).toBeNull();
  });
});

describe('a daily quota on a server', () => {
  let rig: Rig;
  let users: string;
  let withSound: readonly string[];
  let caseId: string;
  // One day: the tests may run across midnight.
  const epoch = Math.floor(Date.now() / 1_000);
  const start = (atS = epoch): Promise<Server> => startServer(rig, ['--users', users], { SOURCE_DATE_EPOCH: String(atS) });

  beforeAll(async () => {
    rig = await createArchive();
    const role = (name: string, perDay: string) =>
      `[users.${name}]\npassword = "${passwordLine()}"\nrole = "${name}"\n[roles.${name}]\nrights = ["listen", "export"]\n${perDay}`;
    users = writeUsersFile(
      rig,
      'quotas.toml',
      [role('two', '[roles.two.per-day]\nrecordings = 2'), role('short', '[roles.short.per-day]\nhours = 0.0001'), role('free', '')].join('\n'),
    );
    withSound = (await recordingsOf(rig)).filter(({ copies }) => copies > 0).map(({ recordingId }) => recordingId);
    const made = await rig.json(['case', 'new', 'archive', '--title', 'Quota']);
    caseId = (made.lines.find(({ of }) => of === 'case')?.value as { id: string } | undefined)?.id ?? ''; // as `case new` prints it
    expect((await rig.run(['case', 'add', 'archive', caseId, ...withSound])).code).toBe(0);
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
  });

  const copyOf = async (server: Server, cookie: string, id: string): Promise<string> => {
    const { document } = JSON.parse((await server.ask(`/api/recordings/${id}`, { cookie })).text) as {
      document: { media: { access: { path: string } | null }[]; joined: { path: string } | null };
    };
    const path = document.joined?.path ?? document.media.flatMap(({ access }) => access ?? [])[0]?.path;
    return `/files/${id}/${path}`;
  };
  const refusedWith = ({ status, headers, text }: Answer) => ({
    status,
    wait: Number(headers['retry-after']),
    ...(JSON.parse(text) as { code: string; numbers: object; error: string }),
  });

  test('grants two recordings, any number of times, and no third by any route; a restart changes nothing, the next day does', async () => {
    await using server = await start();
    const { cookie } = await server.signIn('two');
    const [one, two, three] = await Promise.all(withSound.slice(0, 3).map((id) => copyOf(server, cookie, id)));
    for (const path of [one, two, one, `${one}?take`]) expect((await server.ask(path ?? '', { cookie })).status, path).toBe(200);
    const refused = refusedWith(await server.ask(three ?? '', { cookie, headers: { range: 'bytes=0-0' } }));
    expect(refused).toMatchObject({ status: 429, code: 'quota-recordings', numbers: { most: 2, used: 2, more: 1 } });
    expect(refused.error).toMatch(
      /^The daily limit of recordings for your role is 2\. You have used 2, and this is 1 more\. The limit resets at 00:00 UTC, in \d+ h \d+ min\.$/,
    );
    // An advance query is refused in the same words, and permitted recordings are neither granted nor counted.
    const trial = async (path: string | undefined) => (await server.ask(`${path}${path?.includes('?') ? '&' : '?'}trial`, { cookie })).status;
    expect([
      await trial(`${three}?take`),
      await trial(`${two}?take`),
      await trial('/api/export.zip'),
      await trial(`${two}/span.wav?from=0&to=100`),
    ]).toEqual([429, 204, 429, 204]);
    // A HEAD would be logged as listening, and a restart would then count the recording as granted.
    for (const path of [three, `${three}?take`]) expect((await server.ask(path ?? '', { cookie, method: 'HEAD' })).status, path).toBe(429);
    const left = 86_400 - (epoch % 86_400);
    expect(refused.wait).toBe(left);
    expect((await server.ask(`${two}/span.wav?from=0&to=100`, { cookie })).status).toBe(200);
    expect(JSON.parse((await server.ask('/api/my/sessions', { cookie })).text)).toMatchObject({
      quota: { recordings: 2, mostRecordings: 2, mostHours: null },
      // Not stored without --log-addresses.
      sessions: [{ user: 'two', address: null }],
    });

    // Every route: none returns the sound of another recording.
    const ways = Object.values<Route>(routes).filter(({ kind, method }) => kind !== 'anybody' && method === 'GET');
    const statuses: Record<string, number> = {};
    for (const { path } of ways) {
      const [, , id = '', name = ''] = (three ?? '').split('/');
      const way = path.replace('/api/cases/:id', `/api/cases/${caseId}`).replace(':id', id).replace(':name', name);
      const answer = await server.ask(way.endsWith('.wav') ? `${way}?from=0&to=100` : way, { cookie });
      statuses[path] = answer.status;
      if (answer.status < 300) expect(String(answer.headers['content-type']), path).not.toMatch(/audio|zip/);
    }
    expect(Object.entries(statuses).flatMap(([path, status]) => (status === 429 ? [path] : []))).toEqual([
      '/api/export.zip',
      '/api/cases/:id/export.zip',
      '/files/:id/:name/span.wav',
      '/files/:id/:name',
    ]);
    expect([statuses['/api/search'], statuses['/api/recordings/:id'], statuses['/api/cases/:id']]).toEqual([200, 200, 200]);
    const free = await server.signIn('free');
    expect((await server.ask(three ?? '', { cookie: free.cookie })).status).toBe(200);
    expect((await server.ask('/api/export.zip', { cookie: free.cookie })).status).toBe(200);
    await server.stop();
    const entered = (await entriesOf(rig)).filter(({ type, detail }) => type === 'request-refused' && detail.why === 'quota');
    expect(entered[0]?.detail).toMatchObject({ user: 'two', times: 1, recording: (three ?? '').split('/')[2] });
    expect(entered.reduce((sum, { detail }) => sum + Number(detail.times), 0)).toBe(9);

    await using again = await start();
    const back = (await again.signIn('two')).cookie;
    expect((await again.ask(one ?? '', { cookie: back })).status).toBe(200);
    expect((await again.ask(three ?? '', { cookie: back })).status).toBe(429);
    await again.stop();
    await using tomorrow = await start(epoch + 86_400);
    expect((await tomorrow.ask(three ?? '', { cookie: (await tomorrow.signIn('two')).cookie })).status).toBe(200);
  });

  test('counts exported recordings, and limits hours', async () => {
    await using server = await start(epoch + 86_400);
    const { cookie } = await server.signIn('short');
    const refused = refusedWith(await server.ask('/api/export.zip', { cookie }));
    expect(refused).toMatchObject({ status: 429, code: 'quota-hours', numbers: { most: 0.0001, used: 0 } });
    // Nothing was counted of it.
    expect(JSON.parse((await server.ask('/api/my/sessions', { cookie })).text)).toMatchObject({ quota: { recordings: 0, hours: 0 } });
    const two = (await server.signIn('two')).cookie;
    expect((await server.ask(`/api/export.zip?text=${withSound[0]}`, { cookie: two })).status).toBe(200);
    expect(JSON.parse((await server.ask('/api/my/sessions', { cookie: two })).text)).toMatchObject({ quota: { recordings: 2 } });
  });
});
