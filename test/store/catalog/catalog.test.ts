import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { searchedWords } from '../../../src/core/words/fold-text.ts';
import { type Catalog, openCatalog } from '../../../src/store/catalog/catalog.ts';
import { type CatalogEntry, type EntryDigest, entryDigest } from '../../../src/store/catalog/catalog-entry.ts';
import { checkCatalog } from '../../../src/store/catalog/check-catalog.ts';
import { labelOf } from '../../../src/store/catalog/labels.ts';
import { startingAt } from './when.ts';

let folder: string;
let catalog: Catalog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-catalog-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
});
afterEach(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

function entry(recordingId: string, more: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    recordingId,
    supersedes: null,
    importer: 'asterisk',
    site: 'default',
    key: `key-${recordingId}`,
    fingerprint: `f-${recordingId}`,
    revision: 1,
    described: `d-${recordingId}`,
    ...startingAt(more.start === undefined ? '2019-03-12T10:00:00Z' : more.start),
    startCertainty: 'exact',
    direction: 'inbound',
    status: 'matched',
    joined: 'matched',
    rule: 'test',
    reason: null,
    groupId: null,
    durationMs: 1_000,
    audioMs: more.durationMs === undefined ? 1_000 : more.durationMs,
    erasedFiles: 0,
    presentMedia: 1,
    originals: 1,
    copies: 1,
    originalBytes: 100,
    copyBytes: 40,
    codecs: 'gsm mulaw',
    from: '+46701740605',
    to: '1001',
    agent: 'Åsa Öberg',
    agentWords: 'asa oberg',
    tags: '["case=4711"]',
    tagWords: 'case 4711',
    keys: 'i46701740605 s701740605 d1001',
    labels: labels({ importer: 'asterisk', status: 'matched', direction: 'inbound', codecs: 'gsm mulaw', ...more }),
    text: searchedWords(`${recordingId} +46701740605 Åsa Öberg case "4711"`),
    findings: 0,
    doubtful: 0,
    media: '["",0]',
    sound: 'yes' as const,
    latestEnd: null,
    retention: '',
    ...more,
  };
}

/** The labels of an entry with these members. */
function labels({ importer, site, status, joined, direction, codecs, groupId, doubtful }: Partial<CatalogEntry>): string {
  return [
    labelOf('importer', importer ?? 'asterisk'),
    labelOf('site', site ?? 'default'),
    labelOf('status', status ?? 'matched'),
    labelOf('joined', joined ?? 'matched'),
    labelOf('direction', direction ?? 'inbound'),
    ...(codecs ?? '').split(' ').map((codec) => labelOf('codec', codec)),
    ...(groupId == null ? [] : [labelOf('group', groupId)]),
    ...((doubtful ?? 0) > 0 ? [labelOf('doubtful', 'yes')] : []),
  ].join(' ');
}

const ids = (query: Parameters<Catalog['search']>[0]): string[] => [...catalog.search(query)].map((found) => found.recordingId);

test('a bag is added completely, replacing earlier entries, and removed completely', () => {
  catalog.putBag('2019/a', [entry('1'), entry('2')]);
  catalog.putBag('2019/b', [entry('3')]);
  catalog.putBag('2019/a', [entry('2'), entry('4')]);
  expect(catalog.bags()).toEqual(['2019/a', '2019/b']);
  expect(ids({})).toEqual(['2', '3', '4']);
  catalog.removeBag('2019/a');
  expect(ids({})).toEqual(['3']);
  expect(ids({ text: 'Åsa' })).toEqual(['3']);
  expect(catalog.totals({})).toEqual({
    ...{ bags: 1, recordings: 1, originals: 1, copies: 1, originalBytes: 100, copyBytes: 40, durationMs: 1_000 },
    erasedFiles: 0,
  });
});

test('words are found whatever query characters they contain, prefixes by a star, and every word must match', () => {
  catalog.putBag('2019/a', [entry('1'), entry('2', { text: 'something NOT else OR "quoted', keys: '' })]);
  expect(ids({ text: '+46701740605' })).toEqual(['1']);
  expect(ids({ text: '+4670174*' })).toEqual(['1']);
  expect(ids({ text: '4670174' })).toEqual([]);
  expect(ids({ text: 'åsa öberg' })).toEqual(['1']);
  expect(ids({ text: 'Åsa nobody' })).toEqual([]);
  expect(ids({ text: 'NOT' })).toEqual(['2']);
  expect(ids({ text: '"quoted' })).toEqual(['2']);
  expect(ids({ text: '*' })).toEqual(['1', '2']);
});

