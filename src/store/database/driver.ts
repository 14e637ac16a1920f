/** A value that SQLite takes. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A prepared statement. What it gives is objects by the names of the columns, unless `raw` or `pluck` says otherwise. */
export interface Statement<Bind extends unknown[], Row> {
  /** For statements that give no rows. */
  run(...values: Bind): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: Bind): Row | undefined;
  all(...values: Bind): Row[];
  iterate(...values: Bind): IterableIterator<Row>;
  /** Rows are arrays from here on, in the order of the columns. */
  raw(): this;
  /** Rows are the value of the first column from here on. */
  pluck(): this;
  /** Whole numbers are bigint from here on. */
  safeIntegers(): this;
}

/** A function in a transaction, which is undone where it throws. */
export interface Transaction<Work extends (...given: never[]) => unknown> {
  (...given: Parameters<Work>): ReturnType<Work>;
  /** Takes the lock for writing before it reads. */
  immediate(...given: Parameters<Work>): ReturnType<Work>;
}

/** An open SQLite database, whatever library opened it: the part of better-sqlite3's interface that longplay uses. */
export interface Db {
  readonly open: boolean;
  prepare<Bind extends unknown[] = unknown[], Row = unknown>(sql: string): Statement<Bind, Row>;
  exec(sql: string): unknown;
  /** With `simple` the first value of the first row, else all rows. */
  pragma(text: string, options?: { readonly simple?: boolean }): unknown;
  transaction<Work extends (...given: never[]) => unknown>(work: Work): Transaction<Work>;
  /** Whole numbers are bigint from here on. */
  defaultSafeIntegers(on: boolean): unknown;
  close(): unknown;
}

/** A library that opens SQLite files. */
export interface Driver {
  /** As people know it, with its version. */
  readonly name: string;
  open(file: string, use: { readonly readonly: boolean }): Db;
  /** SQLite's extended result code by its name, as SQLITE_CONSTRAINT_UNIQUE; null where the error is none of SQLite's. */
  codeOf(error: unknown): string | null;
}
