import { framesOf, mostWaveBytes, pcm16Format, type SoundSpan, waveHead, waveHeadBytes, waveLayout } from '../../core/time/wave-span.ts';
import type { CutSource } from './sounds.ts';

/** Clock rate of every Opus stream (RFC 7845, section 4). */
const opusClockHz = 48_000;
/** Largest number of samples that are decoded into memory at once, over all channels, 4 bytes each: an hour of one channel. */
const mostDecoded = 180_000_000;

/** Why no WAV was made. */
export type NotCut = 'long' | 'inexact' | 'none';

/**
 * Cuts a span as a WAV file with the samples of the file or, for Opus, with the decoded samples at the original rate.
 * @throws the browser's error if it cannot decode the file
 */
export async function cutWav(file: Blob, source: CutSource, span: SoundSpan): Promise<Blob | NotCut> {
  if (source.isWave) return await cutWave(file, span);
  const { sampleRateHz, channels, samples } = source;
  const step = opusClockHz / sampleRateHz;
  const { first, end } = framesOf(span, sampleRateHz, samples);
  if (first >= end) return 'none';
  if (samples * step * channels > mostDecoded) return 'long';
  const decoded = await new OfflineAudioContext(channels, 1, opusClockHz).decodeAudioData(await file.arrayBuffer());
  // A browser that drops samples at the beginning or end would produce wrong ones.
  if (decoded.numberOfChannels !== channels || decoded.length !== samples * step) return 'inexact';
  const cut = new Int16Array((end - first) * channels);
  for (let channel = 0; channel < channels; channel++) {
    const values = decoded.getChannelData(channel);
    const scale = scaleOf(values, first * step, end * step, step);
    for (let frame = first; frame < end; frame++) cut[(frame - first) * channels + channel] = to16Bits(values[frame * step] ?? 0, scale);
  }
  return new Blob([waveHead(pcm16Format(channels, sampleRateHz), cut.byteLength) as BlobPart, cut], { type: 'audio/wav' });
}

/** Copies bytes of the file without decoding. */
async function cutWave(file: Blob, span: SoundSpan): Promise<Blob | NotCut> {
  const layout = waveLayout(new Uint8Array(await file.slice(0, waveHeadBytes).arrayBuffer()), file.size);
  if (layout === null) return 'none';
  const { first, end } = framesOf(span, layout.sampleRateHz, layout.frames);
  const dataBytes = (end - first) * layout.frameBytes;
  if (first >= end) return 'none';
  if (dataBytes + layout.format.length + 100 > mostWaveBytes) return 'long';
  const start = layout.dataStart + first * layout.frameBytes;
  return new Blob([waveHead(layout.format, dataBytes) as BlobPart, file.slice(start, start + dataBytes)], { type: 'audio/wav' });
}

/**
 * Returns the divisor of positive samples. Chromium decodes Opus to 16 bits and returns floats, positive ones divided by 32,767 and negative ones by 32,768 (seen
 * in version 156 by comparing with libopus); others decode to floats of full scale 32,768. Below half of full scale both round to the same.
 */
function scaleOf(values: Float32Array, start: number, end: number, step: number): number {
  for (let at = start; at < end; at += step) {
    const scaled = (values[at] ?? 0) * 32_767;
    // A float has 24 bits, so a 16-bit integer deviates by at most 0.002.
    if (scaled > 0 && Math.abs(scaled - Math.round(scaled)) > 0.004) return 32_768;
  }
  return 32_767;
}

/** Rounds half to even, like FFmpeg. @param scale divisor of positive samples */
function to16Bits(value: number, scale: number): number {
  const scaled = value * (value > 0 ? scale : 32_768);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return Math.max(-32_768, Math.min(32_767, rounded));
}
