import { inverseRoots, logarithms, powers } from './tables.ts';

/**
 * The operators of ITU-T G.191 that the reference of G.729 uses, on plain numbers: 16-bit values are in [-32768, 32767], 32-bit values in [-2147483648,
 * 2147483647]. Sums saturate; before that, double precision holds each of them exactly.
 */

const most = 0x7fffffff;
const least = -0x80000000;

/** Saturates to 16 bits. */
export const saturate16 = (value: number): number => Math.max(-32768, Math.min(32767, value));
/** Saturates to 32 bits. */
export const saturate32 = (value: number): number => Math.max(least, Math.min(most, value));
/** Returns the Q15 product of 16-bit values, truncated. */
export const multiply = (a: number, b: number): number => saturate16((a * b) >> 15);
/** Returns the Q15 product of 16-bit values, rounded. */
export const multiplyRounded = (a: number, b: number): number => saturate16((a * b + 0x4000) >> 15);
/** Returns the upper half of a 32-bit value, rounded. */
export const roundHigh = (value: number): number => (value > 0x7fff7fff ? 32767 : (value + 0x8000) >> 16);

/** Returns a 32-bit value times 2 to the power `bits`, of either sign. */
export function shift32(value: number, bits: number): number {
  if (bits <= 0) return bits <= -31 ? (value < 0 ? -1 : 0) : value >> -bits;
  return bits >= 31 ? (value === 0 ? 0 : value > 0 ? most : least) : saturate32(value * 2 ** bits);
}

/** Returns a 16-bit value divided by 2 to the power `bits`, rounded; negative `bits` multiply it. */
export function shiftRightRounded16(value: number, bits: number): number {
  if (bits <= 0) return saturate16(value * 2 ** -bits);
  if (bits > 15) return 0;
  return (value >> bits) + ((value >> (bits - 1)) & 1);
}

/** Returns a 32-bit value divided by 2 to the power `bits`, rounded; negative `bits` multiply it. */
export function shiftRightRounded32(value: number, bits: number): number {
  if (bits <= 0) return shift32(value, -bits);
  if (bits > 31) return 0;
  return (bits === 31 ? (value < 0 ? -1 : 0) : value >> bits) + ((value >> (bits - 1)) & 1);
}

/** Returns the number of bits by which a 32-bit value can be shifted left without loss; 0 for 0. */
export function freePlaces32(value: number): number {
  if (value === 0) return 0;
  return value === -1 ? 31 : Math.clz32(value < 0 ? ~value : value) - 1;
}

/** Returns the number of bits by which a 16-bit value can be shifted left without loss; 0 for 0. */
export function freePlaces16(value: number): number {
  if (value === 0) return 0;
  return value === -1 ? 15 : Math.clz32(value < 0 ? ~value : value) - 17;
}

/** Returns the product of a 32-bit value and a Q15 factor, computed in halves as in the reference. */
export function multiplyHalves(value: number, factor: number): number {
  return multiplySplit(value >> 16, (value >> 1) & 0x7fff, factor);
}

/** Returns the product of a Q15 factor and a value given as its upper half and the 15 bits below it. */
export function multiplySplit(high: number, low: number, factor: number): number {
  return saturate32(saturate32(2 * high * factor) + 2 * ((low * factor) >> 15));
}

/** Returns the Q15 quotient of 16-bit values, 0 <= a <= b; 0 for other values. */
export function divide(a: number, b: number): number {
  if (a <= 0 || b <= 0 || a > b) return 0;
  return a === b ? 32767 : Math.floor((a * 32768) / b);
}

/** Interpolates a table at a Q15 position between entry `index` and the next; returns a Q31 number. */
function between(table: Int16Array, index: number, fraction: number): number {
  const [here, next] = [table[index] ?? 0, table[index + 1] ?? 0];
  return here * 65536 - 2 * (here - next) * fraction;
}

/** Returns the base 2 logarithm of a 32-bit value, Q15, with the integer part above the 15 bits of the fraction; 0 for 0 and negative values. */
export function logarithm(value: number): number {
  if (value <= 0) return 0;
  const free = freePlaces32(value);
  const normal = value << free;
  return (30 - free) * 32768 + (between(logarithms, (normal >> 25) - 32, (normal >> 10) & 0x7fff) >> 16);
}

/** Returns 2 to the power of an integer exponent plus a Q15 fraction, rounded. */
export function power(exponent: number, fraction: number): number {
  return shiftRightRounded32(between(powers, fraction >> 10, (fraction << 5) & 0x7fff), 30 - exponent);
}

/** Returns 1 divided by the square root of a 32-bit value, scaled as in the reference: 2 to the power 30 for 1. */
export function inverseRoot(value: number): number {
  if (value <= 0) return 0x3fffffff;
  const free = freePlaces32(value);
  const exponent = 30 - free;
  const normal = (value << free) >> ((exponent & 1) === 0 ? 1 : 0);
  return between(inverseRoots, (normal >> 25) - 16, (normal >> 10) & 0x7fff) >> ((exponent >> 1) + 1);
}
