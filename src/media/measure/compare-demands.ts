/** An Opus copy; what may be asked of it depends on the bits that it has for a sample. */
export interface ComparedCopy {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits per second. */
  readonly bitratePerChannel: number;
}

/** What a copy must reach to pass. Powers are mean squares of 16-bit samples. */
export interface Demands {
  /** Least similarity in whole, of any loud second, of any loud quarter of a second. */
  readonly similarity: number;
  readonly window: number;
  readonly block: number;
  /** Whether a copy that a shift of one sample makes more similar is refused. */
  readonly exactlyAligned: boolean;
  /** Range of the copy's level against the original's. */
  readonly lowestDb: number;
  readonly highestDb: number;
  /** From here on a stretch is loud enough to be judged by similarity. */
  readonly loudPower: number;
  /** Share of a loud channel's power below which another channel, at the same time, says nothing about the copy. */
  readonly leak: number;
  /** Most that the copy may have where the original is quieter than that. */
  readonly quietPower: number;
}

const power = (dbfs: number): number => 32_768 ** 2 * 10 ** (dbfs / 10);

/**
 * Least similarity by bits per sample and channel: about two thirds of what white noise keeps, the hardest of all signals, at 8 to
 * 48 kHz (docs/listening-back.md, table 1). In between it is a straight line.
 */
const curve: readonly (readonly [bitsPerSample: number, similarity: number])[] = [
  [0.125, 0.001],
  [0.25, 0.003],
  [0.5, 0.008],
  [0.75, 0.03],
  [1, 0.12],
  [1.5, 0.42],
  [2, 0.6],
  [2.5, 0.72],
  [3, 0.85],
  [4, 0.9],
];

/** The demands on a copy of this rate and bitrate. */
export function demandsOf({ sampleRateHz, bitratePerChannel }: ComparedCopy): Demands {
  const bits = bitratePerChannel / sampleRateHz;
  const similarity = along(bits);
  return {
    similarity,
    window: Math.round(similarity * 900) / 1000,
    block: Math.round(similarity * 600) / 1000,
    // A coder with less keeps only the low frequencies of noise, which a shift of one sample hardly changes.
    exactlyAligned: bits >= 1.25,
    // The speech coder that libopus turns to below about 2.5 bits a sample loses level in noise.
    lowestDb: bits >= 2.5 ? -1.5 : bits >= 1.25 ? -4.5 : -12,
    highestDb: 1.5,
    loudPower: power(-80),
    quietPower: power(-60),
    // Below 2.5 bits the two channels of a copy are coded as one and a difference.
    leak: bits >= 4 ? 1e-6 : bits >= 2.5 ? 1e-3 : 1e-2,
  };
}

function along(bits: number): number {
  let [lastBits, last] = curve[0] ?? [0, 0];
  for (const [nextBits, next] of curve) {
    if (bits < nextBits) return Math.round((last + ((bits - lastBits) / Math.max(1e-9, nextBits - lastBits)) * (next - last)) * 1000) / 1000;
    [lastBits, last] = [nextBits, next];
  }
  return last;
}
