import { createKeyFilter } from '../../core/base/key-filter.ts';
import type { Db } from '../database/database.ts';

/** Ids of a source, each with a text, in a table of a scratch file. */
export interface Ids {
  /** Adds an id with its text. Changes nothing and returns false if the id was added before. */
  add(id: string, text: string): boolean;
  /** Returns the text of an id; null if the id was not added. */
  get(id: string): string | null;
}

/** Number of ids that wait in memory. Sorted, they go into the table in a tenth of the time that they take in their random order. */
const waitingMost = 8_192;
/** Number of ids that one statement inserts. */
const together = 64;

/** Creates a table of ids. @param name name of the table */
export function createIds(db: Db, name: string): Ids {
  db.exec(`CREATE TABLE ${name} (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID, STRICT`);
  const insertRows = (rows: number) => db.prepare(`INSERT INTO ${name}(id, text) VALUES ${Array(rows).fill('(?, ?)').join(', ')}`);
  const [insert, insertAll] = [insertRows(1), insertRows(together)];
  const textOf = db.prepare<[string], string>(`SELECT text FROM ${name} WHERE id = ?`).pluck();
  /** Nearly every recording has an id of its own, and the filter tells that without a search. */
  const filter = createKeyFilter();
  let waiting = new Map<string, string>();
  const get = (id: string): string | null => (filter.mayHave(id) ? (waiting.get(id) ?? textOf.get(id) ?? null) : null);
  const flush = (): void => {
    const rows = [...waiting.keys()].sort().map((id) => [id, waiting.get(id) ?? '']);
    const whole = rows.length - (rows.length % together);
    for (let at = 0; at < whole; at += together) insertAll.run(...rows.slice(at, at + together).flat());
    for (const row of rows.slice(whole)) insert.run(...row);
    waiting = new Map();
  };
  return {
    add: (id, text) => {
      if (get(id) !== null) return false;
      filter.add(id);
      waiting.set(id, text);
      if (waiting.size >= waitingMost) flush();
      return true;
    },
    get,
  };
}
