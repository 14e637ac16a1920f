import type { ByteReader } from '../../src/core/base/bytes.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** Start code of a stream header (NUT Open Container Format, "stream header"). */
const streamCode = [0x4e, 0x53, 0x11, 0x40, 0x5b, 0xf2, 0xf9, 0xdb] as const;
/** Start code of the index ("index"), which every writer puts at the end, after all frames. */
const indexCode = [0x4e, 0x58, 0xdd, 0x67, 0x2f, 0x23, 0xe6, 0x4e] as const;
/** Number of last bytes that are searched: the index has 4 KiB per few minutes. */
const indexBytes = 4 * 1024 * 1024;
/** Largest size of a frame code and its numbers, with its share of sync points and index: 2 bytes in files of FFmpeg 7.1. */
const besidePacketBytes = 6;
/** Number of bytes that are read: the main and stream headers come first and have some hundred bytes. */
const searchBytes = 64 * 1024;
/** Value of stream_class for audio. */
const audioClass = 1;

/** Returns a reader of NUT's numbers: 7 bits per byte, highest first. */
function numbers(bytes: Uint8Array, from: number) {
  let at = from;
  const next = (): number => {
    let value = 0;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the header ends in a number');
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
  };
  return {
    next,
    bytes: (length: number): Uint8Array => {
      const part = bytes.subarray(at, at + length);
      at += length;
      return part;
    },
  };
}

/** Describes NUT, FFmpeg's own container. */
export const nut: DemuxedContainer = {
  demuxer: 'nut',
  title: 'NUT',
  extensions: ['.nut'],
  magics: [[0, 'nut/multimedia container\0']],
  confidence: 'signature',
  fact: 'NUT: FFmpeg, NUT Open Container Format; files of FFmpeg with PCM and MP3',
  sound: async (_head, bytes, signal) => {
    const start = await bytes.read(0, searchBytes, signal);
    const sounds: DemuxedSound[] = [];
    let others = 0;
    for (let at = 0; at + 16 < start.length; at++) {
      if (start[at] !== 0x4e || !streamCode.every((byte, i) => start[at + i] === byte)) continue;
      const fields = numbers(start, at + streamCode.length);
      // A header of more than 4,096 bytes has a checksum after its length.
      if (fields.next() > 4096) fields.bytes(4);
      fields.next(); // stream id
      if (fields.next() !== audioClass) {
        others++;
        continue;
      }
      const tag = fields.bytes(fields.next());
      for (let i = 0; i < 5; i++) fields.next(); // time base, shift, distance, delay, flags
      fields.bytes(fields.next()); // the codec's own data
      const rate = fields.next();
      sounds.push({ coding: codingOf(tag), sampleRateHz: rate / Math.max(1, fields.next()), channels: fields.next() });
    }
    const [first] = sounds;
    return first === undefined
      ? `no audio stream beside ${others} others`
      : { ...first, audioStreams: sounds.length, otherStreams: others, besidePacketBytes, lacksEnd: !(await hasIndex(bytes, signal)) };
  },
};

/** Returns true if an index follows the frames. */
async function hasIndex(bytes: ByteReader, signal: AbortSignal): Promise<boolean> {
  const end = await bytes.read(Math.max(0, bytes.size - indexBytes), indexBytes, signal);
  return Buffer.from(end.buffer, end.byteOffset, end.length).includes(Buffer.from(indexCode));
}

/** Returns the coding of a tag: a WAVE tag in two bytes, or four characters. */
function codingOf(tag: Uint8Array): string {
  const isText = tag.length === 4 && tag.every((byte) => byte > 0x20 && byte < 0x7f);
  return isText ? String.fromCharCode(...tag) : `tag 0x${[...tag].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
