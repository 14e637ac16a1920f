import { agree } from '../../src/core/base/agree.ts';

/** Output of one block, which grows up to its limit. */
class Output {
  private bytes: Uint8Array;
  length = 0;
  private readonly most: number;

  constructor(expected: number, most: number) {
    this.most = most;
    this.bytes = new Uint8Array(Math.min(most, Math.max(64, expected)));
  }

  private room(more: number): void {
    const needed = this.length + more;
    if (needed > this.most) throw new RangeError(agree`more than ${this.most} byte[s] [was|were] unpacked from it`);
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.min(this.most, Math.max(needed, 2 * this.bytes.length)));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  literals(from: Uint8Array, at: number, count: number): void {
    if (at + count > from.length)
      throw new RangeError(agree`${count} byte[s] [is|are] to be copied at ${at}, but ${from.length - at} [is|are] present`);
    this.room(count);
    this.bytes.set(from.subarray(at, at + count), this.length);
    this.length += count;
  }

  /** Copies earlier output; if the ranges overlap, byte by byte, so that a run repeats. */
  match(distance: number, count: number): void {
    if (distance < 1 || distance > this.length) throw new RangeError(agree`a match ${distance} byte[s] back of ${this.length}`);
    this.room(count);
    const { bytes } = this;
    let to = this.length;
    for (const end = to + count; to < end; to++) bytes[to] = bytes[to - distance] ?? 0;
    this.length = to;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Reads a block's bytes in order. @throws RangeError beyond its end */
class Input {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError(agree`it ends after ${this.bytes.length} byte[s] within an instruction`);
    return value;
  }

  le16(): number {
    return this.byte() | (this.byte() << 8);
  }

  /** Reads a length that continues while its bytes equal `more`; each of these bytes adds 255. */
  extended(base: number, more: 0 | 255): number {
    let length = base;
    for (;;) {
      const value = this.byte();
      if (value !== more) return length + value;
      length += 255;
    }
  }
}

/**
 * Unpacks one block of LZO1X. Instructions: Linux, Documentation/staging/lzo.rst ("LZO stream format as understood by Linux' LZO decompressor"), without its
 * run-length extension.
 * @throws RangeError if the block is damaged or yields more than `most` bytes
 */
export function unpackLzo1x(block: Uint8Array, expected: number, most: number): Uint8Array {
  const input = new Input(block);
  const out = new Output(expected, most);
  const copy = (count: number): void => {
    out.literals(block, input.at, count);
    input.at += count;
  };
  /** Number of literals that the previous instruction copied: 0, 1 to 3, or 4 for more. */
  let state = 0;
  const first = block[0] ?? 0;
  if (first > 17) {
    input.at = 1;
    copy(first - 17);
    state = Math.min(4, first - 17);
  }
  for (;;) {
    const code = input.byte();
    let distance: number;
    let length: number;
    if (code >= 64) {
      length = code >= 128 ? 5 + ((code >> 5) & 3) : 3 + ((code >> 5) & 1);
      distance = (input.byte() << 3) + ((code >> 2) & 7) + 1;
      state = code & 3;
    } else if (code >= 32) {
      length = 2 + ((code & 31) === 0 ? input.extended(31, 0) : code & 31);
      const word = input.le16();
      distance = (word >> 2) + 1;
      state = word & 3;
    } else if (code >= 16) {
      length = 2 + ((code & 7) === 0 ? input.extended(7, 0) : code & 7);
      const word = input.le16();
      distance = 16_384 + ((code & 8) << 11) + (word >> 2);
      state = word & 3;
      if (distance === 16_384) return out.finish();
    } else if (state === 0) {
      copy(3 + (code === 0 ? input.extended(15, 0) : code));
      state = 4;
      continue;
    } else {
      const far = state === 4;
      length = far ? 3 : 2;
      distance = (input.byte() << 2) + (code >> 2) + (far ? 2_049 : 1);
      state = code & 3;
    }
    out.match(distance, length);
    if (state > 0) copy(state);
  }
}

/** Unpacks one LZ4 block: lz4, doc/lz4_Block_format.md. @throws RangeError if it is damaged or yields more than `most` bytes */
export function unpackLz4(block: Uint8Array, expected: number, most: number): Uint8Array {
  const input = new Input(block);
  const out = new Output(expected, most);
  for (;;) {
    const token = input.byte();
    const literals = token >> 4 === 15 ? input.extended(15, 255) : token >> 4;
    out.literals(block, input.at, literals);
    input.at += literals;
    if (input.at === block.length) return out.finish();
    const distance = input.le16();
    out.match(distance, 4 + ((token & 15) === 15 ? input.extended(15, 255) : token & 15));
  }
}

/** Unpacks one Snappy block: google/snappy, format_description.txt. @throws RangeError if it is damaged or yields more than `most` bytes */
export function unpackSnappy(block: Uint8Array, most: number): Uint8Array {
  const input = new Input(block);
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    const value = input.byte();
    stated += (value & 0x7f) * 2 ** shift;
    if (value < 0x80) break;
    if (shift >= 28) throw new RangeError('its length has more than 32 bits');
  }
  const out = new Output(Math.min(stated, most), most);
  while (input.at < block.length) {
    const tag = input.byte();
    const high = tag >> 2;
    switch (tag & 3) {
      case 0: {
        let length = high;
        if (high >= 60) {
          length = 0;
          for (let i = 0; i < high - 59; i++) length += input.byte() * 2 ** (8 * i);
        }
        out.literals(block, input.at, length + 1);
        input.at += length + 1;
        break;
      }
      case 1:
        out.match(((tag >> 5) << 8) | input.byte(), 4 + (high & 7));
        break;
      case 2:
        out.match(input.le16(), 1 + high);
        break;
      default: {
        const low = input.le16();
        out.match(low + input.le16() * 65_536, 1 + high);
      }
    }
  }
  if (out.length !== stated) throw new RangeError(agree`${out.length} byte[s] [was|were] unpacked from it, it states ${stated}`);
  return out.finish();
}
