import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db, Driver } from '../../../src/store/database/driver.ts';

// One exercise for every driver: its results are compared, so it contains nothing that differs between versions of SQLite.

/** Code of the error that a function throws; `none` if it throws none. */
function codeOf(driver: Driver, work: () => unknown): string | null {
  try {
    work();
    return 'none';
  } catch (error) {
    return driver.codeOf(error);
  }
}

/** The result code without extensions of a single library, e.g. `SQLITE_BUSY` of `SQLITE_BUSY_SNAPSHOT`. */
const primary = (code: string | null): string | null => code?.split('_').slice(0, 2).join('_') ?? null;

/** Texts, numbers at the limits of their types, blobs and NULL, written and read back in every form of rows. */
function values(db: Db): unknown {
  db.exec('CREATE TABLE kinds (id INTEGER PRIMARY KEY, value)');
  const insert = db.prepare('INSERT INTO kinds (value) VALUES (?)');
  const written = [
    null,
    0,
    -1.5,
    2 ** 53,
    9_223_372_036_854_775_807n,
    -9_223_372_036_854_775_808n,
    '',
    'Åsa 😀',
    Uint8Array.of(),
    Uint8Array.of(0, 1, 255),
  ];
  const changes = written.map((value) => insert.run(value).changes);
  const shown = (value: unknown): unknown =>
    value instanceof Uint8Array ? { blob: [...value] } : typeof value === 'bigint' ? { integer: String(value) } : value;
  const of = (sql: string): unknown[] => db.prepare(sql).safeIntegers().pluck().all().map(shown);
  const types = db.prepare('SELECT typeof(value) FROM kinds ORDER BY id').pluck().all();
  const rows = db.prepare('SELECT id, value FROM kinds WHERE id < 4 ORDER BY id');
  return {
    changes,
    types,
    values: of('SELECT value FROM kinds ORDER BY id'),
    objects: rows.all().map((row) => ({ ...(row as object) })),
    arrays: [...db.prepare('SELECT id, value FROM kinds WHERE id < 4 ORDER BY id').raw().iterate()],
    named: { ...(db.prepare('SELECT count(*) AS n, max(id) AS last FROM kinds').get() as object) },
    nothing: db.prepare('SELECT 1 FROM kinds WHERE id = ?').get(99) ?? 'undefined',
    version: db.pragma('user_version', { simple: true }),
    table: (db.pragma('table_info(kinds)') as { readonly name: string }[]).map(({ name }) => name),
  };
}

/** Transactions that succeed, that fail within another one, and that fail as a whole. */
function transactions(db: Db): unknown {
  db.exec('CREATE TABLE sums (n INTEGER UNIQUE)');
  const add = db.prepare('INSERT INTO sums VALUES (?)');
  const both = db.transaction((a: number, b: number) => {
    add.run(a);
    add.run(b);
    return a + b;
  });
  const outcomes: unknown[] = [both(1, 2), both.immediate(3, 4)];
  const tried = (work: () => unknown): void => {
    try {
      outcomes.push(work());
    } catch (error) {
      outcomes.push((error as Error).message.includes('UNIQUE') ? 'refused' : (error as Error).message);
    }
  };
  tried(() => both(5, 1));
  tried(() =>
    db.transaction(() => {
      add.run(6);
      tried(() => both(7, 1));
      add.run(8);
      return 'the rest is kept';
    })(),
  );
  tried(() =>
    db.transaction(() => {
      both(9, 10);
      throw new Error('nothing is kept');
    })(),
  );
  return { outcomes, kept: db.prepare('SELECT n FROM sums ORDER BY n').pluck().all() };
}

