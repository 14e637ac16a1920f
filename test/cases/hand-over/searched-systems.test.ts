import { expect, test } from 'vitest';
import { searchedSystems, systemWords } from '../../../src/cases/hand-over/searched-systems.ts';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import { plainDocument } from '../../archive/plain-document.ts';

test('the systems of an archive are its sites, each with its months, including months without calls in between', () => {
  const catalog = openCatalog(':memory:');
  try {
    const at = (number: number, importer: string, site: string, start: string | null) => ({
      ...plainDocument(number, { importer, callStart: start === null ? null : parseTime(start, { format: 'iso', zone: null }) }),
      site,
    });
    const documents = [
      at(1, 'generic', 'london', '2025-10-02T09:00:00Z'),
      at(2, 'generic', 'london', '2026-02-02T09:00:00Z'),
      at(3, 'generic', 'london', '2025-11-02T09:00:00Z'),
      at(4, 'generic', 'new york', '2025-12-02T09:00:00Z'),
      at(5, 'generic', 'new york', null),
      at(6, 'asterisk', 'default', null),
    ];
    catalog.putBag(
      '2025/a',
      documents.map((one) => catalogEntry(one)),
    );
    expect(searchedSystems(catalog, true).map((system) => [systemWords(system), system.recordings])).toEqual([
      ['generic london: calls from 2025-10 to 2026-02, none in 2025-12, 2026-01', 3],
      ['generic new york: calls from 2025-12 to 2025-12, 1 without a time', 2],
      ['asterisk: no call has a time, 1 without a time', 1],
    ]);
    expect(searchedSystems(catalog, false).map((system) => [systemWords(system), system.recordings])).toEqual([
      ['generic: calls from 2025-10 to 2026-02, none in 2026-01, 1 without a time', 5],
      ['asterisk: no call has a time, 1 without a time', 1],
    ]);
  } finally {
    catalog.close();
  }
});
