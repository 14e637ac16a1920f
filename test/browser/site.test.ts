import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite } from '../../packaging/site.ts';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { allPages } from '../pages/all-pages.ts';
import { hasChromium, openPage, startChromium } from './chromium.ts';

// The documentation as `npm run site` builds it. bin/setup --tests installs mdBook.
const hasMdbook = spawnSync('mdbook', ['--version']).error === undefined;

let rig: Rig;
let site: string;

beforeAll(() => {
  rig = createRig();
  site = rig.path('site');
  if (hasMdbook) makeSite(root.replace(/\/$/, ''), site, rig.folder);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** Returns the `<a href>`, `<link href>`, `<script src>` and `<img src>` of a page that lead to no file of the site, or to no element in it. */
function lostLinks(page: string): string[] {
  const html = readFileSync(join(site, page), 'utf8');
  return [...html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g)].flatMap(([, address = '']) => {
    if (/^(?:[a-z]+:|\/\/)/.test(address)) return [];
    const [path = '', id] = address.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
    if (!existsSync(join(site, target))) return [`${page}: ${address}`];
    const isThere =
      id === undefined ||
      id === '' ||
      !target.endsWith('.html') ||
      readFileSync(join(site, target), 'utf8').includes(`id="${decodeURIComponent(id)}"`);
    return isThere ? [] : [`${page}: ${address}`];
  });
}

describe.skipIf(!hasMdbook)('the documentation site', () => {
  test('has every page, and every link and picture in it has a target', () => {
    // The 404 page for servers has server addresses.
    const built = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html') && name !== '404.html');
    const expected = allPages().map((page) => page.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'));
    expect(expected.filter((page) => !built.includes(page))).toEqual([]);
    expect(built.flatMap(lostLinks)).toEqual([]);
    // Checks the check itself: a broken link is found.
    expect(readFileSync(join(site, 'docs/tutorial/first-migration.html'), 'utf8')).toContain('<img src="images/viewer-call.png"');
  });

  test.skipIf(!hasChromium)('opens from the file system, and its search finds a page and opens it', async () => {
    const browser = await startChromium();
    try {
      const { page, troubles } = await openPage(browser, pathToFileURL(join(site, 'docs/how-to/schedule.html')).href);
      await page.locator('#search-toggle').click();
      await page.locator('#searchbar').pressSequentially('quarantine');
      await page.locator('#searchresults a[href*="replicas.html"]').first().click();
      await page.waitForURL(/\/docs\/how-to\/replicas\.html/);
      await expect.poll(() => page.locator('main h1').first().textContent()).toBe('Replicas');
      await page.locator('#sidebar a', { hasText: 'Exit codes' }).first().click();
      await page.waitForURL(/\/docs\/reference\/exit-codes\.html/);
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
