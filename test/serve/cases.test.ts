import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { type Answer, createArchive, entriesOf, password, recordingsOf, type Server, startServer, writeUsers } from './rig.ts';

const program = '/usr/bin/chromium';

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

test('a case is opened, filled, ordered, reduced with a reason and exported; the log has each digest, no title and no reason, and verify agrees', async () => {
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
  const bag = rig.path('taken', `case-${id}-1`);
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
    ['handed-over', undefined, undefined, 'anna'],
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
  // The next change was logged, and the run was killed before it was placed: no alarm, and the following change completes it.
  writeFileSync(`${folder}/case.json`, good.toString().replace('Deal 4711', 'Deal 4712'));
  writeFileSync(`${folder}/.longplay-next-case.json`, good);
  expect(await verified()).toEqual([0, []]);
  expect(read(await anna.post(`/api/cases/${id}/add`, { recordings: [first, second] }))).toMatchObject({ title: 'Deal 4711', recordings: 2 });
  expect(existsSync(`${folder}/.longplay-next-case.json`)).toBe(false);
  // A change that was not logged never happened.
  writeFileSync(`${folder}/.longplay-next-case.json`, good.toString().replace('Deal 4711', 'Deal 4713'));
  expect((await rig.json(['case', 'remove', 'archive', id, second, '--reason', 'by hand'])).code).toBe(0);
  expect((JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { title: string }).title).toBe('Deal 4711');
  writeFileSync(`${folder}/case.json`, good);
  expect(await verified()).toEqual([4, ['rolled-back']]);
});

test('a deleted case whose folder a backup brought back is not there, whatever is requested, and is not listed', async () => {
  const made = read(await anna.post('/api/cases', { title: 'Deleted' }));
  const id = String(made.id);
  const folder = rig.path('archive/cases', id);
  expect((await anna.post(`/api/cases/${id}/add`, { recordings: [ids[0]] })).status).toBe(200);
  cpSync(folder, rig.path('kept'), { recursive: true });
  expect((await rig.run(['case', 'delete', rig.path('archive'), id, '--reason', 'x'])).code).toBe(0);
  cpSync(rig.path('kept'), folder, { recursive: true });
  const before = readFileSync(`${folder}/case.json`);
  // The server follows the log.
  await expect.poll(async () => (await anna.get(`/api/cases/${id}`)).status).toBe(404);
  for (const answer of [
    await anna.post(`/api/cases/${id}/add`, { recordings: [ids[1]] }),
    await anna.post(`/api/cases/${id}/remove`, { recordings: [ids[0]], reason: 'x' }),
    await anna.get(`/api/cases/${id}/export.zip`),
  ])
    expect([answer.status, answer.text]).toEqual([404, expect.not.stringContaining('Deleted')]);
  expect((await anna.get('/api/cases')).text).not.toContain(id);
  expect(readFileSync(`${folder}/case.json`).equals(before)).toBe(true);
  expect((await rig.run(['case', 'delete', rig.path('archive'), id, '--reason', 'again'])).code).toBe(0);
});

test('users without access to cases get the same answer as for a nonexistent case, whatever they request', async () => {
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
  expect(read(await anna.get('/api/overview')).may).toEqual({ export: true, cases: true, notes: true });
  expect(read(await anna.get(`/api/cases/${id}`))).toMatchObject({ recordings: 0 });
});

test('states of each case when it was changed last and whether it was handed over since, and of one case its history', async () => {
  const id = String(read(await anna.post('/api/cases', { title: 'Of the list' })).id);
  const listed = async () =>
    (read(await anna.get('/api/cases')).cases as { id: string; state: string; changedAt: string | null }[]).find((one) => one.id === id);
  const first = await listed();
  expect(first?.state).toBe('open');
  expect(Date.parse(first?.changedAt ?? '')).not.toBeNaN();
  expect((await anna.get(`/api/cases/${id}/export.zip`)).status).toBe(200);
  expect((await listed())?.state).toBe('handed-over');
  expect((await anna.post(`/api/cases/${id}/add`, { recordings: ids.slice(0, 1) })).status).toBe(200);
  const after = await listed();
  expect([after?.state, (after?.changedAt ?? '') >= (first?.changedAt ?? '')]).toEqual(['changed', true]);
  const view = read(await anna.get(`/api/cases/${id}`));
  expect((view.custody as { what: string; by: string }[]).map(({ what, by }) => [what, by])).toEqual([
    ['opened', 'anna'],
    ['exported', 'anna'],
    ['recordings-added', 'anna'],
  ]);
  expect(view.members).toMatchObject([{ recording: ids[0], reasons: [{ kind: 'hand', by: 'anna' }] }]);
  expect([view.removed, view.notes]).toEqual([[], []]);
});

