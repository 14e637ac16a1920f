import { FlacBits, FlacShort } from './bits.ts';
import { type FlacFrameHeader, type FlacStream, flacCrc16, flacHeaderBytes } from './frame.ts';
import { decodeSubframe } from './subframe.ts';

/** Number of samples per channel in the longest frame (RFC 9639, section 9.1.1). */
export const mostBlockFrames = 65_536;

/** Returns the largest possible size of a frame in bytes: uncompressed samples and headers. */
export function mostFrameBytes(header: FlacFrameHeader, stream: FlacStream): number {
  return flacHeaderBytes + 2 + stream.channels * (8 + Math.ceil((header.frames * (stream.bitsPerSample + 1)) / 8));
}

/** Decodes one frame, channel by channel, and returns where it ends. @throws RangeError, FlacShort */
export function decodeFrame(bytes: Uint8Array, at: number, header: FlacFrameHeader, stream: FlacStream, channels: readonly Float64Array[]): number {
  // The length of the header follows from the position of its checksum.
  const reader = new FlacBits(bytes, at + header.bytes);
  const assignment = (bytes[at + 3] ?? 0) >> 4;
  channels.forEach((channel, i) => {
    // The side channel of stereo has one bit more (RFC 9639, section 9.1.3): 8 left and side, 9 side and right, 10 middle and side.
    const side = (assignment === 8 && i === 1) || (assignment === 9 && i === 0) || (assignment === 10 && i === 1);
    decodeSubframe(reader, channel, header.frames, stream.bitsPerSample + (side ? 1 : 0));
  });
  const end = reader.align() + 2;
  if (end > bytes.length) throw new FlacShort();
  let crc = 0;
  for (let i = at; i < end; i++) crc = ((crc << 8) & 0xffff) ^ (flacCrc16[(crc >> 8) ^ (bytes[i] ?? 0)] ?? 0);
  if (crc !== 0) throw new RangeError('the checksum is wrong');
  const [a, b] = channels;
  if (assignment >= 8 && a !== undefined && b !== undefined) {
    for (let i = 0; i < header.frames; i++) {
      const x = a[i] ?? 0;
      const y = b[i] ?? 0;
      if (assignment === 8) b[i] = x - y;
      else if (assignment === 9) a[i] = x + y;
      else {
        const middle = x * 2 + (y & 1);
        a[i] = (middle + y) / 2;
        b[i] = (middle - y) / 2;
      }
    }
  }
  return end;
}
