import type { CodedView } from './coded-view.ts';

/** A section of coded bytes, [start, end) in positions among them, in which each byte equals the one a period before it. */
export interface Repeat {
  readonly start: number;
  readonly end: number;
  readonly periodBytes: number;
}

/** Finds sections that repeat earlier bytes, in constant memory. */
export interface Repeats {
  /** Adds the next coded bytes, which are at `fileOffset` in the recorder's file (null: unknown). They are not kept. */
  push(piece: Uint8Array, fileOffset: number | null): void;
  /** Examines the rest. Call it after all bytes have passed. */
  finish(): void;
}

/** Longest period that is searched at any position: a file system block. */
export const blockBytes = 4_096;
/** Length of a probe that is searched in the preceding block. In audio of any coding, chance matches occur only in silence and tones. */
const probeBytes = 32;
/** Distance between probes, so that a run of a block or more contains a whole probe. */
const stepBytes = blockBytes - 2 * probeBytes;
/** Number of bytes that are kept: the last probe and the preceding block. */
const keptBytes = blockBytes + probeBytes;
/** Number of earlier file blocks among which a block is searched: 1 MiB. */
const rememberedBlocks = 256;
/** Offset within a block of the bytes that are compared first. */
const keyAt = 64;
/** Number of bytes by which runs are extended at a time. */
const followedBytes = 16_384;

/**
 * Creates a finder of runs of repeated bytes. A run must have at least `fewestBytes`, or `fewestAtEnd` at the end. Its period is at most 4 KiB or, if it
 * contains whole file blocks, a multiple of 4 KiB up to 1 MiB. Examines 32 bytes per 4 KiB, which takes a third of a millisecond for a minute of linear
 * samples.
 * @param onRepeat receives each run once, in no order
 */
export function createRepeats(view: CodedView, fewestBytes: number, fewestAtEnd: number, onRepeat: (repeat: Repeat) => void): Repeats {
  /** End of the last reported run. Earlier bytes are not examined again. */
  let toldTo = 0;
  let position = 0;
  let nextProbe = blockBytes;
  let before: Uint8Array = new Uint8Array(0);
  const keys = new Float64Array(rememberedBlocks).fill(-1);
  const places = new Float64Array(rememberedBlocks);
  let block = 0;

  const follow = (at: number, period: number, fewest: number): boolean => {
    const run = runAround(view, at, period, toldTo);
    if (run.end - run.start < fewest) return false;
    toldTo = run.end;
    onRepeat(run);
    return true;
  };
  /** Searches for an earlier copy of a probe. @param bytes bytes in which `within` is the position of the probe */
  const probe = (bytes: Uint8Array, within: number, at: number, fewest: number): void => {
    const found = Buffer.from(bytes.buffer, bytes.byteOffset + Math.max(0, within - blockBytes), Math.min(within, blockBytes) + probeBytes - 1);
    const wanted = bytes.subarray(within, within + probeBytes);
    const self = Math.min(within, blockBytes);
    const farthest = found.indexOf(wanted);
    if (farthest < 0) return;
    const nearest = found.lastIndexOf(wanted);
    // The shortest period is tried first, because the nearest match may be within the repeated block.
    if (!follow(at, self - nearest, fewest) && farthest !== nearest) follow(at, self - farthest, fewest);
  };
  const compareBlocks = (piece: Uint8Array, fileOffset: number): void => {
    for (let at = -fileOffset & (blockBytes - 1); at + keyAt + 8 <= piece.length; at += blockBytes) {
      const key = keyOf(piece, at + keyAt);
      const here = position + at;
      if (here >= toldTo) {
        const same = keys.indexOf(key);
        const period = here - (places[same] ?? 0);
        if (same >= 0 && period > blockBytes) follow(here + keyAt, period, fewestBytes);
      }
      keys[block] = key;
      places[block] = here;
      block = (block + 1) % rememberedBlocks;
    }
  };
  return {
    push(piece, fileOffset) {
      for (; nextProbe + probeBytes <= position + piece.length; nextProbe += stepBytes) {
        if (nextProbe < toldTo) continue;
        const within = nextProbe - position;
        if (within >= blockBytes) probe(piece, within, nextProbe, fewestBytes);
        else probe(joined(before, piece.subarray(0, within + probeBytes)), before.length + within, nextProbe, fewestBytes);
      }
      if (fileOffset !== null) compareBlocks(piece, fileOffset);
      before = piece.length >= keptBytes ? piece.slice(piece.length - keptBytes) : joined(before, piece).slice(-keptBytes);
      position += piece.length;
    },
    finish() {
      const last = Math.max(0, position - probeBytes);
      if (before.length <= probeBytes || last < toldTo) return;
      probe(before, before.length - probeBytes, last, fewestAtEnd);
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function keyOf(bytes: Uint8Array, at: number): number {
  let key = 0;
  // 53 bits are exact.
  for (let index = 0; index < 6; index++) key = key * 256 + (bytes[at + index] as number); // within the chunk
  return key;
}

/** Returns the longest run around a position with a given period that does not begin before `from`. */
function runAround(view: CodedView, at: number, period: number, from: number): Repeat {
  const [start, end] = [back(view, at, period, Math.max(from, period)), forth(view, at, period)];
  return { start, end, periodBytes: period };
}

function forth(view: CodedView, at: number, period: number): number {
  let size = probeBytes;
  for (let position = at; position < view.total; position += size, size = Math.min(2 * size, followedBytes)) {
    const first = firstOther(view, position, Math.min(view.total, position + size), period);
    if (first !== null) return first;
  }
  return view.total;
}

function firstOther(view: CodedView, start: number, end: number, period: number): number | null {
  const [bytes, earlier] = [view.read(start, end), view.read(start - period, end - period)];
  if (Buffer.compare(bytes, earlier) === 0) return null;
  return start + bytes.findIndex((byte, index) => byte !== earlier[index]);
}

function back(view: CodedView, at: number, period: number, from: number): number {
  let size = probeBytes;
  for (let position = at; position > from; size = Math.min(2 * size, followedBytes)) {
    const start = Math.max(from, position - size);
    const [bytes, earlier] = [view.read(start, position), view.read(start - period, position - period)];
    if (Buffer.compare(bytes, earlier) !== 0) return start + bytes.findLastIndex((byte, index) => byte !== earlier[index]) + 1;
    position = start;
  }
  return Math.min(at, from);
}
