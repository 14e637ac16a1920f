import { limits } from '../../src/core/base/limits.ts';
import type { Packets } from '../../src/core/model/format.ts';

/** Packets of one track in the order of discovery, in columns that grow. */
export interface PacketTable {
  /** Adds a packet, or a further piece of the last one if the position is the same; returns false if the table is full. */
  add(offset: number, size: number, position: number): boolean;
  readonly count: number;
  finish(side: number): Packets;
}

/** Creates an empty table for at most `most` packets. */
export function createPacketTable(most: number = limits.packets): PacketTable {
  let offsets = new Float64Array(256);
  let sizes = new Uint32Array(256);
  let positions = new Float64Array(256);
  let count = 0;
  const grow = (): void => {
    const room = Math.min(most, 2 * count);
    const larger = <Column extends Float64Array | Uint32Array>(to: Column, from: Column): Column => {
      to.set(from);
      return to;
    };
    offsets = larger(new Float64Array(room), offsets);
    sizes = larger(new Uint32Array(room), sizes);
    positions = larger(new Float64Array(room), positions);
  };
  return {
    add(offset, size, position) {
      if (count >= most) return false;
      if (count === offsets.length) grow();
      offsets[count] = offset;
      sizes[count] = size;
      positions[count] = position;
      count++;
      return true;
    },
    get count() {
      return count;
    },
    finish: (side) => ({ side, offsets: offsets.slice(0, count), sizes: sizes.slice(0, count), positions: positions.slice(0, count) }),
  };
}
