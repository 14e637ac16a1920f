/** Facts about an Opus copy. The requirements on it depend on its bits per sample. */
export interface ComparedCopy {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits per second. */
  readonly bitratePerChannel: number;
}

/** Requirements on a copy. Powers are mean squares of 16-bit samples. */
export interface Demands {
  /** Lowest similarity of the whole and, below, of any loud second and any loud quarter of a second. */
  readonly similarity: number;
  readonly window: number;
  readonly block: number;
  /** True: a copy that becomes more similar by a shift of one sample is refused. */
  readonly exactlyAligned: boolean;
  /** Lowest and, below, highest level of the copy relative to that of the original. */
  readonly lowestDb: number;
  readonly highestDb: number;
  /** Power from which a section is loud enough for its similarity to be judged. */
  readonly loudPower: number;
  /** A channel is not judged while its power is below this share of the power of a loud channel. */
  readonly leak: number;
  /** Largest power of the copy where the original is quieter than this. */
  readonly quietPower: number;
}

const power = (dbfs: number): number => 32_768 ** 2 * 10 ** (dbfs / 10);

/**
 * Lowest similarity, by bits per sample and channel: about two thirds of the similarity that white noise, the hardest signal, retains at 8 to 48 kHz
 * (docs/explanation/listening-back.md, table 1). Interpolated linearly.
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

/** Returns the requirements on a copy with this rate and bitrate. */
export function demandsOf({ sampleRateHz, bitratePerChannel }: ComparedCopy): Demands {
  const bits = bitratePerChannel / sampleRateHz;
  const similarity = along(bits);
  return {
    similarity,
    window: Math.round(similarity * 900) / 1000,
    block: Math.round(similarity * 600) / 1000,
    // With fewer bits, only the low frequencies of noise remain, and a shift of one sample hardly changes these.
    exactlyAligned: bits >= 1.25,
    // libopus uses its speech coder below about 2.5 bits per sample, and that reduces the level of noise.
    lowestDb: bits >= 2.5 ? -1.5 : bits >= 1.25 ? -4.5 : -12,
    highestDb: 1.5,
    loudPower: power(-80),
    quietPower: power(-60),
    // Below 2.5 bits, the two channels of a copy are coded as one channel and a difference.
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
