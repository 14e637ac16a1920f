import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { amrMagic, isCoincidence, judgeAmr, trackOf } from '../amr/amr.ts';
import { amrModes, amrNarrow, amrWide, walkAmr } from '../amr/frames.ts';
import { packWaveFormat, unpackWaveFormat } from '../codecs/base/wave-prefix.ts';
import { gsmFrame } from '../codecs/gsm/gsm.ts';
import { frameWindow, spansReader } from '../frames/frame-window.ts';
import { walkG7231 } from '../frames/g723-frames.ts';
import { walkG729 } from '../frames/g729-frames.ts';
import { lostFramesFindings, lostInFile } from '../frames/lost-frames.ts';
import { walkMpeg } from '../mpeg/mpeg-walk.ts';
import { readSpeexHeader, speexPacketBytes } from '../ogg/speex-packet.ts';

/** A track whose frames were examined; the codec is `unknown` if they are not frames of the coding that the header names. */
interface Checked {
  readonly track: Track;
  readonly findings: readonly Finding[];
  /** True if the frames themselves prove the named coding. */
  readonly confirmed: boolean;
  /** State of the medium according to its frames; absent if they do not show it. */
  readonly state?: Identification['state'];
}

/** Smallest number of bytes of frames that prove anything. */
const provingBytes = 400;

/** Checks that frames are present, for codings whose frames are recognisable: otherwise noise would be decoded without a warning. */
export async function checkFrames(bytes: ByteReader, track: Track, assumed: boolean, signal: AbortSignal): Promise<Checked> {
  const refuse = (why: string): Checked => ({
    track: { ...track, codec: 'unknown', codecName: `${track.codecName}: ${why}` },
    findings: [finding('F205', bytes.name, `${track.codecName}: ${why}`)],
    confirmed: false,
  });
  const proving = track.spans.reduce((sum, [start, end]) => sum + end - start, 0) >= provingBytes;
  switch (track.codec) {
    case 'g729': {
      const walked = await walkG729(bytes, track, signal);
      return { ...walked, confirmed: proving && walked.track.codec === 'g729' };
    }
    case 'g723.1':
      return checkG7231(bytes, track, assumed, refuse, signal);
    case 'amr-nb':
    case 'amr-wb':
      return checkAmr(bytes, track, refuse, signal);
    case 'gsm':
      return checkGsm(bytes, track, refuse, signal);
    case 'speex':
      return checkSpeex(bytes, track, refuse, signal);
    case 'gsm-ms':
      return checkGsmBlocks(bytes, track, signal);
    case 'mp3':
    case 'mp2':
      return checkMpeg(bytes, track, signal);
    case 'ftr':
    case 'aac-adts': {
      const head = await headOf(bytes, track, signal);
      const synced = head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0; // ISO/IEC 13818-7, 6.2: syncword and layer.
      return synced
        ? { track, findings: [], confirmed: true }
        : refuse('it does not begin with a header of ADTS, and frames without one have no stated length');
    }
    default:
      return { track, findings: [], confirmed: false };
  }
}

type Refuse = (why: string) => Checked;

