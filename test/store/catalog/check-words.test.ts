import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import { checkCatalog } from '../../../src/store/catalog/check-catalog.ts';
import { type Db, openDatabase } from '../../../src/store/database/database.ts';
import { plainDocument } from '../../archive/plain-document.ts';
import { builtModule } from '../../built.ts';
import { anybodyReads } from '../../cli/rig.ts';

let folder: string;
let file: string;

beforeEach(() => {
  // Below /tmp itself, because one of the tests reads it as another user.
  folder = mkdtempSync('/tmp/longplay-words-');
  file = join(folder, 'catalog.sqlite');
  const catalog = openCatalog(file);
  catalog.putBag(
    '2019/a',
    [1, 2, 3].map((number) => catalogEntry(plainDocument(number, {}))),
  );
  catalog.settle();
  catalog.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const problems = (): readonly string[] => {
  const check = checkCatalog(file, tmpdir());
  check.close();
  return check.problems;
};
const spoil = (sql: string): void => {
  const db: Db = openDatabase(file, 'examined');
  db.exec(sql);
  db.close();
};
const columns = 'text, keys, agentWords, tagWords, labels';
const wrong = ['its word index does not match its recordings: a search may miss some'];

test('a word index that matches the recordings is valid, and the check changes neither bytes nor time of the catalog', () => {
  const before = [readFileSync(file).toString('hex'), statSync(file).mtimeMs, readdirSync(folder)];
  expect(problems()).toEqual([]);
  expect([readFileSync(file).toString('hex'), statSync(file).mtimeMs, readdirSync(folder)]).toEqual(before);
});

test('an empty index, one without one recording, or one with an additional word is reported', () => {
  const sound = readFileSync(file);
  for (const sql of [
    "INSERT INTO recording_text(recording_text) VALUES ('delete-all')",
    `INSERT INTO recording_text(recording_text, rowid, ${columns}) SELECT 'delete', place, ${columns} FROM recording ORDER BY place LIMIT 1`,
    `INSERT INTO recording_text(rowid, ${columns}) SELECT min(place), 'fraud', '', '', '', '' FROM recording`,
  ]) {
    spoil(sql);
    expect([sql, problems()]).toEqual([sql, wrong]);
    rmSync(file);
    writeFileSync(file, sound);
  }
});

test.skipIf(!anybodyReads)('a read-only catalog is checked in a copy, which is removed', () => {
  const script = `const { checkCatalog } = await import(${JSON.stringify(builtModule('src/store/catalog/check-catalog.ts'))});
    const check = checkCatalog(process.argv[1], process.argv[2]);
    check.close();
    console.log(JSON.stringify([check.wordsUnchecked, check.problems]));`;
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  // Root may write read-only files, so another user checks.
  const nobody = { uid: 65_534, gid: 65_534 };
  const other = process.geteuid?.() === 0 ? nobody : {};
  if (process.geteuid?.() === 0) chownSync(temporary, nobody.uid, nobody.gid);
  const look = (): unknown =>
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script, file, temporary], { ...other, cwd: '/', encoding: 'utf8' }));
  chmodSync(folder, 0o755);
  chmodSync(file, 0o444);
  expect(look()).toEqual([null, []]);
  chmodSync(file, 0o644);
  spoil("INSERT INTO recording_text(recording_text) VALUES ('delete-all')");
  chmodSync(file, 0o444);
  expect(look()).toEqual([null, wrong]);
  expect(readdirSync(temporary)).toEqual([]);
});
