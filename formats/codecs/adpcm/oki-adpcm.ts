import type { Codec, Track } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** Step sizes, 12-bit units: OKI MSM5205 data sheet; Dialogic ADPCM Algorithm, application note 00-1366-001 (1988), table 2. */
const steps = Int16Array.of(
  ...[16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253],
  ...[279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552],
);
const lastIndex = steps.length - 1;
const indexChanges = Int8Array.of(-1, -1, -1, -1, 2, 4, 6, 8); // same source, table 1.

/**
 * Returns a table indexed by sixteen times the step index plus the code: the high half of an entry is the change of the predictor, the low half is sixteen
 * times the next index.
 */
function movesOf(change: (step: number, magnitude: number) => number): Int32Array {
  return Int32Array.from({ length: (lastIndex + 1) * 16 }, (_, place) => {
    const index = place >> 4;
    const difference = change(steps[index] ?? 0, place & 7);
    const next = Math.min(lastIndex, Math.max(0, index + (indexChanges[place & 7] ?? 0)));
    return ((place & 8 ? -difference : difference) << 16) | (next << 4);
  });
}

/**
 * How a change is computed from the whole, half, quarter and eighth of the step. `sum`: added, then truncated, as in sox, libsndfile and FFmpeg. `parts`: each
 * part truncated first, as in the text of Dialogic's note, the chip and spandsp. A stream decoded by the other rule keeps its audio but drifts away from zero,
 * because nothing returns the predictor to zero.
 */
export type OkiRounding = 'sum' | 'parts';
const moves: Readonly<Record<OkiRounding, Int32Array>> = {
  sum: movesOf((step, magnitude) => ((2 * magnitude + 1) * step) >> 3),
  parts: movesOf((step, magnitude) => (magnitude & 4 ? step : 0) + (magnitude & 2 ? step >> 1 : 0) + (magnitude & 1 ? step >> 2 : 0) + (step >> 3)),
};

/** Half of a byte that holds the earlier sample. */
export type OkiOrder = 'high-first' | 'low-first';

/** State of one channel. A stream begins with predictor 0 and the smallest step, and is never reset. */
export interface OkiState {
  /** Last sample, 12 bits. */
  predictor: number;
  /** Sixteen times the step index. */
  place: number;
  /** Number of samples so far that reached the limits of 12 bits. */
  clipped: number;
}

/** Returns the state at the start of a stream. */
export function okiStart(): OkiState {
  return { predictor: 0, place: 0, clipped: 0 };
}

/** Decodes one channel's halves of `count` bytes, every `channels`-th half, into every `channels`-th element of `out` from `to`. */
export function okiDecode(
  coding: { readonly order: OkiOrder; readonly rounding: OkiRounding },
  { bytes, from, count }: CodedRun,
  [channel, channels]: readonly [channel: number, channels: number],
  state: OkiState,
  { out, to }: SampleRoom,
): void {
  const table = moves[coding.rounding];
  const firstShift = coding.order === 'high-first' ? 4 : 0;
  let { predictor, place, clipped } = state;
  for (let half = channel; half < 2 * count; half += channels) {
    const shift = ((half & 1) << 2) ^ firstShift;
    const move = table[place + (((bytes[from + (half >> 1)] ?? 0) >> shift) & 0x0f)] ?? 0;
    predictor += move >> 16;
    place = move & 0xffff;
    // Limits to 12 bits, like the chip, FFmpeg and spandsp. sox and libsndfile limit to +32767 of 16 bits instead, and differ by 15 units from there on.
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
  state.place = place;
  state.clipped = clipped;
}

function oki(id: string, order: OkiOrder, rounding: OkiRounding, facts: Codec['facts']): Codec {
  return {
    id,
    title: `OKI (Dialogic) ADPCM, ${order === 'high-first' ? 'high' : 'low'} half first${rounding === 'parts' ? ', each part of the step truncated separately' : ''}`,
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
              okiDecode({ order, rounding }, { bytes, from, count: blocks * channels }, [channel, channels], state, { out, to });
            });
          },
        });
      },
    },
  };
}

/** OKI ADPCM as in `.vox` files and WAVE tags 0x0010 and 0x0017: 12-bit samples scaled to 16. With two channels, the first is in the first half. */
const sumHighFirst = oki('oki-adpcm', 'high-first', 'sum', [
  'Dialogic ADPCM Algorithm, application note 00-1366-001 (1988): high half first, predictor 0 and smallest step at the start',
  'FFmpeg 7.1 (WAVE tag 0x0017) gives the same samples, sox 14.4 (-t vox) and libsndfile 1.2 up to the first clipped sample',
]);
const sumLowFirst = oki('oki-adpcm-swapped', 'low-first', 'sum', [
  'OKI MSM6258 data sheet: low half first; the samples are those of oki-adpcm with the halves of each byte swapped',
]);
const partsHighFirst = oki('oki-adpcm-parts', 'high-first', 'parts', [
  'Dialogic ADPCM Algorithm, application note 00-1366-001 (1988), formula of the difference; libspandsp 0.0.6 gives the same samples',
]);
const partsLowFirst = oki('oki-adpcm-parts-swapped', 'low-first', 'parts', [
  'OKI MSM6258 data sheet: low half first; the samples are those of oki-adpcm-parts with the halves of each byte swapped',
]);

/** OKI ADPCM in both orders of the halves and with both roundings; `oki-order.ts` determines the likely combination. */
export const okiCodecs: readonly Codec[] = [sumHighFirst, sumLowFirst, partsHighFirst, partsLowFirst];
