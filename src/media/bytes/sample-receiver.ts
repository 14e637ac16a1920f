import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { Samples } from '../../core/model/format.ts';

/** Receives decoded samples on their way to the sink. */
export interface SampleReceiver {
  push(samples: Samples): void | Promise<void>;
  /** Returns the reason, in words, why these samples would exceed what the coded bytes can contain; null if they would not. */
  excess(samples: Samples): string | null;
  /** Number of samples per channel so far. */
  readonly decoded: number;
}

/**
 * Returns the reason, in words with numbers, why samples exceed what their coded bytes can decode to, or the longest possible medium; null if they do not.
 * @param samples number of samples of all channels, without silence that the container states
 * @param frames number of samples per channel, including that silence
 */
export function excessOf(samples: number, codedBytes: number, frames: number, sampleRateHz: number): string | null {
  const { decodedFloorSamples, samplesPerCodedByte, longFloorSamples, longSamplesPerCodedByte, mediumSeconds } = limits;
  if (frames > mediumSeconds * sampleRateHz) return agree`more than ${mediumSeconds / (24 * 3_600)} day[s] of audio`;
  if (samples > decodedFloorSamples + codedBytes * samplesPerCodedByte) return agree`more than ${samplesPerCodedByte} sample[s] per coded byte`;
  if (samples > longFloorSamples + codedBytes * longSamplesPerCodedByte)
    return agree`more than ${longFloorSamples} sample[s] and ${longSamplesPerCodedByte} more per coded byte`;
  return null;
}
