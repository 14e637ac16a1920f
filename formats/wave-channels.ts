import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { split } from './judge-samples.ts';
import { lookAt, roughnessText, sampleWindows } from './smoothness.ts';
import type { WaveFields } from './wave-format.ts';

/** As rough as speech read rightly gets; the low half of samples of 32 bits is noise, with 2. */
const smooth = 0.9;
/** As rough as two sides of a call are that are read as one: neighbours have nothing in common. */
const apart = 1;
const windows = 4;

/**
 * One channel in blocks of four bytes with samples of 16 bits: two channels, of which a writer told one, or samples of 32 bits, or a wrong block. Read as one
 * number of 32 bits, two channels sound like the second alone; read as one channel of 16 bits, like both by turns. The bytes decide: the lower half of a
 * number of 32 bits is noise or nothing, another channel is as smooth as the first, and one channel is smoother than every second sample of it. Null where
 * the header has no such contradiction, or the bytes show that it is read rightly.
 */
export async function judgeChannels(
  bytes: ByteReader,
  track: Track,
  fields: WaveFields,
  signal: AbortSignal,
): Promise<{ track: Track; findings: readonly Finding[] } | null> {
  const span = track.spans[0];
  const linear = /^pcm-s(16|32)(le|be)$/.exec(track.codec);
  if (span === undefined || linear === null || fields.channels !== 1 || fields.bitsPerSample !== 16 || fields.blockBytes !== 4) return null;
  const reading = linear[2] === 'le' ? 'pcm-s16le' : 'pcm-s16be';
  const frames = Math.floor((span[1] - span[0]) / 4);
  const parts = await sampleWindows(bytes, span[0], span[0] + frames * 4, signal, windows);
  const roughness = (of: readonly Uint8Array[]): number | null => lookAt(of, [reading]).roughness.get(reading) ?? null;
  // Windows begin at even offsets: one that begins within a frame only exchanges the halves of all of its own.
  const halves = [0, 1].map((half) => roughness(parts.map((part) => split([part], 2, 2)[half] ?? part)));
  const stated = '1 channel, blocks of 4 bytes and 16 bits a sample are stated';
  const areSmooth = halves.every((half) => half !== null && half <= smooth);
  const together = roughness(parts);
  const words = halves.map(roughnessText).join(' and ');
  if (areSmooth && (linear[1] === '32' || (together !== null && together > apart))) {
    const codecName = `${track.codecName}, but two channels by its bytes`;
    const both: Track = { ...track, codec: reading, codecName, channels: 2, bitsPerSample: 16, blockBytes: 4 };
    return {
      track: both,
      findings: [finding('F392', bytes.name, `${stated}; as two channels their roughness is ${words}, and as such it is decoded`)],
    };
  }
  // The lower half is noise: a number of 32 bits, and only the number of bits is wrong.
  if (linear[1] === '32' && halves.every((half) => half !== null)) return null;
  const message = `${stated}; the bytes do not show whether it is one channel of ${linear[1]} bits, as it is decoded, or two of 16`;
  return { track, findings: [finding('F391', bytes.name, message)] };
}

/** Rates at which sound is recorded; what else follows from a byte rate is the rate of nothing. */
const usualRates = new Set([6_000, 8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]);

/**
 * Two rates that a header states at once: by its own field, and by bytes a second and bytes a block. Both are rates at which sound is recorded, so one of
 * them makes it too fast or too slow, and no byte of the sound tells which.
 */
export function judgeRate(track: Track, fields: WaveFields, place: string): Finding[] {
  const { blockBytes, channels, sampleRateHz } = track;
  const isPlain = /^(?:pcm-|mulaw$|alaw$)/.test(track.codec);
  // Where the block is not what its samples make, or was told otherwise by the bytes, the byte rate is one more of the fields that are wrong.
  if (!isPlain || blockBytes === null || fields.blockBytes !== blockBytes || fields.channels !== channels) return [];
  const other = fields.bytesPerSecond / blockBytes;
  if (other === sampleRateHz || !usualRates.has(other) || !usualRates.has(sampleRateHz)) return [];
  const message = `${sampleRateHz} Hz are stated, and ${fields.bytesPerSecond} bytes a second in blocks of ${blockBytes}, which is ${other} Hz; ${sampleRateHz} Hz are taken`;
  return [finding('F391', place, message)];
}
