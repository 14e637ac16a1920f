import type { Codec, Samples } from '../../../src/core/model/format.ts';
import { blockDecoder } from '../base/block-decoder.ts';
import { codedBytes } from '../base/coded-frames.ts';
import { hybridWindow, levinson, widening } from '../base/linear-prediction.ts';
import { postfilter } from './postfilter.ts';
import { gains, gainWindow, shapes, speechWindow } from './tables.ts';

// ITU-T G.728 (09/92), LD-CELP in floating point. Block numbers are those of the recommendation.

const vector = 5; // samples of one 10-bit code
const frameVectors = 4;
const frame = vector * frameVectors;
const order = 50;
const gainOrder = 10;
const postfilterOrder = 10;
/** Offset of the logarithmic gain in dB; the gain itself is limited to 0 to 60 dB (blocks 41, 47). */
const offset = 32;
const loudest = 4095; // the filter works on an eighth of the sample

/** Mean energy of each shape and gain in dB: the logarithm of an excitation is the sum of the logarithms of its parts. */
const shapeLevels = Float64Array.from({ length: 128 }, (_, shape) => {
  let sum = 0;
  for (let i = 0; i < vector; i++) sum += ((shapes[shape * vector + i] ?? 0) / 2048) ** 2;
  return 10 * Math.log10(sum / vector);
});
const gainLevels = gains.map((gain) => 10 * Math.log10(gain * gain));
const bandwidth = widening(253 / 256, order);
const gainBandwidth = widening(29 / 32, gainOrder);

/**
 * Returns a decoder of consecutive codes, five samples each. One function: the steps of a frame share the signals that they keep from vector to vector.
 * @param filtered true to apply the recommendation's postfilter
 */
export function g728Decoder(filtered: boolean): (codes: Uint16Array, count: number, out: Samples, to: number) => void {
  const speech = new Float64Array(speechWindow.length); // the current frame is at its end
  const speechLags = hybridWindow(speechWindow, order, 35, frame, 0.75);
  let a = new Float64Array(order);
  let next = new Float64Array(order);
  let ready = false;
  let residual = 0;
  let lags: Float64Array = new Float64Array(order + 1);
  const logs = new Float64Array(gainWindow.length); // logarithmic gains; vectors 1, 2, 3 of a frame and 0 of the next are at its end
  logs.fill(-offset, logs.length - frameVectors, logs.length - 1);
  const logLags = hybridWindow(gainWindow, gainOrder, 20, frameVectors, 0.75);
  const g = new Float64Array(gainOrder);
  g[0] = -1;
  const nextG = new Float64Array(gainOrder);
  const zeroInput = new Float64Array(vector);
  const zeroState = new Float64Array(vector);
  const played = new Float64Array(vector);
  const post = postfilter();
  let turn = 0;

  /** Returns the predicted gain in dB less the offset (blocks 46, 47). */
  const predictGain = (at: number): number => {
    let sum = 0;
    for (let i = 0; i < gainOrder; i++) sum -= (g[i] ?? 0) * (logs[at - 1 - i] ?? 0);
    return Math.min(60 - offset, Math.max(-offset, sum));
  };

  const synthesise = (start: number, shape: number, gain: number): void => {
    // The responses to the past and to the excitation are computed separately: only their sum is limited (blocks 9, 22).
    for (let n = 0; n < vector; n++) {
      let past = 0;
      for (let i = 0; i < n; i++) past -= (a[i] ?? 0) * (zeroInput[n - 1 - i] ?? 0);
      for (let i = n; i < order; i++) past -= (a[i] ?? 0) * (speech[start + n - 1 - i] ?? 0);
      zeroInput[n] = past;
      let fresh = (gain * (shapes[shape * vector + n] ?? 0)) / 2048;
      for (let i = 0; i < n; i++) fresh -= (a[i] ?? 0) * (zeroState[n - 1 - i] ?? 0);
      zeroState[n] = fresh;
    }
    for (let n = 0; n < vector; n++) {
      speech[start + n] = Math.min(loudest, Math.max(-loudest, (zeroInput[n] ?? 0) + (zeroState[n] ?? 0)));
    }
  };

  return (codes, count, out, to) => {
    for (let v = 0; v < count; v++) {
      const code = codes[v] ?? 0;
      const shape = (code >> 3) & 0x7f;
      const index = code & 3;
      const start = speech.length - frame + turn * vector;
      const at = logs.length - frameVectors + ((turn + 3) % frameVectors);
      const predicted = predictGain(at);
      const gain = 10 ** ((predicted + offset) * 0.05) * (gains[index] ?? 0);
      synthesise(start, shape, code & 4 ? -gain : gain);
      logs[at] = Math.max(-offset, (gainLevels[index] ?? 0) + (shapeLevels[shape] ?? 0) + predicted);
      if (filtered) post.filter(speech, start + vector, turn === 2, played);
      else for (let n = 0; n < vector; n++) played[n] = speech[start + n] ?? 0;
      for (let n = 0; n < vector; n++) {
        out[to + v * vector + n] = Math.min(32767, Math.max(-32768, Math.round(8 * (played[n] ?? 0))));
      }

      if (turn === 3) {
        // The frame is complete: computes its correlations, and the predictor as far as the postfilter needs it (blocks 49, 50).
        lags = speechLags.correlate(speech);
        speech.copyWithin(0, frame);
        residual = lags[order] === 0 ? 0 : levinson(lags, next, 0, postfilterOrder, lags[0] ?? 0);
        ready = residual > 0;
        if (ready && filtered) post.adapt(next, -(lags[1] ?? 0) / (lags[0] ?? 1));
      } else if (turn === 0) {
        if (ready) {
          ready = levinson(lags, next, postfilterOrder, order, residual) > 0;
          for (let i = 0; i < order; i++) next[i] = (next[i] ?? 0) * (bandwidth[i] ?? 0); // Block 51.
        }
        const found = logLags.correlate(logs); // Blocks 43 to 45.
        logs.copyWithin(0, frameVectors);
        if (found[gainOrder] !== 0 && levinson(found, nextG, 0, gainOrder, found[0] ?? 0) > 0) {
          for (let i = 0; i < gainOrder; i++) g[i] = (nextG[i] ?? 0) * (gainBandwidth[i] ?? 0);
        }
      } else if (turn === 1 && ready) {
        [a, next] = [next, a];
        ready = false;
      }
      turn = (turn + 1) % frameVectors;
    }
  };
}

