import type { Identification } from '../../src/core/model/format.ts';
import { amrFrames, asfFile, dssFile, evrcGuid, qcelpGuid, qcpFile, smvGuid, sonyFile } from './compressed-builder.ts';
import {
  aacConfig,
  adtsFrame,
  alacCookie,
  constantFlac,
  esds,
  flacBox,
  type IsoTrack,
  isoBox,
  isoFile,
  opusBox,
  plainAlac,
  silentAac,
  soundEntry,
} from './iso/builder.ts';
import { join, pack, randomBytes, text, voice } from './wave/builder.ts';

/** The same as `Sample`, which imports this list. */
interface CompressedSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly codec: string | null;
  readonly state: Identification['state'];
  readonly findings: readonly string[];
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const speech = voice(1024);
const aac: IsoTrack = {
  entry: soundEntry('mp4a', 16_000, 1, 16, esds(0x40, aacConfig)),
  rate: 16_000,
  packets: times(12, silentAac),
  duration: 1024,
};
const samr = (packets: readonly Uint8Array[]): IsoTrack => ({
  entry: soundEntry('samr', 8000, 1, 16, isoBox('damr', text('test'), Uint8Array.of(0, 0x80, 0, 1, 1))),
  rate: 8000,
  packets,
  duration: 160,
  chunk: 5,
});
const alac: IsoTrack = {
  entry: soundEntry('alac', 16_000, 1, 16, alacCookie(256, 16_000)),
  rate: 16_000,
  packets: [0, 1, 2, 3].map((i) => plainAlac(speech.subarray(256 * i, 256 * i + 256))),
  duration: 256,
};
const mp3: IsoTrack = {
  entry: soundEntry('mp4a', 16_000, 1, 16, esds(0x69, new Uint8Array(0))),
  rate: 16_000,
  packets: times(
    8,
    Uint8Array.from({ length: 36 }, (_, i) => [0xff, 0xf3, 0x18, 0xc4][i] ?? 0),
  ),
  duration: 576,
};
const opus: IsoTrack = {
  entry: soundEntry('Opus', 48_000, 1, 16, opusBox(312)),
  rate: 48_000,
  packets: times(10, Uint8Array.of(0x08, 0xff, 0xfe)),
  duration: 960,
  edits: [[194, 312]],
};
const flac: IsoTrack = {
  entry: soundEntry('fLaC', 16_000, 1, 16, flacBox()),
  rate: 16_000,
  packets: [0, 1, 2, 3, 4].map((i) => constantFlac(i, 500 * i)),
  duration: 256,
};
const ima4: IsoTrack = {
  entry: soundEntry('ima4', 16_000, 1, 16),
  rate: 16_000,
  packets: [
    join(
      ...times(
        10,
        join(
          Uint8Array.of(0, 20),
          randomBytes(32, 700).map((byte) => byte & 0x77),
        ),
      ),
    ),
  ],
  duration: 1,
  even: [1, 640],
};
const mulaw: IsoTrack = { entry: soundEntry('ulaw', 8000, 1, 16), rate: 8000, packets: [pack(speech, 'mulaw')], duration: 1, even: [1, 1024] };
const sowt: IsoTrack = { entry: soundEntry('sowt', 8000, 1, 16), rate: 8000, packets: [pack(speech, 's16le')], duration: 1, even: [2, 1024] };
const encrypted: IsoTrack = { ...aac, entry: soundEntry('enca', 16_000, 1, 16, esds(0x40, aacConfig), isoBox('sinf', isoBox('frma', text('mp4a')))) };
const phone = isoFile({ brand: '3gp4', tracks: [samr([7, 7, 8, 15, 7, 7, 7, 7, 7, 7, 4, 4].map((type) => amrFrames('nb', [type])))] });

const sample = (
  name: string,
  format: string,
  codec: string | null,
  bytes: Uint8Array,
  findings: readonly string[] = [],
  state: CompressedSample['state'] = 'ok',
): CompressedSample => ({ name, bytes, format, codec, state, findings });

/** CMS enveloped data with that length and a number of bytes inside. */
function envelope(length: string, bytes: number): Uint8Array {
  return join(Uint8Array.from(Buffer.from(`30${length}06092a864886f70d010703a0`, 'hex')), randomBytes(bytes, 77));
}

