import { createHash } from 'node:crypto';
import type { Samples } from '../../core/model/format.ts';
import type { Measurement } from '../../core/model/measurement.ts';

/** Facts about samples that include their digest: the part of a measurement that decides whether samples are the same. */
export type DigestedSamples = Pick<Measurement, 'sampleRateHz' | 'channels' | 'samples' | 'sampleFormat' | 'pcmSha256'>;

/** Receives samples and returns a result at the end: a measurement, or a part of one. */
export interface Listener<Heard> {
  /** Adds whole interleaved frames of the announced type. They are not kept. */
  push(samples: Samples): void;
  finish(): Heard;
}

/** Creates a listener for samples of this rate, number of channels and type. */
export type Listen<Heard> = (sampleRateHz: number, channels: number, sampleFormat: Measurement['sampleFormat']) => Listener<Heard>;

/** Only counts and digests samples, which is a tenth of the work of a measure. */
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

/** Creates a listener as soon as the first samples show their type. `finish` returns null if there were no samples. */
export function createLateListener<Heard>(listen: Listen<Heard>, sampleRateHz: number, channels: number): Listener<Heard | null> {
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

/** Returns the form in which the digest represents samples of this type. */
export function sampleFormatOf(samples: Samples): Measurement['sampleFormat'] {
  return samples instanceof Int16Array ? 's16le' : 'f32le';
}
