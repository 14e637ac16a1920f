import type { Codec } from '../../../src/core/model/format.ts';
import { blockDecoder } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** Differences that the sixteen codes stand for. */
const fibonacci = [-34, -21, -13, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 13, 21];
const exponential = [-128, -64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64];

/** Creates a codec with two codes per byte, the high one first; the value before the first code is the only byte of `setup`. */
function delta(id: string, title: string, fact: string, differences: readonly number[]): Codec {
  return {
    id,
    title,
    facts: [
      fact,
      'FFmpeg 7.1 decodes the low code of each byte first, so its samples agree only at the end of each byte. Values beyond 8 bits are clipped as in FFmpeg; encoders write none',
    ],
    frames: (track) => framesInBlocks(track, 1, 2),
    needsContainer: true,
    decode: {
      by: 'us',
      decoder(track) {
        let value = ((track.setup?.[0] ?? 0) << 24) >> 24;
        const step = (code: number): number => {
          value = Math.max(-128, Math.min(127, value + (differences[code] ?? 0)));
          return value << 8;
        };
        return blockDecoder({
          blockBytes: 1,
          blockSamples: 2,
          allocate: (samples) => new Int16Array(samples),
          decode(bytes, from, blocks, out, to) {
            for (let i = 0; i < blocks; i++) {
              const byte = bytes[from + i] ?? 0;
              out[to + 2 * i] = step(byte >> 4);
              out[to + 2 * i + 1] = step(byte & 0x0f);
            }
          },
        });
      },
    },
  };
}

/** The delta codings of Amiga 8SVX: 8-bit samples of one channel in 4 bits. */
export const svxDeltas: readonly Codec[] = [
  delta(
    'fibonacci-delta',
    'Fibonacci delta (8SVX)',
    'Electronic Arts, "8SVX" IFF 8-Bit Sampled Voice (1985), appendix C: Fibonacci-delta compression',
    fibonacci,
  ),
  delta(
    'exponential-delta',
    'exponential delta (8SVX)',
    'differences as in FFmpeg 7.1 libavcodec/8svx.c, the only source that names this coding',
    exponential,
  ),
];