/** The same as base64 after a header. */
function armoured(head: string): string {
  return `${head}${(
    Buffer.from(envelope('80', 200))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n`;
}

/** Small files of the containers of compressed sound, the same bytes in every run. */
export function compressedSamples(): readonly CompressedSample[] {
  const narrow = amrFrames('nb', times(12, 7));
  const head = text('#!AMR\n');
  const iso = (
    name: string,
    codec: string | null,
    track: IsoTrack,
    ...rest: readonly [findings?: readonly string[], state?: CompressedSample['state']]
  ) => sample(name, 'iso-media', codec, isoFile({ brand: name.endsWith('.mov') ? 'qt  ' : 'M4A ', tracks: [track] }), ...rest);
  return [
    sample('amr-nb.amr', 'amr', 'amr-nb', join(head, narrow)),
    sample('amr-nb-pauses.amr', 'amr', 'amr-nb', join(head, amrFrames('nb', [15, 7, 7, 8, 15, 15, 0, 4, 8])), ['F300']),
    sample('amr-nb-frames-marked-bad.amr', 'amr', 'amr-nb', join(head, narrow, amrFrames('nb', [7, 7], 0)), ['F301']),
    sample('amr-nb-junk-between-frames.amr', 'amr', 'amr-nb', join(head, narrow, new Uint8Array(9).fill(0xff), narrow), ['F302'], 'damaged'),
    sample('amr-nb-last-frame-cut.amr', 'amr', 'amr-nb', join(head, narrow.subarray(0, 375)), ['F103'], 'truncated'),
    sample('amr-nb-no-speech.amr', 'amr', null, join(head, amrFrames('nb', [8, 15, 15])), ['F300', 'F110'], 'header-only'),
    sample('amr-wb.awb', 'amr', 'amr-wb', join(text('#!AMR-WB\n'), amrFrames('wb', [...times(8, 2), 8]))),
    sample('amr-wb-pauses.awb', 'amr', 'amr-wb', join(text('#!AMR-WB\n'), amrFrames('wb', [2, 2, 9, 15, 15, 14, 2])), ['F301', 'F300']),
    sample('amr-nb-two-channels.amr', 'amr', 'amr-nb', join(text('#!AMR_MC1.0\n'), Uint8Array.of(0, 0, 0, 2), amrFrames('nb', times(12, 4)))),
    sample('sealed.mp3', 'pkcs7', 'unknown', envelope('80', 300), ['F303']),
    sample('sealed-definite.p7m', 'pkcs7', 'unknown', envelope('820138', 300), ['F303']),
    sample('sealed-cut.p7m', 'pkcs7', 'unknown', envelope('820138', 40), ['F303', 'F103'], 'truncated'),
    sample('sealed.p7', 'pkcs7', 'unknown', text(armoured('-----BEGIN PKCS7-----\n')), ['F303']),
    sample(
      'sealed-mail.wav',
      'pkcs7',
      'unknown',
      text(armoured('MIME-Version: 1.0\r\nContent-Type: application/x-pkcs7-mime;\r\n name="smime.p7m"\r\n\r\n')),
      ['F303'],
    ),
    sample('ilbc-20.lbc', 'ilbc', 'ilbc-20', join(text('#!iLBC20\n'), randomBytes(38 * 10, 20))),
    sample('ilbc-30.lbc', 'ilbc', 'ilbc-30', join(text('#!iLBC30\n'), randomBytes(50 * 10, 30))),
    sample('ilbc-30-cut.lbc', 'ilbc', 'ilbc-30', join(text('#!iLBC30\n'), randomBytes(50 * 3 + 7, 30)), ['F103'], 'truncated'),
    sample('ilbc-of-asterisk.ilbc', 'ilbc', 'ilbc-30', randomBytes(50 * 10, 31), ['F130']),
    iso('mp4-aac.m4a', 'aac-mp4', aac),
    iso('mp4-alac.m4a', 'alac-mp4', alac),
    iso('mp4-mp3.m4a', 'mp3-mp4', mp3),
    iso('mp4-opus.m4a', 'opus-mp4', opus),
    iso('mp4-flac.m4a', 'flac-mp4', flac),
    iso('quicktime-ima4.mov', 'ima4-mp4', ima4),
    iso('quicktime-mulaw.mov', 'mulaw', mulaw),
    iso('quicktime-s16le.mov', 'pcm-s16le', sowt),
    iso('mp4-encrypted.m4a', 'unknown', encrypted, ['F303']),
    sample(
      'mp4-index-first-two-sides.m4a',
      'iso-media',
      'aac-mp4',
      isoFile({
        brand: 'M4A ',
        tracks: [
          { ...aac, chunk: 3 },
          { ...aac, chunk: 4 },
        ],
        indexFirst: true,
      }),
    ),
    sample('mp4-without-index.m4a', 'iso-media', 'unknown', isoFile({ brand: 'M4A ', tracks: [aac], withoutIndex: true }), ['F304'], 'damaged'),
    sample('3gp-amr-pauses.3gp', 'iso-media', 'amr-nb', phone, ['F300']),
    sample(
      '3gp-sound-behind-cut.3gp',
      'iso-media',
      'amr-nb',
      isoFile({ brand: '3gp4', tracks: [samr(times(20, amrFrames('nb', [7])))], indexFirst: true }).subarray(0, -90),
      ['F103'],
      'truncated',
    ),
    sample('asf-wma.wma', 'asf', 'wma-asf', asfFile({ tag: 0x161, packets: 3 })),
    sample('asf-cut.wma', 'asf', 'wma-asf', asfFile({ tag: 0x161, packets: 3, stated: 5 }), ['F103'], 'truncated'),
    sample('asf-encrypted.wma', 'asf', 'unknown', asfFile({ tag: 0x161, packets: 3, encrypted: true }), ['F303']),
    sample('asf-two-streams.wma', 'asf', 'wma-asf', asfFile({ tag: 0x161, packets: 3, streams: 2 }), []),
    sample('qcp-qcelp.qcp', 'qcp', 'qcelp', qcpFile(qcelpGuid, qcelpSizes, [4, 4, 3, 2, 1, 4, 4])),
    sample('qcp-qcelp-erased.qcp', 'qcp', 'qcelp', qcpFile(qcelpGuid, qcelpSizes, [4, 4, 14, 0, 4]), ['F301']),
    sample('qcp-evrc.qcp', 'qcp', 'evrc', qcpFile(evrcGuid, evrcSizes, [4, 4, 3, 1, 4, 4])),
    sample('qcp-smv.qcp', 'qcp', 'unknown', qcpFile(smvGuid, evrcSizes, [4, 4, 3, 1])),
    sample('adts-aac.aac', 'adts', 'aac-adts', join(...times(10, adtsFrame(silentAac)))),
    sample(
      'adts-id3.aac',
      'adts',
      'aac-adts',
      join(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 0, 5), text('hello'), ...times(10, adtsFrame(silentAac))),
    ),
    sample('adts-cut.aac', 'adts', 'aac-adts', join(...times(10, adtsFrame(silentAac))).subarray(0, 107), ['F103'], 'truncated'),
    sample('dss-sp.dss', 'dss', 'dss-sp', dssFile(2, [30])),
    sample('dss-sp-3-pauses-behind.dss', 'dss', 'dss-sp', dssFile(3, [31], { pausesBehind: 2 }), ['F307']),
    sample('dss-sp-pause.dss', 'dss', 'dss-sp', dssFile(2, [15, 9]), ['F307']),
    sample('dss-sp-pause-no-zeros.dss', 'dss', 'unknown', dssFile(2, [15, 9], { zeros: false }), ['F302'], 'damaged'),
    sample('dss-lp.dss', 'dss', 'dss-lp', dssFile(2, [12], { coding: 2 })),
    sample('sony-voice.dvf', 'sony-voice', 'unknown', sonyFile(12, 1500)),
    sample('sony-voice-header-only.msv', 'sony-voice', null, sonyFile(0, 0), ['F110'], 'header-only'),
  ];
}

/** Bytes by rate: 13, 6.2, 2.7 and 1 kbit/s and blank (RFC 3625, section 2.2.1; TIA IS-733). */
const qcelpSizes = [
  [4, 34],
  [3, 16],
  [2, 7],
  [1, 3],
  [0, 0],
] as const;
/** TIA IS-127: rates 1, 1/2, 1/8, blank. */
const evrcSizes = [
  [4, 22],
  [3, 10],
  [1, 2],
  [0, 0],
] as const;
