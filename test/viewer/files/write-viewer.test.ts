import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import type { DetailScript, Shard, ViewerIndex } from '../../../src/core/page/viewer-data.ts';
import { type Catalog, openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import { checkViewer, createViewerMemory } from '../../../src/verify/checks/viewer.ts';
import { dataScript } from '../../../src/viewer/files/data-script.ts';
import { writeViewer } from '../../../src/viewer/files/write-viewer.ts';
import { plainDocument } from '../../archive/plain-document.ts';

let folder: string;
let catalog: Catalog;
const bags = new Map<string, RecordingDocument[]>();
const signal = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-viewer-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
  bags.clear();
});
afterEach(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

/** A recording that began at a time; null if unknown. */
function document(number: number, utc: string | null, name = 'Åsa Öberg'): RecordingDocument {
  const callStart: RecordingDocument['recording']['callStart'] =
    utc === null
      ? null
      : { raw: utc, utc, local: null, offsetMin: 0, zone: null, precision: 's', basis: 'explicit-offset', certainty: 'exact', candidates: [] };
  const parties: RecordingDocument['recording']['parties'] = [{ role: 'agent', phone: null, name, agentId: null, device: null }];
  return { ...plainDocument(number, { callStart, parties }), findings: [{ kind: 'finding', code: 'P131', place: 'x', message: 'y' }] };
}

function put(bag: string, documents: RecordingDocument[]): void {
  bags.set(bag, documents);
  catalog.putBag(
    bag,
    documents.map((one) => catalogEntry(one)),
  );
}

const write = (
  trust: 'bytes' | 'sizes' = 'sizes',
  script = 'page',
  announce: (entry: { readonly listSha256: string }) => Promise<void> = () => Promise.resolve(),
): ReturnType<typeof writeViewer> =>
  writeViewer(
    {
      archive: { dir: folder, id: 'a' },
      catalog,
      documents: (bag) => bags.get(bag) ?? [],
      verified: new Map([['2019/a', { time: '2026-01-01T00:00:00Z', verdict: 'ok', played: 'copies' }]]),
      asOf: '2026-01-01T00:00:00Z',
      page: { script, style: 'style' },
      trust,
      progress: () => undefined,
      announce,
    },
    signal,
  );

/** Present files: digest and modification time by path. */
function there(): Map<string, string> {
  const viewer = join(folder, 'viewer');
  const files = readdirSync(viewer, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(viewer, path)).isFile());
  return new Map(
    files.sort().map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(viewer, path)))
        .digest('hex'),
    ]),
  );
}

/** The content of a script, as a JavaScript engine reads it. */
function loaded<Value>(path: string): Value {
  let given: unknown = null;
  runInNewContext(readFileSync(join(folder, 'viewer/data', `${path}.js`), 'utf8'), {
    longplayData: (_name: string, text: string) => (given = JSON.parse(text)),
  });
  return given as Value;
}

async function verdicts(
  lists: string | readonly string[] | null,
  present: readonly string[] = catalog.bags(),
  depth: 'bytes' | 'sizes' = 'bytes',
): Promise<string[]> {
  const memory = createViewerMemory();
  for (const listSha256 of typeof lists === 'string' ? [lists] : (lists ?? []))
    memory.take({ kind: 'log-entry', seq: 1, time: '', type: 'viewer-written', detail: { listSha256 } });
  const said: string[] = [];
  for await (const { code, severity, path } of checkViewer({ dir: folder }, memory, new Set(present), depth, signal))
    said.push(`${severity} ${code} ${path}`);
  return said;
}

test('a viewer that another version of longplay wrote is valid if the log says so, and is rewritten as a whole', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z')]);
  const { filesWritten } = await write();
  const list = join(folder, 'viewer/files.json');
  const digest = (): string => createHash('sha256').update(readFileSync(list)).digest('hex');
  writeFileSync(list, readFileSync(list, 'utf8').replace(/"version": \d+/, '"version": 1'));
  expect(await verdicts(digest())).toEqual([]);
  expect(await verdicts('another')).toEqual(['error V118 viewer/files.json']);
  expect((await write()).filesWritten).toBe(filesWritten);
  expect(await verdicts(digest())).toEqual([]);
});

