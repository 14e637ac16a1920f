import { existsSync, readFileSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { createArchive, password, type Server, startServer, writeUsers } from './rig.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const program = '/usr/bin/chromium';

describe.skipIf(!existsSync(program))('cases in Chromium, over HTTP', () => {
  let rig: Rig;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    rig = await createArchive();
    server = await startServer(rig, ['--users', writeUsers(rig)]);
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  async function pageOf(user: string, locale: string): Promise<{ readonly page: Page; readonly troubles: string[] }> {
    const page = await (await browser.newContext({ locale, acceptDownloads: true, viewport: { width: 1400, height: 900 } })).newPage();
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
    // As text through the protocol: the page's own policy lets no script of others in.
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  /** Takes what a link gives, and checks it as anybody would. @returns what sha256sum said of each file */
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

  test('somebody opens a case, ticks calls by keyboard, adds them and the open one, reads the order, takes one out with a reason, and downloads it', async () => {
    const { page, troubles } = await pageOf('anna', 'en-GB');
    const said = page.locator('.cases .said');
    await page.locator('.cases > summary').press('Enter');
    await page.fill('#case-title', 'Deal 4711 <b>');
    await page.press('#case-title', 'Enter');
    await expect.poll(() => said.textContent()).toBe('The case “Deal 4711 <b>” is open.');
    await expect.poll(() => page.locator('.cases .caseplace').textContent()).toContain('The case is empty.');
    await page.locator('#results').focus();
    for (const key of ['x', 'ArrowDown', 'x', 'ArrowDown', 'x', 'x']) await page.keyboard.press(key);
    expect(await page.locator('.cases .casedeeds button').first().textContent()).toBe('Add ticked calls (2)');
    await page.locator('.rows [role=row] .tick').nth(3).click();
    expect(await page.locator('.rows .tick:checked').count()).toBe(3);
    await page.locator('.cases .casedeeds button').first().click();
    await expect.poll(() => said.textContent()).toBe('3 calls added to “Deal 4711 <b>”.');
    expect(await page.locator('.rows .tick:checked').count()).toBe(0);
    await page.locator('.rows [role=row]').nth(5).click();
    await page.locator('.call .tocase').click();
    await expect.poll(() => said.textContent()).toBe('1 call added to “Deal 4711 <b>”.');
    const keys = async () => [...new Set(await page.locator('.caserows li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key'))))];
    expect(await keys()).toHaveLength(4);
    // As the command line has it.
    const { lines } = await rig.json(['case', 'list', 'archive']);
    const { id } = (lines.find((line) => line.of === 'case')?.value ?? {}) as { id: string };
    const order = (await rig.json(['case', 'timeline', 'archive', id])).lines
      .filter((line) => line.of === 'entry')
      .map(({ value }) => (value as { key: string }).key);
    expect(await page.locator('.caserows li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key')))).toEqual(order);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }

    const gone = (await keys())[0] ?? '';
    await page.locator(`.caserows li[data-key="${gone}"] .remove`).first().press('Enter');
    await page.keyboard.type('of another deal');
    await page.keyboard.press('Enter');
    await expect.poll(() => said.textContent()).toBe('Taken out of the case. It stays in the archive.');
    expect(await keys()).not.toContain(gone);
    const kept = JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as {
      removed: { reason: string; recordingId: string }[];
    };
    expect(kept.removed.map(({ recordingId, reason }) => [recordingId, reason])).toEqual([[gone, 'of another deal']]);

    const sums = await taken(page, '.cases .take', 'case', ['tagmanifest-sha256.txt', 'manifest-sha256.txt']);
    expect(sums).toMatch(/^index\.html: OK$/m);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(troubles).toEqual([]);
  });

  test('all calls of a question are one file; who may not take anything along, or sees a part, has no button and no panel', async () => {
    const { page, troubles } = await pageOf('anna', 'sv-SE');
    await page.fill('#words', '4711');
    await expect.poll(() => page.locator('.counts .take').getAttribute('href')).toBe('/api/export.zip?text=4711');
    expect(await page.locator('.counts .take').isVisible()).toBe(true);
    expect(await page.locator('.cases > summary').textContent()).toBe('Ärenden');
    const sums = await taken(page, '.counts .take', 'found', ['manifest-sha256.txt']);
    expect(sums.trim().split('\n').length).toBeGreaterThan(1);
    expect(troubles).toEqual([]);
    for (const [user, mayTake] of [
      ['bo', false],
      ['cilla', true],
    ] as const) {
      const other = await pageOf(user, 'en-GB');
      await other.page.waitForSelector('.counts progress', { state: 'hidden' });
      expect([await other.page.locator('.counts .take').isVisible(), await other.page.locator('.cases, .tick, .tocase').count()]).toEqual([
        mayTake,
        0,
      ]);
    }
  });
});
