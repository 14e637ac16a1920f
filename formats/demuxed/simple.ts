import { crc32 } from 'node:zlib';
import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { beforeApeTag } from './ape-tag.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { walkUnits } from './walk.ts';

// Containers of one audio stream with a header at a fixed offset. The layouts were compared with the demuxers of FFmpeg 7.1 (libavformat) and tested with
// files that FFmpeg 7.1 or sox 14.4 wrote.

const bigEndian = (head: Uint8Array, at: number): Cursor => new Cursor(head, at, 'big');

/** Encodings of IRCAM files: the low half states the size of a sample, the high half the law. */
const ircamCodings = new Map<number, readonly [name: string, kind: string]>([
  [0x00001, ['8-bit PCM', 's8']],
  [0x10001, ['A-law', 'alaw']],
  [0x20001, ['mu-law', 'mulaw']],
  [0x00002, ['16-bit PCM', 's16']],
  [0x00003, ['24-bit PCM', 's24']],
  [0x40004, ['32-bit PCM', 's32']],
  [0x00004, ['32-bit float', 'f32']],
  [0x00008, ['64-bit float', 'f64']],
]);

/** Returns a codec of plain samples by FFmpeg's sample format without the byte order. */
function plainSamples(kind: string, little: boolean): Pick<DemuxedSound, 'samples'> {
  const bits = Number(/\d+$/.exec(kind)?.[0] ?? 8);
  return { samples: { codec: kind.endsWith('law') ? kind : `pcm-${kind}${bits === 8 ? '' : little ? 'le' : 'be'}`, bits } };
}

/** Describes Berkeley/IRCAM/CARL. The machine determines the byte order, including that of the magic. */
const ircam: DemuxedContainer = {
  demuxer: 'ircam',
  title: 'Berkeley/IRCAM/CARL',
  extensions: ['.ircam', '.sf'],
  magics: [1, 2, 3, 4].flatMap((machine) => [
    [0, `\x64\xa3${String.fromCharCode(machine)}\0`] as const,
    [0, `\0${String.fromCharCode(machine)}\xa3\x64`] as const,
  ]),
  confidence: 'signature',
  fact: 'IRCAM: header of 1,024 bytes, libsndfile src/ircam.c, FFmpeg libavformat/ircamdec.c; files of FFmpeg and sox',
  sound: (head) => {
    // VAX and MIPS machines with a reversed magic wrote all numbers in reverse byte order.
    const machine = head[0] === 0x64 ? (head[2] ?? 0) : (head[1] ?? 0);
    const little = (head[0] === 0x64) === (machine === 1 || machine === 3);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const channels = view.getUint32(8, little);
    const encoding = view.getUint32(12, little);
    const [coding, kind] = ircamCodings.get(encoding) ?? [`encoding 0x${encoding.toString(16)}`, null];
    return {
      coding,
      ...(kind === null ? {} : plainSamples(kind, little)),
      sampleRateHz: view.getFloat32(4, little),
      channels,
      headerBytes: 1024,
    };
  },
};

const pafCodings = ['16-bit PCM', '24-bit PCM', '8-bit PCM'];

const paf: DemuxedContainer = {
  demuxer: 'epaf',
  title: 'Ensoniq PARIS',
  extensions: ['.paf', '.fap'],
  magics: [
    [0, ' paf\0\0\0\0'],
    [0, 'fap \0\0\0\0'],
  ],
  confidence: 'signature',
  fact: 'PAF: libsndfile src/paf.c, FFmpeg libavformat/epafdec.c; files of sox in both orders',
  sound: (head) => {
    const fields = new Cursor(head, 12, head[0] === 0x20 ? 'big' : 'little');
    const sampleRateHz = fields.u32('rate');
    const coding = pafCodings[fields.u32('format')];
    if (coding === undefined) return 'its header names no known coding';
    // 24-bit samples are in blocks of 32 bytes for ten samples, which FFmpeg unpacks.
    const samples = coding === '24-bit PCM' ? {} : plainSamples(coding === '8-bit PCM' ? 's8' : 's16', head[0] !== 0x20);
    return { coding, ...samples, sampleRateHz, channels: fields.u32('channels'), headerBytes: 2048 };
  },
};