/** Errors by class: of a statement, a key, a lock, a full and a read-only database. */
function errors(driver: Driver, db: Db, file: string, key: Uint8Array | null): unknown {
  db.exec('CREATE TABLE keyed (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL)');
  db.exec("INSERT INTO keyed VALUES (1, 'a')");
  const other = driver.open(file, { readonly: false, key });
  const reader = driver.open(file, { readonly: true, key });
  try {
    other.pragma('busy_timeout = 0');
    const code = (work: () => unknown): string | null => codeOf(driver, work);
    const locked = db.transaction(() => {
      db.exec("INSERT INTO keyed VALUES (2, 'b')");
      return primary(code(() => other.exec("INSERT INTO keyed VALUES (3, 'c')")));
    })();
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages}`);
    const full = code(() => db.prepare('INSERT INTO keyed VALUES (?, ?)').run(4, 'x'.repeat(100_000)));
    db.pragma('max_page_count = 1000000');
    return {
      statement: code(() => db.prepare('SELECT nothing FROM nowhere')),
      unique: code(() => db.exec("INSERT INTO keyed VALUES (5, 'a')")),
      key: code(() => db.exec("INSERT INTO keyed VALUES (1, 'z')")),
      null: primary(code(() => db.exec('INSERT INTO keyed VALUES (6, NULL)'))),
      locked,
      full,
      readonly: primary(code(() => reader.exec("INSERT INTO keyed VALUES (7, 'g')"))),
      other: code(() => {
        throw new Error('not of SQLite');
      }),
      kept: db.prepare('SELECT id FROM keyed ORDER BY id').pluck().all(),
    };
  } finally {
    other.close();
    reader.close();
  }
}

/** Result of reading a file: rows, or the code of its error. */
function reading(driver: Driver, file: string, key: Uint8Array | null): unknown {
  let db: Db | undefined;
  try {
    db = driver.open(file, { readonly: true, key });
    return db.prepare('SELECT count(*) FROM kinds').pluck().get();
  } catch (error) {
    return primary(driver.codeOf(error));
  } finally {
    db?.close();
  }
}

/** Content of an archive's catalog: the rows of each table, and which recordings the word index finds. */
function catalogOf(driver: Driver, file: string): unknown {
  const db = driver.open(file, { readonly: true, key: null });
  try {
    const names = db
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
      .pluck()
      .all();
    const tables = names.map((name) => {
      const rows = db.prepare<[], unknown[]>(`SELECT * FROM "${name}"`).raw().safeIntegers().all();
      const shown = rows.map((row) =>
        row.map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : cell === null ? null : String(cell))),
      );
      return [name, rows.length, createHash('sha256').update(JSON.stringify(shown)).digest('hex')];
    });
    const search = db.prepare<[string], number>('SELECT rowid FROM recording_text WHERE recording_text MATCH ? ORDER BY rowid').pluck();
    return { tables, found: [...'0123456789'].flatMap((digit) => search.all(`"${digit}"*`)) };
  } finally {
    db.close();
  }
}

/** SQLite's default. */
const pageBytes = 4096;

/** Runs the exercise in a folder, and reads a catalog that is not encrypted. Returns only what can be written as JSON. @param key of the files of the exercise; null: they are not encrypted */
export function exercise(driver: Driver, folder: string, catalog: string, key: Uint8Array | null): unknown {
  const file = join(folder, 'exercise.sqlite');
  const db = driver.open(file, { readonly: false, key });
  const found = { values: values(db), transactions: transactions(db), errors: errors(driver, db, file, key) };
  db.exec("CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'unicode61'); INSERT INTO words VALUES ('Åsa confirms'), ('nothing');");
  const search = db.prepare("SELECT rowid FROM words WHERE words MATCH 'asa*'").pluck().all();
  db.close();
  const closed = db.open;
  const bytes = readFileSync(file);
  const damaged = join(folder, 'damaged.sqlite');
  // The first page stays, all later pages are filled with one byte.
  writeFileSync(damaged, Buffer.concat([bytes.subarray(0, pageBytes), Buffer.alloc(bytes.length - pageBytes, 0x5a)]));
  const strange = join(folder, 'strange.sqlite');
  writeFileSync(strange, 'no database at all '.repeat(300));
  const copy = join(folder, 'copy.sqlite');
  copyFileSync(file, copy);
  return {
    ...found,
    search,
    closed,
    whole: reading(driver, copy, key),
    damaged: reading(driver, damaged, key),
    strange: reading(driver, strange, key),
    catalog: catalogOf(driver, catalog),
  };
}
