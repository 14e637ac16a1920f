/** Decodes one of Creative's codings of 8-bit audio in 4, 2.6 or 2 bits per sample. */
export interface CreativeAdpcm {
  /** Number of samples per byte. */
  readonly perByte: number;
  /** Restarts from a reference, which is the first byte of an audio block and is itself a sample. Returns the sample. */
  begin(reference: number): number;
  /** Decodes one byte to 8-bit values around 128, and writes these to `out` from `to`. */
  decode(byte: number, out: Int16Array, to: number): void;
}

/** Fields of a byte from the highest bit down: the positions of the sign and magnitude bits. */
interface Layout {
  readonly fields: readonly (readonly [shift: number, magnitudeBits: number])[];
  /** Magnitude from which the scale doubles. */
  readonly grows: number;
  readonly mostScale: number;
}

/**
 * Arithmetic of the card's processor: change = magnitude × scale + scale / 2; magnitude 0 halves the scale, a large one doubles it.
 * Facts: firmware 2.02 of the Sound Blaster DSP (schlae/sb-firmware, sbv202.asm: adpcm_2_decode, adpcm_4_decode, adpcm_2_6_decode).
 * FFmpeg 7.1 omits the half step and limits the scale to 8; no recording with known samples is available.
 */
const layouts: Readonly<Record<'adpcm-4' | 'adpcm-2.6' | 'adpcm-2', Layout>> = {
  'adpcm-4': {
    fields: [
      [4, 3],
      [0, 3],
    ],
    grows: 5,
    mostScale: 8,
  },
  'adpcm-2.6': {
    // Two fields of three bits; the third has a sign and one bit, too few for the scale to grow.
    fields: [
      [5, 2],
      [2, 2],
      [0, 1],
    ],
    grows: 3,
    mostScale: 16,
  },
  'adpcm-2': {
    fields: [
      [6, 1],
      [4, 1],
      [2, 1],
      [0, 1],
    ],
    grows: 1,
    mostScale: 32,
  },
};

/** Returns a decoder for one of the three codings. */
export function creativeAdpcm(coding: keyof typeof layouts): CreativeAdpcm {
  const { fields, grows, mostScale } = layouts[coding];
  let scale = 1;
  let value = 128;
  return {
    perByte: fields.length,
    begin(reference) {
      scale = 1;
      value = reference;
      return value;
    },
    decode(byte, out, to) {
      for (let i = 0; i < fields.length; i++) {
        const [shift, magnitudeBits] = fields[i] ?? [0, 0];
        const magnitude = (byte >> shift) & ((1 << magnitudeBits) - 1);
        const change = magnitude * scale + (scale >> 1);
        value = (byte >> (shift + magnitudeBits)) & 1 ? Math.max(0, value - change) : Math.min(255, value + change);
        if (magnitude === 0) scale = Math.max(1, scale >> 1);
        else if (magnitude >= grows) scale = Math.min(mostScale, scale * 2);
        out[to + i] = value;
      }
    },
  };
}
