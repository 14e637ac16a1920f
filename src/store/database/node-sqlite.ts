import type { Db, Driver, SqlValue, Statement, Transaction } from './driver.ts';

/** The part of Node.js's `node:sqlite` that longplay uses. Source: nodejs.org/api/sqlite.html. */
interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readonly readOnly?: boolean; readonly timeout?: number }) => NodeDatabase;
}
interface NodeDatabase {
  readonly isOpen: boolean;
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  close(): void;
}
interface NodeStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  iterate(...values: SqlValue[]): IterableIterator<unknown>;
  setReadBigInts(on: boolean): void;
  /** Exists from Node.js 22.16 and 24.0 on. */
  setReturnArrays?(on: boolean): void;
}

const noCipher = 'the SQLite of Node.js cannot encrypt';

/** Longest wait for another connection's lock, as in better-sqlite3. */
const lockMs = 5_000;

/**
 * Loads the SQLite inside Node.js (from 22.16 on), for systems on which no package can be loaded. Unlike better-sqlite3, it does not use SQLite's defensive
 * mode; a foreign database is opened read-only.
 * @throws Error if this Node.js does not contain a suitable SQLite
 */
export function nodeSqlite(): Driver {
  const library = withoutWarning(() => process.getBuiltinModule('node:sqlite')) as NodeSqlite | undefined;
  if (library === undefined) throw new Error(`Node.js ${process.versions.node} has no SQLite of its own`);
  const probe = new library.DatabaseSync(':memory:', {});
  try {
    if (probe.prepare('SELECT 1').setReturnArrays === undefined)
      throw new Error(`the SQLite of Node.js ${process.versions.node} cannot return rows as arrays; 22.16 is the first version that can`);
    probe.exec('CREATE VIRTUAL TABLE text_index USING fts5(a)');
  } finally {
    probe.close();
  }
  return {
    name: `node:sqlite of Node.js ${process.versions.node}`,
    encrypts: false,
    open: (file, { readonly, key }) => {
      if (key !== null) throw new Error(noCipher);
      return openNode(new library.DatabaseSync(file, { readOnly: readonly, timeout: lockMs }));
    },
    rekey: () => {
      throw new Error(noCipher);
    },
    codeOf,
  };
}

/** Suppresses the warning that Node.js 22 prints on stderr about its experimental SQLite. */
function withoutWarning<Result>(work: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = (): void => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function openNode(db: NodeDatabase): Db {
  let isBigint = false;
  let depth = 0;
  const within = <Result>(begin: string, work: () => Result): Result => {
    const [start, keep, undo] =
      depth === 0 ? [begin, 'COMMIT', 'ROLLBACK'] : [`SAVEPOINT t${depth}`, `RELEASE t${depth}`, `ROLLBACK TO t${depth}; RELEASE t${depth}`];
    db.exec(start);
    depth++;
    try {
      const result = work();
      db.exec(keep);
      return result;
    } catch (error) {
      try {
        db.exec(undo);
      } catch {
        // SQLite has rolled back by itself, e.g. on a full disk.
      }
      throw error;
    } finally {
      depth--;
    }
  };
  const made: Db = {
    get open() {
      return db.isOpen;
    },
    prepare: (sql) => statementOf(db.prepare(sql), isBigint),
    exec: (sql) => db.exec(sql),
    pragma: (text, { simple = false } = {}) => {
      const rows = db.prepare(`PRAGMA ${text}`).all();
      return simple ? Object.values((rows[0] ?? {}) as object)[0] : rows;
    },
    transaction: <Work extends (...given: never[]) => unknown>(work: Work) => {
      // `within` returns the result of `work`.
      const run = (begin: string, given: Parameters<Work>) => within(begin, () => work(...given)) as ReturnType<Work>;
      const transaction = (...given: Parameters<Work>): ReturnType<Work> => run('BEGIN', given);
      return Object.assign(transaction, { immediate: (...given: Parameters<Work>) => run('BEGIN IMMEDIATE', given) }) satisfies Transaction<Work>;
    },
    defaultSafeIntegers: (on) => {
      isBigint = on;
    },
    close: () => db.close(),
  };
  return made;
}

function statementOf<Bind extends unknown[], Row>(statement: NodeStatement, isBigint: boolean): Statement<Bind, Row> {
  if (isBigint) statement.setReadBigInts(true);
  let shaped = (row: unknown): unknown => row;
  const given = (values: unknown[]): SqlValue[] => values.flat() as SqlValue[]; // SQLite refuses values of other types.
  function* rows(values: unknown[]): Generator<Row, undefined> {
    for (const row of statement.iterate(...given(values))) yield shaped(row) as Row;
    return undefined;
  }
  const made: Statement<Bind, Row> = {
    run: (...values) => {
      const { changes, lastInsertRowid } = statement.run(...given(values));
      return { changes: Number(changes), lastInsertRowid };
    },
    get: (...values) => {
      const row = statement.get(...given(values));
      return row === undefined ? undefined : (shaped(row) as Row);
    },
    all: (...values) => statement.all(...given(values)).map((row) => shaped(row) as Row),
    iterate: (...values) => rows(values),
    raw: () => {
      statement.setReturnArrays?.(true);
      return made;
    },
    pluck: () => {
      statement.setReturnArrays?.(true);
      shaped = (row) => (row as readonly unknown[])[0];
      return made;
    },
    safeIntegers: () => {
      statement.setReadBigInts(true);
      return made;
    },
  };
  return made;
}

/** Names of primary result codes. Source: sqlite.org/rescode.html. */
const primary: Readonly<Record<number, string>> = {
  1: 'ERROR',
  2: 'INTERNAL',
  3: 'PERM',
  4: 'ABORT',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  9: 'INTERRUPT',
  10: 'IOERR',
  11: 'CORRUPT',
  12: 'NOTFOUND',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  17: 'SCHEMA',
  18: 'TOOBIG',
  19: 'CONSTRAINT',
  20: 'MISMATCH',
  21: 'MISUSE',
  23: 'AUTH',
  25: 'RANGE',
  26: 'NOTADB',
};
/** Names of the extended result codes for which callers test. */
const extended: Readonly<Record<number, string>> = { 2067: 'CONSTRAINT_UNIQUE', 1555: 'CONSTRAINT_PRIMARYKEY' };

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR' || !('errcode' in error)) return null;
  const code = Number(error.errcode);
  return `SQLITE_${extended[code] ?? primary[code & 0xff] ?? 'ERROR'}`;
}
