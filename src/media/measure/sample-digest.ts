import { createHash } from 'node:crypto';
import type { Samples } from '../../core/model/format.ts';
import type { Measurement } from '../../core/model/measurement.ts';

/** What a digest of samples tells: the part of a measurement by which they are the same or not. */
export type DigestedSamples = Pick<Measurement, 'sampleRateHz' | 'channels' | 'samples' | 'sampleFormat' | 'pcmSha256'>;

/** Hears samples as they pass and says at the end what they were: a measure, or less. */
export interface Listener<Heard> {
  /** Whole frames, interleaved, of the kind that was announced; not kept. */
  push(samples: Samples): void;
  finish(): Heard;
}

/** Makes a listener for samples of this rate, number of channels and kind. */
export type Listen<Heard> = (sampleRateHz: number, channels: number, sampleFormat: Measurement['sampleFormat']) => Listener<Heard>;

/** Counts and digests, and looks at nothing: a tenth of the work of a measure. */
export const digestSamples: Listen<DigestedSamples> = (sampleRateHz, channels, sampleFormat) => {
  const hash = createHash('sha256');
  let values = 0;
  return {
    push(samples) {
      values += samples.length;
      hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    finish: () => ({ sampleRateHz, channels, samples: values / channels, sampleFormat, pcmSha256: hash.digest('hex') }),
  };
};

/** A listener that is made when the first samples show of what kind they are. `finish` gives null where there were none. */
export function whenHeard<Heard>(listen: Listen<Heard>, sampleRateHz: number, channels: number): Listener<Heard | null> {
  let listener: Listener<Heard> | null = null;
  return {
    push(samples) {
      if (samples.length === 0) return;
      listener ??= listen(sampleRateHz, channels, sampleFormatOf(samples));
      listener.push(samples);
    },
    finish: () => listener?.finish() ?? null,
  };
}

/** How the digest takes samples of this kind. */
export function sampleFormatOf(samples: Samples): Measurement['sampleFormat'] {
  return samples instanceof Int16Array ? 's16le' : 'f32le';
}
