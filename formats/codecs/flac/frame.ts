/** Statements of the STREAMINFO block (RFC 9639, section 8.2). */
export interface FlacStream {
  readonly minBlock: number;
  readonly maxBlock: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Number of samples per channel; 0: unknown. */
  readonly frames: number;
  /** MD5 of the samples in hexadecimal; null if the encoder omitted it. */
  readonly md5: string | null;
}

/** Size of a STREAMINFO block. */
export const streamInfoBytes = 34;

/** Reads the STREAMINFO block at `at`; returns null if its numbers are impossible. */
export function readStreamInfo(bytes: Uint8Array, at: number): FlacStream | null {
  if (at + streamInfoBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, streamInfoBytes);
  const packed = view.getUint32(10); // 20 bits of rate, 3 of channels, 5 of bits, the first 4 of the count.
  const sampleRateHz = packed >>> 12;
  const md5 = [...bytes.subarray(at + 18, at + 34)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (sampleRateHz === 0) return null;
  return {
    minBlock: view.getUint16(0),
    maxBlock: view.getUint16(2),
    sampleRateHz,
    channels: ((packed >>> 9) & 7) + 1,
    bitsPerSample: ((packed >>> 4) & 31) + 1,
    frames: (packed & 15) * 2 ** 32 + view.getUint32(14),
    md5: /^0+$/.test(md5) ? null : md5,
  };
}

/** The header of one frame (RFC 9639, section 9.1). */
export interface FlacFrameHeader {
  /** Index of the frame's first sample. */
  readonly first: number;
  /** Number of samples per channel. */
  readonly frames: number;
  /** Size of the header itself, including its checksum. */
  readonly bytes: number;
}

const crc8 = Uint8Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1; // x^8 + x^2 + x + 1, section 9.1.8.
  return crc;
});
/** Table for the checksum of complete frames: x^16 + x^15 + x^2 + 1, section 9.3. Over a frame with its checksum, the result is 0. */
export const flacCrc16 = Uint16Array.from({ length: 256 }, (_, value) => {
  let crc = value << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc;
});

const rates = [0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000];
const depths = [0, 8, 12, 0, 16, 20, 24, 32];
/** Size of the longest header: 4 bytes, a number of 7 bytes, 2 of block size, 2 of rate, checksum. */
export const flacHeaderBytes = 16;

/** Reads the frame header at `at` of a stream with these properties; returns null if there is none. */
export function readFlacFrame(bytes: Uint8Array, at: number, stream: FlacStream): FlacFrameHeader | null {
  const strategy = bytes[at + 1];
  if (bytes[at] !== 0xff || (strategy !== 0xf8 && strategy !== 0xf9)) return null;
  const [b2, b3, lead] = [bytes[at + 2], bytes[at + 3], bytes[at + 4]];
  if (b2 === undefined || b3 === undefined || lead === undefined) return null;
  const assignment = b3 >> 4;
  const depth = (b3 >> 1) & 7;
  if ((assignment < 8 ? assignment + 1 : 2) !== stream.channels || assignment > 10) return null;
  if (depth === 3 || (b3 & 1) !== 0 || (depth !== 0 && depths[depth] !== stream.bitsPerSample)) return null;
  // The number of the frame or of its first sample, encoded like UTF-8, up to 36 bits.
  const more =
    lead < 0x80
      ? 0
      : lead < 0xc0
        ? -1
        : lead < 0xe0
          ? 1
          : lead < 0xf0
            ? 2
            : lead < 0xf8
              ? 3
              : lead < 0xfc
                ? 4
                : lead < 0xfe
                  ? 5
                  : lead < 0xff
                    ? 6
                    : -1;
  if (more < 0) return null;
  let number = more === 0 ? lead : lead & (0x3f >> more);
  let next = at + 5;
  for (let i = 0; i < more; i++) {
    const byte = bytes[next++];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return null;
    number = number * 64 + (byte & 0x3f);
  }
  const sizeCode = b2 >> 4;
  let frames: number;
  if (sizeCode === 0) return null;
  if (sizeCode === 1) frames = 192;
  else if (sizeCode < 6) frames = 576 << (sizeCode - 2);
  else if (sizeCode === 6) frames = (bytes[next++] ?? 0) + 1;
  else if (sizeCode === 7) {
    frames = (((bytes[next] ?? 0) << 8) | (bytes[next + 1] ?? 0)) + 1;
    next += 2;
  } else frames = 256 << (sizeCode - 8);
  const rateCode = b2 & 15;
  let rate = rates[rateCode] ?? 0;
  if (rateCode === 12) rate = (bytes[next++] ?? 0) * 1000;
  else if (rateCode === 13 || rateCode === 14) {
    rate = (((bytes[next] ?? 0) << 8) | (bytes[next + 1] ?? 0)) * (rateCode === 14 ? 10 : 1);
    next += 2;
  } else if (rateCode === 15) return null;
  if (rateCode !== 0 && rate !== stream.sampleRateHz) return null;
  let crc = 0;
  for (let i = at; i < next; i++) crc = crc8[crc ^ (bytes[i] ?? 0)] ?? 0;
  if (next >= bytes.length || bytes[next] !== crc) return null;
  return { first: strategy === 0xf9 ? number : number * stream.minBlock, frames, bytes: next + 1 - at };
}
