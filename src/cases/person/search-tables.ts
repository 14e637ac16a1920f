import { basename, dirname, join } from 'node:path';
import { keptTableFile } from '../../archive/documents/kept-table.ts';
import { refusalOf } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Person, personAt } from '../../core/identity/person.ts';
import type { ArchivedTable } from '../../pipeline/open/read-kept-tables.ts';
import { type OpenedFile, openNamed } from '../../sealing/stored/stored-bytes.ts';
import { decodeByteText, type Hit, likeLines, type TextEncoding, textEncoding, textJudge } from './text-hits.ts';

/** Result of searching one kept table for a person. */
export interface SearchedTable {
  readonly bag: string;
  /** Path relative to the bag. */
  readonly path: string;
  /** Path of the table in the source. */
  readonly source: string;
  readonly site: string;
  readonly importer: string;
  /** Why the table was not searched: `not-text`, `damaged`, or the system's error code; null: it was searched. */
  readonly refused: string | null;
  /** Number of lines in which the person certainly occurs and, below, possibly occurs. */
  readonly certain: number;
  readonly uncertain: number;
  /** The first of these lines, certain ones first: `line 12`, counted from 1 within this file. */
  readonly hits: readonly Hit[];
}

/** Largest number of lines that are reported per table. */
const mostHits = 50;
const blockBytes = 1024 * 1024;
/** Lines that are longer than this are searched in pieces of this length. */
const mostLineBytes = 4 * blockBytes;

/**
 * Searches kept tables line by line, as they are in their bags, because they also have rows that belong to no recording. A line that continues from an earlier
 * part of its table is searched as a whole. In an SQL statement, each row is searched separately, so that a number of one row is not combined with a name of
 * another.
 */
export async function* searchTables(
  archiveDir: string,
  tables: readonly ArchivedTable[],
  asked: Person,
  signal: AbortSignal,
): AsyncGenerator<SearchedTable> {
  const turns = createTurns();
  for (const { bag, folder, table } of tables) {
    const place = {
      bag,
      path: `${folder}/${table.part.path}`,
      source: table.source.path,
      site: table.site,
      importer: table.importer,
    };
    const { theirs, asTold } = textJudge(personAt(asked, table.site), { site: table.site, span: null }, new Set());
    const found: { readonly certain: Hit[]; readonly uncertain: Hit[] } = { certain: [], uncertain: [] };
    const counts = { certain: 0, uncertain: 0 };
    let refused: string | null = null;
    const earlier = table.continues.at(-1);
    const before = earlier === undefined ? null : join(archiveDir, 'bags', earlier.bag, earlier.path);
    try {
      let line = 0;
      for (const text of linesOf(join(archiveDir, 'bags', bag, place.path), before)) {
        line++;
        if (turns.isDue()) await turns.take(signal);
        const like = likeRows(theirs, text);
        if (like === null) continue;
        const hit = asTold(like, `line ${line}`);
        counts[hit.sureness]++;
        if (found[hit.sureness].length < mostHits) found[hit.sureness].push(hit);
      }
    } catch (error) {
      if (!(error instanceof NotText) && !(error instanceof Error && 'code' in error)) throw error;
      refused = error instanceof NotText ? 'not-text' : (refusalOf(error) ?? 'damaged');
    }
    yield { ...place, refused, ...counts, hits: [...found.certain, ...found.uncertain].slice(0, mostHits) };
  }
}

/** Returns the place of the document of a kept table in the archive. */
export function tablePlace({ bag, path }: Pick<SearchedTable, 'bag' | 'path'>): string {
  return `bags/${bag}/${path.slice(0, path.lastIndexOf('/'))}/${keptTableFile}`;
}

class NotText extends Error {}

/** Each row of an INSERT statement is searched as a row of its own. */
function likeRows(person: Person, line: string): ReturnType<typeof likeLines> {
  return likeLines(person, line.length < 4_096 ? line : line.replaceAll(/\)\s*,\s*\(/g, ')\n('));
}

/**
 * Yields the lines of a text.
 * @param before an earlier part of the table, whose last line continues in this one; null: there is none
 * @throws NotText; the system's error
 */
function* linesOf(path: string, before: string | null): Generator<string> {
  const file = openNamed(dirname(path), basename(path));
  try {
    const block = Buffer.alloc(blockBytes);
    let size = file.readInto(block, 0);
    let at = size;
    const encoding = textEncoding(block.subarray(0, size));
    if (encoding === null) throw new NotText();
    const { newline, decode } = unitsOf(encoding);
    let rest = before === null ? Buffer.alloc(0) : lastLine(before, newline);
    for (; size > 0; size = file.readInto(block, at), at += size) {
      const bytes = Buffer.concat([rest, block.subarray(0, size)]);
      let from = 0;
      for (let end = endOfLine(bytes, from, newline); end >= 0; end = endOfLine(bytes, from, newline)) {
        yield decode(bytes.subarray(from, end));
        from = end;
      }
      rest = bytes.subarray(from);
      if (rest.length < mostLineBytes) continue;
      yield decode(rest);
      rest = Buffer.alloc(0);
    }
    if (rest.length > 0) yield decode(rest);
  } finally {
    file.close();
  }
}

/** How lines end in a text, and how its bytes are decoded. */
interface Units {
  readonly newline: Buffer;
  decode(bytes: Uint8Array): string;
}

function unitsOf(encoding: TextEncoding): Units {
  if (encoding === 'bytes') return { newline: Buffer.from([0x0a]), decode: decodeByteText };
  const decoder = new TextDecoder(encoding);
  return { newline: Buffer.from(encoding === 'utf-16le' ? [0x0a, 0] : [0, 0x0a]), decode: (bytes) => decoder.decode(bytes) };
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