test('filters are joined by "and"; ranges are half open; a codec is a whole word', () => {
  catalog.putBag('2019/a', [
    entry('1', { start: '2019-03-12T10:00:00Z' }),
    entry('2', { start: '2019-04-01T00:00:00Z', status: 'row-without-audio', codecs: 'gsm-ms' }),
    entry('3', { start: null, direction: 'outbound' }),
  ]);
  expect(ids({ from: '2019-03', to: '2019-04' })).toEqual(['1']);
  expect(ids({ from: '2019-04' })).toEqual(['2']);
  expect(ids({ codec: 'gsm' })).toEqual(['1', '3']);
  expect(ids({ status: 'row-without-audio', direction: 'outbound' })).toEqual([]);
  expect(ids({ limit: 2 })).toEqual(['1', '2']);
  catalog.putBag('2019/b', [
    entry('4', { status: 'unreadable-audio', joined: 'matched', reason: '1 of 1 audio file: unknown format', groupId: 'g1' }),
    entry('5', { groupId: 'g1' }),
    entry('6', { groupId: 'g10' }),
  ]);
  expect(ids({ status: 'unreadable-audio' })).toEqual(['4']);
  expect(ids({ status: 'matched', bag: '2019/b' })).toEqual(['5', '6']);
  expect(ids({ joined: 'matched', bag: '2019/b' })).toEqual(['4', '5', '6']);
  expect(ids({ groupId: 'g1' })).toEqual(['4', '5']);
  catalog.removeBag('2019/b');
  expect(catalog.countBy('year', {})).toEqual([
    { value: '2019', count: 2 },
    { value: 'undated', count: 1 },
  ]);
});

test('strata are counted by coding, recorder and year, and every recording is in one', () => {
  catalog.putBag('2019/a', [
    entry('1', { codecs: 'gsm', durationMs: 1_000 }),
    entry('2', { codecs: 'gsm', durationMs: null, status: 'zero-audio' }),
    entry('3', { codecs: 'gsm mulaw', start: null }),
  ]);
  catalog.putBag('2020/b', [
    entry('4', { codecs: 'gsm', start: '2020-01-01T00:00:00', durationMs: 500 }),
    entry('0', { codecs: 'mp3', copies: 0, start: '2021-01-01T00:00:00' }),
  ]);
  const { importer } = entry('1');
  expect(catalog.strata().map((one) => [one.codecs, one.importer, one.year, one.recordings, one.withSound, one.durationMs])).toEqual([
    ['gsm', importer, entry('1').start?.slice(0, 4), 2, 1, 1_000],
    ['gsm', importer, '2020', 1, 1, 500],
    ['gsm mulaw', importer, null, 1, 1, entry('3').durationMs],
    ['mp3', importer, '2021', 1, 1, entry('0').durationMs],
  ]);
  // As a verification reads it: closed, and without writing.
  catalog.close();
  const file = join(folder, 'catalog.sqlite');
  const check = checkCatalog(file, tmpdir());
  const { contents } = check;
  expect([...(contents?.places() ?? [])].sort((a, b) => (a.recordingId < b.recordingId ? -1 : 1)).at(-1)).toEqual({
    recordingId: '4',
    bag: '2020/b',
    codecs: 'gsm',
    importer,
    start: '2020-01-01T00:00:00',
  });
  expect([contents?.codecs(false), contents?.codecs(true)]).toEqual([new Set(['gsm', 'mulaw', 'mp3']), new Set(['mp3'])]);
  check.close();
  catalog = openCatalog(file);
});

