import { setImmediate as turn } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FfmpegInput, Track } from '../../core/model/format.ts';
import { codedBytesOf, pieceBytes, pieces } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { SampleReceiver } from '../bytes/sample-receiver.ts';
import { FfmpegError, runFfmpeg } from '../ffmpeg/ffmpeg.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import type { FfmpegCodec, TrackWork } from './track-work.ts';

class Excess extends Error {}

/** Input of FFmpeg's pipe, and the arguments that describe it. */
export interface FfmpegFeed {
  readonly args: readonly string[];
  readonly timed: boolean;
  readonly counted: boolean;
  readonly stream?: number;
  readonly coded: AsyncIterable<Uint8Array>;
  /** Provides the same input again, for the count of packets if FFmpeg reported errors; absent: not needed. */
  readonly again?: () => AsyncIterable<Uint8Array>;
  /** For short input: returns FFmpeg's output from a shared process, or null. */
  readonly together?: () => Promise<Uint8Array | null>;
}

function fromSpans(track: Track, { args, prefix, repack, timed = false, counted = false, stream = 0 }: FfmpegInput, bytes: MediumBytes): FfmpegFeed {
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
  return { args, coded: coded(), timed, counted, stream };
}

/** Expansion of AMR at 4.75 and G.723.1 at 5.3 kbit/s, bytes of 16-bit samples per coded byte. */
const mostExpansion = 24;

/** Prepares a track for FFmpeg, which decodes short ones together with others if possible. */
export async function feedOf({ track, codec, bytes, together }: Omit<TrackWork<Track, FfmpegCodec>, 'place'>): Promise<FfmpegFeed> {
  const once = (): FfmpegFeed => fromSpans(track, codec.decode.input(track), bytes);
  // A repacker may keep state: it is created again.
  const feed = { ...once(), again: () => once().coded };
  // A shared process uses the first stream of each.
  if (together === undefined || feed.counted || (feed.stream ?? 0) !== 0 || codedBytesOf(track) > limits.smallRecordingBytes) return feed;
  const parts: Uint8Array[] = [];
  // A chunk is valid until the next is requested.
  for await (const piece of feed.coded) parts.push(piece.slice());
  const coded = Buffer.concat(parts);
  const likelyBytes = track.frames === null ? coded.length * mostExpansion : 2 * track.frames * track.channels;
  const ask = { inputArgs: feed.args, coded, outputArgs: samplesOut(track), likelyBytes };
  // The extent of its time stamps is needed only if FFmpeg reports errors, and then each is decoded separately.
  return { ...feed, coded: whole(coded), again: () => whole(coded), together: () => together(ask) };
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Arguments for raw 16-bit samples at the track's rate. */
function samplesOut({ sampleRateHz, channels }: Track): string[] {
  // Without `-flush_packets 0` it writes each packet separately: a hundred times as many chunks on the pipe.
  return ['-vn', '-f', 's16le', '-c:a', 'pcm_s16le', '-ar', String(sampleRateHz), '-ac', String(channels), '-flush_packets', '0'];
}

/** Code of the finding about a crash of FFmpeg. An import keeps the original with doubtful audio; a verification does not report it as a fault. */
export const decoderCrashed = 'M162';

/** Result of decoding a track through FFmpeg. */
interface FromFfmpeg {
  /** False if FFmpeg stopped early. */
  readonly whole: boolean;
  /** Samples per channel up to the end of the last packet by its time stamp, if FFmpeg reported errors; else null. */
  readonly spannedFrames: number | null;
  /** What FFmpeg did with the packets, if it reported errors or the count was requested; else null. */
  readonly packets: PacketsRead | null;
}

/** Decodes through FFmpeg on a pipe. */
export async function throughFfmpeg(
  { track, codec, place }: Pick<TrackWork<Track, FfmpegCodec>, 'track' | 'codec' | 'place'>,
  feed: FfmpegFeed,
  cut: SampleReceiver,
  findings: Finding[],
  signal: AbortSignal,
): Promise<FromFfmpeg> {
  const join = sampleJoin(track.channels);
  const output = async (raw: Uint8Array): Promise<void> => {
    const samples = join(raw);
    const excess = cut.excess(samples);
    if (excess !== null) throw new Excess(excess);
    await cut.push(samples);
  };
  const outputArgs = ['-map', `0:a:${feed.stream ?? 0}`, ...samplesOut(track)];
  let complaints = '';
  let endSeconds: number | null = null;
  let packets: PacketsRead | null = null;
  let whole = true;
  try {
    const made = (await feed.together?.()) ?? null;
    if (made !== null)
      for (let at = 0; at < made.length; at += pieceBytes) {
        await output(made.subarray(at, at + pieceBytes));
        // Lets other output be read from its pipes, or FFmpeg would stall while this thread works; an abort is handled too.
        await turn();
        signal.throwIfAborted();
      }
    else {
      const job = { input: feed.coded, inputArgs: feed.args, outputArgs, output, timed: feed.timed, counted: feed.counted };
      ({ stderr: complaints, endSeconds, packets } = await runFfmpeg(codec.ffmpeg.launch, job, signal));
      // FFmpeg reports every refused or broken packet: the count, for which it prints a line per packet, is requested only then.
      if (complaints !== '' && !feed.counted && feed.again !== undefined) {
        const more = { ...job, input: feed.again(), output: () => {}, timed: false, counted: true };
        ({ packets } = await runFfmpeg(codec.ffmpeg.launch, more, signal));
      }
    }
  } catch (error) {
    whole = false;
    if (error instanceof Excess) findings.push(finding('M122', place, error.message));
    else if (error instanceof FfmpegError)
      findings.push(finding(error.crashed ? decoderCrashed : 'M101', place, agree`${error.message} after ${cut.decoded} sample[s]`));
    else throw error;
    if (error instanceof FfmpegError) complaints = error.stderr;
  }
  const lines = complaints.split('\n').filter((line) => line !== '');
  if (lines.length > 0)
    findings.push(finding('M102', place, `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}, the first: ${plainLine(lines[0] ?? '')}`));
  // Without an error, a pause in the time stamps is one of the recording: browsers and conference servers write nothing while a line is mute.
  if (lines.length === 0) return { whole, spannedFrames: null, packets: feed.counted ? packets : null };
  return { whole, spannedFrames: endSeconds === null ? null : Math.round(endSeconds * track.sampleRateHz), packets };
}

/** Removes FFmpeg's memory addresses, which differ from run to run. */
function plainLine(line: string): string {
  return line.replace(/ @ 0x[0-9a-f]+/g, '');
}

/** Creates a converter of raw 16-bit bytes, in chunks of any size, to whole frames. */
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
