import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { type Answer, createArchive, entriesOf, recordingsOf, type Server, startServer, writeUsers } from './rig.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let rig: Rig;
let server: Server;
let anna: Client;
let ids: readonly string[];

interface Client {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

async function clientOf(user: string): Promise<Client> {
  const { cookie } = await server.signIn(user);
  const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
  return {
    get: (path, headers = {}) => server.ask(path, { cookie, headers }),
    post: (path, body, headers = {}) =>
      server.ask(path, {
        method: 'POST',
        cookie,
        headers: { origin: server.origin, 'x-longplay-token': token, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

const read = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown>;

beforeAll(async () => {
  rig = await createArchive();
  mkdirSync(rig.path('scratch'));
  server = await startServer(rig, ['--users', writeUsers(rig)], { LONGPLAY_TMPDIR: rig.path('scratch') });
  anna = await clientOf('anna');
  ids = (await recordingsOf(rig, '--status', 'matched')).map(({ recordingId }) => recordingId).sort();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

test('a case is opened, filled, put in order, thinned out with a reason and taken; the log has each digest, no title and no reason, and verify agrees', async () => {
  const made = await anna.post('/api/cases', { title: 'Deal  4711', country: '+46' });
  expect([made.status, read(made)]).toMatchObject([201, { title: 'Deal 4711', createdBy: 'anna', recordings: 0, messages: 0 }]);
  const id = String(read(made).id);
  const folder = rig.path('archive/cases', id);
  const digest = (): string =>
    createHash('sha256')
      .update(readFileSync(`${folder}/case.json`))
      .digest('hex');
  const digests = [digest()];
  const [first = '', second = ''] = ids;
  expect(read(await anna.post(`/api/cases/${id}/add`, { recordings: [first, second, first] }))).toMatchObject({ added: 2, recordings: 2 });
  digests.push(digest());
  expect(read(await anna.post(`/api/cases/${id}/add`, { recordings: [first] }))).toMatchObject({ added: 0, recordings: 2 });
  expect(digest()).toBe(digests[1]);
  const shown = read(await anna.get(`/api/cases/${id}`)) as { timeline: { rows: { key: string; kind: string }[] } };
  expect([...new Set(shown.timeline.rows.map(({ key }) => key))].sort()).toEqual([first, second].sort());
  expect(read(await anna.post(`/api/cases/${id}/remove`, { recordings: [second], reason: 'of another deal' }))).toMatchObject({
    removed: 1,
    recordings: 1,
  });
  digests.push(digest());
  const kept = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { removed: unknown[]; recordings: { reasons: unknown[] }[] };
  expect(kept.removed).toMatchObject([{ recordingId: second, reason: 'of another deal', by: 'anna' }]);
  expect(kept.recordings[0]?.reasons).toMatchObject([{ kind: 'hand', by: 'anna' }]);
  expect(read(await anna.get('/api/cases'))).toMatchObject({ cases: [{ id, recordings: 1 }], damaged: 0 });

  const zip = await anna.get(`/api/cases/${id}/export.zip`);
  expect([zip.status, zip.headers['content-type'], zip.headers['content-length']]).toEqual([200, 'application/zip', String(zip.body.length)]);
  writeFileSync(rig.path('case.zip'), zip.body);
  expect((await rig.exec('unzip', ['-q', 'case.zip', '-d', 'taken'], rig.folder)).code).toBe(0);
  const bag = rig.path('taken', `case-${id}`);
  expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], bag)).code).toBe(0);
  expect(readdirSync(`${bag}/data/recordings`)).toEqual([first]);
  expect(readdirSync(rig.path('scratch'))).toEqual([]);

  const mine = (await entriesOf(rig)).filter(({ detail }) => detail.case === id);
  expect(mine.map(({ type, detail }) => [type, detail.deed, detail.recordings, detail.user])).toEqual([
    ['case-changed', 'opened', 0, 'anna'],
    ['case-changed', 'recordings-added', 2, 'anna'],
    ['case-shown', undefined, undefined, 'anna'],
    ['case-changed', 'recordings-removed', 1, 'anna'],
    ['exported', undefined, 1, 'anna'],
  ]);
  expect(mine.flatMap(({ detail }) => (detail.sha256 === undefined ? [] : [detail.sha256]))).toEqual(digests);
  expect(JSON.stringify(await entriesOf(rig))).not.toMatch(/Deal|another deal/);

  const verified = async () => {
    const { code, lines } = await rig.json(['verify', 'archive']);
    return [code, lines.filter((line) => line.type === 'verdict' && line.code === 'C125').map((line) => line.verdict)];
  };
  expect(await verified()).toEqual([0, []]);
  const good = readFileSync(`${folder}/case.json`);
  writeFileSync(`${folder}/case.json`, good.toString().replace(first, second));
  expect(await verified()).toEqual([4, ['corrupt']]);
  // The next change was entered, and the run was killed before it took its place: no alarm, and what was entered is finished by the change that follows.
  writeFileSync(`${folder}/case.json`, good.toString().replace('Deal 4711', 'Deal 4712'));
  writeFileSync(`${folder}/.longplay-next-case.json`, good);
  expect(await verified()).toEqual([0, []]);
  expect(read(await anna.post(`/api/cases/${id}/add`, { recordings: [first, second] }))).toMatchObject({ title: 'Deal 4711', recordings: 2 });
  expect(existsSync(`${folder}/.longplay-next-case.json`)).toBe(false);
  // One that was not entered never happened.
  writeFileSync(`${folder}/.longplay-next-case.json`, good.toString().replace('Deal 4711', 'Deal 4713'));
  expect((await rig.json(['case', 'remove', 'archive', id, second, '--reason', 'by hand'])).code).toBe(0);
  expect((JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { title: string }).title).toBe('Deal 4711');
  writeFileSync(`${folder}/case.json`, good);
  expect(await verified()).toEqual([4, ['rolled-back']]);
});

test('who may not know of cases gets, whatever they ask, the one answer for what is not there', async () => {
  const id = String(read(await anna.post('/api/cases', { title: 'Closed' })).id);
  const nothing = await anna.get('/api/nothing');
  expect(nothing.status).toBe(404);
  for (const user of ['bo', 'cilla', 'david', 'eva']) {
    const client = await clientOf(user);
    expect(read(await client.get('/api/overview')).may).toMatchObject({ cases: false });
    for (const answer of [
      await client.get('/api/cases'),
      await client.get(`/api/cases/${id}`),
      await client.get('/api/cases/20200101-00000000'),
      await client.get(`/api/cases/${id}/export.zip`),
      await client.post('/api/cases', { title: 'x' }),
      await client.post(`/api/cases/${id}/add`, { recordings: ids }),
      await client.post(`/api/cases/${id}/remove`, 'no JSON'),
    ])
      expect([answer.status, answer.text, Object.keys(answer.headers)]).toEqual([404, nothing.text, Object.keys(nothing.headers)]);
  }
  expect(read(await anna.get('/api/overview')).may).toEqual({ export: true, cases: true });
  expect(read(await anna.get(`/api/cases/${id}`))).toMatchObject({ recordings: 0 });
});

test('from other pages, without the token, with bodies and ids that are none, nothing is changed', async () => {
  const id = String(read(await anna.post('/api/cases', { title: 'Kept' })).id);
  const before = readFileSync(rig.path('archive/cases', id, 'case.json'));
  const cases = readdirSync(rig.path('archive/cases')).length;
  const [first = ''] = ids;
  const statuses = async (asked: readonly Promise<Answer>[]) => (await Promise.all(asked)).map(({ status }) => status);
  const add = { recordings: [first] };
  expect(
    await statuses([
      anna.post(`/api/cases/${id}/add`, add, { origin: 'http://elsewhere.example' }),
      anna.post(`/api/cases/${id}/add`, add, { 'sec-fetch-site': 'same-site' }),
      anna.post(`/api/cases/${id}/add`, add, { 'x-longplay-token': 'x' }),
      anna.post('/api/cases', { title: 'x' }, { 'x-longplay-token': '' }),
      anna.get(`/api/cases/${id}/export.zip`, { 'sec-fetch-site': 'cross-site' }),
    ]),
  ).toEqual([403, 403, 403, 403, 403]);
  expect(
    await statuses([
      anna.post(`/api/cases/${id}/add`, '{'),
      anna.post(`/api/cases/${id}/add`, '[]'),
      anna.post(`/api/cases/${id}/add`, { recordings: [] }),
      anna.post(`/api/cases/${id}/add`, { recordings: [first.slice(0, 8)] }),
      anna.post(`/api/cases/${id}/add`, { recordings: [first, 7] }),
      anna.post(`/api/cases/${id}/add`, { recordings: Array.from({ length: 2_000 }, () => first) }),
      anna.post(`/api/cases/${id}/remove`, { recordings: [first] }),
      anna.post('/api/cases', { title: ' ' }),
      anna.post('/api/cases', { title: 'x'.repeat(501) }),
      anna.post('/api/cases', { title: 'x', country: 'Sweden' }),
      anna.post(`/api/cases/${id}/remove`, { recordings: [first], reason: 'x'.repeat(501) }),
    ]),
  ).toEqual(Array(11).fill(400));
  expect(
    await statuses([
      anna.post(`/api/cases/${id}/add`, { recordings: [first, '00000000-0000-8000-8000-000000000000'] }),
      anna.post('/api/cases/20200101-00000000/add', add),
      anna.post(`/api/cases/${id.slice(0, 12)}/add`, add),
      anna.get('/api/cases/longplay.json'),
      anna.get('/api/cases/20200101-00000000/export.zip'),
    ]),
  ).toEqual([404, 404, 404, 404, 404]);
  expect(await statuses([anna.post(`/api/cases/${id}/remove`, { recordings: [first], reason: '' })])).toEqual([200]);
  expect(readFileSync(rig.path('archive/cases', id, 'case.json')).equals(before)).toBe(true);
  expect(readdirSync(rig.path('archive/cases')).length).toBe(cases);
  expect((await entriesOf(rig)).filter(({ detail }) => detail.case === id).map(({ type, detail }) => [type, detail.deed])).toEqual([
    ['case-changed', 'opened'],
  ]);
});
