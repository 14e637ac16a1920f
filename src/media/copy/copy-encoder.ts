import { LongplayError } from '../../core/base/error.ts';
import { toolName } from '../../core/base/version.ts';
import { opusRatesHz } from '../libopus/libopus.ts';
import type { AccessOptions, CopyEncoder, CopyStream } from '../tools/types.ts';
import { encodeWithFfmpeg } from './opus-lane-ffmpeg.ts';
import { encodeWithLibopus } from './opus-lane-libopus.ts';
import { createWavWriter } from './wav-writer.ts';

/**
 * Encodes one access copy: as WAV; or as Opus with libopus in this process if available, else with FFmpeg (`push` and `finish` are then asynchronous). With the
 * same encoder, the same samples and options give the same bytes. The sink may keep each chunk that it receives. `signal` ends FFmpeg.
 * @throws LongplayError `M152` (incomplete) for Opus if neither is available.
 * @throws RangeError for a rate or number of channels that Opus does not support.
 */
export function createCopyEncoder(options: AccessOptions, stream: CopyStream, sink: (bytes: Uint8Array) => void, signal?: AbortSignal): CopyEncoder {
  if (options.format === 'wav') return { ...createWavWriter(stream, sink), encoder: toolName, settings: 'samples as decoded' };
  const { sampleRateHz, channels } = stream;
  if (!opusRatesHz.includes(sampleRateHz) || (channels !== 1 && channels !== 2)) {
    throw new RangeError(`Opus copies have 1 or 2 channels of ${opusRatesHz.join(', ')} Hz, not ${channels} of ${sampleRateHz}`);
  }
  if (stream.opus !== null) return encodeWithLibopus(options, stream, stream.opus, sink);
  if (stream.ffmpeg !== null) return encodeWithFfmpeg(options, stream, stream.ffmpeg, sink, signal);
  throw noOpus('encode');
}

/** Returns the error for a machine without libopus and FFmpeg. */
export function noOpus(task: 'encode' | 'decode'): LongplayError {
  const hint = 'install libopus (Debian: libopus0) or FFmpeg, see longplay doctor; then run again';
  return new LongplayError('incomplete', 'M152', `no program here can ${task} Opus: neither libopus nor FFmpeg was found`, hint);
}
