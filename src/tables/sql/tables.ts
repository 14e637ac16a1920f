import { limits } from '../../core/base/limits.ts';
import type { SqlColumn } from './heads.ts';
import type { NameScan } from './scan.ts';

/** The number of columns of a row, and their names. */
export interface RowShape {
  readonly columns: readonly SqlColumn[];
  readonly names: readonly string[];
}

/** A table of a dump, in the form in which one statement writes to it. */
export interface SqlTarget {
  readonly schema: string;
  readonly table: string;
  readonly wanted: boolean;
  /**
   * Column lists that a row may have: the list that the statement names; else all columns of the table, or all that are not computed. Empty: the columns have
   * no names yet.
   */
  readonly shapes: readonly RowShape[];
  /** Gives this number of columns numbered names, if nothing else names them. */
  name(columns: number): void;
  /** Number of rows so far, including lost ones. */
  rows: number;
}

/** Tables that a dump defines and writes to. */
export interface SqlTables {
  /** Takes the definition of a table. Returns whether the table is wanted. */
  define(name: NameScan, columns: readonly SqlColumn[]): boolean;
  /** Returns the target of a statement with this head; null beyond the limit on tables. */
  target(name: NameScan, columns: readonly string[] | null): SqlTarget | null;
  /** Returns all tables so far, with their known columns, in order. */
  all(): readonly { readonly table: string; readonly columns: readonly string[] }[];
}

interface KnownTable {
  readonly schema: string;
  readonly table: string;
  readonly wanted: boolean;
  columns: readonly SqlColumn[] | null;
  named: readonly string[] | null;
  rows: number;
}

/** @param decode returns a name from its characters in the scanned text */
export function openSqlTables(wanted: (table: string) => boolean, decode: (name: string) => string): SqlTables {
  const tables = new Map<string, KnownTable>();
  let chars = 0;
  const known = (name: NameScan): KnownTable | null => {
    const [schema, table] = [decode(name.schema), decode(name.table)];
    const id = `${schema}\0${table}`;
    const found = tables.get(id);
    if (found !== undefined) return found;
    chars += id.length;
    if (tables.size >= limits.sqlTables || chars > limits.sqlNameChars) return null;
    const made: KnownTable = { schema, table, wanted: wanted(table), columns: null, named: null, rows: 0 };
    tables.set(id, made);
    return made;
  };
  const remember = (columns: readonly SqlColumn[]): readonly SqlColumn[] | null => {
    for (const { name } of columns) chars += name.length;
    return chars > limits.sqlNameChars ? null : columns;
  };
  const defined = new Map<string, KnownTable[]>();
  /** Returns the definition of a table. If only one of statement and definition names a schema, the single definition with that table name counts. */
  const definition = (table: KnownTable): readonly SqlColumn[] | null => {
    if (table.columns !== null) return table.columns;
    const others = (defined.get(table.table) ?? []).filter((each) => (each.schema === '') !== (table.schema === ''));
    return others.length === 1 ? (others[0]?.columns ?? null) : null;
  };
  const shapesOf = (table: KnownTable, named: readonly string[] | null): readonly RowShape[] => {
    const columns = definition(table);
    if (named === null) {
      if (columns === null) return [];
      const stored = columns.filter((column) => !column.generated);
      return (stored.length === columns.length ? [columns] : [columns, stored]).map(shape);
    }
    const names = named.map(decode);
    const types = new Map(columns?.map((column) => [column.name.toLowerCase(), column]));
    const own = names.map((each) => ({ name: each, binary: types.get(each.toLowerCase())?.binary ?? false, generated: false }));
    table.named ??= remember(own) === null ? null : names;
    return [shape(own)];
  };
  return {
    define: (name, columns) => {
      const table = known(name);
      if (table === null || table.columns !== null) return table?.wanted ?? false;
      table.columns = remember(columns.map((column) => ({ ...column, name: decode(column.name) })));
      if (table.columns !== null) defined.set(table.table, [...(defined.get(table.table) ?? []), table]);
      return table.wanted;
    },
    target: (name, named) => {
      const table = known(name);
      if (table === null) return null;
      const { schema, wanted: isWanted } = table;
      let shapes = shapesOf(table, named);
      return {
        schema,
        table: table.table,
        wanted: isWanted,
        get shapes() {
          return shapes;
        },
        name: (columns) => {
          table.columns = Array.from({ length: columns }, (_, index) => ({ name: `column ${index + 1}`, binary: false, generated: false }));
          shapes = shapesOf(table, null);
        },
        get rows() {
          return table.rows;
        },
        set rows(count) {
          table.rows = count;
        },
      };
    },
    all: () =>
      [...tables.values()].map((each) => ({ table: each.table, columns: definition(each)?.map((column) => column.name) ?? each.named ?? [] })),
  };
}

function shape(columns: readonly SqlColumn[]): RowShape {
  return { columns, names: columns.map((column) => column.name) };
}
