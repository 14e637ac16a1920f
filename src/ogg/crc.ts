/** Eight tables of 256 values: table k advances the checksum over a byte that is followed by k bytes, so that a step processes eight bytes. */
const crcTable: Int32Array = (() => {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    // Polynomial 0x04c11db7, start 0, not reflected (RFC 3533 section 6, field 7).
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const crc = table[at - 256] ?? 0;
    table[at] = (crc << 8) ^ (table[crc >>> 24] ?? 0);
  }
  return table;
})();

/** Computes Ogg's CRC-32 over bytes [start, end), continuing an earlier one; unsigned. */
export function oggCrc(bytes: Uint8Array, start = 0, end = bytes.length, earlier = 0): number {
  const table = crcTable;
  // Signed 32 bits throughout: from 2^31 on a number would become a double, which takes four times as long.
  let crc = earlier | 0;
  let at = start;
  // `as number`: the last index is below `end`, and a byte never exceeds its table; this loop is most of the cost of a check.
  for (const whole = end - 7; at < whole; at += 8) {
    crc =
      (table[0x700 + ((bytes[at] as number) ^ (crc >>> 24))] as number) ^
      (table[0x600 + ((bytes[at + 1] as number) ^ ((crc >>> 16) & 0xff))] as number) ^
      (table[0x500 + ((bytes[at + 2] as number) ^ ((crc >>> 8) & 0xff))] as number) ^
      (table[0x400 + ((bytes[at + 3] as number) ^ (crc & 0xff))] as number) ^
      (table[0x300 + (bytes[at + 4] as number)] as number) ^
      (table[0x200 + (bytes[at + 5] as number)] as number) ^
      (table[0x100 + (bytes[at + 6] as number)] as number) ^
      (table[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (crc << 8) ^ (table[(crc >>> 24) ^ (bytes[at] as number)] as number);
  return crc >>> 0;
}

const noChecksum = new Uint8Array(4);

/** Computes the checksum that the page in bytes [start, end) should have: over the page with its checksum field, bytes 22 to 25, set to zero (RFC 3533 section 6, field 7). */
export function oggPageCrc(bytes: Uint8Array, start: number, end: number): number {
  return oggCrc(bytes, start + 26, end, oggCrc(noChecksum, 0, 4, oggCrc(bytes, start, start + 22)));
}
