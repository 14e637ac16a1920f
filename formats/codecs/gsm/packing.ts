/** Number of parameters of one frame, in the order of the standard: 8 log area ratios, then, per subframe, lag, gain, grid, block maximum and 13 pulses. */
export const gsmParameterCount = 76;
/** Number of parameters before the first subframe, and in each of the four subframes. */
export const gsmRatios = 8;
export const gsmPerSubframe = 17;

/** Number of bits of each parameter (EN 300 961, table 1.1); 260 in total. */
const widths = Uint8Array.of(
  ...[6, 6, 5, 5, 4, 4, 3, 3],
  ...Array.from({ length: 4 }, () => [7, 2, 2, 6, ...Array.from({ length: 13 }, () => 3)]).flat(),
);

/** Reads the parameters of a frame of 33 bytes at `from`, most significant bit first, after the four bits of signature, which are ignored. */
export function readGsmBits(bytes: Uint8Array, from: number, parameters: Uint8Array): void {
  let at = from + 1;
  let held = (bytes[from] ?? 0) & 0x0f;
  let bits = 4;
  for (let i = 0; i < gsmParameterCount; i++) {
    const width = widths[i] ?? 0;
    if (bits < width) {
      held = (held << 8) | (bytes[at++] ?? 0);
      bits += 8;
    }
    bits -= width;
    parameters[i] = held >> bits;
    held &= (1 << bits) - 1;
  }
}

/**
 * Reads the parameters of the first or second frame of a block of 65 bytes at `from`, least significant bit first. There is no signature, and the second frame
 * begins in the upper half of byte 32 (libgsm, WAV49; mmreg.h).
 */
export function readGsmBitsMs(bytes: Uint8Array, from: number, second: boolean, parameters: Uint8Array): void {
  let at = from + (second ? 33 : 0);
  let held = second ? (bytes[from + 32] ?? 0) >> 4 : 0;
  let bits = second ? 4 : 0;
  for (let i = 0; i < gsmParameterCount; i++) {
    const width = widths[i] ?? 0;
    if (bits < width) {
      held |= (bytes[at++] ?? 0) << bits;
      bits += 8;
    }
    parameters[i] = held & ((1 << width) - 1);
    held >>= width;
    bits -= width;
  }
}
