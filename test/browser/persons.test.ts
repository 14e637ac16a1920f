import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig } from '../cli/rig.ts';
import { type Answer, entriesOf, password, type Server, startServer, writeUsers } from '../serve/rig.ts';
import { axeViolations, hasChromium, openPage, startChromium } from './chromium.ts';
import { faultsOf } from './page-checks.ts';
import { picture } from './picture.ts';

// How the pages identify persons: by a register that the server reads, and by decisions in a case.
const register = `[people.anna-berg]
names = ["Anna Berg"]
numbers = ["+46701740605"]
extensions = [{ number = "1001", from = "2025-09-01", to = "2025-10-26T01:00Z" }]
[people.karin-lind]
names = ["Karin Lind"]
extensions = [{ number = "1001", from = "2025-10-26T01:00Z" }]
[people.karin-lind-2]
names = ["Karin Lind"]
`;
const mapping = `[source]
zone = "UTC"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
caller = { number = "from", name = "fromName" }
callee = { number = "to", name = "toName" }
[join]
column = "file"
`;
const rows = [
  ['hers', '2025-10-20 09:00:00', '1001', '', '+447700900611', 'Pat Blake'],
  ['theirs', '2025-10-27 09:00:00', '1001', '', '+447700900612', 'Pat Blake'],
  ['named', '2025-10-21 09:00:00', '+46701740605', 'Anna Berg', '+447700900613', 'Pat Blake'],
  ['perhaps', '2025-10-22 09:00:00', '1740605', '', '+447700900614', 'Pat Blake'],
];

let rig: Rig;
let server: Server;
let anna: Client;
const ids: Record<string, string> = {};

interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

