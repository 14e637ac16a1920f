import type { Identification } from '../../src/core/model/format.ts';
import { chunk, fmt, join, numbers, pack, text, voice } from './wave/builder.ts';

/** The same as `Sample`, which imports this list. */
interface DemuxedSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly codec: string | null;
  readonly state: Identification['state'];
  readonly findings: readonly string[];
}

const speech = voice(1600);
const mulaw = pack(speech, 'mulaw');
const alaw = pack(speech, 'alaw');
const be = pack(speech, 's16be');
const le = pack(speech, 's16le');
const be16 = (...values: number[]): Uint8Array => numbers(2, values, true);
const be32 = (...values: number[]): Uint8Array => numbers(4, values, true);
const le32 = (...values: number[]): Uint8Array => numbers(4, values);

function float32(value: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, little);
  return bytes;
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}

/** Header of 1,024 bytes as libsndfile's src/ircam.c has it. */
function ircam(magic: readonly number[], little: boolean, encoding: number, sound: Uint8Array): Uint8Array {
  const fields = join(Uint8Array.from(magic), float32(8000, little), little ? le32(1, encoding) : be32(1, encoding));
  return join(fields, new Uint8Array(1024 - fields.length), sound);
}

/** Header of 2,048 bytes as libsndfile's src/paf.c has it. */
function paf(): Uint8Array {
  const fields = join(text(' paf'), be32(0, 0, 8000, 0, 1, 0));
  return join(fields, new Uint8Array(2048 - fields.length), be);
}

/** Header of 128 bytes as sox src/avr.c has it. */
function avr(): Uint8Array {
  const fields = join(text('2BIT'), new Uint8Array(8), be16(0, 16, 0xffff, 0, 0xffff), be32(0xff000000 + 8000, 1600, 0, 1600));
  return join(fields, new Uint8Array(128 - fields.length), be);
}

/** The dump header and one packet of 40 samples: 16 bits in three bytes of 7, highest first (MIDI 1.0, Sample Dump Standard). */
function sds(): Uint8Array {
  const seven = (value: number): number[] => [value & 127, (value >> 7) & 127, (value >> 14) & 127];
  const header = Uint8Array.of(0xf0, 0x7e, 0, 1, 0, 0, 16, ...seven(125_000), ...seven(40 * 4), ...seven(0), ...seven(0), 0x7f, 0xf7);
  const packets = [0, 1, 2, 3].map((number) => {
    const words = Array.from(speech.subarray(400 + 40 * number, 440 + 40 * number), (value) => value + 32_768);
    const body = Uint8Array.of(0x7e, 0, 2, number, ...words.flatMap((word) => [(word >> 9) & 127, (word >> 2) & 127, (word & 3) << 5]));
    return Uint8Array.of(0xf0, ...body, body.reduce((sum, byte) => sum ^ byte, 0) & 127, 0xf7);
  });
  return join(header, ...packets);
}

/** An element of EBML; sizes of 4 bytes. */
function element(id: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = join(...parts);
  const head = [0x18, 0x10, 0x08, 0]
    .map((shift) => (id >>> shift) & 0xff)
    .filter((byte, i, all) => byte !== 0 || all.slice(0, i).some((before) => before !== 0));
  return join(Uint8Array.from(head), be32(0x10000000 + body.length), body);
}

const number = (value: number): Uint8Array => Uint8Array.of(value);

function trackEntry(track: number, type: 'video' | 'audio', codec: string, ...more: readonly Uint8Array[]): Uint8Array {
  const kind = element(0x83, number(type === 'audio' ? 2 : 1));
  return element(0xae, element(0xd7, number(track)), element(0x73c5, number(track)), kind, element(0x86, text(codec)), ...more);
}

const inAudio = (rate: number, channels: number, bits: number): Uint8Array =>
  element(0xe1, element(0xb5, float32(rate, false)), element(0x9f, number(channels)), element(0x6264, number(bits)));
const acm = fmt({ tag: 7, bits: 8, extra: new Uint8Array(0) }).subarray(8);
const mulawTrack = (track: number, ...more: readonly Uint8Array[]): Uint8Array =>
  trackEntry(track, 'audio', 'A_MS/ACM', inAudio(8000, 1, 8), element(0x63a2, acm), ...more);
const videoTrack = (track: number): Uint8Array =>
  trackEntry(track, 'video', 'V_UNCOMPRESSED', element(0xe0, element(0xb0, number(8)), element(0xba, number(8))));

/** A segment of one cluster, its blocks of 160 samples of track 1. */
function matroska(tracks: readonly Uint8Array[], sound: Uint8Array): Uint8Array {
  const ebml = element(
    0x1a45dfa3,
    element(0x4286, number(1)),
    element(0x4282, text('matroska')),
    element(0x4287, number(4)),
    element(0x4285, number(2)),
  );
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += 160)
    blocks.push(element(0xa3, Uint8Array.of(0x81), be16(at / 8), Uint8Array.of(0x80), sound.subarray(at, at + 160)));
  const info = element(0x1549a966, element(0x2ad7b1, be32(1_000_000)), element(0x4d80, text('longplay')), element(0x5741, text('longplay')));
  return join(ebml, element(0x18538067, info, element(0x1654ae6b, ...tracks), element(0x1f43b675, element(0xe7, number(0)), ...blocks)));
}

