import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import type { Shard } from '../../src/core/page/viewer-data.ts';
import { matchingRows, rowFor, termsOfPage } from '../../src/page/viewer/rows.ts';
import { type Catalog, openCatalog } from '../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { termsOf } from '../../src/store/catalog/catalog-query.ts';
import { callRowOf, queryOfPage } from '../../src/store/catalog/page-rows.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { createShardBuilder } from '../../src/viewer/files/shard.ts';
import { plainDocument } from '../archive/plain-document.ts';

const spellings = [
  '+46701740605',
  '+46 (0)70-174 06 05',
  '0046701740605',
  '46701740605',
  '070-174 06 05',
  '0701740605',
  '701740605',
  '701740605,0',
  '4,67017E+10',
  '="0701740605"',
  '1740605',
  'sip:+46701740605@pbx.example',
  '+46701740606',
  '+47701740605',
  '1001',
  '10010',
] as const;

let folder: string;
let catalog: Catalog;
let shard: Shard;

const document = (number: number, phone: string): RecordingDocument =>
  plainDocument(number, { parties: [{ role: 'caller', phone: parsePhone(phone), name: 'Åsa', agentId: null, device: null }] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-page-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
  catalog.putBag(
    'made/one',
    spellings.map((phone, index) => catalogEntry(document(index, phone))),
  );
  const builder = createShardBuilder();
  for (const found of catalog.search({})) builder.add(found, 'details');
  shard = builder.build();
});
afterAll(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

/** Results with their certainty, in the order of the catalog. */
function byPage(text: string): string[] {
  return [...matchingRows(shard, { text })]
    .map((row) => rowFor(shard, row, termsOfPage({ text }) ?? []))
    .map(({ from, number = 'certain' }) => `${from} ${number}`);
}

function byCatalog(text: string): string[] {
  const query = queryOfPage({ text });
  const { terms } = termsOf(query);
  return [...catalog.search(query)].map((found) => callRowOf(found, terms)).map(({ from, number = 'certain' }) => `${from} ${number}`);
}

test('the page in an archive finds a number that is stored in any other spelling, and states uncertain matches', () => {
  expect(byPage('+46701740605').sort()).toEqual(
    [
      '+46701740605 certain',
      '+46 (0)70-174 06 05 certain',
      '0046701740605 certain',
      // The digits are stored as they were typed.
      '46701740605 certain',
      '070-174 06 05 possible',
      '0701740605 possible',
      '701740605 possible',
      '701740605,0 possible',
      '4,67017E+10 damaged',
      '="0701740605" possible',
      '1740605 possible',
      'sip:+46701740605@pbx.example certain',
    ].sort(),
  );
  expect(byPage('070-174 06 05')).toContain('+46701740605 possible');
  expect(byPage('1001').sort()).toEqual(['1001 certain', '10010 certain']);
  expect(byPage('asa +46701740605')).toEqual(byPage('+46701740605'));
  expect(byPage('eva +46701740605')).toEqual([]);
});

test('it finds by every spelling the same as the catalog, including partly typed numbers', () => {
  for (const asked of spellings.filter((text) => !/[E,=@]/.test(text))) {
    const names = (found: readonly string[]): string[] => found.map((line) => line.replace(/ \w+$/, ''));
    expect([asked, names(byPage(asked))]).toEqual([asked, names(byCatalog(asked))]);
    for (let end = 5; end < asked.length; end++) {
      const typed = asked.slice(0, end);
      // Fewer digits are words for both, and a plus is a character for one of them.
      if (/[\s(-]$/.test(typed) || typed.replace(/\D/g, '').length < 5) continue;
      const missed = names(byCatalog(typed)).filter((name) => !names(byPage(typed)).includes(name));
      expect([typed, missed]).toEqual([typed, []]);
    }
  }
});
