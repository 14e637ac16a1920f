import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { axeViolations, hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { picture } from './picture.ts';

/** Names of callers. */
const hostile = `<script>document.title='owned'</script><img src=x onerror=alert(1)>`;
const hostileToo = `');alert(1)//\u2028</script>\\' Ödman & "Co"`;

let rig: Rig;
let browser: Browser;
let address: string;

describe.skipIf(!hasChromium)('the viewer of an archive in Chromium, opened from the file system', () => {
  beforeAll(async () => {
    rig = createRig();
    const take = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await rig.run(['import', ...args, '--into', 'archive', '--quiet']);
      expect([0, 3], stderr).toContain(code);
    };
    await take(join(root, 'samples/asterisk-normal'), '--zone', 'Europe/Stockholm', '--join-sides');
    await take(join(root, 'samples/freeswitch'), '--site', 'fs');
    const made = await rig.run(['viewer', 'archive']);
    expect(made.code, made.stderr).toBe(0);
    // Later imports find a viewer and update it.
    await take(join(root, 'samples/generic-csv'), '--mapping', join(root, 'samples/generic-csv/mapping.toml'), '--site', 'trading');
    mkdirSync(rig.path('hostile'));
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    writeFileSync(
      rig.path('hostile/calls.csv'),
      `id,begin,caller,callee,file,name\nx1,2021-06-01T10:00:00Z,+46701740605,1001,,${quoted(hostile)}\nx2,2021-06-01T11:00:00Z,+46701740606,1001,,${quoted(hostileToo)}\n`,
    );
    writeFileSync(
      rig.path('mapping.toml'),
      '[source]\nname = "hostile"\n\n[table]\nfiles = "calls.csv"\nkind = "csv"\n\n[columns]\nkey = "id"\nstart = "begin"\ncaller = "caller"\ncallee = "callee"\nagent = "name"\n\n[join]\ncolumn = "file"\nmatch = "path"\n',
    );
    await take(rig.path('hostile'), '--mapping', rig.path('mapping.toml'), '--site', 'hostile');
    address = pathToFileURL(rig.path('archive/viewer/index.html')).href;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.[Symbol.asyncDispose]();
  });

  const opened = async (hash: string, look: Look = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, address + hash, look);
    await watched.page
      .locator('.count')
      .filter({ hasText: /\d|No call|Inget samtal/ })
      .waitFor({ state: 'attached' });
    return watched;
  };
  /** The address changes before the page is notified: two frames later the page is notified, and is busy until the answer is shown. */
  const answered = async (page: Page): Promise<void> => {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.locator('#results[aria-busy=false]').waitFor();
  };
  const count = (page: Page): Promise<string> => page.locator('.count').innerText();
  const search = async (page: Page, words: string): Promise<number> => {
    await page.locator('#words').fill(words);
    await page.waitForFunction((asked) => new URLSearchParams(location.hash.slice(1)).get('text') === asked.trim() || asked === '', words);
    await answered(page);
    return Number(/^\d+/.exec(await count(page))?.[0] ?? 0);
  };
  interface Document {
    readonly recordingId: string;
    readonly media: { readonly access: { readonly samples: number; readonly sampleRateHz: number; readonly channels: number } | null }[];
    readonly joined: { readonly samples: number; readonly sampleRateHz: number } | null;
    readonly recording: {
      readonly key: string;
      readonly importer: string;
      readonly callStart: { readonly certainty: string; readonly candidates: string[] } | null;
    };
  }
  const documents = (): Document[] => {
    const bags = rig.path('archive/bags');
    return readdirSync(bags, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('recording.json'))
      .map((path) => JSON.parse(readFileSync(join(bags, path), 'utf8')) as Document);
  };

  test('shows every call of the archive, including those of later imports', async () => {
    const { page, troubles, context } = await opened('');
    expect(await count(page)).toMatch(new RegExp(`^${documents().length} calls`));
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('finds numbers in any spelling, Swedish names with and without their letters, ids and dates, and reports when nothing is found', async () => {
    const { page, troubles, context } = await opened('');
    const all = documents().length;
    const åsa = await search(page, 'åsa öberg');
    expect(åsa).toBeGreaterThan(0);
    expect(await search(page, 'ASA OBERG')).toBe(åsa);
    expect(await search(page, 'berg')).toBe(0);
    expect(await count(page)).toContain('No call matches');
    const national = await search(page, '070-174 06 06');
    expect(national).toBeGreaterThan(1);
    expect(await search(page, '0701740606')).toBe(national);
    const [first] = documents();
    expect(await search(page, first?.recordingId.slice(0, 13) ?? 'none')).toBeGreaterThan(0);
    // A date counts only while it is typed: it is shown, and is removed with its words.
    expect(await search(page, '2021-06')).toBe(2);
    await expect.poll(() => page.locator('.asked').innerText()).toMatch(/Date typed:\s+2021-06/);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page
      .locator('.count')
      .filter({ hasText: `${all} calls` })
      .waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('takes a date among the search words as a filter: shown, removed by itself, and removed with its words', async () => {
    const { page, troubles, context } = await opened('');
    const all = documents().length;
    const wanted = await search(page, '1001');
    expect(wanted).toBeGreaterThan(2);
    expect(await search(page, '1001 2021-06')).toBe(2);
    // The next words are searched in the whole archive again.
    expect(await search(page, '1001')).toBe(wanted);
    await expect.poll(() => page.locator('.asked').isHidden()).toBe(true);
    // Typed slowly: each pause gives an answer that contains the next one.
    for (const [typed, found, shown] of [
      ['2021-0', null, ''],
      ['2021-06', 2, '2021-06'],
      ['2021-06-', 2, '2021-06'],
      ['2021-06-0', 2, '2021-06'],
      ['2021-06-01', 2, '2021-06-01'],
      ['2021-06-01 1001', 2, '2021-06-01'],
    ] as const) {
      const count = await search(page, typed);
      expect([typed, found === null ? null : count, (await page.locator('.asked bdi').allTextContents()).join()]).toEqual([typed, found, shown]);
    }
    await page.getByRole('button', { name: 'Remove Date typed: 2021-06-01' }).click();
    await page.waitForFunction(() => (document.querySelector('#words') as HTMLInputElement).value === '1001');
    await page
      .locator('.count')
      .filter({ hasText: `${wanted} calls` })
      .waitFor();
    // In quotation marks it is a word; other filters are also shown and removed separately.
    expect(await search(page, '"2021-06"')).not.toBe(2);
    await page.goto(`${address}#text=1001+2021-06&status=row-without-audio&from=2021`);
    await page.locator('.asked li').nth(2).waitFor();
    expect((await page.locator('.asked li').allTextContents()).map((text) => text.replace('×', ''))).toEqual([
      'Date typed: 2021-06',
      'Time: 2021-01-01 –',
      'Status: no audio',
    ]);
    await page.getByRole('button', { name: 'Remove Status' }).click();
    await page.locator('.asked li').nth(2).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'All months' }).click();
    await page.locator('.asked li').first().waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('#words').inputValue()).toBe('1001');
    await page.locator('#words').fill('');
    await page
      .locator('.count')
      .filter({ hasText: `${all} calls` })
      .waitFor();
    expect(troubles).toEqual([]);
    await page.goto(`${address}#text=1001+2021-06&status=row-without-audio&from=2021`);
    await page.locator('.asked li').nth(2).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await context.close();
  });

  test("narrows by filters and by the bars of the time line, and returns with the browser's Back button", async () => {
    const { page, context } = await opened('');
    const all = await count(page);
    await page.locator('summary').first().click();
    await page.getByLabel('Status', { exact: true }).selectOption('row-without-audio');
    await page.waitForFunction(() => location.hash.includes('status=row-without-audio'));
    await answered(page);
    const without = documents().length;
    expect(Number.parseInt(await count(page), 10)).toBeLessThan(without);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('.bar[title^="2021-06:"]').click();
    await page.locator('.count').filter({ hasText: '2 calls' }).waitFor();
    await page.locator('.bar[title^="2021-06-01:"]').waitFor();
    await page.goBack();
    await page.waitForFunction((text) => document.querySelector('.count')?.textContent === text, all);
    await context.close();
  });

  test('reads months on demand: none to open a call in the list, all of them once a search is about to begin', async () => {
    const { page, troubles, context } = await opened('#from=2021-06&to=2021-07');
    const read: string[] = [];
    page.on('request', (request) => read.push(...(/(?<=\/data\/)\w+(?=\/)/.exec(request.url()) ?? [])));
    await page.locator('.rows .row').first().click();
    await page.locator('.callhead').waitFor();
    expect(read).toEqual(['details']);
    await page.locator('#words').focus();
    const months = readdirSync(rig.path('archive/viewer/data/months')).length;
    await expect.poll(() => read.filter((folder) => folder === 'months').length, { timeout: patience }).toBe(months - 1);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('sorts calls by each column, by mouse and keyboard, announces it to screen readers, and keeps it in the address', async () => {
    const { page, troubles, context } = await opened('', { width: 1700 });
    const all = documents().length;
    const cells = async (column: string): Promise<string[]> => {
      await page.locator('.rows .row .wait').waitFor({ state: 'detached' });
      return await page.locator(`.rows .${column}`).allInnerTexts();
    };
    const header = (name: string): ReturnType<Page['getByRole']> => page.getByRole('columnheader', { name });
    const sortOf = (name: string): Promise<string | null> => header(name).getAttribute('aria-sort');
    const ordered = async (order: string): Promise<void> => {
      await page.waitForFunction((asked) => new URLSearchParams(location.hash.slice(1)).get('order') === (asked === '' ? null : asked), order);
      await answered(page);
    };
    expect([await sortOf('Start'), await sortOf('Length'), await sortOf('Notes')]).toEqual(['ascending', 'none', null]);
    const starts = await cells('colStart');
    await page.getByRole('button', { name: 'Start' }).click();
    await ordered('-start');
    expect(await sortOf('Start')).toBe('descending');
    const latest = await cells('colStart');
    const dated = (texts: readonly string[]): string[] => texts.filter((text) => /^\d/.test(text)).map((text) => text.slice(0, 16));
    // The table draws only the first of them; the newest is not older than the next.
    expect(latest.length).toBeGreaterThan(10);
    expect(dated(latest)).toEqual([...dated(latest)].sort().reverse());
    expect(dated(starts)).toEqual([...dated(starts)].sort());
    const lengths = (): Promise<number[]> =>
      cells('colLength').then((texts) =>
        texts.map((text) => {
          const [minutes = 0, seconds = 0] = text.split(':').map(Number);
          return text === '–' ? -1 : minutes * 60 + seconds;
        }),
      );
    await page.getByRole('button', { name: 'Length' }).click();
    await ordered('length');
    const known = (await lengths()).filter((length) => length >= 0);
    expect(known).toEqual([...known].sort((a, b) => a - b));
    // By keyboard: one tab stop after the table, arrows to the columns, Enter.
    await page.locator('#results').focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Length');
    await page.keyboard.press('Enter');
    await ordered('-length');
    const longest = await lengths();
    expect(longest).toEqual([...longest].sort((a, b) => b - a));
    await expect.poll(() => page.locator('.call').isHidden()).toBe(true);
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Agent');
    await page.keyboard.press('Space');
    await ordered('agent');
    expect(await sortOf('Agent')).toBe('ascending');
    await page.locator('[role=status]').filter({ hasText: 'Sorted by Agent, A to Z.' }).waitFor({ state: 'attached' });
    const agents = await cells('colAgent');
    const named = agents.filter((agent) => agent !== '');
    expect(named.length).toBeGreaterThan(1);
    expect(agents.slice(0, named.length)).toEqual([...named].sort(new Intl.Collator('en', { numeric: true }).compare));
    // Down to the rows, and Enter opens the first of them.
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('results');
    // A search, a reload and the list for narrow windows keep the order.
    await search(page, 'a');
    expect(await sortOf('Agent')).toBe('ascending');
    await page.reload();
    await page.locator('.rows .row').first().waitFor();
    expect(await sortOf('Agent')).toBe('ascending');
    // Each heading is above its column, however many columns fit.
    for (const width of [1700, 1280, 1050]) {
      await page.setViewportSize({ width, height: 640 });
      await page.waitForTimeout(150);
      for (const column of ['colStart', 'colDirection', 'colFrom', 'colTo', 'colStatus']) {
        const edges = await Promise.all([`.head .${column}`, `.rows .${column} >> nth=0`].map((cell) => page.locator(cell).boundingBox()));
        expect([width, column, edges[0]?.x]).toEqual([width, column, edges[1]?.x]);
      }
    }
    await page.setViewportSize({ width: 360, height: 640 });
    await page.locator('#order').selectOption('start');
    await ordered('');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page
      .locator('.count')
      .filter({ hasText: `${all} calls` })
      .waitFor();
    await vi.waitFor(async () => {
      const oldest = dated(await cells('colStart'));
      expect(oldest.length).toBeGreaterThan(3);
      expect(oldest).toEqual(dated(starts).slice(0, oldest.length));
    }, patience);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('finds an international number that the recorder wrote as a national one, and marks it as possibly the same', async () => {
    const { page, troubles, context } = await opened('', { width: 1700 });
    const rows = (): Promise<string[]> =>
      page
        .locator('.rows .row')
        .evaluateAll((made) => made.map((row) => (row as HTMLElement).innerText).filter((text) => text.includes('0701740698')));
    expect(await search(page, '0701740698')).toBeGreaterThan(0);
    const national = await rows();
    expect(national.length).toBeGreaterThan(0);
    for (const row of national) expect(row).not.toContain('perhaps');
    expect(await search(page, '+46701740698')).toBeGreaterThanOrEqual(national.length);
    expect(await rows()).toHaveLength(national.length);
    for (const row of await rows()) expect(row).toContain('perhaps this one');
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('shows hostile names as plain text', async () => {
    const { page, troubles, context } = await opened('#from=2021-06&to=2021-07');
    await page.locator('.rows .row').nth(1).waitFor();
    const agents = await page.locator('.rows .colAgent').allInnerTexts();
    expect(agents[0]).toBe(hostile);
    expect(agents[1]?.replaceAll('\u2028', ' ')).toContain(`');alert(1)//`);
    // Each step waits for its own text: the head of the previous call stays until the next is loaded.
    for (const [row, text] of [hostile, '</script>'].entries()) {
      await page.locator('.rows .row').nth(row).click();
      await page
        .locator('.call')
        .filter({ has: page.locator('.callhead'), hasText: text })
        .waitFor();
    }
    await expect.poll(() => page.title()).toBe('Call archive');
    await expect.poll(() => page.locator('img, script:not([src])').count()).toBe(0);
    expect(troubles).toEqual([]);
    // Nor does any script contain them in a form that could end a string or a script.
    const scripts = readdirSync(rig.path('archive/viewer/data'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
    for (const path of scripts) {
      const text = readFileSync(rig.path('archive/viewer/data', path), 'utf8');
      expect(text, path).toMatch(/^longplayData\('[a-z0-9/.-]+','[^'<>\u2028\u2029\n]*'\);\n$/);
    }
    await context.close();
  });

  test('plays a copy to its end and seeks: the audio clock moves, and the sound has the length in recording.json, within a frame', async () => {
    const lengthOf = ({ media }: Document): number => (media[0]?.access?.samples ?? 0) / (media[0]?.access?.sampleRateHz ?? 1);
    const [played] = documents()
      .filter(({ joined }) => joined === null)
      .sort((a, b) => lengthOf(b) - lengthOf(a));
    const access = played?.media[0]?.access;
    if (played === undefined || access === null || access === undefined) throw new Error('no sample with a copy');
    const seconds = access.samples / access.sampleRateHz;
    const { page, troubles, context } = await opened(`#call=${played.recordingId}`);
    await page.evaluate(() => {
      const made = globalThis as unknown as { heard: HTMLAudioElement[] };
      made.heard = [];
      const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function (this: HTMLAudioElement): Promise<void> {
        made.heard.push(this);
        return play.call(this);
      };
    });
    await page.getByRole('button', { name: 'Play' }).click();
    const clock = (): Promise<{ time: number; duration: number; ended: boolean; rate: number; paused: boolean }> =>
      page.evaluate(() => {
        const [audio] = (globalThis as unknown as { heard: HTMLAudioElement[] }).heard;
        if (audio === undefined) throw new Error('nothing was played');
        return { time: audio.currentTime, duration: audio.duration, ended: audio.ended, rate: audio.playbackRate, paused: audio.paused };
      });
    await vi.waitFor(async () => expect((await clock()).time).toBeGreaterThan(0.2), patience);
    expect(Math.abs((await clock()).duration - seconds)).toBeLessThan(0.02);
    // By keyboard, at three times the speed, from a place near the end.
    const slider = page.getByRole('slider', { name: 'Position' });
    await page.getByLabel('Speed').selectOption('3');
    const box = await slider.boundingBox();
    if (box === null) throw new Error('the waveform is not in sight');
    await slider.click({ position: { x: box.width * 0.9, y: box.height / 2 } });
    await vi.waitFor(async () => expect((await clock()).time).toBeGreaterThan(seconds * 0.88), patience);
    expect((await clock()).rate).toBe(3);
    await vi.waitFor(async () => expect((await clock()).ended).toBe(true), patience);
    await slider.focus();
    await page.keyboard.press('Home');
    await vi.waitFor(async () => expect((await clock()).time).toBe(0), patience);
    expect(Number(await slider.getAttribute('aria-valuenow'))).toBe(0);
    await page.keyboard.press('Space');
    await vi.waitFor(async () => expect((await clock()).paused).toBe(false), patience);
    await page.keyboard.press('k');
    await vi.waitFor(async () => expect((await clock()).paused).toBe(true), patience);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('plays channels one by one once it has the file, accepts no other file, and explains why it needs one', async () => {
    const joined = documents().find((document) => document.joined !== null);
    if (joined === undefined) throw new Error('no sample with both sides joined');
    const { page, troubles, context } = await opened(`#call=${joined.recordingId}`);
    const first = page.getByRole('button', { name: /^Hear 1/ });
    const second = page.getByRole('button', { name: /^Hear 2/ });
    await second.click();
    expect(await first.getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => page.locator('.solonote').innerText()).toContain('access-joined.opus');
    await page.locator('.solonote input').setInputFiles({ name: 'access-joined.opus', mimeType: 'audio/ogg', buffer: Buffer.from('no') });
    await page.locator('.message').filter({ hasText: 'its SHA-256 differs' }).waitFor();
    const bags = rig.path('archive/bags');
    const file = readdirSync(bags, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(`${joined.recordingId}/access-joined.opus`));
    await page.locator('.solonote input').setInputFiles(join(bags, file ?? ''));
    await page.locator('.message').filter({ hasText: 'matches recording.json' }).waitFor();
    // The output for each ear, by an analyser each: in the sample the sides take turns.
    await page.evaluate(() => {
      const tapped = globalThis as unknown as { ears: AnalyserNode[] };
      tapped.ears = [];
      const connect = AudioNode.prototype.connect as (this: AudioNode, target: AudioNode) => AudioNode;
      AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...rest: number[]): AudioNode {
        if (target instanceof AudioDestinationNode) {
          const split = this.context.createChannelSplitter(2);
          connect.call(this, split);
          for (const ear of [0, 1]) {
            const analyser = this.context.createAnalyser();
            (split.connect as (target: AudioNode, output: number) => void)(analyser, ear);
            tapped.ears.push(analyser);
          }
        }
        return (connect as (...args: unknown[]) => AudioNode).call(this, target, ...rest);
      } as AudioNode['connect'];
    });
    await first.click();
    expect(await first.getAttribute('aria-pressed')).toBe('false');
    expect(await second.getAttribute('aria-pressed')).toBe('true');
    // Only the other side is played: at the beginning, where the first speaks, there is silence; then there is sound, on both ears.
    const loudest = (from: number, to: number): Promise<number[]> =>
      page.evaluate(
        async ([start, end]) => {
          const { ears } = globalThis as unknown as { ears: AnalyserNode[] };
          const slider = document.querySelector('.waves');
          const most = [0, 0];
          for (let time = 0; time < 80; time++) {
            const now = Number.parseFloat((document.querySelector('.clock')?.textContent ?? '').replace('0:', ''));
            if (now > (end ?? 0)) break;
            if (now >= (start ?? 0)) {
              for (const [ear, analyser] of ears.entries()) {
                const samples = new Float32Array(512);
                analyser.fftSize = 512;
                analyser.getFloatTimeDomainData(samples);
                for (const sample of samples) most[ear] = Math.max(most[ear] ?? 0, Math.abs(sample));
              }
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          return slider === null ? [] : most;
        },
        [from, to],
      );
    await page.getByRole('button', { name: 'Play' }).click();
    const quiet = await loudest(0.1, 0.35);
    const loud = await loudest(0.6, 0.95);
    expect(Math.max(...quiet)).toBeLessThan(0.01);
    expect(Math.min(...loud)).toBeGreaterThan(0.02);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('shows both candidates of an ambiguous time, marks an assumed zone, and shows masks with their effect', async () => {
    const ambiguous = documents().find(({ recording }) => recording.callStart?.certainty === 'ambiguous-fold');
    if (ambiguous === undefined) throw new Error('no sample with an ambiguous hour');
    const { page, context } = await opened(`#call=${ambiguous.recordingId}`);
    const times = await page.locator('.time.ambiguous-fold').first().innerText();
    for (const candidate of ambiguous.recording.callStart?.candidates ?? ['none']) expect(times).toContain(candidate.slice(0, 16).replace('T', ' '));
    expect(times).toContain('was repeated');
    const assumed = documents().find(({ recording }) => recording.callStart?.certainty === 'assumed');
    await page.goto(`${address}#call=${assumed?.recordingId}`);
    await page.locator('.time.assumed').first().waitFor();
    await expect.poll(() => page.locator('.time.assumed').first().innerText()).toContain('zone assumed');
    const paused = documents().find(({ recording }) => JSON.stringify(recording).includes('"pause"'));
    await page.goto(`${address}#call=${paused?.recordingId}`);
    await page.locator('.marklist').waitFor();
    await expect.poll(() => page.locator('.marklist').innerText()).toMatch(/0:02\.2 – 0:03\.2\s*recording paused: effect on the audio unknown/);
    await expect.poll(() => page.locator('.mark.pause.span').count()).toBe(1);
    await context.close();
  });

  test('explains for a call without audio why nothing can be played, and offers its files', async () => {
    const silent = documents().find(({ media }) => media.length === 0);
    const { page, context } = await opened(`#call=${silent?.recordingId}`);
    await expect.poll(() => page.locator('.nosound').innerText()).toContain('Nothing to play');
    const href = await page.getByRole('link', { name: 'recording.json' }).getAttribute('href');
    const there = JSON.parse(readFileSync(new URL(href ?? '', address), 'utf8')) as Document;
    expect(there.recordingId).toBe(silent?.recordingId);
    await page.goto(`${address}#call=00000000-0000-8000-8000-000000000000`);
    await page.getByRole('alert').filter({ hasText: 'has no call with the id' }).waitFor();
    await context.close();
  });

  test('can be used with the keyboard alone', async () => {
    const { page, troubles, context } = await opened('');
    await page.keyboard.press('/');
    await page.keyboard.type('åsa');
    await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).get('text') === 'åsa');
    await answered(page);
    // Escape clears a search field: all calls are searched again, a moment later.
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !new URLSearchParams(location.hash.slice(1)).has('text'));
    await answered(page);
    // From the field through the filters and one tab stop in the time line to the table.
    for (let stops = 0; stops < 12 && (await page.evaluate(() => document.activeElement?.id)) !== 'results'; stops++)
      await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('results');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.callhead').waitFor();
    const second = await page.locator('.callhead').innerText();
    await page.keyboard.press('p');
    await page.waitForFunction((text) => document.querySelector<HTMLElement>('.callhead')?.innerText !== text, second);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await page.locator('.call').waitFor({ state: 'hidden' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('results');
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('uses the language of the browser, and another if it is chosen', async () => {
    const { page, context } = await opened('', { locale: 'sv-SE' });
    await expect.poll(() => page.title()).toBe('Samtalsarkiv');
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('sv');
    await page.getByLabel('Språk').selectOption('en');
    await page.getByRole('heading', { name: 'Call archive' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Call archive' }).waitFor();
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'passes axe-core against WCAG 2.1 AA in the %s scheme, wide and narrow, and nothing is cut off at 320 pixels',
    async (scheme) => {
      const joined = documents().find((document) => document.joined !== null);
      for (const width of [1440, 320]) {
        const { page, context } = await opened('', { scheme, width });
        expect(await axeViolations(page)).toEqual([]);
        await page.locator('summary').first().click();
        expect(await axeViolations(page)).toEqual([]);
        await page.goto(`${address}#call=${joined?.recordingId}`);
        await page.locator('.callhead').waitFor();
        expect(await axeViolations(page)).toEqual([]);
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await page.keyboard.press('?');
        expect(await axeViolations(page)).toEqual([]);
        await context.close();
      }
    },
  );

  test('gives a picture of each page', async () => {
    const paused = documents().find(({ recording }) => JSON.stringify(recording).includes('"pause"'));
    const joined = documents().find((document) => document.joined !== null);
    const shots: readonly (readonly [name: string, hash: string, look: Look])[] = [
      ['viewer-list', '#from=2024-01', { width: 1280, height: 720 }],
      ['viewer-call', `#call=${paused?.recordingId}`, { width: 1280, height: 720 }],
      ['viewer-dark-swedish', `#call=${joined?.recordingId}`, { width: 1280, height: 720, scheme: 'dark', locale: 'sv' }],
      ['viewer-narrow', '#from=2024-01', { width: 360, height: 640 }],
      ['viewer-narrow-call', `#call=${joined?.recordingId}`, { width: 360, height: 640, scheme: 'dark' }],
    ];
    for (const [name, hash, look] of shots) {
      const { page, context } = await opened(hash, look);
      if (hash.includes('call=')) await page.locator('.callhead').waitFor();
      await expect.poll(() => page.title()).not.toBe('');
      await picture(name, page);
      await context.close();
    }
  });
});
