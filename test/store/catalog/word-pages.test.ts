import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasAllPages } from '../../../src/store/catalog/word-pages.ts';
import { type Db, openDatabase } from '../../../src/store/database/database.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-words-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes an index of many words in the course of insertions, deletions and merges. @param each called after every step */
function filled(file: string, each: (db: Db) => void): Db {
  const db = openDatabase(file, 'derived');
  db.exec("CREATE VIRTUAL TABLE recording_text USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')");
  const insert = db.prepare('INSERT INTO recording_text(rowid, text) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM recording_text WHERE rowid = ?');
  for (let step = 0; step < 40; step++) {
    db.exec('BEGIN');
    for (let at = 0; at < 100; at++) {
      const words = [1, 7, 31].map((factor) => `w${((step * 100 + at) * factor * 48_271) % 99_991}`);
      insert.run(step * 100 + at + 1, `common ${words.join(' ')}`);
    }
    for (let at = 0; step > 3 && at < 30; at++) remove.run((step - 3) * 100 + at * 3 + 1);
    db.exec('COMMIT');
    each(db);
  }
  return db;
}

test('every state of a sound index leads to all of its pages; without any of its rows, or with another one, it does not', () => {
  let states = 0;
  const db = filled(join(folder, 'words.sqlite'), (now) => {
    expect(hasAllPages(now, 'recording_text')).toBe(true);
    states++;
  });
  db.exec("INSERT INTO recording_text(recording_text, rank) VALUES ('merge', -16)");
  expect([states, hasAllPages(db, 'recording_text')]).toEqual([40, true]);
  db.exec("INSERT INTO recording_text(recording_text) VALUES ('optimize')");
  expect(hasAllPages(db, 'recording_text')).toBe(true);
  // better-sqlite3 protects the tables of FTS5 until it is told not to.
  (db as Db & { readonly unsafeMode?: () => void }).unsafeMode?.();
  const rows = db.prepare<[], { segid: number; pgno: number }>('SELECT segid, pgno FROM recording_text_idx ORDER BY term').all();
  expect(rows.length).toBeGreaterThan(10);
  const afterwards = (change: string): boolean => {
    db.exec(`BEGIN; ${change}`);
    try {
      return hasAllPages(db, 'recording_text');
    } finally {
      db.exec('ROLLBACK');
    }
  };
  // Without the row of the first leaf every word is still found: FTS5 reads the segment from its beginning.
  db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'recording_text', 'row')");
  const words = db.prepare<[], { term: string; doc: number }>('SELECT term, doc FROM temp.words').all();
  const missed = (): number => {
    const found = db.prepare<[string], { count: number }>('SELECT count(*) AS count FROM recording_text WHERE recording_text MATCH ?');
    return words.filter(({ term, doc }) => found.get(term)?.count !== doc).length;
  };
  db.exec(`BEGIN; DELETE FROM recording_text_idx WHERE pgno = ${rows[0]?.pgno}`);
  expect([words.length > 5_000, missed(), hasAllPages(db, 'recording_text')]).toEqual([true, 0, true]);
  db.exec(`ROLLBACK; BEGIN; DELETE FROM recording_text_idx WHERE pgno = ${rows[1]?.pgno}`);
  expect(missed()).toBeGreaterThan(0);
  db.exec('ROLLBACK');
  for (const { pgno } of rows.slice(1)) expect(afterwards(`DELETE FROM recording_text_idx WHERE pgno = ${pgno}`)).toBe(false);
  const [first, second, third] = rows.map(({ pgno }) => pgno);
  for (const change of [
    'DELETE FROM recording_text_idx',
    "UPDATE recording_text_idx SET segid = segid || 'x'",
    'UPDATE recording_text_idx SET segid = segid + 1',
    `UPDATE recording_text_idx SET pgno = ${second} WHERE pgno = ${first}`,
    `UPDATE recording_text_idx SET term = CAST(term AS TEXT) WHERE pgno = ${third}`,
    `UPDATE recording_text_idx SET term = x'30' WHERE pgno = ${third}`,
    `UPDATE recording_text_idx SET pgno = ${second} WHERE pgno = ${third}`,
    `INSERT INTO recording_text_idx SELECT segid, term || 'a', ${rows.at(-1)?.pgno} FROM recording_text_idx WHERE pgno = ${first}`,
  ])
    expect([change, afterwards(change)]).toEqual([change, false]);
  db.close();
});
