import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { detached, spanBetween, type TextWindow } from '../text/text-window.ts';
import type { CsvDialect } from '../text/types.ts';

/** The part of a dialect that determines where records end. */
export type CsvShape = Pick<CsvDialect, 'separator' | 'escape'>;

/** The shape of a table, and its line end: ` ` (with an optional `\r` before it) or `\r`. */
export interface CsvLayout extends CsvShape {
  readonly lineEnd: '\n' | '\r';
}

/** A record between two line ends, not yet split into cells. */
export interface CsvRecord {
  readonly kind: 'record';
  /** Number from 1. Lost records and blank lines count, as in a spreadsheet. */
  readonly number: number;
  readonly raw: string;
  /** The record with the quoting of RFC 4180, for the parser. */
  readonly rfc4180: string;
  readonly columns: number;
  /** True if the record's quotes are not doubled; it was then split by the table's column count. */
  readonly loose: boolean;
  /** Column count of most records before this one; null for the first record. */
  readonly usual: number | null;
  /** True if the column counts of earlier records differ. */
  readonly uneven: boolean;
  /** True if the file ends after the record without a line end. */
  readonly open: boolean;
  /** Bytes of the record without the line end; null if unknown. */
  readonly span: ByteSpan | null;
}

/** A record that could not be read, with the lines that were skipped up to the next good one. */
export interface LostRecord {
  readonly kind: 'lost';
  readonly number: number;
  readonly reason: 'quote-never-closed' | 'text-after-quote' | 'too-large' | 'too-many-columns';
  readonly lines: number;
  /** Bytes from the record up to the next good one; null if unknown. */
  readonly span: ByteSpan | null;
}

/** The end of a record, or the reason why it is unknown. */
export type ScanResult =
  | { readonly kind: 'record'; readonly end: number; readonly next: number; readonly columns: number; readonly bareQuotes: readonly number[] }
  | { readonly kind: 'more' }
  | { readonly kind: 'damage'; readonly reason: 'quote-never-closed' | 'text-after-quote' };

const quote = 0x22;
const backslash = 0x5c;
const lf = 0x0a;
const cr = 0x0d;

/**
 * Scans one record that begins at `from`. A field is quoted if its first character is a quote; quotes elsewhere are text. `backslashCloses` decides the one
 * ambiguity of PHP's writer, i.e. whether the quote in `\",` ends the field. Source for PHP: php-src main/streams and ext/standard/file.c, php_fputcsv.
 */
export function scanRecord(text: string, from: number, layout: CsvLayout, ended: boolean, backslashCloses = false): ScanResult {
  const { lineEnd } = layout;
  const separator = layout.separator.charCodeAt(0);
  const eol = lineEnd.charCodeAt(0);
  const bareQuotes: number[] = [];
  const quotes: QuoteRules = { ended, backslashCloses, bareQuotes };
  let columns = 1;
  let at = from;
  for (;;) {
    if (text.charCodeAt(at) === quote) {
      const close = closingQuote(text, at, layout, quotes);
      if (close === null) return ended ? { kind: 'damage', reason: 'quote-never-closed' } : { kind: 'more' };
      at = close + 1;
      if (!ended && at + 1 >= text.length) return { kind: 'more' };
      if (!endsField(text, at, separator, lineEnd)) return { kind: 'damage', reason: 'text-after-quote' };
    }
    let code = text.charCodeAt(at);
    while (at < text.length && code !== separator && code !== eol) code = text.charCodeAt(++at);
    if (at >= text.length) {
      if (!ended) return { kind: 'more' };
      // The last line may have no line end.
      const end = eol === lf && at > from && text.charCodeAt(at - 1) === cr ? at - 1 : at;
      return { kind: 'record', end, next: at, columns, bareQuotes };
    }
    if (code === eol) {
      const end = eol === lf && at > from && text.charCodeAt(at - 1) === cr ? at - 1 : at;
      return { kind: 'record', end, next: at + 1, columns, bareQuotes };
    }
    columns++;
    at++;
  }
}

/**
 * Returns the start and end of each cell of one record, including its quotes; null if quotes are not doubled or not closed.
 * @param raw the record without its line end
 */
export function cellBounds(raw: string, { separator }: Pick<CsvShape, 'separator'>): (readonly [start: number, end: number])[] | null {
  const bounds: (readonly [start: number, end: number])[] = [];
  const quotes: QuoteRules = { ended: true, backslashCloses: false, bareQuotes: [] };
  for (let at = 0; ; at++) {
    const start = at;
    if (raw.charCodeAt(at) === quote) {
      const close = closingQuote(raw, at, { separator, escape: 'doubled', lineEnd: '\n' }, quotes);
      if (close === null || (close + 1 < raw.length && raw[close + 1] !== separator)) return null;
      at = close + 1;
    } else {
      const next = raw.indexOf(separator, at);
      at = next < 0 ? raw.length : next;
    }
    bounds.push([start, at]);
    if (at >= raw.length) return bounds;
  }
}