test('the newest description of a recording is the end of its chain', () => {
  catalog.putBag('2019/a', [entry('1'), entry('2', { supersedes: '1' }), entry('3', { supersedes: '2' })]);
  using lookup = catalog.lookup();
  expect(lookup.newestOf('1')).toEqual({
    recordingId: '3',
    importer: 'asterisk',
    site: 'default',
    key: 'key-3',
    fingerprint: 'f-3',
    firstId: '1',
    firstFingerprint: 'f-1',
    revision: 1,
    described: 'd-3',
    bag: '2019/a',
    earlier: [],
    status: 'matched',
    joined: 'matched',
    reason: null,
    durationMs: 1_000,
    doubtful: 0,
    sound: 'yes' as const,
  });
  expect(lookup.newestOf('9')).toBeNull();
});

test('the newest description of a recording counts, in any order of indexing its bags; the earlier ones are kept, and count again if it is lost', () => {
  const first = [entry('1', { from: 'as imported' }), entry('2')];
  const second = [entry('1', { revision: 2, from: 'corrected' })];
  const otherwise = { importer: 'mapping', site: 'other', key: 'another' };
  const third = [entry('1', { revision: 3, from: 'corrected again', start: '2020-01-01T00:00:00Z', ...otherwise })];
  const withKey = (key: string): string[] => {
    using lookup = catalog.lookup();
    return lookup.withKey(key).map(({ recordingId, importer, site }) => `${recordingId} ${importer} ${site}`);
  };
  const bags = [
    { name: '2019/a', entries: first },
    { name: '2019/b', entries: second },
    { name: '2020/c', entries: third },
  ];
  const from = (): string[] => [...catalog.search({})].filter(({ recordingId }) => recordingId === '1').map((found) => `${found.bag} ${found.from}`);
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    // Once as a new catalog, which is filled without an index of ids, and once with it.
    for (const isSettled of [false, true]) {
      catalog.close();
      rmSync(join(folder, 'catalog.sqlite'));
      catalog = openCatalog(join(folder, 'catalog.sqlite'));
      if (isSettled) catalog.settle();
      for (const at of order) catalog.putBag(bags[at]?.name ?? '', bags[at]?.entries ?? []);
      expect([order, isSettled, from()]).toEqual([order, isSettled, ['2020/c corrected again']]);
      expect(catalog.earlier('1').map(({ revision, bag }) => [revision, bag])).toEqual([
        [1, '2019/a'],
        [2, '2019/b'],
      ]);
      expect(catalog.totals({}).recordings).toBe(2);
      expect([withKey('key-1'), withKey('another'), withKey('key-2')]).toEqual([[], ['1 mapping other'], ['2 asterisk default']]);
      catalog.removeBag('2020/c');
      // Bags whose descriptions had been replaced are indexed again.
      expect(catalog.bags()).toEqual([]);
      for (const { name, entries } of bags.slice(0, 2)) catalog.putBag(name, entries);
      expect(from()).toEqual(['2019/b corrected']);
      expect(catalog.totals({}).recordings).toBe(2);
    }
  }
});

test('a recording is found by the key of its newest description, and by name and size of each of its files', () => {
  const media = JSON.stringify(['source', 0, ['a/1.wav', 10, null, 'ab'.repeat(32), 1], ['a/1.pcap', 20, null, 'cd'.repeat(32), 0]]);
  const key = 'one';
  catalog.putBag('2019/a', [entry('1', { key, media }), entry('2', { key, supersedes: '1' }), entry('3', { key, site: 'other', media }), entry('4')]);
  catalog.putBag('2019/b', [entry('5', { key: 'of the state before', supersedes: '4' })]);
  using lookup = catalog.lookup();
  expect(lookup.withKey(key).map(({ recordingId, firstId }) => [recordingId, firstId])).toEqual([
    ['2', '1'],
    ['3', '3'],
  ]);
  expect(lookup.withKey('key-4')).toEqual([]);
  expect(lookup.alikeTo('b/1.pcap', 20).map(({ recordingId, files }) => [recordingId, files.media.length])).toEqual([
    ['1', 2],
    ['3', 2],
  ]);
  expect([lookup.alikeTo('b/1.pcap', 21), lookup.alikeTo('2.pcap', 20)]).toEqual([[], []]);
});

