import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { secretBytes } from '../../../src/sealing/age/x25519.ts';
import { root } from '../../cli/rig.ts';
import { createSealedRig, recordingFolders, type SealedRig } from '../../cli/sealed/sealed-rig.ts';
import { type Answer, entriesOf, type Server, startServer, writeUsersWithRights } from '../rig.ts';

const sample = join(root, 'samples/cases/deal-4711');
let rig: SealedRig;
let server: Server;
let anna: Client;
let earlier: string;
const env = (): Record<string, string> => ({ LONGPLAY_KEYRING: rig.keyring });
/** Bodies of all answers. */
const bodies: Buffer[] = [];

interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

async function clientOf(user: string): Promise<Client> {
  const { cookie } = await server.signIn(user);
  const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
  const kept = async (answer: Promise<Answer>): Promise<Answer> => {
    bodies.push((await answer).body);
    return await answer;
  };
  return {
    get: (path) => kept(server.ask(path, { cookie })),
    post: (path, body) =>
      kept(
        server.ask(path, {
          method: 'POST',
          cookie,
          headers: { origin: server.origin, 'x-longplay-token': token },
          body: body instanceof Uint8Array ? body : JSON.stringify(body),
        }),
      ),
  };
}

const read = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown>;
const opened = async (title: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const made = await anna.post('/api/cases', { title, country: '+46', ...more });
  expect(made.status, made.text).toBe(201);
  return String(read(made).id);
};

interface Kept {
  readonly recordings: readonly { readonly recordingId: string; readonly reasons: readonly { kind: string; detail: string }[] }[];
}
/** A case as the command line shows it with the keyring. */
async function kept(id: string): Promise<Kept> {
  const { lines } = await rig.json(['case', 'show', 'archive', id], env());
  const found = lines.find(({ of }) => of === 'document');
  if (found === undefined) throw new Error('no case is shown');
  return (found.value as { document: Kept }).document;
}
const reasonsOf = async (id: string) =>
  (await kept(id)).recordings.map(({ recordingId, reasons }) => [recordingId, reasons.map(({ kind, detail }) => [kind, detail])]);

