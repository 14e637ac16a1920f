import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { axeViolations, hasChromium, openPage, startChromium } from './chromium.ts';

let rig: Rig;
let browser: Browser;
let address: string;

describe.skipIf(!hasChromium)('the viewer of an archive, opened from the file system', () => {
  beforeAll(async () => {
    rig = createRig();
    expect(
      (await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm', '--quiet'])).code,
    ).toBe(0);
    address = pathToFileURL(rig.path('archive/viewer/index.html')).href;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.[Symbol.asyncDispose]();
  });

  const call = async (page: Page, id: string): Promise<void> => {
    await page.goto(`${address}#call=${id}`);
    await page.locator('.fixity').waitFor();
  };

  test('shows known damage in the list, above the player and in the head, and compares a folder that the user selects', async () => {
    const bags = rig.path('archive/bags');
    const seen = new Map<string, string>();
    for (const path of readdirSync(bags, { recursive: true, encoding: 'utf8' })) {
      const [, id] = /([0-9a-f-]{36})\/access-1\.opus$/.exec(path) ?? [];
      if (id !== undefined) seen.set(id, join(bags, path));
    }
    const [[altered = '', alteredPath = ''] = [], [lost = '', lostPath = ''] = [], [well = ''] = []] = [...seen];
    expect(seen.size).toBeGreaterThan(2);
    expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
    const before = await openPage(browser, `${address}#call=${well}`);
    await before.page
      .getByText(/^The log records no verification of bag/)
      .first()
      .waitFor();
    await before.context.close();

    const bytes = readFileSync(alteredPath);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(alteredPath, bytes);
    rmSync(lostPath);
    expect((await rig.run(['verify', 'archive'])).code).toBe(4);
    expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
    const { page, context, troubles } = await openPage(browser, address);
    await page.locator('.rows .fault').nth(1).waitFor();
    expect((await page.locator('.rows .fault').allInnerTexts()).sort()).toEqual(['damaged', 'lost']);
    await expect.poll(() => page.locator('.known').innerText()).toBe('2 calls damaged or lost');
    await call(page, lost);
    await expect.poll(() => page.locator('.banner.fault').innerText()).toContain('LOST');
    await page.locator('button.play').click();
    await page.locator('.message').filter({ hasText: 'could not be played: it is lost, damaged' }).waitFor();
    // The button shows the true state: nothing plays.
    await expect.poll(() => page.locator('button.play').getAttribute('data-state')).toBe('paused');
    troubles.length = 0;

    await call(page, altered);
    await page.locator('.banner.fault').filter({ hasText: 'DAMAGED' }).waitFor();
    await expect.poll(() => page.locator('.fixity').innerText()).toMatch(/Last verified on \d{4}-.* UTC: FAULTS in its bag/);
    await page.locator('.fixity summary').click();
    await page.locator('.fixity input').setInputFiles(rig.path('archive/bags'));
    await page.locator('.fixity').filter({ hasText: 'access-1.opus is DAMAGED' }).waitFor();
    await expect.poll(() => page.locator('button.play').isDisabled()).toBe(true);
    // The selected folder is also used for the next calls.
    await call(page, lost);
    await page.locator('.fixity').filter({ hasText: 'access-1.opus is LOST' }).waitFor();
    await call(page, well);
    await page.locator('.fixity').filter({ hasText: 'SHA-256 compared: this is access-1.opus' }).waitFor();
    await expect.poll(() => page.locator('.banner.fault').count()).toBe(0);
    expect(troubles).toEqual([]);
    await call(page, altered);
    expect(await axeViolations(page)).toEqual([]);
    await context.close();
  });
});
