import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { otherChunks } from '../judge/other-chunks.ts';
import { bytesAfter, judgeBytesAfter } from '../judge/sound-behind.ts';
import { knownCodec } from '../list/known-codec.ts';

/**
 * Size of the file header: caff, version, flags. Then follow chunks with a type, a signed 64-bit size and no padding (Apple, CAF specification 1.0, File
 * Header).
 */
const fileHeaderBytes = 8;
const chunkHeaderBytes = 12;
const descriptionBytes = 32;
/** Size of the count of edits with which the data chunk begins. */
const editCountBytes = 4;

/** Identifies Apple's Core Audio Format: iOS and macOS recorders. */
export const caf: Format = {
  id: 'caf',
  title: 'Core Audio Format (CAF)',
  extensions: ['.caf'],
  mediaType: 'audio/x-caf',
  grade: 'verified',
  pronom: ['fmt/416'],
  facts: ['Apple, Core Audio Format Specification 1.0; files of libsndfile 1.2 and FFmpeg 7.1'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, fileHeaderBytes, signal);
    if (head.length < fileHeaderBytes || String.fromCharCode(...head.subarray(0, 4)) !== 'caff') return null;
    const version = new Cursor(head, 4, 'big').u16('version');
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: caf.id, confidence: 'signature' } as const;
    const chunks = await walkChunks(bytes, signal);
    const data = chunks.find(({ id }) => id === 'data');
    const description = await readDescription(bytes, chunks, signal);
    const basis = `caff version ${version} at 0, ${description === null ? 'no desc chunk' : description.formatId.trimEnd()}`;
    const place = await findSound(bytes, data, chunks, findings, signal);
    if (place === null)
      return { ...answer, basis, tracks: [], shortfall: { otherBytes: otherChunks(chunks, otherIds, bytes.size) }, findings, state: 'header-only' };
    if (description === null) {
      tell('F115', agree`no desc chunk of ${descriptionBytes} byte[s]`);
      const track = { codec: 'unknown', codecName: 'CAF without a desc chunk', sampleRateHz: 0, channels: 0, spans: [place.span] };
      return {
        ...answer,
        basis,
        tracks: [{ ...track, bitsPerSample: null, blockBytes: null, frames: null, setup: null }],
        findings,
        state: 'damaged',
      };
    }
    const coding = codingOf(description);
    const valid = await validFrames(bytes, chunks, description.framesPerPacket, signal);
    const rate = Math.round(description.sampleRateHz);
    const sampleRateHz = rate >= 1 && rate <= 0xffffffff ? rate : 8000;
    if (sampleRateHz !== rate) tell('F123', 'the stated rate is not usable, 8000 Hz is assumed');
    if (description.channels < 1) tell('F123', '0 channels are stated, 1 is assumed');
    const channels = Math.max(1, description.channels);
    const playable = channels <= limits.channels;
    const packets = coding.packets ? packetSpans(bytes, chunks, place) : null;
    if (coding.packets && packets === null) tell('F229', 'packets of different sizes, and no pakt chunk that says where each ends');
    const track: Track = {
      codec: playable && !(coding.packets && packets === null) ? coding.codec : 'unknown',
      codecName: playable ? coding.name : agree`${coding.name}: ${channels} channel[s]`,
      // Opus is decoded at 48 kHz, whatever the recorded rate (RFC 7845, section 4).
      sampleRateHz: coding.codec === 'opus-caf' ? 48000 : sampleRateHz,
      channels,
      bitsPerSample: coding.bitsPerSample,
      blockBytes: coding.codec === 'unknown' ? null : (coding.unit?.bytes ?? null),
      frames: statedFrames(bytes, place, coding, valid, findings),
      setup: null,
      spans: packets ?? [place.span],
    };
    const believed = await judgeSamples(bytes, track, signal);
    findings.push(...believed.findings);
    const isOpen = place.isFollowed === false && packets === null;
    const judged = isOpen
      ? await judgeBytesAfter(bytes, believed.track, place.state, findings, signal)
      : { track: believed.track, state: place.state };
    const bytesBehind = isOpen ? bytesAfter(judged.track, bytes) : 0;
    return {
      ...answer,
      basis,
      tracks: [judged.track],
      shortfall: { missingBytes: place.missingBytes ?? 0, bytesBehind, ...(await statedPackets(bytes, chunks, description, track, signal)) },
      findings,
      state: judged.state,
    };
  },
};

