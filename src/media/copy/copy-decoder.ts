import { toolName } from '../../core/base/version.ts';
import type { AccessOptions, CopyDecoder, MediaTools } from '../tools/types.ts';
import { noOpus } from './copy-encoder.ts';
import { decodeWithFfmpeg } from './opus-lane-ffmpeg.ts';
import { decodeWithLibopus } from './opus-lane-libopus.ts';
import { createWavReader } from './wav-reader.ts';

/**
 * Decodes an access copy at `rateHz`, the rate at which it was made. Opus gives 16-bit samples, WAV those that it contains. Faults of the copy are added to the
 * decoder's `problems`, never thrown. Push chunks of at most `limits.readChunkBytes`, because all samples of a chunk are in memory at the same time. `signal`
 * ends FFmpeg.
 * @throws LongplayError `M152` (incomplete) for an Opus copy if neither libopus nor FFmpeg is available.
 */
export function createCopyDecoder(
  format: AccessOptions['format'],
  tools: Pick<MediaTools, 'opus' | 'ffmpeg'>,
  rateHz: number,
  signal?: AbortSignal,
): CopyDecoder {
  if (format === 'wav') return decodeWav(rateHz);
  if (tools.opus !== null) return decodeWithLibopus(tools.opus, rateHz);
  if (tools.ffmpeg !== null) return decodeWithFfmpeg(tools.ffmpeg, rateHz, signal);
  throw noOpus('decode');
}

function decodeWav(rateHz: number): CopyDecoder {
  const reader = createWavReader();
  return {
    decoder: toolName,
    push: (bytes) => reader.push(bytes),
    finish() {
      reader.finish();
      return new Int16Array(0);
    },
    get channels() {
      return reader.layout?.channels ?? null;
    },
    get problems() {
      const found = reader.layout?.sampleRateHz ?? rateHz;
      return found === rateHz ? reader.problems : [...reader.problems, `the header states ${found} Hz instead of ${rateHz}`];
    },
  };
}
