import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';

/** One box of ISO/IEC 14496-12, section 4.2, or one atom of QuickTime. */
export interface Box {
  /** Type of four characters. */
  readonly type: string;
  /** Offset of the box's header. */
  readonly at: number;
  /** Offset of the box's content. */
  readonly start: number;
  /** Offset after the box, limited to the end of the enclosing box. */
  readonly end: number;
  /** True if the box states more bytes than there are. */
  readonly cut: boolean;
}

/** Largest number of boxes on one level. */
const mostBoxes = 4_096;

/** Reads the header of a box at `at` of `bytes`, which begin at offset `offset`; returns null if there can be none. */
function readBox(bytes: Uint8Array, at: number, offset: number, limit: number): Box | null {
  if (at + 8 > bytes.length) return null;
  const cursor = new Cursor(bytes, at, 'big');
  const stated = cursor.u32('box size');
  const type = cursor.text(4, 'box type');
  // Types are printable, except for the sign © and old QuickTime's spaces.
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return null;
  let size = stated;
  let headerBytes = 8;
  if (stated === 1) {
    if (at + 16 > bytes.length) return null;
    const high = cursor.u32('box size, high part');
    if (high >= 2 ** 21) return null; // beyond 2^53
    size = high * 2 ** 32 + cursor.u32('box size, low part');
    headerBytes = 16;
  }
  const begin = offset + at;
  if (stated === 0) size = limit - begin; // up to the end of the enclosing box
  if (size < headerBytes) return null;
  return { type, at: begin, start: begin + headerBytes, end: Math.min(begin + size, limit), cut: begin + size > limit };
}

/** Returns consecutive boxes in memory, from `start` to `end`; stops at the first byte that begins no box. */
export function boxesIn(bytes: Uint8Array, start: number, end: number): Box[] {
  const found: Box[] = [];
  for (let at = start; at + 8 <= end && found.length < mostBoxes; ) {
    const box = readBox(bytes, at, 0, end);
    if (box === null) break;
    found.push(box);
    at = box.end;
  }
  return found;
}

/** Returns the first box of a type in memory, or of a path of types, each inside the previous one; null if there is none. */
export function findBox(bytes: Uint8Array, within: { readonly start: number; readonly end: number }, ...path: readonly string[]): Box | null {
  let place: { readonly start: number; readonly end: number } = within;
  let box: Box | null = null;
  for (const type of path) {
    box = boxesIn(bytes, place.start, place.end).find((candidate) => candidate.type === type) ?? null;
    if (box === null) return null;
    place = box;
  }
  return box;
}

/** Result of a walk over the boxes of a file. */
export interface BoxWalk {
  readonly boxes: readonly Box[];
  /** Offset at which the walk ended: the end of the file, or the first byte that begins no box. */
  readonly end: number;
}

/** Returns the boxes on a file's first level. */
export async function walkBoxes(bytes: ByteReader, signal: AbortSignal): Promise<BoxWalk> {
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.size && boxes.length < limits.isoBoxes) {
    const box = readBox(await bytes.read(at, 16, signal), 0, at, bytes.size);
    if (box === null) break;
    boxes.push(box);
    at = box.end;
  }
  return { boxes, end: at };
}
