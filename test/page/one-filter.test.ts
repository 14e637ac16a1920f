import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultOf, faultyCalls } from '../../src/core/page/call-fault.ts';
import type { BagVerification, PageQuery } from '../../src/core/page/data.ts';
import { dayOf, monthByClock } from '../../src/core/search/call-filter.ts';
import { createCounts } from '../../src/page/viewer/counts.ts';
import { matchingRows, perhapsAmong, rowOf } from '../../src/page/viewer/rows.ts';
import { type Catalog, openCatalog } from '../../src/store/catalog/catalog.ts';
import { type CatalogEntry, catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { createCatalogReader } from '../../src/store/catalog/catalog-reader.ts';
import { queryOfPage } from '../../src/store/catalog/page-rows.ts';
import { createShardBuilder } from '../../src/viewer/files/shard.ts';
import { plainDocument } from '../archive/plain-document.ts';
import { startingAt } from '../store/catalog/when.ts';

let folder: string;
let catalog: Catalog;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-filter-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
});
afterAll(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

const zone = fc.constantFrom(
  'UTC',
  'Europe/Stockholm',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
);
/** Times around clock changes and ends of days, months and years, and those that recorders write for "no time". */
const near = fc
  .tuple(
    fc.constantFrom(
      '2019-03-31T01:00:00Z',
      '2019-10-27T01:00:00Z',
      '2019-02-28T23:00:00Z',
      '2020-01-01T00:00:00Z',
      '2017-10-15T03:00:00Z',
      '2008-02-29T12:00:00Z',
    ),
    fc.integer({ min: -60 * 30, max: 60 * 30 }),
  )
  .map(([text, minutes]) => new Date(Date.parse(text) + minutes * 60_000 - (minutes % 7 === 0 ? 1 : 0)).toISOString());
const start = fc.oneof(
  { weight: 8, arbitrary: near },
  { weight: 4, arbitrary: near.map((text) => text.slice(0, 19)) },
  fc.constantFrom(null, '0001-01-01T00:00:00', '1601-01-01T00:00:00Z', '9999-12-31T23:59:59', '1969-12-31T23:30:00Z', '2050-06-01T22:30:00Z'),
);
const made = fc.record({ start, durationMs: fc.option(fc.double({ min: 0, max: 200_000, noNaN: true })), bag: fc.nat(2), twice: fc.boolean() });
type Made = typeof made extends fc.Arbitrary<infer Value> ? Value : never;

const day = near.map((text) => text.slice(0, 10));
const hour = fc.constantFrom('00:00', '01:30', '02:00', '06:00', '12:15', '22:00', '23:59');
const months = day.map((text) => text.slice(0, 7));
const parts: readonly fc.Arbitrary<PageQuery>[] = [
  fc
    .oneof(
      day,
      months,
      near.map((text) => text.slice(0, 16)),
    )
    .map((from) => ({ from })),
  fc.oneof(day, months, fc.constantFrom('2019', '2021')).map((to) => ({ to })),
  fc.constantFrom('0', '30', '1:30', '1m', '0.5').map((minLength) => ({ minLength })),
  fc.constantFrom('0', '60s', '1:40', '3m').map((maxLength) => ({ maxLength })),
  fc.constantFrom('mon', 'sat,sun', 'mon-fri', 'wed,thu').map((weekday) => ({ weekday })),
  fc.tuple(hour, hour).map(([from, to]) => ({ timeOfDay: `${from}-${to}` })),
  fc.constant({ damaged: 'yes' }),
  fc.constantFrom('key', '00000000', 'key 3').map((text) => ({ text })),
];
const some = fc.oneof(...parts);
const question: fc.Arbitrary<PageQuery> = fc
  .tuple(some, some, fc.option(zone))
  .map(([one, other, of]) => ({ ...one, ...other, ...(of === null ? {} : { zone: of }) }));

/** Three bags: one without faults, one with a named call, one without named calls. */
function verifiedOf(ids: readonly string[]): ReadonlyMap<string, BagVerification> {
  const time = '2026-01-01T00:00:00Z';
  return new Map([
    ['made/0', { time, verdict: 'ok', played: '' }],
    ['made/1', { time, verdict: 'faults', played: '', damaged: ids.slice(0, 2), lost: ids.slice(5, 6) }],
    ['made/2', { time, verdict: 'faults', played: '' }],
  ]);
}

/** A start in local time may also be ambiguous: five and six hours later in UTC. */
function laterBy(start: string | null): Partial<CatalogEntry> {
  const ms = start === null || start.endsWith('Z') ? null : Date.parse(`${start}Z`);
  return ms === null ? {} : { earliest: ms + 5 * 3_600_000, latest: ms + 6 * 3_600_000 };
}

function entryOf({ start, durationMs, twice }: Made, index: number): CatalogEntry {
  return {
    ...catalogEntry(plainDocument(index, {})),
    ...startingAt(start),
    ...(twice ? laterBy(start) : {}),
    startCertainty: start === null ? null : 'exact',
    durationMs,
  };
}

test('catalog and pages select the same calls by range, length, weekday, time of day and damage, in any zone', () => {
  const reader = createCatalogReader(join(folder, 'catalog.sqlite'), null, () => true);
  let [answers, narrowed] = [0, 0];
  fc.assert(
    fc.property(fc.array(made, { minLength: 1, maxLength: 14 }), fc.array(question, { minLength: 1, maxLength: 8 }), (all, questions) => {
      const entries = all.map(entryOf);
      for (const bag of [0, 1, 2])
        catalog.putBag(
          `made/${bag}`,
          entries.filter((_, index) => all[index]?.bag === bag),
        );
      catalog.settle();
      const builder = createShardBuilder();
      for (const found of catalog.search({})) builder.add(found, 'details');
      const shard = builder.build();
      const verified = verifiedOf(entries.map(({ recordingId }) => recordingId));
      for (const of of ['Europe/Stockholm', 'America/New_York', 'Pacific/Kiritimati']) {
        const whole = [...catalog.months({ zone: of })].map(({ month, recordings }) => [month, recordings] as const);
        const expected = new Map<string, number>();
        const parts = createCounts(of);
        const utc = new Map<string, Made[]>();
        for (const one of all) {
          const month = one.start === null ? 'undated' : monthByClock(one.start, of);
          expected.set(month, (expected.get(month) ?? 0) + 1);
          const own = one.start?.slice(0, 7) ?? 'undated';
          utc.set(own, [...(utc.get(own) ?? []), one]);
        }
        for (const [month, some] of utc)
          parts.whole({
            script: '',
            month,
            recordings: some.length,
            monthMs: 0,
            unsure: 0,
            edges: month === 'undated' ? [] : catalog.monthEdges(month),
          });
        const byPart = parts.result().months.map(({ month, recordings }) => [month, recordings] as const);
        const sorted = [...expected].sort();
        expect([of, [...whole].sort(), [...byPart].sort()]).toEqual([of, sorted, sorted]);
        expect(whole.map(([month]) => month)).toEqual(
          [...whole.map(([month]) => month)].sort((a, b) => Number(a === 'undated') - Number(b === 'undated') || (a < b ? 1 : -1)),
        );
      }
      for (const asked of questions) {
        const byPage = [...matchingRows(shard, asked, (bag, id) => faultOf(verified.get(bag), id) !== null)].map((row) => rowOf(shard, row));
        const query = queryOfPage(asked, faultyCalls(verified));
        expect([asked, [...catalog.search(query)].map(({ recordingId, start }) => [recordingId, start])]).toEqual([
          asked,
          byPage.map(({ id, start }) => [id, start]),
        ]);
        expect(catalog.count(query, 100)).toBe(byPage.length);
        const perhaps = perhapsAmong(
          shard,
          asked,
          matchingRows(shard, asked, (bag, id) => faultOf(verified.get(bag), id) !== null),
        );
        if (asked.from !== undefined || asked.to !== undefined)
          expect([catalog.count({ ...query, inRange: 'perhaps' }, 100), catalog.count({ ...query, inRange: 'in' }, 100)]).toEqual([
            perhaps,
            byPage.length - perhaps,
          ]);
        // By the months of the zone: whole parts by their bounds, others row by row, and by the catalog.
        const byMonth = new Map<string, number>();
        for (const { start } of byPage) {
          const month = start === null ? 'undated' : monthByClock(start, asked.zone);
          byMonth.set(month, (byMonth.get(month) ?? 0) + 1);
        }
        const counted = new Map<string, number>();
        for (const { month, recordings } of catalog.months(query)) counted.set(month, (counted.get(month) ?? 0) + recordings);
        expect([asked, new Map([...counted].sort())]).toEqual([asked, new Map([...byMonth].sort())]);
        // Counted by the days of the zone, month by month of UTC.
        const asUtc = [...new Set(byPage.map(({ start }) => start?.slice(0, 7) ?? ''))].filter((month) => /^(?:19[7-9]|20)/.test(month));
        const days = new Map<string, number>();
        for (const month of asUtc) for (const { day, recordings } of reader.days(query, month)) days.set(day, (days.get(day) ?? 0) + recordings);
        const expected = new Map<string, number>();
        for (const { start } of byPage)
          if (start !== null && asUtc.includes(start.slice(0, 7))) {
            const of = dayOf(start, asked.zone);
            expected.set(of, (expected.get(of) ?? 0) + 1);
          }
        expect([asked, new Map([...days].sort())]).toEqual([asked, new Map([...expected].sort())]);
        answers += byPage.length;
        narrowed += all.length - byPage.length;
      }
    }),
    { numRuns: 50 },
  );
  reader.close();
  // Checks that the rule selects neither nothing nor everything.
  expect(answers).toBeGreaterThan(200);
  expect(narrowed).toBeGreaterThan(500);
});
