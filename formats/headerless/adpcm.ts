import { agree } from '../../src/core/base/agree.ts';
import type { OkiOrder, OkiRounding } from '../codecs/adpcm/oki-adpcm.ts';
import { type G726Bits, g726Decoder } from '../codecs/g726/decoder.ts';
import { type BitOrder, unpackCodes } from '../codecs/g726/g726.ts';
import { judgeG726Order } from '../judge/g726-order.ts';
import { judgeOkiOrder } from '../judge/oki-order.ts';
import { countG726, countOki } from './codes.ts';
import { forbiddenScore, type Hypothesis, type Score, strongBytes } from './score.ts';
import { decodedWaveform } from './waveform.ts';
import { type Material, runsOf } from './windows.ts';

/** Doubt about a coding that matches, about its other bit order, and about either order if the bytes do not show it. */
const right = 0.1;
const wrong = 0.9;
const open = 0.45;

/** Caches the result for a material, for hypotheses that need the same one. */
function once<Answer>(ask: (material: Material) => Answer): (material: Material) => Answer {
  const answers = new WeakMap<Material, { readonly answer: Answer }>();
  return (material) => {
    const found = answers.get(material) ?? { answer: ask(material) };
    answers.set(material, found);
    return found.answer;
  };
}

const okiOrder = once((material) => judgeOkiOrder(runsOf(material)));

function oki(id: string, order: OkiOrder, rounding: OkiRounding, name: string): Hypothesis {
  return {
    id,
    format: 'raw-oki',
    codec: id,
    name: `OKI (Dialogic) ADPCM${name}`,
    sampleRateHz: 8000,
    channels: 1,
    frameBytes: 1,
    bitsPerSample: 4,
    evidence: 'codes',
    score(material): Score | null {
      const { codes, drift, plausible } = countOki(material);
      if (codes < 1000) return null;
      const text = agree`${drift.toFixed(2)} step[s] up per code`;
      if (drift >= 0.5) return { doubt: 1, text, strong: false };
      if (!plausible) return null;
      const found = okiOrder(material);
      const all = `${text}; ${found.basis}`;
      if (found.order === null) return { doubt: open, text: all, strong: false };
      const fits = found.order === order && (found.rounding ?? 'sum') === rounding;
      return { doubt: fits ? right : wrong, text: all, strong: fits && material.bytes >= strongBytes };
    },
  };
}

/** Number of bytes in which the order of codes is searched; it is small because decoding is slow. */
const orderBytes = 24 * 1024;

/** Returns runs with a total of at most `orderBytes`. */
function fewRuns(material: Material): Uint8Array[] {
  let left = orderBytes;
  return runsOf(material).flatMap((run) => {
    const part = run.subarray(0, left);
    left -= part.length;
    return part.length === 0 ? [] : [part];
  });
}

const g726Order = {
  2: once((material: Material) => orderOf(material, 2)),
  4: once((material: Material) => orderOf(material, 4)),
};

/** Number of codes at 8,000 Hz in two seconds. */
const enoughCodes = 16_000;
/** Smallest ratio of the wrong order's kurtosis to the right order's, as measured in docs/explanation/guessing.md. */
const clearKurtosis = 1.3;

/** Returns the order of codes if both orders fill bytes evenly: by pairs of codes or, if these do not decide, by the peaks that the wrong order causes. */
function orderOf(material: Material, bits: 2 | 4): { readonly order: BitOrder | null; readonly text: string } {
  const runs = fewRuns(material);
  const { order, basis } = judgeG726Order(runs, [bits]);
  if (order !== null || Math.min(orderBytes, material.bytes) * (8 / bits) < enoughCodes) return { order, text: basis };
  const [msb, lsb] = [kurtosis(runs, bits, 'msb'), kurtosis(runs, bits, 'lsb')];
  const text = `${basis}; kurtosis ${msb.toFixed(1)} (msb) and ${lsb.toFixed(1)} (lsb)`;
  return { order: lsb > clearKurtosis * msb ? 'msb' : msb > clearKurtosis * lsb ? 'lsb' : null, text };
}

function g726Samples(bytes: Uint8Array, bits: G726Bits, order: BitOrder): Int16Array {
  const codes = new Uint8Array(Math.floor((bytes.length * 8) / bits));
  unpackCodes({ bytes, from: 0, count: codes.length }, bits, order, codes);
  const samples = new Int16Array(codes.length);
  g726Decoder(bits).decode(codes, codes.length, samples, 0);
  return samples;
}

