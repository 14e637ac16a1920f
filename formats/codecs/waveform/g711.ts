import type { Codec, Track } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** The 256 linear values of mu-law codes, 14-bit values scaled to 16 bits (ITU-T G.711, table 2a). */
export const mulawValues: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff; // all bits are inverted in transmission
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84; // 0x84: bias 33 of 14 bits, times 4
  return inverted & 0x80 ? -magnitude : magnitude;
});

/** The 256 linear values of A-law codes, 13-bit values scaled to 16 bits (ITU-T G.711, table 1a). */
export const alawValues: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const even = code ^ 0x55; // even bits are inverted in transmission
  const segment = (even >> 4) & 7;
  const step = ((even & 0x0f) << 4) + 8; // the middle of the step
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return even & 0x80 ? magnitude : -magnitude; // in A-law, a set sign bit means positive
});

/** Returns the values for codes whose eight bits are in reverse order, as left by lines that send the lowest bit first. */
export function bitsReversed(values: Int16Array): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => {
    let bits = 0;
    for (let i = 0; i < 8; i++) bits |= ((code >> i) & 1) << (7 - i);
    return values[bits] ?? 0;
  });
}

const itu = 'ITU-T G.711 (11/1988), tables 1 and 2; checked against the ITU-T Software Tool Library sweep';

// One constant table serves all four: V8 compiles its address into the loop, without the checks that it makes for a table passed as an argument.
const expanded = new Int16Array(4 * 256);
const places = { mulaw: 0, alaw: 256, mulawReversed: 512, alawReversed: 768 } as const;

/**
 * Expands four codes at a time, because V8's checks at each iteration of a loop take longer than the look-up. A function of the module: code that V8 compiled
 * for a function of one decoder is lost with the decoder, and files are short.
 */
function expand(place: number, { bytes, from, count }: CodedRun, { out, to }: SampleRoom): void {
  const table = place & 0x300;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const at = from + i;
    const j = to + i;
    out[j] = expanded[(bytes[at] ?? 0) | table] ?? 0;
    out[j + 1] = expanded[(bytes[at + 1] ?? 0) | table] ?? 0;
    out[j + 2] = expanded[(bytes[at + 2] ?? 0) | table] ?? 0;
    out[j + 3] = expanded[(bytes[at + 3] ?? 0) | table] ?? 0;
  }
  for (; i < count; i++) out[to + i] = expanded[(bytes[from + i] ?? 0) | table] ?? 0;
}

function companded(id: string, title: string, place: number, values: Int16Array, fact: string = itu): Codec {
  expanded.set(values, place);
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
          decode: (bytes, from, blocks, out, to) => expand(place, { bytes, from, count: blocks * track.channels }, { out, to }),
        }),
    },
  };
}

/** Decodes G.711 mu-law: one byte per sample, interleaved by channel. */
export const mulaw: Codec = companded('mulaw', 'G.711 mu-law', places.mulaw, mulawValues);

/** Decodes G.711 A-law: one byte per sample, interleaved by channel. */
export const alaw: Codec = companded('alaw', 'G.711 A-law', places.alaw, alawValues);

/** Decodes G.711 mu-law with its bits in reverse order, sox's `lu`. */
export const mulawReversed: Codec = companded(
  'mulaw-reversed',
  'G.711 mu-law, bits reversed',
  places.mulawReversed,
  bitsReversed(mulawValues),
  'sox 14.4 -t lu gives the same samples',
);

/** Decodes G.711 A-law with its bits in reverse order, sox's `la`. */
export const alawReversed: Codec = companded(
  'alaw-reversed',
  'G.711 A-law, bits reversed',
  places.alawReversed,
  bitsReversed(alawValues),
  'sox 14.4 -t la gives the same samples',
);
