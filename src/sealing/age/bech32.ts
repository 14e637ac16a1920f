/** BIP 173: the value of each character is its position. */
const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** BIP 173: coefficients of the generator of the checksum. */
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** BIP 173: the contribution to the checksum of each value of the five bits that are shifted out of it. */
const feedback = Array.from({ length: 32 }, (_, top) =>
  generator.reduce((sum, coefficient, bit) => (((top >>> bit) & 1) === 1 ? sum ^ coefficient : sum), 0),
);

/** BIP 173: number of characters of the checksum, 5 bits each. */
const checksumChars = 6;

/** Longer texts are refused before they are read. The longest text used here is an identity of 74 characters. */
const maxChars = 256;

/** A decoded Bech32 text. */
export interface Bech32 {
  /** Human-readable part, in the case of the text. */
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Value of each ASCII character of the alphabet, in lower case; -1 for every other. */
const charValues = Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/** Encodes bytes under a human-readable part. The result has the case of `prefix`, which must not be mixed. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const lower = prefix.toLowerCase();
  const groups = regrouped(bytes, 8, 5);
  let sum = sumOfPrefix(lower);
  let text = `${lower}1`;
  const put = (value: number): void => {
    sum = added(sum, value);
    text += alphabet.charAt(value);
  };
  for (const value of groups) put(value);
  const restBits = (bytes.length * 8) % 5;
  // The last group is filled with zero bits.
  if (restBits > 0) put(((bytes.at(-1) ?? 0) << (5 - restBits)) & 31);
  for (let at = 0; at < checksumChars; at++) sum = added(sum, 0);
  sum ^= 1;
  for (let at = 0; at < checksumChars; at++) text += alphabet.charAt((sum >>> (5 * (checksumChars - 1 - at))) & 31);
  return prefix === lower ? text : text.toUpperCase();
}

/**
 * Decodes a text. Returns null if it is not Bech32: it has a wrong checksum or character, mixed case, padding that is not zero, or more than 256 characters.
 */
export function decodeBech32(text: string): Bech32 | null {
  const lower = text.toLowerCase();
  if (text.length > maxChars || (text !== lower && text !== text.toUpperCase()) || !/^[!-~]+$/.test(text)) return null;
  const separator = lower.lastIndexOf('1');
  if (separator < 1 || lower.length - separator - 1 < checksumChars) return null;
  const values = new Uint8Array(lower.length - separator - 1);
  let sum = sumOfPrefix(lower.slice(0, separator));
  for (let at = 0; at < values.length; at++) {
    const value = charValues[lower.charCodeAt(separator + 1 + at)] ?? -1;
    if (value < 0) return null;
    values[at] = value;
    sum = added(sum, value);
  }
  if (sum !== 1) return null;
  const data = values.subarray(0, -checksumChars);
  const bytes = regrouped(data, 5, 8);
  // BIP 173: fewer than 5 bits are left over, and all of them are zero.
  const restBits = (data.length * 5) % 8;
  if (restBits >= 5 || ((data.at(-1) ?? 0) & ((1 << restBits) - 1)) !== 0) return null;
  return { prefix: text.slice(0, separator), bytes };
}

/** Regroups values of `from` bits into values of `to` bits; an incomplete last group is dropped. */
function regrouped(values: Uint8Array, from: number, to: number): Uint8Array {
  const groups = new Uint8Array(Math.floor((values.length * from) / to));
  let filled = 0;
  let bits = 0;
  let count = 0;
  for (const value of values) {
    bits = ((bits << from) | value) & 0xfff;
    count += from;
    while (count >= to) {
      count -= to;
      groups[filled++] = (bits >>> count) & ((1 << to) - 1);
    }
  }
  return groups;
}

/** BIP 173: returns the checksum so far over the values into which the human-readable part is expanded. */
function sumOfPrefix(prefix: string): number {
  let sum = 1;
  for (let at = 0; at < prefix.length; at++) sum = added(sum, prefix.charCodeAt(at) >>> 5);
  sum = added(sum, 0);
  for (let at = 0; at < prefix.length; at++) sum = added(sum, prefix.charCodeAt(at) & 31);
  return sum;
}

/** BIP 173: continues a checksum with one value. */
function added(sum: number, value: number): number {
  return ((sum & 0x1ffffff) << 5) ^ value ^ (feedback[sum >>> 25] ?? 0);
}