/** Returns the fourth moment divided by the square of the second: 3 for noise, more for audio with peaks. */
function kurtosis(runs: readonly Uint8Array[], bits: G726Bits, order: BitOrder): number {
  let [second, fourth, count] = [0, 0, 0];
  for (const run of runs) {
    const samples = g726Samples(run, bits, order);
    const mean = samples.reduce((sum, value) => sum + value, 0) / Math.max(1, samples.length);
    for (const value of samples) {
      const square = (value - mean) ** 2;
      second += square;
      fourth += square * square;
    }
    count += samples.length;
  }
  return second === 0 ? 0 : (fourth * count) / (second * second);
}

function g726(bits: G726Bits, order: BitOrder): Hypothesis {
  const id = `g726-${bits * 8}-${order}`;
  return {
    id,
    format: 'raw-g726',
    codec: id,
    name: agree`G.726 at ${bits * 8} kbit/s, first code in the ${order === 'msb' ? 'high' : 'low'} bit[s]`,
    sampleRateHz: 8000,
    channels: 1,
    frameBytes: bits === 3 || bits === 5 ? bits : 1,
    bitsPerSample: bits,
    evidence: 'codes',
    // With two bits, no code is unused: nothing distinguishes them from other bytes with certainty.
    namedOnly: bits === 2,
    score(material): Score | null {
      if (bits === 2) return twoBits(material, order);
      const unused = forbiddenScore(
        countG726(material, bits, order === 'lsb'),
        1 / (1 << bits),
        agree`codes of ${bits} bit[s] are 0, which G.726 never sends`,
      );
      // Codes of 4 bits fill bytes in either order.
      if (bits !== 4 || unused === null || unused.doubt >= open) return unused;
      const found = g726Order[4](material);
      const doubt = found.order === null ? open : found.order === order ? unused.doubt : wrong;
      return { doubt, text: `${unused.text}; ${found.text}`, strong: unused.strong && found.order === order };
    },
  };
}

function twoBits(material: Material, order: BitOrder): Score | null {
  const found = g726Order[2](material);
  const runs = fewRuns(material);
  const look = decodedWaveform(runs, (run) => g726Samples(run, 2, order));
  if (look.unpredicted === null) return null;
  const text = `${look.unpredicted.toFixed(2)} of its energy is unpredicted; ${found.text}`;
  if (look.unpredicted > 0.75) return { doubt: 1, text, strong: false };
  return { doubt: found.order === null ? open : found.order === order ? right : wrong, text, strong: false };
}

/** Size of a block of NMS ADPCM by bits per sample; the last word is its level (NMS manual 6422-12, appendix F; libsndfile nms_adpcm.c). */
const nmsBlockBytes = { 2: 42, 3: 62, 4: 82 } as const;
/** Mean difference of two random words of 16 bits. */
const randomStep = 65536 / 3;

function nms(bits: 2 | 3 | 4): Hypothesis {
  const blockBytes = nmsBlockBytes[bits];
  const id = `nms-adpcm-${bits * 8}`;
  return {
    id,
    format: 'raw-nms',
    codec: id,
    name: `NMS ADPCM, ${bits * 8} kbit/s`,
    sampleRateHz: 8000,
    channels: 1,
    frameBytes: blockBytes,
    bitsPerSample: bits,
    evidence: 'codes',
    // Neighbouring levels are similar in many other kinds of bytes as well.
    namedOnly: true,
    score(material): Score | null {
      let [steps, blocks] = [0, 0];
      material.windows.forEach((window, i) => {
        const skipped = (blockBytes - ((material.offsets[i] ?? 0) % blockBytes)) % blockBytes;
        let before = -1;
        for (let at = skipped; at + blockBytes <= window.length; at += blockBytes) {
          const level = (window[at + blockBytes - 2] ?? 0) | ((window[at + blockBytes - 1] ?? 0) << 8);
          if (before >= 0) {
            steps += Math.abs(level - before);
            blocks++;
          }
          before = level;
        }
      });
      if (blocks < 20) return null;
      const doubt = Math.min(1, 0.05 + steps / blocks / randomStep);
      return { doubt, text: agree`levels of blocks of ${blockBytes} byte[s] differ by ${Math.round(steps / blocks)}`, strong: false };
    },
  };
}

/** Hypotheses for ADPCM of telephony. */
export const adpcmHypotheses: readonly Hypothesis[] = [
  oki('oki-adpcm', 'high-first', 'sum', ''),
  oki('oki-adpcm-swapped', 'low-first', 'sum', ', low half first'),
  oki('oki-adpcm-parts', 'high-first', 'parts', ', each part truncated separately'),
  oki('oki-adpcm-parts-swapped', 'low-first', 'parts', ', low half first, each part truncated separately'),
  ...([2, 3, 4, 5] as const).flatMap((bits) => [g726(bits, 'lsb'), g726(bits, 'msb')]),
  nms(2),
  nms(3),
  nms(4),
];
