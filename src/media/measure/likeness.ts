import type { Measurement } from '../../core/model/measurement.ts';
import { framesPerPeak, mostPeaks } from './measure.ts';
import type { DigestedSamples } from './sample-digest.ts';

/** What is kept of decoded samples so that those of another decoder can be held against them. */
export interface Likeness {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Per channel. */
  readonly samples: number;
  readonly pcmSha256: string;
  readonly rmsDb: readonly (number | null)[];
  /** Waveform of each channel: absolute peaks of at most 32 equal stretches, 0 to 255, in base64. */
  readonly peaks: readonly string[];
}

/** How far samples may differ and still be the same sound. */
export interface Bounds {
  /** Per channel, of the length. */
  readonly samples: number;
  readonly db: number;
  /** Of 255, in any stretch of the waveform. */
  readonly peak: number;
}

/** Of two versions of FFmpeg's decoders of codecs that leave the last bits open. */
export const nearBounds: Bounds = { samples: 1_152, db: 0.5, peak: 8 };

/** Of one version on two processors, whose floating-point units round otherwise. */
const roundingBounds: Bounds = { samples: 0, db: 0.02, peak: 1 };

const pictureWidth = 32;

/** What to keep of a measurement. */
export function likenessOf(measurement: Measurement, width = pictureWidth): Likeness {
  const { sampleRateHz, channels, samples, pcmSha256, levels, peaks } = measurement;
  const pictures = peaks.channels.map((peak) => picture(Buffer.from(peak, 'base64'), peaks.samplesPerPeak, stretchOf(samples, width)));
  return { sampleRateHz, channels, samples, pcmSha256, rmsDb: levels.map(({ rmsDb }) => rmsDb), peaks: pictures };
}

/** Samples of one stretch of a picture of at most `width`. */
function stretchOf(samples: number, width: number): number {
  const perPeak = framesPerPeak(samples);
  return perPeak * Math.max(1, Math.ceil(Math.ceil(samples / perPeak) / width));
}

/** The loudest of each stretch. */
function picture(peaks: Uint8Array, samplesPerPeak: number, stretch: number): string {
  const out = Buffer.alloc(Math.ceil((peaks.length * samplesPerPeak) / stretch));
  // By index: pairs of `entries` are a fifth of the memory that a short call takes.
  for (let index = 0; index < peaks.length; index++) {
    const at = Math.floor((index * samplesPerPeak) / stretch);
    out[at] = Math.max(out[at] ?? 0, peaks[index] ?? 0);
  }
  return out.toString('base64');
}

/** What keeps samples from being the same sound as those of which a likeness was kept, in words with numbers; empty where nothing does. */
export function differences(then: Likeness, now: Measurement, bounds: Bounds, width = pictureWidth): string[] {
  if (now.sampleRateHz !== then.sampleRateHz || now.channels !== then.channels)
    return [`${now.channels} channels at ${now.sampleRateHz} Hz instead of ${then.channels} at ${then.sampleRateHz} Hz`];
  const reasons: string[] = [];
  if (Math.abs(now.samples - then.samples) > bounds.samples) reasons.push(`${now.samples} samples instead of ${then.samples}`);
  // On the grid of what was kept: a length that differs a little may have another.
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

/** Decoded samples of which it is known what decoded them. */
export interface Decoded<Samples> {
  /** `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`, `libopus 1.5.2`; several are joined by a comma. */
  readonly decoder: string;
  readonly heard: Samples;
}

/** How samples compare with those that were decoded from the same bytes at another time. */
export interface Sameness {
  /** `near`: not the same samples, and the same sound within bounds. */
  readonly kind: 'same' | 'near' | 'different';
  /** In words with numbers; empty where they are the same. */
  readonly reasons: readonly string[];
}

/**
 * Compares with what was decoded before. Our own decoders are exact: of one version they give the same samples or something is wrong.
 * Another version, and programs of others, may differ within bounds; FFmpeg and libopus of one version only as processors round.
 * `then` is a whole measurement where one was kept, whose finer waveform shows more.
 */
export function sameness(then: Decoded<Likeness | Measurement>, now: Decoded<Measurement>): Sameness {
  if (isSame(then.heard, now.heard)) return { kind: 'same', reasons: [] };
  const sameDecoder = then.decoder === now.decoder;
  const decoders = sameDecoder ? `decoded by ${now.decoder} as then` : `decoded by ${now.decoder}, then by ${then.decoder}`;
  if (sameDecoder && isOurs(now.decoder)) {
    const heard = differences(kept(then.heard, pictureWidth), now.heard, roundingBounds);
    return { kind: 'different', reasons: [decoders, ...(heard.length > 0 ? heard : ['other samples, of the same length and level'])] };
  }
  const width = sameDecoder ? mostPeaks : pictureWidth;
  const bounds = sameDecoder ? roundingBounds : isOurs(now.decoder) && isOurs(then.decoder) ? { ...nearBounds, samples: 0 } : nearBounds;
  // Where only the coarse waveform was kept, that one is compared.
  const coarse = 'levels' in then.heard ? width : pictureWidth;
  const reasons = differences(kept(then.heard, coarse), now.heard, bounds, coarse);
  if (reasons.length > 0) return { kind: 'different', reasons: [decoders, ...reasons] };
  return { kind: 'near', reasons: [decoders, `other samples, within ${bounds.db} dB and ${bounds.samples} samples`] };
}

/** The same samples at the same rate. */
export function isSame(then: Pick<Likeness, 'sampleRateHz' | 'channels' | 'pcmSha256'>, now: DigestedSamples): boolean {
  return then.pcmSha256 === now.pcmSha256 && then.sampleRateHz === now.sampleRateHz && then.channels === now.channels;
}

function kept(heard: Likeness | Measurement, width: number): Likeness {
  return 'levels' in heard ? likenessOf(heard, width) : heard;
}

/** True where all of it was decoded by longplay's own decoders. */
export function isOurs(decoder: string): boolean {
  return decoder.split(', ').every((part) => part.startsWith('longplay '));
}
