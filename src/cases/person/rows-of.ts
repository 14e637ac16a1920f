import type { Person } from '../../core/identity/person.ts';
import { csvRows } from './csv-rows.ts';
import { jsonRows } from './json-rows.ts';
import type { TextForm, TextLikeness } from './person.ts';
import { noRows, type RowReaderOf } from './row-reader.ts';
import { likeLines } from './text-hits.ts';
import { xmlRows } from './xml-rows.ts';

/** Returns the reader of a kind of tables, and what one line of such a table is. @param kind as in `table.json`; null: a text of another kind */
export function rowReaderOf(kind: string | null): { readonly reader: RowReaderOf; readonly line: TextForm } {
  if (kind === 'json') return { reader: jsonRows, line: 'text' };
  if (kind === 'xml') return { reader: xmlRows, line: 'text' };
  return { reader: kind === 'csv' ? csvRows : () => noRows, line: 'row' };
}

/** Searches the row, or the sidecar, that describes one recording or one message. */
export function likeRow(person: Person, text: string): TextLikeness | null {
  const kind = /^\ufeff?\s*[{[]/.test(text) ? 'json' : /^\ufeff?\s*</.test(text) ? 'xml' : null;
  const { reader, line } = rowReaderOf(kind);
  const like = likeLines(person, text, line);
  if (like !== null || kind === null) return like;
  let inRow: TextLikeness | null = null;
  const rows = reader(person, {
    found: (one) => {
      inRow ??= one;
    },
    text: (value, _from, _to, form) => {
      inRow ??= likeLines(person, value, form);
    },
  });
  rows.begin(text);
  rows.take(text, 1, false);
  rows.end();
  return inRow;
}
