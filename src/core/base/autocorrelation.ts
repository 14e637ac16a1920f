/** Largest lag. */
const longest = 8;

/**
 * Computes the autocorrelation of the first `count` values at lags 0 to 8 into `out`, in one pass over nine independent sums.
 * Each sum is added up in the order of the values.
 */
export function autocorrelation(values: Float64Array, count: number, out: Float64Array): void {
  const head = Math.min(longest, count);
  for (let lag = 0; lag <= longest; lag++) {
    let sum = 0;
    for (let i = lag; i < head; i++) sum += (values[i] ?? 0) * (values[i - lag] ?? 0);
    out[lag] = sum;
  }
  let c0 = out[0] ?? 0;
  let c1 = out[1] ?? 0;
  let c2 = out[2] ?? 0;
  let c3 = out[3] ?? 0;
  let c4 = out[4] ?? 0;
  let c5 = out[5] ?? 0;
  let c6 = out[6] ?? 0;
  let c7 = out[7] ?? 0;
  let c8 = out[8] ?? 0;
  // `as number`: callers give `count` values. The values are loaded again for each lag: keeping them in variables would need more registers than a
  // CPU has.
  for (let i = longest; i < count; i++) {
    const value = values[i] as number;
    c0 += value * value;
    c1 += value * (values[i - 1] as number);
    c2 += value * (values[i - 2] as number);
    c3 += value * (values[i - 3] as number);
    c4 += value * (values[i - 4] as number);
    c5 += value * (values[i - 5] as number);
    c6 += value * (values[i - 6] as number);
    c7 += value * (values[i - 7] as number);
    c8 += value * (values[i - 8] as number);
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  out[4] = c4;
  out[5] = c5;
  out[6] = c6;
  out[7] = c7;
  out[8] = c8;
}
