import type { Db } from './database.ts';

/** A table that `sortRows` makes. */
export interface SortedTable {
  readonly name: string;
  /** Columns, as in CREATE TABLE. */
  readonly columns: string;
  /** Columns of its primary key, by which the rows are sorted. */
  readonly key: string;
  /** SELECT of these columns for the rows of one part, with the part's values as parameters. */
  readonly select: string;
}

/** Most tables that one statement merges; SQLite allows 500 (SQLITE_MAX_COMPOUND_SELECT). */
const mostMerged = 64;

/**
 * Sorts rows of a scratch file into a new table. SQLite would sort all of them in memory: its own temporary files would hold plaintext, so scratch files keep
 * them in memory (`openDatabase`). Here it sorts one part at a time, and merges the sorted parts, which needs no memory (a compound SELECT with ORDER BY whose
 * terms are in order is a merge: https://www.sqlite.org/eqp.html, section 1.4).
 * @param parts parameters of `select` for each part; together the parts have each row once
 */
export function sortRows(db: Db, { name, columns, key, select }: SortedTable, parts: readonly (readonly (number | string)[])[]): void {
  let made = 0;
  const run = (from: string, values: readonly (number | string)[]): string => {
    const table = `${name}_${made++}`;
    db.exec(`CREATE TABLE ${table} (${columns}, PRIMARY KEY (${key})) WITHOUT ROWID`);
    db.prepare(`INSERT INTO ${table} ${from} ORDER BY ${key}`).run(...values);
    return table;
  };
  let runs = parts.map((values) => run(select, values));
  if (runs.length === 0) db.exec(`CREATE TABLE ${name} (${columns}, PRIMARY KEY (${key})) WITHOUT ROWID`);
  while (runs.length > 1) {
    const merged: string[] = [];
    for (let at = 0; at < runs.length; at += mostMerged) {
      const some = runs.slice(at, at + mostMerged);
      merged.push(run(some.map((table) => `SELECT * FROM ${table}`).join(' UNION ALL '), []));
      for (const table of some) db.exec(`DROP TABLE ${table}`);
    }
    runs = merged;
  }
  for (const table of runs) db.exec(`ALTER TABLE ${table} RENAME TO ${name}`);
}
