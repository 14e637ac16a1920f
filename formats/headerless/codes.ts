import type { Material } from './windows.ts';

/** Number of codes that an encoder never sends, and whether the distribution of the others is plausible. */
export interface CodeCount {
  /** Number of codes examined. */
  readonly codes: number;
  /** Number of codes that no encoder sends. */
  readonly forbidden: number;
  /** True if the other codes are distributed as by an encoder: all in use, small steps more often than large ones, upwards as often as downwards. */
  readonly plausible: boolean;
}

/**
 * Counts codes of G.722: the six bits of the lower band are never 0 to 3, whatever the audio (ITU-T G.722, table 5: the codes 0000xx are in no row of the 6-bit
 * quantizer). In other data, one byte in sixteen has them.
 */
export function countG722(material: Material): CodeCount {
  const lower = new Uint32Array(64);
  const higher = new Uint32Array(4);
  byteCounts(material).forEach((count, byte) => {
    lower[byte & 0x3f] = (lower[byte & 0x3f] ?? 0) + count;
    higher[byte >> 6] = (higher[byte >> 6] ?? 0) + count;
  });
  const codes = material.bytes;
  const forbidden = sumOf(lower.subarray(0, 4));
  // 0x20 to 0x3f is a rising lower band, and 4 to 0x1f a falling one (G.722, table 5).
  const up = sumOf(lower.subarray(32));
  const used = lower.filter((count) => count > 0).length;
  const plausible = used >= 45 && Math.max(...lower) < codes / 4 && Math.min(...higher) > codes / 500 && isBalanced(up, codes);
  return { codes, forbidden, plausible };
}

/**
 * Counts codes of G.726 with 3, 4 or 5 bits: the code 0 is never sent; 1...1 is used instead (ITU-T G.726, 3.3 and the note of table 2: the all-zero codeword
 * is reserved). If the bytes are read at another width or, with 3 and 5 bits, in the other order, zeros occur.
 * @param lsbFirst true if the first code is in the low bits of its byte
 */
export function countG726(material: Material, bits: 3 | 4 | 5, lsbFirst: boolean): CodeCount {
  const counts = bits === 4 ? halfCounts(material) : codeCounts(material, bits, lsbFirst);
  const codes = sumOf(counts);
  const half = counts.length / 2;
  // Upward steps have the codes 1, 2 … in growing size, downward steps the codes from the last one back (G.726, table 1): the larger the step, the rarer.
  const steps = Array.from({ length: half }, (_, step) => (step === 0 ? 0 : (counts[step] ?? 0)) + (counts[2 * half - 1 - step] ?? 0));
  const quarters = [0, 1, 2, 3].map((quarter) => sumOf(steps.slice((quarter * half) / 4, ((quarter + 1) * half) / 4)));
  const [first = 0, second = 0, third = 0, fourth = 0] = quarters;
  const falls = first + second > 2 * (third + fourth) && second > third && third > fourth && fourth < 0.2 * (first + second);
  const up = sumOf(counts.subarray(1, half));
  const used = counts.filter((count) => count > 0).length;
  const plausible = used >= counts.length - 1 - half / 4 && falls && isBalanced(up, codes - (steps[0] ?? 0));
  return { codes, forbidden: counts[0] ?? 0, plausible };
}

/** Movement of the step of a 4-bit ADPCM of the OKI and IMA family; see `countOki`. */
export interface StepWalk {
  readonly codes: number;
  /** Mean change of the step index per code. */
  readonly drift: number;
  readonly plausible: boolean;
}

/** Changes of the step index by the three bits of a code's size (Dialogic, ADPCM Algorithm, 1988, table 1; IMA's changes are the same). */
const stepMoves = [-1, -1, -1, -1, 2, 4, 6, 8];

/**
 * Measures OKI (Dialogic) ADPCM. The step index is limited to 49 values, so over thousands of codes its changes must cancel out; in silence it stays at the
 * lowest value, and small codes cannot lower it. Real files have a mean change of -0.3, other bytes 1.7 and more. The order of the two codes in a byte does not
 * matter here.
 */
