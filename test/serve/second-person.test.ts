import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireLock } from '../../src/archive/files/lock.ts';
import { exportCase } from '../../src/cases/hand-over/export-case.ts';
import { createExportRequests, type RequestedExport, requestLimits } from '../../src/serve/accounts/export-requests.ts';
import { type Route, routes } from '../../src/serve/accounts/routes.ts';
import { requestedExportOf } from '../../src/serve/answer/export-permission.ts';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { type Answer, entriesOf, passwordLine, type Server, startServer, writeUsersFile } from './rig.ts';

const head = { kind: 'search', said: [], case: null, masked: false, take: 'access', query: '[]', address: null } as const;
const sounds = (...ids: string[]) => ids.map((recordingId) => ({ recordingId, durationMs: 1_800_000 }));
const wish: RequestedExport = requestedExportOf(head, sounds('1', '2'));

describe('export requests', () => {
  test('are for one export: with other recordings, another search, other files or a changed case it is another one', () => {
    expect(wish).toMatchObject({ recordings: ['1', '2'], hours: 1 });
    expect(requestedExportOf(head, sounds('2', '1')).key).toBe(wish.key);
    const others = [
      requestedExportOf(head, sounds('1', '2', '3')),
      requestedExportOf(head, sounds('1')),
      requestedExportOf({ ...head, query: '[["text","x"]]' }, sounds('1', '2')),
      requestedExportOf({ ...head, take: 'original' }, sounds('1', '2')),
      requestedExportOf({ ...head, kind: 'selection' }, sounds('1', '2')),
      requestedExportOf({ ...head, kind: 'case', case: 'a' }, sounds('1', '2'), 'as it was'),
      requestedExportOf({ ...head, kind: 'case', case: 'a' }, sounds('1', '2'), 'as it is'),
    ];
    expect(new Set([wish, ...others].map(({ key }) => key)).size).toBe(others.length + 1);
  });

  test('last a day, and another one after a decision; each changes only from its present state', () => {
    let now = 0;
    const requests = createExportRequests(() => now);
    const id = requests.add('anna', wish, 'why')?.id ?? '';
    expect(requests.move(id, 'waits', 'allowed', 'bert')).toBeNull();
    requests.move(id, 'entering', 'waits');
    now = requestLimits.lastingMs - 1;
    expect(requests.open('ANNA', wish.key)?.state).toBe('waits');
    expect(requests.move(id, 'waits', 'allowed', 'bert')).toMatchObject({ state: 'allowed', decidedBy: 'bert' });
    now += requestLimits.lastingMs - 1;
    expect(requests.open('anna', wish.key)?.state).toBe('allowed');
    expect(requests.open('bert', wish.key)).toBeNull();
    now++;
    expect([requests.open('anna', wish.key), requests.one(id), requests.move(id, 'allowed', 'taken')]).toEqual([null, null, null]);
    expect(requests.all()).toEqual([]);
  });

  test('are limited: ten open ones of a user, a hundred of all, and as many closed ones', () => {
    const requests = createExportRequests(() => 0);
    const added = (user: string) => requests.add(user, wish, 'why');
    for (let count = 0; count < 10; count++) expect(added('anna')).not.toBeNull();
    expect([added('anna'), added('Anna')]).toEqual([null, null]);
    for (let user = 0; user < 9; user++) for (let count = 0; count < 10; count++) expect(added(`u${user}`)).not.toBeNull();
    expect(added('bert')).toBeNull();
    for (let count = 0; count < 500; count++) {
      for (const { id, state } of requests.all()) if (state === 'entering') requests.move(id, 'entering', 'refused');
      expect(added(`v${count}`)).not.toBeNull();
    }
    expect(requests.all().length).toBeLessThanOrEqual(2 * requestLimits.ofAll + 1);
  });
});

