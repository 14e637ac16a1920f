import { agree } from '../../src/core/base/agree.ts';
import type { WaveFields } from './format.ts';

/** Number of bits of one code of G.726 and of its predecessors G.721 (4) and G.723 of 1988 (3 and 5). */
const codeBits = [2, 3, 4, 5];

/**
 * Returns the number of bits of one code by the bits field and the data rate, which agree in files of FFmpeg and of libsndfile; null if neither has a possible
 * value. If they contradict each other, the bits field is used.
 */
export function g726Bits(fields: WaveFields, contradictions: string[]): number | null {
  const byField = codeBits.includes(fields.bitsPerSample) ? fields.bitsPerSample : null;
  const rate = fields.sampleRateHz > 0 ? (fields.bytesPerSecond * 8) / fields.sampleRateHz : 0;
  const byRate = codeBits.find((bits) => Math.abs(bits - rate) < 0.1) ?? null; // 0.1: rates are rounded to whole bytes.
  if (byField !== byRate && (byField !== null || byRate !== null)) {
    contradictions.push(
      agree`${fields.bitsPerSample} bit[s] per sample and ${fields.bytesPerSecond} byte[s] per second [is|are] stated; ${byField ?? byRate} bit[s] [is|are] read`,
    );
  }
  return byField ?? byRate;
}

/** Returns the smallest run of codes that fills whole bytes. */
export function g726Unit(bits: number): { readonly bytes: number; readonly frames: number } {
  const frames = bits === 4 ? 2 : bits === 2 ? 4 : 8;
  return { bytes: (bits * frames) / 8, frames };
}

/** Returns the id of the codec, e.g. `g726-32-msb` for codes of 4 bits with the first in the high bits of a byte. */
export function g726Codec(bits: number, order: 'msb' | 'lsb'): string {
  return `g726-${bits * 8}-${order}`;
}

const antexG721 = 0x0040;

/**
 * Returns whether the first code of a byte is in its high or in its low bits. No field of a WAVE header states it: this follows the practice of the known
 * writers of a tag, and this function alone decides it.
 */
export function chooseG726Order(tag: number | null): { readonly order: 'msb' | 'lsb'; readonly why: string } {
  // libsndfile 1.2 is the only known writer of tag 0x0040; its file decodes correctly only in this order (correlation 0.98, compared with 0.54).
  if (tag === antexG721) return { order: 'lsb', why: 'low bits first, as libsndfile writes this tag' };
  return { order: 'msb', why: 'high bits first, as FFmpeg writes and reads WAVE' };
}
