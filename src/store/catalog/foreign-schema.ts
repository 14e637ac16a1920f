import { LongplayError } from '../../core/base/error.ts';
import { type Db, leaveWal, openDatabase } from '../database/database.ts';
import { catalogVersion, makeWholeSchema, tablesOnUse } from './schema.ts';

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  /** SQL text that created the object; null for indexes that SQLite creates by itself. */
  readonly sql: string | null;
}

/**
 * Compares the schema of a catalog with longplay's own, without running any part of it. A planted trigger or view could answer or write in place of a table.
 * Objects that are created while a catalog is filled (triggers and indexes of `settle`) may be absent. The result contains no names of objects, because they
 * may be an attacker's text.
 * @returns what was added, removed or altered; null if the schema is longplay's own, or if the catalog is of another version and will be rebuilt when opened
 */
export function foreignSchema(db: Db): string | null {
  if (db.pragma('user_version', { simple: true }) !== catalogVersion) return null;
  const known = knownSchema();
  const foreign = new Map<string, number>();
  const seen = new Set<string>();
  for (const row of schemaOf(db)) {
    const name = `${row.type} ${row.name}`;
    if (isOfSqlite(row)) continue;
    seen.add(name);
    const isKnown = isOfWords(row) ? known.has(name) : known.get(name) === row.sql;
    if (!isKnown) foreign.set(row.type, (foreign.get(row.type) ?? 0) + 1);
  }
  const lacking = [...known.keys()].filter((name) => {
    const [, table] = /^table (.*)$/.exec(name) ?? [];
    return table !== undefined && !tablesOnUse.has(table) && !seen.has(name);
  }).length;
  const halfIndexed = seen.has('trigger recording_added') !== seen.has('trigger recording_removed');
  const counts = [...foreign].map(([type, count]) => `${count} ${type}${count === 1 ? '' : type === 'index' ? 'es' : 's'}`);
  const parts = [
    ...(counts.length > 0 ? [`contains ${counts.join(', ')} that longplay does not create`] : []),
    ...(lacking > 0 ? [`lacks ${lacking} of its tables`] : []),
    ...(halfIndexed ? ['lacks one of its two triggers'] : []),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

/** Checks, before any query, that a writable catalog contains nothing planted that could run. @throws LongplayError A193 */
export function refuseForeignSchema(db: Db): void {
  const foreign = foreignSchema(db);
  if (foreign === null) return;
  // Otherwise the file would look open, and verification would skip it.
  leaveWal(db);
  throw new LongplayError(
    'incomplete',
    'A193',
    `catalog.sqlite ${foreign}; it was not queried`,
    'find out who could write to the archive; `longplay catalog rebuild ARCHIVE` rebuilds the catalog from the bags',
  );
}

/** Returns true for objects that SQLite creates by itself: indexes of primary keys, statistics of ANALYZE. */
function isOfSqlite({ type, name, sql }: SchemaRow): boolean {
  return (type === 'index' && sql === null) || (type === 'table' && /^sqlite_stat\d$/.test(name));
}

/** Returns true for FTS5's own tables, whose SQL text depends on the FTS5 version. */
function isOfWords({ type, name }: SchemaRow): boolean {
  return type === 'table' && /^(?:recording|unread)_text_/.test(name);
}

function schemaOf(db: Db): SchemaRow[] {
  return db.prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_master').all();
}

let remembered: ReadonlyMap<string, string | null> | null = null;

/** Returns all objects that a catalog may contain, with their SQL text as SQLite stores it. */
function knownSchema(): ReadonlyMap<string, string | null> {
  if (remembered !== null) return remembered;
  const db = openDatabase(':memory:', 'scratch');
  try {
    makeWholeSchema(db);
    remembered = new Map(schemaOf(db).map(({ type, name, sql }) => [`${type} ${name}`, sql]));
    return remembered;
  } finally {
    db.close();
  }
}
