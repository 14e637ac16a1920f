import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { sniffCsv } from '../csv/csv.ts';
import { splitRecords } from '../csv/records.ts';
import { placedSqlRows } from '../sql/dump.ts';
import { byteScale, bytesAsCharacters, chooseEncoding, decodeBytes, decodeText, keepsAscii, recordText } from '../text/encoding.ts';
import { textWindow } from '../text/text-window.ts';
import type { EncodingChoice } from '../text/types.ts';
import type { KeptRow, RowReplacement } from './kept-row.ts';
import { encoded, lineEnds, lostText, unknownBytes } from './row-bytes.ts';
import { jsonReplacements, type RecordsPlace, xmlReplacements } from './tree-rows.ts';

/** What was kept of a table: members of table.json. */
export interface KeptContent extends RecordsPlace {
  readonly kind: string | null;
  readonly form: string;
}

/**
 * Yields the replacements that remove chosen rows from a kept table, in the order of its bytes. In a separated table or a log, the line of the row becomes
 * empty; in JSON, `{}` replaces the record; in XML, an empty element of the same name replaces the element; places outside of the records of both are smaller
 * (`TreeNode`); in SQL, a tuple is removed with its comma, a line
 * of COPY is removed, and a comment replaces a whole statement of one row. Rows of all kinds except SQL thus keep their numbers.
 * @param reader the whole table: all of its parts
 * @throws RangeError if the bytes of single rows cannot be determined in this table
 */
export async function* rowReplacements(
  reader: ByteReader,
  content: KeptContent,
  isChosen: (row: KeptRow) => boolean,
  signal: AbortSignal,
): AsyncGenerator<RowReplacement> {
  const { kind, form } = content;
  if (form === 'file' && kind === 'sqlite') throw new RangeError('it is a whole database file, in which rows cannot be told apart by their bytes');
  if (form === 'sql-text' || kind === 'sql') yield* sqlReplacements(reader, isChosen, signal);
  else if (kind === 'csv') yield* csvReplacements(reader, isChosen, signal);
  else if (kind === 'json') yield* jsonReplacements(reader, content, isChosen, signal);
  else if (kind === 'xml') yield* xmlReplacements(reader, content, isChosen, signal);
  else yield* lineReplacements(reader, isChosen, signal);
}

async function* csvReplacements(reader: ByteReader, isChosen: (row: KeptRow) => boolean, signal: AbortSignal): AsyncGenerator<RowReplacement> {
  if (reader.size === 0) return;
  const { dialect } = await sniffCsv(reader, { declaredEncoding: null, place: reader.name }, signal);
  const { scanned, decode } = recordText(dialect.encoding);
  const scale = byteScale(scanned);
  if (scale === null) throw new RangeError(unknownBytes);
  await using window = textWindow(decodeText(reader, scanned, signal), scale);
  for await (const item of splitRecords(window, dialect, dialect.separatorLine ? 1 : 0, signal)) {
    const { number, span } = item;
    if (span === null) throw new RangeError(unknownBytes);
    const raw = item.kind === 'record' ? decode(item.raw) : await lostText(reader, span, dialect.encoding, signal);
    const lost = item.kind === 'lost' ? { isLost: true as const } : {};
    if (raw === '' || !isChosen({ table: '', number, raws: [raw], span, ...lost })) continue;
    // Text that was skipped as one damaged row may have several lines, and each of them counts.
    yield { ...span, put: encoded(item.kind === 'lost' ? lineEnds(raw) : '', scanned), row: { table: '', number } };
  }
}

/** Yields replacements for lines of a text of another kind, e.g. a log. */
async function* lineReplacements(reader: ByteReader, isChosen: (row: KeptRow) => boolean, signal: AbortSignal): AsyncGenerator<RowReplacement> {
  const { choice } = await chooseEncoding(reader, null, signal);
  const isBytes = keepsAscii(choice.encoding);
  const { basis, bomBytes } = choice;
  const scanned: EncodingChoice = { encoding: isBytes ? bytesAsCharacters : choice.encoding, basis, bomBytes };
  const scale = byteScale(scanned);
  if (scale === null) throw new RangeError(unknownBytes);
  const decode = choice.isMixed === true ? recordText(choice).decode : (line: string) => decodeBytes(Buffer.from(line, 'latin1'), choice.encoding);
  await using window = textWindow(decodeText(reader, scanned, signal), scale);
  let number = 0;
  for (;;) {
    const end = window.text.indexOf('\n');
    if (end < 0 && !window.ended) {
      if (window.text.length > limits.recordBytes) throw new RangeError('it has a line that is larger than a row may be');
      await window.more();
      continue;
    }
    number++;
    const last = end < 0 ? window.text.length : end;
    const stop = window.text[last - 1] === '\r' ? last - 1 : last;
    const line = window.text.slice(0, stop);
    const offset = window.byteAt(0) ?? 0;
    const span = { offset, bytes: (window.byteAt(stop) ?? 0) - offset };
    if (line !== '' && isChosen({ table: '', number, raws: [isBytes ? decode(line) : line], span }))
      yield { ...span, put: new Uint8Array(), row: { table: '', number } };
    if (end < 0) return;
    window.drop(last + 1);
  }
}

