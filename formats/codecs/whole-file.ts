import type { Codec } from '../../src/core/format.ts';

const none = new Uint8Array(0);

/** A codec that FFmpeg decodes from its whole container: the payload is the file, or the pages and chunks of one stream of it. */
function whole(id: string, title: string, args: readonly string[], facts: Codec['facts']): Codec {
  return { id, title, facts, decode: { by: 'ffmpeg', input: () => ({ args, prefix: none }) } };
}

/** FLAC in Ogg pages. */
export const flacOgg: Codec = whole(
  'flac-ogg',
  'FLAC (in Ogg)',
  ['-f', 'ogg', '-c:a', 'flac'],
  ['RFC 9639, section 10.1; FFmpeg 7.1 and flac 1.5 give the same samples'],
);

/** Vorbis in Ogg pages. */
export const vorbis: Codec = whole(
  'vorbis',
  'Vorbis (in Ogg)',
  ['-f', 'ogg', '-c:a', 'vorbis'],
  ['Xiph.Org, Vorbis I specification; FFmpeg 7.1 gives as many samples as oggdec 1.4'],
);

/**
 * Speex in Ogg pages. By libspeex: FFmpeg's own decoder makes twice as many samples of wide-band speech, and noise. The encoder's
 * look-ahead (some 5 ms) stays at the beginning.
 */
export const speexOgg: Codec = whole(
  'speex-ogg',
  'Speex (in Ogg)',
  ['-f', 'ogg', '-c:a', 'libspeex'],
  ['Xiph.Org, The Speex codec manual 1.2; FFmpeg 7.1 with libspeex and speexdec 1.2 give the same samples in all three bands'],
);

/** Packets of a CAF file, whose chunks come in an order that a pipe can be read in: packet table before the sound. */
export const cafPackets: readonly Codec[] = [
  whole('aac-caf', 'AAC (in CAF)', ['-f', 'caf'], ['ISO/IEC 14496-3; Apple, Core Audio Format Specification 1.0; FFmpeg 7.1']),
  whole('alac-caf', 'ALAC (in CAF)', ['-f', 'caf'], ['Apple Lossless Audio Codec; FFmpeg 7.1 gives the samples that libsndfile 1.2 encoded']),
  whole(
    'opus-caf',
    'Opus (in CAF)',
    ['-f', 'caf', '-c:a', 'libopus'],
    ['RFC 6716; Apple, Core Audio Format Specification 1.0; FFmpeg 7.1 with libopus'],
  ),
];
