import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import type { ByteReader } from '../../core/base/bytes.ts';

// Decodes texts with lines in two encodings: UTF-8, and another one that keeps ASCII. Such tables result if programs of two kinds append to them.

/** Length up to which a line is judged as a whole. A longer line is judged in pieces of this size. */
const lineBytes = 1024 * 1024;
/** Number of lines that a finding names. */
const firstLines = 5;

/**
 * How a line is decoded. `utf8`: it is UTF-8. `broken`: it is UTF-8 except for a few bytes, e.g. because a column was cut within a character; these bytes
 * become U+FFFD. `other`: it is in the other encoding. `ascii`: both encodings give the same text.
 */
type LineKind = 'ascii' | 'utf8' | 'broken' | 'other';

/** Numbers of lines with bytes beyond ASCII, by how they are decoded; `first`: the first line numbers, from 1, of lines that are not UTF-8. */
export interface LineSurvey {
  readonly utf8: number;
  readonly broken: number;
  readonly other: number;
  readonly first: readonly number[];
}

/** Decides how a line is decoded. @param isMarked true if a byte order mark says that the text is UTF-8; a tie then counts as UTF-8 */
function kindOf(line: Buffer, isMarked: boolean): LineKind {
  if (isAscii(line)) return 'ascii';
  if (isUtf8(line)) return 'utf8';
  const text = line.toString('utf8');
  const strays = text.match(/\ufffd/g)?.length ?? 0;
  const characters = text.match(/[\u0080-\ufffc]/g)?.length ?? 0;
  // A capital with an accent before a quote is UTF-8 by chance (`MENÜ“`), so an equal number of characters and strays proves nothing.
  return characters > strays || (isMarked && characters === strays) ? 'broken' : 'other';
}

/** Counts the lines of a text by how they are decoded. Reads the file once and keeps one line in memory. */
export async function surveyLines(reader: ByteReader, start: number, isMarked: boolean, signal: AbortSignal): Promise<LineSurvey> {
  const counts = { ascii: 0, utf8: 0, broken: 0, other: 0 };
  const first: number[] = [];
  let number = 1;
  for await (const { bytes, lineEnd } of wholeLines(reader, start, signal)) {
    const isPlain = isAscii(bytes);
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(lineEnd, at);
      const end = found < 0 ? bytes.length : found;
      const kind = isPlain ? 'ascii' : kindOf(bytes.subarray(at, end), isMarked);
      counts[kind]++;
      if ((kind === 'broken' || kind === 'other') && first.length < firstLines) first.push(number);
      if (found >= 0) number++;
      at = end + 1;
    }
  }
  return { utf8: counts.utf8, broken: counts.broken, other: counts.other, first };
}

/**
 * Returns a decoder for text that has one character per byte. It decodes each line by itself.
 * @param other decodes a line that is not UTF-8
 */
export function lineDecoder(isMarked: boolean, other: (bytes: Buffer) => string): (text: string) => string {
  const decodeLine = (line: string): string => {
    if (!/[\u0080-\u00ff]/.test(line)) return line;
    const bytes = Buffer.from(line, 'latin1');
    return kindOf(bytes, isMarked) === 'other' ? other(bytes) : bytes.toString('utf8');
  };
  return (text) => (/[\u0080-\u00ff]/.test(text) ? text.replace(/[^\r\n]+/g, decodeLine) : text);
}

/** Yields the bytes of a text in pieces, and the byte that ends lines. A piece ends with a line, or within a line after `lineBytes`. */
export async function* wholeLines(
  reader: ByteReader,
  start: number,
  signal: AbortSignal,
): AsyncIterable<{ readonly bytes: Buffer; readonly lineEnd: number }> {
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  let lineEnd: number | null = null;
  for await (const piece of reader.stream(start, reader.size, signal)) {
    signal.throwIfAborted();
    // Copied, because the bytes that are carried over are used longer than the piece.
    const bytes = Buffer.from(piece);
    lineEnd ??= bytes.includes(0x0a) || !bytes.includes(0x0d) ? 0x0a : 0x0d;
    const end = bytes.lastIndexOf(lineEnd) + 1;
    if (end > 0) {
      yield { bytes: Buffer.concat([...carried, bytes.subarray(0, end)]), lineEnd };
      carried = [];
      carriedBytes = 0;
    }
    carried.push(bytes.subarray(end));
    carriedBytes += bytes.length - end;
    if (carriedBytes < lineBytes) continue;
    const long = Buffer.concat(carried);
    const cut = wholeCharacters(long);
    yield { bytes: long.subarray(0, cut), lineEnd };
    carried = [long.subarray(cut)];
    carriedBytes = long.length - cut;
  }
  if (carriedBytes > 0) yield { bytes: Buffer.concat(carried), lineEnd: lineEnd ?? 0x0a };
}

/** Returns the number of bytes up to the end of the last complete UTF-8 character. Source: RFC 3629, section 3. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue; // a continuation byte; its lead byte is before it
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
