/** Level statistics of one channel; dB are relative to full scale, null for digital silence. */
export interface ChannelLevel {
  readonly rmsDb: number | null;
  readonly peakDb: number | null;
  /** Samples at full scale. */
  readonly clippedSamples: number;
  /** Share of 20 ms windows below −60 dBFS, 0 to 1. */
  readonly silentShare: number;
}

/** Properties of the decoded samples of a medium. */
export interface Measurement {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of samples per channel. */
  readonly samples: number;
  readonly durationMs: number;
  /** Format of the samples in the digest, interleaved: `s16le` or `f32le`. */
  readonly sampleFormat: 's16le' | 'f32le';
  readonly pcmSha256: string;
  readonly levels: readonly ChannelLevel[];
  /** Waveform: per channel, absolute peaks of equal sections as integers 0..255 in base64, at most 1,000 sections. */
  readonly peaks: { readonly samplesPerPeak: number; readonly channels: readonly string[] };
}

/** Comparison of an access copy with the samples from which it was made. */
export interface Comparison {
  readonly samplesExpected: number;
  readonly samplesFound: number;
  readonly channels: readonly {
    /** Level of the copy minus level of the original, dB; null if the original is digital silence. */
    readonly levelDifferenceDb: number | null;
    /** Share of the copy that the original explains, 0 to 1; null if nothing can be compared. */
    readonly similarity: number | null;
    /** Lowest similarity of a one-second window that is loud enough to be judged. */
    readonly worstWindow: number | null;
  }[];
  readonly passed: boolean;
  /** Reasons for a failure, with numbers; empty if it passed. */
  readonly reasons: readonly string[];
}
