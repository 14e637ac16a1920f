import { printable } from '../../core/words/printable.ts';
import type { CallLine } from './call-line.ts';

/** Columns of the table of recordings, in order. */
const columns = [
  'recordingId',
  'key',
  'status',
  'joined',
  'standing',
  'start',
  'startCertainty',
  'durationMs',
  'audioFiles',
  'sound',
  'doubtful',
  'importer',
  'grade',
  'rule',
  'reason',
  'files',
  'rows',
  'morePlaces',
] as const;

/** First characters of spreadsheet formulas (OWASP, CSV injection), also in full-width form, which some input methods convert. */
const formulaSigns = '=+\\-@\uff1d\uff0b\uff0d\uff20';
const startsFormula = new RegExp(`^[\\s"']*[${formulaSigns}]|^'`, 'u');
/** Matches a place where a program that splits at semicolons would start a cell with a formula. */
const inner = new RegExp(`;(?=[\\s"']*[${formulaSigns}])`, 'gu');

/**
 * Writes a text as a cell that no spreadsheet executes and that `csvText` restores exactly. Hidden characters become e.g. `\u000d`, and a backslash that could
 * be read as an escape becomes `\u005c`. A text that would start a formula, or that starts with an apostrophe, gets an apostrophe in front.
 */
export function csvCell(text: string): string {
  const seen = printable(text.toWellFormed().replace(/\\(?=u[0-9a-f]{4})/g, '\\u005c')).replace(inner, '\\u003b');
  return startsFormula.test(seen) ? `'${seen}` : seen;
}

/** Restores the text of a cell. */
export function csvText(cell: string): string {
  const bare = cell.startsWith("'") ? cell.slice(1) : cell;
  return bare.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Head of the table: the UTF-8 byte order mark, without which Excel assumes windows-1252, and the names of the columns. */
export const csvHead = `\ufeff${columns.join(',')}\r\n`;

/** Writes the line of a recording (RFC 4180). Several places share one cell, one per line, each escaped separately. */
export function csvLine(line: CallLine): string {
  const { places, rows } = line;
  const values: Readonly<Record<(typeof columns)[number], string>> = {
    recordingId: csvCell(line.recordingId ?? ''),
    key: csvCell(line.key),
    status: csvCell(line.status),
    joined: csvCell(line.joined),
    standing: line.standing,
    start: csvCell(line.start ?? ''),
    startCertainty: line.startCertainty ?? '',
    durationMs: line.durationMs === null ? '' : String(Math.round(line.durationMs)),
    audioFiles: String(line.audioFiles),
    sound: line.sound ?? '',
    doubtful: String(line.doubtful),
    importer: csvCell(line.importer),
    grade: line.grade ?? '',
    rule: csvCell(line.rule),
    reason: csvCell(line.reason ?? ''),
    files: places.map(csvCell).join('\n'),
    rows: rows.map(csvCell).join('\n'),
    morePlaces: String(line.morePlaces),
  };
  return `${columns.map((name) => quoted(values[name])).join(',')}\r\n`;
}

/** Writes a table as CSV (RFC 4180) that no spreadsheet executes: byte order mark, names of the columns, rows. Null becomes an empty cell. */
export function csvTable(names: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  let text = `\ufeff${csvRow(names)}`;
  for (const row of rows) text += csvRow(row);
  return text;
}

/** Writes one line of such a table, for tables too long for memory. */
export function csvRow(cells: readonly (string | number | null)[]): string {
  const texts = cells.map((cell) => (cell === null ? '' : typeof cell === 'number' ? String(cell) : csvCell(cell)));
  return `${texts.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return /^[\w.:+-]*$/.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`;
}
