import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { type JsonCursor, jsonCursor } from '../json/cursor.ts';
import type { JsonPiece } from '../json/records.ts';
import { scanValue, skipSpace, type ValueScan } from '../json/scan.ts';
import type { ByteScale, TextWindow } from '../text/text-window.ts';
import { type JsonPlace, jsonNameNode, jsonNode } from './json-node.ts';
import { lookAhead, type RecordQueue } from './record-queue.ts';
import { charsIn, type PlacedNode, type TreeNode } from './tree-node.ts';

/** A record of a JSON text; or a place outside of the records. */
export type JsonPlaced = { readonly kind: 'record'; readonly record: JsonRecordPiece } | { readonly kind: 'outside'; readonly placed: PlacedNode };

/** A record with its bytes. */
export type JsonRecordPiece = Exclude<JsonPiece, { kind: 'end' }> & { readonly span: ByteSpan };

/** What is walked. */
export interface JsonWalk {
  /** The whole text. */
  readonly window: TextWindow;
  readonly scale: ByteScale;
  /** The records of the same text, in order. */
  readonly records: AsyncIterable<JsonRecordPiece>;
  /** Path of the records. */
  readonly path: readonly string[];
}

/**
 * Yields the records of a JSON text of any size and the places outside of them, in the order of their bytes. Lists, and objects around records, are read
 * element by element. A place never contains bytes of a record.
 */
export async function* jsonPlaces({ window, scale, records, path }: JsonWalk, signal: AbortSignal): AsyncGenerator<JsonPlaced> {
  const cursor = jsonCursor(window, signal);
  await using queue = await lookAhead(records);
  /** Path texts of the members around the records: their names must stay. */
  const onPath = new Set(
    path.map((_name, index) =>
      path
        .slice(0, index + 1)
        .map(pathOf)
        .join(''),
    ),
  );
  const walk: Walk = { cursor, window, scale, queue, isOnPath: (own) => onPath.has(own.replaceAll('[]', '')), count: 0 };
  for (let char = await cursor.peek(',:]}'); char !== null; char = await cursor.peek(',:]}')) {
    const before = byteAt(walk, cursor.at);
    yield* valueAt(walk, { path: '', nameAt: null });
    if (byteAt(walk, cursor.at) === before) cursor.at++;
  }
  for (; queue.next !== null; await queue.advance()) yield { kind: 'record', record: queue.next };
}

interface Walk extends Pick<JsonWalk, 'window' | 'scale'> {
  readonly cursor: JsonCursor;
  readonly queue: RecordQueue<JsonRecordPiece>;
  isOnPath(path: string): boolean;
  /** Number of places so far. */
  count: number;
}

function pathOf(name: string): string {
  return `.${JSON.stringify(name)}`;
}

function byteAt(walk: Walk, at: number): number {
  return walk.window.byteAt(at) ?? 0;
}

function placed(walk: Walk, node: TreeNode): JsonPlaced {
  walk.count++;
  return { kind: 'outside', placed: { node, number: walk.count, text: walk.cursor.text, offset: byteAt(walk, node.from) } };
}

/** Yields records that begin before a byte or at it. Returns the end of the last one; null if there is none. */
async function* recordsUpTo({ queue }: Walk, byte: number): AsyncGenerator<JsonPlaced, number | null> {
  let end: number | null = null;
  for (let next = queue.next; next !== null && next.span.offset <= byte; next = queue.next) {
    yield { kind: 'record', record: next };
    end = next.span.offset + next.span.bytes;
    await queue.advance();
  }
  return end;
}

/** Moves the cursor to a byte. */
async function moveTo(walk: Walk, byte: number): Promise<void> {
  const { cursor, scale } = walk;
  for (;;) {
    const here = byteAt(walk, cursor.at);
    if (here >= byte) return;
    if (byteAt(walk, cursor.text.length) >= byte || cursor.ended) {
      cursor.at = Math.min(cursor.text.length, cursor.at + charsIn(cursor.text.slice(cursor.at), byte - here, scale));
      return;
    }
    cursor.at = cursor.text.length;
    await cursor.more();
  }
}

