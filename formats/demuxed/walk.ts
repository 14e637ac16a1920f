import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { frameWindow } from '../frames/frame-window.ts';

/** Result of a walk from unit to unit. */
export interface Walk {
  /** Number of bytes between units, or after the last one, that begin no unit. */
  readonly strayBytes: number;
  /** Number of bytes missing from the last unit if the file ends within it; 0 if it is complete. */
  readonly lackingBytes: number;
}

/** Returns the size of the unit that begins with `head`; 0 if none does. */
export type SizeOf = (head: Uint8Array) => number;

/**
 * Walks over consecutive units (frames, tags, blocks) that each state their length. Skips bytes in [start, end) that begin no unit, up to a unit that is
 * followed by another. Walks at most `limits.framesCheckedBytes`.
 * @param unit `headBytes`: number of bytes that show the size of a unit; `onUnit` receives each unit, and the stray bytes before it
 */
export async function walkUnits(
  bytes: ByteReader,
  [start, end]: readonly [start: number, end: number],
  unit: {
    readonly headBytes: number;
    readonly sizeOf: SizeOf;
    readonly onUnit?: (head: Uint8Array, size: number, strayBytes: number) => void;
  },
  signal: AbortSignal,
): Promise<Walk> {
  const { headBytes, sizeOf, onUnit } = unit;
  const window = frameWindow(bytes, signal);
  const stop = Math.min(end, start + limits.framesCheckedBytes);
  const sizeAt = async (at: number): Promise<number> => sizeOf(window.peek(at, headBytes) ?? (await window.read(at, headBytes)));
  const [first] = await bytes.read(start, 1, signal);
  let [strayBytes, at, isStray] = [0, start, false];
  while (at < stop) {
    const size = await sizeAt(at);
    const next = at + size;
    // After stray bytes, the beginning of a single unit is a coincidence.
    if (size > 0 && (!isStray || (next < end ? (await sizeAt(next)) > 0 : next === end))) {
      onUnit?.(window.peek(at, headBytes) ?? (await window.read(at, headBytes)), size, strayBytes);
      at = next;
      isStray = false;
    } else if (!isStray && end - at < headBytes && (await bytes.read(at, 1, signal))[0] === first) {
      // The unit is cut off before its size.
      return { strayBytes, lackingBytes: headBytes - (end - at) };
    } else {
      at++;
      strayBytes++;
      isStray = true;
    }
  }
  // The next unit of a long file may extend beyond the part that is walked.
  return { strayBytes, lackingBytes: end <= stop && !isStray ? at - end : 0 };
}
