import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { createArchive, password, recordingsOf, type Server, startServer, writeUsersWithRights } from '../serve/rig.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { picture } from './picture.ts';

let rig: Rig;
let server: Server;
let browser: Browser;
let caseId: string;
let ids: string[];

describe.skipIf(!hasChromium)('the page of cases, in Chromium', () => {
  beforeAll(async () => {
    rig = await createArchive();
    ids = (await recordingsOf(rig, '--with-site', 'pbx')).filter(({ copies }) => copies > 0).map(({ recordingId }) => recordingId);
    const made = await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711 <b>', '--as', 'anna']);
    caseId = String(made.summary.id);
    for (const args of [
      ['case', 'new', 'archive', '--title', 'Nothing yet'],
      ['case', 'add', 'archive', caseId, ...ids.slice(0, 3), '--as', 'anna'],
      ['note', 'add', 'archive', ids[0] ?? '', 'Price agreed', '--from', '0.5', '--to', '1', '--as', 'bo'],
      ['tag', 'add', 'archive', ids[1] ?? '', 'order'],
      ['case', 'remove', 'archive', caseId, ids[2] ?? '', '--reason', 'of another deal'],
      ['case', 'export', 'archive', caseId, '--out', 'out'],
    ])
      expect((await rig.run(args)).code, args.join(' ')).toBe(0);
    server = await startServer(rig, ['--users', writeUsersWithRights(rig, { anna: ['listen', 'export'], bo: ['listen'] })]);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  const opened = async (hash: string, look: Look = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, `${server.origin}/sign-in`, look);
    const { page } = watched;
    await page.fill('#user', 'anna');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.locator('.results [role=row]').nth(1).waitFor();
    await page.goto(`${server.origin}/${hash}`);
    await page.locator('.casespage h2').waitFor();
    return watched;
  };

  test('lists cases with state, number of calls, age and last change, opens one by keyboard, shows its parts, and goes back', async () => {
    const { page, context, troubles } = await opened('#cases=all');
    await expect.poll(() => page.locator('.casetable tbody tr').count()).toBe(2);
    const row = page.locator('.casetable tbody tr').filter({ hasText: 'Deal 4711 <b>' });
    expect(await row.locator('td').allInnerTexts()).toEqual([
      'Deal 4711 <b>',
      'handed over',
      '2',
      '0',
      expect.stringMatching(/ago|now| · anna$/),
      expect.any(String),
    ]);
    await expect.poll(() => page.locator('.list').isHidden()).toBe(true);
    await row.getByRole('link').press('Enter');
    await page.locator('.casehead').waitFor();
    await expect.poll(() => page.title()).toContain('Deal 4711 <b>');
    expect(new Set(await page.locator('.caserows li').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-key'))))).toEqual(
      new Set(ids.slice(0, 2)),
    );
    await page.getByRole('tab', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { selected: true }).innerText()).toBe('Recordings 2');
    await expect.poll(() => page.getByRole('tabpanel').innerText()).toMatch(/by hand · anna[\s\S]*Removed[\s\S]*of another deal/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.casepanel .noteitem .words').allInnerTexts()).toEqual(expect.arrayContaining(['Price agreed', 'order']));
    await page.keyboard.press('ArrowRight');
    expect((await page.locator('.casepanel tbody tr td:nth-child(3)').allInnerTexts()).slice(0, 4)).toEqual([
      'handed over',
      'recordings removed',
      'recordings added',
      'opened',
    ]);
    await page.keyboard.press('ArrowRight');
    // A recording opens beside the case, and one key opens the next recording of the case.
    await page.locator('.caserows .quiet').first().click();
    await page.locator('.callhead').waitFor();
    const first = await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('call'));
    await page.keyboard.press('n');
    await page.waitForFunction((before) => new URLSearchParams(location.hash.slice(1)).get('call') !== before, first);
    const second = await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('call'));
    expect([first, second].sort()).toEqual(ids.slice(0, 2).sort());
    await page.keyboard.press('Escape');
    await page.locator('.call').waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'All cases' }).click();
    await page.locator('.casetable').waitFor();
    await page.fill('#newcase-title', 'Of the page');
    await page.press('#newcase-title', 'Enter');
    await page.locator('.casehead').filter({ hasText: 'Of the page' }).waitFor();
    // Calls are added on the search page, with this case chosen.
    await page.getByRole('button', { name: 'Add calls and messages' }).click();
    await page.locator('.caseactions .take').first().waitFor();
    await expect.poll(() => page.locator('#case-choice option:checked').innerText()).toBe('Of the page (0)');
    await page.getByRole('link', { name: 'Cases', exact: true }).click();
    await page.locator('.casetable tbody tr').nth(2).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('has no accessibility violations, is not cut off from 360 to 2560 pixels, light and dark, in both languages, and is absent for users without cases', async () => {
    for (const [width, scheme, locale] of [
      [360, 'dark', 'en'],
      [1280, 'light', 'en'],
      [2560, 'dark', 'sv'],
    ] as const) {
      const { page, context } = await opened('#cases=all', { width, scheme, locale, height: 900 });
      await page.locator('.casetable').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      if (width === 1280) await picture('serve-cases', page);
      await page.goto(`${server.origin}/#cases=${caseId}`);
      await page.locator('.casehead').waitFor();
      if (width === 1280) await picture('serve-case-page', page);
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        expect(await axeViolations(page)).toEqual([]);
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      await context.close();
    }
    const other = await openPage(browser, `${server.origin}/sign-in`);
    await other.page.fill('#user', 'bo');
    await other.page.fill('#password', password);
    await other.page.click('button[type=submit]');
    await other.page.locator('.results [role=row]').nth(1).waitFor();
    expect(await other.page.locator('.caseslink').isHidden()).toBe(true);
    await other.page.goto(`${server.origin}/#cases=all`);
    await other.page.reload();
    await other.page.locator('.results [role=row]').nth(1).waitFor();
    expect(await other.page.locator('.casespage').count()).toBe(0);
    await other.context.close();
  });
});
