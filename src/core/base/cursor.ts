import { agree } from './agree.ts';

/**
 * Reads fields one after another from bytes in memory. Every read is checked: a read past the end throws a RangeError that
 * names the field, which a format turns into a finding.
 */
export class Cursor {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #littleEndian: boolean;
  /** Offset from the start in bytes; can be set. */
  position: number;

  constructor(bytes: Uint8Array, position = 0, endian: 'little' | 'big' = 'little') {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = endian === 'little';
    this.position = position;
  }

  get left(): number {
    return this.#bytes.length - this.position;
  }

  #take(length: number, field: string): number {
    const at = this.position;
    if (length < 0 || at + length > this.#bytes.length)
      throw new RangeError(agree`${field} needs ${length} byte[s] at ${at}, but ${this.left} [is|are] present`);
    this.position = at + length;
    return at;
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field));
  }
  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field), this.#littleEndian);
  }
  i16(field: string): number {
    return this.#view.getInt16(this.#take(2, field), this.#littleEndian);
  }
  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field), this.#littleEndian);
  }
  /** Reads an unsigned 64-bit field as a number; throws above 2^53, which no recording reaches. */
  u64(field: string): number {
    const value = this.#view.getBigUint64(this.#take(8, field), this.#littleEndian);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${field} is ${value}, beyond 2^53`);
    return Number(value);
  }
  bytes(length: number, field: string): Uint8Array {
    const at = this.#take(length, field);
    return this.#bytes.subarray(at, at + length);
  }
  /** Reads Latin-1 text, e.g. tags and four-character codes. */
  text(length: number, field: string): string {
    return String.fromCharCode(...this.bytes(length, field));
  }
  skip(length: number, field: string): void {
    this.#take(length, field);
  }
}
