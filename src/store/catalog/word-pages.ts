import type { Db } from '../database/database.ts';

/**
 * Returns true if queries of a word index find all words that are on its pages. SQLite's integrity-check compares the pages with the recordings, but accepts an
 * index without the table `…_idx`, by which a query chooses the page of a word: the query would find nothing.
 *
 * A leaf with words has one row there, in the order of the leaves, with a text that is greater than the last word of the leaf before it. That the text is not
 * greater than the first word of the leaf is part of the integrity-check. The first leaf of a segment needs no row, and leaves before it, which a merge has
 * removed, may have kept theirs. Layout of the pages: comments at the beginning of SQLite's fts5_index.c ("SEGMENT LEAF FORMAT", "SEGMENT B-TREE").
 * Measured: 0.4 s of a core for a million recordings, about half of the integrity-check, with 1 MB of memory.
 * @param index name of the FTS5 table, not from input
 */
export function hasAllPages(db: Db, index: 'recording_text' | 'unread_text'): boolean {
  // Each row is looked up after the one before it, so that memory does not grow with the index. A text is less than every BLOB: the first row follows ''.
  const rowAfter = db.prepare<[number, Buffer | string], IndexRow>(
    `SELECT CAST(term AS BLOB) AS bytes, (pgno >> 1) AS page FROM ${index}_idx WHERE segid = ? AND term > ? ORDER BY term LIMIT 1`,
  );
  const leaves = db
    .prepare<[], { readonly id: number; readonly block: Buffer }>(
      `SELECT id, block FROM ${index}_data WHERE id >= ${segmentStep} AND (id & ${segmentStep - 1}) < ${innerPages} ORDER BY id`,
    )
    .iterate();
  let segment = -1;
  let row: IndexRow | undefined;
  let last: Buffer = Buffer.alloc(0);
  for (const { id, block } of leaves) {
    const words = wordsOf(block);
    if (words === null) return false;
    const [own, page] = [Math.floor(id / segmentStep), id % innerPages];
    if (own !== segment) {
      if (row !== undefined) return false;
      segment = own;
      row = rowAfter.get(own, '');
      while (row !== undefined && row.page <= page) row = rowAfter.get(own, row.bytes);
    } else if (words.length > 0) {
      if (row?.page !== page || Buffer.compare(row.bytes, last) <= 0) return false;
      row = rowAfter.get(own, row.bytes);
    }
    if (words.length > 0) last = words.last;
  }
  return row === undefined;
}

/** A row of the table by which a query chooses a page. */
interface IndexRow {
  readonly bytes: Buffer;
  readonly page: number;
}

/** Ids of the pages of a segment begin at a multiple of this; inner pages and lists of a segment are in the upper parts. */
const segmentStep = 2 ** 37;
const innerPages = 2 ** 31;

/** Returns number and last word of a leaf; null if it is not a leaf. */
function wordsOf(block: Buffer): { readonly length: number; readonly last: Buffer } | null {
  if (block.length < 4) return null;
  const end = block.readUInt16BE(2);
  if (end < 4 || end > block.length) return null;
  let [word, length, at] = [Buffer.alloc(0), 0, 0];
  for (let place = end; place < block.length; ) {
    const step = varint(block, place);
    if (step === null) return null;
    place = step.next;
    at += step.value;
    // The first word of a leaf is written in full; each further one as the length that it shares with the one before, and its rest.
    const shared = length === 0 ? { value: 0, next: at } : varint(block, at);
    const rest = shared === null ? null : varint(block, shared.next);
    if (shared === null || rest === null || shared.value > word.length || rest.next + rest.value > end) return null;
    word = Buffer.concat([word.subarray(0, shared.value), block.subarray(rest.next, rest.next + rest.value)]);
    length++;
  }
  return { length, last: word };
}

/** Reads one of SQLite's variable-length integers of up to four bytes: lengths and offsets in a page are not longer. */
function varint(block: Buffer, at: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  for (let next = at; next < Math.min(block.length, at + 4); next++) {
    const byte = block[next] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: next + 1 };
  }
  return null;
}
