import type { ByteReader } from '../src/core/bytes.ts';
import type { Track } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';

/** What a walk over frames found whose first byte tells their size. */
export interface FrameWalk {
  readonly frames: number;
  /** Frames by their size in bytes. */
  readonly sizes: ReadonlyMap<number, number>;
  /** The frame whose first byte begins none, counted from 0; null where all are well. */
  readonly strayFrame: number | null;
  /** Bytes that a cut last frame lacks. */
  readonly lacking: number;
}

/** Walks frames in the spans, over their borders; `sizeOf` gives a frame's bytes by its first, or null. At most `limits.framesCheckedBytes` are read. */
export async function walkFrames(
  bytes: ByteReader,
  spans: Track['spans'],
  sizeOf: (first: number) => number | null,
  signal: AbortSignal,
): Promise<FrameWalk> {
  const sizes = new Map<number, number>();
  let frames = 0;
  let skip = 0;
  let left: number = limits.framesCheckedBytes;
  for (const [start, end] of spans) {
    const stop = Math.min(end, start + left);
    left -= stop - start;
    for await (const piece of bytes.stream(start, stop, signal)) {
      let at = Math.min(skip, piece.length);
      skip -= at;
      while (at < piece.length) {
        const size = sizeOf(piece[at] ?? 0);
        if (size === null) return { frames, sizes, strayFrame: frames, lacking: 0 };
        frames++;
        sizes.set(size, (sizes.get(size) ?? 0) + 1);
        skip = Math.max(0, at + size - piece.length);
        at = Math.min(at + size, piece.length);
      }
    }
  }
  // Where the limit ended the walk, the last frame is not cut.
  return { frames, sizes, strayFrame: null, lacking: left > 0 ? skip : 0 };
}

/** Bytes of speech by mode, without the first byte; other modes are reserved (RFC 4867, table 1 and section 5). */
const amrNarrow = [12, 13, 15, 17, 19, 20, 26, 31, 5];
const amrWide = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5];
const amrSpeechLost = 14; // wide only
const amrNoData = 15;

/** Bytes of a frame of AMR in the storage format by its first; null where its padding bits are set or its mode does not exist. */
export function amrFrameBytes(first: number, wide: boolean): number | null {
  const mode = first >> 3;
  if ((first & 0x83) !== 0) return null;
  if (mode === amrNoData || (wide && mode === amrSpeechLost)) return 1;
  const speech = (wide ? amrWide : amrNarrow)[mode];
  return speech === undefined ? null : 1 + speech;
}