test('every recording is in one shard of its month and in one detail script, including one without a time', async () => {
  const first = Array.from({ length: 120 }, (_, number) => document(number, `2019-03-${String((number % 28) + 1).padStart(2, '0')}T10:00:00Z`));
  put('2019/a', first);
  put('undated/b', [document(500, null), document(501, '+012019-01-01T00:00:00Z'), document(502, '2019')]);
  put('9999/c', [document(600, '9999-12-31T23:59:59Z'), document(601, '0001-01-01T00:00:00Z'), document(602, '2019-12-31T23:59:59Z')]);
  const outcome = await write();
  expect(outcome).toMatchObject({ recordings: 126, bags: 3, filesRemoved: 0 });
  const index = loaded<ViewerIndex>('index');
  expect(index.overview.months.map(({ month, recordings }) => `${month} ${recordings}`)).toEqual([
    '0001-01 1',
    '2019-03 120',
    '2019-12 1',
    '9999-12 1',
    'undated 3',
  ]);
  const ids: string[] = [];
  for (const { script, recordings } of index.months.flatMap(({ shards }) => shards)) {
    const shard = loaded<Shard>(script);
    expect(shard.recordings).toBe(recordings);
    for (let row = 0; row < shard.recordings; row++) {
      const hex = shard.ids.slice(row * 32, row * 32 + 32);
      ids.push(hex);
      const detail = loaded<DetailScript>(shard.detail.values[shard.detail.rows[row] ?? -1] ?? 'none');
      expect(detail.documents.filter(({ recordingId }) => recordingId.replaceAll('-', '') === hex)).toHaveLength(1);
      expect(Object.keys(detail.codes)).toEqual(['P131']);
    }
  }
  expect(new Set(ids).size).toBe(126);
  expect(ids).toHaveLength(126);
});

test('equal archives give equal bytes, and unchanged files are not written again', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z'), document(2, '2019-04-01T10:00:00Z')]);
  put('2020/b', [document(3, '2020-01-01T10:00:00Z')]);
  await write();
  const first = there();
  expect(await write()).toMatchObject({ filesWritten: 0, filesRemoved: 0 });
  expect(await write('bytes')).toMatchObject({ filesWritten: 0, filesRemoved: 0 });
  rmSync(join(folder, 'viewer'), { recursive: true });
  await write();
  expect(there()).toEqual(first);
  // An additional bag in a month: its shard, its details, the index. Other months are unchanged.
  put('2019/c', [document(4, '2019-04-02T10:00:00Z')]);
  expect(await write()).toMatchObject({ filesWritten: 3, filesRemoved: 1 });
  const later = there();
  rmSync(join(folder, 'viewer'), { recursive: true });
  await write();
  expect(there()).toEqual(later);
  // A removed bag is removed from the page, with its files.
  catalog.removeBag('2020/b');
  await write();
  expect([...there().keys()].filter((path) => path.includes('2020'))).toEqual([]);
  expect(loaded<ViewerIndex>('index').overview.recordings).toBe(3);
});

test('for any text in a name, a script is one call with one string, and returns the same text', () => {
  const names = ["');alert(1)//", '</script><!--', '\u2028\u2029\u0085\ufeff\u0000\r\n\t\\', '\ud800', '`$' + '{1}` \\u0027 "\' Ödman 😀'];
  for (const name of names) {
    const script = dataScript('months/x', { name });
    expect(script).toMatch(/^longplayData\('months\/x','[^'<>&\u0000-\u001f\u2028\u2029]*'\);\n$/);
    let given: unknown = null;
    runInNewContext(script, { longplayData: (_: string, text: string) => (given = JSON.parse(text)) });
    expect(given).toEqual({ name });
  }
  expect(() => dataScript("x');alert('", {})).toThrow();
});

test('a viewer that agrees with log and bags has no verdict; each deviation has its own', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z')]);
  expect(await verdicts(null)).toEqual([]);
  const { listSha256 } = await write();
  expect(await verdicts(listSha256)).toEqual([]);
  expect(await verdicts(null)).toEqual(['error V119 viewer/files.json']);
  expect(await verdicts('0'.repeat(64))).toEqual(['error V118 viewer/files.json']);
  expect(await verdicts(listSha256, ['2019/a', '2020/b'])).toEqual(['warning V117 viewer']);
  const viewer = (path: string): string => join(folder, 'viewer', path);
  const detail = 'data/details/2019/a/0.js';
  const text = readFileSync(viewer(detail), 'utf8');
  writeFileSync(viewer(detail), text.replace('Åsa', 'Eva'));
  expect(await verdicts(listSha256)).toEqual([`error V118 viewer/${detail}`]);
  rmSync(viewer(detail));
  writeFileSync(viewer('page.js'), 'evil');
  expect(await verdicts(listSha256, ['2019/a'], 'sizes')).toEqual([`warning V118 viewer/${detail}`, 'error V118 viewer/page.js']);
  writeFileSync(viewer('data/months/2019-03-9-1-00000000.js'), '');
  mkdirSync(viewer('data/hidden'));
  writeFileSync(viewer('data/hidden/calls.zip'), '');
  symlinkSync('/etc', viewer('link'));
  const all = await verdicts(listSha256);
  expect(all.filter((line) => line.startsWith('error'))).toEqual([
    'error V118 viewer/page.js',
    'error V118 viewer/data/months/2019-03-9-1-00000000.js',
    'error V103 viewer/data/hidden/calls.zip',
    'error V103 viewer/link',
  ]);
  // A rewrite repairs everything except files that do not belong to the viewer.
  await write('bytes');
  expect(await verdicts(listSha256)).toEqual(['error V103 viewer/data/hidden/calls.zip', 'error V103 viewer/link']);
  expect(existsSync(viewer('data/hidden/calls.zip'))).toBe(true);
});

