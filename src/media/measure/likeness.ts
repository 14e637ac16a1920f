import { agree } from '../../core/base/agree.ts';
import type { Measurement } from '../../core/model/measurement.ts';
import { framesPerPeak, mostPeaks } from './measure.ts';
import type { DigestedSamples } from './sample-digest.ts';

/** Stored facts about decoded samples, for comparison with the samples of another decoder. */
export interface Likeness {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of samples per channel. */
  readonly samples: number;
  readonly pcmSha256: string;
  readonly rmsDb: readonly (number | null)[];
  /** Waveform of each channel: absolute peaks of at most 32 equal sections, 0 to 255, in base64. */
  readonly peaks: readonly string[];
}

/** Tolerance within which samples count as the same audio. */
export interface Bounds {
  /** Tolerance of the number of samples per channel. */
  readonly samples: number;
  readonly db: number;
  /** Tolerance of the peak in any section of the waveform, on a scale to 255. */
  readonly peak: number;
}

/** For two versions of FFmpeg's decoders of codecs that do not define the last bits. */
export const nearBounds: Bounds = { samples: 1_152, db: 0.5, peak: 8 };

/** For one version on two processors whose floating-point rounding differs. */
const roundingBounds: Bounds = { samples: 0, db: 0.02, peak: 1 };

const pictureWidth = 32;

/** Returns the facts about a measurement that are stored. */
export function likenessOf(measurement: Measurement, width = pictureWidth): Likeness {
  const { sampleRateHz, channels, samples, pcmSha256, levels, peaks } = measurement;
  const pictures = peaks.channels.map((peak) => picture(Buffer.from(peak, 'base64'), peaks.samplesPerPeak, stretchOf(samples, width)));
  return { sampleRateHz, channels, samples, pcmSha256, rmsDb: levels.map(({ rmsDb }) => rmsDb), peaks: pictures };
}

/** Returns the number of samples per section of a waveform with at most `width` sections. */
function stretchOf(samples: number, width: number): number {
  const perPeak = framesPerPeak(samples);
  return perPeak * Math.max(1, Math.ceil(Math.ceil(samples / perPeak) / width));
}

/** Takes the peak of each section. */
function picture(peaks: Uint8Array, samplesPerPeak: number, stretch: number): string {
  const out = Buffer.alloc(Math.ceil((peaks.length * samplesPerPeak) / stretch));
  // Accessed by index, because pairs of `entries` would take a fifth of the memory for a short call.
  for (let index = 0; index < peaks.length; index++) {
    const at = Math.floor((index * samplesPerPeak) / stretch);
    out[at] = Math.max(out[at] ?? 0, peaks[index] ?? 0);
  }
  return out.toString('base64');
}

/** Returns the differences between samples and stored facts that exceed the tolerance, in words with numbers; empty if there are none. */
export function differences(then: Likeness, now: Measurement, bounds: Bounds, width = pictureWidth): string[] {
  if (now.sampleRateHz !== then.sampleRateHz || now.channels !== then.channels)
    return [agree`${now.channels} channel[s] at ${now.sampleRateHz} Hz instead of ${then.channels} at ${then.sampleRateHz} Hz`];
  const reasons: string[] = [];
  if (Math.abs(now.samples - then.samples) > bounds.samples) reasons.push(agree`${now.samples} sample[s] instead of ${then.samples}`);
  // The stored sections are used, because a slightly different length may give other sections.
  const stretch = stretchOf(then.samples, width);
  for (const [channel, { rmsDb: level }] of now.levels.entries()) {
    const before = then.rmsDb[channel] ?? null;
    if (level !== before && (level === null || before === null || Math.abs(level - before) > bounds.db))
      reasons.push(`level ${level} dB instead of ${before} dB`);
    const found = Buffer.from(picture(Buffer.from(now.peaks.channels[channel] ?? '', 'base64'), now.peaks.samplesPerPeak, stretch), 'base64');
    const kept = Buffer.from(then.peaks[channel] ?? '', 'base64');
    const worst = found.reduce((most, peak, at) => Math.max(most, Math.abs(peak - (kept[at] ?? peak))), 0);
    if (worst > bounds.peak) reasons.push(`its waveform differs by ${worst} of 255`);
  }
  return reasons;
}

/** Facts about decoded samples, and their decoder. */
export interface Decoded<Samples> {
  /** The decoder, e.g. `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`, `libopus 1.5.2`; several are separated by a comma. */
  readonly decoder: string;
  readonly heard: Samples;
}

/** Result of comparing samples with those that were decoded from the same bytes at another time. */
export interface Sameness {
  /** `near`: different samples, but the same audio within the tolerance. */
  readonly kind: 'same' | 'near' | 'different';
  /** Differences in words with numbers; empty if the samples are the same. */
  readonly reasons: readonly string[];
}

/**
 * Compares decoded samples with earlier ones. longplay's own decoders are exact: if the same version gives other samples, something is wrong. Another version,
 * and third-party programs, may differ within the tolerance; the same version of FFmpeg and libopus only by rounding. `then` is a whole measurement if one was
 * stored, because its finer waveform shows more.
 */
export function sameness(then: Decoded<Likeness | Measurement>, now: Decoded<Measurement>): Sameness {
  if (isSame(then.heard, now.heard)) return { kind: 'same', reasons: [] };
  const sameDecoder = then.decoder === now.decoder;
  const decoders = sameDecoder ? `decoded by ${now.decoder}, as before` : `decoded by ${now.decoder}, earlier by ${then.decoder}`;
  if (sameDecoder && isOurs(now.decoder)) {
    const heard = differences(kept(then.heard, pictureWidth), now.heard, roundingBounds);
    return { kind: 'different', reasons: [decoders, ...(heard.length > 0 ? heard : ['other samples, of the same length and level'])] };
  }
  const width = sameDecoder ? mostPeaks : pictureWidth;
  const bounds = sameDecoder ? roundingBounds : isOurs(now.decoder) && isOurs(then.decoder) ? { ...nearBounds, samples: 0 } : nearBounds;
  // If only the coarse waveform was stored, the coarse ones are compared.
  const coarse = 'levels' in then.heard ? width : pictureWidth;
  const reasons = differences(kept(then.heard, coarse), now.heard, bounds, coarse);
  if (reasons.length > 0) return { kind: 'different', reasons: [decoders, ...reasons] };
  return { kind: 'near', reasons: [decoders, agree`other samples, within ${bounds.db} dB and ${bounds.samples} sample[s]`] };
}

/** Returns true if samples are the same, at the same rate. */
export function isSame(then: Pick<Likeness, 'sampleRateHz' | 'channels' | 'pcmSha256'>, now: DigestedSamples): boolean {
  return then.pcmSha256 === now.pcmSha256 && then.sampleRateHz === now.sampleRateHz && then.channels === now.channels;
}

function kept(heard: Likeness | Measurement, width: number): Likeness {
  return 'levels' in heard ? likenessOf(heard, width) : heard;
}

/** Returns true if only longplay's own decoders were used. */
export function isOurs(decoder: string): boolean {
  return decoder.split(', ').every((part) => part.startsWith('longplay '));
}
