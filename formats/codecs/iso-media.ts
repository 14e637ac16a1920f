import type { Codec } from '../../src/core/model/format.ts';

const none = new Uint8Array(0);

/** Creates a codec whose packets have individual sizes, which only a container states: `setup` is an MP4 index that lists all of them. */
function inMp4(id: string, title: string, fact: string): Codec {
  return {
    id,
    title: `${title} (packets of MP4 or QuickTime)`,
    facts: [`${fact}; FFmpeg 7.1 gives the same samples from a pipe, with an index made by longplay, as from the whole file`],
    decode: {
      by: 'ffmpeg',
      input: (track) => ({ args: ['-f', 'mov', ...(id === 'opus-mp4' ? ['-c:a', 'libopus'] : [])], prefix: track.setup ?? none }),
    },
  };
}

/** Codings of MP4 and QuickTime that have no stream format of their own. */
export const isoCodecs: readonly Codec[] = [
  inMp4('aac-mp4', 'AAC', 'ISO/IEC 14496-3'),
  inMp4('alac-mp4', 'Apple Lossless', 'Apple, ALACMagicCookieDescription'),
  inMp4('mp3-mp4', 'MPEG audio', 'ISO/IEC 11172-3 and 13818-3'),
  inMp4('opus-mp4', 'Opus', 'RFC 6716; Encapsulation of Opus in ISO Base Media File Format'),
  inMp4('flac-mp4', 'FLAC', 'RFC 9639; Encapsulation of FLAC in ISO Base Media File Format'),
  inMp4('ac3-mp4', 'AC-3, E-AC-3', 'ETSI TS 102 366, annex F'),
  inMp4('ima4-mp4', 'IMA ADPCM', 'Apple, QuickTime File Format'),
];
