import type { Codec } from '../../src/core/model/format.ts';
import { framesInBlocks } from './base/coded-frames.ts';
import { bytesPerSecond, wavePrefix, wavePrefixArgs } from './base/wave-prefix.ts';

const none = new Uint8Array(0);

/** Creates a codec whose bare payload one of FFmpeg's demuxers reads. */
function bare(id: string, title: string, args: readonly string[], facts: Codec['facts'], frames: Codec['frames'] = () => null): Codec {
  return { id, title, facts, frames, decode: { by: 'ffmpeg', input: () => ({ args, prefix: none }) } };
}

/** Size in bytes and number of samples of one block of TrueSpeech (FFmpeg libavcodec/truespeech.c). */
export const truespeechBlock = { bytes: 32, frames: 240 } as const;

/** DSP Group TrueSpeech, WAVE tag 0x0022. */
export const truespeech: Codec = {
  id: 'truespeech',
  title: 'DSP Group TrueSpeech',
  facts: ['FFmpeg 7.1 libavcodec/truespeech.c; no recording available, only the sample count is checked'],
  undisclosed: true,
  frames: (track) => framesInBlocks(track, truespeechBlock.bytes, truespeechBlock.frames),
  decode: {
    by: 'ffmpeg',
    input: (track) => ({
      args: wavePrefixArgs,
      prefix: wavePrefix({
        tag: 0x0022,
        channels: 1,
        sampleRateHz: track.sampleRateHz,
        bytesPerSecond: bytesPerSecond(track, truespeechBlock.bytes, truespeechBlock.frames),
        blockBytes: truespeechBlock.bytes,
        bitsPerSample: 1,
        extra: track.setup ?? none,
      }),
    }),
  },
};

/** MPEG audio layer III. */
export const mp3: Codec = bare('mp3', 'MPEG audio layer III', ['-f', 'mp3'], ['ISO/IEC 11172-3 and 13818-3; FFmpeg 7.1']);

/** MPEG audio layer II. */
export const mp2: Codec = bare(
  'mp2',
  'MPEG audio layer II',
  ['-f', 'mp3'],
  ['ISO/IEC 11172-3 and 13818-3; FFmpeg 7.1, whose mp3 demuxer reads all layers'],
);

/** Decodes Opus in its Ogg pages: the payload is the whole stream, including headers. Samples are at 48 kHz. */
export const opus: Codec = bare(
  'opus',
  'Opus (in Ogg)',
  ['-f', 'ogg', '-c:a', 'libopus'],
  ['RFC 6716, RFC 7845; FFmpeg 7.1 with libopus cuts pre-skip and end as opusdec does'],
);
