import { agree } from '../../src/core/base/agree.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { Row } from '../../src/tables/text/types.ts';
import type { TableLayout } from '../engine/records/shape.ts';
import { type Layouts, layoutFor } from './layouts.ts';
import { isUniqueId } from './names.ts';

/** The first 16 columns of every CDR CSV (recorder facts 1.1; asterisk, cdr/cdr_csv.c). */
const cdrBase = 'accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags'.split(
  ' ',
);
/** Columns that `newcdrcolumns` adds. */
const cdrNew = ['peeraccount', 'linkedid', 'sequence'];
/** Columns of the mapping in Asterisk's cel_custom.conf.sample. */
const celColumns =
  'eventtype eventtime cidname cidnum ani rdnis dnid exten context channame appname appdata amaflags accountcode uniqueid linkedid peer userfield userdeftype eventextra'.split(
    ' ',
  );
/** Names in database exports that mean a standard column. */
const synonyms: Readonly<Record<string, string>> = {
  calldate: 'start',
  cid_name: 'cidname',
  cid_num: 'cidnum',
  cid_ani: 'ani',
  cid_rdnis: 'rdnis',
  cid_dnid: 'dnid',
  extra: 'eventextra',
};
/** Event types of include/asterisk/cel.h. */
const celTypes = new Set(
  (
    'CHAN_START CHAN_END ANSWER HANGUP APP_START APP_END BRIDGE_ENTER BRIDGE_EXIT BRIDGE_START BRIDGE_END BRIDGE_UPDATE CONF_ENTER CONF_EXIT CONF_START ' +
    'CONF_END BLINDTRANSFER ATTENDEDTRANSFER TRANSFER PARK_START PARK_END PICKUP FORWARD HOOKFLASH 3WAY_START 3WAY_END LINKEDID_END LOCAL_OPTIMIZE ' +
    'LOCAL_OPTIMIZE_BEGIN STREAM_BEGIN STREAM_END DTMF USER_DEFINED'
  ).split(' '),
);

const localTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
const celTime = /^(?:\d{9,11}(?:\.\d{1,6})?|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*)$/;

/** Kind of table. */
export type AsteriskTable = 'cdr' | 'cel';

/** Matches names of files that may be tables: any CSV, including those renamed by log rotation, and databases and dumps of them. */
export const tableFile = /\.csv$|\.csv[-._][\w.-]*$|\.(?:sql|dump|db|db3|sqlite|sqlite3)(?:[-._]\d[\w.-]*)?$/i;

/** Returns the standard name of a column. */
export function canonicalName(name: string): string {
  const bare = name.trim().toLowerCase();
  return synonyms[bare] ?? bare;
}

/** Sets of columns, in the names used by databases; a table has at least one of these sets. */
export const tableColumns: Readonly<Record<AsteriskTable, readonly (readonly string[])[]>> = {
  cdr: ['start', 'calldate'].flatMap((start) => [
    [start, 'src', 'dst', 'uniqueid'],
    [start, 'src', 'dst', 'duration', 'disposition'],
  ]),
  cel: [['eventtype', 'eventtime', 'uniqueid', 'linkedid']],
};

/** Returns how to read the rows of a CSV that its first rows identify as a CDR or CEL table, whatever its folder and name; null if it is neither. */
export function layoutOf(
  rows: readonly Row[],
  path: string,
  layouts: Layouts,
): { readonly table: AsteriskTable; readonly layout: TableLayout } | null {
  const [first] = rows;
  if (first === undefined) return null;
  const header = headerOf(first.cells);
  if (header !== null) return named(header, true);
  const cdr = rows.filter(({ cells }) => isCdr(cells));
  const cel = rows.filter(({ cells }) => isCel(cells));
  // The table is recognised despite a few damaged rows, but not if half of them are damaged.
  const most = Math.max(cdr.length, cel.length);
  if (most === 0 || most * 2 < rows.length) {
    const columns = layoutFor(layouts, path, rows);
    return columns === null ? null : named(columns, false);
  }
  if (cel.length > cdr.length) return { table: 'cel', layout: laidOut('cel', false, widthsOf(cel), (cells) => (isCel(cells) ? celColumns : null)) };
  const widths = widthsOf(cdr);
  // By number of columns: whether the one column that may be `uniqueid` or `userfield` is the uniqueid.
  const uniqueidAt16 = new Map(
    widths.map((width) => [width, cdr.filter(({ cells }) => cells.length === width).every(({ cells }) => isUniqueId(cells[16] ?? ''))]),
  );
  return { table: 'cdr', layout: laidOut('cdr', false, widths, (cells) => (isCdr(cells) ? cdrColumns(cells, uniqueidAt16) : null)) };
}

