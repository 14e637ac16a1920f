import type { CodeCount } from './codes.ts';
import type { Material } from './windows.ts';

/** Measure of how well a hypothesis explains the bytes. */
export interface Score {
  /** 0: bytes of no other coding look like this; 1: any bytes do. */
  readonly doubt: number;
  /** The measured numbers as text for people. */
  readonly text: string;
  /** True if the bytes alone suffice; only then is a file claimed whose name shows nothing. */
  readonly strong: boolean;
  /** For a waveform: number of windows that are not silent. */
  readonly sounding?: number;
}

/** A coding that files without a header may have. Adding one requires only one entry here. */
export interface Hypothesis {
  /** Unique id: that of the codec, possibly with the number of channels. */
  readonly id: string;
  /** Id of the format that returns the answer. */
  readonly format: string;
  readonly codec: string;
  readonly name: string;
  /** Usual rate; the name of a file may state another. */
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Size of one frame, all channels together. */
  readonly frameBytes: number;
  readonly bitsPerSample: number | null;
  /**
   * Basis of the score. `frames`: a signature in every frame; `waveform`: how well previous samples predict the next; `codes`: codes that no encoder sends. A
   * clear waveform takes precedence over codes, which quiet audio of another coding may lack by chance.
   */
  readonly evidence: 'frames' | 'waveform' | 'codes';
  /** Codecs that also match the bytes of this one, e.g. because they take its samples two at a time; they do not count as rivals. */
  readonly echoes?: readonly string[];
  /** True if the hypothesis is considered only when the name of the file suggests it, because its evidence is too weak. */
  readonly namedOnly?: boolean;
  /** Returns the score; null if it cannot be determined (silence, too few bytes). A doubt of 1 excludes the coding. */
  score(material: Material): Score | null;
}

/** Number of bytes below which nothing is claimed by statistics alone: one second of G.711. */
export const strongBytes = 8000;

/** Returns the score that follows from codes that no encoder sends: they must be absent although chance would produce dozens. */
export function forbiddenScore({ codes, forbidden, plausible }: CodeCount, chance: number, what: string): Score | null {
  const expected = codes * chance;
  if (expected < 30) return null;
  const text = `${forbidden} of ${codes} ${what}, by chance ${Math.round(expected)}`;
  if (forbidden > expected / 8) return { doubt: 1, text, strong: false };
  if (!plausible) return null;
  return { doubt: Math.min(1, 0.1 + 10 * (forbidden / expected)), text, strong: codes >= strongBytes && forbidden === 0 && expected >= 200 };
}
