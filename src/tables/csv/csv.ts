import { parse } from 'csv-parse/sync';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { errorText } from '../../core/base/error.ts';
import { type ByteSpan, type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { byteScale, chooseEncoding, decodeText, recordText } from '../text/encoding.ts';
import { rowPlace } from '../text/row-place.ts';
import { textWindow } from '../text/text-window.ts';
import type { CsvDialect, Row, RowOrFinding } from '../text/types.ts';
import { type CsvRecord, type LostRecord, splitRecords } from './records.ts';
import { firstRows, looksLikeHeader, scoreDialects, separatorLine, weight } from './sniff.ts';

/** Number of characters examined to find the dialect. */
const sniffChars = 256 * 1024;
/** Number of records that are passed to the parser at once. */
const batchRecords = 500;
const batchChars = 1024 * 1024;

/**
 * Detects how a separated table is written, from its first 256 Ki characters: encoding (from all bytes), `sep=` line, separator, kind of quoting, usual column
 * count, and whether the first row names the columns (null if undecided). `skipLines`: number of lines before the table, e.g. titles.
 */
export async function sniffCsv(
  reader: ByteReader,
  options: { readonly declaredEncoding: string | null; readonly place: string; readonly skipLines?: number },
  signal: AbortSignal,
): Promise<{ dialect: CsvDialect; columns: number | null; hasHeader: boolean | null; findings: Finding[] }> {
  const { choice, findings: about } = await chooseEncoding(reader, options.declaredEncoding, signal);
  const findings = about.map((each) => ({ ...each, place: options.place }));
  await using window = textWindow(decodeText(reader, recordText(choice).scanned, signal));
  while (window.text.length < sniffChars && (await window.more()));
  const named = separatorLine(window.text);
  const sample = withoutLines(window.text, (named === null ? 0 : 1) + (options.skipLines ?? 0));
  const scores = scoreDialects(sample, window.ended).filter((score) => named === null || score.separator === named);
  const best = scores[0];
  const dialect: CsvDialect = {
    separator: best?.separator ?? ',',
    escape: best?.escape ?? 'doubled',
    separatorLine: named !== null,
    encoding: choice,
  };
  if (best === undefined || best.records === 0) return { dialect, columns: null, hasHeader: null, findings };
  if (weight(best) === 0) {
    // A table with one column needs no separator. A comma would split it at decimals; a tab hardly ever occurs.
    findings.push(finding('T110', options.place, agree`no separator found in ${best.records} row[s]; it is read as one column`));
    return { dialect: { ...dialect, separator: '\t' }, columns: 1, hasHeader: looksLikeHeader(firstRows(sample, best, window.ended)), findings };
  }
  const rival = scores.find((score) => score.separator !== best.separator);
  if (rival !== undefined && weight(rival) > 0.8 * weight(best)) {
    findings.push(
      finding(
        'T111',
        options.place,
        agree`${shown(best.separator)} makes ${best.columns} column[s] in ${best.agreeing} of ${best.records} row[s], ${shown(rival.separator)} makes ${rival.columns} in ${rival.agreeing}; ${shown(best.separator)} is used`,
      ),
    );
  }
  return { dialect, columns: best.columns, hasHeader: looksLikeHeader(firstRows(sample, best, window.ended)), findings };
}

/** Returns a text without its first `lines` lines. */
function withoutLines(text: string, lines: number): string {
  let rest = text;
  for (let line = 0; line < lines; line++) rest = rest.slice(rest.search(/[\r\n]|$/)).replace(/^(?:\r\n?|\n)/, '');
  return rest;
}

/**
 * Reads a separated table of any size record by record, with one batch in memory. Each damaged record gives one finding at its place in the order (see
 * `isLostRecord`), and reading continues at the next good line. `skipLines`: number of lines before the table, e.g. titles; they count in the numbers of rows.
 * NUL characters are removed from cells and counted in a finding at the end, except runs of NUL that damage left (T119).
 */
export async function* readCsv(
  reader: ByteReader,
  dialect: CsvDialect,
  options: { readonly place: string; readonly skipLines?: number },
  signal: AbortSignal,
): AsyncIterable<RowOrFinding> {
  const { place, skipLines = 0 } = options;
  const { scanned, decode } = recordText(dialect.encoding);
  await using window = textWindow(decodeText(reader, scanned, signal), byteScale(scanned));
  let batch: CsvRecord[] = [];
  let chars = 0;
  let rowsWithNul = 0;
  let isCut = false;
  const flush = function* (): Iterable<RowOrFinding> {
    for (const each of parseBatch(batch, dialect, place)) {
      if (each.kind === 'row' && each.raw.includes('\0')) rowsWithNul++;
      yield each;
    }
    batch = [];
    chars = 0;
  };
  for await (const split of splitRecords(window, dialect, (dialect.separatorLine ? 1 : 0) + skipLines, signal)) {
    // Spreadsheets also count titles as rows.
    const item = skipLines === 0 ? split : { ...split, number: split.number + skipLines };
    if (item.kind === 'lost') {
      yield* flush();
      yield lostFinding(item, place);
      continue;
    }
    if (item.loose) {
      yield* flush();
      yield finding(
        'T116',
        rowPlace(place, item.number),
        agree`quotes inside a cell are not doubled; read as ${item.columns} column[s] like the other rows`,
      );
    }
    if (isHoled(item)) {
      yield* flush();
      yield lostRow('T119', place, item, `row ${item.number} is broken by NUL bytes and was not read; following rows may be missing`);
      continue;
    }
    isCut = item.open && item.usual !== null && item.columns < item.usual && !item.uneven;
    batch.push(dialect.encoding.isMixed === true ? { ...item, raw: decode(item.raw), rfc4180: decode(item.rfc4180) } : item);
    chars += item.raw.length;
    if (batch.length >= batchRecords || chars >= batchChars) yield* flush();
  }
  yield* flush();
  if (rowsWithNul > 0)
    yield finding(
      'T117',
      place,
      agree`${rowsWithNul} row[s] [contains|contain] NUL characters, which are left out of cells and kept in the raw text`,
    );
  if (isCut) yield finding('T161', place, 'ends within a row: the last one has fewer cells than all others and no line end');
}

/**
 * Returns true if NUL characters in a record are damage and not the padding of a fixed-width field: they add or remove cells, text follows a run of them within
 * one cell, or a run is longer than such fields are. A run of 4 counts, because two UTF-16 characters contain fewer; 512 is the size of a disk sector.
 */
export function isHoled({ raw, columns, usual }: CsvRecord): boolean {
  if (!raw.includes('\0\0\0\0')) return false;
  if (usual !== null && columns !== usual) return true;
  return /[^\0,;|\t"\r\n ]\0{4,}[^\0,;|\t"\r\n ]/.test(raw) || raw.includes('\0'.repeat(512));
}

/** Parses records: all together if that gives as many rows as there are records, else one by one. */
function* parseBatch(batch: readonly CsvRecord[], dialect: CsvDialect, place: string): Iterable<RowOrFinding> {
  if (batch.length === 0) return;
  const together = parseRecords(batch.map((record) => record.rfc4180).join('\n'), dialect);
  for (const [i, record] of batch.entries()) {
    const rows = typeof together !== 'string' && together.length === batch.length ? [together[i] ?? []] : parseRecords(record.rfc4180, dialect);
    const cells = typeof rows !== 'string' && rows.length === 1 ? rows[0] : undefined;
    if (cells === undefined) {
      yield lostRow('T115', place, record, `row ${record.number} cannot be split into cells${typeof rows === 'string' ? ` (${rows})` : ''}`);
      continue;
    }
    const { number, raw, span } = record;
    const row: Row = { kind: 'row', number, cells: cells.map((cell) => cell.replaceAll('\0', '')), raw, span };
    yield row;
  }
}

/** Returns the rows of RFC 4180 text; the parser's error code if that fails. */
function parseRecords(text: string, dialect: CsvDialect): string[][] | string {
  try {
    return parse(text, { delimiter: dialect.separator, record_delimiter: '\n', relax_column_count: true, relax_quotes: true });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code;
    throw new Error(errorText(error), { cause: error });
  }
}

function lostFinding(lost: LostRecord, place: string): Finding {
  const lines = lost.lines === 1 ? '1 line' : agree`${lost.lines} line[s]`;
  if (lost.reason === 'quote-never-closed')
    return lostRow('T112', place, lost, `row ${lost.number} opens a quote that never closes; ${lines} skipped to the next good row`);
  if (lost.reason === 'text-after-quote')
    return lostRow('T113', place, lost, `row ${lost.number} has text after a closing quote; ${lines} skipped to the next good row`);
  const what = lost.reason === 'too-large' ? 'is larger than a row may be' : 'has more columns than a row may have';
  return lostRow('T114', place, lost, `row ${lost.number} ${what}; ${lines} skipped to the next good row`);
}

/** Creates the finding for a row that could not be read. */
function lostRow(
  code: FindingCode,
  place: string,
  { number, span }: { readonly number: number; readonly span: ByteSpan | null },
  message: string,
): Finding {
  return { ...finding(code, rowPlace(place, number), message), lost: { table: '', number, span } };
}

function shown(separator: CsvDialect['separator']): string {
  return separator === '\t' ? 'the tab' : `'${separator}'`;
}
