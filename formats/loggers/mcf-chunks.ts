import type { FrameWindow } from '../frames/frame-window.ts';

/** The header of a chunk: Oreka's AudioChunkDetails, in its layout in memory (voiceip/oreka, orkbasecxx/AudioCapture.h). */
export interface McfChunk {
  /** Encoding of a payload that arrived without RTP; always 2 if it arrived with RTP. */
  readonly encoding: number;
  /** Size of the payload, which follows the header. */
  readonly size: number;
  readonly timestamp: number;
  /** Time of arrival in Unix seconds. */
  readonly arrival: number;
  readonly sequence: number;
  readonly rateHz: number;
  /** RTP payload type; -1 if the audio did not arrive by RTP. */
  readonly payloadType: number;
  /** Channel: 1 and 2 are the two directions, 0 is mono, 100 is several in one. */
  readonly channel: number;
}

export const mcfHeaderBytes = 32;
/** "****", MEDIA_CHUNK_MARKER in AudioCapture.h. */
const marker = 0x2a2a2a2a;
/** Largest size that Oreka's own reader accepts (orkbasecxx/audiofile/MediaChunkFile.cpp). */
const mostBytes = 100_000;
/** Largest encoding number: 12 encodings are known; the rest is a guess of what later versions may add. */
const mostEncodings = 32;
const mostHz = 384_000;
const searchBytes = 128 * 1024;

/** Returns the chunk whose header begins at `at` of these bytes; null if there is none. */
export function parseMcfChunk(bytes: Uint8Array, at: number): McfChunk | null {
  if (at + mcfHeaderBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, mcfHeaderBytes);
  const encoding = view.getUint32(4, true);
  const size = view.getUint32(8, true);
  const rateHz = view.getUint32(24, true);
  if (view.getUint32(0) !== marker || encoding >= mostEncodings || size >= mostBytes || rateHz > mostHz) return null;
  return {
    encoding,
    size,
    timestamp: view.getUint32(12, true),
    arrival: view.getUint32(16, true),
    sequence: view.getUint32(20, true),
    rateHz,
    payloadType: view.getInt8(28),
    channel: view.getUint8(29),
  };
}

/** Result of the walk. */
export interface McfWalk {
  readonly chunks: number;
  /** Number of bytes that belong to no chunk; `lostAt`: offset of the first, -1 if there are none. */
  readonly lost: number;
  readonly lostAt: number;
  /** Number of bytes of an incomplete last chunk. */
  readonly cut: number;
}

/** Receives a chunk; its payload is at [from, from + size) of `bytes`, and at `offset` in the file. */
export type McfSink = (chunk: McfChunk, bytes: Uint8Array, from: number, offset: number) => void;

/** Passes all complete chunks of a file to the sink in order, and continues after bytes that are not a chunk. */
export async function walkMcf(window: FrameWindow, size: number, sink: McfSink, signal: AbortSignal): Promise<McfWalk> {
  let chunks = 0;
  let lost = 0;
  let lostAt = -1;
  const lose = (from: number, to: number): void => {
    if (lostAt < 0) lostAt = from;
    lost += to - from;
  };
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const chunk = parseMcfChunk(await window.read(at, mcfHeaderBytes), 0);
    if (chunk === null) {
      if (await beginsChunk(window, at, size)) return { chunks, lost, lostAt, cut: size - at };
      const next = (await nextChunk(window, at + 1, size, signal)) ?? size;
      lose(at, next);
      at = next;
      continue;
    }
    const end = at + mcfHeaderBytes + chunk.size;
    await window.read(at, chunk.size + 2 * mcfHeaderBytes); // Both are read together, so that looking ahead reads nothing twice.
    if (end > size || (end < size && !(await beginsChunk(window, end, size)))) {
      // Its size is wrong if another chunk begins before its end.
      const inner = await nextChunk(window, at + 4, Math.min(end, size), signal);
      if (inner !== null) {
        lose(at, inner);
        at = inner;
        continue;
      }
      if (end > size) return { chunks, lost, lostAt, cut: size - at };
    }
    chunks++;
    sink(chunk, await window.read(at, mcfHeaderBytes + chunk.size), mcfHeaderBytes, at + mcfHeaderBytes);
    at = end;
  }
  return { chunks, lost, lostAt, cut: 0 };
}

/** Returns true if a chunk begins here, or the file ends within the header of a chunk. */
export async function beginsChunk(window: FrameWindow, at: number, size: number): Promise<boolean> {
  const head = await window.read(at, mcfHeaderBytes);
  if (at + mcfHeaderBytes <= size) return parseMcfChunk(head, 0) !== null;
  return head.length > 0 && head.subarray(0, 4).every((byte) => byte === 0x2a);
}

/** Returns the offset of the next chunk in [from, to); null if there is none. */
async function nextChunk(window: FrameWindow, from: number, to: number, signal: AbortSignal): Promise<number | null> {
  for (let start = from; start < to; start += searchBytes) {
    signal.throwIfAborted();
    const part = await window.read(start, Math.min(searchBytes, to - start) + mcfHeaderBytes - 1);
    for (let i = part.indexOf(0x2a); i >= 0; i = part.indexOf(0x2a, i + 1)) {
      if (start + i >= to) break;
      if (parseMcfChunk(part, i) !== null) return start + i;
    }
  }
  return null;
}
