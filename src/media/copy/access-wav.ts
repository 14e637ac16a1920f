import { basename } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import type { Samples } from '../../core/model/format.ts';
import type { Comparison } from '../../core/model/measurement.ts';
import type { AccessCopy, DecodedCopy } from '../../core/model/recording-document.ts';
import { createTargetFile, orDiscard } from '../bytes/target-file.ts';
import { createLateListener, type DigestedSamples, digestSamples } from '../measure/sample-digest.ts';
import type { AccessOptions, CopyDecoder, MediaTools } from '../tools/types.ts';
import type { AccessStream, AccessWriter } from './access-writer.ts';
import { createCopyDecoder } from './copy-decoder.ts';
import { createCopyEncoder } from './copy-encoder.ts';
import { createDecodedCopy } from './decoded-copy.ts';

/** Creates a writer of a WAV copy. The complete file is read back, and its samples must be identical. */
export function createWavCopy(stream: AccessStream, access: AccessOptions, tools: Pick<MediaTools, 'opus' | 'ffmpeg' | 'sealer'>): AccessWriter {
  const { sampleRateHz, channels, base } = stream;
  const file = createTargetFile(`${base}.wav`, tools.sealer);
  const settings = { sampleRateHz, channels, serialName: basename(base), ...tools };
  const encoder = orDiscard(file, () => createCopyEncoder({ ...access, format: 'wav' }, settings, (bytes) => file.write(bytes)));
  const given = createLateListener(digestSamples, sampleRateHz, channels);
  return {
    async push(samples) {
      given.push(samples);
      await encoder.push(samples);
    },
    async finish() {
      await encoder.finish();
      const header = encoder.header?.() ?? null;
      if (header !== null) file.overwrite(header);
      const decoder = createCopyDecoder('wav', tools, sampleRateHz);
      const decoded = createDecodedCopy(decoder, sampleRateHz, channels);
      let values = 0;
      const found = (samples: Samples): void => {
        values += samples.length;
        decoded.push(samples);
      };
      for (const bytes of file.contents()) found(await decoder.push(bytes));
      found(await decoder.finish());
      const frames = values / channels;
      const heard = decoded.finish();
      const comparison = identity(given.finish(), heard, frames, decoder, channels);
      const stored = file.finish();
      const made = { encoder: encoder.encoder, settings: encoder.settings, sampleRateHz, channels, samples: frames };
      const copy: AccessCopy = { ...stored, format: 'wav', ...made, comparison, ...(heard === null ? {} : { decoded: heard }) };
      return { copy, comparison };
    },
    discard: () => file.discard(),
  };
}

function identity(given: DigestedSamples | null, heard: DecodedCopy | null, frames: number, decoder: CopyDecoder, channels: number): Comparison {
  const expected = given?.samples ?? 0;
  const reasons = decoder.problems.slice(0, 3);
  if (expected !== frames) reasons.push(agree`${frames} sample[s] instead of ${expected}`);
  if (decoder.channels !== channels) reasons.push(agree`${decoder.channels ?? 'no'} channel[s] instead of ${channels}`);
  if (given?.pcmSha256 !== heard?.pcmSha256) reasons.push('the samples are not identical');
  const passed = reasons.length === 0;
  const channel = passed ? { levelDifferenceDb: 0, similarity: 1, worstWindow: 1 } : { levelDifferenceDb: null, similarity: null, worstWindow: null };
  const each = Array.from({ length: channels }, () => channel);
  return { samplesExpected: expected, samplesFound: frames, channels: each, passed, reasons };
}
