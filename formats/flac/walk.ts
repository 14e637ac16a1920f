import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { FlacShort } from '../codecs/flac/bits.ts';
import { decodeFrame, mostFrameBytes } from '../codecs/flac/decode-frame.ts';
import { type FlacStream, flacCrc16, flacHeaderBytes, readFlacFrame } from '../codecs/flac/frame.ts';

/** Result of a walk over the frames of a FLAC stream. */
export interface FlacWalk {
  /** Number of complete frames with a correct checksum. */
  readonly frames: number;
  /** Number of frames with a wrong checksum. */
  readonly damaged: number;
  /** Number of samples per channel that no frame holds, between frames or before the first one. */
  readonly lost: number;
  /** Position after the last sample of the last complete frame. */
  readonly samples: number;
  /** Offset after the last complete frame; an incomplete frame or other data follow. */
  readonly end: number;
  /** False if only the first `limits.framesCheckedBytes` and the end were walked. */
  readonly complete: boolean;
}

const windowBytes = 256 * 1024;
/** Number of bytes at the end of a long file that are also walked. */
const tailBytes = 2 * 1024 * 1024;

/** Walks the frames from `start` and checks the checksum of each. A header counts if its own checksum is correct and its number continues the sequence. */
export async function walkFlac(bytes: ByteReader, start: number, stream: FlacStream, signal: AbortSignal): Promise<FlacWalk> {
  const complete = bytes.size - start <= limits.framesCheckedBytes;
  const head = await walkPart(bytes, start, complete ? bytes.size : start + limits.framesCheckedBytes, stream, signal);
  if (complete) return { ...head, complete };
  // The middle is not read: consecutive numbers at the end show that it exists.
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
  /** Position after the open frame; -1 while none is open. */
  let openEnd = -1;
  let crc = 0;
  let openAt = -1;
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
        // A header inside a frame whose checksum is not complete is a coincidence, unless the frame is damaged: then its number must be higher.
        const expected = Math.max(openEnd, 0);
        if (header !== null && (openEnd < 0 || (crc === 0 && header.first >= expected) || leadsOn(header.first, expected, stream))) {
          if (openEnd >= 0) {
            close();
            if (crc === 0) end = at + i;
          }
          lost += Math.max(0, header.first - expected);
          openEnd = header.first + header.frames;
          crc = 0;
          openAt = at + i;
        }
      }
      if (openEnd >= 0) crc = ((crc << 8) & 0xffff) ^ (flacCrc16[(crc >> 8) ^ (window[i] ?? 0)] ?? 0);
    }
    at += Math.max(1, until);
  }
  if (openEnd >= 0 && stop === bytes.size) {
    // The last frame may be damaged or incomplete, or other data may follow it: decoding it shows which.
    const last = await endOfFrame(bytes, openAt, stream, signal);
    if (last !== null) {
      frames++;
      samples = openEnd;
      end = last;
    }
  } else end = bytes.size;
  return { frames, damaged, lost, samples, end };
}

/** Returns true if a frame may begin here although the previous one has no valid end: its number is the next one, or skips only a few. */
function leadsOn(first: number, expected: number, stream: FlacStream): boolean {
  return first >= expected && first - expected <= 64 * Math.max(16, stream.maxBlock) && (stream.frames === 0 || first < stream.frames);
}

/** Returns where the frame at `at` ends according to its own bits, with a correct checksum; null if it is damaged or incomplete. */
async function endOfFrame(bytes: ByteReader, at: number, stream: FlacStream, signal: AbortSignal): Promise<number | null> {
  const head = await bytes.read(at, flacHeaderBytes, signal);
  const header = readFlacFrame(head, 0, stream);
  if (header === null) return null;
  const frame = await bytes.read(at, mostFrameBytes(header, stream), signal);
  try {
    const channels = Array.from({ length: stream.channels }, () => new Float64Array(header.frames));
    return at + decodeFrame(frame, 0, header, stream, channels);
  } catch (error) {
    if (error instanceof RangeError || error instanceof FlacShort) return null;
    throw error;
  }
}
