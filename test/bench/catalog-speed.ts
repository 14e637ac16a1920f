import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog, openCatalog } from '../../src/store/catalog/catalog.ts';
import type { CatalogQuery } from '../../src/store/catalog/catalog-query.ts';
import { rekeyDatabase } from '../../src/store/database/database.ts';
import { madeEntry } from './catalog-entries.ts';

const bagSize = 1_000;
const rounds = 5;
const turns = 15;
const pageRows = 50;

/** Time that filling a catalog took. */
interface Filling {
  readonly seconds: number;
  /** Part of it that making the entries took, which is not the catalog's. */
  readonly making: number;
  /** Part of it that indexing at the end took. */
  readonly settling: number;
  readonly bytes: number;
}

/** Fills a catalog and searches it; returns a table of each. */
export function catalogSpeeds(recordings: number, say: (text: string) => void): string {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-catalog-'));
  try {
    const file = join(folder, 'catalog.sqlite');
    const sizes = [recordings / 100, recordings / 10, recordings].map(Math.round);
    const fillings = sizes.map((size) => {
      say(`filling a catalog with ${size}, indexed bag by bag, then at the end`);
      const each = filled(file, size, false);
      const bulk = filled(file, size, true);
      return `| ${size.toLocaleString('en-US')} | ${each.seconds.toFixed(1)} | ${bulk.seconds.toFixed(1)} | ${(each.seconds / bulk.seconds).toFixed(1)} × | ${bulk.settling.toFixed(1)} | ${((bulk.seconds * 1e6) / size).toFixed(0)} µs | ${(bulk.bytes / 1e6).toFixed(0)} |`;
    });
    say('asking it');
    return [
      '| recordings | s, indexed with each bag | s, indexed at the end | gain | of which indexing, s | per recording | MB |',
      '| --: | --: | --: | --: | --: | --: | --: |',
      ...fillings,
      '',
      `Peak memory of all of it: ${(process.resourceUsage().maxRSS / 1_000).toFixed(0)} MB.`,
      '',
      `Answers at ${recordings.toLocaleString('en-US')} recordings, the catalog opened anew for each; best and worst of ${rounds}, ms:`,
      '',
      `| question | found | first row | ${pageRows} rows | count up to 10,000 |`,
      '| --- | --: | --: | --: | --: |',
      ...questions().map(([name, query]) => answered(file, name, query)),
      '',
      '| of the whole archive | ms |',
      '| --- | --: |',
      ...wholes.map(([name, work]) => `| ${name} | ${spanOf(file, work)} |`),
      '',
      `The same catalog encrypted, each question in turns with the open one, the catalog reopened for each; the best of ${turns}, ms of CPU time:`,
      '',
      `| question, ${pageRows} rows | open | encrypted | ratio |`,
      '| --- | --: | --: | --: |',
      ...besideEncrypted(file),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function filled(file: string, recordings: number, isBulk: boolean): Filling {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(file + ending, { force: true });
  const catalog = openCatalog(file);
  if (!isBulk) catalog.settle();
  let making = 0;
  const began = performance.now();
  for (let at = 0; at < recordings; at += bagSize) {
    const before = performance.now();
    const entries = Array.from({ length: Math.min(bagSize, recordings - at) }, (_, index) => madeEntry(at + index, recordings));
    making += performance.now() - before;
    catalog.putBag(`bench/${String(at / bagSize).padStart(8, '0')}`, entries);
  }
  const settling = performance.now();
  catalog.settle();
  const end = performance.now();
  catalog.close();
  return { seconds: (end - began - making) / 1_000, making: making / 1_000, settling: (end - settling) / 1_000, bytes: statSync(file).size };
}

function questions(): [string, CatalogQuery][] {
  const own = { agentId: 'a7' };
  return [
    ['everything, oldest first', {}],
    ['everything, newest first', { newestFirst: true }],
    ['a number, written nationally', { text: '070-174 06 05', newestFirst: true }],
    ['a rare word', { text: 'C-4711', newestFirst: true }],
    ['a word in a tenth of the calls', { text: 'öberg', newestFirst: true }],
    ['two common words', { text: 'sales retail' }],
    ['beginnings of common words', { text: 'sa ret', begins: true, newestFirst: true }],
    ['the beginning of every number', { text: '+4670', begins: true, newestFirst: true }],
    ['the beginning of a word that few have', { text: 'C-471', begins: true, newestFirst: true }],
    ['a word that is nowhere', { text: 'nowhere' }],
    ['a month', { from: '2019-03', to: '2019-04' }],
    ['a word in a month', { text: 'claims', from: '2019-03', to: '2019-04' }],
    ['a common status', { status: 'matched', newestFirst: true }],
    ['a rare status', { status: 'unreadable-audio', newestFirst: true }],
    ['codec and direction and importer', { codec: 'gsm', direction: 'outbound', importer: 'nice-engage' }],
    ['of one department', { scopes: [{ org: [{ name: 'department', value: 'Trading' }] }], newestFirst: true }],
    ['of two departments or own calls', { scopes: [...['Trading', 'Claims'].map((value) => ({ org: [{ name: 'department', value }] })), own] }],
    ['own calls of two years, with a word', { text: 'sales', scopes: [{ ...own, from: '2015', to: '2017' }] }],
    ['the 10,000th page of everything', { newestFirst: true, offset: 9_999 * pageRows }],
  ];
}

/** Searches the catalog and an encrypted copy of it alternately. */
function besideEncrypted(file: string): string[] {
  const [copy, key] = [`${file}-encrypted`, randomBytes(32)];
  copyFileSync(file, copy);
  rekeyDatabase(copy, null, key);
  const spent = (path: string, under: Uint8Array | null, query: CatalogQuery): number => {
    const before = process.cpuUsage();
    const catalog = openCatalog(path, under);
    for (const _ of catalog.search({ ...query, limit: pageRows }));
    catalog.close();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  return questions().map(([name, query]) => {
    const least = { open: Number.POSITIVE_INFINITY, encrypted: Number.POSITIVE_INFINITY };
    for (let turn = 0; turn < turns; turn++) {
      least.open = Math.min(least.open, spent(file, null, query));
      least.encrypted = Math.min(least.encrypted, spent(copy, key, query));
    }
    return `| ${name} | ${least.open.toFixed(1)} | ${least.encrypted.toFixed(1)} | ${(least.encrypted / least.open).toFixed(2)} |`;
  });
}

function answered(file: string, name: string, query: CatalogQuery): string {
  const first = spanOf(file, (catalog) => [...catalog.search({ ...query, limit: 1 })]);
  const page = spanOf(file, (catalog) => [...catalog.search({ ...query, limit: pageRows })]);
  const count = spanOf(file, (catalog) => catalog.count(query, 10_001));
  const catalog = openCatalog(file);
  const found = catalog.count({ ...query, offset: 0 }, 1e9);
  catalog.close();
  return `| ${name} | ${found.toLocaleString('en-US')} | ${first} | ${page} | ${count} |`;
}

const wholes: readonly [string, (catalog: Catalog) => unknown][] = [
  ['totals', (catalog) => catalog.totals({})],
  ['numbers by month', (catalog) => [...catalog.months({})]],
  ['numbers by status', (catalog) => catalog.countBy('status', {})],
  ['totals of one department', (catalog) => catalog.totals({ scopes: [{ org: [{ name: 'department', value: 'Trading' }] }] })],
  [
    'numbers by month of one department, the newest',
    (catalog) => firstOf(catalog.months({ scopes: [{ org: [{ name: 'department', value: 'Trading' }] }] })),
  ],
  ['the first of all recordings as a list', (catalog) => firstOf(catalog.search({}))],
];

function firstOf(items: Iterable<unknown>): unknown {
  for (const item of items) return item;
  return null;
}

/** Best and worst time of several, each with a newly opened catalog. */
function spanOf(file: string, work: (catalog: Catalog) => unknown): string {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const catalog = openCatalog(file);
    const began = performance.now();
    work(catalog);
    times.push(performance.now() - began);
    catalog.close();
  }
  return `${Math.min(...times).toFixed(1)} – ${Math.max(...times).toFixed(1)}`;
}
