import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';

/** GUIDs in the byte order of the file (Microsoft, Advanced Systems Format Specification 01.20.03, section 10). */
const guids = {
  header: '3026b2758e66cf11a6d900aa0062ce6c',
  data: '3626b2758e66cf11a6d900aa0062ce6c',
  fileProperties: 'a1dcab8c47a9cf118ee400c00c205365',
  streamProperties: '9107dcb7b7a9cf118ee600c00c205365',
  headerExtension: 'b503bf5f2ea9cf118ee300c00c205365',
  contentEncryption: 'fbb3112223bdd211b4b700a0c955fc6e',
  extendedEncryption: '14e68a292226174cb935dae07ee9289c',
  advancedEncryption: '338505438169e6499b74ad12cb86d58c',
  audio: '409e69f84d5bcf11a8fd00805f5c442b',
  video: 'c0ef19bc4d5bcf11a8fd00805f5c442b',
} as const;
const encryptions: readonly string[] = [guids.contentEncryption, guids.extendedEncryption, guids.advancedEncryption];

/** Codings by wFormatTag of an audio stream (Microsoft mmreg.h) that FFmpeg 7.1 decodes in this container. */
const tags = new Map<number, string>([
  [0x000a, 'WMA Voice'],
  [0x0160, 'WMA 1'],
  [0x0161, 'WMA 2'],
  [0x0162, 'WMA Professional'],
  [0x0163, 'WMA Lossless'],
]);
/** Size of an object's GUID and size. */
const objectBytes = 24;
const mostHeaderBytes = 4 * 1024 * 1024;
const mostObjects = 1_000;

/** One audio stream of the header. */
interface Stream {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: number;
  readonly encrypted: boolean;
}

/** The parts of the header that are used. */
interface Header {
  readonly streams: Stream[];
  packets: number;
  packetBytes: number;
  durationMs: number;
  broadcast: boolean;
  encrypted: boolean;
  video: boolean;
  unreadable: number;
}

/** Identifies Windows Media Audio: dictation, early exports, help desks. */
export const asf: Format = {
  id: 'asf',
  title: 'Windows Media Audio (ASF)',
  extensions: ['.wma', '.asf', '.wmv'],
  mediaType: 'audio/x-ms-wma',
  grade: 'verified',
  pronom: ['fmt/131', 'fmt/132'],
  facts: [
    'Microsoft, Advanced Systems Format Specification 01.20.03; files of FFmpeg 7.1 and one of Windows Media, decoded identically by FFmpeg from a pipe',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, 30, signal);
    if (head.length < 16 || guidAt(head, 0) !== guids.header) return null;
    const answer = { format: asf.id, confidence: 'signature', basis: 'ASF header object at 0' } as const;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const stated = sizeAt(head, 16);
    if (head.length < 30 || stated < 30 || stated > Math.min(bytes.size, mostHeaderBytes)) {
      tell('F304', agree`the header states ${stated} byte[s], the file has ${bytes.size}`);
      return { ...answer, tracks: [], findings, state: 'damaged' };
    }
    const header = readHeader(await bytes.read(0, stated, signal));
    if (header.unreadable > 0) tell('F305', agree`${header.unreadable} object[s] of the header cannot be read`);
    const data = await bytes.read(stated, 50, signal);
    const isData = data.length >= 50 && guidAt(data, 0) === guids.data;
    const start = stated + 50;
    let state: Identification['state'] = header.unreadable > 0 ? 'damaged' : 'ok';
    if (!isData || start >= bytes.size) {
      tell('F110', 'a header and no packets');
      return { ...answer, tracks: [], shortfall: { otherBytes: [[0, stated]] }, findings, state: 'header-only' };
    }
    const objectEnd = stated + sizeAt(data, 16);
    const counted = sizeAt(data, 40) || header.packets;
    const wanted = counted * header.packetBytes;
    let missingBytes = 0;
    if (!header.broadcast && wanted > bytes.size - start) {
      const there = header.packetBytes > 0 ? Math.floor((bytes.size - start) / header.packetBytes) : 0;
      tell('F103', agree`${counted} packet[s] of ${header.packetBytes} byte[s] are stated, but ${there} are present`);
      state = 'truncated';
      missingBytes = wanted - (bytes.size - start);
    } else if (header.broadcast || counted === 0) {
      tell('F101', 'the header was written for a stream and states no number of packets');
    } else if (objectEnd > bytes.size) {
      tell(
        'F308',
        agree`the data object states its end at ${objectEnd}, the file has ${bytes.size} byte[s]; all ${counted} packet[s] [is|are] there`,
      );
    }
    const [stream, ...more] = header.streams;
    if (stream === undefined) {
      const otherBytes = [[0, header.video ? bytes.size : stated]] as const;
      return { ...answer, basis: `${answer.basis}, no audio stream`, tracks: [], shortfall: { otherBytes }, findings, state };
    }
    // Streams of one channel and one rate are the parties of a call; beside video they may be languages.
    const alike = header.streams.every((one) => one.channels === 1 && one.sampleRateHz === stream.sampleRateHz && tags.has(one.tag));
    const streams = alike && !header.video && header.streams.length <= limits.channels ? header.streams.length : 1;
    if (more.length + 1 > streams) tell('F306', agree`${more.length + 1} audio stream[s]`);
    const encrypted = header.encrypted || stream.encrypted;
    const known = tags.get(stream.tag);
    const codecName = `${known ?? 'audio'} (WAVE tag 0x${stream.tag.toString(16).padStart(4, '0')} in ASF)`;
    if (encrypted) tell('F303', `${codecName} with a content encryption object`);
    const usable = stream.channels > 0 && stream.channels <= limits.channels && stream.sampleRateHz > 0 && stream.sampleRateHz <= 192_000;
    if (!usable) tell('F305', agree`${stream.channels} channel[s] at ${stream.sampleRateHz} Hz [is|are] stated`);
    return {
      ...answer,
      basis: agree`${answer.basis}, ${counted} packet[s], ${Math.round(header.durationMs / 1000)} s stated`,
      tracks: Array.from({ length: streams }, (_, index) => ({
        codec: known !== undefined && usable && !encrypted ? 'wma-asf' : 'unknown',
        codecName,
        sampleRateHz: Math.max(1, stream.sampleRateHz),
        channels: Math.max(1, stream.channels),
        bitsPerSample: null,
        blockBytes: null,
        frames: null,
        setup: index === 0 ? null : Uint8Array.of(index),
        spans: [[0, bytes.size]],
      })),
      shortfall: { missingBytes, statedSpanFrames: Math.round((header.durationMs / 1000) * Math.max(1, stream.sampleRateHz)) },
      findings,
      state,
    };
  },
};

