import type { Codec, DamageMarks } from '../../src/core/format.ts';

const silence: DamageMarks = { zeros: 'silence' };
const padding: DamageMarks = { zeros: 'padding' };

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
  ['ima-adpcm', silence],
  ['ima-adpcm-qt', silence],
  ['ima4-mp4', silence],
  ...['wma-asf', 'flac', 'flac-ogg', 'vorbis', 'speex-ogg', 'opus', 'aac-caf', 'alac-caf', 'opus-caf', 'creative-voc'].map(
    (id): [string, DamageMarks] => [id, padding],
  ),
]);

function linear(sampleBytes: number, ...kinds: readonly string[]): (readonly [string, DamageMarks])[] {
  return kinds.map((kind) => [`pcm-${kind}`, { ...silence, sampleBytes }]);
}

/** The codec with what damage looks like in its bytes. */
export function withMarks(codec: Codec): Codec {
  const known = marks.get(codec.id);
  return known === undefined ? codec : { ...codec, marks: known };
}
