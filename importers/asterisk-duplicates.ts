import type { StagedRow } from './asterisk-survey.ts';

/** Columns that two tables write alike, as far as both have them; a database may cut what is long. */
const cdrColumns = 'src dst channel dstchannel lastapp lastdata duration billsec disposition'.split(' ');
const celColumns = 'channame appname appdata exten context'.split(' ');
/** A text from this length on may be the beginning of the other. */
const cutChars = 20;

/** Rows of a call once, and what repeats them. */
export interface Once {
  readonly rows: StagedRow[];
  readonly duplicates: StagedRow[];
}

/**
 * Rows that stand in several tables, or twice in one, with the same text are one row, and so are rows of one leg or event in different tables: Master.csv and a database write the same
 * in different columns. The first read counts; what it has no column for is taken from the others.
 */
export function withoutDuplicates(rows: readonly StagedRow[]): Once {
  const first = new Map<string, StagedRow>();
  for (const row of rows) {
    // Two events of one second may read alike in one table.
    const text = row.kind === 'cel' ? `${row.table} ${row.row}` : row.raw;
    const known = first.get(text);
    if (known === undefined || row.table < known.table) first.set(text, row);
  }
  const once = new Set(first.values());
  const duplicates = rows.filter((row) => !once.has(row));
  const tables = new Set([...once].map(({ table }) => table));
  if (tables.size < 2) return { rows: rows.filter((row) => once.has(row)), duplicates };
  const more = new Map<StagedRow, StagedRow[]>();
  const byLeg = new Map<string, StagedRow[]>();
  for (const row of [...once].sort((a, b) => a.table - b.table)) {
    const leg = legOf(row);
    const known = leg === null ? [] : (byLeg.get(leg) ?? []);
    // A row stands for one row of each other table.
    const same = known.find(
      (each) => each.table !== row.table && !(more.get(each) ?? []).some(({ table }) => table === row.table) && agree(each, row),
    );
    if (same === undefined) {
      if (leg !== null) byLeg.set(leg, [...known, row]);
      continue;
    }
    more.set(same, [...(more.get(same) ?? []), row]);
    once.delete(row);
    duplicates.push(row);
  }
  return { rows: rows.filter((row) => once.has(row)).map((row) => completed(row, more.get(row) ?? [])), duplicates };
}

/** Rows of one leg begin in the same second on one channel; of events only type and channel are written alike in all tables. */
function legOf({ kind, fields }: StagedRow): string | null {
  const row = new Map(fields);
  const uniqueid = row.get('uniqueid') ?? '';
  if (uniqueid === '') return null;
  if (kind === 'cel') return `${row.get('eventtype') ?? ''} ${uniqueid}`;
  const start = (row.get('start') ?? '').replace('T', ' ').slice(0, 19);
  return start === '' ? null : `${start} ${uniqueid}`;
}

function agree(a: StagedRow, b: StagedRow): boolean {
  const [one, other] = [new Map(a.fields), new Map(b.fields)];
  return (a.kind === 'cdr' ? cdrColumns : celColumns).every((column) => {
    const [text, more] = [one.get(column), other.get(column)];
    if (text === undefined || more === undefined || text === more) return true;
    if (column === 'duration' || column === 'billsec') return Math.floor(Number(text)) === Math.floor(Number(more));
    const [short, long] = text.length < more.length ? [text, more] : [more, text];
    return short.length >= cutChars && long.startsWith(short);
  });
}

function completed(row: StagedRow, others: readonly StagedRow[]): StagedRow {
  if (others.length === 0) return row;
  const fields = new Map(row.fields);
  for (const other of others) for (const [name, value] of other.fields) if ((fields.get(name) ?? '') === '' && value !== '') fields.set(name, value);
  return { ...row, fields: [...fields] };
}
