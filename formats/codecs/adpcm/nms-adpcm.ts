import type { Codec, Samples } from '../../../src/core/model/format.ts';
import { blockDecoder } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/**
 * Meaning of a code's magnitude (the three low bits of four; rates with fewer bits omit the lowest). NMS never published its coding: the numbers are those of
 * libsndfile 1.2.2 (nms_adpcm.c), which were compared there with NMSVCE.DLL and a CG6565 board.
 */
interface Quantizer {
  /** Change of the logarithm of the step, 11 fractional bits. */
  readonly changes: readonly number[];
  /** Quantized difference in steps, 12 fractional bits. */
  readonly levels: readonly number[];
}
type NmsBits = 2 | 3 | 4;
const quantizers: Readonly<Record<NmsBits, Quantizer>> = {
  2: { changes: [0x0000, 0, 0, 0, 0x04b0, 0, 0, 0], levels: [0x073f, 0, 0, 0, 0x1829, 0, 0, 0] },
  3: { changes: [-0x003c, 0, 0x0090, 0, 0x02ee, 0, 0x0898, 0], levels: [0x03eb, 0, 0x0c18, 0, 0x1581, 0, 0x226e, 0] },
  4: {
    changes: [-0x0030, 0x0012, 0x006b, 0x00c8, 0x0188, 0x02e0, 0x0551, 0x1150],
    levels: [0x020c, 0x0635, 0x0a83, 0x0f12, 0x1418, 0x19e3, 0x211a, 0x2bba],
  },
};

/** 2 to the power of 32nds, 14 fractional bits, rounded exactly as NMS does. */
const powers = Int32Array.of(
  ...[0x4000, 0x4167, 0x42d5, 0x444c, 0x45cb, 0x4752, 0x48e2, 0x4a7a, 0x4c1b, 0x4dc7, 0x4f7a, 0x5138, 0x52ff, 0x54d1, 0x56ac, 0x5892],
  ...[0x5a82, 0x5c7e, 0x5e84, 0x6096, 0x62b4, 0x64dd, 0x6712, 0x6954, 0x6ba2, 0x6dfe, 0x7066, 0x72dc, 0x7560, 0x77f2, 0x7a93, 0x7d42],
);
const [smallestLog, largestLog] = [2171, 20480];
/** The step for each logarithm: the product of two factors, of which the finer one is a straight line of slope ln 2 / 32 (0x166b of 2^18). */
const stepOfLog = Int32Array.from({ length: largestLog + 1 }, (_, log) => {
  const fine = 0x1000 + (((log & 0x3f) * 0x166b) >> 12);
  return (fine * (powers[(log >> 6) & 0x1f] ?? 0)) >> (26 - (log >> 11));
});

const largestSample = 0x1fdf; // just under 14 bits
const blockFrames = 160; // 20 ms at 8000 Hz.

/**
 * Returns the number of samples in the first `words` words of a block: four in each, and after every third word of 3-bit codes the four from their remaining
 * bits.
 */
function framesInWords(words: number, bits: NmsBits): number {
  return bits === 2 ? words * 8 : bits === 3 ? words * 4 + Math.floor(words / 3) * 4 : words * 4;
}

/** Unpacks a block's first `words` words into 4-bit codes; the bits that the rate omits are 0. */
function unpack(bytes: Uint8Array, from: number, words: number, bits: NmsBits, codes: Uint8Array): void {
  let left = 0;
  let i = 0;
  const put = (word: number, mask: number): void => {
    for (let shift = 12; shift >= 0; shift -= 4) codes[i++] = (word >> shift) & mask;
  };
  for (let n = 0; n < words; n++) {
    const word = (bytes[from + 2 * n] ?? 0) | ((bytes[from + 2 * n + 1] ?? 0) << 8);
    if (bits === 4) {
      put(word, 0x0f);
    } else if (bits === 3) {
      put(word, 0x0e);
      left = (left << 1) | (word & 0x1111);
      if (n % 3 === 2) {
        put(left << 1, 0x0e);
        left = 0;
      }
    } else {
      put(word, 0x0c);
      put(word << 2, 0x0c);
    }
  }
}

