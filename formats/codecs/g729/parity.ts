/** Size of a frame of speech at 8 kbit/s. */
const frameBytes = 10;

/**
 * Returns true if a frame is ten zeros, the form in which recorders and gateways store a lost frame. No encoder writes it, because its parity bit is wrong.
 * @param at offset of the frame's first byte
 */
export function isErased(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + frameBytes; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Returns true if a frame's parity bit is correct: bit 26 is 1 XOR the first six bits of the pitch delay, 18 to 23 (ITU-T G.729, 3.7.2). It is correct in every
 * frame of real G.729, and in half of the frames of anything else.
 * @param at offset of the frame's first byte
 */
export function parityHolds(bytes: Uint8Array, at: number): boolean {
  const second = bytes[at + 2] ?? 0; // Bits 16 to 23.
  const third = bytes[at + 3] ?? 0; // Bits 24 to 31.
  let bits = second & 0x3f; // Bits 18 to 23.
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return ((third >> 5) & 1) === (1 ^ (bits & 1));
}
