import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { picture } from './picture.ts';

const ffmpeg = '/usr/bin/ffmpeg';

let rig: Rig;
let browser: Browser;
let address: string;
let joined: string;
let paused: string;

describe.skipIf(!hasChromium)('a region of a waveform, opened from the file system', () => {
  beforeAll(async () => {
    rig = createRig();
    const { code } = await rig.run([
      'import',
      join(root, 'samples/asterisk-normal'),
      '--into',
      'archive',
      '--zone',
      'Europe/Stockholm',
      '--join-sides',
      '--quiet',
    ]);
    expect(code).toBe(0);
    expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
    address = pathToFileURL(rig.path('archive/viewer/index.html')).href;
    const found = (wanted: (text: string) => boolean): string => {
      const paths = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('recording.json'));
      const path = paths.find((one) => wanted(readFileSync(rig.path('archive/bags', one), 'utf8')));
      if (path === undefined) throw new Error('no such sample');
      return rig.path('archive/bags', path);
    };
    joined = found((text) => text.includes('access-joined.opus'));
    paused = found((text) => text.includes('"pause"'));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.[Symbol.asyncDispose]();
  });

  const idOf = (path: string): string => path.split('/').at(-2) ?? '';
  const opened = async (path: string, look: Look = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, `${address}#call=${idOf(path)}`, look);
    await watched.page.locator('.callhead').waitFor();
    return watched;
  };
  /** Drags over a part of the waveform with the mouse. */
  const draw = async (page: Page, from: number, to: number): Promise<void> => {
    const box = await page.locator('.waves').boundingBox();
    if (box === null) throw new Error('no waveform');
    await page.mouse.move(box.x + box.width * from, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + 20, { steps: 3 });
    await page.mouse.up();
  };
  const times = async (page: Page): Promise<string> => (await page.locator('.regiontimes').innerText()).trim();

  test('is drawn with the mouse, its edges moved by mouse and keyboard, shown with its times, and removed', async () => {
    const { page, context, troubles } = await opened(joined);
    await expect.poll(() => page.locator('.regionacts').isHidden()).toBe(true);
    await draw(page, 0.25, 0.5);
    expect(await times(page)).toMatch(/^0:00\.7[45]\d – 0:01\.(?:49|50)\d \(0\.7[45]\d s\)$/);
    const start = page.getByRole('slider', { name: 'Start of the region' });
    const end = page.getByRole('slider', { name: 'End of the region' });
    const before = Number(await start.getAttribute('aria-valuenow'));
    await start.focus();
    await page.keyboard.press('ArrowRight');
    expect(Number(await start.getAttribute('aria-valuenow'))).toBe(before + 100);
    await end.focus();
    await page.keyboard.press('Shift+ArrowRight');
    expect(Number(await end.getAttribute('aria-valuenow'))).toBeGreaterThan(2_400);
    const edge = await end.boundingBox();
    if (edge === null) throw new Error('no edge');
    await page.mouse.move(edge.x + edge.width / 2, edge.y + 5);
    await page.mouse.down();
    await page.mouse.move(edge.x - 60, edge.y + 5, { steps: 3 });
    await page.mouse.up();
    expect(Number(await end.getAttribute('aria-valuenow'))).toBeLessThan(2_400);
    // A click without dragging seeks and leaves the region unchanged.
    const stands = await times(page);
    const box = await page.locator('.waves').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.9, (box?.y ?? 0) + 10);
    expect(Number(await page.locator('.waves').getAttribute('aria-valuenow'))).toBe(3);
    expect(await times(page)).toBe(stands);
    await page.getByRole('button', { name: 'Remove the region' }).click();
    await expect.poll(() => page.locator('.region').isHidden()).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('is drawn with a finger', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 }, hasTouch: true, locale: 'en' });
    const page = await context.newPage();
    await page.goto(`${address}#call=${idOf(joined)}`);
    await page.locator('.callhead').waitFor();
    const box = await page.locator('.waves').boundingBox();
    if (box === null) throw new Error('no waveform');
    const finger = await context.newCDPSession(page);
    const at = (share: number) => [{ x: box.x + box.width * share, y: box.y + 30 }];
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.2) });
    for (const share of [0.3, 0.4, 0.6]) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(await times(page)).toMatch(/^0:00\.(?:59|60)\d – 0:01\.(?:79|80)\d/);
    await context.close();
  });

  test('is made, looped, left, and magnified by keyboard alone; volume and magnification stay within their bounds', async () => {
    const { page, context, troubles } = await opened(joined);
    await page.locator('.waves').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('i');
    await page.getByRole('slider', { name: 'End of the region' }).focus();
    for (let press = 0; press < 2; press++) await page.keyboard.press('Shift+ArrowLeft');
    for (let press = 0; press < 6; press++) await page.keyboard.press('ArrowLeft');
    expect(await times(page)).toBe('0:00.000 – 0:00.400 (0.400 s)');
    await page.locator('.waves').focus();
    await page.keyboard.press('l');
    await expect.poll(() => page.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('r');
    // It returns to the beginning, and never goes far beyond the end.
    const heard = await page.evaluate(async () => {
      const places: number[] = [];
      for (let look = 0; look < 400; look++) {
        places.push(Number.parseFloat((document.querySelector('.clock')?.textContent ?? '').replace('0:', '')));
        const turns = places.filter((place, index) => index > 0 && place < (places[index - 1] ?? 0)).length;
        if (turns >= 3) break;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return { turns: places.filter((place, index) => index > 0 && place < (places[index - 1] ?? 0)).length, last: Math.max(...places) };
    });
    expect(heard.turns).toBeGreaterThanOrEqual(3);
    expect(heard.last * 1_000).toBeLessThan(1_500);
    await page.keyboard.press('l');
    // Without the loop it plays to its end, once.
    await page.locator('.play[data-state=paused]').waitFor();
    await page.keyboard.press('z');
    await expect.poll(() => page.locator('.factor').innerText()).toBe('2×');
    await expect.poll(() => page.locator('.waveport').evaluate((port) => port.scrollWidth / port.clientWidth)).toBeCloseTo(2, 1);
    for (let press = 0; press < 9; press++) await page.keyboard.press('z');
    await expect.poll(() => page.getByRole('button', { name: 'Zoom in' }).isDisabled()).toBe(true);
    for (let press = 0; press < 9; press++) await page.keyboard.press('Z');
    await expect.poll(() => page.locator('.factor').innerText()).toBe('1×');
    const volume = page.getByLabel('Volume');
    await volume.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await volume.inputValue()).toBe('95');
    await page.locator('.waves').focus();
    await page.keyboard.press('m');
    expect(await volume.inputValue()).toBe('0');
    await page.keyboard.press('m');
    expect(await volume.inputValue()).toBe('95');
    // The next call has the same volume.
    await page.keyboard.press('n');
    await page.locator('.callhead').waitFor();
    await page.keyboard.press('Delete');
    expect(troubles).toEqual([]);
    await context.close();
  });

  test.skipIf(!existsSync(ffmpeg))(
    'is saved as WAV without a server, once the page has the file: exactly the samples that FFmpeg decodes',
    async () => {
      const { page, context, troubles } = await opened(joined);
      await draw(page, 0.2, 0.7);
      await page.getByRole('button', { name: 'Save as WAV' }).click();
      await page.locator('.message').filter({ hasText: 'To save a region, give the page the file access-joined.opus' }).waitFor();
      const copy = join(joined, '..', 'access-joined.opus');
      await page.locator('.solonote input').setInputFiles(copy);
      await page.locator('.message').filter({ hasText: 'matches recording.json' }).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as WAV' }).click();
      const file = await (await download).path();
      const [from, to] = await Promise.all(
        ['Start of the region', 'End of the region'].map(async (name) =>
          Number(await page.getByRole('slider', { name }).getAttribute('aria-valuenow')),
        ),
      );
      expect((await download).suggestedFilename()).toBe(`${idOf(joined)}-access-joined-${from}-${to}.wav`);
      // Chromium also decodes with libopus.
      const samples = (path: string): Buffer =>
        spawnSync(ffmpeg, ['-v', 'error', '-xerror', ...(path === copy ? ['-c:a', 'libopus'] : []), '-i', path, '-f', 's16le', 'pipe:1']).stdout;
      const { sampleRateHz, channels } = (JSON.parse(readFileSync(joined, 'utf8')) as { joined: { sampleRateHz: number; channels: number } }).joined;
      const all = samples(copy);
      const step = 48_000 / sampleRateHz;
      const [first, end] = [from, to].map((ms) => Math.round(((ms ?? 0) * sampleRateHz) / 1_000));
      const expected = Buffer.concat(
        Array.from({ length: (end ?? 0) - (first ?? 0) }, (_, at) => {
          const place = ((first ?? 0) + at) * step * channels * 2;
          return all.subarray(place, place + channels * 2);
        }),
      );
      expect(samples(file).equals(expected)).toBe(true);
      expect(troubles).toEqual([]);
      await context.close();
    },
  );

  test('has a legend for each sign, no accessibility violations, and is not cut off from 360 to 2560 pixels, light and dark', async () => {
    for (const [width, scheme, locale] of [
      [360, 'light', 'en'],
      [1280, 'dark', 'sv'],
      [2560, 'light', 'sv'],
    ] as const) {
      const { page, context } = await opened(paused, { width, scheme, locale, height: 1_000 });
      await draw(page, 0.3, 0.6);
      await page.locator('.legend summary').click();
      const signs = await page
        .locator('.legend dt .sample')
        .evaluateAll((all) => all.map((sign) => sign.className.replace('sample ', '')).filter((name) => name !== ''));
      expect(signs).toEqual(['unplayed', 'played', 'head', 'zero', 'regioned', 'mark moment', 'mark span']);
      const drawn = await page.locator('.waves .mark').evaluateAll((all) => all.map((mark) => mark.className.replace(/^mark \S+ /, 'mark ')));
      expect(drawn.filter((kind) => !signs.includes(kind))).toEqual([]);
      const numbers = await page.locator('.waves .flag').allInnerTexts();
      expect(numbers).toEqual(await page.locator('.marklist .flag').allInnerTexts());
      expect(await axeViolations(page)).toEqual([]);
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      if (width === 1280) await picture('viewer-region', page);
      await page.keyboard.press('?');
      await expect.poll(() => page.locator('.help .signs dt').count()).toBe(13);
      expect(await axeViolations(page)).toEqual([]);
      await context.close();
    }
  });
});
