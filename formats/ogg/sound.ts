import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Shortfall } from '../../src/core/base/shortfall.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { opusClockHz } from '../../src/ogg/opus-packet.ts';
import { oggFlag, oggPageMaxBytes, readOggPage } from '../../src/ogg/page.ts';
import { readStreamInfo, streamInfoBytes } from '../codecs/flac/frame.ts';
import { oggLostFindings } from './lost.ts';
import { type OggStream, type OggWalk, walkOgg } from './walk.ts';

/** Content of a stream's identification header. */
interface OggCoding {
  readonly codec: string;
  readonly name: string;
  /** Sample rate; 0 if unknown. */
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number | null;
  /** False for video, text and other data. */
  readonly sound: boolean;
}

/** Identifies Speex, Vorbis and FLAC in Ogg; Opus is a format of its own. */
export const oggSound: Format = {
  id: 'ogg-sound',
  title: 'Ogg Vorbis, Speex and FLAC',
  extensions: ['.spx'],
  mediaType: 'audio/ogg',
  grade: 'verified',
  pronom: ['fmt/203', 'fmt/947', 'fmt/948'],
  facts: [
    'RFC 3533 (Ogg); Xiph.Org, Vorbis I specification 4.2.2, The Speex codec manual 1.2 (header), RFC 9639 section 10.1 (FLAC)',
    'Files of oggenc 1.4, speexenc 1.2, flac 1.5 and FFmpeg 7.1; ogginfo agrees',
  ],
  async identify(bytes, _hint, signal) {
    const first = readOggPage(await bytes.read(0, oggPageMaxBytes, signal), 0);
    if (first === null || (first.flags & oggFlag.first) === 0 || startsWith(first.body, 'OpusHead')) return null;
    const walk = await walkOgg(bytes, signal);
    const findings: Finding[] = [];
    const streams = walk.streams.map((stream) => ({ stream, coding: codingOf(stream.head) }));
    const sounding = streams.filter(({ coding }) => coding.sound);
    const basis = agree`OggS at 0, ${sounding[0]?.coding.name ?? streams[0]?.coding.name ?? 'no stream'}, ${walk.streams.length} stream[s]`;
    const answer = { format: oggSound.id, confidence: 'signature', basis } as const;
    // Pages of headers have granule position 0; audio always has a larger one.
    const heard = sounding.filter(({ stream }) => stream.pages > 0 && stream.granule !== 0);
    const state = walkFindings(bytes, walk, findings);
    if (heard.length === 0) {
      const what = sounding.length === 0 ? 'no audio stream' : 'the headers of a stream and no page of audio';
      findings.push(finding('F110', bytes.name, what));
      return { ...answer, tracks: [], shortfall: { bytesWithoutSound: sounding.length === 0 ? 0 : walk.junk }, findings, state: 'header-only' };
    }
    // Times refer to the first stream.
    findings.push(...oggLostFindings(walk, heard[0]?.coding.sampleRateHz ?? 0, 0, heard[0]?.stream.granule ?? null, bytes.name));
    return {
      ...answer,
      tracks: tracksOf(bytes, walk, heard, findings),
      shortfall: { ...shortfallOf(walk, heard), mayGoOn: state === 'truncated' },
      findings,
      state,
    };
  },
};

function walkFindings(bytes: ByteReader, walk: OggWalk, findings: Finding[]): Identification['state'] {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const missing = walk.streams.reduce((sum, stream) => sum + stream.missing, 0);
  if (missing > 0 || (walk.junk > 0 && !walk.junkBehind)) {
    tell('F226', agree`${missing} page[s] [is|are] missing, ${walk.junk} byte[s] [is|are] between pages`);
    return 'damaged';
  }
  const cut = walk.streams.filter((stream) => !stream.ended);
  if (cut.length > 0) {
    const end = Math.max(...cut.map((stream) => stream.end));
    tell('F160', agree`the last whole page ends at ${end} of ${bytes.size} byte[s] without the mark of the end`);
    return 'truncated';
  }
  if (walk.junk > 0) {
    tell('F160', agree`${walk.junk} byte[s] [follows|follow] the last page`);
    return 'damaged';
  }
  return 'ok';
}

/** Returns the length of a damaged stream by its granule positions, which count samples. */
function shortfallOf(walk: OggWalk, heard: readonly Heard[]): Shortfall {
  const [only, ...others] = heard;
  const isDamaged = walk.junk > 0 || only?.stream.missing !== 0;
  const granule = others.length === 0 && isDamaged && only?.coding.codec !== 'opus' ? (only?.stream.granule ?? null) : null;
  return granule === null ? {} : { statedFrames: granule };
}

interface Heard {
  readonly stream: OggStream;
  readonly coding: OggCoding;
}

