// ITU-T G.726 (12/90), 4.2; block names in brackets are the recommendation's.

// The recommendation multiplies in a floating-point format with 4 bits of exponent and 6 of mantissa, the highest of which is 1. Coefficients and signals are
// stored so that their sum contains everything that determines a product: bits 0 to 4 hold the rest of the coefficient's mantissa, bits 5 to 9 that of the
// signal, bits 26 to 30 the sum of the exponents, and bit 31 the sign. From these, two tables yield the product's mantissa and power of two, which are
// multiplied in hardware floating point.

/**
 * Returns exponent and mantissa of a magnitude; the mantissa is without its highest bit, and shifted to bit `place` (FLOATA, FLOATB).
 * @param sign 0, or -1 if negative
 */
export function floating(magnitude: number, sign: number, place: number): number {
  const exponent = 32 - Math.clz32(magnitude);
  const mantissa = magnitude === 0 ? 0 : ((magnitude << 6) >> exponent) & 0x1f;
  return (sign << 31) | (exponent << 26) | (mantissa << place);
}

/**
 * Predictor coefficients in floating point, by their 14 upper bits plus 8192 (FMULT). This and the next tables are filled in loops, because `from` would take
 * milliseconds at every start.
 */
const coefficientFloats = new Int32Array(0x4000);
for (let bits = 0; bits < 0x4000; bits++)
  coefficientFloats[bits] = floating(bits < 0x2000 ? -bits & 0x1fff : bits - 0x2000, (bits - 0x2000) >> 31, 0);

/** Mantissa of a product by both mantissas, and its factor by sign and sum of exponents (FMULT: WNMANT, WNMAG). */
const mantissas = new Float64Array(0x400);
for (let both = 0; both < 0x400; both++) mantissas[both] = ((0x20 | (both & 0x1f)) * (0x20 | (both >> 5)) + 48) >> 4;
const powers = new Float64Array(64);
for (let exponent = 0; exponent < 32; exponent++) {
  powers[exponent] = 2 ** (exponent - 19);
  powers[32 + exponent] = -(2 ** (exponent - 19));
}

/**
 * Returns the product of a coefficient and a signal in floating point (FMULT); it exceeds 15 bits only if the signal is `loud`.
 * @param coefficient its 14 upper bits plus 8192
 */
export function product(coefficient: number, signal: number): number {
  const both = ((coefficientFloats[coefficient] ?? 0) + signal) | 0;
  return Math.trunc((mantissas[both & 0x3ff] ?? 0) * (powers[both >>> 26] ?? 0));
}

/** Signal value from which a product may exceed 15 bits, of which the recommendation keeps the lower 15. */
export const loud = 8192;

/**
 * Magnitude of a quantized difference, and the same in floating point, by the 12 bits of its logarithm in two's complement (ANTILOG). From 0x800 on, where
 * logarithms are negative, the smallest value; entries between 0x780 and 0x800 are not used.
 */
export const antilogs = new Int16Array(0x1000);
export const antilogFloats = new Int32Array(0x1000);
for (let log = 0; log < 0x780; log++) {
  const magnitude = ((0x80 | (log & 0x7f)) << 7) >> (14 - (log >> 7));
  antilogs[log] = magnitude;
  antilogFloats[log] = floating(magnitude, 0, 5);
}
