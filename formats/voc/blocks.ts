/** How the sound of a block is coded; what Creative's ADPCM needs of bits stands behind it. */
export type VocCoding = 'pcm-u8' | 'pcm-s16le' | 'alaw' | 'mulaw' | 'adpcm-4' | 'adpcm-2.6' | 'adpcm-2';

/** What a block says of its sound, or of the sound of the block behind it. */
export interface VocSound {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** The number that stands for the coding. */
  readonly code: number;
  /** Null: not known here, or not with so many channels. */
  readonly coding: VocCoding | null;
}

/** Types of blocks (Creative Technology, Sound Blaster developer kit; wiki.multimedia.cx, Creative Voice). */
export const vocBlock = {
  end: 0,
  sound: 1,
  more: 2,
  silence: 3,
  marker: 4,
  text: 5,
  repeat: 6,
  repeatEnd: 7,
  extended: 8,
  newSound: 9,
} as const;

/** Bytes that stand before the sound, or that say all, by type of block. */
export function vocInfoBytes(type: number): number {
  switch (type) {
    case vocBlock.sound:
      return 2; // time constant, coding
    case vocBlock.silence:
      return 3; // length - 1, time constant
    case vocBlock.extended:
      return 4; // time constant of 16 bits, coding, mode
    case vocBlock.newSound:
      return 12; // rate, bits, channels, coding, 4 reserved
    default:
      return 0;
  }
}

/** Samples of silence in one file that are made; a file that asks for more asks for memory. */
export const mostSilence = 64 * 1024 * 1024;

const codings = new Map<number, VocCoding>([
  [0, 'pcm-u8'],
  [1, 'adpcm-4'],
  [2, 'adpcm-2.6'],
  [3, 'adpcm-2'],
  [4, 'pcm-s16le'],
  [6, 'alaw'],
  [7, 'mulaw'],
]);

/** Rate of the 8-bit time constant. */
export function vocRate(constant: number): number {
  return Math.round(1_000_000 / (256 - constant));
}

function sound(sampleRateHz: number, channels: number, code: number, coding: VocCoding | undefined): VocSound {
  const usable = coding !== undefined && channels >= 1 && (channels === 1 || !coding.startsWith('adpcm'));
  return { sampleRateHz, channels, code, coding: usable ? coding : null };
}

/** The sound that block 1, 8 or 9 describes with its first `vocInfoBytes`; `extended`: what block 8 said just before block 1. */
export function readVocSound(type: number, info: Uint8Array, extended: VocSound | null): VocSound {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  switch (type) {
    case vocBlock.sound:
      return extended ?? sound(vocRate(view.getUint8(0)), 1, view.getUint8(1), codings.get(view.getUint8(1)));
    case vocBlock.extended: {
      const channels = view.getUint8(3) === 0 ? 1 : 2;
      const code = view.getUint8(2);
      return sound(Math.round(256_000_000 / (channels * (65536 - view.getUint16(0, true)))), channels, code, codings.get(code));
    }
    default: {
      const bits = view.getUint8(4);
      const code = view.getUint16(6, true);
      return sound(view.getUint32(0, true), view.getUint8(5), code, code === 0 && bits === 16 ? 'pcm-s16le' : codings.get(code));
    }
  }
}

/** Whether a decoder that began with one sound can go on with the other. */
export function sameVocStream(a: Pick<VocSound, 'sampleRateHz' | 'channels'>, b: VocSound): boolean {
  return b.coding !== null && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels;
}

/** Samples of one byte of Creative's ADPCM. */
export const adpcmPerByte = { 'adpcm-4': 2, 'adpcm-2.6': 3, 'adpcm-2': 4 } as const;

/** Samples per channel in `bytes` bytes of one block's sound; `fresh`: the first byte of ADPCM is a reference, a sample itself. */
export function vocFrames({ coding, channels }: VocSound, bytes: number, fresh: boolean): number {
  switch (coding) {
    case null:
      return 0;
    case 'adpcm-4':
    case 'adpcm-2.6':
    case 'adpcm-2':
      return fresh ? 1 + (bytes - 1) * adpcmPerByte[coding] : bytes * adpcmPerByte[coding];
    default:
      return Math.floor(bytes / ((coding === 'pcm-s16le' ? 2 : 1) * channels));
  }
}

/** Samples per channel of a block of silence, whose own rate may differ from that of the sound. */
export function silentFrames(samples: number, constant: number, sampleRateHz: number): number {
  return Math.round((samples * sampleRateHz) / vocRate(constant));
}
