import type { Codec } from '../../../src/core/model/format.ts';
import { combinations, createCelp, cutSample, FrameBits } from './celp.ts';
import { type DssCoding, dssDecoder } from './decoder.ts';
import { dssKey, dssLock } from './keys.ts';
import { qp7CoefficientBits, qpCoefficientBits, qpCoefficients, qpNoiseGains, qpPitchGains, qpPulseAmplitudes, qpPulseGains } from './qp-tables.ts';

const subframes = 4;
const subframe = 64;
const pulses = 11;
const shortestLag = 45;
const longestLag = 300;
const longBytes = 56;
const shortBytes = 12;
/** Mode 7 begins each frame with a bit: 1 for a frame as in mode 6, 0 for a short frame of noise (dss-codec pull request 15). */
const withShortFrames = 7;

const placings = combinations(subframe, pulses);

/** Returns the size of a QP frame in bytes; null for other modes. */
export function qpFrameBytes(mode: number, first: number): number | null {
  if (mode === 6) return longBytes;
  return mode === withShortFrames ? (first & 0x80 ? longBytes : shortBytes) : null;
}

/** Returns the coding of QP frames of modes 6 and 7: CODEC_SPECIFICATION.md, "DS2 QP Decoder"; 256 samples at 16 kHz. */
function qpCoding(): DssCoding {
  const celp = createCelp({ order: qpCoefficients.length, subframe, pulses, longestLag });
  const bits = new FrameBits();
  const speech = new Float64Array(subframes * subframe);
  const pulse = (): boolean => {
    const rank = bits.take(40);
    const gain = qpPulseGains[bits.take(6)] ?? 0;
    for (let i = 0; i < pulses; i++) celp.amplitudes[i] = (qpPulseAmplitudes[bits.take(3)] ?? 0) * gain;
    if (rank < placings.count) {
      placings.places(rank, celp.places);
      return true;
    }
    // NCH's software omits the first pulse and puts the others at the first positions: dss-codec, src/codec/ds2_qp.rs, from decoding such frames.
    for (let i = 0; i < pulses; i++) celp.places[i] = i === 0 ? subframe : pulses - 1 - i;
    return false;
  };
  return {
    frameSamples: speech.length,
    frameBytes: qpFrameBytes,
    decode(bytes, at, mode, out, to) {
      bits.start(bytes, at);
      const isNoise = mode === withShortFrames && bits.take(1) === 0;
      const widths = mode === withShortFrames ? qp7CoefficientBits : qpCoefficientBits;
      for (let place = 0; place < qpCoefficients.length; place++) {
        celp.coefficients[place] = qpCoefficients[place]?.[bits.take(widths[place] ?? 0)] ?? 0;
      }
      let possible = true;
      for (let part = 0; part < subframes; part++) {
        if (isNoise) celp.exciteNoise(qpNoiseGains[bits.take(5)] ?? 0);
        else {
          const lag = shortestLag + bits.take(8);
          const gain = qpPitchGains[bits.take(6)] ?? 0;
          possible = pulse() && possible;
          celp.excite(lag, gain);
        }
        celp.synthesize(speech, part * subframe);
      }
      for (let i = 0; i < speech.length; i++) out[to + i] = cutSample(speech[i] ?? 0);
      return possible;
    },
    // Resets at breaks like dss-codec. A guess: a paused recording with the vendor's WAV would settle it; only the first frames after a break show it.
    reset: celp.reset,
  };
}

const decode: Codec['decode'] = {
  by: 'us',
  locked: dssLock,
  decoder: (track, passwords) => dssDecoder(qpCoding(), dssKey(track, passwords)),
};

/** Decodes QP of DS2 files, mode 6. */
export const ds2Qp: Codec = {
  id: 'ds2-qp',
  title: 'DS2 QP (Digital Speech Standard Pro, quality play)',
  facts: [
    'dss-codec (github.com/hirparak/dss-codec, MIT), CODEC_SPECIFICATION.md, DS2 QP',
    'bit-identical with the WAV in dss-codec’s tests/fixtures (40 s); one of its repositories says that the vendor’s DLLs wrote that WAV, another that dss-codec did',
    'others measured a signal-to-noise ratio of 69 to 77 dB between dss-codec and Olympus’ software (DS2-Anywhere, docs/06 and docs/11): equal except for the last bit',
  ],
  undisclosed: true,
  frames: (track) => track.frames,
  decode,
};

/** Decodes QP of DS2 files with short frames of noise, mode 7. */
export const ds2Qp7: Codec = {
  id: 'ds2-qp7',
  title: 'DS2 QP with short frames of noise',
  facts: [
    'dss-codec (github.com/hirparak/dss-codec, MIT), pull request 15; DS2-Anywhere, grundig/gtables.json, for the noise',
    'not compared with the vendor’s output because no file was available: the last reflection coefficient has 2 bits, and its values are assumed to be the first four of mode 6',
  ],
  undisclosed: true,
  frames: (track) => track.frames,
  decode,
};
