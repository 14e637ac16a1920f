import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, entriesOf, password, recordingsOf, type Server, startServer, storedBytes, writeUsers } from './rig.ts';

const program = '/usr/bin/chromium';
let rig: Rig;
let server: Server;
let call: { readonly recordingId: string; readonly bag: string };

beforeAll(async () => {
  rig = await createArchive();
  server = await startServer(rig, ['--users', writeUsers(rig)]);
  const [found] = (await recordingsOf(rig, '--with-site', 'contact-centre')).filter(({ copies }) => copies > 0);
  if (found === undefined) throw new Error('the sample has no call with a copy');
  call = found;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

const path = (): string => `/files/${call.recordingId}/proof.tlog-proof?take`;
const taken = async () => (await entriesOf(rig)).filter(({ type, detail }) => type === 'recording-taken' && detail.file === 'proof.tlog-proof');

test('the proof of a recording is accepted by proof check and logged; it does not prove an altered original', async () => {
  const { cookie } = await server.signIn('anna');
  const answer = await server.ask(path(), { cookie });
  expect([answer.status, answer.headers['content-disposition'], answer.headers['content-length']]).toEqual([
    200,
    `attachment; filename="${call.recordingId}.tlog-proof"`,
    String(answer.body.length),
  ]);
  expect((await taken()).map(({ detail }) => detail)).toEqual([
    { user: 'anna', session: expect.any(String), recording: call.recordingId, file: 'proof.tlog-proof', bytes: answer.body.length },
  ]);
  writeFileSync(rig.path('x.tlog-proof'), answer.body);
  for (const name of ['recording.json', 'original-1.wav']) writeFileSync(rig.path(name), storedBytes(rig, call.bag, call.recordingId, name));
  const made = await rig.json(['proof', 'make', 'archive', call.recordingId, '--out', rig.path('cli.tlog-proof')]);
  const check = (proof: string) =>
    rig.run(['proof', 'check', rig.path(proof), rig.path('recording.json'), rig.path('original-1.wav'), '--key', String(made.summary.key)]);
  expect([(await check('x.tlog-proof')).code, (await check('cli.tlog-proof')).code]).toEqual([0, 0]);
  const bytes = readFileSync(rig.path('original-1.wav'));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(rig.path('original-1.wav'), bytes);
  expect((await check('x.tlog-proof')).code).toBe(4);
});

test('users without export permission, or without access to the call, get no proof, and nothing is logged', async () => {
  const before = (await taken()).length;
  const nothing = '00000000-0000-8000-8000-000000000000';
  const statusOf = async (user: string, asked: string, method = 'GET') => {
    const { cookie } = await server.signIn(user);
    return (await server.ask(asked, { cookie, method })).status;
  };
  const foreign = (await recordingsOf(rig, '--with-site', 'pbx'))[0]?.recordingId ?? '';
  expect(await statusOf('bo', path())).toBe(403);
  expect(await statusOf('cilla', `/files/${foreign}/proof.tlog-proof`)).toBe(404);
  expect(await statusOf('anna', `/files/${nothing}/proof.tlog-proof`)).toBe(404);
  expect(await statusOf('anna', path(), 'HEAD')).toBe(405);
  expect((await server.ask(path())).status).toBe(401);
  expect((await taken()).length).toBe(before);
  // The page offers only what the user may have.
  for (const [user, proof] of [
    ['anna', 'file'],
    ['bo', undefined],
  ] as const) {
    const { cookie } = await server.signIn(user);
    expect((JSON.parse((await server.ask(`/api/recordings/${call.recordingId}`, { cookie })).text) as { proof?: string }).proof).toBe(proof);
  }
});

test.skipIf(!existsSync(program))('the page lists it among the files of a call; a page from the file system names the command', async () => {
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext({ locale: 'en-GB', acceptDownloads: true })).newPage();
    page.setDefaultTimeout(patience);
    await page.goto(server.origin);
    await page.fill('#user', 'anna');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('.rows [role=row]');
    await page.goto(`${server.origin}/#call=${call.recordingId}`);
    const link = page.getByText('proof.tlog-proof', { exact: true });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe(`${call.recordingId}.tlog-proof`);
    await download.saveAs(rig.path('page.tlog-proof'));
    expect(readFileSync(rig.path('page.tlog-proof'), 'utf8')).toContain('tlog-proof');
    expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
    await page.goto(`file://${rig.path('archive/viewer/index.html')}#call=${call.recordingId}`);
    await expect.poll(() => page.locator('.call').textContent()).toContain(`longplay proof make ARCHIVE ${call.recordingId}`);
    await expect.poll(() => page.getByText('proof.tlog-proof', { exact: true }).count()).toBe(0);
  } finally {
    await browser.close();
  }
});