const avr: DemuxedContainer = {
  demuxer: 'avr',
  title: 'Audio Visual Research',
  extensions: ['.avr'],
  magics: [[0, '2BIT']],
  confidence: 'signature',
  fact: 'AVR: sox src/avr.c, FFmpeg libavformat/avr.c; a file of sox',
  sound: (head) => {
    const fields = bigEndian(head, 4 + 8);
    const channels = fields.u16('mono') === 0 ? 1 : 2;
    const bits = fields.u16('resolution');
    const kind = fields.u16('sign') === 0 ? 'u' : 's';
    fields.skip(2 + 2, 'loop, MIDI');
    const samples = bits === 8 || (bits === 16 && kind === 's') ? plainSamples(`${kind}${bits}`, false) : {};
    // The highest byte is a replay speed of the Atari Falcon.
    return { coding: `${bits}-bit PCM`, ...samples, sampleRateHz: fields.u32('rate') & 0xffffff, channels, headerBytes: 128 };
  },
};

const pvf: DemuxedContainer = {
  demuxer: 'pvf',
  title: 'Portable Voice Format',
  extensions: ['.pvf'],
  magics: [[0, 'PVF1\n']],
  confidence: 'signature',
  fact: 'PVF: mgetty vgetty pvflib, FFmpeg libavformat/pvfdec.c; a file of sox',
  sound: (head) => {
    const [line = '', channels, rate, bits] = /^(\d{1,9}) +(\d{1,9}) +(\d{1,9})\s/.exec(String.fromCharCode(...head.subarray(5, 5 + 64))) ?? [];
    if (channels === undefined) return 'its header line cannot be read';
    const samples = bits === '8' || bits === '16' || bits === '32' ? plainSamples(`s${bits}`, false) : {};
    return { coding: `${bits}-bit PCM`, ...samples, sampleRateHz: Number(rate), channels: Number(channels), headerBytes: 5 + line.length };
  },
};

const sox: DemuxedContainer = {
  demuxer: 'sox',
  title: 'SoX native',
  extensions: ['.sox'],
  magics: [
    [0, '.SoX'],
    [0, 'XoS.'],
  ],
  confidence: 'signature',
  fact: 'SoX: soxformat(7), FFmpeg libavformat/soxdec.c; a file of FFmpeg',
  sound: (head, bytes) => {
    const little = head[0] === 0x2e;
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const samples = Number(view.getBigUint64(8, little));
    const headerBytes = 4 + view.getUint32(4, little);
    const missingBytes = Math.max(0, headerBytes + 4 * samples - bytes.size);
    const sampleRateHz = view.getFloat64(16, little);
    return { coding: '32-bit PCM', ...plainSamples('s32', little), sampleRateHz, channels: view.getUint32(24, little), missingBytes, headerBytes };
  },
};

/** Size of the header, whose last four bytes are its CRC. */
const ttaHeaderBytes = 22;

/** Returns the number of samples per channel of a frame: 1.04489795918367346939 s (True Audio format description, "Data"). */
function ttaFrameSamples(sampleRateHz: number): number {
  return Math.max(1, Math.floor((256 * sampleRateHz) / 245));
}

/** Counts bytes of frames with a wrong CRC-32, which FFmpeg decodes to arbitrary audio. Bytes missing at the end of the file are found by its length. */
async function ttaBroken(bytes: ByteReader, frames: number, end: number, signal: AbortSignal): Promise<number> {
  // The table has the length of each frame, followed by a CRC.
  const table = await bytes.read(ttaHeaderBytes, Math.min(4 * frames + 4, limits.framesCheckedBytes), signal);
  const lengths = new Cursor(table);
  let at = ttaHeaderBytes + 4 * frames + 4;
  let broken = 0;
  while (lengths.left >= 8 && at - ttaHeaderBytes < limits.framesCheckedBytes) {
    const length = lengths.u32('length of a frame');
    if (length < 4 || length > limits.ttaFrameBytes || at + length > end) break;
    const frame = new Cursor(await bytes.read(at, length, signal));
    const crc = crc32(frame.bytes(length - 4, 'frame'));
    if (frame.u32('CRC') !== crc) broken += length;
    at += length;
  }
  return broken;
}

