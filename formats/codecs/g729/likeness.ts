import { parityHolds } from './parity.ts';
import { lspFirst, lspSecond, noiseFirst, noiseSecond } from './tables.ts';

/**
 * Score of how well bytes look like a frame of G.729, in sixteenths of a bit compared with random bytes. The parity bit alone contributes one bit per frame.
 * Two to three more come from the facts that speech changes slowly and that not all of its codes are equally likely. Measured on 66,000 frames of Asterisk's
 * prompts (Debian asterisk-core-sounds-en-wav 1.6.1, asterisk-prompt-de 2.0, asterisk-prompt-it-menardi-wav 20110907, asterisk-core-sounds-ru-wav 1.6.1),
 * encoded with libbcg729 1.1.1. Nothing here depends on one voice: for spectrum and pitch, only the change from frame to frame counts.
 */

/** Scores by the pitch delay of the second subframe relative to the first, 5 bits. The score of rare values is limited to -3 bits. */
const pitchChange = Int8Array.of(
  ...[-48, -12, -15, -25, -25, -13, -18, -17, -10, -12, -12, -4, -4, 0, 8, 15, 23, 28, 26, 18, 13, 5, -3, -2, -7, -10, -7, -15, -16, -13, -1, -48],
);

/** Scores by gains, 7 bits. */
const gains = Int8Array.of(
  ...[-6, -9, 3, -8, -3, -12, -1, 0, 19, -6, 17, 1, -3, -11, 4, 8, 5, -12, 19, -48, 4, -48, 1, -20, -7, -48, -3, -1, -48, -48, -7, -13],
  ...[-30, -19, -38, -47, -34, -16, -23, -32, -25, -35, -10, -33, -10, 9, -10, -32, 3, -13, 4, -7, -5, -14, 3, 4, 11, 3, 13, 20, -6, -2, 11, 20],
  ...[14, 3, 17, -2, 4, -48, 13, 1, 9, -37, 13, 12, -28, -48, 8, 19, 2, -16, 18, -18, -5, -48, 24, -16, 14, -48, -10, -5, -48, -48, 7, -2],
  ...[1, 5, 0, 9, -19, 4, -15, 16, 4, 15, 3, 17, 4, -20, -3, 17, 17, 2, 12, 14, -7, -48, 2, 10, 11, -7, 13, 20, -25, -48, 17, 11],
);

/** Scores by the change of the spectrum from frame to frame: sum of the differences of the quantised LSP parts, in steps of 1024. */
const spectrumSteps = Int8Array.of(66, 66, 66, 62, 60, 57, 55, 49, 42, 33, 24, 16, 10, 2, -6, -12, -19, -24, -28, -34, -39);
/** Scores by the change of the pitch from frame to frame: difference of the codes, in steps of 4; the last entry is for codes without thirds. */
const pitchSteps = Int8Array.of(63, 44, 24, 7, -3, -14, -19, -23, -25, -26, -28, -30);
const coarsePitch = -11;
/** Codes of the pitch delay from this one on have no thirds of a sample (3.7). */
const firstCoarse = 197;

/** A frame with correct parity is twice as likely as chance; wrong parity requires a bit error. */
const rightParity = 16;
const wrongParity = -160;
const frameBytes = 10;

/** Returns the score of ten bytes of speech at `at`. @param behind unit that directly precedes the bytes; null for nothing or a stray byte */
export function speechScore(bytes: Uint8Array, at: number, behind: 'speech' | 'silence' | null): number {
  const b5 = bytes[at + 5] ?? 0;
  const b6 = bytes[at + 6] ?? 0;
  const alone =
    (parityHolds(bytes, at) ? rightParity : wrongParity) +
    (pitchChange[b6 & 31] ?? 0) +
    (gains[((b5 & 15) << 3) | (b6 >> 5)] ?? 0) +
    (gains[(bytes[at + 9] ?? 0) & 127] ?? 0);
  if (behind === 'speech') return alone + continuity(bytes, at);
  if (behind === null) return alone;
  readSpectrum(bytes, at - 2, false, before);
  return alone + spectrumChange(bytes, at, true, onsetSteps);
}

/** Returns the score that two neighbouring speech frames gain by their similarity. */
function continuity(bytes: Uint8Array, at: number): number {
  readSpectrum(bytes, at - frameBytes, true, before);
  const [pitch, otherPitch] = [pitchCode(bytes, at - frameBytes), pitchCode(bytes, at)];
  const change = Math.abs(pitch - otherPitch) >> 2;
  const coarse = pitch >= firstCoarse || otherPitch >= firstCoarse;
  return spectrumChange(bytes, at, true, spectrumSteps) + (coarse ? coarsePitch : (pitchSteps[Math.min(change, pitchSteps.length - 1)] ?? 0));
}