beforeAll(async () => {
  rig = await createSealedRig();
  for (const [folder, ...more] of [
    ['pbx', '--zone', 'Europe/Stockholm'],
    ['board', '--zone', 'UTC'],
  ] as const) {
    const { code, stderr } = await rig.sealed(
      'import',
      join(sample, folder),
      '--into',
      'archive',
      '--site',
      folder,
      '--sealed',
      '--no-keep-tables',
      ...more,
    );
    expect(code, stderr).toBe(0);
  }
  const made = await rig.json(['case', 'new', 'archive', '--title', 'Of the command line', '--as', 'cilla'], env());
  earlier = String(made.summary.id);
  expect((await rig.sealed('case', 'messages', 'archive', earlier, join(sample, 'mail/2-answer.eml'))).code).toBe(0);
  mkdirSync(rig.path('scratch'));
  server = await startServer(rig, ['--users', writeUsersWithRights(rig, { anna: ['listen', 'export', 'annotate'], bo: ['listen'] })], {
    ...env(),
    LONGPLAY_TMPDIR: rig.path('scratch'),
  });
  anna = await clientOf('anna');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

test('cases of a sealed archive are listed, opened, filled, read, reduced and handed over; each access is logged before it', async () => {
  expect(read(await anna.get('/api/overview')).may).toMatchObject({ cases: true });
  const id = await opened('Deal  4711');
  const theirs = String((await rig.json(['case', 'new', 'archive', '--title', 'Theirs', '--country', '+46'], env())).summary.id);
  const party = ['+46 70-174 06 05'];
  const byParty = await anna.post(`/api/cases/${id}/add`, { party, query: { from: '2025-10-26', to: '2025-10-27' } });
  expect([byParty.status, read(byParty)]).toMatchObject([200, { added: 3, uncertainLeftOut: 0, undatedLeftOut: 0, unreadable: 0 }]);
  expect(read(await anna.post(`/api/cases/${id}/add`, { correlated: true }))).toMatchObject({ keysNotFollowed: 0 });
  const window = ['--from', '2025-10-26', '--to', '2025-10-27', '--zone', 'UTC'];
  expect((await rig.sealed('case', 'add', 'archive', theirs, '--party', ...party, ...window)).code).toBe(0);
  expect((await rig.sealed('case', 'add', 'archive', theirs, '--correlated')).code).toBe(0);
  expect(await reasonsOf(id)).toEqual(await reasonsOf(theirs));

  const mail = readFileSync(join(sample, 'mail/1-confirm.eml'));
  const received = await anna.post(`/api/cases/${id}/messages?name=1-confirm.eml`, mail);
  expect([received.status, read(received)], received.text).toMatchObject([200, { received: 1, isKnown: false, messages: 1 }]);
  expect(read(await anna.post(`/api/cases/${id}/messages?name=1-confirm.eml`, mail))).toMatchObject({ isKnown: true, messages: 1 });

  const shown = read(await anna.get(`/api/cases/${id}`)) as {
    title: string;
    timeline: { rows: { key: string; kind: string; text: string }[]; unreadable: number };
    members: { recording: string }[];
    custody: { what: string; by: string | null }[];
  };
  expect([shown.title, shown.timeline.unreadable, shown.timeline.rows.filter(({ kind }) => kind === 'message').length]).toEqual(['Deal 4711', 0, 1]);
  expect(shown.custody.map(({ what, by }) => [what, by])).toEqual([
    ['opened', 'anna'],
    ['recordings-added', 'anna'],
    ['recordings-added', 'anna'],
    ['messages-added', 'anna'],
    ['case-messages', 'anna'],
  ]);
  const [first = '', second = ''] = shown.members.map(({ recording }) => recording);
  expect(read(await anna.post(`/api/cases/${id}/remove`, { recordings: [second], reason: 'of another deal' }))).toMatchObject({ removed: 1 });
  expect(await kept(id)).toMatchObject({
    removed: [{ recordingId: second, reason: 'of another deal', by: 'anna' }],
  });

  // Actions before the start of the server are readable: the agent opens the entries about the case.
  const before = read(await anna.get(`/api/cases/${earlier}`)) as typeof shown;
  expect([before.title, before.custody.map(({ what, by }) => [what, by])[0]]).toEqual(['Of the command line', ['opened', 'cilla']]);
  const listed = read(await anna.get('/api/cases')) as { cases: { title: string }[]; damaged: number };
  expect([listed.cases.map(({ title }) => title).sort(), listed.damaged]).toEqual([['Deal 4711', 'Of the command line', 'Theirs'], 0]);

  const zip = await anna.get(`/api/cases/${id}/export.zip`);
  expect([zip.status, zip.headers['content-type']], zip.text.slice(0, 300)).toEqual([200, 'application/zip']);
  writeFileSync(rig.path('case.zip'), zip.body);
  execFileSync('unzip', ['-q', 'case.zip', '-d', 'taken'], { cwd: rig.folder });
  const bag = rig.path('taken', `case-${id}-1`);
  execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], { cwd: bag });
  expect(readFileSync(join(bag, 'data/messages/1/original.eml')).equals(mail)).toBe(true);
  const recordings = readdirSync(join(bag, 'data/recordings'));
  expect([recordings.includes(first), recordings.includes(second)]).toEqual([true, false]);
  const key = /(longplay\/\S+)/.exec(readFileSync(join(bag, 'cover.txt'), 'utf8'))?.[1] ?? '';
  const checked = await rig.json(['case', 'check', bag, '--key', key]);
  expect([checked.code, checked.summary.verdict], JSON.stringify(checked.lines)).toEqual([0, 'complete']);
  expect(readdirSync(rig.path('scratch'))).toEqual([]);

  const entries = (await entriesOf({ ...rig, json: (args) => rig.json(args, env()) })).filter(
    ({ detail }) => detail.case === id && detail.user === 'anna',
  );
  const order = entries.map(({ type, detail }) => (type === 'case-changed' ? String(detail.deed) : type));
  expect(order.slice(0, 3)).toEqual(['opened', 'case-shown', 'case-read']);
  expect(order.slice(order.indexOf('export-begun'))).toEqual(['export-begun', 'exported', 'handed-over']);
  const begun = entries.find(({ type }) => type === 'export-begun');
  expect(begun?.detail.recordings).toBe(recordings.length);
});

