import type { ByteReader } from '../../core/base/bytes.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import type { ColumnsLeftOut } from '../../core/model/importer.ts';
import { isHoled, sniffCsv } from '../csv/csv.ts';
import { cellBounds, splitRecords } from '../csv/records.ts';
import { readSeparated } from '../csv/separated.ts';
import { byteScale, bytesAsCharacters, decodeText, keepsAscii } from '../text/encoding.ts';
import { textWindow } from '../text/text-window.ts';
import { findColumn } from '../values/columns.ts';

/** Counts what is left out of a separated table. */
export interface LeftOut {
  /** Number of rows that are left out whole. */
  rows: number;
}

/**
 * Yields the bytes of a separated table that must not be kept, in order: the cells of the columns, without their separators, in every row except the header;
 * and, without their line ends, whole rows in which it is uncertain which cell belongs to which column.
 * @throws RangeError if the table has no such column, or if its encoding does not show the bytes of a cell
 */
export async function* spansLeftOut(
  reader: ByteReader,
  leftOut: ColumnsLeftOut,
  { declaredEncoding, counts }: { readonly declaredEncoding: string | null; readonly counts: LeftOut },
  signal: AbortSignal,
): AsyncGenerator<ByteSpan> {
  const { columns, skipLines, hasHeader, separator } = leftOut;
  const place = reader.name;
  const { dialect: sniffed } = await sniffCsv(reader, { declaredEncoding, place, skipLines }, signal);
  const dialect = separator === null ? sniffed : { ...sniffed, separator };
  const header = await headerOf(reader, leftOut, declaredEncoding, signal);
  if (header === null) return;
  const blank = columns.map((column) => {
    const index = findColumn(header, column);
    if (index === null) throw new RangeError(`it has no column '${column}'`);
    return index;
  });
  const { encoding, basis, bomBytes } = dialect.encoding;
  const scanned = keepsAscii(encoding) ? { encoding: bytesAsCharacters, basis, bomBytes } : dialect.encoding;
  const scale = byteScale(scanned);
  if (scale === null) throw new RangeError(`the bytes of its cells cannot be located in the encoding ${encoding}`);
  await using window = textWindow(decodeText(reader, scanned, signal), scale);
  let begun = false;
  for await (const item of splitRecords(window, dialect, (dialect.separatorLine ? 1 : 0) + skipLines, signal)) {
    if (item.span === null) throw new RangeError('the bytes of a row cannot be located');
    const isFirst = !begun;
    begun ||= item.kind === 'record';
    if (isFirst && hasHeader && item.kind === 'record') continue;
    const isPlain = item.kind === 'record' && !item.loose && item.rfc4180 === item.raw && !isHoled(item);
    const bounds = isPlain ? cellBounds(item.raw, dialect) : null;
    if (!isPlain || bounds === null || bounds.length !== header.length) {
      counts.rows++;
      yield item.span;
      continue;
    }
    for (const index of [...blank].sort((a, b) => a - b)) {
      const [start, end] = bounds[index] ?? [0, 0];
      const before = scale.measure(item.raw.slice(0, start));
      if (end > start) yield { offset: item.span.offset + before, bytes: scale.measure(item.raw.slice(start, end)) };
    }
  }
}

/** Returns the names of the columns; null for an empty table. */
async function headerOf(
  reader: ByteReader,
  { skipLines, hasHeader, names, separator }: ColumnsLeftOut,
  declaredEncoding: string | null,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const options = { place: reader.name, declaredEncoding, separator, skipLines, hasHeader, names };
  for await (const item of readSeparated(reader, options, signal)) if (item.kind === 'header') return item.names;
  return null;
}

/** Yields the bytes of a file without some spans, which must come in order. */
export async function* withoutSpans(reader: ByteReader, spans: AsyncIterable<ByteSpan>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = spans[Symbol.asyncIterator]();
  const next = async (): Promise<ByteSpan | null> => {
    const step = await iterator.next();
    return step.done === true ? null : step.value;
  };
  try {
    let span = await next();
    let at = 0;
    for await (const piece of reader.stream(0, reader.size, signal)) {
      let from = 0;
      while (span !== null && span.offset < at + piece.length) {
        const [start, end]: readonly [number, number] = [span.offset - at, span.offset + span.bytes - at];
        if (start > from) yield piece.slice(from, start);
        from = Math.max(from, Math.min(end, piece.length));
        if (end > piece.length) break;
        span = await next();
      }
      if (from < piece.length) yield piece.slice(from);
      at += piece.length;
    }
  } finally {
    await iterator.return?.();
  }
}