/** Returns the pitch delay of the first subframe, bits 18 to 25. */
function pitchCode(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 2] ?? 0) & 63) << 2) | ((bytes[at + 3] ?? 0) >> 6);
}

/** Indices of three vectors in their tables: one of the first stage, and two of the second, for the lower and the upper half of the LSP. */
interface Spectrum {
  first: number;
  lower: number;
  upper: number;
}
const before: Spectrum = { first: 0, lower: 0, upper: 0 };
const after: Spectrum = { first: 0, lower: 0, upper: 0 };

function readSpectrum(bytes: Uint8Array, at: number, speech: boolean, into: Spectrum): void {
  const [b0, b1] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  if (speech) {
    into.first = (b0 & 127) * 10;
    into.lower = (b1 >> 3) * 10;
    into.upper = (((b1 & 7) << 2) | ((bytes[at + 2] ?? 0) >> 6)) * 10;
  } else {
    const second = ((b0 & 3) << 2) | (b1 >> 6);
    into.first = (noiseFirst[(b0 >> 2) & 31] ?? 0) * 10;
    into.lower = (noiseSecond[second] ?? 0) * 10;
    into.upper = (noiseSecond[16 + second] ?? 0) * 10;
  }
}

/** Returns the score that the spectrum at `at` gains by its similarity to the spectrum in `before`. */
function spectrumChange(bytes: Uint8Array, at: number, speech: boolean, steps: Int8Array): number {
  readSpectrum(bytes, at, speech, after);
  let distance = 0;
  for (let i = 0; i < 10; i++) {
    const [one, other] = i < 5 ? [before.lower, after.lower] : [before.upper, after.upper];
    const change = (lspFirst[before.first + i] ?? 0) + (lspSecond[one + i] ?? 0) - (lspFirst[after.first + i] ?? 0) - (lspSecond[other + i] ?? 0);
    distance += Math.abs(change);
  }
  return steps[Math.min(distance >> 10, steps.length - 1)] ?? 0;
}

/** Score of a silence frame whose sixteenth bit is 0, as it is sent (annex B has 15 bits; RFC 3551, 4.5.6). */
const spareBitClear = 16;
const spareBitSet = -128;
/** Scores by the change of the gain index from one silence frame to the next. The change is small, because a new frame is sent when the noise changes. */
const gainChange = Int8Array.of(46, 48, 12, -4, -25, -48);

/** Scores by the change of the spectrum from silence to speech, from speech to silence, and from one silence frame to the next. */
const onsetSteps = Int8Array.of(50, 50, 40, 40, 35, 25, 27, 20, 15, 10, -2, -5, -8, -8, -8, -11, -9, -9, -7, -5, 0);
const silenceSteps = Int8Array.of(53, 53, 55, 58, 50, 50, 58, 53, 45, 33, 18, 6, 1, -9, -19, -28, -28, -37, -38, -43, -55);
const noiseSteps = Int8Array.of(72, 28, 28, 20, 50, 49, 15, 16, 41, -8, -21, -22, -18, -13, -18, -26, -26, -25, -20, -14, 0);

/** Returns the score of two bytes of silence at `at`. @param behind unit that directly precedes the bytes; null for nothing or a stray byte */
export function silenceScore(bytes: Uint8Array, at: number, behind: 'speech' | 'silence' | null): number {
  const alone = ((bytes[at + 1] ?? 0) & 1) === 0 ? spareBitClear : spareBitSet;
  if (behind === null) return alone;
  readSpectrum(bytes, behind === 'speech' ? at - frameBytes : at - 2, behind === 'speech', before);
  const change = alone + spectrumChange(bytes, at, false, behind === 'speech' ? silenceSteps : noiseSteps);
  if (behind === 'speech') return change;
  // Zeros are a gap in the file, not repetitions of the quietest noise.
  if (((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) | (bytes[at - 2] ?? 0) | (bytes[at - 1] ?? 0)) === 0) return spareBitSet;
  const gain = Math.abs((((bytes[at + 1] ?? 0) >> 1) & 31) - (((bytes[at - 1] ?? 0) >> 1) & 31));
  return change + (gainChange[Math.min(gain, gainChange.length - 1)] ?? 0);
}
