import { openCatalog } from '../../src/store/catalog/catalog.ts';
import type { CatalogQuery } from '../../src/store/catalog/catalog-query.ts';
import { madeEntry } from './catalog-entries.ts';

// A process of its own, so that two builds can be measured in turns: `fill FILE RECORDINGS` makes a catalog in which one call in a hundred has a clock of an unknown zone, `ask
// FILE` prints the CPU time of each search, ms. It uses only what catalogs of older builds also have.

const hourMs = 3_600_000;
const bagSize = 1_000;

const [, , command, file = '', count = '0'] = process.argv;
const catalog = openCatalog(file);
if (command === 'fill') fill(Number(count));
else process.stdout.write(JSON.stringify(Object.fromEntries(questions().map(([name, times, work]) => [name, cpuOf(times, work)]))));
catalog.close();

function fill(recordings: number): void {
  for (let at = 0; at < recordings; at += bagSize) {
    const entries = Array.from({ length: Math.min(bagSize, recordings - at) }, (_, index) => {
      const entry = madeEntry(at + index, recordings);
      if ((at + index) % 100 !== 0 || entry.start === null) return entry;
      const ms = Date.parse(entry.start);
      return { ...entry, start: entry.start.slice(0, 23), ...('earliest' in entry ? { earliest: ms - 14 * hourMs, latest: ms + 12 * hourMs } : {}) };
    });
    catalog.putBag(`bench/${String(at / bagSize).padStart(8, '0')}`, entries);
  }
  catalog.settle();
}

function questions(): [string, number, () => unknown][] {
  const windows: [string, number, CatalogQuery][] = [
    ['a month', 20, { from: '2019-03', to: '2019-04' }],
    ['a year', 4, { from: '2019', to: '2020' }],
    ['a word in a year', 8, { text: 'claims', from: '2019', to: '2020' }],
  ];
  return windows.flatMap(([name, times, query]): [string, number, () => unknown][] => [
    [`${name}: the first 50`, times * 10, () => [...catalog.search({ ...query, limit: 50 })]],
    [`${name}: all rows`, times, () => [...catalog.search(query)].length],
    [`${name}: totals`, times, () => catalog.totals(query)],
    [`${name}: how many, to 10,000`, times * 5, () => catalog.count(query, 10_001)],
  ]);
}

function cpuOf(times: number, work: () => unknown): number {
  work();
  const began = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000 / times;
}
