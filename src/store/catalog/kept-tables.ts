import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { storedNumberKeys } from '../../core/numbers/number-keys.ts';
import { type ReadingOptions, readSearch } from '../../core/search/search-terms.ts';
import { searchedWords } from '../../core/words/fold-text.ts';
import { type Db, naming } from '../database/database.ts';
import { type EntryDigest, storedValue } from './catalog-entry.ts';
import { matchOf } from './match-expression.ts';

/** A table that a bag keeps, with the rows that could not be read. */
export interface KeptTableEntry {
  /** Folder relative to the bag: `data/table-0001`. */
  readonly folder: string;
  /** Text of its table.json. */
  readonly document: string;
  /** Path of the table in the source, as the document states it. */
  readonly path: string;
  readonly unread: readonly UnreadEntry[];
}

/** A row that could not be read. */
export interface UnreadEntry {
  readonly code: string;
  /** Table within a database; '' for other files. */
  readonly table: string;
  readonly row: number;
  /** Offset of the row's bytes in the kept file; null if the file does not contain them. */
  readonly offset: number | null;
  readonly bytes: number | null;
  /** The row's text, at most `limits.unreadRowBytes`; null if its bytes are not kept. */
  readonly text: string | null;
}

/** An unread row with its location. */
export interface FoundUnread extends UnreadEntry {
  readonly bag: string;
  readonly folder: string;
  /** Path of the table in the source. */
  readonly path: string;
}

const rowColumns = ['folder', 'path', 'code', 'table', 'row', 'offset', 'bytes', 'shown', 'text', 'keys'] as const;
const rowNames = rowColumns.map((name) => `"${name}"`).join(', ');

/** Returns the values of an unread row in the order of `rowColumns`, as the database stores them. */
function rowValues({ folder, path }: Pick<KeptTableEntry, 'folder' | 'path'>, { code, table, row, offset, bytes, text }: UnreadEntry): RowValue[] {
  const said = text ?? '';
  return [folder, path, code, table, row, offset, bytes, text, searchedWords(said), keysIn(said)].map(storedValue);
}

type RowValue = string | number | null;

/** Digests what the catalog contains about a kept table. */
export function keptTableDigest(entry: KeptTableEntry): EntryDigest {
  const { folder, document, unread } = entry;
  return digestOf(
    folder,
    storedValue(document),
    unread.map((row) => JSON.stringify(rowValues(entry, row))),
  );
}

/** Returns a function that digests each kept table that a catalog lists for a bag, with unread rows of tables that it does not list. */
export function listedTables(db: Db): (bag: string) => EntryDigest[] {
  const tables = db.prepare<[string], { folder: string; document: string }>('SELECT folder, document FROM kept_table WHERE bag = ?');
  const rows = db.prepare<[string], RowValue[]>(`SELECT ${rowNames} FROM unread_row WHERE bag = ?`).raw();
  return (bag) => {
    const unread = new Map<string, string[]>();
    for (const row of rows.iterate(bag)) {
      const folder = String(row[0]);
      const known = unread.get(folder);
      if (known === undefined) unread.set(folder, [JSON.stringify(row)]);
      else known.push(JSON.stringify(row));
    }
    const documents = new Map(tables.all(bag).map(({ folder, document }) => [folder, document]));
    return [...new Set([...documents.keys(), ...unread.keys()])].map((folder) =>
      digestOf(folder, documents.get(folder) ?? null, unread.get(folder) ?? []),
    );
  };
}

function digestOf(id: string, document: string | null, rows: string[]): EntryDigest {
  return { id, sha256: sha256Hex(JSON.stringify([document, ...rows.sort(byCodePoint)])) };
}

