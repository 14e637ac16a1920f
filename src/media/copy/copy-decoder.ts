import { toolName } from '../../core/base/version.ts';
import type { AccessOptions, CopyDecoder, MediaTools } from '../tools/types.ts';
import { noOpus } from './copy-encoder.ts';
import { decodeWithFfmpeg } from './opus-lane-ffmpeg.ts';
import { decodeWithLibopus } from './opus-lane-libopus.ts';
import { createWavReader } from './wav-reader.ts';

/**
 * Plays an access copy at `rateHz`, the rate it was made at. Opus becomes 16-bit samples; WAV gives its own. Whatever is wrong
 * with the copy is one of its `problems`, never thrown. Push pieces of at most `limits.readChunkBytes`: their samples are in memory
 * together. `signal` ends FFmpeg.
 * @throws LongplayError `M152` (incomplete) when an Opus copy is to be played and neither libopus nor FFmpeg is there.
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
      return found === rateHz ? reader.problems : [...reader.problems, `the header says ${found} Hz instead of ${rateHz}`];
    },
  };
}
