import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDamaged, leaveWal, openDatabase, openScratch, rekeyDatabase } from '../../../src/store/database/database.ts';
import { keyFit, writeVersion } from '../../../src/store/database/database-key.ts';

let folder: string;
let file: string;
const key = createHash('sha256').update('a key').digest();
const other = createHash('sha256').update('another key').digest();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-encrypted-'));
  file = join(folder, 'catalog.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

const word = 'Sjöblom-4711';

/** True if a file of the folder contains the word unencrypted. */
const isReadable = (): boolean => readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(word));

/** Creates a file of several pages with rows and a word index. @param rows with random bytes, which do not compress */
function fill(under: Uint8Array | null, rows = 300): ReturnType<typeof openDatabase> {
  const db = openDatabase(file, 'derived', under);
  db.exec('CREATE TABLE call (id INTEGER PRIMARY KEY, name TEXT NOT NULL); CREATE VIRTUAL TABLE words USING fts5(name)');
  const insert = [db.prepare('INSERT INTO call(name) VALUES (?)'), db.prepare('INSERT INTO words(name) VALUES (?)')];
  db.transaction(() => {
    for (let row = 0; row < rows; row++) for (const each of insert) each.run(`${word} ${randomBytes(60).toString('hex')}`);
  })();
  return db;
}

const countIn = (under: Uint8Array | null): unknown => {
  const db = openDatabase(file, 'readonly', under);
  try {
    return db.prepare('SELECT count(*) FROM call').pluck().get();
  } finally {
    db.close();
  }
};

test('nothing of an encrypted file is readable while it is open, in its write-ahead log, and when it is closed', () => {
  const open = fill(null);
  expect(isReadable()).toBe(true);
  open.close();
  rmSync(file);
  const db = fill(key);
  expect(existsSync(`${file}-wal`)).toBe(true);
  expect(isReadable()).toBe(false);
  // Sorting spills to a file of SQLite's own unless that is disabled.
  expect(db.pragma('temp_store', { simple: true })).toBe(2);
  leaveWal(db);
  db.exec('BEGIN; UPDATE call SET name = name || name');
  expect(existsSync(`${file}-journal`)).toBe(true);
  expect(isReadable()).toBe(false);
  db.exec('COMMIT');
  db.close();
  expect(isReadable()).toBe(false);
  expect(countIn(key)).toBe(300);
});

test('no key, another key and an open file are distinguished from damage', () => {
  fill(key).close();
  const refused = (fit: string, under: Uint8Array | null, says: RegExp): void => {
    expect(keyFit(file, under)).toBe(fit);
    for (const use of ['readonly', 'derived', 'examined'] as const)
      expect(() => openDatabase(file, use, under)).toThrow(expect.objectContaining({ code: 'A194', message: expect.stringMatching(says) }));
  };
  refused('other', null, /is encrypted, and its key was not given/);
  refused('other', other, /is encrypted with another key/);
  expect(keyFit(file, key)).toBe('fits');
  rmSync(file);
  fill(null).close();
  refused('open', key, /is not encrypted/);
  writeFileSync(file, 'neither of both '.repeat(1_000));
  expect([keyFit(file, key), keyFit(file, null), writeVersion(file)]).toEqual(['unknown', 'unknown', null]);
  expect(() => openDatabase(file, 'derived', key)).toThrow(expect.objectContaining({ code: 'A190' }));
});

test('one changed bit of any page is damage, including the first page', () => {
  const db = fill(key);
  leaveWal(db);
  db.close();
  const bytes = readFileSync(file);
  const checked = (): unknown => {
    let examined: ReturnType<typeof openDatabase> | null = null;
    try {
      examined = openDatabase(file, 'examined', key);
      examined.prepare('SELECT count(*), max(name) FROM call').get();
      return examined.pragma('integrity_check', { simple: true });
    } catch (error) {
      return isDamaged(error) ? 'damaged' : error instanceof Error && 'code' in error ? error.code : error;
    } finally {
      examined?.close();
    }
  };
  expect(checked()).toBe('ok');
  for (let page = 0; page * 4096 < bytes.length; page++) {
    const at = page * 4096 + 2_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    // SQLite's name for a first page that it cannot read; the salt in front of it shows that the key fits.
    expect([page, checked()]).toEqual([page, page === 0 ? 'SQLITE_NOTADB' : expect.not.stringMatching(/^ok$/)]);
    expect(keyFit(file, key)).toBe('fits');
    bytes[at] ^= 1;
  }
});

test('a file is encrypted under another key, decrypted and encrypted again, with all of its rows', () => {
  fill(null).close();
  rekeyDatabase(file, null, key);
  expect([isReadable(), countIn(key), keyFit(file, key)]).toEqual([false, 300, 'fits']);
  rekeyDatabase(file, key, other);
  expect([isReadable(), countIn(other), keyFit(file, key), keyFit(file, other)]).toEqual([false, 300, 'other', 'fits']);
  expect(() => rekeyDatabase(file, key, null)).toThrow(expect.objectContaining({ code: 'A194' }));
  rekeyDatabase(file, other, null);
  expect([isReadable(), countIn(null)]).toEqual([true, 300]);
});

test('a scratch file is encrypted with a key of this process, and two files with the same content share no page', () => {
  const names = ['one.sqlite', 'two.sqlite'];
  const pages = names.map((name) => {
    const db = openScratch(join(folder, name), 'CREATE TABLE line (text TEXT)');
    for (let row = 0; row < 500; row++) db.prepare('INSERT INTO line VALUES (?)').run(`${word} ${'x'.repeat(1_000)}`);
    db.close();
    const bytes = readFileSync(join(folder, name));
    expect(bytes.length % 16_384).toBe(0);
    return Array.from({ length: bytes.length / 16_384 }, (_, page) =>
      bytes.toString('latin1', page * 16_384 + (page === 0 ? 100 : 0), (page + 1) * 16_384),
    );
  });
  expect(isReadable()).toBe(false);
  expect(new Set(pages.flat()).size).toBe(pages.flat().length);
  expect(() => openDatabase(join(folder, 'one.sqlite'), 'readonly')).toThrow(expect.objectContaining({ code: 'A194' }));
});

test('a key of another size is a bug, and no file is made', () => {
  expect(() => openDatabase(file, 'derived', new Uint8Array(31))).toThrow();
  expect(existsSync(file)).toBe(false);
});
