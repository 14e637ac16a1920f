import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture } from '../browser/picture.ts';
import type { Rig } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, entriesOf, password, recordingsOf, type Server, startServer, writeUsers } from './rig.ts';

const program = '/usr/bin/chromium';

/** Members of the browser's audio elements, which the tests' own type library lacks. */
interface Sound {
  currentTime: number;
  readonly duration: number;
  readonly seekable: { readonly length: number; end(index: number): number };
  pause(): void;
  addEventListener(type: string, listener: () => void, options: { readonly once: boolean }): void;
}

describe.skipIf(!existsSync(program))('in Chromium, over HTTP', () => {
  let rig: Rig;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    rig = await createArchive();
    server = await startServer(rig, ['--users', writeUsers(rig)]);
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  /** A page with its errors recorded. */
  async function newPage(locale: string): Promise<{ readonly page: Page; readonly troubles: string[] }> {
    const page = await (await browser.newContext({ locale })).newPage();
    page.setDefaultTimeout(patience);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    // Audio elements are not in the document: the page creates them when it plays. As a string, because it runs in the browser.
    await page.addInitScript(
      `globalThis.sounds = []; globalThis.Audio = new Proxy(Audio, { construct: (target, args) => { const sound = new target(...args); sounds.push(sound); return sound; } });`,
    );
    return { page, troubles };
  }

  async function signIn(page: Page, user: string): Promise<void> {
    await page.goto(server.origin);
    await picture('serve-sign-in', page);
    await page.fill('#user', user);
    await page.fill('#password', password);
    await page.click('button[type=submit]');
  }

  test('a user signs in, finds a call, plays it, seeks in it, and signs out; the log has each action once', async () => {
    const { page, troubles } = await newPage('sv-SE');
    await page.goto(server.origin);
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('sv');
    await page.fill('#user', 'anna');
    await page.fill('#password', 'fel');
    await page.click('button[type=submit]');
    await expect.poll(() => page.locator('[role=alert]').textContent()).toBe('Användare eller lösenord är fel.');
    await signIn(page, 'anna');
    await page.waitForSelector('.account .user');
    await expect.poll(() => page.locator('.account .user').textContent()).toBe('anna');

    const call = (await recordingsOf(rig, '--status', 'matched', '--with-site', 'pbx')).find(({ copies }) => copies > 0);
    await page.goto(`${server.origin}/#call=${call?.recordingId}`);
    await page.reload();
    await page.waitForSelector('.player button.play');
    await page.locator('.player button.play').first().click();
    await page.waitForFunction(() => (globalThis as unknown as { sounds: Sound[] }).sounds.some(({ currentTime }) => currentTime > 0.3));
    const sought = await page.evaluate(async () => {
      const sound = (globalThis as unknown as { sounds: Sound[] }).sounds.find(({ currentTime }) => currentTime > 0);
      if (sound === undefined) return null;
      sound.pause();
      const { duration } = sound;
      sound.currentTime = duration - 0.5;
      await new Promise((resolve) => sound.addEventListener('seeked', () => resolve(null), { once: true }));
      return { duration, at: sound.currentTime, isSeekable: sound.seekable.length === 1 && sound.seekable.end(0) === duration };
    });
    if (sought === null) throw new Error('nothing plays');
    expect(sought.isSeekable).toBe(true);
    expect(sought.at).toBeCloseTo(sought.duration - 0.5, 1);

    await page.locator('.account button.leave').click();
    await page.waitForSelector('#password');
    expect((await page.context().cookies()).filter(({ name, value }) => !/-(?:visit|known)$/.test(name) && value !== '')).toEqual([]);
    // The browser itself reports the wrong password.
    expect(troubles.filter((text) => !text.includes('401'))).toEqual([]);
    const mine = (await entriesOf(rig)).filter(({ detail }) => detail.user === 'anna');
    const count = (type: string) => mine.filter((entry) => entry.type === type).length;
    expect(['user-signed-in', 'recording-shown', 'recording-listened', 'user-signed-out'].map(count)).toEqual([1, 1, 1, 1]);
    expect(count('searched')).toBeGreaterThan(0);
  });

  test('a role that may listen to a part sees that part only', async () => {
    const { page, troubles } = await newPage('en-GB');
    await signIn(page, 'cilla');
    await page.waitForSelector('.results [role=row]:not(.head)');
    await expect.poll(() => page.locator('header .about').textContent()).toMatch(/^1 call/);
    await expect.poll(() => page.locator('.results [role=row]:not(.head)').count()).toBe(1);
    const other = (await recordingsOf(rig, '--with-site', 'pbx'))[0]?.recordingId;
    const answer = await page.evaluate(async (id) => (await fetch(`/api/recordings/${id}`)).status, other);
    expect(answer).toBe(404);
    expect(troubles.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('a link opens after sign-in, also through another site, and never anything but this page', async () => {
    const { page, troubles } = await newPage('en-GB');
    const [call] = await recordingsOf(rig, '--status', 'matched');
    const wanted = `#text=0&timeOfDay=00%3A00-12%3A00&zone=Europe%2FStockholm&call=${call?.recordingId}`;
    await page.goto(`${server.origin}/${wanted}`);
    // A wrong password first: the target is kept.
    await page.fill('#user', 'anna');
    await page.fill('#password', 'wrong');
    await page.click('button[type=submit]');
    await page.locator('[role=alert]').waitFor();
    await page.fill('#user', 'anna');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.locator('.callhead').waitFor();
    expect(new URL(page.url()).hash).toBe(wanted);
    await expect.poll(() => page.locator('#words').inputValue()).toBe('0');
    // Once: after signing out and in again the page opens at its beginning.
    await page.locator('.account .leave').click();
    await page.locator('#user').waitFor();
    await signIn(page, 'anna');
    await page.locator('.account .user').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    // Through another site, whose address does not contain the target.
    await page.locator('.account .leave').click();
    await page.locator('#user').waitFor();
    await page.goto(`${server.origin}/#text=1001`);
    await page.locator('#user').waitFor();
    await page.goto('data:text/html,<title>elsewhere</title>');
    await signIn(page, 'anna');
    await expect.poll(() => new URL(page.url()).hash).toBe('#text=1001');
    // Changing the target there could lead to no other place.
    for (const elsewhere of ['https://other.example/', '//other.example/', 'javascript:alert(1)']) {
      await page.evaluate(`sessionStorage.setItem('longplay-wanted', '${elsewhere}')`);
      await page.goto(`${server.origin}/?again`);
      await page.goto(server.origin);
      await page.locator('.account .user').waitFor();
      expect(page.url()).toBe(`${server.origin}/`);
    }
    expect(troubles.filter((trouble) => !trouble.includes('401'))).toEqual([]);
  });
});
