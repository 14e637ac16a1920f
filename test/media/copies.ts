import type { Samples } from '../../src/core/model/format.ts';
import { createCopyDecoder } from '../../src/media/copy/copy-decoder.ts';
import { createCopyEncoder } from '../../src/media/copy/copy-encoder.ts';
import type { AccessOptions, CopyStream, MediaTools } from '../../src/media/tools/types.ts';

/** Two gliding tones, a different pair on each channel: `frames` samples per channel, interleaved, well below full scale. */
export function glide(sampleRateHz: number, channels: number, frames: number): Int16Array {
  const samples = new Int16Array(frames * channels);
  for (let at = 0; at < samples.length; at++) {
    const seconds = Math.floor(at / channels) / sampleRateHz;
    const base = 2 * Math.PI * (300 + 170 * (at % channels));
    samples[at] = 6_000 * Math.sin(base * seconds * (1 + seconds / 7)) + 3_000 * Math.sin(2.7 * base * seconds);
  }
  return samples;
}

/** The same as floats in [-1, 1]. */
export function asFloat(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (value) => value / 32_768);
}

/** The bytes of a copy, with its header corrected; samples are pushed in pieces of `pieceFrames`. */
export async function encodeCopy(
  format: AccessOptions['format'],
  tools: Pick<MediaTools, 'opus' | 'ffmpeg'>,
  stream: Pick<CopyStream, 'sampleRateHz' | 'channels'>,
  samples: Samples,
  pieceFrames = 4_000,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const options = { format, bitratePerChannel: 24_000, complexity: 10 };
  const encoder = createCopyEncoder(options, { ...stream, ...tools, serialName: 'access-1' }, (bytes) => parts.push(bytes));
  const piece = pieceFrames * stream.channels;
  for (let at = 0; at < samples.length; at += piece) await encoder.push(samples.subarray(at, at + piece));
  await encoder.finish();
  const file = Buffer.concat(parts);
  file.set(encoder.header?.() ?? []);
  return file;
}

/** The samples of a copy, with its problems; the bytes are pushed in pieces of `pieceBytes`. */
export async function decodeCopy(
  format: AccessOptions['format'],
  tools: Pick<MediaTools, 'opus' | 'ffmpeg'>,
  rateHz: number,
  file: Uint8Array,
  pieceBytes = 65_536,
): Promise<{ samples: Samples; channels: number | null; problems: readonly string[] }> {
  const decoder = createCopyDecoder(format, tools, rateHz);
  const parts: Samples[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) parts.push((await decoder.push(file.subarray(at, at + pieceBytes))).slice());
  parts.push((await decoder.finish()).slice());
  const filled = parts.filter((part) => part.length > 0);
  const total = filled.reduce((sum, part) => sum + part.length, 0);
  const samples = filled[0] instanceof Float32Array ? new Float32Array(total) : new Int16Array(total);
  let at = 0;
  for (const part of filled) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, channels: decoder.channels, problems: decoder.problems };
}

/** Similarity of two runs of samples of the same length, -1 to 1. */
export function correlation(first: Samples, second: Samples): number {
  let both = 0;
  let left = 0;
  let right = 0;
  for (const [at, value] of first.entries()) {
    const other = second[at] ?? 0;
    both += value * other;
    left += value * value;
    right += other * other;
  }
  return both / Math.sqrt(left * right);
}
