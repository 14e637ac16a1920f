/** Coding of the audio in a block; for Creative's ADPCM, with the number of bits per sample. */
export type VocCoding = 'pcm-u8' | 'pcm-s16le' | 'alaw' | 'mulaw' | 'adpcm-4' | 'adpcm-2.6' | 'adpcm-2';

/** Statements of a block about its audio, or about the audio of the next block. */
export interface VocSound {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of the coding in the file. */
  readonly code: number;
  /** The coding; null: unknown, or not supported with so many channels. */
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

/** Returns the number of bytes that precede the audio, or that are the whole content, by type of block. */
export function vocInfoBytes(type: number): number {
  switch (type) {
    case vocBlock.sound:
      return 2; // Time constant, coding.
    case vocBlock.silence:
      return 3; // Length - 1, time constant.
    case vocBlock.extended:
      return 4; // Time constant of 16 bits, coding, mode.
    case vocBlock.newSound:
      return 12; // Rate, bits, channels, coding, 4 reserved.
    default:
      return 0;
  }
}

/** Largest number of samples of silence that are produced for one file; a file that requests more could exhaust memory. */
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

/** Returns the rate of the 8-bit time constant. */
export function vocRate(constant: number): number {
  return Math.round(1_000_000 / (256 - constant));
}

function sound(sampleRateHz: number, channels: number, code: number, coding: VocCoding | undefined): VocSound {
  const usable = coding !== undefined && channels >= 1 && (channels === 1 || !coding.startsWith('adpcm'));
  return { sampleRateHz, channels, code, coding: usable ? coding : null };
}

/** Returns the audio that block 1, 8 or 9 describes in its first `vocInfoBytes` bytes. @param extended content of a block 8 directly before block 1 */
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

/** Returns true if a decoder that began with the first audio can continue with the second. */
export function sameVocStream(a: Pick<VocSound, 'sampleRateHz' | 'channels'>, b: VocSound): boolean {
  return b.coding !== null && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels;
}

/** Number of samples in one byte of Creative's ADPCM. */
export const adpcmPerByte = { 'adpcm-4': 2, 'adpcm-2.6': 3, 'adpcm-2': 4 } as const;

/**
 * Returns the number of samples per channel in `bytes` bytes of one block's audio.
 * @param fresh true if the first byte of ADPCM is a reference, and itself a sample
 */
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

/** Returns the number of samples per channel in a block of silence, whose rate may differ from that of the audio. */
export function silentFrames(samples: number, constant: number, sampleRateHz: number): number {
  return Math.round((samples * sampleRateHz) / vocRate(constant));
}
