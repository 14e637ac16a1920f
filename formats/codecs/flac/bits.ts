/** Thrown if the bytes end before the frame does. */
export class FlacShort extends Error {}

/** Reads bits, highest first, from bytes in memory. */
export class FlacBits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  /** Position in bits. */
  position: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#end = bytes.length * 8;
    this.position = at * 8;
  }

  /** Reads up to 24 bits. */
  #few(count: number): number {
    const at = this.position;
    this.position = at + count;
    if (this.position > this.#end) throw new FlacShort();
    const byte = at >>> 3;
    const bytes = this.#bytes;
    const word = ((bytes[byte] ?? 0) << 24) | ((bytes[byte + 1] ?? 0) << 16) | ((bytes[byte + 2] ?? 0) << 8) | (bytes[byte + 3] ?? 0);
    return count === 0 ? 0 : (word << (at & 7)) >>> (32 - count);
  }

  /** Reads up to 33 bits, unsigned. */
  unsigned(count: number): number {
    if (count <= 24) return this.#few(count);
    const high = this.#few(count - 24);
    return high * 0x1000000 + this.#few(24);
  }

  /** Reads up to 33 bits in two's complement. */
  signed(count: number): number {
    if (count === 0) return 0;
    const value = this.unsigned(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** Counts zeros before the next one bit. */
  unary(): number {
    const bytes = this.#bytes;
    let byte = this.position >>> 3;
    let bit = this.position & 7;
    let count = 0;
    let value = ((bytes[byte] ?? 0) << bit) & 0xff;
    while (value === 0) {
      count += 8 - bit;
      bit = 0;
      byte++;
      if (byte >= bytes.length) throw new FlacShort();
      value = bytes[byte] ?? 0;
    }
    const zeros = Math.clz32(value) - 24;
    this.position = byte * 8 + bit + zeros + 1;
    return count + zeros;
  }

  /** Skips to the next whole byte, and returns its index. */
  align(): number {
    this.position = (this.position + 7) & ~7;
    return this.position >>> 3;
  }
}
