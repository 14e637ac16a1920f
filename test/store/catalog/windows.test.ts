import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimeValue } from '../../../src/core/model/recording.ts';
import { type Catalog, openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import type { CatalogQuery } from '../../../src/store/catalog/catalog-query.ts';
import { windowCountsOf } from '../../../src/store/catalog/window-counts.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import { plainDocument } from '../../archive/plain-document.ts';

const hourMs = 3_600_000;
let folder: string;
let catalog: Catalog;
let truth: ReturnType<typeof openDatabase>;

/** Pseudo-random numbers, the same in each run. */
function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
/** Clocks of New York were set back at 06:00 UTC on the first day, and forward at 07:00 UTC on the second. */
const fold = Date.UTC(2025, 10, 2, 6);
const leap = Date.UTC(2025, 2, 9, 7);
const newYork = { zone: 'America/New_York', format: 'iso' } as const;
const nowhere = { zone: null, format: 'iso' } as const;
const pattern = (format: string, zone: string | null) => ({ zone, format });

/** A call as a recorder may write it, with its earliest and latest moment, determined by hand. */
function written(
  kind: number,
  atMs: number,
  dice: (below: number) => number,
): { readonly time: TimeValue | null; readonly span: readonly [number, number] | null } {
  const second = Math.floor(atMs / 1_000) * 1_000;
  const minute = Math.floor(atMs / 60_000) * 60_000;
  const day = Math.floor(atMs / (24 * hourMs)) * 24 * hourMs;
  const plain = (ms: number): string => iso(ms).slice(0, 19);
  switch (kind) {
    case 0:
      return { time: parseTime(iso(atMs), newYork), span: [atMs, atMs] };
    case 1: {
      // In the ambiguous hour, as a clock of New York shows it: four or five hours behind.
      const into = dice(3_600) * 1_000;
      return { time: parseTime(plain(Date.UTC(2025, 10, 2, 1) + into), newYork), span: [fold - hourMs + into, fold + into] };
    }
    case 2: {
      // In the nonexistent hour, 02:00 to 03:00: read as if the change had been an hour later, or earlier.
      const into = dice(3_600) * 1_000;
      return { time: parseTime(plain(Date.UTC(2025, 2, 9, 2) + into), newYork), span: [leap - hourMs + into, leap + into] };
    }
    case 3:
      return { time: parseTime(plain(second), nowhere), span: [second - 14 * hourMs, second + 12 * hourMs] };
    case 4:
      return {
        time: parseTime(`${iso(minute).slice(0, 16).replace('T', ' ')}`, pattern('YYYY-MM-DD HH:mm', 'UTC')),
        span: [minute, minute + 59_999],
      };
    case 5:
      return { time: parseTime(iso(day).slice(0, 10), pattern('YYYY-MM-DD', 'UTC')), span: [day, day + 24 * hourMs - 1] };
    case 6:
      return { time: parseTime(iso(day).slice(0, 10), pattern('YYYY-MM-DD', null)), span: [day - 14 * hourMs, day + 36 * hourMs - 1] };
    case 7:
      // The day of the DST fold had 25 hours: 04:00 UTC to 05:00 UTC of the next.
      return { time: parseTime('2025-11-02', pattern('YYYY-MM-DD', 'America/New_York')), span: [fold - 2 * hourMs, fold + 23 * hourMs - 1] };
    case 8:
      return { time: parseTime('0000-00-00 00:00:00', newYork), span: null };
    default:
      return { time: null, span: null };
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-windows-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
  truth = openDatabase(join(folder, 'truth.sqlite'), 'derived');
  truth.exec('CREATE TABLE call (id TEXT, lo INTEGER, hi INTEGER, direction TEXT)');
  const put = truth.prepare('INSERT INTO call VALUES (?, ?, ?, ?)');
  const dice = createDice(23);
  const entries = Array.from({ length: 400 }, (_, number) => {
    // Around both changes and the ends of that year.
    const around = [fold, leap, Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)][dice(4)] ?? fold;
    const { time, span } = written(number % 10, around + (dice(80 * 3_600) - 40 * 3_600) * 1_000 + dice(1_000), dice);
    const direction = dice(2) === 0 ? 'inbound' : 'outbound';
    const document = plainDocument(number, { callStart: time, direction: { value: direction, raw: null } });
    put.run(document.recordingId, span?.[0] ?? null, span?.[1] ?? null, direction);
    return catalogEntry(document);
  });
  for (let at = 0; at < entries.length; at += 100) catalog.putBag(`made/${at}`, entries.slice(at, at + 100));
});
afterAll(() => {
  catalog.close();
  truth.close();
  rmSync(folder, { recursive: true });
});

const ids = (query: CatalogQuery): string[] => [...catalog.search(query)].map(({ recordingId }) => recordingId).sort();

test('a hundred windows have the certain and the possible matches of an independent SQL query of the truth', () => {
  const dice = createDice(4_711);
  const seen = { in: 0, perhaps: 0 };
  for (let turn = 0; turn < 100; turn++) {
    const around = [fold, leap, Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)][turn % 4] ?? fold;
    const from = around + (dice(60) - 30) * hourMs + (turn % 3 === 0 ? 0 : dice(3_600_000));
    const to = from + ([1, 2, 7, 24][dice(5)] ?? 24 * 40) * hourMs;
    const [low, high] = [turn % 9 === 8 ? null : from, turn % 10 === 9 ? null : to];
    const direction = turn % 5 === 0 ? 'inbound' : null;
    const asked = (condition: string): string[] =>
      truth
        .prepare<unknown[], { id: string }>(`SELECT id FROM call WHERE (? IS NULL OR direction = ?) AND ${condition} ORDER BY id`)
        .all(direction, direction)
        .map(({ id }) => id);
    const reaches = `lo IS NOT NULL ${low === null ? '' : `AND hi >= ${low}`} ${high === null ? '' : `AND lo < ${high}`}`;
    const inside = `lo IS NOT NULL ${low === null ? '' : `AND lo >= ${low}`} ${high === null ? '' : `AND hi < ${high}`}`;
    const query: CatalogQuery = {
      ...(low === null ? {} : { from: iso(low).slice(0, 23) }),
      ...(high === null ? {} : { to: iso(high).slice(0, 23) }),
      ...(direction === null ? {} : { direction }),
    };
    const expected = { in: asked(inside), perhaps: asked(`${reaches} AND NOT (${inside})`), all: asked(reaches), none: asked('lo IS NULL') };
    if (low === null && high === null) continue;
    expect({ turn, in: ids({ ...query, inRange: 'in' }), perhaps: ids({ ...query, inRange: 'perhaps' }), all: ids(query) }).toEqual({
      turn,
      in: expected.in,
      perhaps: expected.perhaps,
      all: expected.all,
    });
    expect(windowCountsOf(catalog.count, query)).toEqual({
      in: expected.in.length,
      perhaps: expected.perhaps.length,
      withoutTime: expected.none.length,
    });
    expect([...catalog.months(query)].reduce((sum, { recordings }) => sum + recordings, 0)).toBe(expected.all.length);
    // A user who may only see this time sees its certain matches.
    const { direction: _direction, ...range } = query;
    if (direction === null) expect(ids({ scopes: [range] })).toEqual(expected.in);
    seen.in += expected.in.length;
    seen.perhaps += expected.perhaps.length;
  }
  // Checks that the windows select something.
  expect(Math.min(seen.in, seen.perhaps)).toBeGreaterThan(500);
});
