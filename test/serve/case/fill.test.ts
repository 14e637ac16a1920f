import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture } from '../../browser/picture.ts';
import { createRig, type Rig, root } from '../../cli/rig.ts';
import { patience } from '../../patience.ts';
import { type Answer, entriesOf, password, type Server, startServer, writeUsers } from '../rig.ts';

const sample = join(root, 'samples/cases/deal-4711');
const program = '/usr/bin/chromium';
let rig: Rig;
let server: Server;
let anna: Client;

interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

async function clientOf(user: string): Promise<Client> {
  const { cookie } = await server.signIn(user);
  const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
  return {
    get: (path) => server.ask(path, { cookie }),
    post: (path, body, headers = {}) =>
      server.ask(path, {
        method: 'POST',
        cookie,
        headers: { origin: server.origin, 'x-longplay-token': token, ...headers },
        body: body instanceof Uint8Array ? body : typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

const read = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown>;

interface Kept {
  readonly title: string;
  readonly subject: readonly string[] | null;
  readonly recordings: readonly { readonly recordingId: string; readonly reasons: readonly { kind: string; detail: string; by: string }[] }[];
  readonly messages: readonly {
    readonly set: number;
    readonly name: string;
    readonly by: string;
    readonly files: readonly { path: string; sha256: string }[];
  }[];
}
const kept = (id: string): Kept => JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as Kept;
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const opened = async (title: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  String(read(await anna.post('/api/cases', { title, country: '+46', ...more })).id);
const reasonsOf = (id: string) =>
  kept(id).recordings.map(({ recordingId, reasons }) => [recordingId, reasons.map(({ kind, detail }) => [kind, detail])]);

beforeAll(async () => {
  rig = createRig();
  for (const [folder, ...more] of [
    ['pbx', '--zone', 'Europe/Stockholm'],
    ['board', '--zone', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, ...more])).code).toBe(0);
  mkdirSync(rig.path('scratch'));
  server = await startServer(rig, ['--users', writeUsers(rig)], { LONGPLAY_TMPDIR: rig.path('scratch') });
  anna = await clientOf('anna');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

describe('a case is filled over HTTP as on the command line', () => {
  test('by a party in a window, by shared keys and by a search: the same recordings with the same reasons', async () => {
    const [mine, theirs] = [await opened('Mine'), await opened('Theirs')];
    const party = ['+46 70-174 06 05'];
    const byParty = await anna.post(`/api/cases/${mine}/add`, { party, query: { from: '2025-10-26', to: '2025-10-27' } });
    expect([byParty.status, read(byParty)]).toMatchObject([200, { added: 3, uncertainLeftOut: 0, undatedLeftOut: 0, unreadable: 0 }]);
    expect(
      (await rig.json(['case', 'add', 'archive', theirs, '--party', ...party, '--from', '2025-10-26', '--to', '2025-10-27', '--zone', 'UTC'])).code,
    ).toBe(0);
    expect(reasonsOf(mine)).toEqual(reasonsOf(theirs));
    expect(read(await anna.post(`/api/cases/${mine}/add`, { correlated: true }))).toMatchObject({ keysNotFollowed: 0 });
    expect((await rig.json(['case', 'add', 'archive', theirs, '--correlated'])).code).toBe(0);
    const question = { from: '2025-10-26T10:30', to: '2025-10-26T11' };
    expect(read(await anna.post(`/api/cases/${mine}/add`, { query: question }))).toMatchObject({ added: 1, recordings: 4 });
    expect((await rig.json(['case', 'add', 'archive', theirs, '--from', question.from, '--to', question.to, '--zone', 'UTC'])).code).toBe(0);
    expect(reasonsOf(mine)).toEqual(reasonsOf(theirs));
    expect(new Set(kept(mine).recordings.flatMap(({ reasons }) => reasons.map(({ by }) => by)))).toEqual(new Set(['anna']));
    // Keys of the recordings in a case are followed, from one of them.
    const one = await opened('One');
    const [first] = (await rig.json(['list', 'archive', '--with-site', 'pbx', '--status', 'matched'])).lines;
    await anna.post(`/api/cases/${one}/add`, { recordings: [((first?.value ?? {}) as { recordingId: string }).recordingId] });
    expect(read(await anna.post(`/api/cases/${one}/add`, { correlated: true }))).toMatchObject({ added: 1, recordings: 2 });
    expect(read(await anna.post(`/api/cases/${one}/add`, { correlated: true }))).toMatchObject({ added: 0 });
    const deeds = (await entriesOf(rig)).filter(({ type, detail }) => type === 'case-changed' && detail.case === mine && detail.user === 'anna');
    expect(deeds.map(({ detail }) => [detail.deed, detail.recordings])).toEqual([
      ['opened', 0],
      ['recordings-added', 3],
      // Keys were followed and led to no other: the case records the query.
      ['recordings-added', 3],
      ['recordings-added', 4],
    ]);
    expect(JSON.stringify(deeds)).not.toMatch(/--party|\+46/);
  });

  test('with messages, which are listed in the order of the case and are files as on the command line; the same file twice is one', async () => {
    const [mine, theirs] = [await opened('Mails'), await opened('Mails on the command line')];
    const files = readdirSync(join(sample, 'mail')).map((name) => [name, readFileSync(join(sample, 'mail', name))] as const);
    const chat = readFileSync(join(sample, 'chat.csv'));
    let sum = 0;
    for (const [name, bytes] of [...files, ['chat.csv', chat] as const]) {
      const answer = await anna.post(`/api/cases/${mine}/messages?name=${encodeURIComponent(name)}&zone=Europe/Stockholm`, bytes);
      expect([answer.status, read(answer).isKnown], answer.text).toEqual([200, false]);
      sum += Number(read(answer).received);
      // Logged before it is stored: the digest of the case as it is now.
      const last = (await entriesOf(rig)).filter(({ type, detail }) => type === 'case-changed' && detail.case === mine).at(-1);
      expect(last?.detail).toMatchObject({
        deed: 'messages-added',
        user: 'anna',
        messages: sum,
        sha256: digestOf(readFileSync(rig.path('archive/cases', mine, 'case.json'))),
      });
    }
    expect(read(await anna.post(`/api/cases/${mine}/messages?name=again.csv&zone=Europe/Stockholm`, chat))).toMatchObject({
      received: 0,
      isKnown: true,
      messages: sum,
    });
    const paths = [...files.map(([name]) => join(sample, 'mail', name)), join(sample, 'chat.csv')];
    expect((await rig.json(['case', 'messages', 'archive', theirs, ...paths, '--zone', 'Europe/Stockholm'])).code).toBe(0);
    const stored = (id: string) => kept(id).messages.map(({ name, files: own }) => [name, own.map(({ path, sha256 }) => [path, sha256])]);
    expect(stored(mine)).toEqual(stored(theirs));
    const { timeline } = read(await anna.get(`/api/cases/${mine}`)) as { timeline: { rows: { kind: string; text: string }[] } };
    expect(new Set(timeline.rows.map(({ kind }) => kind))).toEqual(new Set(['message']));
    expect((await rig.json(['verify', 'archive'])).code).toBe(0);
  });

  test('about a data subject, and is exported with all others masked; one without a data subject is not masked', async () => {
    const about = await opened('About her', { subject: ['+46701740605', 'Åsa Öberg'] });
    expect(kept(about).subject).toEqual(['+46701740605', 'Åsa Öberg']);
    const subject = await rig.json(['subject', 'archive', '+46701740605', 'Åsa Öberg', '--country', '+46', '--case', 'By the command line']);
    expect(read(await anna.post(`/api/cases/${about}/add`, { subject: true }))).toMatchObject({
      isAboutSomebody: true,
      added: kept(String(subject.summary.caseId)).recordings.length,
    });
    expect(reasonsOf(about)).toEqual(reasonsOf(String(subject.summary.caseId)));
    const whole = await anna.get(`/api/cases/${about}/export.zip`);
    const masked = await anna.get(`/api/cases/${about}/export.zip?mask`);
    expect([whole.status, masked.status, masked.headers['content-disposition']]).toEqual([
      200,
      200,
      `attachment; filename="case-${about}-2-masked.zip"`,
    ]);
    for (const [name, { body }, number] of [
      ['whole', whole, 1],
      ['masked', masked, 2],
    ] as const) {
      writeFileSync(rig.path(`${name}.zip`), body);
      expect((await rig.exec('unzip', ['-q', `${name}.zip`, '-d', name], rig.folder)).code).toBe(0);
      const bag = rig.path(name, `case-${about}-${number}`);
      expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], bag)).code).toBe(0);
    }
    const texts = (name: string): string =>
      readdirSync(rig.path(name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(html|csv|json|txt|vcon)$/.test(entry.name))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
        .join('\n');
    expect(texts('whole')).toMatch(/"1001"|Bo Ekström/);
    expect(texts('masked')).not.toMatch(/"1001"|Bo Ekström/);
    expect(texts('masked')).toContain('46701740605');
    const exports = (await entriesOf(rig)).filter(({ type, detail }) => type === 'exported' && detail.case === about);
    expect(exports.map(({ detail }) => [detail.masked, detail.user])).toEqual([
      [false, 'anna'],
      [true, 'anna'],
    ]);
    const nobody = await opened('About nobody');
    const refused = [await anna.get(`/api/cases/${nobody}/export.zip?mask`), await anna.post(`/api/cases/${nobody}/add`, { subject: true })];
    expect(refused.map((answer) => [answer.status, read(answer).code])).toEqual(Array(2).fill([400, 'case-about']));
  });
});

describe('hostile, too large or empty requests change no case and leave no file', () => {
  test('requests', async () => {
    const id = await opened('Kept');
    const folder = rig.path('archive/cases', id);
    const before = readFileSync(`${folder}/case.json`);
    const entries = (await entriesOf(rig)).filter(({ type }) => type.startsWith('case-')).length;
    const mail = readFileSync(join(sample, 'chat.csv'));
    const to = (name: string, more = ''): string => `/api/cases/${id}/messages?name=${encodeURIComponent(name)}${more}`;
    const answered = async (answers: readonly (() => Promise<Answer>)[]) => {
      const all = [];
      for (const ask of answers) {
        const answer = await ask();
        all.push([answer.status, read(answer).code]);
      }
      return all;
    };
    expect(
      await answered(
        ['../chat.csv', '..', '/etc/passwd', 'a\\b.csv', 'a\0.csv', 'a\n.csv', '\u202egpj.csv', '', ' ', 'x'.repeat(256)].map(
          (name) => () => anna.post(to(name), mail),
        ),
      ),
    ).toEqual(Array(10).fill([400, 'request']));
    expect(
      await answered([
        () => anna.post(`/api/cases/${id}/messages`, mail),
        () => anna.post(to('a.csv', '&zone=Mars/Olympus'), mail),
        () => anna.post(to('a.csv', `&zone=${'x'.repeat(65)}`), mail),
        () => anna.post(to('a.csv', '&format=%00'), mail),
        () => anna.post(to('a.csv'), Buffer.alloc(0)),
        () => anna.post(to('a.eml'), Buffer.from([0, 1, 2, 255])),
        () => anna.post(to('a.vcon'), '{"vcon":'),
        () => anna.post(to('a.csv'), 'a;b\n1;2\n'),
      ]),
    ).toEqual([
      [400, 'request'],
      [400, 'zone'],
      [400, 'request'],
      [400, 'request'],
      [400, 'messages-none'],
      [400, 'messages-none'],
      [400, 'messages-none'],
      [400, 'messages-none'],
    ]);
    expect(
      await answered([
        () => anna.post(to('a.csv'), mail, { 'x-longplay-token': 'x' }),
        () => anna.post(to('a.csv'), mail, { origin: 'http://elsewhere.example' }),
        () => anna.post(to('a.csv'), mail, { 'sec-fetch-site': 'same-site' }),
        () => anna.post(`/api/cases/${id}/add`, { correlated: true }, { 'x-longplay-token': '' }),
      ]),
    ).toEqual([
      [403, 'token'],
      [403, 'foreign'],
      [403, 'foreign'],
      [403, 'token'],
    ]);
    expect(
      await answered([
        () => anna.post('/api/cases/20200101-00000000/messages?name=a.csv', mail),
        () => anna.post('/api/cases/longplay.json/messages?name=a.csv', mail),
        () => anna.post('/api/cases/20200101-00000000/add', { correlated: true }),
      ]),
    ).toEqual(Array(3).fill([404, 'not-there']));
    for (const wish of [
      {},
      { query: {} },
      { query: [] },
      { query: { text: 7 } },
      { query: { from: '2025-13-45' }, party: ['+46701740605'] },
      { query: { text: 'x'.repeat(501) } },
      { party: [] },
      { party: ['  '] },
      { party: ['x'.repeat(201)] },
      { party: Array.from({ length: 21 }, () => '+46701740605') },
      { party: '+46701740605' },
      { correlated: 'yes' },
      { recordings: 'all' },
    ])
      expect(await answered([() => anna.post(`/api/cases/${id}/add`, wish)]), JSON.stringify(wish)).toEqual([[400, 'nothing-asked']]);
    expect((await anna.post('/api/cases', { title: 'x', subject: ['  '] })).status).toBe(400);
    for (const user of ['bo', 'cilla', 'david', 'eva']) {
      const other = await clientOf(user);
      const nothing = await other.get('/api/nothing');
      for (const answer of [
        await other.post(to('a.csv'), mail),
        await other.post(`/api/cases/${id}/add`, { correlated: true }),
        await other.get(`/api/cases/${id}/export.zip?mask`),
      ])
        expect([answer.status, answer.text], user).toEqual([404, nothing.text]);
    }
    expect(readFileSync(`${folder}/case.json`).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['case.json']);
    expect((await entriesOf(rig)).filter(({ type }) => type.startsWith('case-')).length).toBe(entries);
    expect(readdirSync(rig.path('scratch'))).toEqual([]);
  });

  test('a file of more than 16 MB is cut off, and the server continues; of two at once one waits', async () => {
    const id = await opened('Large');
    const most = 16 * 1024 * 1024;
    // Part of it was sent when the answer comes: the sender may see the connection end instead.
    const sent = await anna.post(`/api/cases/${id}/messages?name=a.eml`, Buffer.alloc(most + 1, 0x61)).then(
      (answer) => [answer.status, read(answer).code, (read(answer).numbers as { n: number }).n],
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect([[413, 'too-long', most], 'ECONNRESET', 'EPIPE']).toContainEqual(sent);
    expect(kept(id).messages).toEqual([]);
    const fits = Buffer.concat([Buffer.from('From: a@example.com\r\nTo: b@example.com\r\nSubject: large\r\n\r\n'), Buffer.alloc(1024 * 1024, 0x61)]);
    const both = await Promise.all([
      anna.post(`/api/cases/${id}/messages?name=a.eml`, fits),
      anna.post(`/api/cases/${id}/messages?name=b.eml`, fits),
    ]);
    // One after the other, or one at a time: never the same file twice.
    expect(both.map(({ status }) => status).every((status) => [200, 409, 503].includes(status))).toBe(true);
    expect(both.some(({ status }) => status === 200)).toBe(true);
    expect(kept(id).messages).toHaveLength(1);
    expect((await anna.get('/health')).status).toBe(200);
  });
});

describe.skipIf(!existsSync(program))('cases are filled in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function pageOf(locale: string): Promise<{ readonly page: Page; readonly troubles: string[] }> {
    const page = await (await browser.newContext({ locale, acceptDownloads: true, viewport: { width: 1400, height: 900 } })).newPage();
    page.setDefaultTimeout(patience);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(server.origin);
    await page.fill('#user', 'anna');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('.rows [role=row]');
    await page.locator('.cases > summary').press('Enter');
    return { page, troubles };
  }

  test('about a data subject: by participants, by keys, by search results, with mails; and exported with others masked', async () => {
    const { page, troubles } = await pageOf('en-GB');
    const said = page.locator('.cases .said');
    await page.fill('#case-title', 'Hers');
    await page.fill('#case-about', '+46701740605, Åsa Öberg');
    await page.fill('#case-country', '+46');
    await page.press('#case-country', 'Enter');
    await expect.poll(() => said.textContent()).toBe('The case “Hers” is open.');
    await page.locator('.casefill > summary').press('Enter');
    await page.fill('#case-party', '+46 70-174 06 05');
    await page.fill('#case-from', '2025-10-26');
    await page.fill('#case-to', '2025-10-26');
    await page.press('#case-party', 'Enter');
    await expect.poll(() => said.textContent()).toBe('3 calls added to “Hers”.');
    await page.getByText('Add what shares an id').click();
    await expect.poll(() => said.textContent()).toBe('0 calls added to “Hers”.');
    await page.getByText('Add everything about the person').click();
    await expect.poll(() => said.textContent()).toMatch(/^0 calls added to “Hers”\./);
    await page.getByText('Add all calls that are found now').click();
    await expect.poll(() => said.textContent()).toBe('This did not work: Nothing was selected to add. Search for something first, or name somebody.');
    await page.setInputFiles(
      '#case-files',
      readdirSync(join(sample, 'mail')).map((name) => join(sample, 'mail', name)),
    );
    await page.fill('#case-zone', 'Europe/Stockholm');
    await page.getByText('Add messages', { exact: true }).click();
    await expect.poll(() => said.textContent()).toMatch(/^\d+ messages added to “Hers”\.$/);
    await expect.poll(() => page.locator('.caserows .case-message').count()).toBe(readdirSync(join(sample, 'mail')).length);
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([]);
    await page.locator('.casefill > summary').press('Enter');
    await picture('serve-case', page);
    await page.locator('.casefill > summary').press('Enter');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.cases .masked')]);
    expect(download.suggestedFilename()).toMatch(/^case-.*-masked\.zip$/);
    await page.fill('#words', '1001');
    await expect.poll(() => page.url()).toContain('text=1001');
    await page.getByText('Add all calls that are found now').click();
    await expect.poll(() => said.textContent()).toMatch(/calls? added to “Hers”\.$/);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(troubles).toEqual([]);
  });

  test('a refusal of the server is shown in the language of the page; unknown ones in English', async () => {
    const { page } = await pageOf('sv-SE');
    const said = page.locator('.cases .said');
    await page.fill('#case-title', 'x');
    await page.fill('#case-country', 'Mars');
    await page.press('#case-country', 'Enter');
    await expect.poll(() => said.textContent()).toBe('Åtgärden misslyckades: Ange landskoden i formen +46.');
    await page.route('**/api/cases', (route) =>
      route.fulfill({
        status: 400,
        contentType: 'application/json',
        body: JSON.stringify({ error: 'Something new: 5.', code: 'of-a-later-version', numbers: { n: 5 } }),
      }),
    );
    await page.fill('#case-country', '+46');
    await page.press('#case-country', 'Enter');
    await expect.poll(() => said.textContent()).toContain('Something new: 5.');
    await page.unroute('**/api/cases');
    await page.route('**/api/cases', (route) =>
      route.fulfill({ status: 413, contentType: 'application/json', body: JSON.stringify({ error: 'x', code: 'too-many', numbers: { n: 2000 } }) }),
    );
    await page.press('#case-country', 'Enter');
    await expect.poll(() => said.textContent()).toContain('Mer än 2\u00a0000 inspelningar matchar.');
  });
});
