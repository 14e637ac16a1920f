import { storedNumberKeys } from '../../core/numbers/number-keys.ts';
import { type ReadingOptions, readSearch } from '../../core/search/search-terms.ts';
import { searchedWords } from '../../core/words/fold-text.ts';
import { type Db, naming } from '../database/database.ts';
import { matchOf } from './match-expression.ts';

/** A table that a bag keeps, with the rows that could not be read. */
export interface KeptTableEntry {
  /** Folder relative to the bag: `data/table-0001`. */
  readonly folder: string;
  /** Text of its table.json. */
  readonly document: string;
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
  /** Replaces the tables of a bag, which must be in the catalog. @param pathOf returns the source path that a document states */
  put(bag: string, tables: readonly KeptTableEntry[], pathOf: (document: string) => string): void;
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
  const insertRow = db.prepare(
    'INSERT INTO unread_row(bag, folder, path, code, "table", "row", "offset", bytes, shown, text, keys) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const put = db.transaction((bag: string, tables: readonly KeptTableEntry[], pathOf: (document: string) => string): void => {
    db.prepare('DELETE FROM kept_table WHERE bag = ?').run(bag);
    db.prepare('DELETE FROM unread_row WHERE bag = ?').run(bag);
    for (const { folder, document, unread } of tables) {
      insertTable.run(bag, folder, document);
      const path = pathOf(document);
      for (const { code, table, row, offset, bytes, text } of unread)
        insertRow.run(
          bag,
          folder,
          path,
          code,
          table,
          row,
          offset,
          bytes,
          text?.toWellFormed() ?? null,
          searchedWords(text ?? ''),
          keysIn(text ?? ''),
        );
    }
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
