import type { Codec, Track } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** Step sizes and index changes: IMA Digital Audio Focus and Technical Working Groups, Recommended Practices 3.00 (1992), 6.1. */
const steps = Int16Array.of(
  ...[7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118],
  ...[130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166],
  ...[1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845],
  ...[8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767],
);
const indexChanges = Int8Array.of(-1, -1, -1, -1, 2, 4, 6, 8);
/** The highest step index. */
export const lastIndex = 88;

/** Change of the predictor for each index and code: the shift-and-add of the specification, precomputed. */
export const differences = new Int32Array((lastIndex + 1) * 16);
for (let index = 0; index <= lastIndex; index++) {
  const step = steps[index] ?? 0;
  for (let code = 0; code < 16; code++) {
    let difference = step >> 3;
    if (code & 4) difference += step;
    if (code & 2) difference += step >> 1;
    if (code & 1) difference += step >> 2;
    differences[index * 16 + code] = code & 8 ? -difference : difference;
  }
}
/** Next index for each index and code. */
export const nextIndexes = new Uint8Array((lastIndex + 1) * 16);
for (let index = 0; index <= lastIndex; index++) {
  for (let code = 0; code < 16; code++) {
    nextIndexes[index * 16 + code] = Math.min(lastIndex, Math.max(0, index + (indexChanges[code & 7] ?? 0)));
  }
}

/** Size of a channel's block header: int16 first sample, uint8 index, uint8 reserved. */
const headerBytes = 4;
/** Codes come in runs of 4 bytes (8 samples) per channel, channel by channel. */
const runBytes = 4;

/** Returns the number of samples per channel in a complete or incomplete block of this many bytes; 0 if even the header is incomplete. */
export function imaFramesIn(bytes: number, channels: number): number {
  const codes = bytes - headerBytes * channels;
  if (codes < 0) return 0;
  return 1 + (channels === 1 ? codes * 2 : Math.floor(codes / (runBytes * channels)) * 8);
}

/** Decodes one channel of one block: writes `frames` samples into every `channels`-th element from `to`. */
function decodeChannel(
  { bytes, from }: Pick<CodedRun, 'bytes' | 'from'>,
  channel: number,
  channels: number,
  frames: number,
  { out, to }: SampleRoom,
): void {
  const header = from + channel * headerBytes;
  let predictor = (((bytes[header] ?? 0) | ((bytes[header + 1] ?? 0) << 8)) << 16) >> 16;
  let index = Math.min(lastIndex, bytes[header + 2] ?? 0);
  let at = from + headerBytes * channels + channel * runBytes;
  let place = to + channel;
  out[place] = predictor;
  const nextRun = runBytes * (channels - 1);
  let byte = 0;
  for (let i = 0; i < frames - 1; i++) {
    let code: number;
    if (i & 1) {
      code = byte >> 4;
      if ((i & 7) === 7) at += nextRun;
    } else {
      byte = bytes[at++] ?? 0;
      code = byte & 0x0f; // the low half comes first
    }
    const entry = index * 16 + code;
    predictor += differences[entry] ?? 0;
    if (predictor > 32767) predictor = 32767;
    else if (predictor < -32768) predictor = -32768;
    index = nextIndexes[entry] ?? 0;
    place += channels;
    out[place] = predictor;
  }
}

/** Returns the number of samples per channel of one block as stated in the fmt chunk's extra bytes; if that is impossible, as many as fit. */
function framesPerBlock(track: Track, blockBytes: number): number {
  const fit = imaFramesIn(blockBytes, track.channels);
  const setup = track.setup;
  const stated = setup !== null && setup.length >= 2 ? (setup[0] ?? 0) | ((setup[1] ?? 0) << 8) : 0;
  return stated > 0 && stated <= fit ? stated : fit;
}

function blockBytesOf(track: Track): number {
  return Math.max(headerBytes * track.channels, track.blockBytes ?? 0);
}

/** Decodes IMA (DVI) ADPCM in WAVE blocks, 4 bits per sample. A damaged block affects only itself. */
export const imaAdpcm: Codec = {
  id: 'ima-adpcm',
  needsContainer: true,
  title: 'IMA ADPCM (WAVE blocks)',
  facts: [
    'IMA Digital Audio Focus and Technical Working Groups, Recommended Practices for Enhancing Digital Audio Compatibility 3.00 (1992)',
    'Microsoft, New Multimedia Data Types and Data Techniques 3.0 (1994), DVI ADPCM; checked against sox 14.4 (FFmpeg up to 7.1 rounds differently)',
  ],
  frames: (track) => framesInBlocks(track, blockBytesOf(track), framesPerBlock(track, blockBytesOf(track))),
  decode: {
    by: 'us',
    decoder(track) {
      const { channels } = track;
      const blockBytes = blockBytesOf(track);
      const frames = framesPerBlock(track, blockBytes);
      return blockDecoder({
        blockBytes,
        blockSamples: frames * channels,
        allocate: (samples) => new Int16Array(samples),
        decode(bytes, from, blocks, out, to) {
          for (let block = 0; block < blocks; block++) {
            const coded = { bytes, from: from + block * blockBytes };
            const room = { out, to: to + block * frames * channels };
            for (let channel = 0; channel < channels; channel++) {
              decodeChannel(coded, channel, channels, frames, room);
            }
          }
        },
        cut(bytes, out) {
          const left = Math.min(frames, imaFramesIn(bytes.length, channels));
          if (left === 0) return { samples: 0, bytes: 0 };
          for (let channel = 0; channel < channels; channel++) decodeChannel({ bytes, from: 0 }, channel, channels, left, { out, to: 0 });
          return { samples: left * channels, bytes: headerBytes * channels + Math.ceil(((left - 1) * channels) / 2) };
        },
      });
    },
  },
};