/** Four codes of 10 bits fill 5 bytes, the first in the highest bits (RFC 3551, 4.5.8). */
const [groupBytes, groupCodes] = [5, 4];

function unpack(bytes: Uint8Array, from: number, codes: Uint16Array): void {
  const [b0, b1, b2, b3, b4] = [bytes[from] ?? 0, bytes[from + 1] ?? 0, bytes[from + 2] ?? 0, bytes[from + 3] ?? 0, bytes[from + 4] ?? 0];
  codes[0] = (b0 << 2) | (b1 >> 6);
  codes[1] = ((b1 & 0x3f) << 4) | (b2 >> 4);
  codes[2] = ((b2 & 0x0f) << 6) | (b3 >> 2);
  codes[3] = ((b3 & 0x03) << 8) | b4;
}

/** Decodes G.728 (LD-CELP) at 16 kbit/s: 8000 Hz, mono, 2.5 ms in 5 bytes. */
export const g728: Codec = {
  id: 'g728',
  title: 'G.728 at 16 kbit/s',
  facts: [
    'ITU-T G.728 (09/92) with its postfilter; reproduces the ITU-T test sequence 4 bit for bit, with the postfilter and without',
    'RFC 3551, 4.5.8: packing of the codes',
  ],
  frames: (track) => Math.floor((codedBytes(track) * 8) / 10) * vector,
  decode: {
    by: 'us',
    decoder() {
      const decode = g728Decoder(true);
      const codes = new Uint16Array(groupCodes);
      return blockDecoder({
        blockBytes: groupBytes,
        blockSamples: frame,
        allocate: (samples) => new Int16Array(samples),
        decode(bytes, from, blocks, out, to) {
          for (let block = 0; block < blocks; block++) {
            unpack(bytes, from + block * groupBytes, codes);
            decode(codes, groupCodes, out, to + block * frame);
          }
        },
        cut(bytes, out) {
          const whole = Math.floor((bytes.length * 8) / 10);
          unpack(bytes, 0, codes);
          decode(codes, whole, out, 0);
          return { samples: whole * vector, bytes: whole === 0 ? 0 : bytes.length };
        },
      });
    },
  },
};
