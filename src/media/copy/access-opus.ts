import { basename } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import type { Samples } from '../../core/model/format.ts';
import type { Comparison } from '../../core/model/measurement.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import { createTargetFile, orDiscard } from '../bytes/target-file.ts';
import type { AccessOptions, MediaTools } from '../tools/types.ts';
import type { AccessStream, AccessWriter } from './access-writer.ts';
import { createCompare } from './compare-copy.ts';
import { createCopyDecoder } from './copy-decoder.ts';
import { createCopyEncoder } from './copy-encoder.ts';
import { createDecodedCopy } from './decoded-copy.ts';
import { createResample, type Resample } from './resample.ts';

/** Tolerance for the length after resampling, in samples: the filter loses or adds samples at both ends. */
const resampleSlack = 64;

/** Creates a writer of an Opus copy. Each chunk is decoded as it is written, and compared with the samples that were encoded. */
export function createOpusCopy(
  stream: AccessStream,
  rateHz: number,
  access: AccessOptions,
  tools: Pick<MediaTools, 'opus' | 'ffmpeg' | 'sealer'>,
  signal: AbortSignal,
): AccessWriter {
  const { sampleRateHz, channels, base } = stream;
  const file = createTargetFile(`${base}.opus`, tools.sealer);
  const pages = gather();
  const [encoder, decoder] = orDiscard(file, () => [
    createCopyEncoder(access, { sampleRateHz: rateHz, channels, serialName: basename(base), ...tools }, pages.push, signal),
    createCopyDecoder('opus', tools, rateHz, signal),
  ]);
  const decoded = createDecodedCopy(decoder, rateHz, channels);
  const compare = createCompare({ sampleRateHz: rateHz, channels, bitratePerChannel: access.bitratePerChannel });
  let resample: Resample | null = null;
  let given = 0;

  const found = (samples: Samples): void => {
    compare.found(samples);
    decoded.push(samples);
  };
  const listen = async (): Promise<void> => {
    const bytes = pages.taken();
    if (bytes.length === 0) return;
    file.write(bytes);
    found(await decoder.push(bytes));
  };
  const encode = async (samples: Samples): Promise<void> => {
    compare.expect(samples);
    await encoder.push(samples);
    await listen();
  };
  const comparison = (): Comparison => {
    const result = compare.finish();
    const reasons = [...decoder.problems.slice(0, 3), ...result.reasons];
    if (decoder.channels !== channels) reasons.push(agree`${decoder.channels ?? 'no'} channel[s] instead of ${channels}`);
    const exact = (given * rateHz) / sampleRateHz;
    if (Math.abs(result.samplesExpected - exact) > (resample === null ? 0 : resampleSlack)) {
      reasons.push(agree`resampling gave ${result.samplesExpected} sample[s] instead of ${Math.round(exact)}`);
    }
    return { ...result, passed: reasons.length === 0, reasons };
  };

  return {
    async push(samples) {
      given += samples.length / channels;
      if (rateHz === sampleRateHz) return await encode(samples);
      if (tools.ffmpeg === null) throw new Error('a copy at another rate was planned without FFmpeg');
      const change = { channels, fromHz: sampleRateHz, toHz: rateHz, float: samples instanceof Float32Array };
      resample ??= createResample(change, tools.ffmpeg, encode, signal);
      await resample.push(samples);
    },
    async finish() {
      await resample?.finish();
      await encoder.finish();
      await listen();
      found(await decoder.finish());
      const result = comparison();
      const stored = file.finish();
      const made = { encoder: encoder.encoder, settings: encoder.settings, sampleRateHz: rateHz, channels, samples: result.samplesFound };
      const heard = decoded.finish();
      const copy: AccessCopy = { ...stored, format: 'opus', ...made, comparison: result, ...(heard === null ? {} : { decoded: heard }) };
      return { copy, comparison: result };
    },
    discard() {
      resample?.close();
      encoder.close?.();
      decoder.close?.();
      file.discard();
    },
  };
}

/** Collects the pages of a chunk of samples into one run of bytes, because writing, digesting and decoding each page separately costs three times as much. */
function gather(): { readonly push: (bytes: Uint8Array) => void; taken(): Uint8Array } {
  let gathered = new Uint8Array(0);
  let filled = 0;
  return {
    push(bytes) {
      if (filled + bytes.length > gathered.length) {
        const larger = new Uint8Array(2 * (filled + bytes.length));
        larger.set(gathered.subarray(0, filled));
        gathered = larger;
      }
      gathered.set(bytes, filled);
      filled += bytes.length;
    },
    taken() {
      // Copied, because a decoder on a pipe may still be reading it when the next pages come.
      const bytes = gathered.slice(0, filled);
      filled = 0;
      return bytes;
    },
  };
}
