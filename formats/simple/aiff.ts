import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Shortfall } from '../../src/core/base/shortfall.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { otherChunks } from '../judge/other-chunks.ts';
import { judgeBytesAfter } from '../judge/sound-behind.ts';
import { findTailChunks, isSizeMark } from '../riff/riff.ts';
import { riffLayout } from '../riff/riff-layout.ts';
import { type AiffCoding, type AiffFields, aiffCoding } from './aiff-coding.ts';
import { type IffChunk, type IffWalk, walkIff } from './iff-chunks.ts';

/** Size of the Common Chunk (AIFF 1.3): channels, frames, bits and an 80-bit rate; in AIFF-C the compression type follows. */
const commonBytes = 18;
/** Size of the fields of SSND before the audio: offset and block size. */
const soundHeaderBytes = 8;

/** Returns true for a size that only means that the writer did not know it. sox writes 0x7F000000 plus the size of the header. */
const isMark = (size: number): boolean => isSizeMark(size) || (size >= 0x7f000000 && size < 0x7f001000);
const isLost = (declared: number): boolean => declared < soundHeaderBytes || isMark(declared);

/** Identifies Apple's AIFF and AIFF-C. */
export const aiff: Format = {
  id: 'aiff',
  title: 'AIFF and AIFF-C',
  extensions: ['.aif', '.aiff', '.aifc', '.afc'],
  mediaType: 'audio/aiff',
  grade: 'verified',
  pronom: ['fmt/414', 'x-fmt/136'],
  facts: [
    'Apple, Audio Interchange File Format 1.3 (1989) and AIFF-C draft of 26 August 1991; EA IFF 85',
    'Compression types as in FFmpeg 7.1 libavformat/aiff.c and libsndfile 1.2 src/aiff.c; files of sox 14.4, FFmpeg 7.1 and libsndfile 1.2',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, 12, signal);
    if (head.length < 12) return null;
    const cursor = new Cursor(head, 0, 'big');
    if (cursor.text(4, 'FORM') !== 'FORM') return null;
    const formBytes = cursor.u32('FORM size');
    const form = cursor.text(4, 'form type');
    if (form !== 'AIFF' && form !== 'AIFC') return null;

    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const walk = await walkIff(bytes, 12, 'SSND', isLost, signal);
    if (walk.unpadded > 0) tell('F107', agree`${walk.unpadded} chunk[s] of odd size [has|have] no pad byte`);
    if (walk.resyncs > 0) tell('F116', "a chunk's size was wrong, and the SSND chunk was searched for");
    const place = await findSound(bytes, walk, signal);
    const common = await readCommon(bytes, form, [...walk.chunks, ...place.behind], signal);
    const answer = { format: aiff.id, confidence: 'signature', basis: `FORM/${form} at 0` } as const;
    if (place.span === null) {
      tell('F110', walk.chunks.some(({ id }) => id === 'SSND') ? 'an SSND chunk without sound' : 'no SSND chunk');
      return { ...answer, tracks: [], shortfall: { otherBytes: otherChunks(walk.chunks, otherIds, bytes.size) }, findings, state: 'header-only' };
    }
    if (common === null) {
      tell('F115', agree`no COMM chunk of at least ${commonBytes} byte[s]`);
      const track = { codec: 'unknown', codecName: `${form} without a COMM chunk`, sampleRateHz: 0, channels: 0, spans: [place.span] };
      return { ...answer, tracks: [{ ...track, bitsPerSample: null, blockBytes: null, frames: null, setup: null }], findings, state: 'damaged' };
    }
    const channels = Math.max(1, common.channels);
    if (common.channels < 1) tell('F123', '0 channels are stated, 1 is assumed');
    if (common.sampleRateHz === null) tell('F123', 'the stated rate is not usable, 8000 Hz is assumed');
    const coding = aiffCoding({ ...common, channels });
    const { span, state } = weigh(bytes, place, { common, coding, formBytes }, findings);
    const playable = channels <= limits.channels;
    const track: Track = {
      codec: playable ? coding.codec : 'unknown',
      codecName: playable ? coding.name : agree`${coding.name}: ${channels} channel[s]`,
      sampleRateHz: coding.rateHz ?? common.sampleRateHz ?? 8000,
      channels,
      bitsPerSample: coding.bitsPerSample,
      blockBytes: coding.codec === 'unknown' ? null : (coding.unit?.bytes ?? null),
      frames: statedFrames(bytes, { span, state }, { common, coding, sizeUnknown: place.declared === null }, findings),
      setup: null,
      spans: [span],
    };
    const open = !place.closed && state === 'ok';
    const believed = await judgeSamples(bytes, track, signal);
    findings.push(...believed.findings);
    const judged = open ? await judgeBytesAfter(bytes, believed.track, state, findings, signal) : { track: believed.track, state };
    const basis = agree`${answer.basis}, ${common.compression.trimEnd()}, ${common.bitsPerSample} bit[s]`;
    return { ...answer, basis, tracks: [judged.track], shortfall: shortfallOf(bytes, place, formBytes), findings, state: judged.state };
  },
};

