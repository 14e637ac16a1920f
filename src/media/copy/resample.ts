import type { Samples } from '../../core/model/format.ts';
import type { SampleSink } from '../decode/decode-track.ts';
import { sampleJoin } from '../decode/through-ffmpeg.ts';
import type { MediaTools } from '../tools/types.ts';
import { startFfmpeg } from './opus-lane-ffmpeg.ts';

/** Resamples a stream through FFmpeg. */
export interface Resample {
  push(samples: Samples): Promise<void>;
  /** Returns when all output has been passed on. */
  finish(): Promise<void>;
  /** Aborts the resampling. May be called at any time. */
  close(): void;
}

/** Resamples interleaved samples of one type to 16-bit samples at another rate. @throws FfmpegError from `push` and `finish` */
export function createResample(
  stream: { readonly channels: number; readonly fromHz: number; readonly toHz: number; readonly float: boolean },
  ffmpeg: NonNullable<MediaTools['ffmpeg']>,
  sink: SampleSink,
  signal: AbortSignal,
): Resample {
  const { channels, fromHz, toHz, float } = stream;
  const layout = ['-ac', String(channels)];
  const join = sampleJoin(channels);
  const process = startFfmpeg(
    ffmpeg,
    ['-f', float ? 'f32le' : 's16le', '-ar', String(fromHz), ...layout],
    ['-f', 's16le', '-c:a', 'pcm_s16le', '-ar', String(toHz), ...layout],
    (bytes) => sink(join(bytes)),
    signal,
  );
  return {
    push: (samples) => process.put(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    finish: () => process.end(),
    close: () => process.stop(),
  };
}
