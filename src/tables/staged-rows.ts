import { rmSync } from 'node:fs';
import { byCodePoint } from '../core/base/order.ts';
import { type Db, namingFile, openScratch } from '../store/database/database.ts';
import { sortRows } from '../store/database/sort-rows.ts';

/** A row of a stage: its group, its order within the group, and its value as JSON. The strings must have no lone surrogates. */
type StagedRow = readonly [group: string, order: string, value: string];

/** Rows of a stage, sorted by code point: first by group, then by order, then in the order in which they were put. */
export interface StagedRows {
  put(row: StagedRow): void;
  /** Sorts the rows. No row may be put afterwards, and none may be read before. */
  seal(): void;
  /** Yields the group and value of each row, in order. */
  all(): Iterable<readonly [group: string, value: string]>;
  /** Returns at most `most` values of a group, in order; all if `most` is negative. */
  of(group: string, most: number): readonly string[];
  /** Returns true if a group begins with this text. */
  hasGroup(beginning: string): boolean;
  /** Deletes the rows. */
  close(): void;
}

/** Creates rows in memory. `unsorted` yields them in the order in which they were put; call it before `seal`. */
export function rowsInMemory(): StagedRows & { unsorted(): Iterable<StagedRow> } {
  const rows: StagedRow[] = [];
  const values = new Map<string, string[]>();
  /** All groups, each once, sorted. */
  let groups: string[] = [];
  return {
    put: (row) => void rows.push(row),
    unsorted: () => rows,
    seal: () => {
      rows.sort(([group, order], [other, otherOrder]) => byCodePoint(group, other) || byCodePoint(order, otherOrder));
      for (const [group, , value] of rows) {
        const known = values.get(group);
        if (known === undefined) values.set(group, [value]);
        else known.push(value);
      }
      groups = [...values.keys()];
    },
    all: function* () {
      for (const [group, , value] of rows) yield [group, value];
    },
    of: (group, most) => {
      const found = values.get(group) ?? [];
      return most < 0 ? found : found.slice(0, most);
    },
    hasGroup: (beginning) => {
      let [low, high] = [0, groups.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (byCodePoint(groups[middle] ?? '', beginning) < 0) low = middle + 1;
        else high = middle;
      }
      return groups[low]?.startsWith(beginning) === true;
    },
    close: () => {
      rows.length = 0;
      values.clear();
      groups = [];
    },
  };
}

/** If values are shorter on average, the sorted table contains them, too, which saves a table lookup for each. */
const shortValue = 256;
/** Number of rows per transaction. */
const batch = 20_000;
/** Number of rows that one statement inserts, and the number of characters from which fewer are inserted together. */
const [together, togetherChars] = [32, 65_536] as const;
/** Number of short rows that are read together, and of long ones. */
const [shortPage, longPage] = [512, 16] as const;
/** Number of characters that are sorted at a time; SQLite takes about twice as many bytes for them. */
const sortedChars = 16_000_000;
/** What SQLite needs for a row that is sorted, besides its characters. */
const rowChars = 32;

/** Inserts rows, many with one statement, which takes less time than a statement for each. */
function createInserts(db: Db): { put(row: StagedRow): void; flush(): void } {
  const insertRows = (rows: number) => db.prepare(`INSERT INTO staged (grp, ord, value) VALUES ${Array(rows).fill('(?, ?, ?)').join(', ')}`);
  const [insert, insertAll] = [insertRows(1), insertRows(together)];
  /** Columns of the rows that are not inserted yet, and the number of their characters. */
  let waiting: string[] = [];
  let chars = 0;
  const flush = () => {
    if (waiting.length === 3 * together) insertAll.run(...waiting);
    else for (let at = 0; at < waiting.length; at += 3) insert.run(waiting[at], waiting[at + 1], waiting[at + 2]);
    waiting = [];
    chars = 0;
  };
  return {
    put: (row) => {
      waiting.push(...row);
      chars += row[2].length;
      if (waiting.length === 3 * together || chars >= togetherChars) flush();
    },
    flush,
  };
}

