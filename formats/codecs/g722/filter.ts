import type { SampleRoom } from '../base/block-decoder.ts';
import { codesAtOnce } from './bands.ts';

/** Number of taps, less one, of the receive filter for one of two samples; the taps for the other sample are their mirror image. */
const history = 11;
/**
 * Taps for the first of two samples, beginning with the tap of the oldest value (ITU-T G.722 (09/2012), clause 6). In floating point, which is exact here: a
 * processor can do two such multiplications at a time, but only one of integers.
 */
const taps = Float64Array.of(-11, 53, -156, 362, -805, 3876, 951, -210, 32, 12, -11, 3);

// Sums and differences of the bands, the earlier ones first. All decoders share them, because they run one after the other.
const sums = new Float64Array(history + codesAtOnce + 1);
const differences = new Float64Array(history + codesAtOnce + 1);
const samples = new Int16Array(2 * codesAtOnce + 2);

/** State of the receive filter between two runs of samples. */
export interface FilterState {
  readonly sums: Float64Array;
  readonly differences: Float64Array;
}

/** Returns the filter state after a reset. */
export function filterAtReset(): FilterState {
  return { sums: new Float64Array(history), differences: new Float64Array(history) };
}

/**
 * Computes the sums of taps and values for two pairs of samples at a time, so that each value is read once for two pairs. For an odd number, it computes one
 * pair too many.
 */
function filterPairs(count: number): void {
  const t0 = taps[0] ?? 0;
  const t1 = taps[1] ?? 0;
  const t2 = taps[2] ?? 0;
  const t3 = taps[3] ?? 0;
  const t4 = taps[4] ?? 0;
  const t5 = taps[5] ?? 0;
  const t6 = taps[6] ?? 0;
  const t7 = taps[7] ?? 0;
  const t8 = taps[8] ?? 0;
  const t9 = taps[9] ?? 0;
  const t10 = taps[10] ?? 0;
  const t11 = taps[11] ?? 0;
  for (let i = 0; i < count; i += 2) {
    const d0 = differences[i] ?? 0;
    const d1 = differences[i + 1] ?? 0;
    const d2 = differences[i + 2] ?? 0;
    const d3 = differences[i + 3] ?? 0;
    const d4 = differences[i + 4] ?? 0;
    const d5 = differences[i + 5] ?? 0;
    const d6 = differences[i + 6] ?? 0;
    const d7 = differences[i + 7] ?? 0;
    const d8 = differences[i + 8] ?? 0;
    const d9 = differences[i + 9] ?? 0;
    const d10 = differences[i + 10] ?? 0;
    const d11 = differences[i + 11] ?? 0;
    const d12 = differences[i + 12] ?? 0;
    const dSum0 = d0 * t0 + d1 * t1 + d2 * t2 + d3 * t3 + d4 * t4 + d5 * t5 + d6 * t6 + d7 * t7 + d8 * t8 + d9 * t9 + d10 * t10 + d11 * t11;
    const dSum1 = d1 * t0 + d2 * t1 + d3 * t2 + d4 * t3 + d5 * t4 + d6 * t5 + d7 * t6 + d8 * t7 + d9 * t8 + d10 * t9 + d11 * t10 + d12 * t11;
    const s0 = sums[i] ?? 0;
    const s1 = sums[i + 1] ?? 0;
    const s2 = sums[i + 2] ?? 0;
    const s3 = sums[i + 3] ?? 0;
    const s4 = sums[i + 4] ?? 0;
    const s5 = sums[i + 5] ?? 0;
    const s6 = sums[i + 6] ?? 0;
    const s7 = sums[i + 7] ?? 0;
    const s8 = sums[i + 8] ?? 0;
    const s9 = sums[i + 9] ?? 0;
    const s10 = sums[i + 10] ?? 0;
    const s11 = sums[i + 11] ?? 0;
    const s12 = sums[i + 12] ?? 0;
    const sSum0 = s0 * t11 + s1 * t10 + s2 * t9 + s3 * t8 + s4 * t7 + s5 * t6 + s6 * t5 + s7 * t4 + s8 * t3 + s9 * t2 + s10 * t1 + s11 * t0;
    const sSum1 = s1 * t11 + s2 * t10 + s3 * t9 + s4 * t8 + s5 * t7 + s6 * t6 + s7 * t5 + s8 * t4 + s9 * t3 + s10 * t2 + s11 * t1 + s12 * t0;
    const even0 = dSum0 >> 11;
    samples[2 * i + 0] = even0 > 32767 ? 32767 : Math.max(even0, -32768);
    const odd0 = sSum0 >> 11;
    samples[2 * i + 1] = odd0 > 32767 ? 32767 : Math.max(odd0, -32768);
    const even1 = dSum1 >> 11;
    samples[2 * i + 2] = even1 > 32767 ? 32767 : Math.max(even1, -32768);
    const odd1 = sSum1 >> 11;
    samples[2 * i + 3] = odd1 > 32767 ? 32767 : Math.max(odd1, -32768);
  }
}

/** Applies the receive filter: each pair of samples of the two bands yields two samples. */
export function filterBands(
  state: FilterState,
  [low, high]: readonly [low: Int32Array, high: Int32Array],
  count: number,
  { out, to }: SampleRoom,
): void {
  for (let i = 0; i < history; i++) {
    sums[i] = state.sums[i] ?? 0;
    differences[i] = state.differences[i] ?? 0;
  }
  for (let i = 0; i < count; i++) {
    const lowSample = low[i] ?? 0;
    const highSample = high[i] ?? 0;
    sums[history + i] = lowSample + highSample;
    differences[history + i] = lowSample - highSample;
  }
  filterPairs(count);
  out.set(samples.subarray(0, 2 * count), to);
  for (let i = 0; i < history; i++) {
    state.sums[i] = sums[count + i] ?? 0;
    state.differences[i] = differences[count + i] ?? 0;
  }
}
