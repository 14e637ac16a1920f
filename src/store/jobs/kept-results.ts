import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namingFile, openScratch } from '../database/database.ts';

/** What was made before it is asked for, on disk: memory stays flat however much of it there is. */
export interface KeptResults {
  /** Once per id. @param result what JSON can carry */
  put(id: string, result: unknown): void;
  /** Writes all to the file, so that reading them needs no more room. */
  settle(): void;
  /** As it was put, or null. After `settle`. */
  get(id: string): unknown;
  /** Whether `get` has it. After `settle`. */
  has(id: string): boolean;
  close(): void;
}

/** None yet, in a folder for temporary files; `close` deletes it. */
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
