import type { Samples } from '../core/format.ts';
import { limits } from '../core/limits.ts';

/** Where decoded samples go on their way to the sink. */
export interface Taker {
  push(samples: Samples): void | Promise<void>;
  /** True where these samples would be more than the coded bytes can hold. */
  wouldExceed(samples: Samples): boolean;
  /** Samples per channel so far. */
  readonly decoded: number;
}

/** Whether samples may come to be so many; the answer to `Taker.wouldExceed`. */
export function moreThanHeld(samples: number, codedBytes: number): boolean {
  return samples > limits.decodedFloorSamples + codedBytes * limits.samplesPerCodedByte;
}
