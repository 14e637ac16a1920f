import type { Codec } from '../../src/core/model/format.ts';
import { framesInBlocks } from './base/coded-frames.ts';

function ilbcCodec(mode: 20 | 30, bytes: number, samples: number): Codec {
  const prefix = Uint8Array.from(`#!iLBC${mode}\n`, (character) => character.charCodeAt(0));
  return {
    id: `ilbc-${mode}`,
    title: `iLBC, frames of ${mode} ms`,
    facts: ['RFC 3951; FFmpeg 7.1 libavcodec/ilbcdec.c; no recording available, only the sample count is checked'],
    frames: (track) => framesInBlocks(track, bytes, samples),
    decode: { by: 'ffmpeg', input: () => ({ args: ['-f', 'ilbc'], prefix }) },
  };
}

/** Decodes 38 bytes to 160 samples (RFC 3951, section 2). */
export const ilbc20: Codec = ilbcCodec(20, 38, 160);

/** Decodes 50 bytes to 240 samples (RFC 3951, section 2). */
export const ilbc30: Codec = ilbcCodec(30, 50, 240);
