import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { type Catalog, type Found, openCatalog } from '../../../src/store/catalog/catalog.ts';
import { type CatalogEntry, catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import type { CatalogQuery, CatalogScope } from '../../../src/store/catalog/catalog-query.ts';
import { callRowOf, queryOfPage } from '../../../src/store/catalog/page-rows.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { startingAt } from './when.ts';

let folder: string;
let catalog: Catalog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-find-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
});
afterEach(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

/** Members in which the synthetic recordings differ. */
interface Made {
  readonly id: string;
  readonly start: string | null;
  readonly department: string;
  readonly agentId: string;
  readonly status: 'matched' | 'zero-audio';
  readonly direction: 'inbound' | 'outbound';
  readonly number: string;
}

function entryOf({ id, start, department, agentId, status, direction, number }: Made): CatalogEntry {
  const recording = {
    ...emptyRecording('made', 'experimental', `key-${id}`),
    callStart: start === null ? null : { ...noTime, raw: start, utc: start.endsWith('Z') ? start : null, local: start.replace(/Z$/, '') },
    direction: { value: direction, raw: null },
    parties: [
      { role: 'caller', phone: parsePhone(number), name: null, agentId: null, device: null },
      { role: 'agent', phone: null, name: `Åsa ${agentId}`, agentId, device: null },
    ],
    org: [{ name: 'department', value: department }],
    tags: [{ name: 'case', value: `C${id}` }],
    reconciliation: { status, rule: 'made' },
  } as const;
  // Members that the catalog does not read are omitted.
  return catalogEntry({
    recordingId: id,
    supersedes: null,
    site: 'here',
    source: 'made',
    fingerprint: `f-${id}`,
    recording,
    media: [],
    joined: null,
    findings: [],
  } as unknown as RecordingDocument);
}

const noTime = { offsetMin: null, zone: null, precision: 's', basis: 'epoch', certainty: 'exact', candidates: [] } as const;

const made = fc.record({
  start: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('2019-03-01T10:00:00Z', '2019-03-01T10:00:00.500Z', '2019-03-31T23:59:59Z', '2019-04-01T00:00:00Z') },
    { weight: 3, arbitrary: fc.constantFrom('2020-02-29T12:00:00', '0001-01-01T00:00:00', '1601-01-01T00:00:00Z', '9999-12-31T23:59:59Z') },
    { weight: 2, arbitrary: fc.constant(null) },
  ),
  department: fc.constantFrom('Trading', 'trading', 'Retail', "a' OR 1=1 --"),
  agentId: fc.constantFrom('a1', 'a2', 'a1 a2'),
  status: fc.constantFrom('matched', 'zero-audio'),
  direction: fc.constantFrom('inbound', 'outbound'),
  number: fc.constantFrom('+46701740605', '070-174 06 05', '0701740606', '1001'),
});
const bound = fc.constantFrom('2019', '2019-03', '2019-03-31T23:59', '2019-04', '2020-02-29T12:00:00', '0001', '1601', '9999', '2100');
const scope = fc.record(
  { from: bound, to: bound, department: fc.constantFrom('Trading', 'Retail', 'Other'), agentId: fc.constantFrom('a1', 'a2') },
  { requiredKeys: [] },
);
const asked = fc.record(
  {
    from: bound,
    to: bound,
    status: fc.constantFrom('matched', 'zero-audio'),
    direction: fc.constantFrom('inbound', 'outbound'),
    scopes: fc.array(scope, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** A bound or a start as a time in UTC. */
const msOf = (text: string): number => Date.parse(`${text}${'0000-01-01T00:00:00.000'.slice(text.length)}Z`);
const inRange = (start: string | null, from?: string, to?: string, certainly = false): boolean => {
  if (from === undefined && to === undefined) return true;
  const { earliest, latest } = startingAt(start);
  if (earliest === null || latest === null) return false;
  const [low, high] = certainly ? [earliest, latest] : [latest, earliest];
  return (from === undefined || low >= msOf(from)) && (to === undefined || high < msOf(to));
};

test('every query finds exactly the recordings that match one by one, in order, page after page', () => {
  fc.assert(
    fc.property(fc.array(made, { maxLength: 40 }), asked, fc.boolean(), fc.integer({ min: 1, max: 7 }), (all, question, newestFirst, limit) => {
      const recordings: Made[] = all.map((each, index) => ({ ...each, id: `${String(index * 7919).padStart(8, '0')}-0000` }));
      for (const name of catalog.bags()) catalog.removeBag(name);
      for (let at = 0; at < recordings.length; at += 10) catalog.putBag(`made/${at}`, recordings.slice(at, at + 10).map(entryOf));
      const { scopes, ...rest } = question;
      const wanted = recordings.filter(
        (each) =>
          inRange(each.start, rest.from, rest.to) &&
          (rest.status === undefined || each.status === rest.status) &&
          (rest.direction === undefined || each.direction === rest.direction) &&
          (scopes === undefined ||
            scopes.some(
              (one) =>
                inRange(each.start, one.from, one.to, true) &&
                (one.department === undefined || each.department === one.department) &&
                (one.agentId === undefined || each.agentId === one.agentId),
            )),
      );
      const toScope = ({ department, ...one }: { readonly department?: string } & CatalogScope): CatalogScope =>
        department === undefined ? one : { ...one, org: [{ name: 'department', value: department }] };
      const query: CatalogQuery = { ...rest, ...(scopes === undefined ? {} : { scopes: scopes.map(toScope) }), newestFirst };
      const found = [...catalog.search(query)];
      expect(found.map(({ recordingId }) => recordingId).sort()).toEqual(wanted.map(({ id }) => id).sort());
      const starts = found.flatMap(({ start }) => (start === null ? [] : [start.slice(0, 19)]));
      // Beyond 1830 and 2109 the order is that of the limits of time.
      const within = starts.filter((start) => start > '1830' && start < '2109');
      expect(within).toEqual(newestFirst ? [...within].sort().reverse() : [...within].sort());
      expect(found.findIndex(({ start }) => start === null)).toBe(starts.length === found.length ? -1 : starts.length);
      const pages: string[] = [];
      for (let after: number | null = null; ; ) {
        const page: Found[] = [...catalog.search({ ...query, limit, ...(after === null ? {} : { after }) })];
        pages.push(...page.map(({ recordingId }) => recordingId));
        if (page.length < limit) break;
        after = page.at(-1)?.position ?? null;
      }
      expect(pages).toEqual(found.map(({ recordingId }) => recordingId));
      expect([...catalog.search({ ...query, offset: 3, limit })].map(({ recordingId }) => recordingId)).toEqual(pages.slice(3, 3 + limit));
      expect(catalog.count(query, 1_000)).toBe(wanted.length);
      expect(catalog.count(query, 2)).toBe(Math.min(2, wanted.length));
      expect(catalog.totals(query).recordings).toBe(wanted.length);
      const byMonth = new Map<string, number>();
      for (const { start } of wanted) byMonth.set(start?.slice(0, 7) ?? 'undated', (byMonth.get(start?.slice(0, 7) ?? 'undated') ?? 0) + 1);
      const months = [...catalog.months(query)];
      expect(Object.fromEntries(months.map(({ month, recordings: count }) => [month, count]))).toEqual(Object.fromEntries(byMonth));
      const named = months.map(({ month }) => month).filter((month) => month !== 'undated');
      expect(named).toEqual([...named].sort().reverse());
    }),
    { numRuns: 150 },
  );
});

const some: Made = {
  id: '11111111-0000',
  start: '2019-03-01T10:00:00Z',
  department: 'Trading',
  agentId: 'a1',
  status: 'matched',
  direction: 'inbound',
  number: '+46701740605',
};

test('a user without access finds and counts nothing, and an invalid bound matches nothing', () => {
  catalog.putBag('made/0', [entryOf(some)]);
  for (const query of [
    { scopes: [] },
    { scopes: [{ from: 'always' }] },
    { to: '' },
    { scopes: [{ org: [{ name: 'Department', value: 'Trading' }] }] },
  ]) {
    expect([...catalog.search(query), ...catalog.months(query)]).toEqual([]);
    expect([catalog.count(query, 10), catalog.totals(query).recordings, catalog.countBy('status', query)]).toEqual([0, 0, []]);
    expect([...catalog.search({ ...query, recordingId: some.id })]).toEqual([]);
    expect([...catalog.search({ ...query, bag: 'made/0' })]).toEqual([]);
  }
  expect(catalog.count({ scopes: [{ org: [{ name: 'department', value: 'Trading' }] }], recordingId: '1111' }, 10)).toBe(1);
});

test('any text is a valid query: it finds something or nothing, and never fails', () => {
  catalog.putBag('made/0', [entryOf(some)]);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('"', '*', ' ', '+', '0', '-', '(', ')', ':', '^', 'NEAR', 'AND', 'å', '\0', '\ud800', "'", ';'),
      maxLength: 60,
    }),
  );
  fc.assert(
    fc.property(text, text, fc.boolean(), (words, other, begins) => {
      for (const query of [
        { text: words, begins },
        { agent: words },
        { tag: words, text: other },
        { from: words },
        { groupId: words },
        { codec: words },
      ])
        expect([...catalog.search(query)].length).toBeLessThanOrEqual(1);
      expect([
        ...catalog.search({ scopes: [{ org: [{ name: words, value: other }], tags: [{ name: other, value: words }], agentId: words }] }),
      ]).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect([...catalog.search({ text: 'x'.repeat(100_000) })]).toEqual([]);
  expect([...catalog.search({ text: Array.from({ length: 5_000 }, () => 'case').join(' ') })]).toEqual([]);
});

test('a number is found in every spelling, words without regard to case and accents, and quoted phrases as a whole', () => {
  catalog.putBag('made/0', [
    entryOf(some),
    entryOf({ ...some, id: '22222222-0000', number: '070-174 06 05' }),
    entryOf({ ...some, id: '33333333-0000', number: '0701740606' }),
  ]);
  const ids = (query: CatalogQuery): string[] => [...catalog.search(query)].map(({ recordingId }) => recordingId.slice(0, 1));
  for (const text of ['+46701740605', '0046701740605', '070-174 06 05', '0701740605', '+46 (0)70 174 06 05', '"070-174 06 05"'])
    expect([text, ids({ text })]).toEqual([text, ['1', '2']]);
  expect(ids({ text: '07017406*' })).toEqual(['1', '2', '3']);
  expect(ids({ text: '+467017406', begins: true })).toEqual(['1', '2', '3']);
  expect(ids({ text: '070-174 06 05 asa' })).toEqual(['1', '2']);
  expect(ids({ text: 'C33333333 070-174 06 06' })).toEqual(['3']);
  expect(ids({ text: 'ÅSA' })).toEqual(['1', '2', '3']);
  expect(ids({ text: '"Åsa a1"' })).toEqual(['1', '2', '3']);
  expect(ids({ text: '"a1 Åsa"' })).toEqual([]);
  expect(ids({ text: 'ås' })).toEqual([]);
  expect(ids({ text: 'ås', begins: true })).toEqual(['1', '2', '3']);
  expect(ids({ agent: 'ås' })).toEqual(['1', '2', '3']);
  expect(ids({ agent: 'a1' })).toEqual(['1', '2', '3']);
  expect(ids({ tag: 'case=C2222' })).toEqual(['2']);
});

test('a page gets rows with agent and tags, and can use only the queries permitted to pages', () => {
  catalog.putBag('made/0', [entryOf(some)]);
  const [found] = catalog.search({});
  expect(found === undefined ? null : callRowOf(found)).toMatchObject({
    id: some.id,
    agent: 'Åsa a1',
    tags: ['case=C11111111-0000'],
    codecs: [],
    certainty: 'exact',
  });
  // As a stranger may send it.
  const hostile = { text: 'åsa', status: '', scopes: [{}], limit: 1e9, plan: {} } as unknown as Parameters<typeof queryOfPage>[0];
  expect(queryOfPage(hostile)).toEqual({ text: 'åsa', begins: true });
});

test('totals of the whole archive follow additions and removals, including a recording that moves to another bag', () => {
  const other = { ...some, id: '22222222-0000', start: '2020-02-29T12:00:00', status: 'zero-audio' } as const;
  catalog.putBag('made/0', [entryOf(some), entryOf(other)]);
  catalog.putBag('made/1', [entryOf({ ...some, direction: 'outbound' })]);
  expect([catalog.totals({}).recordings, catalog.totals({}).bags]).toEqual([2, 2]);
  expect(catalog.countBy('direction', {})).toEqual([
    { value: 'inbound', count: 1 },
    { value: 'outbound', count: 1 },
  ]);
  expect([...catalog.months({})].map(({ month, recordings }) => [month, recordings])).toEqual([
    ['2020-02', 1],
    ['2019-03', 1],
  ]);
  catalog.removeBag('made/0');
  expect([catalog.totals({}).recordings, catalog.countBy('year', {})]).toEqual([1, [{ value: '2019', count: 1 }]]);
});

test('thousands of recordings with one start, or none, all have their place', () => {
  const crowd = Array.from({ length: 3_000 }, (_, index) => ({ ...some, id: `${String(index % 10)}${String(index).padStart(7, '0')}-0000` }));
  catalog.putBag('made/0', crowd.map(entryOf));
  catalog.putBag(
    'made/1',
    crowd.map((each) => entryOf({ ...each, id: `f${each.id}`, start: null })),
  );
  expect(catalog.count({}, 10_000)).toBe(6_000);
  expect([...catalog.search({})]).toHaveLength(6_000);
  expect(catalog.count({ from: '2019-03-01T10:00:00', to: '2019-03-01T10:00:01' }, 10_000)).toBe(3_000);
});

test('common words give the same results by reading the first recordings as by the index, also with other conditions and over pages', () => {
  const names = ['Åsa', 'asa', 'ASAB', 'ås', 'Zoë', 'z'];
  const word = fc.constantFrom('as', 'Ås', 'åsa', 'z', '"asa a1', '0701', '+467017406', '070-174', 'case', 'C1', 'x*', '174', 'a1');
  for (let at = 0; at < 4; at++) {
    catalog.putBag(
      `made/${at}`,
      Array.from({ length: 60 }, (_, index) => {
        const n = at * 60 + index;
        const agentId = `${names[n % names.length] ?? ''} a${n % 3}`;
        return entryOf({
          ...some,
          id: `${String(n * 7919).padStart(8, '0')}-0000`,
          agentId,
          number: n % 5 === 0 ? `+4670174060${n % 7}` : '0701740606',
        });
      }),
    );
  }
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.integer({ min: 1, max: 40 }), (words, newestFirst, limit) => {
      const query: CatalogQuery = { text: words.join(' '), begins: true, newestFirst, scopes: [{ agentId: 'Åsa a0' }, { agentId: 'asa a1' }, {}] };
      // More results are wanted: by the index.
      const all = [...catalog.search(query)].map(({ recordingId }) => recordingId);
      expect([...catalog.search({ ...query, limit })].map(({ recordingId }) => recordingId)).toEqual(all.slice(0, limit));
      expect([...catalog.search({ ...query, limit, offset: 5 })].map(({ recordingId }) => recordingId)).toEqual(all.slice(5, 5 + limit));
      expect(catalog.count(query, 10_000)).toBe(all.length);
    }),
    { numRuns: 100 },
  );
});
