import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openScratch } from '../../../src/store/database/database.ts';
import { createIds } from '../../../src/store/jobs/ids.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ids-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('ids keep their first text, whether they wait in memory or are in the table', () => {
  const db = openScratch(join(folder, 'ids.sqlite'), '');
  const ids = createIds(db, 'taken');
  const idOf = (number: number): string => `${((number * 7_919) % 65_536).toString(16).padStart(4, '0')}-${number}`;
  const numbers = Array.from({ length: 20_000 }, (_, number) => number);
  expect(numbers.filter((number) => ids.add(idOf(number), `first ${number}`))).toHaveLength(numbers.length);
  expect(numbers.filter((number) => ids.add(idOf(number), `second ${number}`))).toEqual([]);
  expect(numbers.filter((number) => ids.get(idOf(number)) !== `first ${number}`)).toEqual([]);
  expect([ids.get('other'), ids.get(idOf(20_000))]).toEqual([null, null]);
  db.close();
});
