import type { ByteReader } from '../../src/core/base/bytes.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { firstFrame, readAc3Frame, readDtsFrame, readMpegAudio } from './frames.ts';
import { pesPayload } from './pes.ts';
import { walkUnits } from './walk.ts';

/** Number of bytes at the start that are searched for the first audio. */
const searchBytes = 4 * 1024 * 1024;
const packHeader = 0xba;
const privateStream1 = 0xbd;

/** Substreams of private stream 1 (DVD-Video, as in FFmpeg libavformat/mpeg.c): numbers, bytes before the first frame, and their reader. */
const substreams = [
  { from: 0x80, to: 0x87, skip: 4, read: readAc3Frame },
  { from: 0x88, to: 0x8f, skip: 4, read: readDtsFrame },
] as const;

/** Describes MPEG program streams: DVD, camera recorders. */
export const mpegPs: DemuxedContainer = {
  demuxer: 'mpeg',
  title: 'MPEG program stream',
  extensions: ['.mpg', '.mpeg', '.vob'],
  magics: [[0, '\0\0\x01\xba']],
  confidence: 'signature',
  fact: 'MPEG-PS: ISO/IEC 11172-1, 13818-1; files of FFmpeg with layer II beside video and with AC-3',
  sound: async (_head, bytes, signal) => {
    const start = await bytes.read(0, searchBytes, signal);
    const audio = new Map<number, DemuxedSound | null>();
    const others = new Set<number>();
    for (let at = 0; at + 6 <= start.length; ) {
      if (start[at] !== 0 || start[at + 1] !== 0 || start[at + 2] !== 1) {
        at++;
        continue;
      }
      const id = start[at + 3] ?? 0;
      if (id === packHeader) {
        // MPEG-2 has `01` here and up to 7 bytes of stuffing (ISO/IEC 13818-1, 2.5.3.3).
        at += ((start[at + 4] ?? 0) & 0xc0) === 0x40 ? 14 + ((start[at + 13] ?? 0) & 7) : 12;
        continue;
      }
      if (id < packHeader) {
        at += 4;
        continue;
      }
      const end = at + 6 + (start[at + 4] ?? 0) * 256 + (start[at + 5] ?? 0);
      const payload = pesPayload(start.subarray(at, end));
      if (id >= 0xc0 && id <= 0xdf) keep(audio, id, firstFrame(payload, readMpegAudio));
      else if (id >= 0xe0 && id <= 0xef) others.add(id);
      else if (id === privateStream1) {
        const number = payload[0] ?? 0;
        const found = substreams.find(({ from, to }) => number >= from && number <= to);
        if (found !== undefined) keep(audio, 0x100 + number, firstFrame(payload.subarray(found.skip), found.read));
      }
      at = end;
    }
    const [first] = audio.values();
    if (first === undefined) return `no audio stream beside ${others.size} of video`;
    if (first === null) return 'no frame of its audio stream can be read';
    return { ...first, audioStreams: audio.size, otherStreams: others.size, ...(await walkPackets(bytes, signal)) };
  },
};

/** Keeps the first frame of a stream. The order of streams is that of their first packets, as in FFmpeg. */
function keep(audio: Map<number, DemuxedSound | null>, id: number, sound: DemuxedSound | null): void {
  if ((audio.get(id) ?? null) === null) audio.set(id, sound);
}

/** Number of bytes of a pack header before its stuffing. */
const unitHeadBytes = 14;
const endCode = 0xb9;
/** Largest number of zeros before a start code: sectors of Video CD end with 20 of them. More than a sector of zeros is unwritten space. */
const mostZeros = 2_048;

/** Returns the size of a pack header or packet, or 1 for a zero before it; 0 if it is neither. */
function unitBytes(head: Uint8Array): number {
  const [zero0, zero1, one, id = 0, l1 = 0, l2 = 0] = head;
  if (zero0 === 0 && zero1 === 0 && one === 1) {
    if (id === endCode) return 4;
    if (id === packHeader) return (l1 & 0xc0) === 0x40 ? unitHeadBytes + ((head[unitHeadBytes - 1] ?? 0) & 7) : 12;
    return id > packHeader && head.length >= 6 ? 6 + l1 * 256 + l2 : 0;
  }
  return zero0 === 0 ? 1 : 0;
}

async function walkPackets(bytes: ByteReader, signal: AbortSignal): Promise<Pick<DemuxedSound, 'strayBytes' | 'lackingBytes'>> {
  let [zeros, unwritten] = [0, 0];
  const onUnit = (_head: Uint8Array, size: number): void => {
    zeros = size === 1 ? zeros + 1 : 0;
    if (zeros === mostZeros) unwritten += mostZeros;
    else if (zeros > mostZeros) unwritten++;
  };
  const { strayBytes, lackingBytes } = await walkUnits(bytes, [0, bytes.size], { headBytes: unitHeadBytes, sizeOf: unitBytes, onUnit }, signal);
  return { strayBytes: strayBytes + unwritten, lackingBytes };
}
