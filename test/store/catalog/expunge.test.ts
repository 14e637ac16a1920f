import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import type { CatalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import { rekeyDatabase } from '../../../src/store/database/database.ts';
import { madeEntry } from '../../bench/catalog-entries.ts';

const sealed = createHash('sha256').update('catalog').digest();

/** Entries of a bag; one of their words occurs nowhere else. */
const entriesWith = (word: string, from: number): CatalogEntry[] =>
  Array.from({ length: 300 }, (_, index) => {
    const entry = madeEntry(from + index, 1_000);
    return { ...entry, agent: `${entry.agent} ${word}`, agentWords: `${entry.agentWords} ${word}`, text: `${entry.text} ${word}` };
  });

test.each([
  ['an open', null],
  ['an encrypted', sealed],
])('nothing of a removed bag is left in %s catalog after expunge, in its free pages, its word index and its log', (_, key) => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-expunge-'));
  try {
    const file = join(folder, 'catalog.sqlite');
    // Words with unique prefixes, because the index stores only the difference from the word before.
    const [gone, stays] = ['qzerased', 'xjneighbour'];
    const catalog = openCatalog(file, key);
    catalog.putBag('2010/gone', entriesWith(gone, 0));
    catalog.putBag('2010/stays', entriesWith(stays, 500));
    catalog.settle();
    catalog.removeBag('2010/gone');
    // A reader of an earlier state keeps the log from being removed.
    const reader = openCatalog(file, key);
    const rows = reader.search({})[Symbol.iterator]();
    rows.next();
    rows.return?.();
    reader.close();
    expect(catalog.expunge()).toBe(true);
    expect(existsSync(`${file}-wal`) && readFileSync(`${file}-wal`).length > 0).toBe(false);
    expect([catalog.count({ text: gone }, 9), catalog.count({ text: stays }, 1_000)]).toEqual([0, 300]);
    catalog.close();
    // The library that encrypted it returns the bytes that another could read.
    if (key !== null) {
      expect(readFileSync(file).includes(stays)).toBe(false);
      rekeyDatabase(file, key, null);
    }
    const bytes = readFileSync(file);
    expect([bytes.includes(stays), bytes.includes(gone)]).toEqual([true, false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
