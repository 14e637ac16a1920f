import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { hasDssMarks } from '../codecs/dss/blocks.ts';
import { addSpan, type FrameWindow, frameWindow } from '../frames/frame-window.ts';

/** Sizes of DSS blocks: a header of 6 bytes and encoded audio. */
export const dssBlock = { bytes: 512, headerBytes: 6, payloadBytes: 506 } as const;
/** Sizes of the frames of standard play, which alternate between 42 and 40 bytes because two frames share a word. */
const frameBytes = [42, 40] as const;

/** Result of a walk over the blocks of standard play. */
export interface SpFrames {
  /** Spans of bytes for FFmpeg: complete frames, alternating between the two kinds, with 6 bytes, which FFmpeg skips, before every 506 bytes. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** Number of frames in `spans`, including fillers. */
  readonly frames: number;
  /** Number of silent frames inserted where two frames of one kind are adjacent. */
  readonly fillers: number;
  /** Number of blocks without audio. */
  readonly pauses: number;
  /** Number of frames that lack their end. */
  readonly cut: number;
  /** Number of headers that count more frames than can begin in their block, or that state an offset outside of it. */
  readonly doubts: number;
  /** Number of blocks with an impossible header: nothing is taken from them. */
  readonly damaged: number;
}

/** One frame: the position of its bytes, and its kind. */
interface Frame {
  readonly parts: [number, number][];
  readonly kind: number;
}

/** A frame whose last bytes are in the next block. */
interface OpenFrame {
  readonly frame: Frame;
  readonly lacking: number;
}

/**
 * Finds frames by the headers of their blocks (github.com/hirparak/dss-codec, CODEC_SPECIFICATION.md, "Audio Block Structure"): byte 2 counts the frames that
 * begin in the block, twice byte 1 plus the highest bit of byte 0 states where the first of them begins, and that bit also states its kind. FFmpeg 7.1 reads
 * straight on and decodes pauses as audio, so only the frames are passed to it, laid out as if there were no pauses. It expects the two kinds to alternate from
 * the first frame on.
 * @param zeros 42 bytes of the file that are 0; they are inserted where a pause breaks the alternation
 */
export async function spFrames(
  bytes: ByteReader,
  start: number,
  blocks: number,
  zeros: number | null,
  signal: AbortSignal,
): Promise<SpFrames | null> {
  const window = frameWindow(bytes, signal);
  const stream = createStream(start);
  const counts = { frames: 0, fillers: 0, pauses: 0, cut: 0, doubts: 0, damaged: 0 };
  const isBlock = await blockJudge(window, start);
  const emit = ({ parts, kind }: Frame): boolean => {
    if (counts.frames % 2 !== kind) {
      if (zeros === null) return false;
      stream.add(zeros, zeros + (frameBytes[1 - kind] ?? 0));
      counts.frames++;
      counts.fillers++;
    }
    for (const [from, to] of parts) stream.add(from, to);
    counts.frames++;
    return true;
  };
  let open: OpenFrame | null = null;
  for (let block = 0; block < blocks; block++) {
    if (stream.spans.length >= limits.trackStretches) {
      counts.doubts += blocks - block;
      break;
    }
    const at: number = start + block * dssBlock.bytes;
    const payload = at + dssBlock.headerBytes;
    const head = await window.read(at, dssBlock.headerBytes);
    if (!isBlock(head)) {
      counts.damaged++;
      if (open !== null) counts.cut++;
      open = null;
      continue;
    }
    const [flags = 0, words = 0, count = 0] = head;
    const swapped = flags >> 7;
    const first = Math.max(0, 2 * words + 2 * swapped - dssBlock.headerBytes);
    if (open !== null) {
      const { frame, lacking }: OpenFrame = open;
      if (first === lacking || (count === 0 && first > lacking)) {
        frame.parts.push([payload, payload + lacking]);
        if (!emit(frame)) return null;
      } else counts.cut++;
      // A block with only the end of a frame is not a pause.
      if (count === 0 && first !== lacking) counts.pauses++;
      open = null;
    } else if (count === 0) counts.pauses++;
    let offset: number = first;
    for (let i = 0; i < count; i++) {
      const kind = (swapped + i) % 2;
      const size = frameBytes[kind] ?? 0;
      if (offset >= dssBlock.payloadBytes) {
        counts.doubts++;
        break;
      }
      const end = Math.min(dssBlock.payloadBytes, offset + size);
      const frame: Frame = { parts: [[payload + offset, payload + end]], kind };
      if (end - offset < size) open = { frame, lacking: size - (end - offset) };
      else if (!emit(frame)) return null;
      offset += size;
    }
  }
  if (open !== null) counts.cut++;
  return { spans: stream.spans, ...counts };
}

/** Returns a test of whether a block header is possible, by bytes that all headers share. A recording whose first block lacks these bytes is not tested. */
async function blockJudge(window: FrameWindow, start: number): Promise<(head: Uint8Array) => boolean> {
  const isKnown = hasDssMarks(await window.read(start, dssBlock.headerBytes), 0);
  return (head) => !isKnown || hasDssMarks(head, 0);
}

/** Creates a stream laid out in blocks: 6 bytes before every 506, which are the file's own header if the bytes follow it. */
function createStream(anyBytes: number) {
  const spans: [number, number][] = [];
  let inBlock = 0;
  return {
    spans,
    add(from: number, to: number): void {
      for (let at = from; at < to; ) {
        if (inBlock === 0) {
          const last = spans.at(-1);
          const own = last === undefined ? anyBytes + dssBlock.headerBytes === at : last[1] + dssBlock.headerBytes === at;
          addSpan(spans, own ? at - dssBlock.headerBytes : anyBytes, own ? at : anyBytes + dssBlock.headerBytes);
        }
        const length = Math.min(to - at, dssBlock.payloadBytes - inBlock);
        addSpan(spans, at, at + length);
        inBlock = (inBlock + length) % dssBlock.payloadBytes;
        at += length;
      }
    },
  };
}

/**
 * Returns the frames of long play: the blocks up to the last in which a frame begins. `broken`: a block without any frame precedes that one; `damaged`: number
 * of blocks with an impossible header, which FFmpeg decodes all the same.
 */
export async function lpBlocks(
  bytes: ByteReader,
  start: number,
  blocks: number,
  signal: AbortSignal,
): Promise<{ used: number; pauses: number; broken: boolean; damaged: number }> {
  const window = frameWindow(bytes, signal);
  const isBlock = await blockJudge(window, start);
  let damaged = 0;
  let used = 0;
  let pauses = 0;
  for (let block = 0; block < blocks; block++) {
    const head = await window.read(start + block * dssBlock.bytes, dssBlock.headerBytes);
    const [, , count = 0] = head;
    if (!isBlock(head)) {
      damaged++;
      used = block + 1;
    } else if (count === 0) pauses++;
    else used = block + 1;
  }
  return { used, pauses, broken: used - (blocks - pauses) > 0, damaged };
}

/** Returns where a header has 42 zero bytes; null if it has none. */
export function zeroBytes(header: Uint8Array): number | null {
  let run = 0;
  for (let at = 0; at < header.length; at++) {
    run = header[at] === 0 ? run + 1 : 0;
    if (run === frameBytes[0]) return at - run + 1;
  }
  return null;
}
