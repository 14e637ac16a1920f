import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';

const mapping =
  '[source]\nname = "made"\n\n[table]\nfiles = "calls.csv"\nkind = "csv"\n\n[columns]\nkey = "id"\nstart = "begin"\ncaller = "caller"\ncallee = "callee"\n\n[join]\ncolumn = "file"\nmatch = "path"\n';
/** Calls around midnight and around the ambiguous hour in Stockholm. */
const begins = {
  late: '2021-06-01T22:30:00Z',
  noon: '2021-06-02T10:00:00Z',
  evening: '2021-06-02T21:59:59Z',
  next: '2021-06-02T22:00:00Z',
  monthEnd: '2021-06-30T22:30:00Z',
};

let rig: Rig;
let browser: Browser;
let address: string;

describe.skipIf(!hasChromium)('search in the viewer, in Chromium', () => {
  beforeAll(async () => {
    rig = createRig();
    mkdirSync(rig.path('made'));
    const rows = Object.entries(begins).map(([id, begin], index) => `${id},${begin},+4670174060${index},1001,\n`);
    writeFileSync(rig.path('made/calls.csv'), `id,begin,caller,callee,file\n${rows.join('')}`);
    writeFileSync(rig.path('mapping.toml'), mapping);
    for (const args of [
      [rig.path('made'), '--mapping', rig.path('mapping.toml')],
      [join(root, 'samples/asterisk-normal'), '--zone', 'Europe/Stockholm', '--join-sides'],
    ]) {
      const { code, stderr } = await rig.run(['import', ...args, '--into', 'archive', '--quiet']);
      expect([0, 3], stderr).toContain(code);
    }
    const made = await rig.run(['viewer', 'archive']);
    expect(made.code, made.stderr).toBe(0);
    address = pathToFileURL(rig.path('archive/viewer/index.html')).href;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.[Symbol.asyncDispose]();
  });

  const opened = async (hash: string, look: Look = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, address + hash, look);
    await counted(watched.page);
    return watched;
  };
  /** Returns the number of calls found, once it is shown. */
  const counted = async (page: Page): Promise<string> => {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.locator('#results[aria-busy=false]').waitFor();
    return (await page.locator('.count').innerText()).replace(/ ·.*/, '');
  };
  const starts = async (page: Page): Promise<string[]> => {
    await page.locator('.rows .row').first().waitFor();
    return await page.locator('.rows .colStart').allInnerTexts();
  };
  /** The page may still show the previous answer, which stays until the next one arrives. */
  const soon = <Shown>(look: () => Promise<Shown>) => expect.poll(look);
  const stockholm = { zone: 'Europe/Stockholm' };

  test("shows times by the browser's clock with their UTC offset, and in UTC from the moment that UTC is chosen", async () => {
    const { page, troubles, context } = await opened('#from=2025-10', stockholm);
    // The two readings of the ambiguous hour are distinguished.
    await soon(async () => (await starts(page)).slice(0, 2)).toEqual(['2025-10-26 02:29:56 +02:00', '2025-10-26 02:29:56 +01:00']);
    await page.locator('.rows .row').first().click();
    const call = page.locator('.call').filter({ has: page.locator('.callhead') });
    await expect.poll(() => call.locator('.callhead').innerText()).toContain('2025-10-26 02:29:56 +02:00');
    // The moment in UTC is beside it.
    await expect.poll(() => call.locator('.time').first().innerText()).toContain('2025-10-26 00:29:56 UTC');
    await expect.poll(() => page.locator('.about').innerText()).toMatch(/as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00/);
    await page.getByLabel('Time zone').selectOption('UTC');
    await page.locator('.callhead').filter({ hasText: '2025-10-26 00:29:56 UTC' }).waitFor();
    await page.goto(address);
    await page.reload();
    await counted(page);
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('UTC');
    await soon(async () => (await starts(page))[0]).toBe('2021-06-01 22:30:00 UTC');
    await page.getByLabel('Time zone').selectOption({ label: 'Europe/Stockholm (local)' });
    await page.locator('.rows .colStart').filter({ hasText: '2021-06-02 00:30:00 +02:00' }).waitFor();
    expect(troubles).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await context.close();
  });

  test('reads days by the displayed clock, and an address finds the same calls wherever it is opened', async () => {
    const { page, troubles, context } = await opened('', stockholm);
    await page.locator('#words').fill('2021-06-02');
    await page.waitForFunction(() => location.hash.includes('2021-06-02'));
    await soon(() => counted(page)).toBe('3 calls');
    await soon(() => starts(page)).toEqual(['2021-06-02 00:30:00 +02:00', '2021-06-02 12:00:00 +02:00', '2021-06-02 23:59:59 +02:00']);
    const link = page.url();
    expect(new URLSearchParams(new URL(link).hash.slice(1)).get('zone')).toBe('Europe/Stockholm');
    await page.getByLabel('Time zone').selectOption('UTC');
    await page.locator('.rows .colStart').filter({ hasText: 'UTC' }).first().waitFor();
    await soon(() => counted(page)).toBe('3 calls');
    await soon(async () => (await starts(page))[0]).toBe('2021-06-02 10:00:00 UTC');
    // A month of this clock has days of this clock: one of its calls is in the previous month in UTC, another on a different day.
    await page.goto(`${address}#from=2021-07&to=2021-08&zone=Europe/Stockholm`);
    await page.locator('.bar[title="2021-07-01: 1 call"]').waitFor();
    await soon(() => counted(page)).toBe('1 call');
    await context.close();
    const far = await opened(new URL(link).hash, { zone: 'America/New_York' });
    await soon(() => counted(far.page)).toBe('3 calls');
    await soon(async () => (await starts(far.page))[0]).toBe('2021-06-02 00:30:00 +02:00');
    expect(await far.page.getByLabel('Time zone').locator('option').allInnerTexts()).toEqual(['America/New York (local)', 'UTC', 'Europe/Stockholm']);
    // Without days no clock matters, and the browser's own is shown again.
    await far.page.goto(address);
    await far.page.reload();
    await soon(async () => (await starts(far.page))[0]).toBe('2021-06-01 18:30:00 −04:00');
    expect([...troubles, ...far.troubles]).toEqual([]);
    await far.context.close();
  });

  test('narrows by length, weekday, time of day and damage together; each filter is shown and removed separately, by keyboard too', async () => {
    const { page, troubles, context } = await opened('', { ...stockholm, width: 1500 });
    await page.locator('summary').first().click();
    const asks = async (member: string, value: string | null): Promise<string> => {
      await page.waitForFunction(([name, wanted]) => new URLSearchParams(location.hash.slice(1)).get(name ?? '') === wanted, [
        member,
        value,
      ] as const);
      return await counted(page);
    };
    // 1 June 2021 was a Tuesday; in Stockholm three calls begin on Wednesday and one on Thursday, two of them at night.
    await page.getByLabel('From day').fill('2021-06-01');
    await page.getByLabel('To day').fill('2021-06-30');
    await soon(() => asks('to', '2021-07-01')).toBe('4 calls');
    await page.getByLabel('Wednesday').focus();
    await page.keyboard.press('Space');
    await soon(() => asks('weekday', 'wed')).toBe('3 calls');
    await page.getByLabel('From time').fill('22:00');
    await page.getByLabel('To time').fill('06:00');
    await soon(() => asks('timeOfDay', '22:00-06:00')).toBe('2 calls');
    await soon(() => starts(page)).toEqual(['2021-06-02 00:30:00 +02:00', '2021-06-02 23:59:59 +02:00']);
    expect((await page.locator('.asked li').allTextContents()).map((text) => text.replace('×', ''))).toEqual([
      'Time: 2021-06-01 – 2021-06-30',
      'Weekday: Wed',
      'Time of day: 22:00 – 06:00',
    ]);
    await page.getByRole('button', { name: 'Remove Weekday: Wed' }).click();
    await soon(() => asks('weekday', null)).toBe('3 calls');
    await expect.poll(() => page.getByLabel('Wednesday').isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Clear all' }).click();
    const all = await asks('from', null);
    // An invalid length starts no search and is reported; valid lengths match those in the rows.
    await page.getByLabel('Longest length').fill('3x');
    await page.locator('#field-maxLength[aria-invalid=true]').waitFor();
    await soon(() => counted(page)).toBe(all);
    await page.getByLabel('Longest length').fill('3s');
    await soon(() => asks('maxLength', '3s')).not.toBe(all);
    await page.getByLabel('Shortest length').fill('0:01');
    await asks('minLength', '0:01');
    await soon(async () => {
      const lengths = await page.locator('.rows .colLength').allInnerTexts();
      return lengths.length > 0 && lengths.every((length) => /^0:0[123]\.\d$/.test(length));
    }).toBe(true);
    await page.getByRole('button', { name: 'Remove Length: ≥ 0:01.0, ≤ 0:03.0' }).click();
    await asks('minLength', null);
    await page.getByLabel('only damaged or lost').check();
    await asks('damaged', 'yes');
    await soon(() => page.locator('.count').innerText()).toContain('No call matches');
    expect(troubles).toEqual([]);
    for (const width of [1500, 360, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await axeViolations(page)).toEqual([]);
    }
    await context.close();
  });

  test('offers ranges relative to today, each chosen or removed by one button, and the address can be copied', async () => {
    const { page, troubles, context } = await opened('', stockholm);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.clock.setFixedTime('2021-07-02T10:00:00Z');
    await page.locator('summary').first().click();
    const button = page.getByRole('button', { name: 'Last month' });
    await button.click();
    await page.waitForFunction(() => location.hash.includes('from=2021-06&to=2021-07'));
    await soon(() => counted(page)).toBe('4 calls');
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Yesterday' }).click();
    await page.waitForFunction(() => location.hash.includes('from=2021-07-01&to=2021-07-02'));
    await soon(() => starts(page)).toEqual(['2021-07-01 00:30:00 +02:00']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('button', { name: 'Link copied.' }).waitFor();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await page.getByRole('button', { name: 'Yesterday' }).click();
    await page.waitForFunction(() => !location.hash.includes('from='));
    expect(troubles).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await context.close();
  });

  test('keeps named searches in this browser, with their days recomputed, opens them by one key and deletes them', async () => {
    const { page, troubles, context } = await opened('#weekday=wed&zone=Europe/Stockholm', stockholm);
    await page.clock.setFixedTime('2021-06-03T10:00:00Z');
    await expect.poll(() => page.getByRole('list', { name: 'Saved searches' }).count()).toBe(0);
    const save = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'Save search' }).click();
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name, exact: true }).waitFor();
    };
    await save('Wednesdays');
    await page.locator('summary').first().click();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('button', { name: 'Yesterday' }).click();
    await page.waitForFunction(() => location.hash.includes('from=2021-06-02&to=2021-06-03'));
    await save('<b>Yesterday</b>');
    // A later visit on another day.
    await page.goto(address);
    await page.reload();
    await page.clock.setFixedTime('2021-07-02T10:00:00Z');
    await page.getByRole('button', { name: '<b>Yesterday</b>', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('from=2021-07-01&to=2021-07-02'));
    await soon(() => counted(page)).toBe('1 call');
    await page.getByRole('button', { name: 'Wednesdays', exact: true }).click();
    await page.waitForFunction(() => location.hash.includes('weekday=wed') && !location.hash.includes('from='));
    await soon(() => counted(page)).toBe('3 calls');
    await page.goBack();
    await soon(() => counted(page)).toBe('1 call');
    expect(troubles).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete the saved search <b>Yesterday</b>' }).click();
    await page.getByRole('button', { name: 'Delete the saved search Wednesdays' }).click();
    await page.reload();
    await counted(page);
    await expect.poll(() => page.locator('.saved').isHidden()).toBe(true);
    await context.close();
  });
});