test('from other pages, without the token, with invalid bodies and ids, nothing is changed', async () => {
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

describe.skipIf(!existsSync(program))('cases in Chromium, over HTTP', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function pageOf(user: string, locale: string): Promise<{ readonly page: Page; readonly troubles: string[] }> {
    const page = await (await browser.newContext({ locale, acceptDownloads: true, viewport: { width: 1400, height: 900 } })).newPage();
    page.setDefaultTimeout(patience);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    await page.goto(server.origin);
    await page.fill('#user', user);
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('.rows [role=row]');
    return { page, troubles };
  }

  async function violations(page: Page): Promise<string[]> {
    // As a string through the protocol, because the page's own policy allows no foreign scripts.
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  /** Downloads a link's target, and checks it. @returns the result of sha256sum for each file */
  async function taken(page: Page, link: string, name: string, manifests: readonly string[]): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(link)]);
    await download.saveAs(rig.path(`${name}.zip`));
    expect((await rig.exec('unzip', ['-t', '-q', `${name}.zip`], rig.folder)).code).toBe(0);
    expect((await rig.exec('unzip', ['-q', `${name}.zip`, '-d', name], rig.folder)).code).toBe(0);
    const top = download.suggestedFilename().startsWith('case-') ? [download.suggestedFilename().replace('.zip', '')] : [];
    const { code, stdout } = await rig.exec('sha256sum', ['--strict', '-c', ...manifests], rig.path(name, ...top));
    expect(code).toBe(0);
    return stdout;
  }

  test('a user opens a case, ticks calls by keyboard, adds them and the open one, reads the list in order, removes one with a reason, and downloads it', async () => {
    const { page, troubles } = await pageOf('anna', 'en-GB');
    const said = page.locator('.cases .said');
    await page.locator('.cases > summary').press('Enter');
    await page.fill('#case-title', 'Deal 4711 <b>');
    await page.press('#case-title', 'Enter');
    await expect.poll(() => said.textContent()).toBe('The case “Deal 4711 <b>” is open.');
    await expect.poll(() => page.locator('.cases .caseplace').textContent()).toContain('The case is empty.');
    await page.locator('#results').focus();
    for (const key of ['x', 'ArrowDown', 'x', 'ArrowDown', 'x', 'x']) await page.keyboard.press(key);
    await expect.poll(() => page.locator('.cases .caseactions button').first().textContent()).toBe('Add ticked calls (2)');
    await page.locator('.rows [role=row] .tick').nth(3).click();
    await expect.poll(() => page.locator('.rows .tick:checked').count()).toBe(3);
    await page.locator('.cases .caseactions button').first().click();
    await expect.poll(() => said.textContent()).toBe('3 calls added to “Deal 4711 <b>”.');
    await expect.poll(() => page.locator('.rows .tick:checked').count()).toBe(0);
    await page.locator('.rows [role=row]').nth(5).click();
    await page.locator('.call .tocase').click();
    await expect.poll(() => said.textContent()).toBe('1 call added to “Deal 4711 <b>”.');
    const keys = async () => [...new Set(await page.locator('.caserows li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key'))))];
    await expect.poll(keys).toHaveLength(4);
    // As on the command line.
    const { lines } = await rig.json(['case', 'list', 'archive']);
    const listed = lines.flatMap((line) => (line.of === 'case' ? [line.value as { id: string; title: string }] : []));
    const id = listed.find(({ title }) => title === 'Deal 4711 <b>')?.id ?? '';
    const order = (await rig.json(['case', 'timeline', 'archive', id])).lines
      .filter((line) => line.of === 'entry')
      .map(({ value }) => (value as { key: string }).key);
    await expect.poll(() => page.locator('.caserows li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key')))).toEqual(order);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }

    const gone = (await keys())[0] ?? '';
    await page.locator(`.caserows li[data-key="${gone}"] .remove`).first().press('Enter');
    await page.keyboard.type('of another deal');
    await page.keyboard.press('Enter');
    await expect.poll(() => said.textContent()).toBe('Removed from the case. It stays in the archive.');
    await expect.poll(keys).not.toContain(gone);
    const kept = JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as {
      removed: { reason: string; recordingId: string }[];
    };
    expect(kept.removed.map(({ recordingId, reason }) => [recordingId, reason])).toEqual([[gone, 'of another deal']]);

    const sums = await taken(page, '.cases .take', 'case', ['tagmanifest-sha256.txt', 'manifest-sha256.txt']);
    expect(sums).toMatch(/^index\.html: OK$/m);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(troubles).toEqual([]);
  });

  test('all calls of a search are one file; users without export permission, or with access to a part, have no button and no panel', async () => {
    const { page, troubles } = await pageOf('anna', 'sv-SE');
    await page.fill('#words', '4711');
    await expect.poll(() => page.locator('.counts .take').getAttribute('href')).toBe('/api/export.zip?text=4711');
    await expect.poll(() => page.locator('.counts .take').isVisible()).toBe(true);
    await expect.poll(() => page.locator('.cases > summary').textContent()).toBe('Ärenden');
    const sums = await taken(page, '.counts .take', 'found', ['manifest-sha256.txt']);
    expect(sums.trim().split('\n').length).toBeGreaterThan(1);
    expect(troubles).toEqual([]);
    for (const [user, mayTake] of [
      ['bo', false],
      ['cilla', true],
    ] as const) {
      const other = await pageOf(user, 'en-GB');
      await other.page.waitForSelector('.counts progress', { state: 'hidden' });
      expect([await other.page.locator('.counts .take').isVisible(), await other.page.locator('.cases, .tocase').count()]).toEqual([mayTake, 0]);
      // Users with export permission may choose which.
      expect((await other.page.locator('.tick').count()) > 0).toBe(mayTake);
    }
  });

  test('calls are ticked one by one, in runs, all at once; counted, exported and added to a case from one bar', async () => {
    const { page, troubles } = await pageOf('anna', 'en-GB');
    await page.waitForSelector('.counts progress', { state: 'hidden' });
    const bar = page.getByRole('group', { name: 'Ticked calls' });
    const ticks = page.locator('.rows .tick');
    expect(await bar.isVisible()).toBe(false);
    await ticks.nth(1).click();
    await bar.getByText('1 call ticked').waitFor();
    await ticks.nth(4).click({ modifiers: ['Shift'] });
    await bar.getByText('4 calls ticked').waitFor();
    // Rows are drawn with the next frame.
    await expect
      .poll(() => page.locator('.rows .row:has(.tick:checked)').evaluateAll((rows) => rows.map((row) => row.id)))
      .toEqual(['row-1', 'row-2', 'row-3', 'row-4']);
    // By keyboard: one, and a run from it.
    await page.locator('#results').focus();
    for (const key of ['Home', 'End', 'x', 'ArrowUp', 'ArrowUp', 'Shift+X']) await page.keyboard.press(key);
    await bar.getByText('7 calls ticked').waitFor();
    await bar.getByRole('button', { name: 'Untick all' }).click();
    await bar.waitFor({ state: 'hidden' });
    // Ticks stay when something else is searched.
    await page.fill('#words', '4711');
    // The link has the query of the shown answer; the address changes before the search begins.
    await expect.poll(() => page.locator('.counts .take').getAttribute('href')).toBe('/api/export.zip?text=4711');
    await page.waitForSelector('#results[aria-busy=false]');
    const all = page.getByRole('button', { name: /^Tick all/ });
    const found = Number(/\d+/.exec((await all.textContent()) ?? '')?.[0]);
    await all.click();
    await page.fill('#words', '');
    await expect.poll(() => page.url()).not.toContain('4711');
    await bar.getByText(`${found} calls ticked`).waitFor();
    expect(await violations(page)).toEqual([]);
    const sums = await taken(page, '.selection button', 'chosen', ['manifest-sha256.txt']);
    const documents = sums.split('\n').filter((line) => line.endsWith('.json: OK'));
    expect(documents).toHaveLength(found);
    const begun = (await entriesOf(rig)).filter(({ type }) => type === 'export-begun').at(-1);
    expect(begun?.detail).toMatchObject({ by: 'selection', recordings: found });
    // No case is chosen: the panel for opening one. Then into that case.
    await bar.getByRole('button', { name: 'Add to a case' }).click();
    await page.fill('#case-title', 'Chosen');
    await page.press('#case-title', 'Enter');
    await expect.poll(() => page.locator('.cases .said').textContent()).toBe('The case “Chosen” is open.');
    await bar.getByRole('button', { name: 'Add to a case' }).click();
    await expect.poll(() => page.locator('.cases .said').textContent()).toBe(`${found} calls added to “Chosen”.`);
    await bar.waitFor({ state: 'hidden' });
    expect(troubles).toEqual([]);
  });
});
