/** Substitution box of AES: the inverse in GF(2^8), followed by the affine map (FIPS 197, 5.1.1). */
const substitution = new Uint8Array(256);
// The powers of 3 and of its inverse run through the whole field except 0.
for (let power = 1, inverse = 1, step = 0; step < 255; step++) {
  const turned = inverse * 0x101;
  substitution[power] = inverse ^ (turned >> 7) ^ (turned >> 6) ^ (turned >> 5) ^ (turned >> 4) ^ 0x63;
  power ^= (power << 1) ^ (power & 0x80 ? 0x11b : 0);
  inverse ^= inverse << 1;
  inverse ^= inverse << 2;
  inverse ^= inverse << 4;
  inverse &= 0xff;
  if (inverse & 0x80) inverse ^= 0x09;
}
substitution[0] = 0x63;

/** Returns the last round key, 16 bytes, that AES derives from a key of 16 or 32 bytes: FIPS 197, 5.2. */
export function lastRoundKey(key: Uint8Array): Uint8Array {
  const words = key.length / 4;
  const bytes = 16 * (words + 7);
  const schedule = new Uint8Array(bytes);
  schedule.set(key);
  let round = 1;
  for (let at = key.length; at < bytes; at += 4) {
    let word = schedule.slice(at - 4, at);
    if (at % key.length === 0) {
      word = Uint8Array.of(word[1] ?? 0, word[2] ?? 0, word[3] ?? 0, word[0] ?? 0).map((byte) => substitution[byte] ?? 0);
      word[0] = (word[0] ?? 0) ^ round;
      round = (round << 1) ^ (round & 0x80 ? 0x11b : 0);
    } else if (words > 6 && at % key.length === 16) word = word.map((byte) => substitution[byte] ?? 0);
    for (let i = 0; i < 4; i++) schedule[at + i] = (schedule[at + i - key.length] ?? 0) ^ (word[i] ?? 0);
  }
  return schedule.subarray(bytes - 16);
}
