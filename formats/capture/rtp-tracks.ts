import type { Track } from '../../src/core/model/format.ts';
import type { CallSide } from './rtp-call.ts';
import type { RtpCoding } from './rtp-coding.ts';

/** Returns a track for each coding of a side; each track is as long as the call. */
export function tracksOf({ side, line }: Pick<CallSide, 'side' | 'line'>, seconds: number): Track[] {
  return line.tables.map(({ coding, table }) => ({
    codec: coding.codec,
    codecName: codingName(coding),
    sampleRateHz: coding.rateHz,
    channels: coding.channels,
    bitsPerSample: coding.codec.startsWith('pcm-s16') ? 16 : null,
    blockBytes: null,
    frames: Math.round(seconds * coding.rateHz),
    setup: coding.setup,
    spans: [],
    packets: table.finish(side),
  }));
}

const codingName = ({ name }: RtpCoding): string => (name.includes('RTP') ? name : `${name} in RTP`);