test('a case about a data subject is collected, decided and handed over with all others masked', async () => {
  const id = await opened('Request', { subject: ['+46701740605', 'Åsa Öberg'] });
  const filled = await anna.post(`/api/cases/${id}/add`, { subject: true, uncertain: true });
  expect([filled.status, Number(read(filled).added) > 0], filled.text).toEqual([200, true]);
  const [first = ''] = (read(await anna.get(`/api/cases/${id}`)).members as { recording: string }[]).map(({ recording }) => recording);
  const decided = await anna.post(`/api/cases/${id}/decide`, { recording: first, decision: 'is-not', reason: 'another voice' });
  expect([decided.status, read(decided)], decided.text).toMatchObject([200, { decided: [null] }]);
  const masked = await anna.get(`/api/cases/${id}/export.zip?mask`);
  expect(masked.status, masked.text.slice(0, 300)).toBe(200);
  writeFileSync(rig.path('masked.zip'), masked.body);
  execFileSync('unzip', ['-q', 'masked.zip', '-d', 'masked'], { cwd: rig.folder });
  const bag = rig.path('masked', `case-${id}-1`);
  execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: bag });
  expect(readdirSync(join(bag, 'data/recordings'))).not.toContain(first);
  expect(readdirSync(join(bag, 'data'))).not.toContain('sealed-case.json');
});

test('users without access to cases learn nothing, an answer about one case has nothing of another, and no answer contains a key', async () => {
  const bo = await clientOf('bo');
  expect(read(await bo.get('/api/overview')).may).toMatchObject({ cases: false });
  const nothing = await bo.get('/api/nothing');
  for (const path of ['/api/cases', `/api/cases/${earlier}`, `/api/cases/${earlier}/export.zip`])
    expect([path, (await bo.get(path)).text]).toEqual([path, nothing.text]);
  const id = await opened('Neighbour 5522');
  const other = await opened('Apart');
  const alone = await anna.get(`/api/cases/${other}`);
  expect([alone.status, alone.text.includes('Neighbour'), alone.text.includes('Of the command line')]).toEqual([200, false, false]);
  expect((await anna.get('/api/cases/20200101-00000000')).status).toBe(404);
  const entries = (await entriesOf({ ...rig, json: (args) => rig.json(args, env()) })).filter(({ detail }) => detail.user === 'bo');
  expect(entries.filter(({ type }) => type.startsWith('case'))).toEqual([]);

  const archive = rig.path('archive');
  const secrets: string[] = [];
  // A hand-over has the keys of commitments, which open nothing.
  const take = (found: Readonly<Record<string, string>>): void => {
    for (const [name, secret] of Object.entries(found)) if (name !== 'public.json' && name !== 'commitment') secrets.push(secret);
  };
  for (const folder of recordingFolders(archive)) take(await rig.secretsIn(makingOf(join(folder, '../..')) ?? '', folder.split('/').at(-1) ?? ''));
  for (const one of readdirSync(join(archive, 'cases'))) {
    const { document } = JSON.parse(readFileSync(join(archive, 'cases', one, 'case.json'), 'utf8')) as { document: { page: string } };
    take(await rig.secretsIn(document.page, 'case.json'));
  }
  const all = Buffer.concat(bodies);
  const spellings = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secretBytes(secret));
    return [Buffer.from(secret), Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('base64')), bytes];
  });
  expect([secrets.length > 10, bodies.length > 15, all.includes('AGE-SECRET-KEY'), all.includes(rig.keyring)]).toEqual([true, true, false, false]);
  expect(spellings.filter((spelling) => all.includes(spelling)).length).toBe(0);
  expect(id).not.toBe(other);
});