/** Yields what begins at the cursor, and moves the cursor behind it. */
async function* valueAt(walk: Walk, place: JsonPlace): AsyncGenerator<JsonPlaced> {
  const { cursor } = walk;
  const end = yield* recordsUpTo(walk, byteAt(walk, cursor.at));
  if (end !== null && end > byteAt(walk, cursor.at)) return void (await moveTo(walk, end));
  if (cursor.text[cursor.at] === '[') return yield* elementsAt(walk, place.path);
  const scan = await cursor.scan();
  if (scan.kind === 'value' && isFree(walk, cursor.at, scan.end)) {
    yield placed(walk, jsonNode(cursor.text, cursor.at, scan.end, { ...place, nameAt: null }));
    cursor.at = scan.end;
  } else if (cursor.text[cursor.at] === '{') yield* membersAt(walk, place.path);
  else if (scan.kind === 'value') cursor.at = scan.end;
  else await cursor.skip();
}

/** Returns true if no record is in a part of the text, and the part is small enough. */
function isFree(walk: Walk, from: number, to: number): boolean {
  const next = walk.queue.next;
  return to - from <= limits.recordBytes && (next === null || next.span.offset >= byteAt(walk, to));
}

async function* elementsAt(walk: Walk, path: string): AsyncGenerator<JsonPlaced> {
  const { cursor } = walk;
  cursor.at++;
  for (let char = await cursor.peek(',:'); char !== null; char = await cursor.peek(',:')) {
    if (char === ']' || char === '}') {
      cursor.at++;
      if (char === ']') return;
    } else yield* valueAt(walk, { path: `${path}[]`, nameAt: null });
  }
}

/** A member of an object whose name and value begin in memory. */
interface Member {
  readonly nameEnd: number;
  readonly valueAt: number;
  readonly scan: ValueScan;
}

async function* membersAt(walk: Walk, around: string): AsyncGenerator<JsonPlaced> {
  const { cursor } = walk;
  cursor.at++;
  for (let char = await cursor.peek(',:'); char !== null; char = await cursor.peek(',:')) {
    if (char === '}') {
      cursor.at++;
      return;
    }
    const member = char === '"' ? await memberAt(cursor) : null;
    if (member === null) {
      const before = byteAt(walk, cursor.at);
      yield* valueAt(walk, { path: around, nameAt: null });
      if (byteAt(walk, cursor.at) === before) cursor.at++;
      continue;
    }
    const path = `${around}.${cursor.text.slice(cursor.at, member.nameEnd)}`;
    const { scan, valueAt: at } = member;
    const isList = cursor.text[at] === '[';
    if (!isList && scan.kind === 'value' && isFree(walk, cursor.at, scan.end)) {
      const node = jsonNode(cursor.text, at, scan.end, { path, nameAt: cursor.at });
      if (node.kind === null) yield placed(walk, jsonNameNode(cursor.at, member.nameEnd, path));
      yield placed(walk, node);
      cursor.at = scan.end;
      continue;
    }
    if ((isList || cursor.text[at] === '{') && !walk.isOnPath(path)) yield placed(walk, jsonNameNode(cursor.at, member.nameEnd, path));
    cursor.at = at;
    yield* valueAt(walk, { path, nameAt: null });
  }
}

/** Reads until a member is in memory, except for a value that is too large; null if there is none. */
async function memberAt(cursor: JsonCursor): Promise<Member | null> {
  for (;;) {
    const { text, at, ended } = cursor;
    const isFull = text.length - at >= limits.recordBytes;
    const name = scanValue(text, at, ended);
    if (name.kind === 'value') {
      const colon = skipSpace(text, name.end);
      if (colon < text.length && text[colon] !== ':') return null;
      const value = skipSpace(text, colon + 1);
      if (value < text.length) {
        const scan: ValueScan = text[value] === '[' ? { kind: 'more' } : scanValue(text, value, ended);
        if (scan.kind !== 'more' || text[value] === '[' || isFull) return { nameEnd: name.end, valueAt: value, scan };
      }
    } else if (name.kind === 'damage') return null;
    if (ended || isFull) return null;
    await cursor.more();
  }
}
