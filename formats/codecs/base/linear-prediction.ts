/**
 * Continues Levinson and Durbin's recursion from order `done` to order `order`. Returns the remaining energy, or 0 if the recursion cannot continue; `a` must
 * then not be used.
 * @param r autocorrelations from lag 0 on
 * @param a coefficients of A(z) = 1 + a[0] z^-1 + ..., of which the first `done` are given
 * @param residual energy that the first `done` coefficients leave
 */
export function levinson(r: Float64Array, a: Float64Array, done: number, order: number, residual: number): number {
  let energy = residual;
  for (let m = done; m < order; m++) {
    if (!(energy > 0)) return 0;
    let sum = r[m + 1] ?? 0;
    for (let i = 0; i < m; i++) sum += (a[i] ?? 0) * (r[m - i] ?? 0);
    const reflection = -sum / energy;
    a[m] = reflection;
    for (let i = 0, j = m - 1; i <= j; i++, j--) {
      const low = a[i] ?? 0;
      const high = a[j] ?? 0;
      a[i] = low + reflection * high;
      if (i !== j) a[j] = high + reflection * low;
    }
    energy *= 1 - reflection * reflection;
  }
  if (!(energy > 0)) return 0; // true also if it is not a number
  return energy;
}

/** Computes the autocorrelation under a window with a recursive and a non-recursive part (ITU-T G.728, blocks 36, 43 and 49). */
export interface HybridWindow {
  /**
   * Takes `buffer`, with the newest sample last; `frame` of its samples are new since the last call. Returns lags 0 to `order`, which are valid until the next
   * call.
   */
  correlate(buffer: Float64Array): Float64Array;
}

/**
 * Creates a hybrid window.
 * @param shape window with the newest sample first, 15 fractional bits
 * @param plain number of samples outside the recursive part
 * @param fading factor by which the recursive part fades with each call
 */
export function hybridWindow(shape: Int16Array, order: number, plain: number, frame: number, fading: number): HybridWindow {
  const length = shape.length;
  const weights = Float64Array.from(shape, (_, i) => (shape[length - 1 - i] ?? 0) / 32768);
  const windowed = new Float64Array(length);
  const recursive = new Float64Array(order + 1);
  const lags = new Float64Array(order + 1);
  const [from, middle] = [length - plain - frame, length - plain];
  return {
    correlate(buffer) {
      for (let n = 0; n < length; n++) windowed[n] = (buffer[n] ?? 0) * (weights[n] ?? 0);
      for (let lag = 0; lag <= order; lag++) {
        let older = 0;
        for (let n = from; n < middle; n++) older += (windowed[n] ?? 0) * (windowed[n - lag] ?? 0);
        let newer = 0;
        for (let n = middle; n < length; n++) newer += (windowed[n] ?? 0) * (windowed[n - lag] ?? 0);
        const kept = fading * (recursive[lag] ?? 0) + older;
        recursive[lag] = kept;
        lags[lag] = kept + newer;
      }
      lags[0] = (lags[0] ?? 0) * (257 / 256); // white noise of -24 dB keeps the recursion stable
      return lags;
    },
  };
}

/** Returns the powers of a factor, from the first on, with 14 fractional bits; they widen bandwidths. */
export function widening(factor: number, order: number): Float64Array {
  let power = 1;
  return Float64Array.from({ length: order }, () => {
    power *= factor;
    return Math.round(power * 16384) / 16384;
  });
}
