import { isUtf8 } from 'node:buffer';
import { basename, dirname } from 'node:path';
import { type OpenedFile, openNamed } from '../../sealing/stored/stored-bytes.ts';
import { type EarlierPart, type LineBlock, lineBlocks, linesIn } from '../../tables/text/line-blocks.ts';
import { decodeByteText, decodeWide, isText } from './text-hits.ts';

/** A line of a kept table, or a piece of a long line. */
export interface TableLine {
  /** With its line end. */
  readonly text: string;
  /** Number of the line, as an erasure counts it. */
  readonly number: number;
  /** True: the line is longer than a piece, and the next piece continues it. */
  readonly isCut: boolean;
}

/** Consecutive lines of a kept table, or a piece of a long line. */
export interface TableBlock {
  readonly text: string;
  readonly isCut: boolean;
  lines(): Iterable<TableLine>;
}

/** A table that is not text. */
export class NotText extends Error {}

/**
 * Yields the lines of a part of a table, in blocks. The first line includes what earlier parts have of it, as far as they can be read: the search of each part
 * reports itself that it cannot be read.
 * @param earlier paths of the earlier parts, in order
 * @throws NotText; the system's error
 */
export function* blocksOf(path: string, earlier: readonly string[]): Generator<TableBlock> {
  const file = openPart(path);
  try {
    let decode: ((block: LineBlock) => TableBlock) | null = null;
    for (const block of lineBlocks(file, earlier.map(earlierPart))) {
      decode ??= decoderOf(block);
      yield decode(block);
    }
  } finally {
    file.close();
  }
}

/** Returns a block that was decoded as a whole. */
function blockOf(text: string, { line, isCut }: LineBlock): TableBlock {
  const lines = function* (): Generator<TableLine> {
    let number = line;
    for (let from = 0, next = 0; from < text.length; from = next) {
      const end = text.indexOf('\n', from);
      next = end < 0 ? text.length : end + 1;
      yield { text: text.slice(from, next), number, isCut: end < 0 && isCut };
      number++;
    }
  };
  return { text, isCut, lines };
}

/** Returns a block whose lines are decoded one by one. */
function blockOfLines(block: LineBlock, decode: (line: Uint8Array) => string): TableBlock {
  const { bytes, newline, isCut } = block;
  const lines = [...linesIn(block)].map(
    ({ number, from, to, isCut: isPiece }): TableLine => ({ text: decode(bytes.subarray(from, to + newline.length)), number, isCut: isPiece }),
  );
  return { text: lines.map(({ text }) => text).join(''), isCut, lines: () => lines };
}

function openPart(path: string): OpenedFile {
  return openNamed(dirname(path), basename(path));
}

function earlierPart(path: string): EarlierPart {
  return () => {
    try {
      return openPart(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      return null;
    }
  };
}

/** Returns how the blocks of a table are decoded, judged by the first one. @throws NotText */
function decoderOf({ bytes, encoding }: LineBlock): (block: LineBlock) => TableBlock {
  if (encoding !== null) return (block) => blockOf(decodeWide(block.bytes, encoding), block);
  if (!isText(bytes)) throw new NotText();
  // XML may declare an encoding, which applies to lines that are not UTF-8.
  const declared = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(bytes.subarray(0, 512).toString('latin1'))?.[1];
  const decoder = declared === undefined || !isLabel(declared) ? null : new TextDecoder(declared);
  const decodeLine = (line: Uint8Array): string => (decoder === null ? decodeByteText(line) : decodeByteText(line, (other) => decoder.decode(other)));
  return (block) => (isUtf8(block.bytes) ? blockOf(decodeByteText(block.bytes), block) : blockOfLines(block, decodeLine));
}

function isLabel(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // an unknown label
  }
}
