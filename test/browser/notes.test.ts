import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { createArchive, password, recordingsOf, type Server, startServer, writeUsersWithRights } from '../serve/rig.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { faultsOf } from './page-checks.ts';
import { picture } from './picture.ts';

let rig: Rig;
let server: Server;
let browser: Browser;
let call: string;

describe.skipIf(!hasChromium)('notes of reviewers, in Chromium', () => {
  beforeAll(async () => {
    rig = await createArchive();
    call = (await recordingsOf(rig, '--status', 'matched', '--with-site', 'pbx')).find(({ copies }) => copies > 0)?.recordingId ?? '';
    const rules = [
      '[[rule]]\nname = "trade"\nbasis = "MiFID II, Article 16(7)"\nkeep = "5y"',
      '[[rule]]\nname = "storage"\nbasis = "GDPR, Article 5(1)(e)"\ndelete = "7y"',
    ];
    writeFileSync(rig.path('policy.toml'), `zone = "Europe/Stockholm"\n${rules.join('\n')}\n`);
    for (const args of [
      ['retention', 'set', 'archive', 'policy.toml', '--reason', 'policy of the firm'],
      ['hold', 'add', 'archive', '--all', '--reason', 'claim'],
    ])
      expect((await rig.run(args)).code).toBe(0);
    server = await startServer(rig, ['--users', writeUsersWithRights(rig, { anna: ['listen', 'export', 'annotate'], bo: ['listen'] })]);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  const opened = async (user: string, look: Look = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, `${server.origin}/sign-in`, look);
    const { page } = watched;
    await page.fill('#user', user);
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.locator('.results [role=row]').nth(1).waitFor();
    await page.goto(`${server.origin}/#call=${call}`);
    await page.locator('.notes-section').waitFor();
    return watched;
  };
  const draw = async (page: Page): Promise<void> => {
    const box = await page.locator('.waves').boundingBox();
    if (box === null) throw new Error('no waveform');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 3 });
    await page.mouse.up();
  };

  test('are written by keyboard about the marked region, drawn in the waveform, found by search, and withdrawn with a reason', async () => {
    const { page, context, troubles } = await opened('anna');
    await expect.poll(() => page.locator('.notes-section').innerText()).toContain('None.');
    await draw(page);
    await page.getByLabel('Note', { exact: true }).fill('Åsa confirms <b>the order</b>');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.said').filter({ hasText: 'The note is entered.' }).waitFor();
    await expect.poll(() => page.locator('.noteitem .words').innerText()).toBe('Åsa confirms <b>the order</b>');
    await expect.poll(() => page.locator('.noteitem .notemeta').innerText()).toMatch(/^0:00\.7\d\d – 0:01\.[45]\d\d anna · \d{4}-/);
    await expect.poll(() => page.locator('.notebars span').count()).toBe(1);
    // Keys of the player are letters while somebody types.
    await page.locator('#note-tag').pressSequentially('milk order');
    await page.getByLabel('about the region').uncheck();
    await page.locator('#note-tag').press('Enter');
    await page.locator('.tagitem').waitFor();
    await expect.poll(() => page.locator('.tagitem .words').innerText()).toBe('milk order');
    await expect.poll(() => page.locator('.notebars span').count()).toBe(1);
    await page.getByRole('button', { name: 'Remove the region' }).click();
    await page.locator('.noteitem .notemeta button').click();
    await expect.poll(() => page.locator('.regiontimes').innerText()).toMatch(/^0:0/);
    await page.getByRole('button', { name: /^Withdraw: Åsa/ }).click();
    await page.keyboard.type('of another call');
    await page.keyboard.press('Enter');
    await page.getByText('1 withdrawn').click();
    await expect.poll(() => page.locator('.notes.gone').innerText()).toContain('of another call');
    await expect.poll(() => page.locator('.notebars span').count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
    const reader = await opened('bo');
    expect(await reader.page.locator('.tagitem .words').innerText()).toBe('milk order');
    expect(await reader.page.locator('.noteforms, .withdraw').count()).toBe(0);
    await reader.context.close();
  });

  test('have tags that are offered under Filters and find their calls; a chip removes the filter', async () => {
    const { page, context, troubles } = await opened('anna');
    await page.locator('#note-tag').fill('Ärende 7');
    await page.locator('#note-tag').press('Enter');
    await page.locator('.tagitem').filter({ hasText: 'Ärende 7' }).waitFor();
    await page.goto(`${server.origin}/#`);
    const rows = page.locator('.results [role=row]');
    await expect.poll(() => rows.count()).toBeGreaterThan(2);
    await page.locator('.filters summary').click();
    await page.locator('#field-tag').focus();
    await expect
      .poll(() => page.locator('#known-tags option').evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value)))
      .toContain('Ärende 7');
    await page.locator('#field-tag').pressSequentially('arende');
    await expect.poll(() => page.locator('.counts .count').textContent()).toMatch(/^1 call/);
    await page.locator('.asked').filter({ hasText: 'Tag: arende' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.locator('.asked button').click();
    await expect.poll(() => rows.count()).toBeGreaterThan(2);
    expect(troubles).toEqual([]);
    await context.close();
    const reader = await opened('bo');
    await reader.page.goto(`${server.origin}/#tag=arende`);
    await expect.poll(() => reader.page.locator('.counts .count').textContent()).toMatch(/^1 call/);
    await reader.context.close();
  });

  test('and holds and retention have no accessibility violations and are not cut off, light and dark, in both languages', async () => {
    for (const [width, scheme, locale] of [
      [360, 'dark', 'en'],
      [1280, 'light', 'en'],
      [2560, 'dark', 'sv'],
    ] as const) {
      const { page, context, troubles } = await opened('anna', { width, scheme, locale, height: 1_100 });
      await draw(page);
      await page.locator('#note-text').fill(`A note that is somewhat longer, at ${width} pixels.`);
      await page.locator('.noteforms button').first().click();
      await page
        .locator('.noteitem')
        .filter({ hasText: `${width} pixels` })
        .waitFor();
      await page.locator('.noteitem .withdraw button').first().click();
      await page.locator('.legend summary').click();
      await expect.poll(() => page.locator('.legend .noted').count()).toBe(1);
      const [title, erased] = locale === 'sv' ? ['Gallringsregler', 'Ska raderas den'] : ['Retention policy', 'To be erased on'];
      const policy = page.locator('section.facts').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
      for (const text of [erased, 'trade', 'storage', 'MiFID II, Article 16(7)', 'GDPR, Article 5(1)(e)'])
        expect(await policy.innerText()).toContain(text);
      expect(await faultsOf(page, locale)).toEqual([]);
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.locator('.legend summary').click();
      if (width === 1280) await picture('serve-notes', page);
      expect(troubles).toEqual([]);
      await context.close();
    }
  });
});
