import type { Codec } from '../../../src/core/model/format.ts';
import { blockDecoder } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';
import { differences, lastIndex, nextIndexes } from './ima-adpcm.ts';

/** Size of one channel's packet: a preamble of two bytes and 64 codes. */
const packetBytes = 34;
const packetFrames = 64;

/**
 * Decodes IMA ADPCM in QuickTime's packets (`ima4`), with the channels' packets one after the other. The preamble holds the upper 9 bits of the predictor, and
 * the index. If both agree with the state after the last packet, that state continues with all its bits.
 */
export const imaAdpcmQt: Codec = {
  id: 'ima-adpcm-qt',
  title: 'IMA ADPCM (QuickTime packets)',
  facts: [
    'Apple, Technical Note TN1081 (1996); wiki.multimedia.cx, Apple QuickTime IMA ADPCM',
    'Bit-exact with FFmpeg 7.1 (libavcodec/adpcm.c keeps the low bits of the predictor between packets); libsndfile 1.2 drops them',
  ],
  frames: (track) => framesInBlocks(track, packetBytes * track.channels, packetFrames),
  decode: {
    by: 'us',
    decoder({ channels }) {
      const predictors = new Int32Array(channels);
      const indexes = new Int32Array(channels);
      return blockDecoder({
        blockBytes: packetBytes * channels,
        blockSamples: packetFrames * channels,
        allocate: (samples) => new Int16Array(samples),
        decode(bytes, from, blocks, out, to) {
          let at = from;
          for (let block = 0; block < blocks; block++) {
            for (let channel = 0; channel < channels; channel++) {
              const preamble = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
              const stated = ((preamble & 0xff80) << 16) >> 16;
              let index = preamble & 0x7f;
              let predictor = predictors[channel] ?? 0;
              // The stated predictor is 16 bits without the lowest 7: a larger difference means that the predictor changed.
              if (indexes[channel] !== index || Math.abs(stated - predictor) > 0x7f) predictor = stated;
              if (index > lastIndex) index = lastIndex;
              let place = to + block * packetFrames * channels + channel;
              for (let i = at + 2; i < at + packetBytes; i++) {
                const byte = bytes[i] ?? 0;
                for (let code = byte & 0x0f, half = 0; half < 2; half++, code = byte >> 4) {
                  const entry = index * 16 + code;
                  predictor += differences[entry] ?? 0;
                  if (predictor > 32767) predictor = 32767;
                  else if (predictor < -32768) predictor = -32768;
                  index = nextIndexes[entry] ?? 0;
                  out[place] = predictor;
                  place += channels;
                }
              }
              predictors[channel] = predictor;
              indexes[channel] = index;
              at += packetBytes;
            }
          }
        },
      });
    },
  },
};
