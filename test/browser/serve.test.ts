import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { type RunningProvider, startProvider } from '../serve/provider.ts';
import { createArchive, password, passwordLine, type Server, startServer } from '../serve/rig.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { picture } from './picture.ts';

/** The narrow scheme in each run; with `LONGPLAY_LOOKS=all`, before a page is changed, the other too. */
const looks = [
  { scheme: 'dark', locale: 'sv-SE', width: 360 },
  ...(process.env.LONGPLAY_LOOKS === 'all' || process.env.LONGPLAY_SCREENSHOTS === '1'
    ? [{ scheme: 'light', locale: 'en', width: 1_280 } as const]
    : []),
] as const;

const people = { anna: { preferred_username: 'anna@bank.example', groups: ['calls-compliance'] } };

describe.skipIf(!hasChromium)('the pages of a server, in Chromium, with a provider at another site', () => {
  let rig: Rig;
  let provider: RunningProvider;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    // Imports first, so that resources left open in this process are noticed.
    rig = await createArchive();
    [provider, browser] = await Promise.all([startProvider(people), startChromium()]);
    server = await startServer(rig, ['--users', usersFile()], { LONGPLAY_OPENID_SECRET: provider.secret });
    await provider.serve([server.origin]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  function usersFile(): string {
    const line = passwordLine();
    const lines = [
      `[openid]\nname = "Bank & Söner"\nissuer = "${provider.issuer}"\nclient-id = "longplay"`,
      '[roles.compliance]\nrights = ["listen", "export"]\ngroups = ["calls-compliance"]\n[roles.compliance.per-day]\nrecordings = 200\nhours = 1.5',
      `[users.bo]\npassword = "${line}"\nrole = "compliance"`,
      `[users.fred]\npassword = "${line}"\nrole = "few"\n[roles.few]\nrights = ["listen", "export"]\n[roles.few.per-day]\nrecordings = 1`,
      `[users.eva]\npassword = "${line}"\nrole = "keepers"`,
      '[roles.keepers]\nrights = ["administer"]',
      `[users.gun]\npassword = "${line}"\nrole = "compliance"`,
      '[export]\ntwo-persons = 3',
    ];
    writeFileSync(rig.path('users.toml'), lines.join('\n'), { mode: 0o600 });
    return rig.path('users.toml');
  }

  test.each(looks)('have a sign-in page without violations of WCAG: $scheme, $locale, $width', async (look) => {
    await using watched = await opened(`${server.origin}/sign-in`, look);
    const { page, troubles } = watched;
    await expect
      .poll(() => page.locator('a.button').textContent())
      .toBe(look.locale === 'en' ? 'Sign in with Bank & Söner' : 'Logga in med Bank & Söner');
    expect(await axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    if (look.scheme === 'light') await picture('serve-sign-in-openid', page);
    expect(troubles).toEqual([]);
  });

  test('sign a user in who returns from the provider, although the session cookie is not sent with requests that another site began', async () => {
    await using watched = await opened(`${server.origin}/`, {});
    const { page } = watched;
    await page.click('a.button');
    await page.fill('input[name=login]', 'anna');
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
    await page.waitForSelector('.account .user');
    await expect.poll(() => page.locator('.account .user').textContent()).toBe('anna@bank.example');
    expect(new URL(page.url()).origin).toBe(server.origin);
    expect(page.url()).not.toMatch(/code=|state=/);
    const cookies = (await page.context().cookies()).filter(({ domain }) => domain === '127.0.0.1');
    expect(cookies.map(({ name, sameSite, httpOnly }) => [name.replace(/\d+/, 'PORT'), sameSite, httpOnly])).toEqual([
      ['longplay-PORT-visit', 'Strict', true],
      ['longplay-PORT', 'Strict', true],
    ]);
  });

  /** Signs in by password, and opens the list of sessions. */
  async function toSessions(page: Page, user: string): Promise<void> {
    await page.fill('#user', user);
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.click('.account .user');
    await page.waitForSelector('dialog[aria-labelledby=sessions-title] .sessions li');
  }

  test.each(looks)('show users their sessions and let them end the others: $scheme, $locale, $width', async (look) => {
    await server.signIn('bo');
    const lost = await server.signIn('bo');
    await using watched = await opened(`${server.origin}/`, look);
    const { page, troubles } = watched;
    await toSessions(page, 'bo');
    const own = page.locator('dialog[aria-labelledby=sessions-title] .sessions').first().locator('li');
    // The current session is listed first.
    await expect.poll(() => own.count()).toBeGreaterThanOrEqual(3);
    expect(await own.first().locator('strong').textContent()).toBe(look.locale === 'en' ? 'Chrome on Linux' : 'Chrome på Linux');
    expect(await own.first().locator('.thisone').count()).toBe(1);
    const had = look.locale === 'en' ? 'Today: 0 of 200 recordings, 0 of 1.5 hours of sound' : 'I dag: 0 av 200 inspelningar, 0 av 1,5 timmar ljud';
    await page.waitForSelector(`text=${had}`);
    expect(await axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    if (look.scheme === 'light') await picture('serve-sessions', page);
    await page.getByRole('button', { name: look.locale === 'en' ? 'End my others' : 'Avsluta mina andra' }).click();
    await expect.poll(() => own.count()).toBe(1);
    expect((await server.ask('/api/session', { cookie: lost.cookie })).status).toBe(401);
    await expect
      .poll(() => page.locator('dialog[aria-labelledby=sessions-title] .said').textContent())
      .toBe(look.locale === 'en' ? 'Ended.' : 'Avslutad.');
    // The last one is the current session: ending it leads to the sign-in page.
    await own.first().locator('button').click();
    await page.waitForSelector('#password');
    expect(troubles).toEqual([]);
  });

  test.each(looks)('show an administrator everybody, who can end a session without listening to anything: $scheme, $locale, $width', async (look) => {
    const bo = await server.signIn('bo');
    await using watched = await opened(`${server.origin}/`, look);
    const { page } = watched;
    await toSessions(page, 'eva');
    const others = page.locator('dialog[aria-labelledby=sessions-title] section .sessions li');
    await expect.poll(() => others.count()).toBeGreaterThan(0);
    expect(await axeViolations(page)).toEqual([]);
    const before = await others.count();
    await others.first().locator('button').click();
    await expect.poll(() => others.count()).toBe(before - 1);
    expect((await server.ask('/api/session', { cookie: bo.cookie })).status).toBe(401);
  });

  test('report with numbers that a quota refuses an export', async () => {
    await using watched = await opened(`${server.origin}/`, { scheme: 'dark', locale: 'sv-SE', width: 360 });
    const { page } = watched;
    await page.fill('#user', 'fred');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('.counts a.take:not([hidden])');
    await page.click('.counts a.take');
    const said = page.locator('[role=alert].refusal');
    await said.waitFor();
    expect(await said.textContent()).toMatch(
      /^Dygnsgränsen för inspelningar i din roll är 1\. Du har använt 0, och detta är 9 till\. Gränsen nollställs kl\. 00:00 UTC, om \d+ h \d+ min\.$/,
    );
    expect(await axeViolations(page)).toEqual([]);
  });

  test.each(looks)('have a large export requested, approved by another user and downloaded: $scheme, $locale, $width', async (look) => {
    const isSwedish = look.locale === 'sv-SE';
    const signIn = async (page: Page, user: string): Promise<void> => {
      await page.fill('#user', user);
      await page.fill('#password', password);
      await page.click('button[type=submit]');
      await page.waitForSelector('.account .requestsopen');
    };
    const judge = async (page: Page): Promise<void> => {
      expect(await axeViolations(page)).toEqual([]);
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await expect.poll(() => page.locator('dialog[open]').evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth)).toBe(true);
    };
    await using asking = await opened(`${server.origin}/`, look);
    await signIn(asking.page, 'bo');
    await asking.page.locator('.counts a.take:not([hidden])').click();
    await asking.page.waitForSelector('dialog[open] textarea');
    await judge(asking.page);
    await asking.page.keyboard.type('Order of the court, 17');
    await asking.page.click('dialog[open] form button');
    await asking.page.waitForSelector('dialog[open] .requests li');

    await using deciding = await opened(`${server.origin}/`, look);
    await signIn(deciding.page, 'gun');
    const button = deciding.page.locator('.requestsopen');
    await expect.poll(() => button.textContent()).toBe(isSwedish ? 'Exportbegäranden: 1 att besluta om' : 'Export requests: 1 to decide');
    await button.click();
    const row = deciding.page.locator('dialog[open] .requests li');
    await row.waitFor();
    expect(await row.textContent()).toContain(
      isSwedish ? 'bo: Alla inspelningarSkäl: Order of the court, 17' : 'bo: All recordingsReason: Order of the court, 17',
    );
    await judge(deciding.page);
    if (look.scheme === 'light') await picture('serve-export-requests', deciding.page);
    await row.locator('button').first().click();
    await expect.poll(() => deciding.page.locator('dialog[open] .said').textContent()).toBe(isSwedish ? 'Godkänd.' : 'Allowed.');

    await asking.page.click('dialog[open] .close');
    await asking.page.click('.requestsopen');
    const link = asking.page.locator('dialog[open] a.take').first();
    await link.waitFor();
    await judge(asking.page);
    const [download] = await Promise.all([asking.page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('recordings.zip');

    // Requested once more and withdrawn: it disappears from the page of the approver.
    await asking.page.locator('.counts a.take:not([hidden])').click();
    await asking.page.waitForSelector('dialog[open] textarea');
    await asking.page.keyboard.type('by mistake');
    await asking.page.click('dialog[open] form button');
    const own = asking.page.locator('dialog[open] .requests li').filter({ hasText: 'by mistake' });
    await own.waitFor();
    const waiting = deciding.page.locator('dialog[open] .requests li').filter({ hasText: 'by mistake' });
    await deciding.page.click('dialog[open] .close');
    await button.click();
    await waiting.waitFor();
    await judge(asking.page);
    await own.getByRole('button', { name: isSwedish ? 'Återkalla' : 'Withdraw' }).click();
    await expect.poll(() => asking.page.locator('dialog[open] .said').textContent()).toBe(isSwedish ? 'Återkallad.' : 'Withdrawn.');
    await expect.poll(() => own.textContent()).toContain(isSwedish ? 'återkallad' : 'withdrawn');
    expect(await own.getByRole('button').count()).toBe(0);
    await deciding.page.click('dialog[open] .close');
    await button.click();
    await expect.poll(() => waiting.count()).toBe(0);
    expect([asking.troubles.filter((trouble) => !trouble.includes('403')), deciding.troubles]).toEqual([[], []]);
  });

  async function opened(address: string, look: Look): Promise<WatchedPage & AsyncDisposable> {
    const watched = await openPage(browser, address, look);
    return { ...watched, [Symbol.asyncDispose]: () => watched.context.close() };
  }
});