/** Tables about kept tables. Searchable text is folded before it is stored, as in `recording`; the columns have the names that search expressions use. */
export const keptTableSchema = `
CREATE TABLE kept_table (bag TEXT NOT NULL REFERENCES bag(name) ON DELETE CASCADE, folder TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bag, folder)) WITHOUT ROWID, STRICT;
CREATE TABLE unread_row (
  id INTEGER PRIMARY KEY, bag TEXT NOT NULL REFERENCES bag(name) ON DELETE CASCADE, folder TEXT NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, "table" TEXT NOT NULL,
  "row" INTEGER NOT NULL, "offset" INTEGER, bytes INTEGER, shown TEXT, text TEXT NOT NULL, keys TEXT NOT NULL
) STRICT;
CREATE INDEX unread_row_bag ON unread_row(bag);
CREATE VIRTUAL TABLE unread_text USING fts5(text, keys, content='unread_row', content_rowid='id', columnsize=0, tokenize="ascii");
CREATE TRIGGER unread_added AFTER INSERT ON unread_row BEGIN INSERT INTO unread_text(rowid, text, keys) VALUES (new.id, new.text, new.keys); END;
CREATE TRIGGER unread_removed AFTER DELETE ON unread_row BEGIN INSERT INTO unread_text(unread_text, rowid, text, keys) VALUES ('delete', old.id, old.text, old.keys); END;
`;

/** Tables of the catalog about kept tables. */
export interface KeptTables {
  /**
   * Replaces the tables of a bag, which must be in the catalog, and enters the state of the bag from which they come. Until then the state is unknown: the next
   * run indexes a bag again whose tables a stopped run did not add.
   */
  put(bag: string, tables: readonly KeptTableEntry[], state: string): void;
  /** Returns bag, folder and table.json of all kept tables, in order of bags. */
  all(): { readonly bag: string; readonly folder: string; readonly document: string }[];
  /** Yields rows that could not be read, in order of bags, tables and rows. @param text search text as in `CatalogQuery.text`; undefined: all rows */
  unread(text?: string, options?: ReadingOptions): Iterable<FoundUnread>;
}

const columns = 'u.bag, u.folder, u.path, u.code, u."table", u."row", u."offset", u.bytes, u.shown AS text';
const order = 'ORDER BY u.bag, u.folder, u."table", u."row"';

/** Matches text in a row that may be a telephone number. */
const numberLike = /[+(]?\d[\d ()./-]{3,24}\d/g;

/** Returns access to the kept tables of a catalog whose schema exists. */
export function keptTablesIn(file: string, db: Db): KeptTables {
  const insertTable = db.prepare('INSERT INTO kept_table(bag, folder, document) VALUES (?, ?, ?)');
  const insertRow = db.prepare(`INSERT INTO unread_row(bag, ${rowNames}) VALUES (?, ${rowColumns.map(() => '?').join(', ')})`);
  const enterState = db.prepare<[string, string]>('UPDATE bag SET state = ? WHERE name = ?');
  const put = db.transaction((bag: string, tables: readonly KeptTableEntry[], state: string): void => {
    db.prepare('DELETE FROM kept_table WHERE bag = ?').run(bag);
    db.prepare('DELETE FROM unread_row WHERE bag = ?').run(bag);
    for (const entry of tables) {
      insertTable.run(bag, entry.folder, entry.document);
      for (const row of entry.unread) insertRow.run(bag, ...rowValues(entry, row));
    }
    enterState.run(state, bag);
  });
  const everything = db.prepare<[], FoundUnread>(`SELECT ${columns} FROM unread_row u ${order}`);
  const matching = db.prepare<[string], FoundUnread>(
    `SELECT ${columns} FROM unread_text t JOIN unread_row u ON u.id = t.rowid WHERE unread_text MATCH ? ${order}`,
  );
  const all = db.prepare<[], { bag: string; folder: string; document: string }>('SELECT bag, folder, document FROM kept_table ORDER BY bag, folder');
  return {
    put: (...given) => naming(file, () => put(...given)),
    all: () => naming(file, () => all.all()),
    unread: function* (text, options) {
      if (text === undefined) return yield* everything.iterate();
      const terms = readSearch(text, options);
      const match = terms.hopeless ? null : matchOf(terms);
      if (match !== null) yield* matching.iterate(match);
    },
  };
}

/** Returns the search keys of everything in a text that may be a telephone number. */
function keysIn(text: string): string {
  const keys = (text.match(numberLike) ?? []).flatMap((raw) => storedNumberKeys({ raw, e164: null, extension: null, sip: null, damage: null }));
  return [...new Set(keys)].join(' ');
}
