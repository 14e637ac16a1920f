import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Track } from '../../src/core/model/format.ts';
import { gsmFrame } from '../codecs/gsm/gsm.ts';

/** The frames of GSM 06.10 in a file without a header, found by the four bits 0xD with which each begins (libgsm's packing). */
export interface GsmFrames {
  readonly frames: number;
  /** Number of frames with the signature. */
  readonly signed: number;
  /** Spans in which the frames are in step; more than one if bytes are missing, or foreign bytes lie between. */
  readonly spans: Track['spans'];
  /** Bytes between the spans. */
  readonly strayBytes: number;
}

/** Number of consecutive signatures that prove the step: by chance, eight occur once in four thousand million. */
const rowFrames = 8;
/** Number of frames after one without a signature that prove that only this one is damaged. */
const goesOn = 3;
/** Number of bytes in which the next frames in step are searched. */
const searchBytes = 64 * 1024;
const windowBytes = 256 * 1024;
/** Largest number of spans per file; the rest is not searched. */
const mostSpans = 1000;

/** Walks the frames from the first byte on. Where they are out of step, continues at the next offset with eight consecutive signed frames. */
export async function findGsmFrames(bytes: ByteReader, signal: AbortSignal): Promise<GsmFrames> {
  const size = bytes.size;
  const stop = Math.min(size, limits.framesCheckedBytes);
  const spans: (readonly [number, number])[] = [];
  let [start, frames, signed, strayBytes, searched] = [0, 0, 0, 0, 0];
  let window: Uint8Array = new Uint8Array(0);
  let windowAt = 0;
  const isSigned = (at: number): boolean => (window[at - windowAt] ?? 0) >> 4 === 0xd;
  const isRow = (at: number, count: number): boolean => {
    for (let i = 0; i < count; i++) if (!isSigned(at + i * gsmFrame.bytes)) return false;
    return true;
  };
  let at = 0;
  while (at + gsmFrame.bytes <= stop) {
    // The window must hold everything that the search may read.
    if (window.length === 0 || (at + searchBytes > windowAt + window.length && windowAt + window.length < size)) {
      windowAt = Math.max(0, at - gsmFrame.bytes);
      window = await bytes.read(windowAt, windowBytes, signal);
    }
    if (isSigned(at)) signed++;
    else if (!isRow(at + gsmFrame.bytes, goesOn) && spans.length < mostSpans) {
      // No offset is tried twice, so that the work stays linear in bytes that are not GSM.
      const from = Math.max(searched, start, at - gsmFrame.bytes + 1);
      const to = Math.min(size, windowAt + window.length, at + searchBytes) - rowFrames * gsmFrame.bytes;
      let next = from;
      while (next <= to && !isRow(next, rowFrames)) next++;
      searched = next;
      if (next <= to) {
        // A frame that overlaps the next one is incomplete and counts among the bytes between.
        const broken = next < at;
        const end = broken ? at - gsmFrame.bytes : at;
        if (broken) {
          frames--;
          signed--;
        }
        if (end > start) spans.push([start, end]);
        strayBytes += next - end;
        start = next;
        at = next;
        continue;
      }
    }
    frames++;
    at += gsmFrame.bytes;
  }
  spans.push([start, size]);
  return { frames, signed, spans, strayBytes };
}
