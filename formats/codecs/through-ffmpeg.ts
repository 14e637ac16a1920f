import type { Codec } from '../../src/core/format.ts';
import { framesInBlocks } from './coded-frames.ts';
import { bytesPerSecond, wavePrefix, wavePrefixArgs } from './wave-prefix.ts';

const none = new Uint8Array(0);

/** A codec that one of FFmpeg's demuxers reads from the bare payload. */
function bare(id: string, title: string, args: readonly string[], facts: Codec['facts'], frames: Codec['frames'] = () => null): Codec {
  return { id, title, facts, frames, decode: { by: 'ffmpeg', input: () => ({ args, prefix: none }) } };
}

/** GSM 06.10, 33 bytes for 160 samples. The rate is the track's: 8000 Hz but on boards that ran otherwise. */
export const gsm: Codec = {
  id: 'gsm',
  title: 'GSM 06.10 (33-byte frames)',
  facts: ['ETSI GSM 06.10; FFmpeg 7.1 and sox 14.4 give the same samples'],
  frames: (track) => framesInBlocks(track, 33, 160),
  decode: { by: 'ffmpeg', input: (track) => ({ args: ['-f', 'gsm', '-ar', String(track.sampleRateHz)], prefix: none }) },
};

/** Bytes and samples of one block of Microsoft's GSM: two frames packed without their signature nibble (mmreg.h, GSM610WAVEFORMAT). */
export const gsmMsBlock = { bytes: 65, frames: 320 } as const;

/** Microsoft's GSM 06.10, WAVE tag 0x0031, also Asterisk's `.WAV` and `.wav49`. */
export const gsmMs: Codec = {
  id: 'gsm-ms',
  title: 'GSM 06.10 (Microsoft, 65-byte blocks)',
  facts: ['Microsoft mmreg.h, GSM610WAVEFORMAT; FFmpeg 7.1 and sox 14.4 give the same samples'],
  frames: (track) => framesInBlocks(track, gsmMsBlock.bytes, gsmMsBlock.frames),
  decode: {
    by: 'ffmpeg',
    input: (track) => ({
      args: wavePrefixArgs,
      prefix: wavePrefix({
        tag: 0x0031,
        channels: 1,
        sampleRateHz: track.sampleRateHz,
        bytesPerSecond: bytesPerSecond(track, gsmMsBlock.bytes, gsmMsBlock.frames),
        blockBytes: gsmMsBlock.bytes,
        bitsPerSample: 0,
        extra: Uint8Array.of(0x40, 0x01), // wSamplesPerBlock 320
      }),
    }),
  },
};

/** Bytes and samples of one block of TrueSpeech (FFmpeg libavcodec/truespeech.c). */
export const truespeechBlock = { bytes: 32, frames: 240 } as const;

/** DSP Group TrueSpeech, WAVE tag 0x0022. */
export const truespeech: Codec = {
  id: 'truespeech',
  title: 'DSP Group TrueSpeech',
  facts: ['FFmpeg 7.1 libavcodec/truespeech.c; no recording at hand, only the sample count is checked'],
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

/** G.729 and G.729A: 10 bytes for 80 samples. FFmpeg loses step at silence frames; formats hand it whole frames only. */
export const g729: Codec = bare(
  'g729',
  'G.729',
  ['-f', 'g729'],
  ['ITU-T G.729 annexes A and B; FFmpeg 7.1 reads frames of 10 bytes only: a 2-byte silence frame shifts all that follow'],
  (track) => framesInBlocks(track, 10, 80),
);

/** G.723.1: frames of 24, 20, 4 or 1 bytes for 240 samples, told by the low two bits of the first byte. */
export const g7231: Codec = bare('g723.1', 'G.723.1', ['-f', 'g723_1'], ['ITU-T G.723.1; FFmpeg 7.1 walks the frame sizes']);

/** MPEG audio layer III. */
export const mp3: Codec = bare('mp3', 'MPEG audio layer III', ['-f', 'mp3'], ['ISO/IEC 11172-3 and 13818-3; FFmpeg 7.1']);

/** MPEG audio layer II. */
export const mp2: Codec = bare(
  'mp2',
  'MPEG audio layer II',
  ['-f', 'mp3'],
  ['ISO/IEC 11172-3 and 13818-3; FFmpeg 7.1, whose mp3 demuxer reads all layers'],
);

/** Opus in its Ogg pages: the payload is the whole stream, headers included. Samples come at 48 kHz. */
export const opus: Codec = bare(
  'opus',
  'Opus (in Ogg)',
  ['-f', 'ogg', '-c:a', 'libopus'],
  ['RFC 6716, RFC 7845; FFmpeg 7.1 with libopus cuts pre-skip and end as opusdec does'],
);
