/** Element ids (RFC 8794, RFC 9559 section 5). */
export const ids = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  cluster: 0x1f43b675,
  info: 0x1549a966,
  cues: 0x1c53bb6b,
  tags: 0x1254c367,
  seekHead: 0x114d9b74,
  attachments: 0x1941a469,
  chapters: 0x1043a770,
  void: 0xec,
  crc32: 0xbf,
  timestamp: 0xe7,
  silentTracks: 0x5854,
  position: 0xa7,
  prevSize: 0xab,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  encryptedBlock: 0xaf,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  outputSamplingFrequency: 0x78b5,
  channels: 0x9f,
  contentEncodings: 0x6d80,
  contentEncoding: 0x6240,
  contentEncryption: 0x5035,
} as const;

/** An element of EBML. */
export interface Element {
  readonly id: number;
  readonly start: number;
  /** Size of the body; null if unknown, as in live streams. */
  readonly size: number | null;
}

/** Reads a number of one to eight bytes whose first set bit shows its length (RFC 8794, section 4). */
function vint(
  bytes: Uint8Array,
  at: number,
  keepMarker: boolean,
): { readonly value: number; readonly length: number; readonly unknown: boolean } | null {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > 8 || at + length > bytes.length) return null;
  let value = keepMarker ? first : first & (0xff >> length);
  let ones = (first & (0xff >> length)) === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    ones &&= byte === 0xff;
  }
  return { value, length, unknown: ones };
}

/** Returns the element whose id and size are at `at`; null if there is none, or its header is incomplete. @param offset offset of the bytes in the file */
export function elementAt(bytes: Uint8Array, at: number, offset: number): Element | null {
  const id = vint(bytes, at, true);
  if (id === null || id.length > 4) return null;
  const size = vint(bytes, at + id.length, false);
  if (size === null) return null;
  return { id: id.value, start: offset + at + id.length + size.length, size: size.unknown ? null : size.value };
}
