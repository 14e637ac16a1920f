import type { FlacBits } from './bits.ts';

/** Coefficients of the fixed predictors of order 0 to 4 (RFC 9639, section 9.2.5). */
const fixed: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/**
 * Decodes one channel of one frame (RFC 9639, section 9.2) into `out`, `frames` samples of `bits` bits.
 * @throws RangeError if no encoder writes these bits, FlacShort if they end too early
 */
export function decodeSubframe(reader: FlacBits, out: Float64Array, frames: number, bits: number): void {
  const head = reader.unsigned(8);
  if (head & 0x80) throw new RangeError('a subframe does not begin with 0');
  const kind = (head >> 1) & 0x3f;
  const wasted = head & 1 ? reader.unary() + 1 : 0;
  const width = bits - wasted;
  if (width < 1) throw new RangeError(`${wasted} of ${bits} bits are stated to be unused`);
  if (kind === 0) out.fill(reader.signed(width), 0, frames);
  else if (kind === 1) for (let i = 0; i < frames; i++) out[i] = reader.signed(width);
  else if (kind >= 8 && kind <= 12) {
    const order = kind - 8;
    warmUp(reader, out, order, frames, width);
    decodeResidual(reader, out, order, frames);
    predict(out, fixed[order] ?? [], 0, frames);
  } else if (kind >= 32) {
    const order = kind - 31;
    warmUp(reader, out, order, frames, width);
    const precision = reader.unsigned(4) + 1;
    const shift = reader.signed(5);
    if (precision === 16 || shift < 0) throw new RangeError('a predictor of forbidden precision or shift');
    const coefficients = Array.from({ length: order }, () => reader.signed(precision));
    decodeResidual(reader, out, order, frames);
    predict(out, coefficients, shift, frames);
  } else throw new RangeError(`subframe type ${kind} is reserved`);
  if (wasted > 0) for (let i = 0; i < frames; i++) out[i] = (out[i] ?? 0) * 2 ** wasted;
}

function warmUp(reader: FlacBits, out: Float64Array, order: number, frames: number, width: number): void {
  if (order > frames) throw new RangeError(`a predictor of order ${order} in ${frames} samples`);
  for (let i = 0; i < order; i++) out[i] = reader.signed(width);
}

/** Reads residuals in Rice codes, partition by partition (section 9.2.7), and writes them at the positions of their samples. */
function decodeResidual(reader: FlacBits, out: Float64Array, order: number, frames: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new RangeError(`residual coding ${method} is reserved`);
  const parameterBits = method === 0 ? 4 : 5;
  const rawMark = (1 << parameterBits) - 1;
  const partitions = 1 << reader.unsigned(4);
  const size = frames / partitions;
  if (!Number.isInteger(size) || size < order) throw new RangeError(`${partitions} partitions in ${frames} samples`);
  let i = order;
  for (let partition = 1; partition <= partitions; partition++) {
    const end = partition * size;
    const parameter = reader.unsigned(parameterBits);
    if (parameter === rawMark) {
      const width = reader.unsigned(5);
      for (; i < end; i++) out[i] = reader.signed(width);
    } else {
      const scale = 2 ** parameter;
      for (; i < end; i++) {
        const folded = reader.unary() * scale + reader.unsigned(parameter);
        // 32-bit arithmetic if it suffices: samples of 24 bits and more may need larger integers.
        out[i] = folded <= 0x7fffffff ? (folded >>> 1) ^ -(folded & 1) : folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      }
    }
  }
}

/**
 * Adds the prediction from the previous samples to each residual. Double precision is exact whatever the width of the samples: sums of 32 products of 15 and 33
 * bits stay below 2^53.
 */
function predict(out: Float64Array, coefficients: readonly number[], shift: number, frames: number): void {
  const order = coefficients.length;
  if (order === 0) return;
  const weights = Float64Array.from(coefficients);
  const divisor = 2 ** shift;
  for (let i = order; i < frames; i++) {
    let sum = 0;
    for (let j = 0, at = i - 1; j < order; j++, at--) sum += (weights[j] ?? 0) * (out[at] ?? 0);
    out[i] = (out[i] ?? 0) + Math.floor(sum / divisor);
  }
}