/** How the quotes of one record are read. */
interface QuoteRules {
  /** True if nothing of the file follows the text. */
  readonly ended: boolean;
  /** True if the quote in `\",` ends its field. */
  readonly backslashCloses: boolean;
  /** Receives the positions of quotes after a backslash. */
  readonly bareQuotes: number[];
}

/** Returns the position of the quote that closes the field which begins at `open`; null if the text does not contain it yet. */
function closingQuote(text: string, open: number, layout: CsvLayout, { ended, backslashCloses, bareQuotes }: QuoteRules): number | null {
  const { lineEnd } = layout;
  const separator = layout.separator.charCodeAt(0);
  let at = open + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at < 0) return null;
    if (!ended && at + 2 >= text.length) return null; // the next character decides
    if (layout.escape === 'backslash' && at - 1 > open && text.charCodeAt(at - 1) === backslash) {
      if (!backslashCloses || !endsField(text, at + 1, separator, lineEnd)) {
        bareQuotes.push(at++);
        continue;
      }
    }
    if (text.charCodeAt(at + 1) !== quote) return at;
    at += 2;
  }
}

function endsField(text: string, at: number, separator: number, lineEnd: '\n' | '\r'): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  if (code === separator || code === lineEnd.charCodeAt(0)) return true;
  return code === cr && (at + 1 >= text.length || text.charCodeAt(at + 1) === lf);
}

/**
 * Splits a line whose quotes are not doubled (`"say "hi" now";x`): a quote ends its field only before a separator or the end of the line. Null if a field has
 * no end. The result is right only if it has as many cells as the table has columns.
 */
export function looseCells(line: string, separator: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let end: number;
    if (line[at] === '"') {
      const close = line.indexOf(`"${separator}`, at + 1);
      end = close < 0 ? line.length - 1 : close;
      if (line[end] !== '"' || end === at) return null;
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      end++;
    } else {
      const next = line.indexOf(separator, at);
      end = next < 0 ? line.length : next;
      cells.push(line.slice(at, end));
    }
    if (end >= line.length) return cells;
    at = end + 1;
  }
}

/**
 * Splits text into records and recovers after a damaged one. An unclosed quote, text after a closing quote, or a record beyond `limits.recordBytes` loses only
 * that line; reading resumes at the next line with the table's usual column count. Blank lines are skipped and counted. Holds at most one record.
 * @param skipLines lines before the first record, e.g. titles; they have no numbers
 */
export async function* splitRecords(
  window: TextWindow,
  shape: CsvShape,
  skipLines: number,
  signal: AbortSignal,
): AsyncIterable<CsvRecord | LostRecord> {
  await window.more();
  const lineEnd = usualLineEnd(window.text);
  const layout: CsvLayout = { separator: shape.separator, escape: shape.escape, lineEnd };
  const usual = usualColumns();
  let number = 0;
  let lost: { reason: LostRecord['reason']; lines: number; from: number | null } | null = null;
  const lostAs = ({ reason, lines, from }: { reason: LostRecord['reason']; lines: number; from: number | null }, to: number): LostRecord => ({
    kind: 'lost',
    number,
    reason,
    lines,
    span: spanBetween(from, window.byteAt(to)),
  });
  let at = 0;
  for (let line = 0; line < skipLines; line++) at = await nextLine(window, at, lineEnd);
  for (;;) {
    signal.throwIfAborted();
    if (at >= window.text.length && window.ended) break;
    const skipped = lost === null ? blankLine(window.text, at, lineEnd) : 0;
    if (skipped > 0) {
      at += skipped;
      number++;
      continue;
    }
    const read = readOne(window.text, at, layout, window.ended, usual.columns);
    if (read.kind === 'more' && window.text.length - at < limits.recordBytes) {
      window.drop(at);
      at = 0;
      await window.more();
      continue;
    }
    if (read.kind === 'record' && (lost === null || usual.columns === null || read.columns === usual.columns)) {
      const from = window.byteAt(at);
      if (lost !== null) {
        yield lostAs(lost, at);
        number += lost.lines - 1;
      }
      lost = null;
      number++;
      if (read.columns > limits.recordFields) yield lostAs({ reason: 'too-many-columns', lines: 1, from }, read.end);
      else if (read.end - at > limits.recordBytes) yield lostAs({ reason: 'too-large', lines: 1, from }, read.end);
      else {
        const raw = detached(window.text.slice(at, read.end));
        const before = { usual: usual.columns, uneven: usual.uneven };
        const open = read.next >= window.text.length && !window.text.endsWith(lineEnd);
        usual.add(read.columns);
        const span = spanBetween(from, window.byteAt(read.end));
        yield { kind: 'record', number, raw, rfc4180: read.rfc4180 ?? raw, columns: read.columns, loose: read.loose, ...before, open, span };
      }
      at = read.next;
      continue;
    }
    if (lost === null) {
      number++;
      lost = { reason: read.kind === 'damage' ? read.reason : 'too-large', lines: 0, from: window.byteAt(at) };
    }
    // This line is lost, too; the next one may be good.
    lost.lines++;
    at = await nextLine(window, at, lineEnd);
  }
  if (lost !== null) yield lostAs(lost, at);
}

