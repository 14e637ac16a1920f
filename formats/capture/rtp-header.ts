/** The header of an RTP packet and the position of its payload (RFC 3550, section 5.1). */
export interface RtpHeader {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** The payload is [from, to), without padding. */
  readonly from: number;
  readonly to: number;
}

const fixedBytes = 12;

/**
 * Returns the header of a possible RTP packet; null if it cannot be one. STUN, TURN channels, DTLS and ZRTP have a different first byte (RFC 7983, section 7),
 * RTCP has a second byte of 192 to 223 (RFC 5761, section 4).
 * @param whole false if the capture kept only the beginning of the packet, so that padding cannot be seen
 */
export function readRtp(bytes: Uint8Array, start: number, end: number, whole: boolean): RtpHeader | null {
  if (end - start < fixedBytes) return null;
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  if (first >> 6 !== 2 || (second >= 192 && second <= 223)) return null;
  let from = start + fixedBytes + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (from + 4 > end) return null;
    from += 4 + 4 * (((bytes[from + 2] ?? 0) << 8) | (bytes[from + 3] ?? 0));
  }
  let to = end;
  if (first & 0x20 && whole) {
    const padding = bytes[end - 1] ?? 0;
    if (padding === 0) return null;
    to -= padding;
  }
  if (from > to) return null;
  return {
    payloadType: second & 0x7f,
    sequence: ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0),
    timestamp: uint32(bytes, start + 4),
    ssrc: uint32(bytes, start + 8),
    from,
    to,
  };
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x100_0000 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
}
