import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** Returns the rate in Hz by the four bits of a major sync; 15 is reserved. */
function rateOf(code: number): number {
  return code === 15 ? 0 : ((code & 8) !== 0 ? 44_100 : 48_000) << (code & 7);
}

/** Number of channels by the five bits of MLP's arrangement; 0: reserved (FFmpeg libavcodec/mlp_parse.h). */
const mlpChannels = [1, 2, 3, 4, 3, 4, 5, 3, 4, 5, 4, 5, 6, 4, 5, 4, 5, 6, 5, 5, 6];
/** Number of channels for each bit of TrueHD's arrangement, lowest bit first. */
const trueHdChannels = [2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1, 1];

function arranged(map: number): number {
  return trueHdChannels.reduce((sum, count, bit) => sum + ((map >> bit) & 1) * count, 0);
}

const facts = 'Dolby, MLP reference information; FFmpeg libavcodec/mlp_parse.c; a file of FFmpeg with two channels';

/** In these streams, the major sync follows the length and time of the first access unit. */
export const mlpStreams: readonly DemuxedContainer[] = [
  {
    demuxer: 'mlp',
    title: 'MLP',
    extensions: ['.mlp'],
    magics: [[4, '\xf8ro\xbb']],
    confidence: 'signature',
    fact: `MLP: ${facts}`,
    sound: (head): DemuxedSound => ({
      // Access units follow each other.
      besidePacketBytes: 0,
      coding: 'MLP',
      sampleRateHz: rateOf((head[9] ?? 0) >> 4),
      channels: mlpChannels[(head[11] ?? 0) & 31] ?? 0,
    }),
  },
  {
    demuxer: 'truehd',
    title: 'TrueHD',
    extensions: ['.thd'],
    magics: [[4, '\xf8ro\xba']],
    confidence: 'signature',
    fact: `TrueHD: ${facts}`,
    sound: (head): DemuxedSound => {
      const [b8 = 0, b9 = 0, b10 = 0, b11 = 0] = head.subarray(8, 12);
      // Layout: rate of 4 bits, 4 unused, two modifiers of 2, arrangement of 5, a modifier of 2, arrangement of 13 if there are eight channels.
      const six = ((b9 & 15) << 1) | (b10 >> 7);
      const eight = ((b10 & 31) << 8) | b11;
      return { besidePacketBytes: 0, coding: 'TrueHD', sampleRateHz: rateOf(b8 >> 4), channels: arranged(eight) || arranged(six) };
    },
  },
];
