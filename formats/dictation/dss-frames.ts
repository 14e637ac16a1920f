import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { hasDssMarks } from '../codecs/dss/blocks.ts';
import { addSpan, type FrameWindow, frameWindow } from '../frames/frame-window.ts';

/** Blocks of DSS: a header of 6 bytes and coded sound. */
export const dssBlock = { bytes: 512, headerBytes: 6, payloadBytes: 506 } as const;
/** Frames of standard play take 42 and 40 bytes by turns: two share a word. */
const frameBytes = [42, 40] as const;

/** What a walk over the blocks of standard play found. */
export interface SpFrames {
  /** Bytes for FFmpeg: whole frames, by turns of the two kinds, and 6 bytes that it skips before every 506 of them. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** Frames in `spans`, fillers included. */
  readonly frames: number;
  /** Frames of silence put in where two frames of one kind meet. */
  readonly fillers: number;
  /** Blocks without sound. */
  readonly pauses: number;
  /** Frames whose end is missing. */
  readonly cut: number;
  /** Headers that count more frames than their block can begin, or name a place outside it. */
  readonly doubts: number;
  /** Blocks without a header that can be right: nothing is taken of them. */
  readonly damaged: number;
}

/** One frame: where its bytes lie, and which of the two kinds it is. */
interface Frame {
  readonly parts: [number, number][];
  readonly kind: number;
}

/** A frame whose last bytes lie in the next block. */
interface OpenFrame {
  readonly frame: Frame;
  readonly lacking: number;
}

/**
 * Frames by the headers of their blocks (github.com/hirparak/dss-codec, CODEC_SPECIFICATION.md, "Audio Block Structure"): byte 2 counts
 * those that begin in it, twice byte 1 and the highest bit of byte 0 tell where the first of them does, and that bit also which kind it
 * is. FFmpeg 7.1 reads straight through and takes pauses for sound, so the frames alone are handed to it, laid out as if there were
 * none. It takes the two kinds by turns from the first on: `zeros`, 42 bytes of the file that are 0, fill in where a pause broke that.
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
      // The end of a frame that begins no other is no pause.
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

/** Says of headers of blocks whether they can be right, by marks that all have: a recording whose first block lacks them has none. */
async function blockJudge(window: FrameWindow, start: number): Promise<(head: Uint8Array) => boolean> {
  const isKnown = hasDssMarks(await window.read(start, dssBlock.headerBytes), 0);
  return (head) => !isKnown || hasDssMarks(head, 0);
}

/** Lays bytes out in blocks: 6 bytes before every 506, the file's own header where that is what lies there. */
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
 * Frames of long play: blocks up to the last in which one begins; `broken`: a block without any lies before it; `damaged`: blocks among them without a header that
 * can be right, of which FFmpeg makes sound all the same.
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

/** Where 42 bytes of 0 lie in a header; null where none do. */
export function zeroBytes(header: Uint8Array): number | null {
  let run = 0;
  for (let at = 0; at < header.length; at++) {
    run = header[at] === 0 ? run + 1 : 0;
    if (run === frameBytes[0]) return at - run + 1;
  }
  return null;
}
