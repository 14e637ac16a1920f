import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageNote } from '../../src/core/page/data.ts';
import type { Rig } from '../cli/rig.ts';
import { type Answer, createArchive, entriesOf, recordingsOf, type Server, startServer, writeUsersWithRights } from './rig.ts';

let rig: Rig;
let server: Server;
let call: string;

beforeAll(async () => {
  rig = await createArchive();
  call = (await recordingsOf(rig, '--status', 'matched'))[0]?.recordingId ?? '';
  const rights = {
    anna: ['listen', 'annotate'],
    bo: ['listen', 'annotate'],
    cilla: ['listen', 'annotate', 'administer'],
    david: ['listen', 'export'],
    eva: ['export'],
  };
  server = await startServer(rig, ['--users', writeUsersWithRights(rig, rights)]);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

interface User {
  readonly cookie: string;
  readonly token: string;
}
const enter = async (name: string): Promise<User> => {
  const { cookie } = await server.signIn(name);
  return { cookie, token: (JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string }).token };
};
const send = ({ cookie, token }: User, path: string, body: unknown): Promise<Answer> =>
  server.ask(`/api/recordings/${path}`, {
    method: 'POST',
    cookie,
    headers: { origin: server.origin, 'x-longplay-token': token },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const notesIn = ({ text }: Answer): PageNote[] => (JSON.parse(text) as { notes: PageNote[] }).notes;
const entered = async () => (await entriesOf(rig)).filter(({ type }) => type.startsWith('note-'));

describe('notes and tags over HTTP', () => {
  test('are written by users who may listen and annotate, and read by all who may see the call', async () => {
    const anna = await enter('anna');
    const added = await send(anna, `${call}/notes`, {
      kind: 'note',
      text: 'Åsa confirms\nthe order <b>',
      fromMs: 100,
      toMs: 400,
      file: 'access-1.opus',
    });
    expect(added.status).toBe(200);
    expect(notesIn(added)).toMatchObject([
      { kind: 'note', text: 'Åsa confirms\nthe order <b>', by: 'anna', span: { fromMs: 100, toMs: 400 }, file: 'access-1.opus', withdrawn: null },
    ]);
    expect(notesIn(await send(anna, `${call}/notes`, { kind: 'tag', text: 'order' }))).toHaveLength(2);
    const david = await enter('david');
    const seen = JSON.parse((await server.ask(`/api/recordings/${call}`, { cookie: david.cookie })).text) as { notes: PageNote[] };
    expect(seen.notes.map(({ text }) => text)).toEqual(['Åsa confirms\nthe order <b>', 'order']);
    expect((await send(david, `${call}/notes`, { kind: 'tag', text: 'x' })).status).toBe(403);
    const [first] = await entered();
    expect(first).toMatchObject({ type: 'note-added', detail: { user: 'anna', recording: call, kind: 'note', fromMs: 100, toMs: 400 } });
    expect(JSON.stringify(first?.logged)).not.toMatch(/anna|order/);
    expect(first?.details.text).toBe('Åsa confirms\nthe order <b>');
    // Entries of the command line are visible as well.
    expect((await rig.run(['tag', 'add', 'archive', call, 'from the shell'])).code).toBe(0);
    await expect.poll(async () => (await server.ask(`/api/recordings/${call}`, { cookie: david.cookie })).text).toContain('from the shell');
  });

  test('are withdrawn by their author or an administrator, with a reason, once', async () => {
    const [anna, bo, cilla] = await Promise.all(['anna', 'bo', 'cilla'].map(enter));
    if (anna === undefined || bo === undefined || cilla === undefined) throw new Error('nobody');
    const all = notesIn(await send(anna, `${call}/notes`, { kind: 'note', text: 'mine' }));
    const mine = all.at(-1)?.id ?? '';
    const withdraw = async (user: User, id: string, reason: unknown = 'of another call'): Promise<number> =>
      (await send(user, `${call}/notes/${id}/withdraw`, { reason })).status;
    expect(await withdraw(bo, mine)).toBe(403);
    expect(await withdraw(anna, mine, ' ')).toBe(400);
    expect(await withdraw(anna, mine, 7)).toBe(400);
    expect(await withdraw(anna, 'ffffffffffffffff')).toBe(404);
    const gone = await send(anna, `${call}/notes/${mine}/withdraw`, { reason: 'of  another call' });
    expect(notesIn(gone).at(-1)).toMatchObject({ text: 'mine', by: 'anna', withdrawn: { by: 'anna', reason: 'of another call' } });
    expect(await withdraw(anna, mine)).toBe(409);
    expect(await withdraw(cilla, all[0]?.id ?? '')).toBe(200);
  });

  test('with unusable content are refused, and nothing is logged', async () => {
    const anna = await enter('anna');
    const before = (await entered()).length;
    for (const body of [
      'no JSON',
      {},
      { kind: 'note' },
      { kind: 'other', text: 'x' },
      { kind: 'note', text: ' ' },
      { kind: 'note', text: 'x'.repeat(2_001) },
      { kind: 'tag', text: 'a,b' },
      { kind: 'note', text: 'x', fromMs: 1 },
      { kind: 'note', text: 'x', fromMs: 5, toMs: 5 },
      { kind: 'note', text: 'x', fromMs: -5, toMs: 5 },
      { kind: 'note', text: 'x', fromMs: 0.5, toMs: 5 },
      { kind: 'note', text: 'x', fromMs: 9_000_000, toMs: 9_000_001 },
      { kind: 'note', text: 'x', fromMs: 0, toMs: 5, file: '../x' },
      'x'.repeat(40_000),
    ])
      expect((await send(anna, `${call}/notes`, body)).status, JSON.stringify(body).slice(0, 60)).toBe(400);
    expect((await send(anna, '00000000-0000-8000-8000-000000000000/notes', { kind: 'tag', text: 'x' })).status).toBe(404);
    const noToken = await server.ask(`/api/recordings/${call}/notes`, {
      method: 'POST',
      cookie: anna.cookie,
      headers: { origin: server.origin },
      body: '{"kind":"tag","text":"x"}',
    });
    expect(noToken.status).toBe(403);
    expect((await entered()).length).toBe(before);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });

  test('tags are offered, and find their calls, for users who may see notes; others learn nothing from them', async () => {
    const anna = await enter('anna');
    const [, second = ''] = (await recordingsOf(rig, '--status', 'matched')).map(({ recordingId }) => recordingId);
    for (const id of [call, second]) expect((await send(anna, `${id}/notes`, { kind: 'tag', text: 'Prüfung ‹2›' })).status).toBe(200);
    expect((await send(anna, `${second}/notes`, { kind: 'tag', text: 'only this' })).status).toBe(200);
    const david = await enter('david');
    const tags = JSON.parse((await server.ask('/api/tags', { cookie: david.cookie })).text) as { tags: string[] };
    expect(tags.tags).toEqual(expect.arrayContaining(['Prüfung ‹2›', 'only this']));
    const found = async (question: string): Promise<string[]> => {
      const { status, text } = await server.ask(`/api/search?${question}`, { cookie: david.cookie });
      expect(status).toBe(200);
      const lines = text.trim().split('\n');
      const { rows } = JSON.parse(lines[0] ?? '') as { rows: { id: string }[] };
      expect((JSON.parse(lines.at(-1) ?? '') as { total: number }).total).toBe(rows.length + Number(new URLSearchParams(question).get('offset')));
      return rows.map(({ id }) => id);
    };
    expect((await found('tag=prufung')).sort()).toEqual([call, second].sort());
    expect(await found('tag=PRUFUNG+2&offset=1')).toHaveLength(1);
    expect(await found(`tag=only+this&text=${second}`)).toEqual([second]);
    expect(await found(`tag=only+this&text=${call}`)).toEqual([]);
    expect((await server.ask('/api/export.zip?tag=only+this', { cookie: david.cookie })).status).toBe(200);
    // Export permission alone shows no notes.
    const eva = await enter('eva');
    expect((await server.ask('/api/export.zip?tag=only+this', { cookie: eva.cookie })).status).toBe(404);
    expect((await server.ask('/api/tags', { cookie: eva.cookie })).status).toBe(403);
    // After an erasure beside the server they find nothing.
    expect((await rig.run(['tag', 'add', 'archive', call, 'by the shell', '--as', 'zoe'])).code).toBe(0);
    await expect.poll(() => found('tag=by+the+shell')).toEqual([call]);
    expect((await rig.run(['log', 'forget', 'archive', '--who', 'zoe', '--reason', 'left', '--yes'])).code).toBe(0);
    await expect.poll(() => found('tag=by+the+shell')).toEqual([]);
  });
});
