import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import { checkCatalog, isCatalogOpen } from '../../../src/store/catalog/check-catalog.ts';
import { catalogVersion } from '../../../src/store/catalog/schema.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { openCatalogForCheck } from '../../../src/verify/bags/open-catalog.ts';
import { plainDocument } from '../../archive/plain-document.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-schema-'));
  file = join(folder, 'catalog.sqlite');
  const catalog = openCatalog(file);
  catalog.putBag('2019/a', [catalogEntry(plainDocument(1, {}))]);
  catalog.settle();
  catalog.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const spoil = (sql: string): void => {
  const db = openDatabase(file, 'examined');
  db.exec(sql);
  db.close();
};
const problems = (): readonly string[] => {
  const check = checkCatalog(file, tmpdir());
  check.close();
  return check.problems;
};

test('objects that somebody added to a catalog are reported by a check, and the catalog is not opened', () => {
  const sound = readFileSync(file);
  expect(problems()).toEqual([]);
  for (const [sql, told] of [
    ["CREATE TRIGGER planted AFTER DELETE ON bag BEGIN UPDATE recording SET text = 'x'; END", 'contains 1 trigger that longplay does not create'],
    [
      'DROP TRIGGER recording_added; CREATE TRIGGER recording_added AFTER INSERT ON recording BEGIN SELECT 1; END',
      'contains 1 trigger that longplay does not create',
    ],
    [
      'CREATE VIEW planted AS SELECT 1; CREATE TABLE beside (a); CREATE INDEX one ON bag(recordings)',
      'contains 1 view, 1 table, 1 index that longplay does not create',
    ],
    ['DROP TRIGGER recording_removed', 'lacks one of its two triggers'],
    [
      'DROP TABLE media; CREATE VIEW media AS SELECT place, text AS list FROM recording',
      'contains 1 view that longplay does not create and lacks 1 of its tables',
    ],
  ] as const) {
    spoil(sql);
    expect([sql, problems()]).toEqual([sql, [`it ${told}`]]);
    expect(() => openCatalog(file)).toThrow(`catalog.sqlite ${told}; it was not queried`);
    // A verification does not read a file that seems to be open.
    expect(isCatalogOpen(file)).toBe(false);
    rmSync(file);
    writeFileSync(file, sound);
  }
});

test('statistics of SQLite and a bag that must be read again are not such objects', () => {
  spoil('ANALYZE');
  const catalog = openCatalog(file);
  catalog.putBag('2019/b', [catalogEntry(plainDocument(2, {}))], { isWhole: false });
  catalog.close();
  expect(problems()).toEqual([]);
});

test('a catalog of another version that is rebuilt keeps neither trigger nor view of it', () => {
  spoil(
    `DROP TABLE media; CREATE VIEW media AS SELECT 1; CREATE TRIGGER "a""b" AFTER DELETE ON bag BEGIN SELECT 1; END; PRAGMA user_version = ${catalogVersion - 1}`,
  );
  const catalog = openCatalog(file);
  expect(catalog.fresh).toBe(true);
  catalog.settle();
  catalog.close();
  expect(problems()).toEqual([]);
});

const archive = () => ({ dir: folder, id: 'a', page: null, isBeingSealed: false, trouble: null });
const reading = { temporary: tmpdir(), standing: new Set(['2019/a']), key: null, keyless: null, seen: null };

test('a temporary folder that cannot hold a copy is reported by its name, and nothing is reported against the catalog', async () => {
  const here = await openCatalogForCheck(archive(), { ...reading, temporary: join(folder, 'full') });
  expect(here.contents?.bags()).toEqual(['2019/a']);
  here.close();
  expect(here.verdicts).toEqual([expect.objectContaining({ verdict: 'unreachable', code: 'P152', path: join(folder, 'full') })]);
  expect(here.verdicts[0]?.message).toMatch(/can be made in .*full: ENOENT$/);
});

test('a catalog that lists bags which are neither in the archive nor in its log is reported', async () => {
  const verdicts = async (standing: ReadonlySet<string> | null): Promise<readonly string[]> => {
    const here = await openCatalogForCheck(archive(), { ...reading, standing });
    here.close();
    return here.verdicts.map(({ code, message }) => `${code} ${message.split(',')[0]}`);
  };
  expect(await verdicts(new Set(['2020/other']))).toEqual(['V106 it lists 1 bag']);
  expect(await verdicts(new Set(['2019/a']))).toEqual([]);
  expect(await verdicts(null)).toEqual([]);
  // One that landed since the log was read.
  mkdirSync(join(folder, 'bags/2019/a'), { recursive: true });
  expect(await verdicts(new Set())).toEqual([]);
});

test('rows whose bag or recording the catalog does not have are reported: no comparison with a bag would find them', () => {
  for (const sql of ["DELETE FROM bag WHERE name = '2019/a'", "UPDATE recording SET bag = '2019/none'", 'DELETE FROM recording']) {
    const sound = readFileSync(file);
    spoil(`PRAGMA foreign_keys = OFF; ${sql}`);
    expect([sql, problems()]).toEqual([sql, [expect.stringMatching(/^\d+ rows? of it names? a bag or recording that it does not have$/)]]);
    writeFileSync(file, sound);
  }
});