/** Texts, marks, instruments, MIDI and chunks that programs and tag editors add (Audio Interchange File Format 1.3; `ID3 ` by tag editors). */
const otherIds = new Set('NAME|AUTH|(c) |ANNO|COMT|MARK|INST|MIDI|AESD|APPL|SAXL|FVER|ID3 '.split('|'));

/** Returns the number of bytes that the SSND chunk states and that are missing, and of bytes after the FORM chunk if the audio ends within it. */
function shortfallOf(bytes: ByteReader, { span, declared }: SoundPlace, formBytes: number): Shortfall {
  const [start, end] = span ?? [0, 0];
  const formEnd = formBytes + 8;
  return {
    missingBytes: declared === null ? 0 : Math.max(0, declared - (end - start)),
    bytesBehind: declared !== null && formEnd >= end ? Math.max(0, bytes.size - formEnd) : 0,
  };
}

/** Position of the audio according to the SSND chunk. */
interface SoundPlace {
  /** Span from the first byte of audio to the stated end, or to the end of the file; null if there is no audio. */
  readonly span: readonly [start: number, end: number] | null;
  /** Stated number of bytes from the start of the span; null if the writer did not know. */
  readonly declared: number | null;
  readonly chunk: IffChunk | null;
  /** A wrong offset field; null if it is right. */
  readonly badOffset: number | null;
  /** Chunks after audio of unstated length. */
  readonly behind: readonly IffChunk[];
  /** True if the stated end is followed by a row of chunks, or by at most a pad byte. */
  readonly closed: boolean;
}

async function findSound(bytes: ByteReader, walk: IffWalk, signal: AbortSignal): Promise<SoundPlace> {
  const chunk = walk.chunks.find(({ id }) => id === 'SSND') ?? null;
  const none = { span: null, declared: null, chunk, badOffset: null, behind: [], closed: true };
  if (chunk === null) return none;
  const fields = await bytes.read(chunk.start, soundHeaderBytes, signal);
  if (fields.length < soundHeaderBytes) return none;
  const offset = new Cursor(fields, 0, 'big').u32('offset');
  const lost = isLost(chunk.declared) && chunk.start + chunk.declared !== bytes.size;
  const room = Math.min(bytes.size, lost ? bytes.size : chunk.start + chunk.declared) - chunk.start - soundHeaderBytes;
  const badOffset = offset > 0 && offset >= room ? offset : null;
  const start = chunk.start + soundHeaderBytes + (badOffset === null ? offset : 0);
  if (lost) {
    const end = await findTailChunks(bytes, start, bytes.size, { layout: riffLayout('big'), at: 0 }, signal);
    const behind = end < bytes.size ? (await walkIff(bytes, end, '', () => false, signal)).chunks : [];
    return { ...none, span: end > start ? [start, end] : null, badOffset, behind };
  }
  const end = chunk.start + chunk.declared;
  const span: SoundPlace['span'] = Math.min(end, bytes.size) > start ? [start, Math.min(end, bytes.size)] : null;
  const closed = bytes.size - end <= 1 || walk.chunks.at(-1) !== chunk;
  return { ...none, span, declared: end - start, badOffset, closed };
}

