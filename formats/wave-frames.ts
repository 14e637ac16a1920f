import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';
import { packWaveFormat, unpackWaveFormat } from './codecs/wave-prefix.ts';
import { amrFrameBytes, walkFrames } from './frame-walk.ts';
import { walkG7231 } from './g723-frames.ts';
import { walkG729 } from './g729-frames.ts';
import { readSpeexHeader, speexPacketBytes } from './speex-packet.ts';

/** A track after its frames were looked at: `unknown` where they are not those of the coding that the header names. */
interface Checked {
  readonly track: Track;
  readonly findings: readonly Finding[];
  /** The frames themselves show that the coding is the named one. */
  readonly confirmed: boolean;
}

/** Fewer bytes of frames prove nothing. */
const provingBytes = 400;

/** Where frames show themselves, whether they are there: noise would be decoded without a word. */
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
    case 'ftr':
    case 'aac-adts': {
      const head = await headOf(bytes, track, signal);
      const synced = head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0; // ISO/IEC 13818-7, 6.2: syncword and layer
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

/** A tag that is only assumed to mean G.723.1 needs frames of one rate throughout: recorders keep one through a call, other bytes do not. */
const rateFrames = 20;
const rateShare = 0.1;

async function checkG7231(bytes: ByteReader, track: Track, assumed: boolean, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const walked = await walkG7231(bytes, track, signal);
  const [high, low] = walked.count.frames;
  const mixed = high + low >= rateFrames && Math.min(high, low) > rateShare * (high + low);
  if (assumed && walked.track.codec === 'g723.1' && mixed)
    return refuse(`${high} frames of 6.3 and ${low} of 5.3 kbit/s are mixed, as in bytes that are no G.723.1`);
  const { count, track: found } = walked;
  const cut = found.codec === 'g723.1' && count.whole && count.restBytes > 0;
  const findings = cut
    ? [...walked.findings, finding('F118', bytes.name, `${count.restBytes} bytes behind the last whole frame are a cut one`)]
    : walked.findings;
  return { track: found, findings, confirmed: !mixed && found.codec !== 'unknown' && high + low >= rateFrames };
}

/** Frames of no data and of a description of silence, their first byte included. */
const amrMuteBytes = [1, 6];
const amrMagics = ['#!AMR\n', '#!AMR-WB\n']; // RFC 4867, section 5

async function checkAmr(bytes: ByteReader, track: Track, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const head = String.fromCharCode(...(await headOf(bytes, track, signal)));
  const magic = amrMagics.find((candidate) => head.startsWith(candidate));
  const wide = magic === undefined ? track.codec === 'amr-wb' : magic === amrMagics[1];
  const [first, ...others] = track.spans;
  if (first === undefined) return { track, findings: [], confirmed: false };
  const spans = [[first[0] + (magic?.length ?? 0), first[1]] as const, ...others].filter(([start, end]) => end > start);
  const bare: Track = { ...track, spans, codec: wide ? 'amr-wb' : 'amr-nb', sampleRateHz: wide ? 16_000 : 8000 };
  const { frames, sizes, strayFrame, lacking } = await walkFrames(bytes, spans, (byte) => amrFrameBytes(byte, wide), signal);
  if (frames === 0 || strayFrame !== null) return refuse(`frame ${strayFrame ?? 0} has no header of the storage format`);
  const cut = lacking > 0 ? [finding('F118', bytes.name, `the last of ${frames} frames lacks ${lacking} bytes`)] : [];
  const mute = amrMuteBytes.reduce((sum, size) => sum + (sizes.get(size) ?? 0), 0);
  if (mute > 0) cut.push(finding('F208', bytes.name, `${mute} of ${frames} frames hold no speech: ${mute * 20} ms may be missing from the copy`));
  return { track: bare, findings: cut, confirmed: frames >= rateFrames };
}

/** Share of frames with the signature 0xD that only GSM 06.10 has. */
const gsmShare = 0.95;
const gsmFrameBytes = 33;

async function countGsm(bytes: ByteReader, spans: Track['spans'], signal: AbortSignal): Promise<{ frames: number; signed: number }> {
  let signed = 0;
  const sizeOf = (first: number): number => {
    if (first >> 4 === 0xd) signed++;
    return gsmFrameBytes;
  };
  const { frames } = await walkFrames(bytes, spans, sizeOf, signal);
  return { frames, signed };
}

async function checkGsm(bytes: ByteReader, track: Track, refuse: Refuse, signal: AbortSignal): Promise<Checked> {
  const { frames, signed } = await countGsm(bytes, track.spans, signal);
  if (frames > 0 && signed >= gsmShare * frames) return { track, findings: [], confirmed: frames >= rateFrames };
  return refuse(`${signed} of ${frames} frames of 33 bytes begin with the signature of GSM 06.10`);
}

/** Microsoft's blocks have no signature: where one stands at every 33rd byte, bare frames lie under the tag of the blocks. */
async function checkGsmBlocks(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Checked> {
  const [start, end] = track.spans[0] ?? [0, 0];
  const { frames, signed } = await countGsm(bytes, [[start, Math.min(end, start + 100 * gsmFrameBytes)]], signal);
  if (frames < rateFrames || signed < gsmShare * frames) return { track, findings: [], confirmed: false };
  const message = `GSM in blocks of 65 bytes is stated; ${signed} of the first ${frames} frames of 33 bytes have their signature, and as these it is decoded`;
  const codecName = `${track.codecName}, but frames of 33 bytes`;
  return {
    track: { ...track, codec: 'gsm', codecName, blockBytes: gsmFrameBytes },
    findings: [finding('F254', bytes.name, message)],
    confirmed: true,
  };
}

/** Packets that must be of the one size: a damaged file may hold some others. */
const packetShare = 0.99;

/**
 * The packets of Speex must be of one length: it is all that FFmpeg's WAVE reader can be told, and what it takes for one packet
 * gives the samples of one, however many are in it. The block size of the header is tried first, then the length of the first packet.
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
        : [finding('F113', bytes.name, `blocks of ${format.blockBytes} bytes are stated, its packets have ${size}`)];
    const setup = packWaveFormat({ ...format, blockBytes: size, extra: header.bytes });
    return { track: { ...track, blockBytes: size, setup }, findings, confirmed: true };
  }
  return refuse('its packets differ in length, and nothing states where each begins');
}
