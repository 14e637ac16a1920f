import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Db, openDatabase } from '../../../src/store/database/database.ts';
import { type Rig, root } from '../rig.ts';

const wav = readFileSync(join(root, 'samples/asterisk-normal/monitor/2025/10/26/in-1001-46701740605-20251026-022957-pbx1-1761438596.0.wav'));

/** Writes a source of three calls whose table has a row that cannot be read, and mappings in a wrong and in the right zone. */
export function writeSource(rig: Rig): void {
  mkdirSync(rig.path('source'));
  const rows = [0, 1, 2].map((at) => `c${at},2024-05-02 09:0${at}:00,+1555010${at},1001,${at}.wav`);
  const unread = `c8,"2024-05-02 09:08:00,+15550108,1001,8.wav`;
  writeFileSync(rig.path('source/calls.csv'), `${['id,start,from,to,file', ...rows, unread].join('\n')}\n`);
  for (const at of [0, 1, 2]) writeFileSync(rig.path(`source/${at}.wav`), Buffer.concat([wav, Buffer.alloc(2 * at)]));
  for (const [name, zone] of [
    ['wrong.toml', 'America/New_York'],
    ['right.toml', 'Europe/Stockholm'],
  ] as const) {
    const lines = ['[source]', 'name = "Logger"', `zone = "${zone}"`, '[table]', 'files = "calls.csv"', '[columns]', 'key = "id"'];
    const columns = ['start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }', 'caller = "from"', 'callee = "to"', '[join]', 'column = "file"'];
    writeFileSync(rig.path(name), `${[...lines, ...columns].join('\n')}\n`);
  }
}

/** Imports the source in the wrong zone and amends it, so that every table of the catalog has rows. @param more options of the first import */
export async function importAmended(rig: Rig, run: (args: readonly string[]) => ReturnType<Rig['run']>, more: readonly string[] = []): Promise<void> {
  writeSource(rig);
  // Accepting nothing: the row that cannot be read is wanted.
  for (const args of [
    ['import', 'source', '--into', 'archive', '--mapping', 'wrong.toml', ...more],
    ['import', 'source', '--into', 'archive', '--mapping', 'right.toml', '--amend'],
  ]) {
    const { code, stdout, stderr } = await run(args);
    expect([0, 3], stdout + stderr).toContain(code);
  }
}

/** A column of a table in which rows are stored: tables of SQLite itself and virtual tables, whose rows are stored in others, are excluded. */
export interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** Returns all columns of a catalog. */
export function columnsOf(db: Db): Column[] {
  return db
    .prepare<[], Column>(
      `SELECT m.name AS "table", c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid`,
    )
    .all();
}

/** Runs work on a catalog in place of longplay, without enforcing references. */
export function tamper(file: string, key: Uint8Array | null, work: (db: Db) => void): void {
  const db = openDatabase(file, 'examined', key);
  try {
    db.pragma('foreign_keys = OFF');
    // better-sqlite3 protects the tables of FTS5 until it is told not to.
    (db as Db & { readonly unsafeMode?: () => void }).unsafeMode?.();
    work(db);
  } finally {
    db.close();
  }
}

/** Changes one cell of a column to another value of its type. @param pick chooses the row, from 0 to below 1 */
export function changeCell(db: Db, { table, name, type }: Column, pick = 0): void {
  const keys = db.prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`).all();
  const columns = keys.length === 0 ? ['rowid'] : keys.map((key) => `"${key.name}"`);
  const rows = db
    .prepare<[], (string | number | bigint | Uint8Array | null)[]>(`SELECT ${columns.join(', ')} FROM "${table}" ORDER BY ${columns.join(', ')}`)
    .safeIntegers()
    .raw()
    .all();
  const row = rows[Math.floor(pick * rows.length)] ?? [];
  const where = columns.map((column) => `${column} IS ?`).join(' AND ');
  db.prepare(`UPDATE "${table}" SET "${name}" = ${changed(`"${name}"`, type)} WHERE ${where}`).run(...row);
}

/** Returns SQL of a value that differs from that of a column. */
function changed(column: string, type: string): string {
  if (type === 'BLOB') return `zeroblob(length(${column}) + 1)`;
  if (type === '')
    return `CASE typeof(${column}) WHEN 'integer' THEN ${column} + 1 WHEN 'blob' THEN CAST(${column} || 'x' AS BLOB) ELSE ${column} || 'x' END`;
  if (type === 'REAL') return `coalesce(${column} + 1, 1)`;
  if (type === 'INTEGER') return `coalesce(${column} + 1000003, 1)`;
  return `coalesce(${column}, '') || 'x'`;
}
