import { agree } from '../../core/base/agree.ts';
import { printable } from '../../core/words/printable.ts';
import { counted } from '../../core/words/quantity.ts';
import { unreadRowOf } from '../../pipeline/open/unread-rows.ts';

/** Number of characters of a row that are shown; `--json` has more. */
const textChars = 160;

/** Head of the table of rows that could not be read. */
export const unreadHead: readonly string[] = ['bag', 'table', 'row', 'kept in', 'code', 'text'];

/** Returns the cells below `unreadHead` for one row that could not be read. */
export function unreadCells(value: Readonly<Record<string, unknown>>): string[] {
  const { bag, folder, path, table, row, code, offset, bytes, text } = unreadRowOf(value);
  const place = offset === null ? `${folder}: place unknown` : agree`${folder}: ${bytes} byte[s] from byte ${offset}`;
  const shown = text === null ? '-' : text.length > textChars ? `${text.slice(0, textChars)}…` : text;
  return [bag, table === '' ? path : `${path}:${table}`, String(row), place, code, shown].map(printable);
}

/** Returns the line below a list of recordings that states how many rows could not be read; nothing if all were read. */
export function unreadLine(rows: number): string[] {
  return rows === 0 ? [] : [`${counted(rows, 'row')} that could not be read: the kept tables have ${rows === 1 ? 'it' : 'them'}.`];
}