const tta: DemuxedContainer = {
  demuxer: 'tta',
  title: 'True Audio',
  extensions: ['.tta'],
  magics: [[0, 'TTA1']],
  confidence: 'signature',
  fact: 'TTA: True Audio lossless audio codec, format description; a file of FFmpeg',
  sound: async (head, bytes, signal) => {
    const fields = new Cursor(head, 6);
    const channels = fields.u16('channels');
    const bits = fields.u16('bits');
    const sampleRateHz = fields.u32('rate');
    const samples = fields.u32('samples');
    const end = await beforeApeTag(bytes, signal);
    const brokenBytes = await ttaBroken(bytes, Math.ceil(samples / ttaFrameSamples(sampleRateHz)), end, signal);
    return { coding: agree`TTA, ${bits} bit[s]`, sampleRateHz, channels, statedSeconds: samples / sampleRateHz, brokenBytes, end };
  },
};

/** Rates in Hz by index (WavPack 4 and 5 File Format, section 2.0); 15 means that a sub-block states the rate. */
const wavpackRates = [6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000];

const wavpack: DemuxedContainer = {
  demuxer: 'wv',
  title: 'WavPack',
  extensions: ['.wv'],
  magics: [[0, 'wvpk']],
  confidence: 'signature',
  fact: 'WavPack: David Bryant, WavPack 4 and 5 File Format; a file of FFmpeg',
  sound: async (head, bytes, signal) => {
    // The channels of a frame are in blocks of one or two; the last block is marked.
    let channels = 0;
    let sampleRateHz = 0;
    let samples: number | null = null;
    let at = 0;
    for (let block = 0; block < 32; block++) {
      const header = at === 0 ? head : await bytes.read(at, 32, signal);
      const fields = new Cursor(header, 4);
      if (String.fromCharCode(...header.subarray(0, 4)) !== 'wvpk') break;
      at += 8 + fields.u32('block size');
      fields.skip(4, 'version, high bytes of the numbers');
      const total = fields.u32('samples');
      fields.skip(8, 'index, samples of the block');
      samples ??= total === 0xffffffff ? null : total;
      const flags = fields.u32('flags');
      sampleRateHz = wavpackRates[(flags >> 23) & 15] ?? 0;
      channels += (flags & 4) !== 0 ? 1 : 2;
      if ((flags & 0x1000) !== 0) break;
    }
    const stated = samples === null || samples === 0 || sampleRateHz === 0 ? {} : { statedSeconds: samples / sampleRateHz };
    return { coding: 'WavPack', sampleRateHz, channels, ...stated, end: await beforeApeTag(bytes, signal) };
  },
};

const wve: DemuxedContainer = {
  demuxer: 'wve',
  title: 'Psion 3 record',
  extensions: ['.wve'],
  magics: [[0, 'ALawSoundFile**\0']],
  confidence: 'signature',
  fact: 'WVE: libsndfile src/wve.c, FFmpeg libavformat/wvedec.c: A-law at 8 kHz; a file of sox',
  sound: () => ({ coding: 'A-law', ...plainSamples('alaw', true), sampleRateHz: 8000, channels: 1, headerBytes: 32 }),
};

const codec2: DemuxedContainer = {
  demuxer: 'codec2',
  title: 'Codec 2',
  extensions: ['.c2'],
  magics: [[0, '\xc0\xde\xc2']],
  confidence: 'signature',
  fact: 'Codec 2: codec2 src/c2file.h, FFmpeg libavformat/codec2.c: 8 kHz; a file of FFmpeg with libcodec2',
  sound: (head) => ({ coding: `Codec 2, mode ${head[5] ?? 0}`, sampleRateHz: 8000, channels: 1 }),
};