/** One interleaved stream of sound, preceded by one of video if requested. */
function avi(kinds: readonly ('vids' | 'auds')[]): Uint8Array {
  const list = (kind: string, ...chunks: readonly Uint8Array[]): Uint8Array => chunk('LIST', join(text(kind), ...chunks));
  const strh = (kind: string): Uint8Array =>
    chunk('strh', join(text(kind), kind === 'auds' ? le32(1) : text('DIB '), le32(0, 0, 0, 1, 8000, 0, 1600, 0, 0, 1), new Uint8Array(8)));
  const formats = {
    auds: fmt({ tag: 7, bits: 8, extra: new Uint8Array(0) }).subarray(8),
    vids: join(le32(40, 8, 8), numbers(2, [1, 24]), le32(0, 192, 0, 0, 0, 0)),
  };
  const streams = kinds.map((kind) => list('strl', strh(kind), chunk('strf', formats[kind])));
  const avih = chunk('avih', le32(100_000, 0, 0, 0x100, 1, 0, kinds.length, 0, 8, 8, 0, 0, 0, 0));
  const index = kinds.indexOf('auds');
  const parts: Uint8Array[] = [];
  if (index >= 0) for (let at = 0; at < mulaw.length; at += 400) parts.push(chunk(`0${index}wb`, mulaw.subarray(at, at + 400)));
  return chunk('RIFF', join(text('AVI '), list('hdrl', avih, ...streams), list('movi', ...parts)));
}

/** Tags of mu-law: 8 kHz by definition. */
function flv(): Uint8Array {
  const tags: Uint8Array[] = [];
  for (let at = 0; at < mulaw.length; at += 400) {
    const body = join(Uint8Array.of(0x80), mulaw.subarray(at, at + 400));
    const size = body.length;
    tags.push(join(Uint8Array.of(8, 0, size >> 8, size & 255, 0, 0, at / 8), new Uint8Array(4), body, be32(size + 11)));
  }
  return join(text('FLV'), Uint8Array.of(1, 4), be32(9, 0), ...tags);
}

function sox(samples: number): Uint8Array {
  const header = join(text('.SoX'), le32(28, samples, 0), float64(8000), le32(1, 0));
  return join(header, pack(speech, 's32le'));
}

function smjpeg(): Uint8Array {
  const header = join(text('\0\nSMJPEG'), be32(0, 200), text('_SND'), be32(8), be16(8000), Uint8Array.of(16, 1), text('NONE'), text('HEND'));
  const packets: Uint8Array[] = [];
  for (let at = 0; at < le.length; at += 800) packets.push(text('sndD'), be32(at / 16, 800), le.subarray(at, at + 800));
  return join(header, ...packets, text('DONE'));
}

const htk = join(be32(1600, 1250), be16(2, 0), be);

const sample = (
  name: string,
  bytes: Uint8Array,
  findings: readonly string[] = [],
  state: DemuxedSample['state'] = 'ok',
  codec: string | null = 'through-ffmpeg',
  format = 'through-ffmpeg',
): DemuxedSample => ({ name, bytes, format, codec, state, findings });
const none = (name: string, bytes: Uint8Array): DemuxedSample => sample(name, bytes, ['F401'], 'damaged', null);

/** Small files of containers that FFmpeg demuxes, the same bytes in every run; those of codings without an encoder here are canaries. */
export function demuxedSamples(): readonly DemuxedSample[] {
  const call = matroska([mulawTrack(1)], mulaw);
  const encryption = element(0x6d80, element(0x6240, element(0x5035, element(0x47e1, number(5)))));
  return [
    sample('ircam-mulaw.sf', ircam([0x64, 0xa3, 1, 0], true, 0x20001, mulaw), [], 'ok', 'mulaw'),
    sample('ircam-sun-alaw.ircam', ircam([0x64, 0xa3, 2, 0], false, 0x10001, alaw), [], 'ok', 'alaw'),
    sample('ircam-rate-0.sf', ircam([0x64, 0xa3, 1, 0], true, 0x20001, mulaw).fill(0, 4, 8), ['F401'], 'damaged', null),
    sample('paris.paf', paf(), [], 'ok', 'pcm-s16be'),
    sample('avr.avr', avr(), [], 'ok', 'pcm-s16be'),
    sample('pvf.pvf', join(text('PVF1\n1 8000 16\n'), be), [], 'ok', 'pcm-s16be'),
    sample('sox.sox', sox(1600), [], 'ok', 'pcm-s32le'),
    sample('sox-cut.sox', sox(2000), ['F103'], 'truncated', 'pcm-s32le'),
    sample('midi-dump.sds', sds()),
    sample('psion.wve', join(text('ALawSoundFile**\0'), be16(0x100f), be32(1600), be16(0, 0, 0, 0, 0), alaw), [], 'ok', 'alaw'),
    sample('loki.smjpeg', smjpeg()),
    sample('matroska-mulaw.mka', call),
    sample('matroska-video-and-two-sounds.mkv', matroska([mulawTrack(1), videoTrack(2), mulawTrack(3)], mulaw), ['F306', 'F400']),
    sample('matroska-encrypted.mka', matroska([mulawTrack(1, encryption)], mulaw), ['F303'], 'ok', 'unknown'),
    sample('matroska-cut.mka', call.subarray(0, 1000), ['F103'], 'truncated'),
    none('matroska-video-only.mkv', matroska([videoTrack(1)], new Uint8Array(0))),
    none('matroska-header-only.mkv', call.subarray(0, 48)),
    sample('avi-mulaw.avi', avi(['auds'])),
    sample('avi-video-and-mulaw.avi', avi(['vids', 'auds']), ['F400']),
    none('avi-video-only.avi', avi(['vids'])),
    sample('flash-mulaw.flv', flv()),
    sample('htk.htk', htk, [], 'ok', 'pcm-s16be', 'htk'),
  ];
}