type OneRecord =
  | {
      readonly kind: 'record';
      readonly end: number;
      readonly next: number;
      readonly columns: number;
      readonly rfc4180: string | null;
      readonly loose: boolean;
    }
  | { readonly kind: 'more' }
  | { readonly kind: 'damage'; readonly reason: 'quote-never-closed' | 'text-after-quote' };

/** Reads one record in the most likely of its possible interpretations, judged by the table's usual column count. */
function readOne(text: string, at: number, layout: CsvLayout, ended: boolean, usual: number | null): OneRecord {
  const { lineEnd, separator } = layout;
  const strict = scanRecord(text, at, layout, ended);
  const line = lineAfter(text, at, lineEnd);
  if (strict.kind === 'record' && (usual === null || strict.columns === usual))
    return { ...strict, rfc4180: doubleQuotes(text, at, strict), loose: false };
  if (layout.escape === 'backslash') {
    const other = scanRecord(text, at, layout, ended, true);
    if (other.kind === 'record' && (usual === null || other.columns === usual))
      return { ...other, rfc4180: doubleQuotes(text, at, other), loose: false };
  }
  if (strict.kind === 'more') return strict;
  if (strict.kind === 'record' && !(line !== null && strict.next > line && isUsual(text, line, layout, ended, usual))) {
    return { ...strict, rfc4180: doubleQuotes(text, at, strict), loose: false };
  }
  // Perhaps only this line has undoubled quotes.
  const next = line ?? text.length;
  const end = lineEndBefore(text, at, next, lineEnd);
  const cells = usual === null || next - at > limits.recordBytes ? null : looseCells(text.slice(at, end), separator);
  if (cells !== null && cells.length === usual) {
    const rfc4180 = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator);
    return { kind: 'record', end, next, columns: cells.length, rfc4180, loose: true };
  }
  return { kind: 'damage', reason: strict.kind === 'damage' ? strict.reason : 'quote-never-closed' };
}

/**
 * Returns true if a line by itself is a record with the usual column count. If such a line is the second one of a record with another count, that record has
 * swallowed a good one.
 */
function isUsual(text: string, line: number, layout: CsvLayout, ended: boolean, usual: number | null): boolean {
  const alone = scanRecord(text, line, layout, ended);
  return alone.kind === 'record' && alone.columns === usual;
}

/** Returns the record with doubled quotes after backslashes; null if it has no such quotes. */
function doubleQuotes(text: string, from: number, scan: { readonly end: number; readonly bareQuotes: readonly number[] }): string | null {
  if (scan.bareQuotes.length === 0) return null;
  const parts: string[] = [];
  let at = from;
  for (const position of scan.bareQuotes) {
    parts.push(text.slice(at, position), '"');
    at = position;
  }
  parts.push(text.slice(at, scan.end));
  return parts.join('');
}

/** Tracks the column count of most records so far (null before the first), and whether counts differ (`uneven`). */
function usualColumns(): { readonly columns: number | null; readonly uneven: boolean; add(columns: number): void } {
  const counts = new Map<number, number>();
  let best: number | null = null;
  return {
    get columns() {
      return best;
    },
    get uneven() {
      return counts.size > 1;
    },
    add: (columns) => {
      const count = (counts.get(columns) ?? 0) + 1;
      counts.set(columns, count);
      if (best === null || count > (counts.get(best) ?? 0)) best = columns;
    },
  };
}

/** Detects the line end. Old Macintosh exports use `\r` alone; their beginning contains no ` `. */
export function usualLineEnd(text: string): '\n' | '\r' {
  return !text.includes('\n') && text.includes('\r') ? '\r' : '\n';
}

/** Returns the position after the line that contains `at`; null if the text does not contain its end. */
function lineAfter(text: string, at: number, lineEnd: '\n' | '\r'): number | null {
  const end = text.indexOf(lineEnd, at);
  return end < 0 ? null : end + 1;
}

/** Returns the position after the line that contains `at`, or the end of the text. Drops the passed text if it must read on. */
async function nextLine(window: TextWindow, at: number, lineEnd: '\n' | '\r'): Promise<number> {
  let next = lineAfter(window.text, at, lineEnd);
  while (next === null && !window.ended) {
    window.drop(window.text.length);
    await window.more();
    next = lineAfter(window.text, 0, lineEnd);
  }
  return next ?? window.text.length;
}

function lineEndBefore(text: string, at: number, next: number, lineEnd: '\n' | '\r'): number {
  let end = next;
  if (end > at && text[end - 1] === lineEnd) end--;
  if (lineEnd === '\n' && end > at && text[end - 1] === '\r') end--;
  return end;
}

/** Returns the length of a blank line at `at`; 0 if the line is not blank. */
function blankLine(text: string, at: number, lineEnd: '\n' | '\r'): number {
  if (text[at] === lineEnd) return 1;
  return text[at] === '\r' && text[at + 1] === '\n' ? 2 : 0;
}
