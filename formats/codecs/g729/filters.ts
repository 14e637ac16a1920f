import { order } from './lsp.ts';

/** Number of samples of a subframe. */
export const subframe = 40;

const most = 0x7fffffff;
const least = -0x80000000;
/** Larger sums exceed 32 bits after the shift by three bits and the rounding. */
const mostRounded = 0x0fffefff;
const leastRounded = -0x10000000;

/** Coefficients of a filter, Q12, from index `a` of `filters` on. */
export interface FilterPlace {
  readonly filters: Int16Array;
  readonly a: number;
}

/** Input samples of a filter, from index `from` on. */
export interface FilterInput {
  readonly input: Int16Array;
  readonly from: number;
}

/** Destination of a filter's samples, from index `to` on. */
export interface FilterOutput {
  readonly output: Int16Array;
  readonly to: number;
}

/** A signal from an index on. */
export type SignalPlace = readonly [signal: Int16Array, from: number];

/**
 * Synthesises through 1/A(z), with Q12 coefficients at `a` of `filters`: `count` samples of `input` from `from` into `output` from `to`, whose ten preceding
 * samples are the memory. Returns true if a value overflowed (and was limited, as in the reference).
 */
export function synthesise({ filters, a }: FilterPlace, { input, from }: FilterInput, { output, to }: FilterOutput, count: number): boolean {
  let overflow = false;
  const a0 = filters[a] ?? 0;
  for (let n = 0; n < count; n++) {
    let sum = (input[from + n] ?? 0) * a0 * 2;
    for (let i = 1; i <= order; i++) {
      sum -= (filters[a + i] ?? 0) * (output[to + n - i] ?? 0) * 2;
      if (sum > most) {
        sum = most;
        overflow = true;
      } else if (sum < least) {
        sum = least;
        overflow = true;
      }
    }
    if (sum > mostRounded) {
      sum = 32767;
      overflow = true;
    } else if (sum < leastRounded) {
      sum = -32768;
      overflow = true;
    } else sum = (sum * 8 + 0x8000) >> 16;
    output[to + n] = sum;
  }
  return overflow;
}

/** Computes the residual through A(z): `count` samples of `input` from `from`, preceded by ten samples, into `output` from `to`. */
export function residual(filters: Int16Array, { input, from }: FilterInput, { output, to }: FilterOutput, count: number): void {
  const a0 = filters[0] ?? 0;
  for (let n = from; n < from + count; n++) {
    let sum = (input[n] ?? 0) * a0 * 2;
    for (let i = 1; i <= order; i++) {
      sum += (filters[i] ?? 0) * (input[n - i] ?? 0) * 2;
      if (sum > most) sum = most;
      else if (sum < least) sum = least;
    }
    output[to + n - from] = sum > mostRounded ? 32767 : sum < leastRounded ? -32768 : (sum * 8 + 0x8000) >> 16;
  }
}

/** Returns the sum of the products of `count` samples of one signal with those of another, Q1, limited to 32 bits, beginning with `start`. */
export function correlate([a, from]: SignalPlace, [b, at]: SignalPlace, count: number, start = 0): number {
  let sum = start;
  for (let i = 0; i < count; i++) {
    sum += (a[from + i] ?? 0) * (b[at + i] ?? 0) * 2;
    if (sum > most) sum = most;
    else if (sum < least) sum = least;
  }
  return sum;
}
