import type { Codec } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';
import { type BandState, type Bands, bandAtReset, bandsOf, codesAtOnce, decodeBand, type G722Bits } from './bands.ts';
import { type FilterState, filterAtReset, filterBands } from './filter.ts';

/** Output of both bands for a run of bytes, as input of the filter. All decoders share it, because they run one after the other. */
const bandSamples = [new Int32Array(codesAtOnce), new Int32Array(codesAtOnce)] as const;

/** State of a decoder between two pieces of its bytes. */
interface Line {
  readonly low: BandState;
  readonly high: BandState;
  readonly filter: FilterState;
}

/**
 * Decodes bytes in order, two samples each. Like all loops here, this is a function of the module: code that V8 compiled for a function of one decoder is lost
 * with the decoder, and files are short.
 */
function decodeBytes(line: Line, { low, high }: Bands, { bytes, from, count }: CodedRun, { out, to }: SampleRoom): void {
  for (let done = 0; done < count; done += codesAtOnce) {
    const now = Math.min(codesAtOnce, count - done);
    const run = { bytes, from: from + done, count: now };
    decodeBand(low, line.low, run, bandSamples[0]);
    decodeBand(high, line.high, run, bandSamples[1]);
    filterBands(line.filter, bandSamples, now, { out, to: to + 2 * done });
  }
}

function g722Mode(id: string, title: string, bits: G722Bits): Codec {
  /** Created for the first decoder. */
  let bands: Bands | null = null;
  return {
    id,
    title,
    facts: [
      'ITU-T G.722 (11/88; 09/2012), clause 6; reproduces the decoder outputs of the ITU-T Software Tool Library in its three modes',
      'FFmpeg 7.1 (bits_per_codeword 8, 7, 6) gives the same samples',
    ],
    frames: (track) => framesInBlocks(track, 1, 2),
    rateHz: 16_000,
    decode: {
      by: 'us',
      decoder() {
        const line: Line = { low: bandAtReset(), high: bandAtReset(), filter: filterAtReset() };
        bands ??= bandsOf(bits);
        const both = bands;
        return blockDecoder({
          blockBytes: 1,
          blockSamples: 2,
          allocate: (samples) => new Int16Array(samples),
          decode: (bytes, from, count, out, to) => decodeBytes(line, both, { bytes, from, count }, { out, to }),
        });
      },
    },
  };
}

/** Decodes G.722 in mode 1: one byte for two samples at 16 kHz, whatever rate a header declares. Mono. */
export const g722: Codec = g722Mode('g722', 'G.722 at 64 kbit/s', 6);

/** Decodes G.722 in mode 2: still one byte for two samples; its lowest bit is not audio. */
export const g72256: Codec = g722Mode('g722-56', 'G.722 at 56 kbit/s (mode 2, in bytes)', 5);

/** Decodes G.722 in mode 3: still one byte for two samples; its two lowest bits are not audio. */
export const g72248: Codec = g722Mode('g722-48', 'G.722 at 48 kbit/s (mode 3, in bytes)', 4);