/** Tables, texts, marks and overviews of audio that is in another chunk (Core Audio Format Specification 1.0). */
const otherIds = new Set('kuki|strg|mark|regn|inst|midi|ovvw|peak|edct|info|umid|chan|pakt|free'.split('|'));

interface CafChunk {
  readonly id: string;
  /** Offset of the chunk's header. */
  readonly at: number;
  readonly start: number;
  /** Stated size; -1: the chunk extends to the end of the file. */
  readonly declared: number;
}

/** Returns the chunks in the order of the file, up to the first one that extends beyond its end. */
async function walkChunks(bytes: ByteReader, signal: AbortSignal): Promise<CafChunk[]> {
  const chunks: CafChunk[] = [];
  let at = fileHeaderBytes;
  while (chunks.length < limits.riffChunks && at + chunkHeaderBytes <= bytes.size) {
    signal.throwIfAborted();
    const head = await bytes.read(at, chunkHeaderBytes, signal);
    if (head.length < chunkHeaderBytes || head.subarray(0, 4).some((byte) => byte < 0x20 || byte > 0x7e)) break;
    const size = new DataView(head.buffer, head.byteOffset + 4, 8).getBigInt64(0);
    const declared = size < 0n ? -1 : Number(size);
    chunks.push({ id: String.fromCharCode(...head.subarray(0, 4)), at, start: at + chunkHeaderBytes, declared });
    if (declared < 0 || declared > bytes.size) break;
    at += chunkHeaderBytes + declared;
  }
  return chunks;
}

interface Description {
  readonly sampleRateHz: number;
  readonly formatId: string;
  readonly flags: number;
  readonly bytesPerPacket: number;
  readonly framesPerPacket: number;
  readonly channels: number;
  readonly bitsPerChannel: number;
}

/** Reads the Audio Description chunk; returns null if there is no complete one. */
async function readDescription(bytes: ByteReader, chunks: readonly CafChunk[], signal: AbortSignal): Promise<Description | null> {
  const chunk = chunks.find(({ id }) => id === 'desc');
  if (chunk === undefined) return null;
  const body = await bytes.read(chunk.start, descriptionBytes, signal);
  if (body.length < descriptionBytes) return null;
  const cursor = new Cursor(body, 8, 'big');
  return {
    sampleRateHz: new DataView(body.buffer, body.byteOffset, 8).getFloat64(0),
    formatId: cursor.text(4, 'mFormatID'),
    flags: cursor.u32('mFormatFlags'),
    bytesPerPacket: cursor.u32('mBytesPerPacket'),
    framesPerPacket: cursor.u32('mFramesPerPacket'),
    channels: cursor.u32('mChannelsPerFrame'),
    bitsPerChannel: cursor.u32('mBitsPerChannel'),
  };
}

interface SoundPlace {
  readonly chunk: CafChunk;
  readonly span: readonly [start: number, end: number];
  readonly state: Identification['state'];
  /** Number of bytes that are stated and missing. */
  readonly missingBytes?: number;
  /** False if the bytes after the stated end are not chunks. */
  readonly isFollowed?: boolean;
}