const sds: DemuxedContainer = {
  demuxer: 'sds',
  title: 'MIDI Sample Dump',
  extensions: ['.sds'],
  magics: [[0, '\xf0\x7e']],
  confidence: 'structure',
  fact: 'SDS: MIDI 1.0 Sample Dump Standard, FFmpeg libavformat/sdsdec.c; a file of sox',
  sound: (head) => {
    // The numbers have 7 bits per byte, lowest first; the dump header ends with 0xF7 at 20.
    if (head[3] !== 1 || head[20] !== 0xf7) return null;
    const bits = head[6] ?? 0;
    const period = (head[7] ?? 0) | ((head[8] ?? 0) << 7) | ((head[9] ?? 0) << 14);
    if (bits < 8 || bits > 28 || period === 0) return 'its dump header states no rate';
    return { coding: `${bits}-bit PCM`, sampleRateHz: Math.floor(1e9 / period), channels: 1 };
  },
};

const hcom: DemuxedContainer = {
  demuxer: 'hcom',
  title: 'Macintosh HCOM',
  extensions: ['.hcom'],
  magics: [[65, 'FSSD']],
  confidence: 'structure',
  fact: 'HCOM: sox src/hcom.c, FFmpeg libavformat/hcom.c; a file of sox',
  sound: (head) => {
    const fields = bigEndian(head, 128);
    if (fields.text(4, 'HCOM') !== 'HCOM') return null;
    fields.skip(4 + 4 + 4, 'samples, checksum, type');
    const divisor = fields.u32('divisor');
    return divisor === 0 ? 'its header states no rate' : { coding: 'Huffman-coded PCM', sampleRateHz: Math.floor(22_050 / divisor), channels: 1 };
  },
};

/** Size of a chunk's name, time and size. */
const smjpegChunkBytes = 12;

/** Returns the size of an audio or video chunk, or of the word that ends the file; 0 if it is none of these. */
function smjpegChunk(head: Uint8Array): number {
  const name = String.fromCharCode(...head.subarray(0, 4));
  if (name === 'DONE') return head.length === 4 ? 4 : 0;
  if (name !== 'sndD' && name !== 'vidD') return 0;
  return head.length < smjpegChunkBytes ? 0 : smjpegChunkBytes + bigEndian(head, 8).u32('size');
}

const smjpeg: DemuxedContainer = {
  demuxer: 'smjpeg',
  title: 'Loki SDL MJPEG',
  extensions: ['.smjpeg'],
  magics: [[0, '\0\nSMJPEG']],
  confidence: 'signature',
  fact: 'SMJPEG: Loki SDL, SMJPEG Description; a file of FFmpeg',
  sound: async (head, bytes, signal) => {
    const fields = bigEndian(head, 16);
    let sound: DemuxedSound | null = null;
    let otherStreams = 0;
    for (;;) {
      const kind = fields.text(4, 'header');
      if (kind === 'HEND') {
        if (sound === null) return 'no audio stream';
        const walk = await walkUnits(bytes, [fields.position, bytes.size], { headBytes: smjpegChunkBytes, sizeOf: smjpegChunk }, signal);
        return { ...sound, ...walk, otherStreams };
      }
      const size = fields.u32('size');
      const next = fields.position + size;
      if (kind === '_SND') {
        const sampleRateHz = fields.u16('rate');
        const bits = fields.u8('bits');
        const channels = fields.u8('channels');
        const coding = fields.text(4, 'encoding');
        sound ??= { coding: agree`${coding}, ${bits} bit[s]`, sampleRateHz, channels };
      }
      if (kind === '_VID') otherStreams++;
      if (next > head.length) throw new RangeError('the header ends in a list');
      fields.position = next;
    }
  },
};

/** All containers of this file. */
export const simpleContainers: readonly DemuxedContainer[] = [ircam, paf, avr, pvf, sox, tta, wavpack, wve, codec2, sds, hcom, smjpeg];
