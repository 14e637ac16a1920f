import { type WideEncoding, wideEncoding, wideEncodingBytes } from './encoding.ts';
import { wholeCharacters } from './mixed-lines.ts';

// Counts the lines of a table, for everything that names one: `subject` prints `line 12`, and an erasure finds the rows on it. A table may be kept in
// several parts. The lines of a part are counted from 1, and the first one includes what an earlier part has of it.

/** A part of a table, opened for reading at any offset. */
export interface LineFile {
  readonly size: number;
  /** Fills the target from an offset on, as far as bytes remain, and returns their number. */
  readInto(target: Uint8Array, offset: number): number;
  close(): void;
}

/** Consecutive lines of a part, or a piece of a long line. */
export interface LineBlock {
  /** Encoding in which each character takes two or four bytes; null: lines end with the byte 0x0a. */
  readonly encoding: WideEncoding | null;
  /** Bytes of a line end. It begins at a multiple of its own length. */
  readonly newline: Buffer;
  /** Begins between characters. Valid until the next block. */
  readonly bytes: Buffer;
  /** Number of its first line. */
  readonly line: number;
  /** Number of line ends in it. */
  readonly ends: number;
  /** Offset of its first byte in the part; negative: an earlier part has it. */
  readonly start: number;
  /** True: its last line continues in the next block. */
  readonly isCut: boolean;
}

/** A line of a block; or what the block has of it. */
export interface LineIn {
  readonly number: number;
  /** Positions in the bytes of the block. */
  readonly from: number;
  /** The line end is before it. */
  readonly to: number;
  /** True: the line continues in the next block. */
  readonly isCut: boolean;
}

/** Sizes of what is read at once, and of a line up to which it is kept as a whole: a longer one comes in pieces. */
interface BlockSizes {
  readonly blockBytes: number;
  readonly mostLineBytes: number;
}

const usualSizes: BlockSizes = { blockBytes: 1024 * 1024, mostLineBytes: 4 * 1024 * 1024 };

const newlines: Readonly<Record<WideEncoding, readonly number[]>> = {
  utf16le: [0x0a, 0],
  utf16be: [0, 0x0a],
  utf32le: [0x0a, 0, 0, 0],
  utf32be: [0, 0, 0, 0x0a],
};

/** Opens an earlier part of a table; null: it cannot be read, and the part after it counts as the beginning of the table. */
export type EarlierPart = () => LineFile | null;

/**
 * Yields the lines of a part of a table, in blocks. Memory does not grow with the part.
 * @param part stays open
 * @param earlier the earlier parts, in order
 */
export function* lineBlocks(part: LineFile, earlier: readonly EarlierPart[] = [], sizes = usualSizes): Generator<LineBlock> {
  const { blockBytes, mostLineBytes } = sizes;
  if (part.size === 0) return;
  const encoding = wideEncoding(headOf(part, earlier));
  const newline = Buffer.from(encoding === null ? [0x0a] : newlines[encoding]);
  let rest = lastLine(earlier, newline, sizes);
  let start = -rest.length;
  let line = 1;
  const block = Buffer.alloc(Math.min(blockBytes, part.size));
  const next = (bytes: Buffer, isCut: boolean): LineBlock => ({ bytes, encoding, newline, line, ends: countEnds(bytes, newline), start, isCut });
  for (let at = 0, size = part.readInto(block, 0); size > 0; size = part.readInto(block, at)) {
    at += size;
    const bytes = Buffer.concat([rest, block.subarray(0, size)]);
    const end = lastEnd(bytes, newline);
    if (end > 0) {
      const lines = next(bytes.subarray(0, end), false);
      yield lines;
      line += lines.ends;
      start += end;
    }
    rest = bytes.subarray(end);
    if (rest.length < mostLineBytes) continue;
    const whole = encoding === null ? wholeCharacters(rest) : wholeWide(rest, encoding, newline.length);
    yield next(rest.subarray(0, whole), true);
    start += whole;
    rest = rest.subarray(whole);
  }
  if (rest.length > 0) yield next(rest, false);
}

/** Yields the lines of a block. */
export function* linesIn({ bytes, newline, line, isCut }: LineBlock): Generator<LineIn> {
  let number = line;
  let from = 0;
  for (let to = findEnd(bytes, 0, newline); to >= 0; to = findEnd(bytes, from, newline)) {
    yield { number, from, to, isCut: false };
    number++;
    from = to + newline.length;
  }
  if (from < bytes.length) yield { number, from, to: bytes.length, isCut };
}

