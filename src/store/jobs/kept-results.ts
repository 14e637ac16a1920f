import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namingFile, openScratch } from '../database/database.ts';

/** On-disk store of results that were computed ahead of use, so that memory stays constant. */
export interface KeptResults {
  /** Stores a result, once per id. @param result a JSON value */
  put(id: string, result: unknown): void;
  /** Writes everything to the file, so that later reads need no more disk space. */
  settle(): void;
  /** Returns the stored result, or null. Call after `settle`. */
  get(id: string): unknown;
  /** Returns true if `get` has a result. Call after `settle`. */
  has(id: string): boolean;
  close(): void;
}

/** Opens an empty store in a folder for temporary files; `close` deletes it. */
export function openKeptResults(folder: string): KeptResults {
  const file = join(folder, 'results.sqlite');
  rmSync(file, { force: true });
  const db = openScratch(file, 'CREATE TABLE result (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID, STRICT; BEGIN');
  const insert = db.prepare('INSERT INTO result(id, text) VALUES (?, ?)');
  const select = db.prepare<[string], string>('SELECT text FROM result WHERE id = ?').pluck();
  const knows = db.prepare<[string], number>('SELECT 1 FROM result WHERE id = ?').pluck();
  return namingFile(file, {
    put: (id, result) => {
      insert.run(id, JSON.stringify(result));
    },
    settle: () => {
      db.exec('COMMIT');
    },
    get: (id) => {
      const text = select.get(id);
      return text === undefined ? null : JSON.parse(text);
    },
    has: (id) => knows.get(id) !== undefined,
    close: () => {
      db.close();
      rmSync(file, { force: true });
    },
  });
}
