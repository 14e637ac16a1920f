import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { storedNumberKeys } from '../../src/core/numbers/number-keys.ts';
import { foldedWords, searchedWords } from '../../src/core/words/fold-text.ts';
import { builtPage } from '../../src/pipeline/open/write-viewer.ts';
import { openCatalog } from '../../src/store/catalog/catalog.ts';
import type { CatalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { writeViewer } from '../../src/viewer/files/write-viewer.ts';
import { startingAt } from '../store/catalog/when.ts';

// Measures how long a browser takes with the viewer of a large archive: `node dist/test/bench/viewer-speed.js [RECORDINGS] [BROWSER]`. It measures the page and its shards, but not
// the documents of single calls: opening a call reads one script of them.

const recordings = Number(process.argv[2] ?? 200_000);
const program = process.argv[3] ?? '/usr/bin/chromium';
const out = (line: string): boolean => process.stdout.write(`${line}\n`);
const names = ['Åsa Öberg', 'Björn Ek', 'Erik Åkesson', 'Ann-Sofie Wärn', 'Örjan Ljung', 'Maria Lind', 'Per Holm', 'Eva Sjö'];
const codecs = ['gsm', 'alaw', 'mulaw', 'pcm-s16le', 'g729'];

/** A recording as a contact centre makes it: ten years of them, a thousand per bag. */
function entryOf(index: number): CatalogEntry {
  const hex = sha256Hex(String(index));
  const recordingId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const start = new Date(Date.UTC(2014, 0, 1) + (index / recordings) * 10 * 365.25 * 86_400_000).toISOString();
  const agent = names[index % names.length] ?? '';
  const number = `+4670174${String(605 + (index % 95)).padStart(4, '0')}`;
  const key = `call-${1_000_000 + index}`;
  const codec = codecs[index % codecs.length] ?? '';
  return {
    recordingId,
    supersedes: null,
    importer: 'generic',
    site: 'bench',
    key,
    revision: 1,
    described: '',
    fingerprint: hex,
    ...startingAt(start),
    startCertainty: 'exact',
    direction: index % 3 === 0 ? 'outbound' : 'inbound',
    status: index % 50 === 0 ? 'row-without-audio' : 'matched',
    joined: 'matched',
    rule: 'id',
    reason: null,
    groupId: null,
    durationMs: 30_000 + ((index * 7919) % 600_000),
    audioMs: 30_000 + ((index * 7919) % 600_000),
    erasedFiles: 0,
    presentMedia: 1,
    originals: 1,
    copies: 1,
    originalBytes: 100_000,
    copyBytes: 50_000,
    codecs: codec,
    from: number,
    to: String(1000 + (index % 400)),
    agent,
    agentWords: foldedWords(agent),
    tags: JSON.stringify([`queue=kö ${index % 12}`]),
    tagWords: `queue ko ${index % 12}`,
    keys: storedNumberKeys(parsePhone(number)).join(' '),
    labels: '',
    text: [recordingId, key, number, agent, `ucid${hex.slice(0, 20)}`, `kö ${index % 12}`, `inspelningar/${start.slice(0, 10)}/${key}.wav`]
      .map(searchedWords)
      .join(' '),
    findings: 0,
    doubtful: 0,
    media: '["",0]',
    sound: 'yes' as const,
    latestEnd: null,
    retention: '',
  };
}

const folder = mkdtempSync(join(tmpdir(), 'longplay-viewer-'));
try {
  const dir = join(folder, 'archive');
  mkdirSync(dir);
  const catalog = openCatalog(join(folder, 'catalog.sqlite'));
  for (let first = 0; first < recordings; first += 1_000) {
    const entries = Array.from({ length: Math.min(1_000, recordings - first) }, (_, at) => entryOf(first + at));
    catalog.putBag(`${entries[0]?.start?.slice(0, 4)}/bag-${String(first / 1_000).padStart(6, '0')}`, entries);
  }
  const write = async (): Promise<number> => {
    const began = performance.now();
    const tools = {
      archive: { dir, id: 'bench' },
      catalog,
      documents: () => [],
      verified: new Map(),
      asOf: '2024-01-01T00:00:00Z',
      page: builtPage(),
      trust: 'sizes' as const,
      progress: () => undefined,
      announce: () => Promise.resolve(),
    };
    const { files, bytes } = await writeViewer(tools, new AbortController().signal);
    out(`${recordings} recordings: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`);
    return performance.now() - began;
  };
  out(`written in ${Math.round(await write())} ms; again, nothing changed, in ${Math.round(await write())} ms`);
  catalog.close();
  const browser = await chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // As strings, because this file is checked without the types of browsers.
  const idle = "document.querySelector('progress')?.hidden === true";
  // Not by waitForFunction, which evaluates strings, and the page's policy forbids that.
  const until = async (condition: string): Promise<void> => {
    while ((await page.evaluate(condition)) !== true) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const answered = (): Promise<void> => until(`${idle} && /\\d/.test(document.querySelector('.count').textContent)`);
  const heap = async (): Promise<string> => `${Math.round(Number(await page.evaluate('performance.memory.usedJSHeapSize')) / 1e6)} MB`;
  for (const time of ['first', 'again']) {
    const began = performance.now();
    await page.goto(pathToFileURL(join(dir, 'viewer/index.html')).href);
    await answered();
    await page.locator('.rows .row').first().waitFor();
    out(`opened (${time}), rows in sight: ${Math.round(performance.now() - began)} ms; heap ${await heap()}`);
  }
  for (const [what, words] of [
    ['a name, every shard read', 'åkesson'],
    ['another name, shards in memory', 'ljung'],
    ['a number', '070-174 06 50'],
    ['the same with its country', '+46701740650'],
    ['two words', 'wärn 650'],
    ['one call', 'call-1150000'],
    ['nothing', 'zzz'],
  ] as const) {
    const began = performance.now();
    // The present text is removed first, because two results may have the same text.
    await page.evaluate(`document.querySelector('.count').textContent = ''; location.hash = ${JSON.stringify(`#text=${encodeURIComponent(words)}`)}`);
    await until(`${idle} && document.querySelector('.count').textContent !== ''`);
    out(`${what}: ${Math.round(performance.now() - began)} ms; ${await page.locator('.count').textContent()}; heap ${await heap()}`);
  }
  for (const order of ['-start', 'length', 'from', '-agent']) {
    const began = performance.now();
    await page.evaluate(`document.querySelector('.count').textContent = ''; location.hash = '#order=${order}'`);
    await until(`${idle} && document.querySelector('.count').textContent !== ''`);
    out(`all of them in order of ${order}: ${Math.round(performance.now() - began)} ms; heap ${await heap()}`);
  }
  await page.evaluate("location.hash = ''");
  await page.waitForTimeout(500);
  await answered();
  const frames: unknown = await page.evaluate(`(async () => {
    const grid = document.querySelector('.results');
    const times = [];
    let last = performance.now();
    for (let frame = 0; frame < 120; frame++) {
      grid.scrollTop += (grid.scrollHeight / 120) * 0.9;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b);
  })()`);
  if (Array.isArray(frames))
    out(`scrolling through all of it in 120 steps: median frame ${Number(frames[60]).toFixed(1)} ms, slowest ${Number(frames.at(-1)).toFixed(1)} ms`);
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
