import type { MpegFrame } from './mpeg-frame.ts';

/** Content of a tag in the first frame. That frame is silence and not part of the recording. */
export interface MpegTag {
  /** Number of frames of audio; null if not stated. */
  readonly frames: number | null;
  /** Numbers of samples that the encoder added before and after the audio; null if the writer of the tag does not state them. */
  readonly gapless: { readonly delay: number; readonly padding: number } | null;
}

/** Number of samples that every decoder of layer III adds to the encoder's delay (LAME technical FAQ: 528 and 1). */
export const decoderDelay = 529;
/** Offset of a Fraunhofer tag: after the header and 32 bytes, whatever the side information. */
const vbriAt = 4 + 32;

/** Reads the Xing, Info or VBRI tag of a complete frame of layer III; returns null if the frame has none. */
export function readMpegTag(bytes: Uint8Array, frame: MpegFrame): MpegTag | null {
  if (frame.layer !== 3) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
  if (text(vbriAt, 4) === 'VBRI' && bytes.length >= vbriAt + 18) return { frames: view.getUint32(vbriAt + 14), gapless: null };
  const tag = 4 + frame.sideBytes;
  const id = text(tag, 4);
  if ((id !== 'Xing' && id !== 'Info') || bytes.length < tag + 8) return null;
  const flags = view.getUint32(tag + 4);
  // Flags 1, 2, 4, 8: count, bytes, table of 100 bytes, and quality; then the encoder's version (9), 12 more bytes, delay and padding in 12 bits each.
  const frames = flags & 1 && bytes.length >= tag + 12 ? view.getUint32(tag + 8) : null;
  let lame = tag + 8;
  for (const [flag, size] of [
    [1, 4],
    [2, 4],
    [4, 100],
    [8, 4],
  ] as const) {
    if (flags & flag) lame += size;
  }
  if (bytes.length < lame + 24 || !['LAME', 'Lavf', 'Lavc'].includes(text(lame, 4))) return { frames, gapless: null };
  const both = ((bytes[lame + 21] ?? 0) << 16) | ((bytes[lame + 22] ?? 0) << 8) | (bytes[lame + 23] ?? 0);
  return { frames, gapless: { delay: both >> 12, padding: both & 0xfff } };
}