/** Returns the tracks. A chain of streams is one track; each parallel stream is a track of its own pages. */
function tracksOf(bytes: ByteReader, walk: OggWalk, heard: readonly Heard[], findings: Finding[]): Track[] {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const [first, ...others] = heard;
  if (first === undefined) return [];
  const whole = walk.streams.every((stream) => stream.ended && stream.missing === 0) && walk.junk === 0;
  const sideBySide = others.some(({ stream }) => stream.at < first.stream.end);
  if (sideBySide) {
    tell('F228', agree`${heard.length} audio stream[s] among ${walk.streams.length}`);
    return heard.slice(0, limits.channels).map((one) => track(one.coding, one.stream.spans, whole ? one.stream.granule : null));
  }
  const alike = heard.filter(({ coding }) => sameCoding(first.coding, coding));
  const strange = heard.filter(({ coding }) => !sameCoding(first.coding, coding));
  if (strange.length > 0) {
    const lost = strange.reduce((sum, { stream }) => sum + stream.end - stream.at, 0);
    tell(
      'F222',
      agree`${strange.length} of ${heard.length} consecutive streams, ${lost} byte[s], [differs|differ] from the first in codec, rate or channels`,
    );
  }
  if (alike.length > 1) tell('F227', agree`${alike.length} stream[s], one after the other`);
  if (alike.length === 1 && walk.streams.length === 1) return [track(first.coding, [[0, bytes.size]], whole ? first.stream.granule : null)];
  // FFmpeg produces a few additional samples at the joints of some codecs, so the total is not stated.
  const frames = alike.length === 1 && whole ? first.stream.granule : null;
  return [
    track(
      first.coding,
      alike.flatMap(({ stream }) => stream.spans),
      frames,
    ),
  ];
}

function sameCoding(a: OggCoding, b: OggCoding): boolean {
  return a.codec === b.codec && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels;
}

function track(coding: OggCoding, spans: Track['spans'], frames: number | null): Track {
  const playable = coding.codec !== 'unknown' && coding.sampleRateHz > 0 && coding.channels > 0 && coding.channels <= limits.channels;
  const { codec, name: codecName, sampleRateHz, channels, bitsPerSample } = coding;
  const described = { codecName, sampleRateHz, channels: Math.max(1, channels), bitsPerSample, blockBytes: null, setup: null, spans };
  return { ...described, codec: playable ? codec : 'unknown', frames: playable && codec !== 'opus' ? frames : null };
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Streams without audio, identified by the first bytes of their first packet (Xiph.Org, MIME types and codecs parameter). */
const silent: readonly (readonly [magic: string, name: string])[] = [
  ['\x80theora', 'Theora'],
  ['fishead\0', 'Skeleton'],
  ['BBCD\0', 'Dirac'],
  ['CMML', 'CMML'],
  ['\x80kate', 'Kate'],
  ['OVP80', 'VP8'],
];
/** Audio without a decoder here. */
const unknownSound: readonly (readonly [magic: string, name: string])[] = [
  ['CELT    ', 'CELT'],
  ['PCM     ', 'OggPCM'],
];

/** Returns the coding that a stream's first packet states. */
function codingOf(head: Uint8Array): OggCoding {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const sound = { bitsPerSample: null, sound: true };
  if (startsWith(head, '\x01vorbis') && head.length >= 16) {
    // Vorbis I, 4.2.2: version, channels, rate. Three header packets on at least two pages.
    const version = view.getUint32(7, true);
    const known = version === 0 ? 'vorbis' : 'unknown';
    return {
      ...sound,
      codec: known,
      name: version === 0 ? 'Vorbis' : `Vorbis version ${version}`,
      channels: head[11] ?? 0,
      sampleRateHz: view.getUint32(12, true),
    };
  }
  if (startsWith(head, 'Speex   ') && head.length >= 68) {
    // SpeexHeader: version text (20), version id, header size, rate, mode, bitstream version, channels, …
    const band = ['narrow band', 'wide band', 'ultra-wide band'][view.getUint32(40, true)];
    const name = `Speex, ${band ?? `mode ${view.getUint32(40, true)}`}`;
    return {
      ...sound,
      codec: band === undefined ? 'unknown' : 'speex-ogg',
      name,
      sampleRateHz: view.getUint32(36, true),
      channels: view.getUint32(48, true),
    };
  }
  if (startsWith(head, '\x7fFLAC') && head.length >= 17 + streamInfoBytes) {
    // RFC 9639, 10.1: mapping version (2), header packets (2), fLaC, a block header, STREAMINFO.
    const stream = readStreamInfo(head, 17);
    if (stream === null) return { ...sound, codec: 'unknown', name: 'FLAC without usable STREAMINFO', sampleRateHz: 0, channels: 0 };
    const { sampleRateHz, channels, bitsPerSample } = stream;
    return { ...sound, codec: 'flac-ogg', name: agree`FLAC, ${bitsPerSample} bit[s]`, sampleRateHz, channels, bitsPerSample };
  }
  if (startsWith(head, 'OpusHead')) return { ...sound, codec: 'opus', name: 'Opus', sampleRateHz: opusClockHz, channels: head[9] ?? 0 };
  const none = { codec: 'unknown', sampleRateHz: 0, channels: 0, bitsPerSample: null };
  for (const [magic, name] of silent) if (startsWith(head, magic)) return { ...none, name, sound: false };
  for (const [magic, name] of unknownSound) if (startsWith(head, magic)) return { ...none, name, sound: true };
  const start = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { ...none, name: `Ogg stream of an unknown kind (${start})`, sound: true };
}
