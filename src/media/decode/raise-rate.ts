import type { Samples } from '../../core/model/format.ts';
import type { SampleSink } from './decode-track.ts';

/** Number of input samples on each side of a point that contribute to an output sample. */
const reach = 24;
/** Edge of the low-pass filter, as a share of half the input rate. Everything above it would be an image of lower frequencies. */
const edge = 0.94;

/** Raises the rate of mono samples by a whole factor. */
export interface Raise {
  push(samples: Samples): Promise<void>;
  finish(): Promise<void>;
}

/**
 * Creates an upsampler that makes `factor` samples of each, with a windowed sinc and without delay. With factor 1, samples pass through unchanged. The result
 * does not depend on the sizes of chunks.
 */
export function createRaise(factor: number, sink: SampleSink): Raise {
  if (factor === 1) return { push: async (samples) => await sink(samples), finish: async () => {} };
  const taps = 2 * reach;
  const phases = Array.from({ length: factor }, (_, phase) => phaseTaps(phase / factor));
  /** The last `taps` samples and the new ones; silence before the first sample and after the last. */
  let held = new Float64Array(reach - 1);
  let isWhole: boolean | null = null;
  const run = async (fresh: ArrayLike<number>): Promise<void> => {
    const line = new Float64Array(held.length + fresh.length);
    line.set(held);
    line.set(fresh, held.length);
    const count = Math.max(0, line.length - taps + 1);
    const out: Samples = isWhole === false ? new Float32Array(count * factor) : new Int16Array(count * factor);
    for (let index = 0; index < count; index++) {
      for (let phase = 0; phase < factor; phase++) {
        const weights = phases[phase] ?? held;
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) sum += (weights[tap] ?? 0) * (line[index + tap] ?? 0);
        out[index * factor + phase] = isWhole === false ? sum : Math.max(-32_768, Math.min(32_767, Math.round(sum)));
      }
    }
    held = line.slice(count);
    if (out.length > 0) await sink(out);
  };
  return {
    push: async (samples) => {
      isWhole ??= samples instanceof Int16Array;
      await run(samples);
    },
    finish: () => run(new Float64Array(reach)),
  };
}

/** Returns weights that add up to 1 (Hann window) for the samples around a point that is `offset` of a sample after the previous one. */
function phaseTaps(offset: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - (reach - 1) - offset;
    const x = Math.PI * edge * distance;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1)));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
