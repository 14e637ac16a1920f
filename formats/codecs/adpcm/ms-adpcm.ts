import type { Codec, Track } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** Scale of the next step for each code, in 256ths: Microsoft, New Multimedia Data Types 3.0 (1994), Microsoft ADPCM. */
const adaptation = Int32Array.of(230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230);
/** The seven pairs with which the list of every file begins, in 256ths (same source). */
const standardCoefficients = Int16Array.of(256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232);
const smallestStep = 16;
/** Limits the step so that its products remain 32-bit integers, as in other decoders. */
const largestStep = Math.floor(0x7fffffff / 768);
/** Size of a channel's block header: uint8 pair of coefficients, int16 step, int16 second sample, int16 first sample. */
const headerBytes = 7;

/** Returns the number of samples per channel in a complete or incomplete block of this many bytes; 0 if even the header is incomplete. */
export function msFramesIn(bytes: number, channels: number): number {
  const codes = bytes - headerBytes * channels;
  return codes < 0 ? 0 : 2 + Math.floor((codes * 2) / channels);
}

const int16At = (bytes: Uint8Array, at: number): number => (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) << 16) >> 16;

/**
 * Returns the pairs in the fmt chunk's extra bytes (uint16 samples per block, uint16 number of pairs, then the pairs); the standard seven if they are missing.
 */
function coefficientsOf(setup: Uint8Array | null): Int16Array {
  if (setup === null || setup.length < 4) return standardCoefficients;
  const pairs = (setup[2] ?? 0) | ((setup[3] ?? 0) << 8);
  if (pairs === 0 || pairs > 256 || setup.length < 4 + pairs * 4) return standardCoefficients;
  return Int16Array.from({ length: pairs * 2 }, (_, i) => int16At(setup, 4 + i * 2));
}

/** Decodes one channel of one block into every `channels`-th element from `to`. */
function decodeChannel(
  coefficients: Int16Array,
  { bytes, from }: Pick<CodedRun, 'bytes' | 'from'>,
  [channel, channels]: readonly [channel: number, channels: number],
  frames: number,
  { out, to }: SampleRoom,
): void {
  const pair = (bytes[from + channel] ?? 0) * 2;
  const known = pair < coefficients.length; // a damaged block uses the first pair, which only repeats the sample before
  const first = coefficients[known ? pair : 0] ?? 0;
  const second = coefficients[known ? pair + 1 : 1] ?? 0;
  let step = int16At(bytes, from + channels + channel * 2);
  let newer = int16At(bytes, from + channels * 3 + channel * 2);
  let older = int16At(bytes, from + channels * 5 + channel * 2);
  let place = to + channel;
  out[place] = older; // the block begins with the older of the two
  if (frames < 2) return;
  place += channels;
  out[place] = newer;
  const codes = from + headerBytes * channels;
  for (let i = 0, half = channel; i < frames - 2; i++, half += channels) {
    const byte = bytes[codes + (half >> 1)] ?? 0;
    const code = half & 1 ? byte & 0x0f : byte >> 4; // the high half comes first
    // Rounds down, like sox and libsndfile; FFmpeg 7.1 rounds towards zero, and then drifts by up to 218 on files of other encoders.
    let sample = ((newer * first + older * second) >> 8) + (code & 8 ? code - 16 : code) * step;
    if (sample > 32767) sample = 32767;
    else if (sample < -32768) sample = -32768;
    older = newer;
    newer = sample;
    step = ((adaptation[code] ?? 0) * step) >> 8;
    if (step < smallestStep) step = smallestStep;
    else if (step > largestStep) step = largestStep;
    place += channels;
    out[place] = sample;
  }
}

/** Returns the stated number of samples per channel of one block; if that is impossible, as many as fit. */
function framesPerBlock(track: Track, blockBytes: number): number {
  const fit = msFramesIn(blockBytes, track.channels);
  const setup = track.setup;
  const stated = setup !== null && setup.length >= 2 ? (setup[0] ?? 0) | ((setup[1] ?? 0) << 8) : 0;
  return stated >= 2 && stated <= fit ? stated : fit;
}

function blockBytesOf(track: Track): number {
  return Math.max(headerBytes * track.channels, track.blockBytes ?? 0);
}

/** Decodes Microsoft ADPCM in WAVE blocks, 4 bits per sample. A damaged block affects only itself. */
export const msAdpcm: Codec = {
  id: 'ms-adpcm',
  needsContainer: true,
  title: 'Microsoft ADPCM (WAVE blocks)',
  facts: [
    'Microsoft, New Multimedia Data Types and Data Techniques 3.0 (1994), Microsoft ADPCM; checked against sox 14.4, and FFmpeg 7.1 where rounding does not matter',
  ],
  frames: (track) => framesInBlocks(track, blockBytesOf(track), framesPerBlock(track, blockBytesOf(track))),
  decode: {
    by: 'us',
    decoder(track) {
      const { channels } = track;
      const blockBytes = blockBytesOf(track);
      const frames = framesPerBlock(track, blockBytes);
      const coefficients = coefficientsOf(track.setup);
      return blockDecoder({
        blockBytes,
        blockSamples: frames * channels,
        allocate: (samples) => new Int16Array(samples),
        decode(bytes, from, blocks, out, to) {
          for (let block = 0; block < blocks; block++) {
            const coded = { bytes, from: from + block * blockBytes };
            const room = { out, to: to + block * frames * channels };
            for (let channel = 0; channel < channels; channel++) {
              decodeChannel(coefficients, coded, [channel, channels], frames, room);
            }
          }
        },
        cut(bytes, out) {
          const left = Math.min(frames, msFramesIn(bytes.length, channels));
          if (left === 0) return { samples: 0, bytes: 0 };
          for (let channel = 0; channel < channels; channel++)
            decodeChannel(coefficients, { bytes, from: 0 }, [channel, channels], left, { out, to: 0 });
          return { samples: left * channels, bytes: headerBytes * channels + Math.ceil(((left - 2) * channels) / 2) };
        },
      });
    },
  },
};
