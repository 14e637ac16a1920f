import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFinder } from '../../../src/serve/archive/catalog-finder.ts';
import { createOffsetCache } from '../../../src/serve/archive/offset-cache.ts';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import type { CatalogQuery, CatalogScope } from '../../../src/store/catalog/catalog-query.ts';
import { madeEntry } from '../../bench/catalog-entries.ts';

const count = 17_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-landmarks-'));
  const catalog = openCatalog(join(folder, 'catalog.sqlite'));
  for (let bag = 0; bag < count / 1_000; bag++) {
    const name = `b${String(bag).padStart(3, '0')}`;
    mkdirSync(join(folder, 'bags', name), { recursive: true });
    catalog.putBag(
      name,
      Array.from({ length: 1_000 }, (_, at) => madeEntry(bag * 1_000 + at, count)),
    );
  }
  catalog.settle();
  catalog.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const calm = new AbortController().signal;
const questions: readonly (readonly [CatalogQuery, readonly CatalogScope[] | null])[] = [
  [{}, null],
  [{ text: 'sales', begins: true }, null],
  [{}, [{ org: [{ name: 'department', value: 'Claims' }] }, { org: [{ name: 'department', value: 'Retail' }] }]],
];

test.each(questions)('a page by its number, by the place before it, and by counting to it is the same: %j within %j', async (query, within) => {
  const finder = createFinder({ dir: folder, page: null }, null);
  const all = [...finder.all(query, within)].map(({ recordingId }) => recordingId);
  expect(all.length).toBeGreaterThan(200);
  const ids = async (more: CatalogQuery) => {
    const { rows, last } = await finder.page({ ...query, limit: 100, ...more }, within, calm);
    return { ids: rows.map(({ id }) => id), last };
  };
  // Distant ones first, so that places between were never requested.
  for (const offset of [all.length - 50, 16_384, 8_192, 8_191, 8_193, Math.floor(all.length / 2), 100, 0]) {
    const page = await ids({ offset });
    expect(page.ids).toEqual(all.slice(offset, offset + 100));
    if (page.last !== null) expect((await ids({ after: page.last })).ids).toEqual(all.slice(offset + 100, offset + 200));
  }
  expect(await ids({ offset: all.length })).toEqual({ ids: [], last: null });
  expect(await ids({ offset: 99_999_999 })).toEqual({ ids: [], last: null });
  finder.close();
});

test('rows are counted once, even for simultaneous requests; cached counts expire', async () => {
  let now = 0;
  let counted = 0;
  const landmarks = createOffsetCache(() => now);
  // A hundred thousand rows whose place is their number.
  const placeOf = (after = -1, index = 0): number | null => {
    counted += index + 1;
    const place = after + 1 + index;
    return place < 100_000 ? place : null;
  };
  expect(await Promise.all([80_000, 80_100, 79_000].map((offset) => landmarks.behind('q', offset, placeOf, calm)))).toEqual([79_999, 80_099, 78_999]);
  expect(counted).toBeLessThan(2 * 80_100);
  counted = 0;
  expect(await landmarks.behind('q', 80_200, placeOf, calm)).toBe(80_199);
  expect(counted).toBeLessThan(8_192);
  expect(await landmarks.behind('q', 8_192, placeOf, calm)).toBe(8_191);
  expect(await landmarks.behind('q', 0, placeOf, calm)).toBeUndefined();
  expect(await landmarks.behind('q', 1_000_000, placeOf, calm)).toBeNull();
  now = 60_000;
  counted = 0;
  await landmarks.behind('q', 80_200, placeOf, calm);
  expect(counted).toBeGreaterThan(80_000);
  const gone = new AbortController();
  gone.abort();
  expect(await landmarks.behind('other', 80_000, placeOf, gone.signal)).toBeNull();
});
