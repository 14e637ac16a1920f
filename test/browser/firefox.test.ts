import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { password, type Server, startServer, writeUsers } from '../serve/rig.ts';
import { type Firefox, hasFirefox, openFirefoxPage, soundClock, startFirefox } from './firefox.ts';

interface Document {
  readonly recordingId: string;
  readonly media: { readonly access: { readonly samples: number; readonly sampleRateHz: number } | null }[];
  readonly joined: unknown;
}

let rig: Rig;
let firefox: Firefox;
let address: string;

const lengthOf = ({ media }: Document): number => (media[0]?.access?.samples ?? 0) / (media[0]?.access?.sampleRateHz ?? 1);
/** The call with the longest copy, long enough to seek in. */
const longest = (): Document => {
  const bags = rig.path('archive/bags');
  const [first] = readdirSync(bags, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('recording.json'))
    .map((path) => JSON.parse(readFileSync(join(bags, path), 'utf8')) as Document)
    .filter(({ joined }) => joined === null)
    .sort((a, b) => lengthOf(b) - lengthOf(a));
  if (first === undefined) throw new Error('no sample with a copy');
  return first;
};
const until = async <Value>(what: () => Promise<Value>, fits: (value: Value) => void): Promise<void> => {
  await vi.waitFor(async () => fits(await what()), { timeout: patience, interval: 50 });
};
const textOf = (page: Page, selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent ?? '');
const hashOf = (page: Page): Promise<string> => page.evaluate(() => location.hash);

describe.skipIf(!hasFirefox)('in Firefox ESR', () => {
  beforeAll(async () => {
    rig = createRig();
    for (const args of [
      [join(root, 'samples/asterisk-normal'), '--zone', 'Europe/Stockholm', '--join-sides'],
      [join(root, 'samples/generic-csv'), '--mapping', join(root, 'samples/generic-csv/mapping.toml'), '--site', 'trading'],
    ]) {
      const { code, stderr } = await rig.run(['import', ...args, '--into', 'archive', '--quiet']);
      expect([0, 3], stderr).toContain(code);
    }
    const made = await rig.run(['viewer', 'archive']);
    expect(made.code, made.stderr).toBe(0);
    address = pathToFileURL(rig.path('archive/viewer/index.html')).href;
    firefox = await startFirefox();
  });
  afterAll(async () => {
    await firefox?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  test('the viewer opens from the file system, and finds Swedish names with and without their letters, and numbers in other spellings', async () => {
    const { page, troubles } = await openFirefoxPage(firefox.browser, address);
    await until(
      () => textOf(page, '.count'),
      (text) => expect(text).toMatch(/^\d+ calls/),
    );
    const found = async (words: string): Promise<string> => {
      await page.$eval(
        '#words',
        (field, typed) => {
          (field as HTMLInputElement).value = typed;
          field.dispatchEvent(new Event('input', { bubbles: true }));
        },
        words,
      );
      await until(
        () => hashOf(page),
        (hash) => expect(new URLSearchParams(hash.slice(1)).get('text')).toBe(words),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await textOf(page, '.count');
    };
    const named = await found('Åsa Öberg');
    expect(named).toMatch(/^[1-9]\d* calls?/);
    expect(await found('asa OBERG')).toBe(named);
    expect(await textOf(page, '.rows')).toMatch(/Åsa/);
    expect(await found('berg')).toContain('No call matches');
    expect(Number.parseInt(await found('+46701740606'), 10)).toBeGreaterThanOrEqual(Number.parseInt(await found('070-174 06 06'), 10));
    expect(await troubles()).toEqual([]);
    await page.close();
  });

  test('the viewer sorts calls and can be used by keyboard alone', async () => {
    const { page, troubles } = await openFirefoxPage(firefox.browser, address);
    await page.waitForSelector('.rows .row time');
    await page.keyboard.press('/');
    await page.keyboard.type('åsa');
    await until(
      () => hashOf(page),
      (hash) => expect(decodeURIComponent(hash)).toContain('text=åsa'),
    );
    const active = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');
    for (let stops = 0; stops < 12 && (await active()) !== 'results'; stops++) await page.keyboard.press('Tab');
    expect(await active()).toBe('results');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(
      () => hashOf(page),
      (hash) => expect(hash).toContain('order=-start'),
    );
    expect(await page.$eval('.head .colStart', (cell) => cell.getAttribute('aria-sort'))).toBe('descending');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.callhead');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await until(
      () => page.$eval('.call', (call) => (call as HTMLElement).hidden),
      (hidden) => expect(hidden).toBe(true),
    );
    expect(await active()).toBe('results');
    expect(await troubles()).toEqual([]);
    await page.close();
  });

  const playsAndSeeks = async (page: Page, call: Document): Promise<void> => {
    const seconds = lengthOf(call);
    const clock = () => soundClock(page);
    await page.waitForSelector('.player .waves');
    await page.keyboard.press('k');
    await until(clock, ({ time, error }) => {
      expect(error).toBeNull();
      expect(time).toBeGreaterThan(0.1);
    });
    expect(Math.abs((await clock()).duration - seconds)).toBeLessThan(0.03);
    await page.keyboard.press('k');
    await until(clock, ({ paused }) => expect(paused).toBe(true));
    const box = await (await page.$('.waves'))?.boundingBox();
    if (box === null || box === undefined) throw new Error('the waveform is not in sight');
    await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
    await until(clock, ({ time }) => expect(Math.abs(time - seconds * 0.75)).toBeLessThan(0.1));
    // Playback continues from there.
    await page.keyboard.press('k');
    await until(clock, ({ time }) => expect(time).toBeGreaterThan(seconds * 0.78));
    await page.focus('.waves');
    await page.keyboard.press('Home');
    await until(clock, ({ time }) => expect(time).toBeLessThan(seconds * 0.5));
  };

  test('the viewer plays a copy: the clock moves, the length is that of recording.json, and a click on the waveform seeks', async () => {
    const call = longest();
    const { page, troubles } = await openFirefoxPage(firefox.browser, `${address}#call=${call.recordingId}`);
    await playsAndSeeks(page, call);
    expect(await troubles()).toEqual([]);
    await page.close();
  });

  test('the page of a server searches, plays and seeks, and sends no request to any other server', async () => {
    const server: Server = await startServer(rig, ['--users', writeUsers(rig)]);
    try {
      const { page, troubles } = await openFirefoxPage(firefox.browser, server.origin);
      await page.type('#user', 'anna');
      await page.type('#password', password);
      await Promise.all([page.waitForNavigation(), page.click('button[type=submit]')]);
      await page.waitForSelector('.rows .row time');
      const call = longest();
      await page.evaluate((id) => {
        location.hash = `call=${id}`;
      }, call.recordingId);
      await playsAndSeeks(page, call);
      expect(await troubles()).toEqual([]);
      await page.close();
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });
});