test('an id is found by its prefix', () => {
  catalog.putBag('2019/a', [entry('abc1'), entry('abd2')]);
  expect(ids({ recordingId: 'abc' })).toEqual(['abc1']);
  expect(ids({ recordingId: 'ab' })).toEqual(['abc1', 'abd2']);
  expect(ids({ recordingId: 'b' })).toEqual([]);
});

test('the content is there when it is opened again, and a catalog of another version starts empty', () => {
  catalog.putBag('2019/a', [entry('1')]);
  catalog.close();
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
  expect(catalog.fresh).toBe(false);
  expect(ids({})).toEqual(['1']);
});

function problems(file: string): readonly string[] {
  const check = checkCatalog(join(folder, file), tmpdir());
  check.close();
  return check.problems;
}

test('a complete catalog has no faults, nor has an absent one; a file that is not a catalog has one', () => {
  catalog.putBag('2019/a', [entry('1')]);
  expect(problems('catalog.sqlite')).toEqual([]);
  expect(problems('absent.sqlite')).toEqual([]);
  const text = 'this is not a database, but it is long enough to be looked at as one, which takes some more words than this';
  writeFileSync(join(folder, 'other.sqlite'), text.repeat(20));
  writeFileSync(join(folder, 'empty.sqlite'), '');
  expect([problems('other.sqlite'), problems('empty.sqlite')]).toEqual([[expect.stringContaining('file is not a database')], ['it is empty']]);
});

test('a catalog that no run closed may still list what was erased: the next query removes it', () => {
  catalog.putBag('2019/a', [entry('1'), entry('2')]);
  const file = join(folder, 'catalog.sqlite');
  const content = { entries: [entryDigest(entry('1'))], state: () => '', isErased: (id: string) => id === entry('2').recordingId };
  const unclosed = checkCatalog(file, tmpdir(), null, null, true);
  expect([unclosed.compare('2019/a', content), unclosed.isEachCompared()]).toEqual([[], false]);
  expect(unclosed.compare('2019/a', { ...content, isErased: () => false })).not.toEqual([]);
  unclosed.close();
  const closed = checkCatalog(file, tmpdir());
  expect(closed.compare('2019/a', content)).not.toEqual([]);
  closed.close();
});

test("the catalog's content about a bag is compared with the bag", () => {
  catalog.putBag('2019/a', [entry('1'), entry('2', { text: 'half a character: \ud83d' })]);
  const check = checkCatalog(join(folder, 'catalog.sqlite'), tmpdir());
  const [one, two] = [entryDigest(entry('1')), entryDigest(entry('2', { text: 'half a character: \ud83d' }))];
  const compare = (bag: string, entries: readonly EntryDigest[], state = '') =>
    check.compare(bag, { entries, state: () => state, isErased: () => false });
  expect(compare('2019/a', [one, two])).toEqual([]);
  expect(check.isEachCompared()).toBe(true);
  expect(compare('2019/not-yet-known', [one])).toEqual([]);
  expect(compare('2019/a', [one, two], 'sha256 other')).toEqual(['it was made from another state of bag 2019/a']);
  expect(check.isEachCompared()).toBe(false);
  expect(compare('2019/a', [one, entryDigest(entry('2'))])).toEqual(['1 of its recordings of bag 2019/a differ from their recording.json']);
  expect(compare('2019/a', [one])).toEqual([
    'it lists 2 recordings of bag 2019/a, which contains 1',
    '1 of its recordings of bag 2019/a differ from their recording.json',
  ]);
  check.close();
});

test('a bag that is added again under another name leaves no trace of the first in the full-text index', () => {
  catalog.putBag('2019/a', [entry('1', { text: 'first' })]);
  catalog.putBag('2019/b', [entry('1', { text: 'second' })]);
  expect(problems('catalog.sqlite')).toEqual([]);
  expect([ids({ text: 'first' }), ids({ text: 'second' })]).toEqual([[], ['1']]);
});

test('a closed catalog can be opened with read permission only: no write-ahead log is left', () => {
  catalog.putBag('2019/a', [entry('1')]);
  catalog.close();
  expect(readdirSync(folder)).toEqual(['catalog.sqlite']);
  expect(readFileSync(join(folder, 'catalog.sqlite')).subarray(18, 20)).toEqual(Buffer.from([1, 1])); // file format version: 1 rollback journal, 2 WAL
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
});
