import type { Codec } from '../../../src/core/model/format.ts';
import { combinations, createCelp, FrameBits, roundSample } from './celp.ts';
import { type DssCoding, dssDecoder } from './decoder.ts';
import { dssKey, dssLock } from './keys.ts';
import { createResampler } from './sp-resampler.ts';
import { spCoefficientBits, spCoefficients, spPitchGains, spPulseAmplitudes, spPulseGains } from './sp-tables.ts';

const subframes = 4;
/** Number of samples of a subframe at 12 kHz. */
const subframe = 72;
const pulses = 7;
const frameBytes = 41;
/** Lags in samples, and how the four lags of a frame are packed: CODEC_SPECIFICATION.md, "Combined Pitch Decode"; SPEC-grundig-dss-sp.md, section 4.2. */
const shortestLag = 36;
const longestLag = 186;
const lags = longestLag - shortestLag + 1;
const lagSteps = 48;
const stepsDown = 23;

/** Returns the size of an SP frame in bytes; null for other modes. */
export function spFrameBytes(mode: number): number | null {
  return mode === 0 ? frameBytes : null;
}

const placings = combinations(subframe, pulses);

/** Returns the coding of SP frames, decoded to 288 samples at 12 kHz. @param finish converts these to `frameSamples` samples */
function spCoding(frameSamples: number, finish: (speech: Float64Array, out: Int16Array, to: number) => void): DssCoding {
  const celp = createCelp({ order: spCoefficients.length, subframe, pulses, longestLag });
  const bits = new FrameBits();
  const speech = new Float64Array(subframes * subframe);
  const gains = new Int32Array(subframes);
  const ranks = new Float64Array(subframes);
  const pulseGains = new Int32Array(subframes);
  const amplitudes = new Int32Array(subframes * pulses);
  return {
    frameSamples,
    frameBytes: spFrameBytes,
    decode(bytes, at, _mode, out, to) {
      bits.start(bytes, at);
      for (let place = 0; place < spCoefficients.length; place++) {
        celp.coefficients[place] = spCoefficients[place]?.[bits.take(spCoefficientBits[place] ?? 0)] ?? 0;
      }
      for (let part = 0; part < subframes; part++) {
        gains[part] = bits.take(5);
        ranks[part] = bits.take(31);
        pulseGains[part] = bits.take(6);
        for (let pulse = 0; pulse < pulses; pulse++) amplitudes[part * pulses + pulse] = bits.take(3);
      }
      let packed = bits.take(24);
      let lag = shortestLag + (packed % lags);
      packed = Math.floor(packed / lags);
      let possible = true;
      for (let part = 0; part < subframes; part++) {
        if (part > 0) {
          // The range of 48 steps ends at the longest lag or below it.
          const lowest = Math.min(Math.max(lag - stepsDown, shortestLag), longestLag - lagSteps + 1);
          lag = lowest + (packed % lagSteps);
          packed = Math.floor(packed / lagSteps);
        }
        const rank = ranks[part] ?? 0;
        if (rank >= placings.count) possible = false;
        placings.places(Math.min(rank, placings.count - 1), celp.places); // beyond the table, Grundig uses the last one
        const gain = spPulseGains[pulseGains[part] ?? 0] ?? 0;
        for (let pulse = 0; pulse < pulses; pulse++) {
          celp.amplitudes[pulse] = (spPulseAmplitudes[amplitudes[part * pulses + pulse] ?? 0] ?? 0) * gain;
        }
        celp.excite(lag, spPitchGains[gains[part] ?? 0] ?? 0);
        celp.synthesize(speech, part * subframe);
      }
      finish(speech, out, to);
      return possible;
    },
  };
}

/**
 * Decodes SP of DS2 files, mode 0, at 12 kHz. A guess: tables and frames are those of Grundig's SP, so this decodes bit-identically with Grundig's SP before
 * its resampling. Published decoders omit the de-emphasis and allow lags beyond the longest; their output agrees with that of Olympus' software to 0.995.
 * Grundig's sample, decoded without these two steps, agrees with Grundig's software to the same degree. A DS2 SP file with the vendor's WAV would settle it.
 */
export const ds2Sp: Codec = {
  id: 'ds2-sp',
  title: 'DS2 SP (Digital Speech Standard Pro, standard play)',
  facts: [
    'dss-codec (github.com/hirparak/dss-codec, MIT), CODEC_SPECIFICATION.md, DS2 SP; DS2-Anywhere (github.com/Guillain-RDCDE, MIT), SPEC-grundig-dss-sp.md',
    'not compared with the vendor’s output because no file was available; the synthesis is that of dss-sp-grundig, which is bit-identical with the output of Grundig DigtaSoft',
  ],
  undisclosed: true,
  frames: (track) => track.frames,
  decode: {
    by: 'us',
    locked: dssLock,
    decoder: (track, passwords) =>
      dssDecoder(
        spCoding(subframes * subframe, (speech, out, to) => {
          for (let i = 0; i < speech.length; i++) out[to + i] = roundSample(speech[i] ?? 0);
        }),
        dssKey(track, passwords),
      ),
  },
};

/** Decodes SP of Grundig's DSS files: the same at 12 kHz, then resampled to 16 kHz like Grundig's software. */
export const dssSpGrundig: Codec = {
  id: 'dss-sp-grundig',
  title: 'Grundig DSS SP (PH9607)',
  facts: [
    'DS2-Anywhere (github.com/Guillain-RDCDE/DS2-Anywhere, MIT), docs/SPEC-grundig-dss-sp.md and grundig/gtables.json',
    'bit-identical with the output of Grundig DigtaSoft on the sample of dss-codec pull request 12',
  ],
  undisclosed: true,
  frames: (track) => track.frames,
  decode: {
    by: 'us',
    decoder() {
      const samples = new Int16Array(subframes * subframe);
      const resampler = createResampler(samples.length);
      const finish = (speech: Float64Array, out: Int16Array, to: number): void => {
        for (let i = 0; i < samples.length; i++) samples[i] = roundSample(speech[i] ?? 0);
        resampler.run(samples, out, to);
      };
      return dssDecoder(spCoding((samples.length / 3) * 4, finish), null);
    },
  },
};