test('a run that was killed anywhere after its announcement leaves bytes that the log contains, and the next one continues', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z')]);
  const { listSha256 } = await write();
  const viewer = (path: string): string => join(folder, 'viewer', path);
  cpSync(viewer(''), join(folder, 'before'), { recursive: true });
  const first = there();
  put('2019/b', [document(2, '2019-03-02T10:00:00Z'), document(3, '2020-03-02T10:00:00Z')]);
  // Not logged: nothing has changed.
  await expect(write('sizes', 'other page', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await verdicts(listSha256, ['2019/a'])).toEqual([]);
  let announced = '';
  let seen: readonly string[] = [];
  await write('sizes', 'other page', async (entry) => {
    announced = entry.listSha256;
    seen = await verdicts([listSha256, announced], ['2019/a']);
    cpSync(viewer('.longplay-tmp-next-files'), join(folder, 'pending'));
  });
  expect(seen.filter((line) => line.startsWith('error'))).toEqual([]);
  const changed = [...there()].filter(([path, sha256]) => path !== 'files.json' && first.get(path) !== sha256).map(([path]) => path);
  cpSync(viewer(''), join(folder, 'after'), { recursive: true });
  // Each file in turn is the first that was not placed.
  for (const last of [...changed, 'files.json']) {
    rmSync(viewer(''), { recursive: true });
    cpSync(join(folder, 'before'), viewer(''), { recursive: true });
    cpSync(join(folder, 'pending'), viewer('.longplay-tmp-next-files'));
    for (const path of changed.slice(0, changed.indexOf(last) < 0 ? changed.length : changed.indexOf(last))) {
      mkdirSync(dirname(viewer(path)), { recursive: true });
      cpSync(join(folder, 'after', path), viewer(path));
    }
    expect((await verdicts([listSha256, announced], ['2019/a'])).filter((line) => line.startsWith('error'))).toEqual([]);
    // The same file does not vouch for content that the log never named.
    expect((await verdicts([listSha256], ['2019/a'])).some((line) => line.startsWith('error'))).toBe(last !== changed[0]);
  }
  expect((await write('sizes', 'other page')).listSha256).toBe(announced);
  expect(await verdicts([listSha256, announced], ['2019/a', '2019/b'])).toEqual([]);
});

test('a viewer that was deleted, or is an older one that the log names, is not an error; a page without a list is', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z')]);
  const { listSha256 } = await write();
  expect(await verdicts([listSha256, 'a'.repeat(64)])).toEqual([]);
  rmSync(join(folder, 'viewer/files.json'));
  expect((await verdicts(listSha256)).at(0)).toBe('error V118 viewer/files.json');
  rmSync(join(folder, 'viewer'), { recursive: true });
  expect(await verdicts(listSha256)).toEqual([]);
});

test('a list that is truncated, of another kind, or names other folders is invalid, and nothing is written through a link', async () => {
  put('2019/a', [document(1, '2019-03-01T10:00:00Z')]);
  const { listSha256 } = await write();
  const list = join(folder, 'viewer/files.json');
  const text = readFileSync(list, 'utf8');
  for (const bad of ['', '{', '[]', '{"format":"longplay-viewer","version":1,"files":[],"bags":{}}', text.slice(0, -9)]) {
    writeFileSync(list, bad);
    expect((await verdicts(listSha256)).at(0), bad).toBe('error V118 viewer/files.json');
  }
  writeFileSync(list, text.replace('"page.css"', '"../../page.css"'));
  expect((await verdicts(listSha256)).filter((line) => line.includes('..'))).toEqual(['error V118 viewer/../../page.css']);
  expect((await write()).listSha256).toBe(listSha256);
  rmSync(join(folder, 'viewer'), { recursive: true });
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'viewer'));
  await expect(write()).rejects.toMatchObject({ code: 'P240' });
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
});