function guidAt(bytes: Uint8Array, at: number): string {
  let text = '';
  for (const byte of bytes.subarray(at, at + 16)) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Returns a 64-bit number; Infinity if it exceeds the size of any file. */
function sizeAt(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length) return 0;
  const value = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}

function readHeader(bytes: Uint8Array): Header {
  const header: Header = { streams: [], packets: 0, packetBytes: 0, durationMs: 0, broadcast: false, encrypted: false, video: false, unreadable: 0 };
  readObjects(bytes, 30, bytes.length, header, 0);
  return header;
}

/** Reads consecutive objects; those of the header extension are one level deeper. */
function readObjects(bytes: Uint8Array, start: number, end: number, header: Header, depth: number): void {
  let at = start;
  for (let count = 0; at + objectBytes <= end && count < mostObjects; count++) {
    const size = sizeAt(bytes, at + 16);
    if (size < objectBytes || at + size > end) {
      header.unreadable++;
      return;
    }
    const guid = guidAt(bytes, at);
    try {
      if (encryptions.includes(guid)) header.encrypted = true;
      else if (guid === guids.fileProperties) readFileProperties(new Cursor(bytes.subarray(0, at + size), at + objectBytes), header);
      else if (guid === guids.streamProperties) readStream(new Cursor(bytes.subarray(0, at + size), at + objectBytes), header);
      else if (guid === guids.headerExtension && depth === 0) readObjects(bytes, at + objectBytes + 22, at + size, header, 1);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      header.unreadable++;
    }
    at += size;
  }
}

/** Reads the file properties object (section 3.2). */
function readFileProperties(cursor: Cursor, header: Header): void {
  cursor.skip(16 + 8 + 8, 'file id, size, creation date');
  header.packets = cursor.u64('packets');
  header.durationMs = cursor.u64('play duration') / 10_000;
  cursor.skip(8, 'send duration');
  header.durationMs = Math.max(0, header.durationMs - cursor.u64('preroll'));
  header.broadcast = (cursor.u32('flags') & 1) === 1;
  header.packetBytes = cursor.u32('smallest packet');
}

/** Reads the stream properties object (section 3.3) with the WAVEFORMATEX of an audio stream (section 9.1). */
function readStream(cursor: Cursor, header: Header): void {
  const type = guidAt(cursor.bytes(16, 'stream type'), 0);
  cursor.skip(16 + 8 + 4 + 4, 'error correction, offset, sizes');
  const encrypted = (cursor.u16('flags') & 0x8000) !== 0;
  cursor.skip(4, 'reserved');
  if (type !== guids.audio) {
    header.video ||= type === guids.video;
    return;
  }
  const tag = cursor.u16('format tag');
  const channels = cursor.u16('channels');
  const sampleRateHz = cursor.u32('rate');
  cursor.skip(6, 'bytes per second, block size');
  header.streams.push({ tag, channels, sampleRateHz, bits: cursor.u16('bits'), encrypted });
}