/** Returns a table whose columns have names: from its first row, or from a configuration. */
function named(columns: readonly string[], headed: boolean): { readonly table: AsteriskTable; readonly layout: TableLayout } {
  const table = columns.includes('eventtype') ? 'cel' : 'cdr';
  return { table, layout: laidOut(table, headed, [columns.length], (cells) => (cells.length === columns.length ? columns : null)) };
}

/**
 * Returns the layout.
 * @param columnsOf returns the names of a row's cells; null if the row does not belong to this table. A cell without a name is named by its number.
 */
function laidOut(
  table: AsteriskTable,
  headed: boolean,
  widths: readonly number[],
  columnsOf: (cells: readonly string[]) => readonly string[] | null,
): TableLayout {
  const pairs: TableLayout['pairs'] = (cells, place) => {
    const columns = columnsOf(cells);
    if (columns === null) return finding('I102', place, agree`${cells.length} column[s] [does|do] not fit a ${table.toUpperCase()} row`);
    return cells.map((cell, index) => [columns[index] ?? `column ${index + 1}`, cell] as const);
  };
  return { headed, widths, pairs };
}

function widthsOf(rows: readonly Row[]): readonly number[] {
  return [...new Set(rows.map(({ cells }) => cells.length))].sort((a, b) => a - b);
}

/** Returns the columns. Each optional column may be present or absent: with 1 or 4 cells more than the base, two sets are possible. */
function cdrColumns(cells: readonly string[], uniqueidAt16: ReadonlyMap<number, boolean>): readonly string[] {
  const more = cells.length - cdrBase.length;
  const either = (uniqueidAt16.get(cells.length) ?? isUniqueId(cells[16] ?? '')) ? 'uniqueid' : 'userfield';
  if (more === 0) return cdrBase;
  if (more === 1) return [...cdrBase, either];
  if (more === 2) return [...cdrBase, 'uniqueid', 'userfield'];
  if (more === 3) return [...cdrBase, ...cdrNew];
  if (more === 4) return [...cdrBase, either, ...cdrNew];
  return [...cdrBase, 'uniqueid', 'userfield', ...cdrNew];
}

/** Returns column names in their standard form, if the first row holds names of a CDR or CEL table; otherwise null. */
function headerOf(cells: readonly string[]): readonly string[] | null {
  const names = cells.map(canonicalName);
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name));
  if (has('start', 'src', 'dst', 'uniqueid')) return names;
  return has('start', 'src', 'dst', 'duration', 'disposition') || has('eventtype', 'eventtime', 'uniqueid', 'linkedid') ? names : null;
}

function isCdr(cells: readonly string[]): boolean {
  const [start, answer, end, duration, billsec, disposition] = cells.slice(9, 15);
  return (
    cells.length >= 16 &&
    cells.length <= 21 &&
    localTime.test(start ?? '') &&
    (answer === '' || localTime.test(answer ?? '')) &&
    (end === '' || localTime.test(end ?? '')) &&
    /^\d+(\.\d+)?$/.test(duration ?? '') &&
    /^\d+(\.\d+)?$/.test(billsec ?? '') &&
    /^[A-Z][A-Z ]*$/.test(disposition ?? '')
  );
}

function isCel(cells: readonly string[]): boolean {
  return cells.length >= 16 && cells.length <= 24 && celTypes.has(cells[0] ?? '') && celTime.test(cells[1] ?? '') && isUniqueId(cells[14] ?? '');
}