async function clientOf(user: string): Promise<Client> {
  const { cookie } = await server.signIn(user);
  const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
  const sent = { origin: server.origin, 'x-longplay-token': token };
  return {
    get: (path) => server.ask(path, { cookie }),
    post: (path, body, headers = {}) =>
      server.ask(path, { method: 'POST', cookie, headers: { ...sent, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

interface Shown {
  readonly id: string;
  readonly about: readonly string[];
  readonly register: { readonly is: string; readonly entries: number };
  readonly members: readonly {
    readonly recording: string;
    readonly reasons: readonly { readonly kind: string; readonly detail: string; readonly by: string; readonly isOver?: true }[];
    readonly parties: readonly { readonly field: string; readonly role: string; readonly label: string }[];
  }[];
}
const read = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown>;
const shown = async (id: string): Promise<Shown> => JSON.parse((await anna.get(`/api/cases/${id}`)).text) as Shown;
const kept = (id: string) => JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as Record<string, unknown>;
const reasonsOf = (id: string) =>
  (kept(id).recordings as { recordingId: string; reasons: { kind: string; detail: string }[] }[]).map(({ recordingId, reasons }) => [
    recordingId,
    reasons.map(({ kind, detail }) => `${kind} ${detail}`),
  ]);
const opened = async (about: Readonly<Record<string, unknown>>): Promise<string> =>
  String(read(await anna.post('/api/cases', { country: '+46', ...about })).id);
/** Writes the file in both ways that the documentation names: beside it and then renamed, and in place. */
function replaceRegister(text: string): void {
  writeFileSync(rig.path('people.new'), text);
  renameSync(rig.path('people.new'), rig.path('people.toml'));
}

beforeAll(async () => {
  rig = createRig();
  writeFileSync(rig.path('map.toml'), mapping);
  writeFileSync(rig.path('people.toml'), register);
  writeFileSync(
    rig.path('calls.csv'),
    [['id', 'start', 'from', 'fromName', 'to', 'toName', 'file'], ...rows.map((row) => [...row, ''])].map((row) => row.join(';')).join('\n'),
  );
  const made = await rig.run(['import', 'calls.csv', '--mapping', 'map.toml', '--into', 'archive']);
  expect([0, 3], made.stderr).toContain(made.code);
  // A transfer of two files of six seconds, and an unanswered call.
  const unique = 'pbx1-1760954400.0';
  mkdirSync(rig.path('pbx/monitor/2025/10/20'), { recursive: true });
  mkdirSync(rig.path('pbx/cdr-csv'));
  for (const [index, name] of [`in-1011-46701740698-20251020-100000-${unique}.wav`, `in-1012-46701740698-20251020-100007-${unique}.wav`].entries()) {
    const tone = ['-f', 'lavfi', '-i', `sine=frequency=${400 * (index + 1)}:sample_rate=8000:duration=6`, '-c:a', 'pcm_mulaw'];
    expect((await rig.exec('ffmpeg', ['-v', 'error', ...tone, rig.path('pbx/monitor/2025/10/20', name)])).code).toBe(0);
  }
  const cdr = (caller: string, callee: string, at: string, end: string, seconds: number, outcome: string, id: string): string => {
    const talked = outcome === 'ANSWERED';
    const times = `"${at}",${talked ? `"${at}"` : ''},"${end}",${seconds},${talked ? seconds : 0}`;
    return `"","${caller}","${callee}","from-trunk","""Ada Brand"" <${caller}>","SIP/trunk-0001","SIP/${callee}-0002","Dial","SIP/${callee},20",${times},"${outcome}","DOCUMENTATION","${id}","","","${id}",0\n`;
  };
  writeFileSync(
    rig.path('pbx/cdr-csv/Master.csv'),
    cdr('46701740698', '1011', '2025-10-20 10:00:00', '2025-10-20 10:00:06', 6, 'ANSWERED', unique) +
      cdr('46701740698', '1012', '2025-10-20 10:00:07', '2025-10-20 10:00:13', 6, 'ANSWERED', unique) +
      cdr('46701740698', '1012', '2025-10-20 10:15:00', '2025-10-20 10:15:20', 20, 'NO ANSWER', 'pbx1-1760955300.8'),
  );
  const imported = await rig.run(['import', 'pbx', '--into', 'archive', '--zone', 'UTC', '--site', 'pbx']);
  expect([imported.code, imported.stdout], imported.stderr).toEqual([0, expect.stringContaining('12.0 s of audio')]);
  for (const line of (await rig.json(['list', 'archive'])).lines) {
    if (line.of !== 'recording') continue;
    const { recordingId, start } = line.value as { recordingId: string; start: string };
    const [key = ''] = rows.find(([, at = '']) => start.startsWith(at.replace(' ', 'T'))) ?? [];
    ids[key] = recordingId;
  }
  server = await startServer(rig, ['--users', writeUsers(rig), '--people', 'people.toml']);
  anna = await clientOf('anna');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

test('a transfer of two files is played as both in the list, the time line and the page of a case, and neither it nor an unanswered call has a gap', async () => {
  const { lines } = await rig.json(['list', 'archive', '--with-site', 'pbx']);
  const lengths = lines.flatMap((line) => (line.of === 'recording' ? [(line.value as { durationMs: number | null }).durationMs] : []));
  expect(lengths).toEqual([12_000, null]);
  const id = await opened({ title: 'Transfer' });
  expect(read(await anna.post(`/api/cases/${id}/add`, { party: ['+46701740698'] }))).toMatchObject({ added: 2 });
  const { timeline } = JSON.parse((await anna.get(`/api/cases/${id}`)).text) as {
    timeline: { rows: { lengthMs: number; hasAudio: boolean }[]; gaps: unknown[]; moreGaps: number };
  };
  expect([timeline.rows.map(({ lengthMs, hasAudio }) => [lengthMs, hasAudio]), timeline.gaps, timeline.moreGaps]).toEqual([
    [
      [12_000, true],
      [20_000, false],
    ],
    [],
    0,
  ]);
  const told = await rig.run(['case', 'timeline', 'archive', id]);
  expect(told.stdout).toContain('0 gaps.');
  expect(told.stdout).toContain('1 call without sound: unanswered, or not to be recorded');
});

describe('a register of persons', () => {
  test('has the same effect on the page as on the command line: participants, and the data subjects of a case', async () => {
    const [mine, theirs] = [await opened({ title: 'Mine' }), await opened({ title: 'Theirs' })];
    expect(read(await anna.post(`/api/cases/${mine}/add`, { party: ['anna-berg'] }))).toMatchObject({ added: 2, uncertainLeftOut: 1 });
    expect((await rig.run(['case', 'add', 'archive', theirs, '--party', 'anna-berg', '--people', 'people.toml'])).code).toBe(0);
    expect(reasonsOf(mine)).toEqual(reasonsOf(theirs));
    expect(reasonsOf(mine).map(([id]) => id)).toEqual([ids.hers, ids.named].sort());
    const about = await opened({ title: 'About her', subject: ['Anna Berg'] });
    expect(read(await anna.post(`/api/cases/${about}/add`, { subject: true }))).toMatchObject({ added: 2 });
    const asked = await rig.json(['subject', 'archive', 'Anna Berg', '--people', 'people.toml', '--country', '+46', '--case', 'About her']);
    const other = String(asked.summary.caseId);
    for (const member of ['subject', 'register']) expect(kept(about)[member]).toEqual(kept(other)[member]);
    expect(reasonsOf(about)).toEqual(reasonsOf(other));
    expect(await shown(about)).toMatchObject({ about: ['Anna Berg', '+46701740605', '1001'], register: { is: 'read', entries: 3 } });
    // If several persons have a name, none is chosen.
    expect(read(await anna.post(`/api/cases/${mine}/add`, { party: ['Karin Lind'] }))).toMatchObject({ code: 'case-namesakes' });
    expect(read(await anna.post('/api/cases', { title: 'x', subject: ['Karin Lind'] }))).toMatchObject({ code: 'case-namesakes' });
  });

  test('is read again when it changes; an invalid one changes nothing, and the page and stderr report it', async () => {
    const found = async (): Promise<unknown> => {
      const id = await opened({ title: 'Of the register' });
      return read(await anna.post(`/api/cases/${id}/add`, { party: ['anna-berg'] })).added;
    };
    expect(await found()).toBe(2);
    replaceRegister(
      register
        .replace('"2025-10-26T01:00Z" }]\n[people.karin-lind]', '"2025-11-30" }]\n[people.karin-lind]')
        .replace('from = "2025-10-26T01:00Z"', 'from = "2025-11-30"'),
    );
    expect(await found()).toBe(3);
    replaceRegister('[people.anna-berg]\nnumbers = ["12"]\n');
    expect(await found()).toBe(3);
    expect(read(await anna.get('/api/cases'))).toMatchObject({ register: { is: 'stale', entries: 3 } });
    await expect.poll(() => server.printed()).toMatch(/register of persons has changed and cannot be used.*people\.anna-berg/);
    replaceRegister(register);
    expect(await found()).toBe(2);
    expect(read(await anna.get('/api/cases'))).toMatchObject({ register: { is: 'read' } });
  });

  test.each([
    ['[people.anna-berg]\nnames = ["Anna Berg"\n', /line 3, column 1/],
    ['[people.anna-berg]\nnumbers = ["12"]\n', /people\.anna-berg/],
  ])('that is invalid at the start is refused, with the place of the error: %#', async (text, place) => {
    writeFileSync(rig.path('broken.toml'), text);
    const { code, stderr } = await rig.run(['serve', 'archive', '--port', '0', '--people', 'broken.toml']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(place)]);
  });
});

describe('a decision on the page of a case', () => {
  const decide = (id: string, recording: string | undefined, decision: string, more: Readonly<Record<string, unknown>> = {}) =>
    anna.post(`/api/cases/${id}/decide`, { recording, decision, reason: 'she says her name', ...more });
  const about = async (): Promise<string> => {
    const id = await opened({ title: 'Request 17', subject: ['+46701740605'] });
    await anna.post(`/api/cases/${id}/add`, { recordings: [ids.perhaps, ids.named] });
    return id;
  };

  test('is stored and logged like one of the command line, shows who made it and when, and is revoked by a later one', async () => {
    const id = await about();
    expect((await shown(id)).members.find(({ recording }) => recording === ids.perhaps)?.parties).toEqual([
      { field: 'parties[0]', role: 'caller', label: '1740605' },
      { field: 'parties[1]', role: 'callee', label: 'Pat Blake +447700900614' },
    ]);
    const made = await decide(id, ids.perhaps, 'is');
    expect([made.status, read(made)]).toMatchObject([200, { id, decided: ['parties[0]'], state: 'open' }]);
    expect((await rig.run(['case', 'decide', 'archive', id, ids.perhaps ?? '', '--is-not', '--role', 'callee', '--reason', 'his voice'])).code).toBe(
      0,
    );
    expect(kept(id).decisions).toMatchObject([
      { recordingId: ids.perhaps, party: 'parties[0]', decision: 'is', by: 'anna', reason: 'she says her name' },
      { recordingId: ids.perhaps, party: 'parties[1]', decision: 'is-not' },
    ]);
    const mine = (await entriesOf(rig)).filter(({ detail }) => detail.case === id && detail.deed === 'decided');
    expect(mine.map(({ type, detail }) => [type, detail.user === 'anna'])).toEqual([
      ['case-changed', true],
      ['case-changed', false],
    ]);
    expect(JSON.stringify(mine.map(({ logged }) => logged))).not.toMatch(/her name|his voice|anna/);
    expect((await rig.run(['verify', 'archive', '--only-log'])).stderr).not.toContain('C125');
    // A masked hand-over leaves confirmed persons readable.
    const masked = await anna.get(`/api/cases/${id}/export.zip?mask`);
    writeFileSync(rig.path('masked.zip'), masked.body);
    const told = await rig.exec('unzip', ['-p', 'masked.zip', `*/data/recordings/${ids.perhaps}/recording-masked.json`], rig.folder);
    expect([told.stdout.includes('1740605'), told.stdout.includes('7700900614')]).toEqual([true, false]);
    expect((await decide(id, ids.perhaps, 'is-not', { reason: 'another voice after all' })).status).toBe(200);
    const reasons = (await shown(id)).members.find(({ recording }) => recording === ids.perhaps)?.reasons.slice(1) ?? [];
    expect(reasons.map(({ kind, detail, by, isOver }) => [kind, detail, by === 'anna', isOver === true])).toEqual([
      ['decided-is', 'parties[0]: she says her name', true, true],
      ['decided-is-not', 'parties[1]: his voice', false, true],
      ['decided-is-not', 'another voice after all', true, false],
    ]);
  });

  test('is refused if its subject is missing, unknown or too large, from other pages, and for users without access to cases', async () => {
    const id = await about();
    const nobody = await opened({ title: 'Of nobody' });
    await anna.post(`/api/cases/${nobody}/add`, { recordings: [ids.named] });
    const before = readFileSync(rig.path('archive/cases', id, 'case.json'));
    const body = { recording: ids.perhaps, decision: 'is', reason: 'x' };
    const path = `/api/cases/${id}/decide`;
    const answers = [
      await anna.post(path, '{'),
      await decide(id, ids.perhaps, 'perhaps'),
      await decide(id, ids.perhaps?.slice(0, 8), 'is'),
      await decide(id, ids.perhaps, 'is', { party: '../x' }),
      await decide(id, ids.perhaps, 'is', { party: 7 }),
      await decide(id, ids.perhaps, 'is', { reason: ' ' }),
      await decide(id, ids.perhaps, 'is', { reason: 'x'.repeat(501) }),
      await decide(id, ids.perhaps, 'is', { party: 'supervisor' }),
      await decide(nobody, ids.named, 'is'),
      await decide(id, ids.theirs, 'is'),
      await anna.post(path, body, { origin: 'http://elsewhere.example' }),
      await anna.post(path, body, { 'x-longplay-token': 'x' }),
      await (await clientOf('bo')).post(path, body),
    ];
    expect(answers.map((answer) => [answer.status, read(answer).code])).toEqual([
      ...Array(5).fill([400, 'request']),
      [400, 'case-reason'],
      [400, 'case-reason'],
      [400, 'case-whom'],
      [400, 'case-nobody'],
      [404, 'not-there'],
      [403, 'foreign'],
      [403, 'token'],
      [404, 'not-there'],
    ]);
    expect(readFileSync(rig.path('archive/cases', id, 'case.json')).equals(before)).toBe(true);
  });

  describe.skipIf(!hasChromium)('in Chromium', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium();
    });
    afterAll(async () => {
      await browser?.close();
    });

    test('is made by keyboard, is shown with who and when, and is announced; in the dark scheme, on narrow windows, and in Swedish too', async () => {
      const id = await about();
      const { page, context, troubles } = await openPage(browser, `${server.origin}/sign-in`, {});
      await page.fill('#user', 'anna');
      await page.fill('#password', password);
      await page.click('button[type=submit]');
      await page.locator('.results [role=row]').nth(1).waitFor();
      replaceRegister('[people.anna-berg]\nnumbers = ["12"]\n');
      await page.goto(`${server.origin}/#cases=${id}`);
      await page.locator('.casehead .banner', { hasText: 'cannot be read' }).waitFor();
      replaceRegister(register);
      const tab = page.getByRole('tab', { name: 'Recordings' });
      await tab.press('Enter');
      const summary = page.locator(`#decide-${ids.perhaps}`);
      await summary.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await page.keyboard.type('she says her name');
      expect(await axeViolations(page)).toEqual([]);
      await picture('serve-case-decide', page);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.casehead .said').textContent()).toMatch(/^Decided\./);
      const row = page.locator('.casepanel tr').filter({ has: summary });
      await expect.poll(() => row.locator('.chip').textContent()).toBe('decided: this is the person');
      await expect.poll(() => row.locator('.reasons').textContent()).toMatch(/this is the person: parties\[0\]: she says her name · anna · \S/);
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe(`decide-${ids.perhaps}`);
      expect(kept(id).decisions).toMatchObject([{ party: 'parties[0]', decision: 'is', by: 'anna' }]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeViolations(page)).toEqual([]);
      }
      expect(troubles).toEqual([]);
      await context.close();
      const swedish = await openPage(browser, `${server.origin}/sign-in`, { locale: 'sv', width: 360, height: 740, scheme: 'dark' });
      await swedish.page.fill('#user', 'anna');
      await swedish.page.fill('#password', password);
      await swedish.page.click('button[type=submit]');
      await swedish.page.locator('.results [role=row]').nth(1).waitFor();
      await swedish.page.goto(`${server.origin}/#cases=${id}`);
      await swedish.page.locator('#tab-caseTabCalls').click();
      await swedish.page.locator(`#decide-${ids.perhaps}`).click();
      await swedish.page.locator('.casedecide:visible').waitFor();
      expect(await faultsOf(swedish.page, 'sv')).toEqual([]);
      await swedish.context.close();
    });
  });
});
