/** A value that SQLite accepts. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A prepared statement. It returns objects keyed by column name, unless `raw` or `pluck` was called. */
export interface Statement<Bind extends unknown[], Row> {
  /** Runs a statement that returns no rows. */
  run(...values: Bind): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: Bind): Row | undefined;
  all(...values: Bind): Row[];
  iterate(...values: Bind): IterableIterator<Row>;
  /** Makes the statement return rows as arrays, in column order. */
  raw(): this;
  /** Makes the statement return only the value of the first column. */
  pluck(): this;
  /** Makes the statement return whole numbers as bigint. */
  safeIntegers(): this;
}

/** A function in a transaction, which is rolled back if it throws. */
export interface Transaction<Work extends (...given: never[]) => unknown> {
  (...given: Parameters<Work>): ReturnType<Work>;
  /** Runs the function in a transaction that takes the write lock before it reads. */
  immediate(...given: Parameters<Work>): ReturnType<Work>;
}

/** An open SQLite database, whichever library opened it: the part of better-sqlite3's interface that longplay uses. */
export interface Db {
  readonly open: boolean;
  prepare<Bind extends unknown[] = unknown[], Row = unknown>(sql: string): Statement<Bind, Row>;
  exec(sql: string): unknown;
  /** Runs a pragma. Returns the first value of the first row with `simple`, else all rows. */
  pragma(text: string, options?: { readonly simple?: boolean }): unknown;
  transaction<Work extends (...given: never[]) => unknown>(work: Work): Transaction<Work>;
  /** Makes all statements prepared from now on return whole numbers as bigint. */
  defaultSafeIntegers(on: boolean): unknown;
  close(): unknown;
}

/** A library that opens SQLite files. */
export interface Driver {
  /** Display name with version. */
  readonly name: string;
  /** True if the library can encrypt files. */
  readonly encrypts: boolean;
  /** @param use key: 32 bytes; null: the file is not encrypted. A wrong key makes the first query fail (SQLITE_NOTADB). */
  open(file: string, use: { readonly readonly: boolean; readonly key: Uint8Array | null }): Db;
  /** Rewrites every page of a closed file under another key, in one transaction; null: unencrypted. Only for a library that encrypts. */
  rekey(file: string, from: Uint8Array | null, to: Uint8Array | null): void;
  /** Returns the name of SQLite's extended result code, e.g. SQLITE_CONSTRAINT_UNIQUE; null if the error is not SQLite's. */
  codeOf(error: unknown): string | null;
}