export function countOki(material: Material): StepWalk {
  const counts = halfCounts(material);
  const codes = 2 * material.bytes;
  const sizes = Array.from({ length: 8 }, (_, size) => (counts[size] ?? 0) + (counts[size + 8] ?? 0));
  const drift = sizes.reduce((sum, count, size) => sum + count * (stepMoves[size] ?? 0), 0) / Math.max(1, codes);
  // Each size is negative about as often as positive: audio has no preferred direction, other bytes have one.
  const leaning = sizes.reduce((sum, count, size) => sum + Math.abs(2 * (counts[size] ?? 0) - count), 0);
  const balanced = leaning < 0.45 * codes;
  const falling = (sizes[0] ?? 0) > (sizes[2] ?? 0) && (sizes[1] ?? 0) > (sizes[3] ?? 0) && (sizes[3] ?? 0) > (sizes[5] ?? 0);
  const used = counts.filter((count) => count > 0).length;
  return { codes, drift, plausible: used >= 12 && balanced && falling && drift > -0.9 && drift < 0.15 };
}

/** Number of frames, and number of frames that have their signature. */
export interface FrameCount {
  readonly frames: number;
  readonly signed: number;
  /** Share of the signature in places where it has no meaning. */
  readonly elsewhere: number;
}

export const gsmFrameBytes = 33;

/** Counts frames of GSM 06.10, whose first four bits are 0xD (ETSI GSM 06.10 as packed by libgsm). Silence in A-law, 0xD5, has the signature everywhere. */
export function countGsm(material: Material): FrameCount {
  let frames = 0;
  let signed = 0;
  let anywhere = 0;
  for (const window of material.windows) {
    const whole = Math.floor(window.length / gsmFrameBytes);
    frames += whole;
    for (let at = 0; at < whole * gsmFrameBytes; at++) {
      if ((window[at] ?? 0) >> 4 !== 0xd) continue;
      anywhere++;
      if (at % gsmFrameBytes === 0) signed++;
    }
  }
  return { frames, signed, elsewhere: frames === 0 ? 0 : (anywhere - signed) / (frames * (gsmFrameBytes - 1)) };
}

const bytesOf = new WeakMap<Material, Uint32Array>();

/** Returns how often each byte value occurs; several hypotheses use it. */
function byteCounts(material: Material): Uint32Array {
  const found = bytesOf.get(material);
  if (found !== undefined) return found;
  const counts = new Uint32Array(256);
  for (const window of material.windows) for (let i = 0; i < window.length; i++) counts[window[i] ?? 0] = (counts[window[i] ?? 0] ?? 0) + 1;
  bytesOf.set(material, counts);
  return counts;
}

/** Returns the counts of codes of 4 bits, two of which fill a byte in either order. */
function halfCounts(material: Material): Uint32Array {
  const counts = new Uint32Array(16);
  byteCounts(material).forEach((count, byte) => {
    counts[byte >> 4] = (counts[byte >> 4] ?? 0) + count;
    counts[byte & 15] = (counts[byte & 15] ?? 0) + count;
  });
  return counts;
}

/** Returns the counts of codes of 3 or 5 bits; eight codes fill 3 or 5 bytes. Leaves out a group that is cut off at the end of a window. */
function codeCounts(material: Material, bits: 3 | 5, lsbFirst: boolean): Uint32Array {
  const counts = new Uint32Array(1 << bits);
  for (const window of material.windows) {
    for (let at = 0; at + bits <= window.length; at += bits) {
      const a = window[at] ?? 0;
      const b = window[at + 1] ?? 0;
      const c = window[at + 2] ?? 0;
      if (bits === 3) {
        const group = lsbFirst ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c;
        countFour(counts, group, 3);
        countFour(counts, group >> 12, 3);
        continue;
      }
      const d = window[at + 3] ?? 0;
      const e = window[at + 4] ?? 0;
      countFour(counts, lsbFirst ? a | (b << 8) | ((c & 15) << 16) : (a << 12) | (b << 4) | (c >> 4), 5);
      countFour(counts, lsbFirst ? (c >> 4) | (d << 4) | (e << 12) : ((c & 15) << 16) | (d << 8) | e, 5);
    }
  }
  return counts;
}

/** Counts the lowest four codes of a given number of bits. */
function countFour(counts: Uint32Array, codes: number, bits: number): void {
  const mask = (1 << bits) - 1;
  for (let shift = 0; shift < 4 * bits; shift += bits) {
    const code = (codes >> shift) & mask;
    counts[code] = (counts[code] ?? 0) + 1;
  }
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] ?? 0;
  return sum;
}

function isBalanced(part: number, whole: number): boolean {
  return part > 0.3 * whole && part < 0.7 * whole;
}
