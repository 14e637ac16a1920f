/** Bytes of a frame of speech at 8 kbit/s. */
const frameBytes = 10;

/**
 * Whether a frame is ten zeros: so recorders and gateways store a frame that was lost. No encoder makes it, for its parity bit is wrong. `at`: its first byte.
 */
export function isErased(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + frameBytes; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Whether a frame's parity bit is right: bit 26 is 1 XOR the first six bits of the pitch delay, 18 to 23 (ITU-T G.729, 3.7.2).
 * Right on every frame of real G.729, on half of the frames of anything else. `at`: the frame's first byte.
 */
export function parityHolds(bytes: Uint8Array, at: number): boolean {
  const second = bytes[at + 2] ?? 0; // bits 16 to 23
  const third = bytes[at + 3] ?? 0; // bits 24 to 31
  let bits = second & 0x3f; // bits 18 to 23
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return ((third >> 5) & 1) === (1 ^ (bits & 1));
}