/** Returns where the audio is; returns null and adds a finding if there is none. */
async function findSound(
  bytes: ByteReader,
  chunk: CafChunk | undefined,
  chunks: readonly CafChunk[],
  findings: Finding[],
  signal: AbortSignal,
): Promise<SoundPlace | null> {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  if (chunk === undefined) {
    tell('F110', 'no data chunk');
    return null;
  }
  const start = chunk.start + editCountBytes;
  const there = bytes.size - start;
  const declared = chunk.declared - editCountBytes;
  const isFollowed = chainHolds(chunks.slice(chunks.indexOf(chunk) + 1), bytes.size);
  if (there <= 0 || (declared <= 0 && chunk.declared >= 0 && isFollowed)) {
    tell('F110', 'a data chunk without sound');
    return null;
  }
  // -1 is the format's own value for a recording that extends to the end of the file: no finding.
  if (chunk.declared === -1) return { chunk, span: [start, bytes.size], state: 'ok' };
  if (declared <= 0) {
    // libsndfile 1.2 writes no size to a pipe (sox uses it in this way), and writes its header of 4,096 bytes twice.
    const isTwice = await repeatsHeader(bytes, start, signal);
    const from = isTwice ? 2 * start : start;
    if (from >= bytes.size) {
      tell('F110', 'a data chunk without sound');
      return null;
    }
    tell('F101', agree`the data chunk states ${chunk.declared} byte[s]; ${bytes.size - from} byte[s] up to the end [is|are] read as audio`);
    return { chunk, span: [from, bytes.size], state: 'damaged' };
  }
  if (declared > there) {
    tell('F103', agree`the data chunk states ${declared} byte[s] of sound, but ${there} [is|are] present`);
    return { chunk, span: [start, bytes.size], state: 'truncated', missingBytes: declared - there };
  }
  const span = [start, start + declared] as const;
  // libsndfile pads the file to a whole number of words.
  return { chunk, span, state: 'ok', isFollowed: isFollowed || bytes.size - span[1] < chunkHeaderBytes };
}

/** Returns true if the bytes before the audio are repeated at the start of the audio. */
async function repeatsHeader(bytes: ByteReader, length: number, signal: AbortSignal): Promise<boolean> {
  if (length > limits.riffSearchBytes) return false;
  const [first, second] = [new Uint8Array(await bytes.read(0, length, signal)), await bytes.read(length, length, signal)];
  return second.length === length && first.every((byte, at) => byte === second[at]);
}

/** Returns true if the audio is followed by a row of chunks, and not by more audio. */
function chainHolds(after: readonly CafChunk[], size: number): boolean {
  const [next] = after;
  const last = after.at(-1);
  if (next === undefined || last === undefined) return false;
  return otherIds.has(next.id) || next.id === 'desc' || last.start + last.declared === size;
}

interface Coding {
  readonly codec: string;
  readonly name: string;
  readonly bitsPerSample: number | null;
  /** The smallest unit that can be decoded; null if packets have individual sizes. */
  readonly unit: { readonly bytes: number; readonly frames: number } | null;
  /** True if FFmpeg needs the container to find the packets. */
  readonly packets: boolean;
}

const inPackets = new Map<string, readonly [codec: string, name: string]>([
  ['aac ', ['aac-caf', 'AAC']],
  ['alac', ['alac-caf', 'ALAC']],
  ['opus', ['opus-caf', 'Opus']],
]);

/** Returns the coding of a description (CAF specification, Audio Data Format Identifiers). */
function codingOf(description: Description): Coding {
  const { formatId, flags, bytesPerPacket, channels, bitsPerChannel } = description;
  const name = (text: string): string => `CAF ${formatId.trimEnd()} (${text})`;
  const unknown = (text: string): Coding => ({ codec: 'unknown', name: name(text), bitsPerSample: null, unit: null, packets: false });
  const each = (codec: string, text: string, bytes: number): Coding => {
    return { codec: knownCodec(codec), name: name(text), bitsPerSample: bytes * 8, unit: { bytes: bytes * channels, frames: 1 }, packets: false };
  };
  switch (formatId) {
    case 'lpcm': {
      // Flags: 1 floating point, 2 little-endian. Samples with fewer bits than their bytes are in the high bits.
      const float = (flags & 1) !== 0;
      const endian = flags & 2 ? 'le' : 'be';
      const bytes = bytesPerPacket / channels;
      const text = agree`${float ? 'floating point' : 'PCM'}, ${bitsPerChannel} bit[s], ${endian === 'le' ? 'little' : 'big'}-endian`;
      if (!Number.isInteger(bytes) || bytes < 1 || Math.ceil(bitsPerChannel / 8) !== bytes)
        return unknown(agree`${text}, packets of ${bytesPerPacket} byte[s]`);
      if (float) return bytes === 4 || bytes === 8 ? each(`pcm-f${bytes * 8}${endian}`, text, bytes) : unknown(text);
      if (bytes > 4) return unknown(text);
      return each(bytes === 1 ? 'pcm-s8' : `pcm-s${bytes * 8}${endian}`, text, bytes);
    }
    case 'ulaw':
      return each('mulaw', 'G.711 mu-law', 1);
    case 'alaw':
      return each('alaw', 'G.711 A-law', 1);
    case 'ima4':
      return {
        codec: knownCodec('ima-adpcm-qt'),
        name: name('IMA ADPCM'),
        bitsPerSample: 4,
        unit: { bytes: 34 * channels, frames: 64 },
        packets: false,
      };
    default: {
      const [codec, text] = inPackets.get(formatId) ?? [null, 'not known here'];
      if (codec === null) return unknown(text);
      return { codec: knownCodec(codec), name: name(text), bitsPerSample: bitsPerChannel || null, unit: null, packets: true };
    }
  }
}

