import type { CodeCount } from './codes.ts';
import type { Material } from './windows.ts';

/** How well a hypothesis explains the bytes. */
export interface Score {
  /** 0: as nothing but this coding looks; 1: as any bytes do. */
  readonly doubt: number;
  /** The numbers, for people. */
  readonly text: string;
  /** Whether the bytes alone are enough: a file whose name says nothing is claimed only then. */
  readonly strong: boolean;
  /** Of a waveform: windows that are not silent. */
  readonly sounding?: number;
}

/** A coding that files without a header may have. One entry here is all that a new one takes. */
export interface Hypothesis {
  /** Unique: the codec's id, or that with the number of channels. */
  readonly id: string;
  /** The format that answers for it. */
  readonly format: string;
  readonly codec: string;
  readonly name: string;
  /** Usual rate; the name of a file may say another. */
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Bytes of one frame, all channels. */
  readonly frameBytes: number;
  readonly bitsPerSample: number | null;
  /**
   * What the score rests on: `frames` on a sign in every frame, `waveform` on how well samples follow from those before, `codes` on codes that no encoder
   * sends. A waveform that is clear outweighs codes, which quiet sound of another coding may lack by chance.
   */
  readonly evidence: 'frames' | 'waveform' | 'codes';
  /** Codecs that look well on the bytes of this one too, as its samples taken two at a time do: they are no rivals. */
  readonly echoes?: readonly string[];
  /** Weighed only where the name of the file stands for it: its evidence is too thin for others. */
  readonly namedOnly?: boolean;
  /** Null: cannot be told (silence, too few bytes). Certainly not: a doubt of 1. */
  score(material: Material): Score | null;
}

/** Bytes below which nothing is claimed by statistics alone: one second of G.711. */
export const strongBytes = 8000;

/** Codes that no encoder sends: they must be absent where chance would give dozens. */
export function forbiddenScore({ codes, forbidden, plausible }: CodeCount, chance: number, what: string): Score | null {
  const expected = codes * chance;
  if (expected < 30) return null;
  const text = `${forbidden} of ${codes} ${what}, by chance ${Math.round(expected)}`;
  if (forbidden > expected / 8) return { doubt: 1, text, strong: false };
  if (!plausible) return null;
  return { doubt: Math.min(1, 0.1 + 10 * (forbidden / expected)), text, strong: codes >= strongBytes && forbidden === 0 && expected >= 200 };
}