/** Compares the position of the audio with the file and with the stated number of samples. */
function weigh(
  bytes: ByteReader,
  place: SoundPlace,
  { common, coding, formBytes }: { readonly common: AiffFields; readonly coding: AiffCoding; readonly formBytes: number },
  findings: Finding[],
): { span: readonly [number, number]; state: Identification['state'] } {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const [start, end] = place.span ?? [0, 0];
  if (place.badOffset !== null)
    tell('F140', agree`the SSND chunk states that its audio begins after ${place.badOffset} byte[s], but it is shorter than that`);
  if (place.declared === null) {
    const size = place.chunk?.declared ?? 0;
    tell(
      'F101',
      agree`the SSND chunk states ${size} byte[s]; ${end - start} byte[s] up to ${end < bytes.size ? 'the chunks after it' : 'the end'} [is|are] read as audio`,
    );
    if (end < bytes.size) tell('F105', agree`${bytes.size - end} byte[s] of chunks at the end [is|are] not read as audio`);
    return { span: [start, end], state: size < soundHeaderBytes ? 'damaged' : 'ok' };
  }
  if (place.declared > end - start) {
    tell('F103', agree`the SSND chunk states ${place.declared} byte[s] of sound, but ${end - start} [is|are] present`);
    return { span: [start, end], state: 'truncated' };
  }
  if (!place.closed) {
    const counted = coding.unit === null ? 0 : common.frames * (coding.unit.bytes / coding.unit.frames);
    if (counted > place.declared && start + counted <= bytes.size) {
      tell(
        'F102',
        agree`the SSND chunk states ${place.declared} byte[s], the COMM chunk's ${common.frames} sample[s] [needs|need] ${counted}, which are present`,
      );
      return { span: [start, start + Math.floor(counted)], state: 'damaged' };
    }
  } else if (Math.abs(formBytes + 8 - bytes.size) > 1 && findings.length === 0) {
    tell('F106', agree`the FORM chunk states ${formBytes} byte[s], but ${bytes.size - 8} [is|are] present; the SSND chunk is right`);
  }
  return { span: [start, end], state: 'ok' };
}

/** Returns the number of samples per channel that the COMM chunk states, if it only removes padding of the last block; otherwise null. */
function statedFrames(
  bytes: ByteReader,
  { span: [start, end], state }: { readonly span: readonly [number, number]; readonly state: Identification['state'] },
  { common, coding, sizeUnknown }: { readonly common: AiffFields; readonly coding: AiffCoding; readonly sizeUnknown: boolean },
  findings: Finding[],
): number | null {
  const { codec, unit } = coding;
  if (codec === 'unknown' || unit === null) return null;
  const blocks = Math.floor((end - start) / unit.bytes);
  const odd = (end - start) % unit.bytes;
  if (odd !== 0 && state !== 'truncated') {
    findings.push(finding('F118', bytes.name, agree`${end - start} byte[s] of sound: ${odd} byte[s] after the last whole block of ${unit.bytes}`));
  }
  if (state === 'truncated' || common.frames === 0) return null;
  const held = blocks * unit.frames;
  // QuickTime and libsndfile count packets, others count samples.
  if (common.frames === held || (unit.frames > 1 && common.frames === blocks)) return null;
  if (unit.frames > 1 && common.frames < held && common.frames > held - unit.frames) return common.frames;
  if (common.frames > held && sizeUnknown) return null; // a guess, like the size itself
  findings.push(finding('F220', bytes.name, agree`the COMM chunk states ${common.frames} sample[s], the sound holds ${held}`));
  return null;
}

async function readCommon(bytes: ByteReader, form: string, chunks: readonly IffChunk[], signal: AbortSignal): Promise<AiffFields | null> {
  const chunk = chunks.find(({ id }) => id === 'COMM');
  if (chunk === undefined) return null;
  const body = await bytes.read(chunk.start, Math.min(chunk.declared, commonBytes + 4), signal);
  if (body.length < commonBytes) return null;
  const cursor = new Cursor(body, 0, 'big');
  const channels = cursor.i16('numChannels');
  const frames = cursor.u32('numSampleFrames');
  const bitsPerSample = cursor.i16('sampleSize');
  const sampleRateHz = extended(cursor.bytes(10, 'sampleRate'));
  const compression = form === 'AIFC' && cursor.left >= 4 ? cursor.text(4, 'compressionType') : 'NONE';
  return { channels, frames, bitsPerSample, sampleRateHz, compression };
}

/** Returns an 80-bit number (IEEE 754 extended: sign and 15 bits of exponent, 64 bits of mantissa) in whole Hertz; null if it is not a rate. */
function extended(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 10);
  const exponent = view.getUint16(0);
  if (exponent >= 0x7fff) return null; // negative, infinite or not a number
  const mantissa = view.getUint32(2) * 2 ** 32 + view.getUint32(6);
  const rate = Math.round(mantissa * 2 ** (exponent - 16383 - 63));
  return rate >= 1 && rate <= 0xffffffff ? rate : null;
}
