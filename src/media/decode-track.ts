import { errorText } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import type { Codec, FfmpegInput, Samples, Track } from '../core/format.ts';
import { limits } from '../core/limits.ts';
import { silentFrames } from '../core/track-length.ts';
import { toolName } from '../core/version.ts';
import { type FfmpegAsk, FfmpegError, runFfmpeg } from './ffmpeg.ts';
import type { MediumBytes } from './medium-bytes.ts';
import { fillSilences } from './silences.ts';
import { moreThanHeld, type Taker } from './taker.ts';
import type { MediaTools } from './types.ts';

/** Takes decoded samples: whole frames, interleaved, of one kind throughout, valid until it returns. */
export type SampleSink = (samples: Samples) => void | Promise<void>;

/** How the decoding of a track went. */
export interface DecodedTrack {
  /** Samples per channel that went to the sink. */
  readonly frames: number;
  /** What did it: `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`. */
  readonly decoder: string;
  /** False where decoding stopped before the end of the coded bytes. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
}

/** A codec with its means: what `canDecode` found. */
export type UsableCodec =
  | { readonly id: string; readonly codec: Codec; readonly decode: Extract<Codec['decode'], { by: 'us' }>; readonly ffmpeg: null }
  | {
      readonly id: string;
      readonly codec: Codec;
      readonly decode: Extract<Codec['decode'], { by: 'ffmpeg' }>;
      readonly ffmpeg: NonNullable<MediaTools['ffmpeg']>;
    };

/** Coded bytes handed over at a time: little enough that an abort is noticed soon. */
const pieceBytes = 64 * 1024;
/** Frames of the longest usual packet, HE-AAC's: as exact as a stated length can be where blocks have no fixed size (ISO/IEC 14496-3, 4.6.18). */
const packetFrames = 2_048;

/** Why a track is closed to these passwords; null where it is not. */
export function lockOf(
  track: Track,
  codec: Codec | undefined,
  passwords: readonly Uint8Array[] = [],
): readonly [code: string, message: string] | null {
  return codec?.decode.by === 'us' ? (codec.decode.locked?.(track, passwords) ?? null) : null;
}

/** The codec of a track with what it needs, or the finding that says why it cannot be played here. */
export function canDecode(track: Track, tools: Pick<MediaTools, 'codecs' | 'ffmpeg' | 'passwords'>, place: string): UsableCodec | Finding {
  const codec = tools.codecs.get(track.codec);
  if (codec === undefined) return finding('M107', place, `${track.codecName}: no decoder is known`);
  if (codec.decode.by === 'nobody') return finding('M107', place, `${track.codecName}: ${codec.decode.reason}`);
  const lock = lockOf(track, codec, tools.passwords);
  if (lock !== null) return finding(lock[0], place, `${track.codecName}: ${lock[1]}`);
  if (codec.decode.by === 'us') {
    const { decoder } = codec.decode;
    return { id: codec.id, codec, decode: { by: 'us', decoder: (of) => decoder(of, tools.passwords) }, ffmpeg: null };
  }
  if (tools.ffmpeg === null) return finding('M108', place, `${track.codecName}: only FFmpeg decodes it, and there is none`);
  return { id: codec.id, codec, decode: codec.decode, ffmpeg: tools.ffmpeg };
}

/**
 * Decodes a track from its spans, in order, and cuts it to the length that its container states where that is plausible: not more
 * than the blocks hold, and within their last one. What is wrong with the data is a finding, and what could be decoded went to
 * the sink.
 * @throws what the sink throws, LongplayError when the original or FFmpeg is gone, the signal's reason
 */
export async function decodeTrack(
  track: Track,
  codec: UsableCodec,
  bytes: MediumBytes,
  place: string,
  sink: SampleSink,
  signal: AbortSignal,
): Promise<DecodedTrack> {
  const findings: Finding[] = [];
  const codedBytes = codedBytesOf(track);
  const cut = createCut(track, codedBytes, sink);
  const filled = fillSilences(track, cut);
  const whole =
    codec.ffmpeg === null
      ? await decodeHere(track, codec.decode.decoder(track), bytes, place, filled, findings, signal)
      : await throughFfmpeg(track, codec, await feedOf(track, codec, bytes), place, filled, findings, signal);
  if (whole) await filled.finish();
  const blockFrames = framesOfBlock(track, codec, cut.decoded, codedBytes);
  const odd = await cut.finish(blockFrames);
  // A track that broke off is short for a reason that is told already.
  if (odd !== null && whole) findings.push(finding('M104', place, odd));
  return { frames: cut.passed, decoder: decoderName(codec), whole, findings };
}

/** What decodes, with its version: `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`. */
export function decoderName({ id, ffmpeg }: UsableCodec): string {
  return `${ffmpeg === null ? toolName : `FFmpeg ${ffmpeg.version}`} ${id}`;
}

/** The finding where a decoder of ours threw. */
export function decoderStopped(track: Track, decoded: number, error: unknown, place: string): Finding {
  return finding('M109', place, `the ${track.codec} decoder stopped after ${decoded} samples: ${errorText(error)}`);
}

/** By a decoder of ours; false when it broke off. */
async function decodeHere(
  track: Track,
  decoder: ReturnType<Extract<Codec['decode'], { by: 'us' }>['decoder']>,
  bytes: MediumBytes,
  place: string,
  cut: Taker,
  findings: Finding[],
  signal: AbortSignal,
): Promise<boolean> {
  const attempt = (work: () => Samples): Samples | null => {
    try {
      return work();
    } catch (error) {
      findings.push(decoderStopped(track, cut.decoded, error, place));
      return null;
    }
  };
  for (const piece of pieces(track, bytes)) {
    const samples = attempt(() => decoder.decode(piece));
    if (samples === null || !(await passOn(samples, cut, place, findings))) return false;
    await turn(signal);
  }
  const rest = attempt(() => decoder.finish());
  if (rest === null || !(await passOn(rest, cut, place, findings))) return false;
  for (const [code, message] of decoder.troubles ?? []) findings.push(finding(code, place, message));
  if (decoder.droppedBytes > 0)
    findings.push(finding('M103', place, `the last ${decoder.droppedBytes} bytes do not fill a block and made no sample`));
  return true;
}

/** Passes samples on unless they are too many: then false, and a finding. */
export async function passOn(samples: Samples, cut: Taker, place: string, findings: Finding[]): Promise<boolean> {
  if (cut.wouldExceed(samples)) {
    findings.push(finding('M122', place, `more than ${limits.samplesPerCodedByte} samples for each coded byte`));
    return false;
  }
  await cut.push(samples);
  return true;
}

class Excess extends Error {}

/** What FFmpeg gets on its pipe, with the arguments that say what it is. */
export interface FfmpegFeed {
  readonly args: readonly string[];
  readonly coded: AsyncIterable<Uint8Array>;
  /** All of it at once where it is little, which FFmpeg may have decoded already. */
  readonly ask?: FfmpegAsk | null;
}

/** What FFmpeg will be asked for a track; null where that is more than `limits.aheadCodedBytes`. */
export async function askOf(track: Track, codec: Extract<UsableCodec, { ffmpeg: object }>, bytes: MediumBytes): Promise<FfmpegAsk | null> {
  if (codedBytesOf(track) > limits.aheadCodedBytes) return null;
  const { args, coded } = fromSpans(track, codec.decode.input(track), bytes);
  const parts: Uint8Array[] = [];
  // A piece is valid until the next is asked for.
  for await (const piece of coded) parts.push(piece.slice());
  return { inputArgs: args, coded: Buffer.concat(parts), outputArgs: samplesOut(track) };
}

function fromSpans(track: Track, { args, prefix, repack }: FfmpegInput, bytes: MediumBytes): FfmpegFeed {
  async function* coded(): AsyncIterable<Uint8Array> {
    if (prefix.length > 0) yield prefix;
    if (repack === undefined) yield* pieces(track, bytes);
    else {
      for (const piece of pieces(track, bytes)) {
        const repacked = repack(piece);
        if (repacked.length > 0) yield repacked;
      }
    }
  }
  return { args, coded: coded() };
}

async function feedOf(track: Track, codec: Extract<UsableCodec, { ffmpeg: object }>, bytes: MediumBytes): Promise<FfmpegFeed> {
  const ask = codec.ffmpeg.ahead === undefined ? null : await askOf(track, codec, bytes);
  if (ask === null) return fromSpans(track, codec.decode.input(track), bytes);
  return { args: ask.inputArgs, coded: once(ask.coded), ask };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function codedBytesOf(track: Track): number {
  return track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Raw samples of 16 bits at the track's rate. */
function samplesOut({ sampleRateHz, channels }: Track): string[] {
  // Without the last it writes each packet by itself: a hundred times as many pieces to take from the pipe.
  return ['-vn', '-f', 's16le', '-c:a', 'pcm_s16le', '-ar', String(sampleRateHz), '-ac', String(channels), '-flush_packets', '0'];
}

/** By FFmpeg on a pipe; false when it broke off. */
export async function throughFfmpeg(
  track: Track,
  { ffmpeg }: Extract<UsableCodec, { ffmpeg: object }>,
  feed: FfmpegFeed,
  place: string,
  cut: Taker,
  findings: Finding[],
  signal: AbortSignal,
): Promise<boolean> {
  const join = sampleJoin(track.channels);
  const output = async (raw: Uint8Array): Promise<void> => {
    const samples = join(raw);
    if (cut.wouldExceed(samples)) throw new Excess();
    await cut.push(samples);
  };
  const outputArgs = ['-map', '0:a:0', ...samplesOut(track)];
  let complaints = '';
  let whole = true;
  try {
    const made = feed.ask == null ? null : ((await ffmpeg.ahead?.(feed.ask, signal)) ?? null);
    if (made !== null) for (let at = 0; at < made.length; at += pieceBytes) await output(made.subarray(at, at + pieceBytes));
    else complaints = (await runFfmpeg(ffmpeg.path, { input: feed.coded, inputArgs: feed.args, outputArgs, output }, signal)).stderr;
  } catch (error) {
    whole = false;
    if (error instanceof Excess) findings.push(finding('M122', place, `more than ${limits.samplesPerCodedByte} samples for each coded byte`));
    else if (error instanceof FfmpegError) findings.push(finding('M101', place, `${error.message} after ${cut.decoded} samples`));
    else throw error;
    if (error instanceof FfmpegError) complaints = error.stderr;
  }
  const lines = complaints.split('\n').filter((line) => line !== '');
  if (lines.length > 0)
    findings.push(finding('M102', place, `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}, the first: ${plainLine(lines[0] ?? '')}`));
  return whole;
}

/** Without the addresses of FFmpeg's memory, which differ from run to run. */
function plainLine(line: string): string {
  return line.replace(/ @ 0x[0-9a-f]+/g, '');
}

/** The coded bytes in playing order. Each decoding has a buffer of its own: two tracks may be read by turns. */
function* pieces(track: Track, bytes: MediumBytes): Iterable<Uint8Array> {
  const buffer = new Uint8Array(track.spans.reduce((most, [start, end]) => Math.max(most, Math.min(pieceBytes, end - start)), 0));
  for (const [start, end] of track.spans) {
    for (let at = start; at < end; at += pieceBytes) yield bytes.piece(at, Math.min(pieceBytes, end - at), buffer);
  }
}

/** Lets the thread hear of an abort. */
export async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((done) => setImmediate(done));
  signal.throwIfAborted();
}

/** Raw 16-bit bytes, in pieces of any size, as whole frames. */
export function sampleJoin(channels: number): (raw: Uint8Array) => Int16Array {
  const carry = new Uint8Array(2 * channels);
  let carried = 0;
  let buffer = new Uint8Array(0);
  return (raw) => {
    const size = carried + raw.length;
    if (buffer.length < size) buffer = new Uint8Array(2 * size);
    buffer.set(carry.subarray(0, carried));
    buffer.set(raw, carried);
    carried = size % carry.length;
    carry.set(buffer.subarray(size - carried, size));
    return new Int16Array(buffer.buffer, 0, (size - carried) / 2);
  };
}

/** Frames of the last block, within which a stated length may end. */
function framesOfBlock(track: Track, codec: UsableCodec, frames: number, codedBytes: number): number {
  const { blockBytes } = track;
  if (blockBytes !== null && blockBytes > 1 && codedBytes > 0) return Math.max(1, Math.ceil((frames * blockBytes) / codedBytes));
  return codec.ffmpeg === null ? 1 : packetFrames;
}

/** Passes frames on up to a stated length and holds back what lies beyond, until it is known whether the length is plausible. */
interface Cut extends Taker {
  /** Passes on what it held back after all, or drops it; the answer says what is odd about the stated length. */
  finish(blockFrames: number): Promise<string | null>;
  /** Frames that were passed on. */
  readonly passed: number;
}

function createCut(track: Track, codedBytes: number, sink: SampleSink): Cut {
  const { frames: stated, channels } = track;
  /** Frames that no coded byte has to hold. */
  const silent = silentFrames(track);
  let decoded = 0;
  let passed = 0;
  let held: Samples[] = [];
  let believed = stated !== null;
  const pass = (samples: Samples): void | Promise<void> => {
    passed += samples.length / channels;
    return sink(samples);
  };
  const release = async (): Promise<void> => {
    believed = false;
    for (const samples of held) await pass(samples);
    held = [];
  };
  return {
    push(samples) {
      decoded += samples.length / channels;
      if (!believed || stated === null || decoded <= stated) return pass(samples);
      const beyond = Math.min(samples.length, (decoded - stated) * channels);
      held.push(samples.slice(samples.length - beyond));
      const within = pass(samples.subarray(0, samples.length - beyond));
      // No block is as long as that: the length is wrong, and holding more would only cost memory.
      if (decoded - stated <= limits.heldFrames) return within;
      return Promise.resolve(within).then(release);
    },
    async finish(blockFrames) {
      if (stated === null || decoded === stated) return null;
      const odd = `the container states ${stated} samples per channel, ${decoded} were decoded`;
      if (decoded < stated) return odd;
      if (believed && decoded - stated < blockFrames) return null;
      await release();
      return odd;
    },
    wouldExceed: (samples) => moreThanHeld((decoded - silent) * channels + samples.length, codedBytes),
    get decoded() {
      return decoded;
    },
    get passed() {
      return passed;
    },
  };
}
