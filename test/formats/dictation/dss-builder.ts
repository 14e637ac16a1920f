import { createCipheriv, createHash } from 'node:crypto';
import { lastRoundKey } from '../../../formats/codecs/dss/aes-key-schedule.ts';
import { join, seeded, text, u16 } from '../wave/builder.ts';

const payloadBytes = 506;

/** Fields of the given widths, most significant bit first. */
function bitsOf(fields: readonly (readonly [value: number, bits: number])[]): Uint8Array {
  const all = fields.map(([value, bits]) => BigInt(value).toString(2).padStart(bits, '0')).join('');
  return Uint8Array.from({ length: all.length / 8 }, (_, i) => Number.parseInt(all.slice(8 * i, 8 * i + 8), 2));
}

/** The number of ways to choose k of n, by Pascal's rule. */
function ways(n: number, k: number): number {
  let row = [1];
  for (let i = 0; i < n; i++) row = [1, ...row.map((value, at) => value + (row[at + 1] ?? 0))];
  return row[k] ?? 0;
}

/** A frame of SP that an encoder could write, from pseudo-random numbers. 41 bytes. */
export function spFrame(seed: number): Uint8Array {
  const next = seeded(seed);
  const under = (limit: number): number => Math.floor(next() * limit);
  const fields: [number, number][] = [5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3].map((bits) => [under(2 ** bits), bits]);
  for (let part = 0; part < 4; part++) {
    fields.push([under(16), 5], [under(ways(72, 7)), 31], [under(40), 6]);
    for (let pulse = 0; pulse < 7; pulse++) fields.push([under(8), 3]);
  }
  fields.push([under(151 * 48 ** 3), 24]);
  return bitsOf(fields);
}

/** A frame of QP, 56 bytes; of mode 7 with its first bit. `rank` replaces its first combination. */
export function qpFrame(seed: number, mode: 6 | 7 = 6, rank: number | null = null): Uint8Array {
  const next = seeded(seed);
  const under = (limit: number): number => Math.floor(next() * limit);
  const widths = [7, 7, 6, 6, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, mode === 7 ? 2 : 3];
  const fields: [number, number][] = mode === 7 ? [[1, 1]] : [];
  for (const bits of widths) fields.push([under(2 ** bits), bits]);
  for (let part = 0; part < 4; part++) {
    fields.push([under(256), 8], [under(48), 6], [part === 0 && rank !== null ? rank : under(ways(64, 11)), 40], [under(40), 6]);
    for (let pulse = 0; pulse < 11; pulse++) fields.push([under(8), 3]);
  }
  return bitsOf(fields);
}

/** A short frame of mode 7: noise. 12 bytes. */
export function noiseFrame(seed: number): Uint8Array {
  const next = seeded(seed);
  const under = (limit: number): number => Math.floor(next() * limit);
  const fields: [number, number][] = [[0, 1]];
  for (const bits of [7, 7, 6, 6, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2]) fields.push([under(2 ** bits), bits]);
  for (let part = 0; part < 4; part++) fields.push([under(32), 5]);
  return bitsOf(fields);
}

/** Several frames by one of the functions above. */
export function several(count: number, make: (seed: number) => Uint8Array, seed = 1): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => make(seed + i));
}

/** What a recorder writes: frames, a pause (the block ends, and the next frame begins a new block) or a cut (the same, and the frame before loses its end). */
export type DssPart = Uint8Array | 'pause' | 'cut';

/** Blocks of 512 bytes with these frames in them. */
export function dssBlocks(mode: number, parts: readonly DssPart[]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let payload: number[] = [];
  let start = 0;
  let frames = 0;
  const close = (): void => {
    const words = Uint8Array.from({ length: payloadBytes }, (_, i) => payload[i ^ 1] ?? 0xff);
    blocks.push(join(Uint8Array.of((start & 1 ? 0x80 : 0) | 0x0f, 3 + (start >> 1), frames, 0xff, mode, 0xff), words));
  };
  for (const part of parts) {
    if (typeof part === 'string') {
      // The rest of a frame is in a block in which none begins.
      if (part === 'cut') [payload, start, frames] = [[], 0, 0];
      else {
        close();
        [payload, start, frames] = [[], 0, 0];
      }
      continue;
    }
    frames++;
    payload.push(...part);
    if (payload.length < payloadBytes) continue;
    const rest = payload.slice(payloadBytes);
    close();
    [payload, start, frames] = [rest, rest.length, 0];
  }
  if (payload.length > 0) close();
  return blocks;
}

/** A file: a header of `first` blocks, then the blocks. */
export function dssFile(first: number, letters: string, seconds: number, blocks: readonly Uint8Array[], headerBlocks = first): Uint8Array {
  const header = new Uint8Array(headerBlocks * 512).fill(0xff);
  const digits = (value: number): string => String(value).padStart(2, '0');
  const length = digits(Math.floor(seconds / 3600)) + digits(Math.floor(seconds / 60) % 60) + digits(Math.floor(seconds) % 60);
  header.set(join(Uint8Array.of(first), text(letters), u16(2, 3, 2, 0), text('LONGPLAY'), new Uint8Array(8)));
  header.set(text(`180613112037180613112038${length}`), 0x26);
  return join(header, ...blocks);
}

/** The same file encrypted; `aes` 1 for 128 bits, 2 for 256. `checks`: added to the check word to make it wrong. */
export function encrypted(file: Uint8Array, password: string, aes: 1 | 2, checks = 0): Uint8Array {
  const bytes = file.slice();
  const aux = Uint8Array.from({ length: 16 }, (_, i) => 17 * i + aes);
  const mixed = aux.map((byte, i) => byte ^ (password.charCodeAt(i) || 0));
  const digest = createHash(aes === 1 ? 'sha1' : 'sha384')
    .update(mixed)
    .digest();
  const size = aes === 1 ? 16 : 32;
  bytes.set(text('enc'), 1);
  bytes.set(join(u16(aes), aux, u16((digest.readUInt16LE(size) + checks) & 0xffff), u16(0xffff)), 0x146);
  for (let at = 512 * (bytes[0] ?? 0); at < bytes.length; at += 512) {
    let key: Uint8Array = digest.subarray(0, size);
    const part = Buffer.from(bytes.subarray(at + 6, at + 502)).swap16();
    for (let piece = 0; piece < part.length; piece += 16) {
      const cipher = createCipheriv(aes === 1 ? 'aes-128-ecb' : 'aes-256-ecb', key, null).setAutoPadding(false);
      part.set(cipher.update(part.subarray(piece, piece + 16)), piece);
      const last = Buffer.from(lastRoundKey(key));
      key = aes === 1 ? last : Buffer.concat([last, last.subarray(4, 8), last.subarray(0, 4), last.subarray(12), last.subarray(8, 12)]);
    }
    bytes.set(part.swap16(), at + 6);
  }
  return bytes;
}
