import type { Codec, DamageMarks } from '../../src/core/model/format.ts';
import { g7231Order } from './base/g7231.ts';
import { parityHolds } from './g729/parity.ts';

const silence: DamageMarks = { zeros: 'silence' };
const padding: DamageMarks = { zeros: 'padding' };

/**
 * The limits lie between the values of random bytes, 0 ± 1, and the least values of audio: docs/explanation/plausibility.md. For ADPCM they are high enough to
 * exclude bytes of many other codings.
 */
const adpcm: DamageMarks = { codes: { frameBytes: [], windowBytes: 2_048, deviations: 33 } };
const g726: DamageMarks = { codes: { frameBytes: [], windowBytes: 2_048, deviations: 19 } };
/** Frames of 6.3 and 5.3 kbit/s and of silence are mixed. */
const g723: DamageMarks = { codes: { frameBytes: [24, 20, 4], windowBytes: 1_200, deviations: 8 } };

/**
 * Codecs in which a long run of zero bytes is not necessarily damage. `silence`: signed linear samples, and ADPCM whose step has reached its minimum, where a
 * code of 0 is a difference of 0 (IMA; with Yamaha and OKI it is half a step or more). `padding`: FFmpeg receives the container with the audio, and containers
 * are padded (comments of Ogg, packets of ASF).
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
  // Not at 40 kbit/s: the 5-bit codes of a fax page are distributed as evenly as random bytes.
  ['gsm', { codes: { frameBytes: [33], windowBytes: 2_046, deviations: 16, placed: 9 } }],
  // Two frames per block, whose frames lack the signature.
  ['gsm-ms', { codes: { frameBytes: [65], windowBytes: 4_160, deviations: 11, placed: 8 } }],
  // Frames of silence have 2 bytes.
  ['g729', { frame: { bytes: 10, holds: parityHolds }, codes: { frameBytes: [10, 2], windowBytes: 4_000, deviations: 8 } }],
  ['g723.1', { ...g723, order: g7231Order }],
  ['g723.1-asterisk', g723],
  // No real sample was available for these two: 8 s, and limits that random bytes do not reach.
  ['g728', { codes: { frameBytes: [5], windowBytes: 16_000, deviations: 6 } }],
  ['truespeech', { codes: { frameBytes: [32], windowBytes: 8_512, deviations: 6 } }],
  ['ima4-mp4', silence],
  ...['wma-asf', 'flac', 'flac-ogg', 'vorbis', 'speex-ogg', 'opus', 'aac-caf', 'alac-caf', 'opus-caf', 'creative-voc', 'through-ffmpeg'].map(
    (id): [string, DamageMarks] => [id, padding],
  ),
]);

function linear(sampleBytes: number, ...kinds: readonly string[]): (readonly [string, DamageMarks])[] {
  return kinds.map((kind) => [`pcm-${kind}`, { ...silence, sampleBytes }]);
}

/** Returns the codec with its signs of damage added. */
export function withMarks(codec: Codec): Codec {
  const known = marks.get(codec.id);
  return known === undefined ? codec : { ...codec, marks: known };
}
