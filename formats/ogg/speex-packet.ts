/** Number of bits of a narrowband frame by its mode, including the 5 bits before them (RFC 5574; The Speex Codec Manual 1.2, table 9.2). */
const narrowBits = [5, 43, 119, 160, 220, 300, 364, 492, 79];
/** Number of bits of the layers above by mode, including the 4 bits before them: wideband, then ultra-wideband (tables 10.1 and 10.2). */
const layerBits = [
  [4, 36, 112, 192, 352],
  [4, 36],
];
const userSignal = 13;
const inBandSignal = 14;
/** Number of bits of in-band signals by code (table 9.3). */
const signalBits = [1, 1, 4, 4, 4, 4, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64];

/** Facts from a Speex header about its packets. */
export interface SpeexHeader {
  /** The 80 bytes of the header unchanged, without the bytes that an ACM codec puts before them. */
  readonly bytes: Uint8Array;
  readonly framesPerPacket: number;
  /** Number of samples of one packet per channel. */
  readonly packetFrames: number;
}

const headerBytes = 80;

/** Reads the header in the extra bytes of a fmt chunk; returns null if there is none. */
export function readSpeexHeader(extra: Uint8Array): SpeexHeader | null {
  for (let at = 0; at + headerBytes <= extra.length && at <= 8; at++) {
    const bytes = extra.subarray(at, at + headerBytes);
    if (String.fromCharCode(...bytes.subarray(0, 8)) !== 'Speex   ') continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const frameSize = view.getInt32(56, true); // libspeex speex_header.h: frame_size, vbr, frames_per_packet.
    const framesPerPacket = view.getInt32(64, true);
    if (frameSize < 80 || frameSize > 1280 || framesPerPacket < 1 || framesPerPacket > 100) return null;
    return { bytes: bytes.slice(), framesPerPacket, packetFrames: frameSize * framesPerPacket };
  }
  return null;
}

/** Returns the size of the packet that begins at `at`, by the modes of its frames; null if it is not a packet, or extends beyond the end. */
export function speexPacketBytes(bytes: Uint8Array, at: number, framesPerPacket: number): number | null {
  const end = bytes.length * 8;
  let bit = at * 8;
  const take = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) value = (value << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    return value;
  };
  for (let frame = 0; frame < framesPerPacket; ) {
    if (bit + 5 > end || take(1) !== 0) return null;
    const mode = take(4);
    if (mode === userSignal) bit += 8 * take(4);
    else if (mode === inBandSignal) bit += signalBits[take(4)] ?? 0;
    else {
      const size = narrowBits[mode];
      if (size === undefined) return null; // reserved, or the mark of an end
      bit += size - 5;
      frame++;
      for (const layer of layerBits) {
        if (bit + 4 > end || take(1) !== 1) {
          if (bit + 4 <= end) bit--; // no layer: the bit belongs to the next frame
          break;
        }
        const above = layer[take(3)];
        if (above === undefined) return null;
        bit += above - 4;
      }
    }
    if (bit > end) return null;
  }
  return Math.ceil((bit - at * 8) / 8);
}
