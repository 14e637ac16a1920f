import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { frameWindow } from '../frames/frame-window.ts';

/** What a walk from unit to unit found. */
export interface Walk {
  /** Bytes between units, or behind the last one, that begin none. */
  readonly strayBytes: number;
  /** Bytes that the last unit lacks, where the file ends within it; 0 where it is whole. */
  readonly lackingBytes: number;
}

/** Bytes of the unit that begins with `head`; 0: none does. */
export type SizeOf = (head: Uint8Array) => number;

/**
 * Walks over units that follow each other, each of which says how long it is (frames, tags, blocks): bytes in [start, end) of which none begins are looked over until
 * a unit begins that is followed by another. At most `limits.framesCheckedBytes` are walked over.
 * @param headBytes of which a unit shows its size
 * @param onUnit gets each unit, and the stray bytes before it
 */
export async function walkUnits(
  bytes: ByteReader,
  [start, end]: readonly [start: number, end: number],
  headBytes: number,
  sizeOf: SizeOf,
  signal: AbortSignal,
  onUnit?: (head: Uint8Array, size: number, strayBytes: number) => void,
): Promise<Walk> {
  const window = frameWindow(bytes, signal);
  const stop = Math.min(end, start + limits.framesCheckedBytes);
  const sizeAt = async (at: number): Promise<number> => sizeOf(window.peek(at, headBytes) ?? (await window.read(at, headBytes)));
  const [first] = await bytes.read(start, 1, signal);
  let [strayBytes, at, isStray] = [0, start, false];
  while (at < stop) {
    const size = await sizeAt(at);
    const next = at + size;
    // Behind such bytes the beginning of one unit alone is chance.
    if (size > 0 && (!isStray || (next < end ? (await sizeAt(next)) > 0 : next === end))) {
      onUnit?.(window.peek(at, headBytes) ?? (await window.read(at, headBytes)), size, strayBytes);
      at = next;
      isStray = false;
    } else if (!isStray && end - at < headBytes && (await bytes.read(at, 1, signal))[0] === first) {
      // Cut before its size.
      return { strayBytes, lackingBytes: headBytes - (end - at) };
    } else {
      at++;
      strayBytes++;
      isStray = true;
    }
  }
  // The next unit of a long file is longer than what is walked over.
  return { strayBytes, lackingBytes: end <= stop && !isStray ? at - end : 0 };
}
