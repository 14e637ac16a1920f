import { memoryReader } from '../../core/base/bytes.ts';
import type { Identification } from '../../core/model/format.ts';
import { createUnpacking } from '../../core/model/packed-blocks.ts';
import type { MediumBytes } from './medium-bytes.ts';

/**
 * Returns the bytes that contain the tracks of an identified medium: the medium's own bytes, or those of its unpacked blocks. They are closed with the medium.
 */
export function soundingBytes(medium: MediumBytes, answer: Identification | null): MediumBytes {
  const packed = answer?.packed;
  if (packed === undefined) return medium;
  const { size, offsets, sizes } = packed;
  const copy = createUnpacking(packed);
  const piece = (offset: number, length: number, buffer: Uint8Array): Uint8Array => {
    const target = buffer.subarray(0, length);
    const steps = copy(offset, target);
    for (let step = steps.next(); step.done !== true; ) {
      const block = new Uint8Array(sizes[step.value] ?? 0);
      step = steps.next(medium.piece(offsets[step.value] ?? 0, block.length, block));
    }
    return target;
  };
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  return {
    size,
    reader: {
      ...memoryReader(new Uint8Array(0), medium.reader.name),
      size,
      read: async (offset, length) => piece(offset, within(offset, length), new Uint8Array(within(offset, length))),
    },
    piece,
    assertUnchanged: () => medium.assertUnchanged(),
    close: () => {},
  };
}
