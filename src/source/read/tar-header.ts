/** Size of a tar block; headers and data are padded to it. POSIX.1-1988 section 10.1.1. */
export const tarBlockBytes = 512;

/** The header fields of a tar member that longplay uses. */
export interface TarHeader {
  /** Type flag as a character. NUL (VoIPmonitor, v7) becomes `0`. */
  readonly type: string;
  /** Name with the ustar prefix, as stored. */
  readonly name: Uint8Array;
  readonly size: number;
  /** Epoch ms; null if the field is unreadable. */
  readonly modifiedMs: number | null;
  /** True for an old GNU sparse member with further header blocks. */
  readonly sparseContinues: boolean;
}

/** Parses a header block. Returns `zero` for a block of an end mark, `bad` if the checksum or the size is invalid. */
export function readTarHeader(block: Uint8Array): TarHeader | 'zero' | 'bad' {
  if (!hasChecksum(block)) return block.every((byte) => byte === 0) ? 'zero' : 'bad';
  const size = tarNumber(block.subarray(124, 136));
  if (size === null || size < 0) return 'bad';
  const seconds = tarNumber(block.subarray(136, 148));
  const type = String.fromCharCode(block[156] || 0x30);
  const name = untilNul(block.subarray(0, 100));
  // Only with the POSIX magic: in GNU's own format ("ustar ") the prefix bytes have another meaning.
  const prefix = tarMagic(block) === 'ustar\0' ? untilNul(block.subarray(345, 500)) : new Uint8Array(0);
  return {
    type,
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name.slice(),
    size,
    modifiedMs: seconds === null ? null : seconds * 1000,
    sparseContinues: type === 'S' && block[482] !== 0, // GNU tar manual, "Basic Tar Format": isextended
  };
}

/** Returns true if a file that begins with this block is a tar, judged by the checksum or, if only that is wrong, by the magic. */
export function looksLikeTar(block: Uint8Array): boolean {
  if (block.length < tarBlockBytes) return false;
  if (hasChecksum(block)) return tarNumber(block.subarray(124, 136)) !== null;
  return /^ustar[\0 ]/.test(tarMagic(block)) && tarNumber(block.subarray(124, 136)) !== null && tarNumber(block.subarray(148, 156)) !== null;
}

/** Returns the six bytes at offset 257: `ustar` and NUL in POSIX, `ustar` and a space in GNU, anything in v7. */
function tarMagic(block: Uint8Array): string {
  return String.fromCharCode(...block.subarray(257, 263));
}

/** Returns true if the checksum is right. POSIX: the sum of all bytes, with the checksum field as spaces. Some old writers summed signed bytes. */
function hasChecksum(block: Uint8Array): boolean {
  const field = block.subarray(148, 156);
  const stated = field.some((byte) => byte >= 0x30 && byte <= 0x37) ? tarNumber(field) : null;
  if (stated === null) return false;
  let unsigned = 8 * 0x20;
  let high = 0;
  for (let i = 0; i < tarBlockBytes; i++) {
    if (i >= 148 && i < 156) continue;
    const byte = block[i] ?? 0;
    unsigned += byte;
    if (byte > 127) high++;
  }
  return stated === unsigned || stated === unsigned - 256 * high;
}

/** Parses a number field: octal text surrounded by spaces or NULs, or base 256 (GNU, star) with the top bit set. Null if it is neither. */
export function tarNumber(field: Uint8Array): number | null {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    if (first !== 0x80 && first !== 0xff) return null; // a number beyond 2^53
    let value = first === 0xff ? -1 : 0;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = String.fromCharCode(...field)
    .replace(/^[ \0]+/, '')
    .replace(/[ \0].*$/s, '');
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}

/** Returns the bytes up to the first NUL. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/**
 * Parses the records of a pax extended header (POSIX.1-2001): `length key=value
 * `, where the length counts the whole record. Values remain bytes. Null if the record lengths are inconsistent.
 */
export function readPax(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  const records = new Map<string, Uint8Array>();
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const digits = space === -1 || space - at > 10 ? '' : data.toString('latin1', at, space);
    const end = /^[1-9][0-9]*$/.test(digits) ? at + Number(digits) : 0;
    const equals = data.indexOf(0x3d, space);
    if (end <= space + 1 || end > data.length || data[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      return data.subarray(at).every((byte) => byte === 0) ? records : null;
    }
    records.set(data.toString('utf8', space + 1, equals), data.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}
