import type { Codec, Samples, Track } from '../../src/core/format.ts';
import { blockDecoder } from './block-decoder.ts';
import { framesInBlocks } from './coded-frames.ts';

/** Step sizes, 12-bit units: OKI MSM5205 data sheet; Dialogic ADPCM Algorithm, application note 00-1366-001 (1988), table 2. */
const steps = Int16Array.of(
  ...[16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253],
  ...[279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552],
);
const lastIndex = steps.length - 1;
const indexChanges = Int8Array.of(-1, -1, -1, -1, 2, 4, 6, 8); // the same note, table 1

/** For each index and code: change of the predictor in the high half, sixteen times the next index in the low one. */
const moves = new Int32Array((lastIndex + 1) * 16);
for (let index = 0; index <= lastIndex; index++) {
  for (let code = 0; code < 16; code++) {
    // The step's whole, half, quarter and eighth are summed before they are cut, as sox, libsndfile, FFmpeg and spandsp do.
    const difference = ((2 * (code & 7) + 1) * (steps[index] ?? 0)) >> 3;
    const next = Math.min(lastIndex, Math.max(0, index + (indexChanges[code & 7] ?? 0)));
    moves[index * 16 + code] = ((code & 8 ? -difference : difference) << 16) | (next * 16);
  }
}

/** State of one channel; a stream begins at predictor 0 and the smallest step, and nothing in it resets them. */
export interface OkiState {
  /** Last sample, 12 bits. */
  predictor: number;
  /** Sixteen times the index of the step. */
  index: number;
  /** Samples that ran into the limits of 12 bits so far. */
  clipped: number;
}

export function okiStart(): OkiState {
  return { predictor: 0, index: 0, clipped: 0 };
}

/**
 * Decodes the halves of `count` bytes from `from` that are this channel's, every `channels`-th, into every `channels`-th place of
 * `out` from `to`. `firstShift` is that of a byte's first half: 4 = the high one, 0 = the low one.
 */
export function okiDecode(
  bytes: Uint8Array,
  from: number,
  count: number,
  firstShift: 4 | 0,
  channel: number,
  channels: number,
  state: OkiState,
  out: Samples,
  to: number,
): void {
  let { predictor, index, clipped } = state;
  for (let half = channel; half < 2 * count; half += channels) {
    const shift = ((half & 1) << 2) ^ firstShift;
    const move = moves[index + (((bytes[from + (half >> 1)] ?? 0) >> shift) & 0x0f)] ?? 0;
    predictor += move >> 16;
    index = move & 0xffff;
    // 12 bits, as in the chip, FFmpeg and spandsp. sox and libsndfile stop at +32767 of 16 bits instead and are then 15 units off.
    if (predictor > 2047) {
      predictor = 2047;
      clipped++;
    } else if (predictor < -2048) {
      predictor = -2048;
      clipped++;
    }
    out[to + half] = predictor << 4;
  }
  state.predictor = predictor;
  state.index = index;
  state.clipped = clipped;
}

function oki(id: string, title: string, firstShift: 4 | 0, facts: Codec['facts']): Codec {
  return {
    id,
    title,
    facts,
    frames: (track) => framesInBlocks(track, track.channels, 2),
    decode: {
      by: 'us',
      decoder({ channels }: Track) {
        const states = Array.from({ length: channels }, okiStart);
        return blockDecoder({
          blockBytes: channels,
          blockSamples: 2 * channels,
          allocate: (samples) => new Int16Array(samples),
          decode(bytes, from, blocks, out, to) {
            states.forEach((state, channel) => {
              okiDecode(bytes, from, blocks * channels, firstShift, channel, channels, state, out, to);
            });
          },
        });
      },
    },
  };
}

/** OKI ADPCM as Dialogic boards and `.vox` files have it; 12-bit samples scaled to 16. With two channels the left one is in the first half. */
export const okiAdpcm: Codec = oki('oki-adpcm', 'OKI (Dialogic) ADPCM, high half first', 4, [
  'Dialogic ADPCM Algorithm, application note 00-1366-001 (1988): high half first, predictor 0 and smallest step at the start',
  'sox 14.4 -t vox and libsndfile 1.2 give the same samples up to the first limit, FFmpeg 7.1 (WAVE tag 0x0017) always',
]);

/** The same with the low half first, as the OKI MSM6258 and some boards have it. */
export const okiAdpcmSwapped: Codec = oki('oki-adpcm-swapped', 'OKI ADPCM, low half first', 0, [
  'OKI MSM6258 data sheet: low half first; the samples are those of oki-adpcm with the halves of each byte swapped',
]);
