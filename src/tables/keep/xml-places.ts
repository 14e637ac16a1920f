import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import type { ByteScale, TextWindow } from '../text/text-window.ts';
import type { XmlPiece } from '../xml/records.ts';
import { type MarkSearch, markSearch, scanElement, type XmlToken, xmlToken } from '../xml/scan.ts';
import { lookAhead, type RecordQueue } from './record-queue.ts';
import { charsIn, type PlacedNode, type TreeNode } from './tree-node.ts';
import { type OpenTag, xmlAttributeNodes, xmlElementNode, xmlTextNode } from './xml-node.ts';

/** A record of an XML text; or a place outside of the records. */
export type XmlPlaced = { readonly kind: 'record'; readonly record: XmlRecordPiece } | { readonly kind: 'outside'; readonly placed: PlacedNode };

/** A record with its bytes. */
export type XmlRecordPiece = Extract<XmlPiece, { kind: 'record' | 'lost' }> & { readonly span: ByteSpan };

/** What is walked. */
export interface XmlWalk {
  /** The whole text. */
  readonly window: TextWindow;
  readonly scale: ByteScale;
  /** The records of the same text, in order. */
  readonly records: AsyncIterable<XmlRecordPiece>;
}

interface Walk extends Pick<XmlWalk, 'window' | 'scale'> {
  readonly queue: RecordQueue<XmlRecordPiece>;
  readonly marks: MarkSearch;
  /** Names of the elements that are open. */
  readonly open: string[];
  /** Position in the text of the window. */
  at: number;
  /** Number of places so far. */
  count: number;
  /** Name of the element that ended last, if nothing but white space follows it. */
  before: string | null;
}

/**
 * Yields the records of an XML text of any size and the places outside of them, in the order of their bytes. Elements around records are read part by part.
 * A place never contains bytes of a record. Ends at a DOCTYPE with declarations.
 */
export async function* xmlPlaces({ window, scale, records }: XmlWalk, signal: AbortSignal): AsyncGenerator<XmlPlaced> {
  await using queue = await lookAhead(records);
  const walk: Walk = { window, scale, queue, marks: markSearch(), open: [], at: 0, count: 0, before: null };
  await window.more();
  for (;;) {
    signal.throwIfAborted();
    if (walk.at >= window.text.length) {
      if (window.ended) break;
      await advance(walk);
      continue;
    }
    const end = yield* recordsUpTo(walk);
    if (end !== null && end > byteAt(walk, walk.at)) {
      await moveTo(walk, end);
      continue;
    }
    const token = xmlToken(window.text, walk.at, window.ended, walk.marks);
    const isCut = token.kind === 'more' || (token.kind === 'text' && token.end === window.text.length && !window.ended);
    if (isCut && window.text.length - walk.at < limits.recordBytes) await advance(walk);
    else if (token.kind === 'more') walk.at++;
    else if (token.kind === 'doctype') break;
    else yield* afterToken(walk, token, signal);
  }
  for (; queue.next !== null; await queue.advance()) yield { kind: 'record', record: queue.next };
}

async function advance(walk: Walk): Promise<void> {
  walk.window.drop(walk.at);
  walk.at = 0;
  await walk.window.more();
}

function byteAt({ window }: Walk, at: number): number {
  return window.byteAt(at) ?? 0;
}

function placed(walk: Walk, node: TreeNode): XmlPlaced {
  walk.count++;
  return { kind: 'outside', placed: { node, number: walk.count, text: walk.window.text, offset: byteAt(walk, node.from) } };
}

/** Yields records that begin before the position or at it. Returns the end of the last one; null if there is none. */
async function* recordsUpTo(walk: Walk): AsyncGenerator<XmlPlaced, number | null> {
  const byte = byteAt(walk, walk.at);
  let end: number | null = null;
  for (let next = walk.queue.next; next !== null && next.span.offset <= byte; next = walk.queue.next) {
    yield { kind: 'record', record: next };
    end = next.span.offset + next.span.bytes;
    await walk.queue.advance();
  }
  return end;
}

/** Moves the position to a byte. */
async function moveTo(walk: Walk, byte: number): Promise<void> {
  const { window, scale } = walk;
  for (;;) {
    const here = byteAt(walk, walk.at);
    if (here >= byte) return;
    if (byteAt(walk, window.text.length) >= byte || window.ended) {
      walk.at = Math.min(window.text.length, walk.at + charsIn(window.text.slice(walk.at), byte - here, scale));
      return;
    }
    walk.at = window.text.length;
    await advance(walk);
  }
}

async function* afterToken(walk: Walk, token: Exclude<XmlToken, { kind: 'more' | 'doctype' }>, signal: AbortSignal): AsyncGenerator<XmlPlaced> {
  const { window, open } = walk;
  const path = open.map((name) => `/${name}`).join('');
  if (token.kind === 'open') return yield* openTag(walk, token, path, signal);
  if (token.kind === 'malformed') walk.at = token.start + 1;
  else {
    if (token.kind === 'close') {
      if (open.at(-1) === token.name) open.pop();
      walk.before = token.name;
    } else {
      const next = walk.queue.next;
      const isFree = next === null || next.span.offset >= byteAt(walk, token.end);
      const node = isFree ? xmlTextNode(window.text, token, path) : null;
      if (node !== null) yield placed(walk, node);
    }
    walk.at = token.end;
  }
}

async function* openTag(walk: Walk, token: OpenTag, path: string, signal: AbortSignal): AsyncGenerator<XmlPlaced> {
  const { window, queue, open } = walk;
  const scan = scanElement(window.text, token.start, window.ended, walk.marks);
  if (scan.kind === 'more' && window.text.length - token.start < limits.recordBytes) {
    signal.throwIfAborted();
    walk.at = token.start;
    return void (await advance(walk));
  }
  const end = scan.kind === 'element' ? scan.end : null;
  if (end !== null && (queue.next === null || queue.next.span.offset >= byteAt(walk, end))) {
    // Enough text after the element shows whether the next one has the same name.
    if (!window.ended && window.text.length - end < limits.nameBytes * 2) {
      walk.at = token.start;
      return void (await advance(walk));
    }
    const after = /^\s*<([^\s/>]+)/.exec(window.text.slice(end, end + limits.nameBytes * 2))?.[1];
    yield placed(walk, xmlElementNode(window.text, token, path, walk.before === token.name || after === token.name));
    walk.at = end;
    walk.before = token.name;
    return;
  }
  const own = `${path}/${token.name}`;
  for (const node of xmlAttributeNodes(window.text, token, own)) yield placed(walk, node);
  walk.at = token.end;
  walk.before = null;
  if (!token.empty && open.length < limits.depth) open.push(token.name);
}