describe('export requests to the server', () => {
  let rig: Rig;
  let server: Server;
  let users: string;
  let all: readonly string[];
  let caseId: string;
  // One day: the tests may run across midnight.
  const env = { SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1_000)) };
  const line = passwordLine();
  const usersText = (limit: string): string => {
    const user = (name: string, role: string) => `[users.${name}]\npassword = "${line}"\nrole = "${role}"`;
    return [
      ...[
        user('anna', 'keepers'),
        user('ANNA', 'keepers'),
        user('bert', 'keepers'),
        user('cilla', 'desk'),
        user('dora', 'listeners'),
        user('few', 'few'),
      ],
      '[roles.keepers]\nrights = ["listen", "export"]\n[roles.listeners]\nrights = ["listen"]',
      '[roles.desk]\nrights = ["listen", "export"]\n[roles.desk.only]\norg = ["accountcode=retail"]',
      '[roles.few]\nrights = ["export"]\n[roles.few.per-day]\nrecordings = 4',
      `[export]\n${limit}`,
    ].join('\n');
  };

  beforeAll(async () => {
    rig = createRig();
    const imported = await rig.run([
      'import',
      join(root, 'samples/asterisk-normal'),
      '--into',
      'archive',
      '--zone',
      'Europe/Stockholm',
      '--join-sides',
    ]);
    expect([0, 3], imported.stderr).toContain(imported.code);
    users = writeUsersFile(rig, 'users.toml', usersText('two-persons = 3'));
    server = await startServer(rig, ['--users', users], env);
    const bert = await person('bert');
    const [rows = ''] = (await bert.get('/api/search')).text.split('\n');
    all = (JSON.parse(rows) as { rows: { id: string }[] }).rows.map(({ id }) => id);
    expect(all.length).toBeGreaterThan(4);
    caseId = (JSON.parse((await bert.post('/api/cases', { title: 'Dispute' })).text) as { id: string }).id;
    expect((await bert.post(`/api/cases/${caseId}/add`, { recordings: all.slice(0, 4) })).status).toBe(200);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  interface Person {
    get(path: string): Promise<Answer>;
    post(path: string, body: unknown): Promise<Answer>;
    /** Sends it as another site would, or without the token. */
    forged(path: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  }
  async function comeIn(user: string): Promise<Person> {
    const { cookie } = await server.signIn(user);
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    const headers = { origin: server.origin, 'x-longplay-token': token };
    return {
      get: (path) => server.ask(path, { cookie }),
      post: (path, body) => server.ask(path, { cookie, method: 'POST', headers, body: JSON.stringify(body) }),
      forged: (path, other) =>
        server.ask(path, { cookie, method: 'POST', headers: { 'x-longplay-token': token, ...other }, body: '{"allow":true,"reason":"x"}' }),
    };
  }
  /** Users who are signed in, in the same session until the server restarts. */
  const inside = new Map<string, Promise<Person>>();
  const person = (user: string): Promise<Person> => {
    const known = inside.get(user) ?? comeIn(user);
    inside.set(user, known);
    return known;
  };
  const said = ({ status, text }: Answer): unknown => [status, (JSON.parse(text) as { code?: string }).code];
  const requestsOf = async (person: Person) => JSON.parse((await person.get('/api/export/requests')).text) as Record<'own' | 'others', Request[]>;
  interface Request {
    readonly id: string;
    readonly state: string;
    readonly address: string | null;
  }
  const request = (answer: Answer): string => {
    expect(answer.status, answer.text).toBe(201);
    return (JSON.parse(answer.text) as { request: string }).request;
  };
  const decide = (person: Person, id: string, allow: unknown): Promise<Answer> => person.post(`/api/export/requests/${id}/decide`, { allow });
  const [search, ask] = ['/api/export.zip', '/api/export/requests'];

  test('permit an export above the limit once, to the requester, after another user has allowed exactly this one', async () => {
    const anna = await person('anna');
    const again = await comeIn('anna');
    const [upper, bert, cilla, dora] = await Promise.all(['ANNA', 'bert', 'cilla', 'dora'].map(person));
    if (upper === undefined || bert === undefined || cilla === undefined || dora === undefined) throw new Error('nobody');

    // By every route that hands out several recordings.
    const ways = Object.values<Route>(routes).filter(({ method, path }) => method === 'GET' && path.endsWith('.zip'));
    expect(ways.map(({ path }) => path)).toEqual(['/api/export.zip', '/api/cases/:id/export.zip']);
    for (const { path } of ways) expect(said(await anna.get(path.replace(':id', caseId)))).toEqual([403, 'second-recordings']);
    const { selection } = JSON.parse((await anna.post('/api/export/selection', { recordings: all.slice(0, 4) })).text) as { selection: string };
    expect(said(await anna.get(`${search}?selection=${selection}`))).toEqual([403, 'second-recordings']);
    const refused = await anna.get(`${search}?trial`);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'second-recordings', numbers: { most: 3, used: 0, more: all.length } });
    expect(said(await anna.post(`${ask}?text=${all[0]}`, { reason: 'one' }))).toEqual([409, 'second-not-needed']);

    for (const reason of [undefined, '', '  ', 7, 'x'.repeat(501), 'a\nb'])
      expect(said(await anna.post(ask, { reason }))).toEqual([400, 'second-reason']);
    expect(said(await anna.forged(ask, { origin: server.origin, 'x-longplay-token': 'guessed' }))).toEqual([403, 'token']);
    expect(said(await anna.forged(ask, { origin: 'https://elsewhere.example' }))).toEqual([403, 'foreign']);
    expect(said(await dora.post(ask, { reason: 'to hear them' }))).toEqual([403, 'right-export']);
    expect(said(await cilla.post(`/api/cases/${caseId}/export/requests`, { reason: 'mine' }))).toEqual([404, 'not-there']);
    const id = request(await anna.post(ask, { reason: 'Order of the court, 17' }));
    expect(said(await anna.post(ask, { reason: 'again' }))).toEqual([409, 'second-waits']);
    expect(said(await anna.get(search))).toEqual([403, 'second-waits']);

    // Users who may not decide: the requester, in any session and spelling; users with less access; users without export permission.
    for (const self of [anna, again, upper]) expect(said(await decide(self, id, true))).toEqual([403, 'second-self']);
    expect(said(await decide(cilla, id, true))).toEqual([404, 'not-there']);
    expect((await requestsOf(cilla)).others).toEqual([]);
    expect(said(await decide(dora, id, true))).toEqual([403, 'right-export']);
    expect(said(await dora.get(ask))).toEqual([403, 'right-export']);
    expect(said(await bert.forged(`${ask}/${id}/decide`, { origin: server.origin, 'x-longplay-token': '' }))).toEqual([403, 'token']);
    expect(said(await decide(bert, 'none', true))).toEqual([404, 'not-there']);
    expect(said(await decide(bert, id, 'yes'))).toEqual([400, 'request']);
    expect((await requestsOf(bert)).own).toEqual([]);
    expect((await requestsOf(bert)).others).toMatchObject([
      {
        id,
        user: 'anna',
        kind: 'search',
        said: [],
        take: 'access',
        recordings: all.length,
        reason: 'Order of the court, 17',
        state: 'waits',
        address: null,
      },
    ]);
    const decided = await Promise.all([decide(bert, id, true), decide(bert, id, false)]);
    expect(decided.map(({ status }) => status)).toEqual([200, 409]);
    expect(said(await decide(bert, id, true))).toEqual([409, 'second-over']);
    expect(said(await anna.post(ask, { reason: 'again' }))).toEqual([409, 'second-allowed']);

    // Neither that of another user, nor another export, nor a second time.
    expect(said(await bert.get(search))).toEqual([403, 'second-recordings']);
    expect(said(await anna.get(`${search}?take=original`))).toEqual([403, 'second-recordings']);
    expect(said(await anna.get(`${search}?from=1990-01-01`))).toEqual([403, 'second-recordings']);
    expect((await anna.get(`${search}?trial`)).status).toBe(204);
    const both = await Promise.all([anna.get(search), again.get(search)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(both.map(({ headers }) => headers['content-type'])).toContain('application/zip');
    expect(said(await anna.get(search))).toEqual([403, 'second-recordings']);
    expect((await requestsOf(anna)).own).toMatchObject([{ id, state: 'taken', decidedBy: 'bert', address: null }]);

    // Ticked calls are available in another session, too.
    const denied = request(await anna.post(`${ask}?selection=${selection}`, { reason: 'curious' }));
    expect((await decide(bert, denied, false)).status).toBe(200);
    expect(said(await anna.get(`${search}?selection=${selection}`))).toEqual([403, 'second-recordings']);
    const ticked = request(await anna.post(`${ask}?selection=${selection}`, { reason: 'needed' }));
    expect((await decide(bert, ticked, true)).status).toBe(200);
    const own = (await requestsOf(again)).own.find((one) => one.id === ticked);
    expect(said(await bert.get(own?.address ?? ''))).toEqual([404, 'none-found']);
    expect((await again.get(own?.address ?? '')).status).toBe(200);
    expect(said(await again.get(own?.address ?? ''))).toEqual([403, 'second-recordings']);
  });

  test('are withdrawn by the requester, waiting or allowed: they disappear for all others, and cannot be granted or used any more', async () => {
    const [anna, upper, bert, few] = await Promise.all(['anna', 'ANNA', 'bert', 'few'].map(person));
    if (anna === undefined || upper === undefined || bert === undefined || few === undefined) throw new Error('nobody');
    const withdraw = (person: Person, id: string): Promise<Answer> => person.post(`/api/export/requests/${id}/withdraw`, {});
    const id = request(await anna.post(`${ask}?text=*`, { reason: 'by mistake' }));
    expect((await requestsOf(bert)).others.map((one) => one.id)).toContain(id);
    for (const other of [bert, few]) expect(said(await withdraw(other, id))).toEqual([404, 'not-there']);
    expect(said(await withdraw(anna, 'none'))).toEqual([404, 'not-there']);
    expect(said(await anna.forged(`${ask}/${id}/withdraw`, { origin: 'https://elsewhere.example' }))).toEqual([403, 'foreign']);
    // Twice at once, and while somebody decides: one of them succeeds.
    const both = await Promise.all([withdraw(anna, id), withdraw(upper, id)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await requestsOf(bert)).others).toEqual([]);
    expect(said(await decide(bert, id, true))).toEqual([409, 'second-over']);
    expect(said(await withdraw(anna, id))).toEqual([409, 'second-over']);
    expect((await requestsOf(anna)).own[0]).toMatchObject({ id, state: 'withdrawn', address: null });
    expect(said(await anna.get(`${search}?text=*`))).toEqual([403, 'second-recordings']);
    // It may be requested again; an allowed one can be withdrawn as well, and is then not handed out.
    const again = request(await anna.post(`${ask}?text=*`, { reason: 'after all' }));
    expect((await decide(bert, again, true)).status).toBe(200);
    expect((await withdraw(anna, again)).status).toBe(200);
    expect(said(await anna.get(`${search}?text=*`))).toEqual([403, 'second-recordings']);
    const raced = request(await anna.post(`${ask}?text=*`, { reason: 'raced' }));
    const [decision, withdrawal] = await Promise.all([decide(bert, raced, true), withdraw(anna, raced)]);
    expect([decision.status, withdrawal.status]).toContain(200);
    const ended = (await requestsOf(anna)).own.find((one) => one.id === raced);
    expect(ended?.state).toBe(withdrawal.status === 200 ? 'withdrawn' : 'allowed');
    if (withdrawal.status !== 200) expect((await withdraw(anna, raced)).status).toBe(200);
    await expect.poll(async () => (await entriesOf(rig)).filter(({ type }) => type === 'export-withdrawn').length).toBe(3);
    const [first, second] = (await entriesOf(rig)).filter(({ type }) => type === 'export-withdrawn');
    expect(first).toMatchObject({
      logged: { request: id, allowed: false, recordings: all.length },
      details: { user: expect.stringMatching(/^anna$/i) },
    });
    expect(second).toMatchObject({ logged: { request: again, allowed: true }, details: { user: 'anna' } });
  });

  test('for a case that has grown since are for another export', async () => {
    const [anna, bert] = [await person('anna'), await person('bert')];
    const [take, askCase] = [`/api/cases/${caseId}/export.zip`, `/api/cases/${caseId}/export/requests`];
    expect((await decide(bert, request(await anna.post(askCase, { reason: 'for the lawyer' })), true)).status).toBe(200);
    expect((await bert.post(`/api/cases/${caseId}/add`, { recordings: [all[4]] })).status).toBe(200);
    expect(said(await anna.get(take))).toEqual([403, 'second-recordings']);
    expect((await decide(bert, request(await anna.post(askCase, { reason: 'one more' })), true)).status).toBe(200);
    // Nor is one that grows between the request and the zip.
    const wanted = {
      out: rig.path('case.zip'),
      zip: true,
      mask: false,
      mediaTypes: new Map(),
      decodeOpus: () => Promise.reject(new Error('nothing is masked')),
      caseSha256: '0'.repeat(64),
    };
    const tools = { keys: rig.keys, temporary: rig.folder, now: () => '2026-01-01T00:00:00.000Z', actor: () => null, user: () => null };
    const made = exportCase(rig.path('archive'), caseId, wanted, tools, AbortSignal.timeout(30_000));
    const run = async (): Promise<void> => {
      for await (const _event of made);
    };
    await expect(run()).rejects.toMatchObject({ code: 'A105', message: expect.stringContaining('was changed after this hand-over was requested') });
    // An export that could not be prepared is not used up.
    const lock = await acquireLock(rig.path('archive/cases', caseId), AbortSignal.timeout(30_000));
    expect(said(await anna.get(take))).toEqual([409, 'case-busy']);
    await lock.release();
    expect((await anna.get(take)).headers['content-type']).toBe('application/zip');
    expect(said(await anna.get(take))).toEqual([403, 'second-recordings']);
  });

  test('are needed if many small exports of a day of one user exceed the limit, across a restart as well; the setting applies at once, by hours too', async () => {
    const bert = await person('bert');
    const one = (id: string | undefined): string => `${search}?text=${id}`;
    for (const id of [...all.slice(0, 3), all[0]]) expect((await bert.get(one(id))).status).toBe(200);
    const over = await bert.get(one(all[3]));
    expect(JSON.parse(over.text)).toMatchObject({ code: 'second-recordings', numbers: { most: 3, used: 3, more: 1 } });
    // A user whose daily quota is too small is told so: no permission would help.
    const few = await comeIn('few');
    expect([said(await few.get(search)), said(await few.post(ask, { reason: 'all of it' }))]).toEqual([
      [429, 'quota-recordings'],
      [429, 'quota-recordings'],
    ]);
    // Exports allowed by a second person are not part of the sum.
    const anna = await person('anna');
    expect((await anna.get(one(all[0]))).status).toBe(200);
    await server.stop();
    inside.clear();
    server = await startServer(rig, ['--users', users], env);
    const back = await person('bert');
    expect((await back.get(one(all[0]))).status).toBe(200);
    expect(said(await back.get(one(all[3])))).toEqual([403, 'second-recordings']);
    expect((await (await person('anna')).get(one(all[1]))).status).toBe(200);
    writeFileSync(users, usersText('two-persons-hours = 0.00001'));
    const cilla = await comeIn('cilla');
    expect(said(await cilla.get(search))).toEqual([403, 'second-hours']);
    writeFileSync(users, usersText('two-persons = 1000'));
    expect((await cilla.get(search)).status).toBe(200);
  });

  test('are logged with requester, approver and recipient, by pseudonyms; names, reasons and recordings are beside the log', async () => {
    await server.stop();
    const entries = await entriesOf(rig);
    const of = (type: string) => entries.filter((entry) => entry.type === type);
    const [asked] = of('export-asked');
    const [decided] = of('export-decided');
    const taken = of('export-begun').filter(({ detail }) => detail.request !== undefined);
    expect(asked).toMatchObject({
      logged: { by: 'search', take: 'access', recordings: all.length },
      details: { user: 'anna', reason: 'Order of the court, 17', query: '[]', recordings: expect.arrayContaining([...all]) },
    });
    expect(decided).toMatchObject({
      logged: { request: asked?.logged.request, allowed: true, of: asked?.logged.who, setSha256: asked?.logged.setSha256 },
      details: { user: 'bert', askedBy: 'anna' },
    });
    expect(taken[0]).toMatchObject({
      logged: { request: asked?.logged.request, who: asked?.logged.who, of: decided?.logged.who },
      details: { user: 'anna', allowedBy: 'bert' },
    });
    expect(taken).toHaveLength(2);
    const withdrawn = new Set(of('export-withdrawn').map(({ logged }) => logged.request));
    expect(of('export-decided').flatMap(({ logged }) => (withdrawn.has(logged.request) ? [] : [logged.allowed]))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
    expect(of('exported').filter(({ logged }) => logged.case === caseId)).toMatchObject([
      { logged: { request: expect.any(String), of: decided?.logged.who }, details: { user: 'anna', allowedBy: 'bert' } },
    ]);
    expect(of('request-refused').map(({ detail }) => detail.why)).toContain('second-person');
    expect(JSON.stringify(entries.map(({ logged }) => logged))).not.toMatch(/anna|bert|court|lawyer/i);
  });
});
