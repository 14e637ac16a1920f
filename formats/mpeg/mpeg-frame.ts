/** The header of one frame of MPEG audio (ISO/IEC 11172-3, 2.4.1.3; 13818-3; MPEG 2.5 as extended by Fraunhofer). */
export interface MpegFrame {
  readonly layer: 1 | 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Size of the frame, including the header. */
  readonly size: number;
  /** Number of samples per channel. */
  readonly frames: number;
  /** Size of the side information of layer III, which precedes a Xing or Info tag. */
  readonly sideBytes: number;
}

/** Bit rates in kbit/s for index 1 to 14: MPEG 1 layers I, II, III; MPEG 2 and 2.5 layer I, then layers II and III. */
const bitrates = {
  v1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  v2: [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const;
const sampleRates = [44100, 48000, 32000] as const;

/** Reads the frame header at `at`; returns null if there is none. Free format and reserved values do not count as one. */
export function readMpegFrame(bytes: Uint8Array, at: number): MpegFrame | null {
  const b1 = bytes[at + 1];
  const b2 = bytes[at + 2];
  const b3 = bytes[at + 3];
  if (bytes[at] !== 0xff || b1 === undefined || b2 === undefined || b3 === undefined || (b1 & 0xe0) !== 0xe0) return null;
  const version = (b1 >> 3) & 3; // 0: 2.5, 1: reserved, 2: MPEG 2, 3: MPEG 1
  const layerBits = (b1 >> 1) & 3; // 0: reserved
  if (version === 1 || layerBits === 0 || (b3 & 3) === 2) return null; // emphasis 2 is reserved
  const layer = (4 - layerBits) as 1 | 2 | 3; // layerBits is 1, 2 or 3
  const kbits = bitrates[version === 3 ? 'v1' : 'v2'][layer - 1]?.[(b2 >> 4) - 1];
  const rate = sampleRates[(b2 >> 2) & 3];
  if (kbits === undefined || rate === undefined) return null;
  const sampleRateHz = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const channels = b3 >> 6 === 3 ? 1 : 2;
  const padding = (b2 >> 1) & 1;
  const frames = layer === 1 ? 384 : layer === 2 || version === 3 ? 1152 : 576;
  const size =
    layer === 1 ? (Math.floor((12000 * kbits) / sampleRateHz) + padding) * 4 : Math.floor(((frames / 8) * 1000 * kbits) / sampleRateHz) + padding;
  const sideBytes = version === 3 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  return { layer, sampleRateHz, channels, size, frames, sideBytes };
}

/** Returns true if two frames may belong to one stream: only the bit rate and the padding may change. */
export function sameStream(a: MpegFrame, b: MpegFrame): boolean {
  return a.layer === b.layer && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels && a.frames === b.frames;
}
