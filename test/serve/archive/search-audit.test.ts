import { expect, test } from 'vitest';
import type { NewEntry } from '../../../src/log/entries/log-entry.ts';
import { createSearchAudit, type ShownPage } from '../../../src/serve/archive/search-audit.ts';

const actor = { user: 'anna', host: 'calls' };
const page = (offset: number, rows: number, question = 'q'): ShownPage => ({
  actor,
  session: 's',
  question,
  by: 'text',
  query: 'words',
  offset,
  rows,
});
const sum = (entries: readonly NewEntry[]): number => entries.reduce((before, { detail }) => before + Number(detail.shown), 0);

test('a million rows that are read page by page are logged as a million rows in some entries, never far behind', async () => {
  const entries: NewEntry[] = [];
  const shown = createSearchAudit(
    (entry) => {
      entries.push(entry);
      return Promise.resolve(null);
    },
    () => 0,
  );
  // One row at first, as somebody hiding the search would request.
  expect(await shown.show(page(0, 1))).toBeNull();
  expect(entries).toEqual([
    { type: 'searched', actor, detail: { session: 's', question: 'q', by: 'text', shown: 1, from: 0, to: 1, sum: 1 }, details: { query: 'words' } },
  ]);
  let read = 1;
  for (let offset = 0; offset < 1_000_000; offset += 500) {
    await shown.show(page(offset, 500));
    read += 500;
    expect(sum(entries) * 2).toBeGreaterThanOrEqual(read);
  }
  expect(entries.length).toBeLessThan(20);
  await shown.close();
  expect(sum(entries)).toBe(1_000_001);
  expect(Math.max(...entries.map(({ detail }) => Number(detail.to)))).toBe(1_000_000);
  // The last entry has the total: no sum is needed.
  expect(entries.at(-1)?.detail.sum).toBe(1_000_001);
});

test('a repeated search is logged again after an hour, another one at once', async () => {
  const entries: NewEntry[] = [];
  let now = 0;
  const shown = createSearchAudit(
    (entry) => {
      entries.push(entry);
      return Promise.resolve(null);
    },
    () => now,
  );
  await shown.show(page(0, 20));
  await shown.show(page(0, 5));
  await shown.show(page(0, 20, 'another'));
  expect(entries).toHaveLength(2);
  await shown.close();
  expect(sum(entries)).toBe(45);
  now = 3_600_000;
  await shown.show(page(0, 1));
  expect(entries).toHaveLength(4);
});

test('a search without results is logged once per hour, however often it is repeated', async () => {
  const entries: NewEntry[] = [];
  let now = 0;
  const shown = createSearchAudit(
    (entry) => {
      entries.push(entry);
      return Promise.resolve(null);
    },
    () => now,
  );
  for (let times = 0; times < 100; times++) expect(await shown.show(page(0, 0))).toBeNull();
  expect(entries.map(({ detail }) => detail)).toEqual([{ session: 's', question: 'q', by: 'text', shown: 0, from: 0, to: 0, sum: 0 }]);
  // Once it has results, they are logged before they are sent.
  await shown.show(page(0, 3));
  expect(sum(entries)).toBe(3);
  now = 3_600_000;
  await shown.show(page(0, 0));
  expect(entries).toHaveLength(3);
  await shown.close();
});

test('results that cannot be logged are not sent, and simultaneous pages wait for the entry of the first', async () => {
  let answer: string | null = 'no space';
  const entries: NewEntry[] = [];
  const shown = createSearchAudit(
    async (entry) => {
      await Promise.resolve();
      if (answer === null) entries.push(entry);
      return answer;
    },
    () => 0,
  );
  expect(await Promise.all([shown.show(page(0, 20)), shown.show(page(20, 5)), shown.show(page(25, 5))])).toEqual([
    'no space',
    'no space',
    'no space',
  ]);
  answer = null;
  expect(await shown.show(page(0, 20))).toBeNull();
  expect(await Promise.all([shown.show(page(20, 15)), shown.show(page(35, 15))])).toEqual([null, null]);
  await shown.close();
  expect(sum(entries)).toBe(50);
});
