import type { Codec, Samples, Track } from '../../src/core/format.ts';
import { blockDecoder } from './block-decoder.ts';
import { framesInBlocks } from './coded-frames.ts';

/** The 256 linear values of mu-law codes, 14-bit values scaled to 16 bits (ITU-T G.711, table 2a). */
export const mulawValues: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff; // all bits are inverted on the line
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84; // 0x84: bias 33 of 14 bits, times 4
  return inverted & 0x80 ? -magnitude : magnitude;
});

/** The 256 linear values of A-law codes, 13-bit values scaled to 16 bits (ITU-T G.711, table 1a). */
export const alawValues: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const even = code ^ 0x55; // even bits are inverted on the line
  const segment = (even >> 4) & 7;
  const step = ((even & 0x0f) << 4) + 8; // the middle of the step
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return even & 0x80 ? magnitude : -magnitude; // in A-law the sign bit set means positive
});

/** The same values for codes whose eight bits stand in reverse order, as lines that send the lowest bit first leave them. */
export function bitsReversed(values: Int16Array): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => {
    let bits = 0;
    for (let i = 0; i < 8; i++) bits |= ((code >> i) & 1) << (7 - i);
    return values[bits] ?? 0;
  });
}

const itu = 'ITU-T G.711 (11/1988), tables 1 and 2; checked against the ITU-T Software Tool Library sweep';

/** A function of the module: what V8 compiled for one of each decoder ends with it, and files are short. */
function expand(values: Int16Array, bytes: Uint8Array, from: number, end: number, out: Samples, to: number): void {
  for (let i = from, j = to; i < end; i++, j++) out[j] = values[bytes[i] ?? 0] ?? 0;
}

function companded(id: string, title: string, values: Int16Array, fact: string = itu): Codec {
  return {
    id,
    title,
    facts: [fact],
    frames: (track) => framesInBlocks(track, track.channels, 1),
    decode: {
      by: 'us',
      decoder: (track: Track) =>
        blockDecoder({
          blockBytes: track.channels,
          blockSamples: track.channels,
          allocate: (samples) => new Int16Array(samples),
          decode: (bytes, from, blocks, out, to) => expand(values, bytes, from, from + blocks * track.channels, out, to),
        }),
    },
  };
}

/** G.711 mu-law: one byte a sample, interleaved by channel. */
export const mulaw: Codec = companded('mulaw', 'G.711 mu-law', mulawValues);

/** G.711 A-law: one byte a sample, interleaved by channel. */
export const alaw: Codec = companded('alaw', 'G.711 A-law', alawValues);

/** G.711 mu-law with its bits in reverse order, sox's `lu`. */
export const mulawReversed: Codec = companded(
  'mulaw-reversed',
  'G.711 mu-law, bits reversed',
  bitsReversed(mulawValues),
  'sox 14.4 -t lu gives the same samples',
);

/** G.711 A-law with its bits in reverse order, sox's `la`. */
export const alawReversed: Codec = companded(
  'alaw-reversed',
  'G.711 A-law, bits reversed',
  bitsReversed(alawValues),
  'sox 14.4 -t la gives the same samples',
);