/** Returns a decoder of consecutive 4-bit codes. It has the predictor of G.726 (with the same names), without its tone detector and with one scale factor. */
function nmsDecoder(bits: NmsBits): (codes: Uint8Array, count: number, out: Samples, to: number) => void {
  const changes = Int32Array.from(quantizers[bits].changes);
  const levels = Int32Array.from(quantizers[bits].levels);
  let log = 0;
  let last = 0; // the previous code
  let [a1, a2] = [0, 0]; // 14 fractional bits.
  const b = new Int32Array(6);
  const dq = new Int32Array(7); // differences, newest first; only the sign of the last one is used
  let [sr1, sr2, p0, p1, p2] = [0, 0, 0, 0, 0];
  return (codes, count, out, to) => {
    for (let i = 0; i < count; i++) {
      log = Math.min(largestLog, Math.max(smallestLog, ((log * 0xf8) >> 8) + (changes[last & 7] ?? 0)));
      const newest = dq[0] ?? 0;
      let zeros = 0;
      for (let n = 5; n >= 0; n--) {
        const past = dq[n] ?? 0;
        const coefficient = (((b[n] ?? 0) * 0xff) >> 8) + ((newest ^ (dq[n + 1] ?? 0)) >= 0 ? 128 : -128);
        b[n] = coefficient;
        zeros = (zeros + Math.imul(past, coefficient)) | 0;
        dq[n + 1] = past;
      }
      const half = Math.min(256, Math.max(-256, a1 >> 5));
      const against1 = p0 !== 0 && p1 !== 0 && (p0 ^ p1) < 0;
      const against2 = p0 !== 0 && p2 !== 0 && (p0 ^ p2) < 0;
      a1 = ((0xff * a1) >> 8) + (against1 ? -192 : 192);
      a2 = ((0xfe * a2) >> 8) + (against1 ? half : -half) + (against2 ? -128 : 128);
      a2 = Math.min(12288, Math.max(-12288, a2));
      const most = 15360 - a2;
      a1 = Math.min(most, Math.max(-most, a1));
      const estimate = ((Math.imul(a1, sr1) + Math.imul(a2, sr2) + zeros) | 0) >> 14;
      sr2 = sr1;
      p2 = p1;
      p1 = p0;

      const code = codes[i] ?? 0;
      const scaled = Math.imul(levels[code & 7] ?? 0, stepOfLog[log] ?? 0);
      const difference = (code & 8 ? -scaled : scaled) >> 12;
      dq[0] = difference;
      sr1 = estimate + difference;
      p0 = (zeros >> 14) + difference;
      last = code;
      const sample = Math.min(largestSample, Math.max(-largestSample, (sr1 << 16) >> 16));
      out[to + i] = ((sample * 0x7fff) / largestSample) | 0;
    }
  };
}

function nms(bits: NmsBits): Codec {
  const kbits = bits * 8;
  const words = bits * 10;
  const blockBytes = words * 2 + 2; // the last word is the block's RMS level
  return {
    id: `nms-adpcm-${kbits}`,
    title: `NMS VBX ADPCM, ${kbits} kbit/s`,
    facts: [
      'libsndfile 1.2.2, nms_adpcm.c (its author checked it against NMSVCE.DLL); libsndfile gives the same samples',
      `NMS Natural Access manual, appendix F: blocks of ${blockBytes} bytes for 160 samples; the decoder is not reset between blocks`,
    ],
    undisclosed: true,
    frames: (track) => framesInBlocks(track, blockBytes, blockFrames),
    decode: {
      by: 'us',
      decoder() {
        const decode = nmsDecoder(bits);
        const codes = new Uint8Array(blockFrames);
        return blockDecoder({
          blockBytes,
          blockSamples: blockFrames,
          allocate: (samples) => new Int16Array(samples),
          decode(bytes, from, blocks, out, to) {
            for (let block = 0; block < blocks; block++) {
              unpack(bytes, from + block * blockBytes, words, bits, codes);
              decode(codes, blockFrames, out, to + block * blockFrames);
            }
          },
          cut(bytes, out) {
            const whole = Math.min(words, bytes.length >> 1);
            const samples = framesInWords(whole, bits);
            unpack(bytes, 0, whole, bits, codes);
            decode(codes, samples, out, 0);
            return { samples, bytes: whole === words ? bytes.length : whole * 2 };
          },
        });
      },
    },
  };
}

/** NMS VBX ADPCM (WAVE tag 0x0038, `.vce`, NMS `.vox`) at its three rates; mono, 8000 Hz. */
export const nmsCodecs: readonly Codec[] = [nms(2), nms(3), nms(4)];