/**
 * Returns the number of samples per channel that are audio according to the packet table, without priming and remainder. Null if there is no table, or if it
 * counts only complete packets: FFmpeg 7.1 writes such tables although the last packet is shorter.
 */
async function validFrames(bytes: ByteReader, chunks: readonly CafChunk[], framesPerPacket: number, signal: AbortSignal): Promise<number | null> {
  const chunk = chunks.find(({ id }) => id === 'pakt');
  if (chunk === undefined) return null;
  const body = await bytes.read(chunk.start, 24, signal);
  if (body.length < 24) return null;
  const view = new DataView(body.buffer, body.byteOffset, 24);
  const valid = view.getBigInt64(8); // after the number of packets
  if (valid <= 0n || valid > BigInt(Number.MAX_SAFE_INTEGER) || valid === view.getBigInt64(0) * BigInt(framesPerPacket)) return null;
  return Number(valid);
}

/**
 * Returns the number of samples per channel of all packets in the table, at the rate of the track, if packets have a fixed duration. Includes priming and a
 * shorter last packet.
 */
async function statedPackets(
  bytes: ByteReader,
  chunks: readonly CafChunk[],
  { framesPerPacket, sampleRateHz: statedRateHz }: Description,
  { codec, sampleRateHz, frames }: Track,
  signal: AbortSignal,
): Promise<{ readonly statedFrames?: number }> {
  const chunk = chunks.find(({ id }) => id === 'pakt');
  if (codec !== 'opus-caf' || frames !== null || chunk === undefined || framesPerPacket === 0) return {};
  const body = await bytes.read(chunk.start, 8, signal);
  if (body.length < 8) return {};
  const packets = Number(new DataView(body.buffer, body.byteOffset, 8).getBigInt64(0));
  return packets > 0 ? { statedFrames: Math.round((packets * framesPerPacket * sampleRateHz) / statedRateHz) } : {};
}

/**
 * Returns spans of the file in an order that can be read from a pipe: all chunks except the audio, then the audio. Null if there is no packet table, without
 * which packets cannot be separated.
 */
function packetSpans(bytes: ByteReader, chunks: readonly CafChunk[], place: SoundPlace): Track['spans'] | null {
  const table = chunks.find(({ id }) => id === 'pakt');
  if (table === undefined) return null;
  const before: readonly [number, number] = [0, place.chunk.at];
  const sound: readonly [number, number] = [place.chunk.at, place.span[1]];
  if (table.at < place.chunk.at) return [before, sound];
  return [before, [table.at, Math.min(bytes.size, table.start + Math.max(0, table.declared))], sound];
}

/** Returns the number of samples per channel that decoding must yield; null if nothing states it, or damage makes it uncertain. */
function statedFrames(bytes: ByteReader, { span, state }: SoundPlace, coding: Coding, valid: number | null, findings: Finding[]): number | null {
  if (coding.codec === 'unknown' || state !== 'ok') return null;
  // FFmpeg keeps the priming of AAC, so decoding does not yield the number in the table.
  if (coding.unit === null) return coding.codec === 'aac-caf' ? null : valid;
  const size = span[1] - span[0];
  const odd = size % coding.unit.bytes;
  if (odd !== 0)
    findings.push(finding('F118', bytes.name, agree`${size} byte[s] of sound: ${odd} byte[s] after the last whole block of ${coding.unit.bytes}`));
  const held = Math.floor(size / coding.unit.bytes) * coding.unit.frames;
  if (valid === null || valid === held) return null;
  if (valid < held && valid > held - coding.unit.frames) return valid;
  findings.push(finding('F220', bytes.name, agree`the pakt chunk states ${valid} sample[s], the sound holds ${held}`));
  return null;
}