/** Where a line begins and ends in a part, without its line end. A negative offset is in an earlier part. */
interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** Returns where a line of a part is; else how many lines the part has. */
export function findLine(number: number, part: LineFile, earlier: readonly EarlierPart[]): LineSpan | { readonly lines: number } {
  let lines = 0;
  let found: LineSpan | null = null;
  for (const block of lineBlocks(part, earlier)) {
    const { bytes, newline, line, ends, start } = block;
    for (const one of number <= line + ends ? linesIn(block) : []) {
      if (one.number !== number) continue;
      found = spanOf(found, start + one.from, start + one.to);
      if (!one.isCut) return found;
    }
    lines = line + ends - (lastEnd(bytes, newline) === bytes.length ? 1 : 0);
  }
  return found ?? { lines };
}

function spanOf(before: LineSpan | null, start: number, end: number): LineSpan {
  return { start: before?.start ?? start, end };
}

/** Returns the beginning of a table. */
function headOf(part: LineFile, earlier: readonly EarlierPart[]): Buffer {
  const head = Buffer.alloc(wideEncodingBytes);
  let size = 0;
  for (const open of [...earlier, null]) {
    size += open === null ? part.readInto(head.subarray(size), 0) : (withPart(open, (file) => file.readInto(head.subarray(size), 0)) ?? 0);
    if (size === head.length) break;
  }
  return head.subarray(0, size);
}

/** Returns what earlier parts have of a line that continues in the next part: its last `mostLineBytes` at most. */
function lastLine(earlier: readonly EarlierPart[], newline: Buffer, { blockBytes, mostLineBytes }: BlockSizes): Buffer {
  const unit = newline.length;
  const begins = unit === 1 ? [] : beginsOf(earlier);
  let tail: Buffer = Buffer.alloc(0);
  for (let index = earlier.length - 1; index >= 0; index--) {
    const open = earlier[index];
    const begin = begins[index] ?? 0;
    const isRead = withPart(open ?? (() => null), (file) => {
      for (let to = file.size; to > 0; ) {
        const from = Math.max(0, to - blockBytes);
        const piece = Buffer.alloc(to - from);
        tail = Buffer.concat([piece.subarray(0, file.readInto(piece, from)), tail]);
        // Bytes of a character that begins before the piece are looked at with the piece before it.
        const skip = (unit - ((begin + from) % unit)) % unit;
        const end = lastEnd(tail.subarray(skip), newline);
        if (end > 0) tail = tail.subarray(skip + end);
        else if (tail.length >= mostLineBytes)
          tail = tail.subarray(nextCharacter(tail, skip + unit * Math.ceil((tail.length - skip - mostLineBytes) / unit), unit));
        else {
          to = from;
          continue;
        }
        return false;
      }
      return true;
    });
    if (isRead !== true) break;
  }
  return tail;
}

/** Returns the number of bytes up to the end of the last complete character. */
function wholeWide(bytes: Buffer, encoding: WideEncoding, unit: number): number {
  const end = bytes.length - (bytes.length % unit);
  const high = encoding === 'utf16le' ? bytes[end - 1] : encoding === 'utf16be' ? bytes[end - 2] : 0;
  // A high surrogate belongs to the next unit. Source: Unicode 16.0, section 3.9.
  return high !== undefined && high >= 0xd8 && high <= 0xdb ? end - unit : end;
}

/** Returns the first beginning of a character at a position or after it. */
function nextCharacter(bytes: Buffer, from: number, unit: number): number {
  let at = from;
  // Continuation bytes of UTF-8; RFC 3629, section 3.
  while (unit === 1 && at < from + 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
  return at;
}

/** Returns where each part begins in its table, or in what is readable of it. */
function beginsOf(earlier: readonly EarlierPart[]): number[] {
  let at = 0;
  return earlier.map((open) => {
    const size = withPart(open, (file) => file.size);
    const begin = at;
    at = size === null ? 0 : at + size;
    return begin;
  });
}

function withPart<Result>(open: EarlierPart, use: (file: LineFile) => Result): Result | null {
  const file = open();
  try {
    return file === null ? null : use(file);
  } finally {
    file?.close();
  }
}

/** Returns the offset of the next line end at a multiple of its length; -1 if there is none. */
function findEnd(bytes: Buffer, from: number, newline: Buffer): number {
  let at = bytes.indexOf(newline, from);
  while (at >= 0 && at % newline.length !== 0) at = bytes.indexOf(newline, at + 1);
  return at;
}

/** Returns the offset after the last line end; 0 if there is none. */
function lastEnd(bytes: Buffer, newline: Buffer): number {
  let at = bytes.lastIndexOf(newline);
  while (at > 0 && at % newline.length !== 0) at = bytes.lastIndexOf(newline, at - 1);
  return at < 0 || at % newline.length !== 0 ? 0 : at + newline.length;
}

function countEnds(bytes: Buffer, newline: Buffer): number {
  let count = 0;
  for (let at = findEnd(bytes, 0, newline); at >= 0; at = findEnd(bytes, at + newline.length, newline)) count++;
  return count;
}
