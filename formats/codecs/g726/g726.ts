import type { Codec, Samples } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { codedBytes } from '../base/coded-frames.ts';
import { decodeG726, type G726Bits, type G726Line, g726Line } from './decoder.ts';

/** Bits of a byte that hold its first code: the most significant (ITU-T I.366.2 for AAL2) or the least (RFC 3551, 4.5.4). */
export type BitOrder = 'msb' | 'lsb';

/** Smallest number of bytes that hold a whole number of codes. */
const groupBytes: Readonly<Record<G726Bits, number>> = { 2: 1, 3: 3, 4: 1, 5: 5 };

/** Unpacks the halves of bytes as codes, beginning with the half at bit `first`. */
function unpackHalves(bytes: Uint8Array, from: number, count: number, first: 0 | 4, codes: Uint8Array): void {
  for (let i = 0, at = from; i < count; i += 2, at++) {
    const byte = bytes[at] ?? 0;
    codes[i] = (byte >> first) & 0x0f;
    if (i + 1 < count) codes[i + 1] = (byte >> (4 - first)) & 0x0f;
  }
}

/** Unpacks up to `count` codes from the bytes at `from`, one per element. */
export function unpackCodes({ bytes, from, count }: CodedRun, bits: number, order: BitOrder, codes: Uint8Array): void {
  if (bits === 4) {
    unpackHalves(bytes, from, count, order === 'msb' ? 4 : 0, codes);
    return;
  }
  const mask = (1 << bits) - 1;
  let held = 0;
  let heldBits = 0;
  for (let i = 0, at = from; i < count; i++) {
    if (heldBits < bits) {
      const byte = bytes[at++] ?? 0;
      held = order === 'msb' ? ((held << 8) | byte) & 0xffff : held | (byte << heldBits);
      heldBits += 8;
    }
    heldBits -= bits;
    if (order === 'msb') {
      codes[i] = (held >> heldBits) & mask;
    } else {
      codes[i] = held & mask;
      held >>= bits;
    }
  }
}

const codesAtOnce = 128; // a whole number of groups for every rate; small, as for G.722

/** Decodes `count` codes. A function of the module: code that V8 compiled for a function of one decoder is lost with the decoder, and files are short. */
function decodeBytes(
  line: G726Line,
  { codes, bits, order }: { readonly codes: Uint8Array; readonly bits: G726Bits; readonly order: BitOrder },
  { bytes, from, count }: CodedRun,
  { out, to }: SampleRoom,
): void {
  for (let done = 0; done < count; done += codesAtOnce) {
    const now = Math.min(codesAtOnce, count - done);
    unpackCodes({ bytes, from: from + (done * bits) / 8, count: now }, bits, order, codes);
    decodeG726(line, codes, now, out, to + done);
  }
}

function g726(bits: G726Bits, order: BitOrder): Codec {
  const kbits = bits * 8;
  return {
    id: `g726-${kbits}-${order}`,
    title: `G.726 at ${kbits} kbit/s, first code in the ${order === 'msb' ? 'most' : 'least'} significant bits`,
    facts: [
      'ITU-T G.726 (12/90), 4.2, and its Annex A (11/94) for uniform output; reproduces the ITU-T test sequences in A-law and mu-law',
      'libspandsp 0.0.6 gives the same samples where they are not clipped; FFmpeg 7.1 deviates, most at 40 kbit/s',
    ],
    frames: (track) => Math.floor((codedBytes(track) * 8) / bits),
    decode: {
      by: 'us',
      decoder() {
        const line = g726Line(bits);
        const codes = new Uint8Array(codesAtOnce);
        const blockBytes = groupBytes[bits];
        const run = (bytes: Uint8Array, from: number, count: number, out: Samples, to: number): void =>
          decodeBytes(line, { codes, bits, order }, { bytes, from, count }, { out, to });
        const blockSamples = (blockBytes * 8) / bits;
        return blockDecoder({
          blockBytes,
          blockSamples,
          allocate: (samples) => new Int16Array(samples),
          decode: (bytes, from, blocks, out, to) => run(bytes, from, blocks * blockSamples, out, to),
          cut(bytes, out) {
            const samples = Math.floor((bytes.length * 8) / bits);
            run(bytes, 0, samples, out, 0);
            return { samples, bytes: bytes.length };
          },
        });
      },
    },
  };
}

/** G.726 at its four rates and in both bit orders; mono, 8000 Hz unless the track states another rate. */
export const g726Codecs: readonly Codec[] = ([2, 3, 4, 5] as const).flatMap((bits) => [g726(bits, 'msb'), g726(bits, 'lsb')]);
