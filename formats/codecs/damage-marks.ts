import type { Codec, CodeMarks, DamageMarks } from '../../src/core/format.ts';
import { parityHolds } from './g729-parity.ts';

const silence: DamageMarks = { zeros: 'silence' };
const padding: DamageMarks = { zeros: 'padding' };

/** Lowest chi-square of windows of 2,048 bytes of undamaged calls, and what is taken for even: docs/plausibility.md. */
const adpcm: DamageMarks = { even: { windowBytes: 2_048, chiSquare: 1_000 } };
const g726: DamageMarks = { even: { windowBytes: 2_048, chiSquare: 700 } };

/**
 * Codecs in which a long run of zero bytes need not be damage. `silence`: signed linear samples, and ADPCM whose step has come to rest, where a code of 0 is a
 * difference of 0 (IMA; Yamaha's and OKI's is half a step or more). `padding`: FFmpeg gets the container with the sound, and containers are padded (comments of
 * Ogg, packets of ASF).
 */
const marks = new Map<string, DamageMarks>([
  ['pcm-s8', silence],
  ...linear(2, 's16le', 's16be'),
  ...linear(3, 's24le', 's24be'),
  ...linear(4, 's24le-low32', 's32le', 's32be', 'f32le', 'f32be'),
  ...linear(8, 'f64le', 'f64be'),
  ['ima-adpcm', { ...silence, ...adpcm }],
  ['ima-adpcm-qt', { ...silence, ...adpcm }],
  ...['ms-adpcm', 'yamaha-adpcm', 'oki-adpcm', 'oki-adpcm-swapped', 'oki-adpcm-parts', 'oki-adpcm-parts-swapped', 'g722', 'g722-56', 'g722-48'].map(
    (id): [string, DamageMarks] => [id, adpcm],
  ),
  ...['16', '24', '32'].flatMap((rate): [string, DamageMarks][] => [
    [`g726-${rate}-msb`, g726],
    [`g726-${rate}-lsb`, g726],
  ]),
  // Not at 40 kbit/s: a fax page has its codes of 5 bits as evenly spread as random bytes.
  ['gsm', { even: { windowBytes: 2_048, chiSquare: 430 } }],
  // Without the signature of each frame it is less uneven.
  ['gsm-ms', { even: { windowBytes: 4_096, chiSquare: 430 } }],
  ['g729', { frame: { bytes: 10, holds: parityHolds } }],
  ['ima4-mp4', silence],
  ...['wma-asf', 'flac', 'flac-ogg', 'vorbis', 'speex-ogg', 'opus', 'aac-caf', 'alac-caf', 'opus-caf', 'creative-voc', 'through-ffmpeg'].map(
    (id): [string, DamageMarks] => [id, padding],
  ),
]);

function linear(sampleBytes: number, ...kinds: readonly string[]): (readonly [string, DamageMarks])[] {
  return kinds.map((kind) => [`pcm-${kind}`, { ...silence, sampleBytes }]);
}

/**
 * Coders whose random codes decode to something that may pass for sound. ADPCM has no frames: each byte is one. G.729 has silence frames of 2 bytes among those of 10,
 * G.723.1 frames of 24, 20 and 4. The fewest bytes are 2 s of sound at 8 kHz; 4 s of GSM in pairs of frames, G.729 and G.723.1, 8 s of G.728 and
 * TrueSpeech, of which no real sample was available.
 */
const codes = new Map<string, CodeMarks>([
  ['gsm', { frameBytes: [33], leastBytes: 3_300 }],
  ['gsm-ms', { frameBytes: [65], leastBytes: 6_500 }],
  ['g729', { frameBytes: [10, 2], leastBytes: 4_000 }],
  ['g723.1', { frameBytes: [24, 20, 4], leastBytes: 3_192 }],
  ['g723.1-asterisk', { frameBytes: [24, 20, 4], leastBytes: 3_192 }],
  ['g728', { frameBytes: [5], leastBytes: 16_000 }],
  ['truespeech', { frameBytes: [32], leastBytes: 8_512 }],
  ...['ms-adpcm', 'ima-adpcm', 'ima-adpcm-qt', 'oki-adpcm', 'oki-adpcm-swapped', 'oki-adpcm-parts', 'oki-adpcm-parts-swapped'].map(
    (id): [string, CodeMarks] => [id, { frameBytes: [1], leastBytes: 8_000 }],
  ),
]);

/** The codec with what damage looks like in its bytes. */
export function withMarks(codec: Codec): Codec {
  const own = codes.get(codec.id);
  const known = { ...marks.get(codec.id), ...(own === undefined ? {} : { codes: own }) };
  return Object.keys(known).length === 0 ? codec : { ...codec, marks: known };
}