async function headOf(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Uint8Array> {
  const [start, end] = track.spans[0] ?? [0, 0];
  return bytes.read(start, Math.min(16, end - start), signal);
}

/** Number of frames that must all have one rate if a tag is only assumed to mean G.723.1: recorders keep one rate through a call, other bytes do not. */
const rateFrames = 20;
const rateShare = 0.1;

async function checkG7231(bytes: ByteReader, track: Track, assumed: boolean, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const walked = await walkG7231(bytes, track, signal);
  const [high, low] = walked.count.frames;
  const mixed = high + low >= rateFrames && Math.min(high, low) > rateShare * (high + low);
  if (assumed && walked.track.codec === 'g723.1' && mixed)
    return refuse(agree`${high} frame[s] of 6.3 and ${low} of 5.3 kbit/s are mixed, as in bytes that are not G.723.1`);
  const { count, track: found } = walked;
  const cut = found.codec === 'g723.1' && count.whole && count.restBytes > 0;
  const findings = cut
    ? [...walked.findings, finding('F118', bytes.name, agree`${count.restBytes} byte[s] after the last whole frame [is|are] an incomplete frame`)]
    : walked.findings;
  return { track: found, findings, confirmed: !mixed && found.codec !== 'unknown' && high + low >= rateFrames };
}

/** Checks frames as in a file of their own, with or without magic; the magic decides which of the two codings they have. */
async function checkAmr(bytes: ByteReader, track: Track, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const known = amrMagic(await headOf(bytes, track, signal));
  const [magic, kind, several] = known ?? ['', track.codec === 'amr-wb' ? amrWide : amrNarrow, false];
  if (several) return refuse('it contains an AMR file with several channels');
  const stream = spansReader(bytes, await withoutMagic(bytes, track.spans, magic, signal));
  const walk = await walkAmr(frameWindow(stream, signal), 0, kind, 1);
  const [channel] = walk.channels;
  if (channel === undefined || isCoincidence(walk, stream.size))
    return refuse(agree`${walk.junk} of ${stream.size} byte[s] [belongs|belong] to no frame of the storage format`);
  const spans = channel.spans.flatMap(([start, end]) => stream.origin(start, end));
  const other = kind.codec === track.codec ? '' : `, but ${kind.name} by its header`;
  const codecName = `${track.codecName}${other}, ${amrModes(walk, kind)}`;
  return {
    track: trackOf(kind, { ...channel, spans }, kind.codec, codecName),
    ...judgeAmr({ ...walk, lostFrames: lostInFile(walk.lostFrames, stream.origin) }, bytes.name, 1),
    confirmed: walk.junk === 0 && walk.frames >= rateFrames,
  };
}

/** Removes the magic, which each part of a file may repeat. */
async function withoutMagic(bytes: ByteReader, spans: Track['spans'], magic: string, signal: AbortSignal): Promise<Track['spans']> {
  if (magic === '') return spans;
  const bare: [number, number][] = [];
  for (const [start, end] of spans) {
    const head = String.fromCharCode(...(await bytes.read(start, magic.length, signal)));
    bare.push([head === magic ? Math.min(end, start + magic.length) : start, end]);
  }
  return bare;
}

/** Checks frames of MPEG audio, whose headers lead from one to the next; reports bytes that no frame covers. */
async function checkMpeg(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Checked> {
  const stream = spansReader(bytes, track.spans);
  const { lost } = await walkMpeg(stream, 0, signal);
  const findings = lost === null ? [] : lostFramesFindings(lostInFile(lost, stream.origin), bytes.name);
  return { track, findings, confirmed: false };
}

/** Share of frames with the signature 0xD that only GSM 06.10 reaches. */
const gsmShare = 0.95;

/**
 * Counts the frames of 33 bytes, and those whose first byte has the signature 0xD. Counts an incomplete last frame, too. Reads at most
 * `limits.framesCheckedBytes`.
 */
async function countGsm(bytes: ByteReader, spans: Track['spans'], signal: AbortSignal): Promise<{ frames: number; signed: number }> {
  const stream = spansReader(bytes, spans);
  let [at, frames, signed] = [0, 0, 0];
  for await (const piece of stream.stream(0, Math.min(stream.size, limits.framesCheckedBytes), signal)) {
    for (let next = frames * gsmFrame.bytes - at; next < piece.length; next += gsmFrame.bytes) {
      frames++;
      if ((piece[next] ?? 0) >> 4 === 0xd) signed++;
    }
    at += piece.length;
  }
  return { frames, signed };
}

async function checkGsm(bytes: ByteReader, track: Track, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const { frames, signed } = await countGsm(bytes, track.spans, signal);
  if (frames > 0 && signed >= gsmShare * frames) return { track, findings: [], confirmed: frames >= rateFrames };
  return refuse(agree`${signed} of ${frames} frame[s] of 33 bytes [begins|begin] with the signature of GSM 06.10`);
}

/** Detects bare frames under the tag of Microsoft's blocks: the blocks have no signature, whereas bare frames have one at every 33rd byte. */
async function checkGsmBlocks(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Checked> {
  const [start, end] = track.spans[0] ?? [0, 0];
  const { frames, signed } = await countGsm(bytes, [[start, Math.min(end, start + 100 * gsmFrame.bytes)]], signal);
  if (frames < rateFrames || signed < gsmShare * frames) return { track, findings: [], confirmed: false };
  const message = agree`GSM in blocks of 65 bytes is stated; ${signed} of the first ${frames} frame[s] of 33 bytes [has|have] their signature, and it is decoded as these`;
  const codecName = `${track.codecName}, but frames of 33 bytes`;
  return {
    track: { ...track, codec: 'gsm', codecName, blockBytes: gsmFrame.bytes },
    findings: [finding('F254', bytes.name, message)],
    confirmed: true,
  };
}

/** Share of packets that must have the same size: a damaged file may have some others. */
const packetShare = 0.99;

/**
 * Checks that all Speex packets have the same length: FFmpeg's WAVE reader accepts only one length, and decodes one packet from each stretch of that length,
 * however many packets it holds. The block size in the header is tried first, then the length of the first packet.
 */
async function checkSpeex(bytes: ByteReader, track: Track, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const format = track.setup === null ? null : unpackWaveFormat(track.setup);
  const header = format === null ? null : readSpeexHeader(format.extra);
  if (format === null || header === null) return refuse('no Speex header in its set-up');
  const [start, end] = track.spans[0] ?? [0, 0];
  const head = await bytes.read(start, Math.min(limits.readChunkBytes, end - start), signal);
  const { framesPerPacket } = header;
  for (const size of [format.blockBytes, speexPacketBytes(head, 0, framesPerPacket) ?? 0]) {
    const packets = size < 1 ? 0 : Math.floor(head.length / size);
    let right = 0;
    for (let at = 0; at + size <= head.length && packets > 0; at += size) if (speexPacketBytes(head, at, framesPerPacket) === size) right++;
    if (packets === 0 || right < packetShare * packets) continue;
    const findings: Finding[] =
      size === format.blockBytes || format.blockBytes === 0
        ? []
        : [finding('F113', bytes.name, agree`the header states blocks of ${format.blockBytes} byte[s], but its packets have ${size}`)];
    const setup = packWaveFormat({ ...format, blockBytes: size, extra: header.bytes });
    return { track: { ...track, blockBytes: size, setup }, findings, confirmed: true };
  }
  return refuse('its packets differ in length, and nothing states where each begins');
}
