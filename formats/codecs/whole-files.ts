import type { Codec } from '../../src/core/model/format.ts';

const none = new Uint8Array(0);

/**
 * Decodes Windows Media Audio of any version in its ASF packets: the payload is the whole file, including headers; `setup` is the number of the audio stream.
 */
export const wmaAsf: Codec = {
  id: 'wma-asf',
  title: 'Windows Media Audio (in ASF)',
  facts: ['Microsoft, Advanced Systems Format Specification; FFmpeg 7.1 gives the same samples from a pipe as from the file'],
  undisclosed: true,
  decode: { by: 'ffmpeg', input: ({ setup }) => ({ args: ['-f', 'asf'], prefix: none, timed: true, stream: setup?.[0] ?? 0 }) },
};

/** Decodes AAC whose frames have their own headers. */
export const aacAdts: Codec = {
  id: 'aac-adts',
  title: 'AAC (ADTS frames)',
  facts: ['ISO/IEC 14496-3, 1.A.2; FFmpeg 7.1'],
  decode: { by: 'ffmpeg', input: () => ({ args: ['-f', 'aac'], prefix: none }) },
};

/** Creates a codec for Qualcomm's packets, which begin with their rate; `setup` is a minimal QCP header. */
function inQcp(id: string, title: string, fact: string): Codec {
  return {
    id,
    title,
    facts: [`${fact}; RFC 3625; FFmpeg 7.1`],
    decode: { by: 'ffmpeg', input: (track) => ({ args: ['-f', 'qcp'], prefix: track.setup ?? none }) },
  };
}

/** QCELP at 13 kbit/s: 160 samples per packet. */
export const qcelp: Codec = inQcp('qcelp', 'QCELP 13K', 'TIA IS-733');

/** EVRC: 160 samples per packet. */
export const evrc: Codec = inQcp('evrc', 'EVRC', 'TIA IS-127');

/** Creates a codec for DSS SP and LP in blocks of 512 bytes; `setup` is the file's own header. */
function inDss(id: string, title: string, fact: string): Codec {
  return {
    id,
    title,
    facts: [`${fact}; no recording available, only the sample count is checked`],
    decode: { by: 'ffmpeg', input: (track) => ({ args: ['-f', 'dss'], prefix: track.setup ?? none }) },
  };
}

/** DSS standard play: 264 samples at 11,025 Hz for 41 bytes. */
export const dssSp: Codec = {
  ...inDss('dss-sp', 'DSS standard play', 'FFmpeg 7.1 libavformat/dss.c, libavcodec/dss_sp.c'),
  undisclosed: true,
};

/** DSS long play, which is G.723.1. */
export const dssLp: Codec = inDss('dss-lp', 'DSS long play (G.723.1)', 'FFmpeg 7.1 libavformat/dss.c');

/** Creates a codec that FFmpeg decodes from its whole container: the payload is the file, or the pages and chunks of one of its streams. */
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
 * Decodes Speex in Ogg pages. Uses libspeex: FFmpeg's own decoder produces twice as many samples from wide-band speech, and noise. The encoder's look-ahead
 * (some 5 ms) stays at the beginning.
 */
export const speexOgg: Codec = whole(
  'speex-ogg',
  'Speex (in Ogg)',
  ['-f', 'ogg', '-c:a', 'libspeex'],
  ['Xiph.Org, The Speex codec manual 1.2; FFmpeg 7.1 with libspeex and speexdec 1.2 give the same samples in all three bands'],
);

/** Packets of a CAF file, whose chunks are put into an order that can be read from a pipe: packet table before the audio. */
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
