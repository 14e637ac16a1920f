import type { ByteReader } from '../src/core/bytes.ts';
import { limits } from '../src/core/limits.ts';
import { type FlacStream, flacCrc16, flacHeaderBytes, readFlacFrame } from './flac-frame.ts';

/** What a walk over the frames of a FLAC stream found. */
export interface FlacWalk {
  /** Whole frames with the right checksum. */
  readonly frames: number;
  /** Frames whose checksum is wrong. */
  readonly damaged: number;
  /** Samples per channel that no frame holds, between frames or before the first. */
  readonly lost: number;
  /** Position behind the last sample of the last whole frame. */
  readonly samples: number;
  /** End of the last whole frame; what lies behind it is a cut frame or no sound. */
  readonly end: number;
  /** False where only the first `limits.framesCheckedBytes` were walked, and the last ones looked at. */
  readonly complete: boolean;
}

const windowBytes = 256 * 1024;
/** Bytes at the end of a long file that are walked as well. */
const tailBytes = 2 * 1024 * 1024;

/** Walks the frames from `start`, checking each one's checksum. A header counts where its own checksum is right and its number leads on. */
export async function walkFlac(bytes: ByteReader, start: number, stream: FlacStream, signal: AbortSignal): Promise<FlacWalk> {
  const complete = bytes.size - start <= limits.framesCheckedBytes;
  const head = await walkPart(bytes, start, complete ? bytes.size : start + limits.framesCheckedBytes, stream, signal);
  if (complete) return { ...head, complete };
  // The middle is not looked at: numbers that go on at the end say that it is there.
  const tail = await walkPart(bytes, Math.max(start, bytes.size - tailBytes), bytes.size, stream, signal);
  const { samples, end } = tail.frames > 0 ? tail : head;
  return { frames: head.frames, damaged: head.damaged + tail.damaged, lost: head.lost, samples, end, complete };
}

async function walkPart(
  bytes: ByteReader,
  start: number,
  stop: number,
  stream: FlacStream,
  signal: AbortSignal,
): Promise<Omit<FlacWalk, 'complete'>> {
  let frames = 0;
  let damaged = 0;
  let lost = 0;
  let samples = 0;
  let end = start;
  /** Position behind the frame that is open; -1 while none is. */
  let openEnd = -1;
  let crc = 0;
  /** Where the checksum of the open frame came out right: its end, or chance (one byte in 65,536). */
  let closedAt = -1;
  const close = (): void => {
    if (crc === 0) {
      frames++;
      samples = openEnd;
    } else damaged++;
  };
  for (let at = start; at < stop; ) {
    signal.throwIfAborted();
    const window = await bytes.read(at, Math.min(windowBytes, bytes.size - at), signal);
    if (window.length === 0) break;
    // A header that begins near the end of the window is read with the next one.
    const last = at + window.length >= bytes.size;
    const until = Math.min(stop - at, last ? window.length : window.length - flacHeaderBytes);
    for (let i = 0; i < until; i++) {
      if (window[i] === 0xff && (window[i + 1] === 0xf8 || window[i + 1] === 0xf9)) {
        const header = readFlacFrame(window, i, stream);
        // Inside a frame whose checksum is not complete a header is chance, unless the frame is damaged: then it must lead further.
        const expected = Math.max(openEnd, 0);
        if (header !== null && (openEnd < 0 || (crc === 0 && header.first >= expected) || leadsOn(header.first, expected, stream))) {
          if (openEnd >= 0) {
            close();
            if (crc === 0) end = at + i;
          }
          lost += Math.max(0, header.first - expected);
          openEnd = header.first + header.frames;
          crc = 0;
          closedAt = -1;
        }
      }
      if (openEnd < 0) continue;
      crc = ((crc << 8) & 0xffff) ^ (flacCrc16[(crc >> 8) ^ (window[i] ?? 0)] ?? 0);
      if (crc === 0) closedAt = at + i + 1;
    }
    at += Math.max(1, until);
  }
  if (openEnd >= 0 && stop === bytes.size) {
    // Behind the frame that completes the count lie tags, or junk; otherwise the last frame is cut.
    const whole = crc === 0 || (closedAt > end && openEnd === stream.frames);
    if (whole) {
      frames++;
      samples = openEnd;
      end = crc === 0 ? stop : closedAt;
    }
  } else end = bytes.size;
  return { frames, damaged, lost, samples, end };
}

/** Whether a frame may begin there although the one before it has no right end: its number goes on, or skips a little. */
function leadsOn(first: number, expected: number, stream: FlacStream): boolean {
  return first >= expected && first - expected <= 64 * Math.max(16, stream.maxBlock) && (stream.frames === 0 || first < stream.frames);
}
