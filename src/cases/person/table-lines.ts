import { basename, dirname } from 'node:path';
import { type OpenedFile, openNamed } from '../../sealing/stored/stored-bytes.ts';
import { decodeByteText, type TextEncoding, textEncoding } from './text-hits.ts';

/** A line of a kept table, or a piece of a long line. */
export interface TableLine {
  readonly text: string;
  /** True: the line is longer than a piece, and the next piece continues it. */
  readonly isCut: boolean;
}

/** A table that is not text. */
export class NotText extends Error {}

const blockBytes = 1024 * 1024;
/** Lines that are longer than this are searched in pieces of this length. */
const mostLineBytes = 4 * blockBytes;

/**
 * Yields the lines of a text.
 * @param before an earlier part of the table, whose last line continues in this one; null: there is none
 * @throws NotText; the system's error
 */
export function* linesOf(path: string, before: string | null): Generator<TableLine> {
  const file = openNamed(dirname(path), basename(path));
  try {
    const block = Buffer.alloc(blockBytes);
    let size = file.readInto(block, 0);
    let at = size;
    const encoding = textEncoding(block.subarray(0, size));
    if (encoding === null) throw new NotText();
    const { newline, decode, wholeBytes } = unitsOf(encoding, block.subarray(0, size));
    let rest = before === null ? Buffer.alloc(0) : lastLine(before, newline);
    for (; size > 0; size = file.readInto(block, at), at += size) {
      const bytes = Buffer.concat([rest, block.subarray(0, size)]);
      let from = 0;
      for (let end = endOfLine(bytes, from, newline); end >= 0; end = endOfLine(bytes, from, newline)) {
        yield { text: decode(bytes.subarray(from, end)), isCut: false };
        from = end;
      }
      rest = bytes.subarray(from);
      if (rest.length < mostLineBytes) continue;
      const whole = wholeBytes(rest);
      yield { text: decode(rest.subarray(0, whole)), isCut: true };
      rest = rest.subarray(whole);
    }
    if (rest.length > 0) yield { text: decode(rest), isCut: false };
  } finally {
    file.close();
  }
}

/** How lines end in a text, and how its bytes are decoded. */
interface Units {
  readonly newline: Buffer;
  decode(bytes: Uint8Array): string;
  /** Returns how many of the bytes are whole characters. */
  wholeBytes(bytes: Buffer): number;
}

function unitsOf(encoding: TextEncoding, head: Buffer): Units {
  if (encoding === 'bytes') return { newline: Buffer.from([0x0a]), decode: byteDecoder(head), wholeBytes: wholeCharacters };
  const decoder = new TextDecoder(encoding);
  return {
    newline: Buffer.from(encoding === 'utf-16le' ? [0x0a, 0] : [0, 0x0a]),
    decode: (bytes) => decoder.decode(bytes),
    wholeBytes: ({ length }) => length - (length % 2),
  };
}

/** Returns the length without a cut UTF-8 character at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

/** Returns how bytes are decoded. XML may declare an encoding, which applies to lines that are not UTF-8. */
function byteDecoder(head: Buffer): (bytes: Uint8Array) => string {
  const declared = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head.subarray(0, 512).toString('latin1'))?.[1];
  if (declared === undefined || !isLabel(declared)) return decodeByteText;
  const decoder = new TextDecoder(declared);
  return (bytes) => decodeByteText(bytes, (other) => decoder.decode(other));
}

function isLabel(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // an unknown label
  }
}

/** Returns the offset after the next line end, which begins at a multiple of its own length; -1 if there is none. */
function endOfLine(bytes: Buffer, from: number, newline: Buffer): number {
  let at = bytes.indexOf(newline, from);
  while (at >= 0 && at % newline.length !== 0) at = bytes.indexOf(newline, at + 1);
  return at < 0 ? -1 : at + newline.length;
}

/** Returns the bytes after the last line end of a file, at most 64 KiB; none if the file cannot be read, which the search of that part reports itself. */
function lastLine(path: string, newline: Buffer): Buffer {
  let file: OpenedFile;
  try {
    file = openNamed(dirname(path), basename(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return Buffer.alloc(0);
  }
  try {
    const from = Math.max(0, file.size - 64 * 1024);
    const tail = Buffer.alloc(file.size - from);
    const text = tail.subarray(0, file.readInto(tail, from));
    const end = text.lastIndexOf(newline);
    return end < 0 ? text : text.subarray(end + newline.length);
  } finally {
    file.close();
  }
}
