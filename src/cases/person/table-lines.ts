import { basename, dirname } from 'node:path';
import { type OpenedFile, openNamed } from '../../sealing/stored/stored-bytes.ts';
import { type EarlierPart, type LineBlock, lineBlocks, linesIn } from '../../tables/text/line-blocks.ts';
import { decodeByteText, decodeWide, isText } from './text-hits.ts';

/** A line of a kept table, or a piece of a long line. */
export interface TableLine {
  readonly text: string;
  /** Number of the line, as an erasure counts it. */
  readonly number: number;
  /** True: the line is longer than a piece, and the next piece continues it. */
  readonly isCut: boolean;
}

/** A table that is not text. */
export class NotText extends Error {}

/**
 * Yields the lines of a part of a table. The first one includes what earlier parts have of it, as far as they can be read: the search of each part reports
 * itself that it cannot be read.
 * @param earlier paths of the earlier parts, in order
 * @throws NotText; the system's error
 */
export function* linesOf(path: string, earlier: readonly string[]): Generator<TableLine> {
  const file = openPart(path);
  try {
    let decode: ((bytes: Uint8Array) => string) | null = null;
    for (const block of lineBlocks(file, earlier.map(earlierPart))) {
      decode ??= decoderOf(block);
      for (const { number, from, to, isCut } of linesIn(block)) {
        const end = isCut || to === block.bytes.length ? to : to + block.newline.length;
        yield { text: decode(block.bytes.subarray(from, end)), number, isCut };
      }
    }
  } finally {
    file.close();
  }
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

/** Returns how the lines of a table are decoded, judged by its first block. @throws NotText */
function decoderOf({ bytes, encoding }: LineBlock): (bytes: Uint8Array) => string {
  if (encoding !== null) return (line) => decodeWide(line, encoding);
  if (!isText(bytes)) throw new NotText();
  // XML may declare an encoding, which applies to lines that are not UTF-8.
  const declared = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(bytes.subarray(0, 512).toString('latin1'))?.[1];
  if (declared === undefined || !isLabel(declared)) return decodeByteText;
  const decoder = new TextDecoder(declared);
  return (line) => decodeByteText(line, (other) => decoder.decode(other));
}

function isLabel(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // an unknown label
  }
}
