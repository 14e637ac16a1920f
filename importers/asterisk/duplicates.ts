import { byCodePoint } from '../../src/core/base/order.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import type { JoinedRecord } from '../engine/records/call.ts';

/** Columns that two tables write identically if both have them; a database may truncate long values. */
const cdrColumns = 'src dst channel dstchannel lastapp lastdata duration billsec disposition'.split(' ');
const celColumns = 'channame appname appdata exten context'.split(' ');
/** Smallest length of a text that may be the truncated beginning of another. */
const cutChars = 20;

/** A row or event, with the data that other tables add to it. */
export type CallRow = Pick<JoinedRecord, 'shape' | 'path' | 'table' | 'number' | 'sha256' | 'raw' | 'pairs'>;

/** Rows of a call without duplicates, and the rows that repeat them. */
export interface Once {
  readonly rows: readonly CallRow[];
  readonly duplicates: readonly JoinedRecord[];
}

/** Returns the rank of a table: Master.csv comes first, because it has all rows and more details than a database; other CSV tables come next. */
export function tableRank({ path, table }: Pick<JoinedRecord, 'path' | 'table'>): number {
  return table !== '' ? 2 : /^master\.csv/i.test(baseName(path)) ? 0 : 1;
}

/**
 * Merges rows of different tables that describe the same leg, or the same event: Master.csv and a database have the same data in different columns. The first table takes
 * precedence; values for which it has no column are taken from the others.
 */
export function withoutDuplicates(rows: readonly JoinedRecord[]): Once {
  const [first] = rows;
  if (rows.every(({ path, table }) => path === first?.path && table === first.table)) return { rows, duplicates: [] };
  const once = new Set(rows);
  const duplicates: JoinedRecord[] = [];
  const more = new Map<JoinedRecord, JoinedRecord[]>();
  const byLeg = new Map<string, JoinedRecord[]>();
  for (const row of rows.toSorted(byTable)) {
    const leg = legOf(row);
    const known = leg === null ? [] : (byLeg.get(leg) ?? []);
    const [table, others] = [tableOf(row), (each: JoinedRecord) => more.get(each) ?? []];
    // A row matches at most one row of each other table.
    const same = known.find((each) => ![each, ...others(each)].some((one) => tableOf(one) === table) && agree(each, row));
    if (same === undefined) {
      if (leg !== null) byLeg.set(leg, [...known, row]);
      continue;
    }
    more.set(same, [...others(same), row]);
    once.delete(row);
    duplicates.push(row);
  }
  return { rows: rows.filter((row) => once.has(row)).map((row) => completed(row, more.get(row) ?? [])), duplicates };
}

function tableOf({ path, table }: CallRow): string {
  return `${path}\n${table}`;
}

function byTable(a: JoinedRecord, b: JoinedRecord): number {
  return tableRank(a) - tableRank(b) || byCodePoint(a.path, b.path) || byCodePoint(a.table, b.table);
}

/** Returns the identity of a row's leg: rows of one leg begin in the same second on one channel; for events, all tables write only type and channel identically. */
function legOf({ shape, pairs }: JoinedRecord): string | null {
  const row = new Map(pairs);
  const uniqueid = row.get('uniqueid') ?? '';
  if (uniqueid === '') return null;
  if (shape === 'cel') return `${row.get('eventtype') ?? ''} ${uniqueid}`;
  const start = (row.get('start') ?? '').replace('T', ' ').slice(0, 19);
  return start === '' ? null : `${start} ${uniqueid}`;
}

function agree(a: JoinedRecord, b: JoinedRecord): boolean {
  const [one, other] = [new Map(a.pairs), new Map(b.pairs)];
  return (a.shape === 'cdr' ? cdrColumns : celColumns).every((column) => {
    const [text, more] = [one.get(column), other.get(column)];
    if (text === undefined || more === undefined || text === more) return true;
    if (column === 'duration' || column === 'billsec') return Math.floor(Number(text)) === Math.floor(Number(more));
    const [short, long] = text.length < more.length ? [text, more] : [more, text];
    return short.length >= cutChars && long.startsWith(short);
  });
}

function completed(row: JoinedRecord, others: readonly JoinedRecord[]): CallRow {
  if (others.length === 0) return row;
  const fields = new Map(row.pairs);
  for (const other of others) for (const [name, value] of other.pairs) if ((fields.get(name) ?? '') === '' && value !== '') fields.set(name, value);
  const { shape, path, table, number, sha256, raw } = row;
  return { shape, path, table, number, sha256, raw, pairs: [...fields] };
}
