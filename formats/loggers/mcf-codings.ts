import type { DeclaredCoding } from '../../src/core/model/format.ts';
import { describedCoding, fixedCoding, type RtpCoding } from '../capture/rtp-coding.ts';
import type { RtpStream } from '../capture/rtp-streams.ts';

/** Payload type numbers from this one on mean an encoding without RTP; RTP itself has 128 numbers. */
export const mcfUnframed = 128;

const described = (type: number, name: string, clockHz: number, parameters = ''): RtpCoding | null =>
  describedCoding(type, { name, clockHz, channels: 1, parameters });

/** Oreka's own numbers for dynamic payload types (voiceip/oreka, orkbasecxx/Utils.h and VoIpSession.cpp). */
const opusType = 60;
const amrType = 61;
const amrWideType = 62;
const ilbcType = 63;
const silkType = 64;
const speexType = 66;
const eventType = 67;

/** RTP payload types that correspond to the encodings without RTP (AudioCapture.h, AudioEncodingEnum); 1 is linear. */
const typesOfEncodings = new Map([
  [2, 8],
  [3, 0],
  [4, 3],
  [5, ilbcType],
  [6, 9],
  [7, 2],
  [8, silkType],
  [9, opusType],
  [10, amrType],
  [11, amrWideType],
  [12, 18],
]);

/** Returns a function that returns the coding of each payload type in a stream of chunks. @param rateHz rate that its chunks state */
export function mcfCodingOf(stream: RtpStream, rateHz: number): (type: number) => RtpCoding | null {
  const hz = rateHz >= 1_000 ? rateHz : 8_000;
  /** Returns the one of several readings of a type that is possible for most of its packets. */
  const likeliest = (type: number, codings: readonly (RtpCoding | null)[]): RtpCoding | null => {
    let best: RtpCoding | null = null;
    let most = -1;
    for (const coding of codings) {
      if (coding === null) continue;
      let right = 0;
      for (let index = 0; index < stream.count; index++)
        if (stream.types[index] === type && coding.read(stream.sizes[index] ?? 0, stream.heads[index] ?? 0).frames > 0) right++;
      if (right > most) {
        most = right;
        best = coding;
      }
    }
    return best;
  };
  const meaning = (number: number, type: number): RtpCoding | null => {
    switch (number) {
      case opusType:
        return described(number, 'OPUS', 48_000);
      case amrType:
        return likeliest(type, [described(number, 'AMR', 8_000), described(number, 'AMR', 8_000, 'octet-align=1')]);
      case amrWideType:
        return likeliest(type, [described(number, 'AMR-WB', 16_000), described(number, 'AMR-WB', 16_000, 'octet-align=1')]);
      case ilbcType:
        return likeliest(type, [described(number, 'ILBC', 8_000, 'mode=30'), described(number, 'ILBC', 8_000, 'mode=20')]);
      case silkType:
        return described(number, 'SILK', hz);
      case speexType:
        return described(number, 'SPEEX', hz);
      case eventType:
        return described(number, 'TELEPHONE-EVENT', 8_000);
      default:
        return fixedCoding(number);
    }
  };
  return (type) => {
    if (type < mcfUnframed) return meaning(type, type);
    const encoding = type - mcfUnframed;
    const linear = encoding === 1 ? described(type, 'L16', hz) : null;
    const coding = linear === null ? meaning(typesOfEncodings.get(encoding) ?? -1, type) : { ...linear, codec: 'pcm-s16le', name: 'linear 16 bits' };
    return coding === null ? null : { ...coding, name: `${coding.name} (encoding ${encoding}, not from RTP)` };
  };
}

/** Codings that a chunk can declare. */
export const mcfCodings: readonly DeclaredCoding[] = [
  ...[0, 2, 3, 4, 8, 9, 18].map((type) => ({
    declared: `payload type ${type}`,
    name: fixedCoding(type)?.name ?? '',
    codec: fixedCoding(type)?.codec ?? null,
    note: '',
  })),
  { declared: `payload type ${opusType}`, name: 'Opus', codec: 'opus-packets', note: '' },
  {
    declared: `payload type ${amrType}`,
    name: 'AMR',
    codec: 'amr-nb-rtp',
    note: 'which of the two layouts it is follows from the sizes of the packets',
  },
  { declared: `payload type ${amrWideType}`, name: 'AMR-WB', codec: 'amr-wb-rtp', note: 'as AMR' },
  { declared: `payload type ${ilbcType}`, name: 'iLBC', codec: 'ilbc', note: '20 or 30 ms follow from the sizes of the packets' },
  { declared: `payload type ${silkType}`, name: 'SILK', codec: null, note: 'bare SILK has no open decoder here' },
  { declared: `payload type ${speexType}`, name: 'Speex', codec: null, note: 'Speex in RTP is not decoded here' },
  {
    declared: `payload type ${eventType}`,
    name: 'telephone events',
    codec: null,
    note: 'pressed keys are neither played nor reported; their time is silent',
  },
  {
    declared: 'payload type -1, encoding 1',
    name: 'linear, 16 bits',
    codec: 'pcm-s16le',
    note: 'encodings 2 to 12 without RTP are the codings of the payload types',
  },
];
