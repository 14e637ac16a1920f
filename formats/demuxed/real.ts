import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { frameWindow } from '../frames/frame-window.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** Largest size of the headers before the first data packet. */
const searchBytes = 256 * 1024;
const mostChunks = 1_000;

/** Describes RealMedia, and RealAudio without a container. */
export const real: DemuxedContainer = {
  demuxer: 'rm',
  title: 'RealMedia, RealAudio',
  extensions: ['.rm', '.ra'],
  magics: [
    [0, '.RMF\0\0'],
    [0, '.ra\xfd\0'],
  ],
  confidence: 'signature',
  fact: 'RealMedia: Helix, RealMedia File Format; FFmpeg libavformat/rmdec.c; files of FFmpeg with RealAudio 1.0 (14.4) and AC-3',
  sound: async (head, bytes, signal) => {
    if (head[1] === 0x72) return readAudio(head) ?? 'an unknown version of RealAudio';
    const start = await bytes.read(0, searchBytes, signal);
    const sounds: DemuxedSound[] = [];
    let others = 0;
    let packets = {};
    for (let at = 0, count = 0; at + 10 <= start.length && count < mostChunks; count++) {
      const fields = new Cursor(start, at, 'big');
      const id = fields.text(4, 'chunk');
      const size = fields.u32('chunk size');
      if (id === 'DATA') {
        packets = await walkData(bytes, at, size, signal);
        break;
      }
      if (size < 10) break;
      if (id === 'MDPR') {
        fields.skip(2 + 2 + 7 * 4, 'version, number, rates, times');
        fields.skip(fields.u8('length of the name'), 'name');
        const type = fields.text(fields.u8('length of the type'), 'type');
        const own = fields.bytes(Math.min(fields.u32('length of the header'), fields.left), 'header');
        const sound = readAudio(own);
        if (sound !== null) sounds.push(sound);
        else if (type.startsWith('video/')) others++;
      }
      at += size;
    }
    const [first] = sounds;
    return first === undefined
      ? `no audio stream beside ${others} of video`
      : { ...first, ...packets, audioStreams: sounds.length, otherStreams: others };
  },
};

/** Size of the DATA chunk's header: id, size, version, packets, next. */
const dataHeaderBytes = 18;
/** Size of a packet's header: version, length, stream, time stamp, group or rule, flags. */
const packetHeaderBytes = 12;
const mostStreams = 64;

/** Counts the bytes of the DATA chunk that belong to no packet, and the bytes that it states and that are missing. */
async function walkData(
  bytes: ByteReader,
  at: number,
  size: number,
  signal: AbortSignal,
): Promise<Pick<DemuxedSound, 'missingBytes' | 'strayBytes'>> {
  const window = frameWindow(bytes, signal);
  const stated = at + size;
  // A live stream states 0 or a very small size.
  const end = size <= dataHeaderBytes ? bytes.size : Math.min(bytes.size, stated);
  const packetAt = async (position: number): Promise<number> => {
    const [v1 = 1, v2 = 1, l1 = 0, l2 = 0, s1 = 1, s2 = 0] = window.peek(position, 6) ?? (await window.read(position, 6));
    const length = l1 * 256 + l2;
    return v1 === 0 && v2 <= 1 && s1 === 0 && s2 < mostStreams && length >= packetHeaderBytes ? length : 0;
  };
  let strayBytes = 0;
  for (let position = at + dataHeaderBytes; position + packetHeaderBytes <= end; ) {
    const length = await packetAt(position);
    const next = position + length;
    // Any six bytes may look like a packet: a packet must follow them, too.
    if (length > 0 && (next + packetHeaderBytes > end || (await packetAt(next)) > 0 || strayBytes === 0)) position = next;
    else {
      strayBytes++;
      position++;
    }
  }
  // FFmpeg 7.1 counts ten bytes too many.
  const missing = size <= dataHeaderBytes ? 0 : stated - bytes.size;
  return { strayBytes, missingBytes: missing > dataHeaderBytes ? missing : 0 };
}

/** Reads the header of RealAudio 3 to 5; its fields are in the order of rm_read_audio_stream_info. */
function readAudio(bytes: Uint8Array): DemuxedSound | null {
  const fields = new Cursor(bytes, 0, 'big');
  if (fields.left < 6 || fields.text(4, 'magic') !== '.ra\xfd') return null;
  const version = fields.u16('version');
  if (version === 3) return { coding: 'RealAudio 1.0 (14.4)', sampleRateHz: 8000, channels: 1 };
  if (version !== 4 && version !== 5) return null;
  fields.position = version === 4 ? 48 : 54;
  const sampleRateHz = fields.u16('rate');
  fields.skip(4, 'bits');
  return { coding: `RealAudio, header ${version}`, sampleRateHz, channels: fields.u16('channels') };
}