/** Yields sorted rows in pages, which takes less time than row by row. @param select up to its WHERE */
function* inPages(db: Db, select: string, most: number): Generator<readonly [group: string, value: string]> {
  const page = db
    .prepare<[string, string, number], [group: string, value: string, order: string, id: number]>(
      `${select} WHERE (sorted.grp, sorted.ord, sorted.id) > (?, ?, ?) ORDER BY sorted.grp, sorted.ord, sorted.id LIMIT ${most}`,
    )
    .raw();
  let behind: [string, string, number] = ['', '', 0];
  for (let rows = page.all(...behind); rows.length > 0; rows = rows.length < most ? [] : page.all(...behind)) {
    for (const [group, value, order, id] of rows) {
      behind = [group, order, id];
      yield [group, value];
    }
  }
}

/**
 * Creates rows in a SQLite file, which `close` deletes.
 * @param atOnce number of characters that are sorted at a time
 * @throws LongplayError A190 if the file cannot be created.
 */
export function rowsInFile(file: string, atOnce = sortedChars): StagedRows {
  // SQLite compares text by its UTF-8 bytes, which is code-point order.
  const db = openScratch(file, 'CREATE TABLE staged (id INTEGER PRIMARY KEY, grp TEXT NOT NULL, ord TEXT NOT NULL, value TEXT NOT NULL)');
  const inserts = createInserts(db);
  let size = 0;
  let characters = 0;
  let pending = 0;
  /** Characters of the part of the rows that was begun, and the last ids of the parts before it. */
  let inPart = 0;
  const ends: number[] = [];
  let isShort = true;
  let among: ReturnType<typeof db.prepare<[string, string], [number]>> | null = null;
  let select: ReturnType<typeof db.prepare<[string, number], string>> | null = null;
  const commit = () => {
    inserts.flush();
    if (pending > 0) db.exec('COMMIT');
    pending = 0;
  };
  const sorted = (what: string): string => (isShort ? `SELECT ${what} FROM sorted` : `SELECT ${what} FROM sorted CROSS JOIN staged USING (id)`);
  return namingFile(file, {
    put: (row) => {
      if (pending === 0) db.exec('BEGIN');
      inserts.put(row);
      characters += row[2].length;
      size++;
      inPart += row[0].length + row[1].length + Math.min(row[2].length, shortValue) + rowChars;
      if (inPart >= atOnce) {
        ends.push(size);
        inPart = 0;
      }
      pending++;
      if (pending >= batch) commit();
    },
    seal: () => {
      commit();
      // The rows are sorted once at the end, which is far cheaper than an update of an index per row.
      isShort = characters < size * shortValue;
      const columns = `grp TEXT NOT NULL, ord TEXT NOT NULL, id INTEGER NOT NULL${isShort ? ', value TEXT NOT NULL' : ''}`;
      const select = `SELECT grp, ord, id${isShort ? ', value' : ''} FROM staged WHERE id > ? AND id <= ?`;
      const parts = [...ends, size].map((end, index): [number, number] => [ends[index - 1] ?? 0, end]);
      sortRows(db, { name: 'sorted', columns, key: 'grp, ord, id', select }, parts);
    },
    all: () => inPages(db, sorted('sorted.grp, value, sorted.ord, sorted.id'), isShort ? shortPage : longPage),
    of: (group, most) => {
      // Called for each record of a large source, so the statement is prepared once, when the rows are sorted. A negative limit means none.
      select ??= db.prepare<[string, number], string>(`${sorted('value')} WHERE sorted.grp = ? ORDER BY sorted.ord, sorted.id LIMIT ?`).pluck();
      return select.all(group, most);
    },
    hasGroup: (beginning) => {
      // The last code point of Unicode ends the range of texts with this prefix.
      among ??= db.prepare<[string, string], [number]>('SELECT 1 FROM sorted WHERE grp >= ? AND grp <= ? LIMIT 1').raw();
      return among.get(beginning, `${beginning}\u{10ffff}`) !== undefined;
    },
    close: () => {
      if (db.open) db.close();
      rmSync(file, { force: true });
    },
  });
}