/** A row of one statement. */
interface StatementRow extends ByteSpan {
  readonly isGone: boolean;
  readonly row: RowReplacement['row'];
}

async function* sqlReplacements(reader: ByteReader, isChosen: (row: KeptRow) => boolean, signal: AbortSignal): AsyncGenerator<RowReplacement> {
  let tuples: StatementRow[] = [];
  for await (const item of placedSqlRows(reader, null, signal)) {
    if (item.kind === 'row') {
      const { table, number, raw, cells, span, form } = item;
      const isGone = isChosen({ table, number, raws: cells === null ? [raw] : [raw, cells], span });
      if (form === 'tuple') tuples.push({ ...span, isGone, row: { table, number } });
      else if (isGone) {
        // The line end is removed with the line, because an empty line would be a row.
        const bytes = span.bytes + (await lineEndBytes(reader, span, signal));
        yield { offset: span.offset, bytes, put: new Uint8Array(), row: { table, number } };
      }
      continue;
    }
    if (tuples.some(({ isGone }) => isGone)) yield* withoutTuples(tuples, item.span, await comment(reader, item.span, signal));
    tuples = [];
  }
}

/** Returns the number of bytes of the line end after a row, in one byte or two bytes per character; 0 at the end of the table. */
async function lineEndBytes(reader: ByteReader, { offset, bytes }: ByteSpan, signal: AbortSignal): Promise<number> {
  const [first, second] = await reader.read(offset + bytes, 2, signal);
  if (first === undefined) return 0;
  const isWide = first === 0 || second === 0;
  return ((first === 0 ? second : first) === 0x0d ? 2 : 1) * (isWide ? 2 : 1);
}

/** Returns the comment that replaces a statement, in the encoding in which the statement begins. */
async function comment(reader: ByteReader, { offset }: ByteSpan, signal: AbortSignal): Promise<Uint8Array> {
  const text = '/* erased */\n';
  const [first, second] = await reader.read(offset, 2, signal);
  if (second === 0) return Buffer.from(text, 'utf16le');
  return first === 0 ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'latin1');
}

/** Yields the replacements within one statement. */
function* withoutTuples(tuples: readonly StatementRow[], statement: ByteSpan, put: Uint8Array): Generator<RowReplacement> {
  const [first] = tuples;
  if (first !== undefined && tuples.every(({ isGone }) => isGone)) {
    yield { ...statement, put, row: first.row };
    for (const { row } of tuples.slice(1)) yield { offset: statement.offset + statement.bytes, bytes: 0, put: new Uint8Array(), row };
    return;
  }
  const firstKept = tuples.findIndex(({ isGone }) => !isGone);
  for (const [index, { isGone, offset, bytes, row }] of tuples.entries()) {
    if (!isGone) continue;
    const before = tuples[index - 1];
    const after = tuples[index + 1];
    // A tuple is removed with the comma after it if no tuple remains before it, else with the comma before it.
    const from = index > firstKept && before !== undefined ? before.offset + before.bytes : offset;
    const to = index < firstKept && after !== undefined ? after.offset : offset + bytes;
    yield { offset: from, bytes: to - from, put: new Uint8Array(), row };
  }
}

/** Yields the bytes of a table with replacements, which must come in order. */
export async function* replacedBytes(
  reader: ByteReader,
  replacements: readonly Pick<RowReplacement, 'offset' | 'bytes' | 'put'>[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const { offset, bytes, put } of replacements) {
    if (offset > at) yield* reader.stream(at, offset, signal);
    if (put.length > 0) yield put;
    at = Math.max(at, offset + bytes);
  }
  if (at < reader.size) yield* reader.stream(at, reader.size, signal);
}
