import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Samples } from '../core/format.ts';
import type { Comparison } from '../core/measurement.ts';
import type { AccessStream, AccessWriter } from './access-writer.ts';
import { createCopyDecoder } from './copy-decoder.ts';
import { createCopyEncoder } from './copy-encoder.ts';
import { createTargetFile, orDiscard } from './target-file.ts';
import type { AccessOptions, CopyDecoder, MediaTools } from './types.ts';

/** A WAV copy: read back from the file when it is complete, and the samples must be the very same. */
export function createWavCopy(stream: AccessStream, access: AccessOptions, tools: Pick<MediaTools, 'opus' | 'ffmpeg'>): AccessWriter {
  const { sampleRateHz, channels, base } = stream;
  const file = createTargetFile(`${base}.wav`);
  const settings = { sampleRateHz, channels, serialName: basename(base), ...tools };
  const encoder = orDiscard(file, () => createCopyEncoder({ ...access, format: 'wav' }, settings, (bytes) => file.write(bytes)));
  const given = sampleDigest(channels);
  return {
    async push(samples) {
      given.add(samples);
      await encoder.push(samples);
    },
    async finish() {
      await encoder.finish();
      const header = encoder.header?.() ?? null;
      if (header !== null) file.overwrite(header);
      const heard = sampleDigest(channels);
      const decoder = createCopyDecoder('wav', tools, sampleRateHz);
      for (const bytes of file.contents()) heard.add(await decoder.push(bytes));
      heard.add(await decoder.finish());
      const comparison = identity(given, heard, decoder, channels);
      const stored = file.finish();
      const made = { encoder: encoder.encoder, settings: encoder.settings, sampleRateHz, channels, samples: heard.frames };
      return { copy: { ...stored, format: 'wav', ...made, comparison }, comparison };
    },
    discard: () => file.discard(),
  };
}

interface SampleDigest {
  add(samples: Samples): void;
  readonly frames: number;
  sha256(): string;
}

function sampleDigest(channels: number): SampleDigest {
  const hash = createHash('sha256');
  let frames = 0;
  return {
    add(samples) {
      frames += samples.length / channels;
      hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    get frames() {
      return frames;
    },
    sha256: () => hash.digest('hex'),
  };
}

function identity(given: SampleDigest, heard: SampleDigest, decoder: CopyDecoder, channels: number): Comparison {
  const reasons = decoder.problems.slice(0, 3);
  if (given.frames !== heard.frames) reasons.push(`${heard.frames} samples instead of ${given.frames}`);
  if (decoder.channels !== channels) reasons.push(`${decoder.channels ?? 'no'} channels instead of ${channels}`);
  if (given.sha256() !== heard.sha256()) reasons.push('the samples are not the same');
  const passed = reasons.length === 0;
  const channel = passed ? { levelDifferenceDb: 0, similarity: 1, worstWindow: 1 } : { levelDifferenceDb: null, similarity: null, worstWindow: null };
  const each = Array.from({ length: channels }, () => channel);
  return { samplesExpected: given.frames, samplesFound: heard.frames, channels: each, passed, reasons };
}
