import { LongplayError } from '../../core/base/error.ts';
import { type Db, leaveWal, openDatabase } from '../database/database.ts';
import { catalogVersion, makeWholeSchema } from './schema.ts';

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  /** Null of indexes that SQLite makes by itself. */
  readonly sql: string | null;
}

/**
 * Compares the schema of a catalog with the one that longplay makes, and runs nothing of it. A trigger or a view would speak or write in the place of a table; what comes while a catalog
 * is filled (triggers and indexes of `settle`) may be absent. Names are not told: whoever put them there chose them.
 * @returns what is there besides, missing or altered; null where nothing is, or where the catalog is of another version: it is rebuilt when it is opened
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
  const lacking = [...known.keys()].filter((name) => name.startsWith('table ') && name !== 'table partial' && !seen.has(name)).length;
  const halfIndexed = seen.has('trigger recording_added') !== seen.has('trigger recording_removed');
  const counts = [...foreign].map(([type, count]) => `${count} ${type}${count === 1 ? '' : type === 'index' ? 'es' : 's'}`);
  const parts = [
    ...(counts.length > 0 ? [`holds ${counts.join(', ')} that longplay does not make`] : []),
    ...(lacking > 0 ? [`lacks ${lacking} of its tables`] : []),
    ...(halfIndexed ? ['lacks one of its two triggers'] : []),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

/** Makes sure, before anything is asked of a catalog that may be written, that nothing planted in it can run. @throws LongplayError A193 */
export function refuseForeignSchema(db: Db): void {
  const foreign = foreignSchema(db);
  if (foreign === null) return;
  // Else the file looks as if a run had it open, and a verification would not look into it.
  leaveWal(db);
  throw new LongplayError(
    'incomplete',
    'A193',
    `catalog.sqlite ${foreign}; nothing was asked of it`,
    'find out who could write into the archive; `longplay catalog rebuild ARCHIVE` makes a new catalog from the bags',
  );
}

/** What SQLite makes by itself: indexes of primary keys, statistics of ANALYZE. */
function isOfSqlite({ type, name, sql }: SchemaRow): boolean {
  return (type === 'index' && sql === null) || (type === 'table' && /^sqlite_stat\d$/.test(name));
}

/** Tables that FTS5 makes for its index: how it writes them down is its own, and may differ by its version. */
function isOfWords({ type, name }: SchemaRow): boolean {
  return type === 'table' && name.startsWith('recording_text_');
}

function schemaOf(db: Db): SchemaRow[] {
  return db.prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_master').all();
}

let remembered: ReadonlyMap<string, string | null> | null = null;

/** Everything that a catalog may hold, as SQLite writes it down. */
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
