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
  /** Provides the same input again, for counting packets if FFmpeg reported errors; absent: no count is needed. */
  readonly again?: () => AsyncIterable<Uint8Array>;
  /** For short input: returns FFmpeg's output from a shared process; null if there is none. */
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

/** Largest expansion: that of AMR at 4.75 and G.723.1 at 5.3 kbit/s, in bytes of 16-bit samples per coded byte. */
const mostExpansion = 24;

/** Prepares a track for FFmpeg, which decodes short tracks together with others if possible. */
export async function feedOf({ track, codec, bytes, together }: Omit<TrackWork<Track, FfmpegCodec>, 'place'>): Promise<FfmpegFeed> {
  const once = (): FfmpegFeed => fromSpans(track, codec.decode.input(track), bytes);
  // A repacker may keep state, so a new one is created.
  const feed = { ...once(), again: () => once().coded };
  // A shared process uses only the first stream of each input.
  if (together === undefined || feed.counted || (feed.stream ?? 0) !== 0 || codedBytesOf(track) > limits.smallRecordingBytes) return feed;
  const parts: Uint8Array[] = [];
  // A chunk is valid only until the next one is requested.
  for await (const piece of feed.coded) parts.push(piece.slice());
  const coded = Buffer.concat(parts);
  const likelyBytes = track.frames === null ? coded.length * mostExpansion : 2 * track.frames * track.channels;
  const ask = { inputArgs: feed.args, coded, outputArgs: samplesOut(track), likelyBytes };
  // The end time is needed only if FFmpeg reports errors, and then each track is decoded separately.
  return { ...feed, coded: whole(coded), again: () => whole(coded), together: () => together(ask) };
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Returns the arguments for raw 16-bit samples at the track's rate. */
function samplesOut({ sampleRateHz, channels }: Track): string[] {
  // Without `-flush_packets 0`, FFmpeg writes each packet separately: a hundred times as many chunks on the pipe.
  return ['-vn', '-f', 's16le', '-c:a', 'pcm_s16le', '-ar', String(sampleRateHz), '-ac', String(channels), '-flush_packets', '0'];
}

/** Code of the finding on a crash of FFmpeg. An import keeps the original and calls its audio doubtful; a verification does not report a fault of the file. */
export const decoderCrashed = 'M162';

/** Result of decoding a track through FFmpeg. */
interface FromFfmpeg {
  /** False if FFmpeg stopped early. */
  readonly whole: boolean;
  /** Number of samples per channel up to the end of the last packet, by its time stamp, if FFmpeg reported errors; else null. */
  readonly spannedFrames: number | null;
  /** FFmpeg's counts of packets, if it reported errors or the counts were requested; else null. */
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
        // Lets other output be read from its pipes, because FFmpeg would otherwise stall while this thread works. An abort is handled, too.
        await turn();
        signal.throwIfAborted();
      }
    else {
      const job = { input: feed.coded, inputArgs: feed.args, outputArgs, output, timed: feed.timed, counted: feed.counted };
      ({ stderr: complaints, endSeconds, packets } = await runFfmpeg(codec.ffmpeg.launch, job, signal));
      // FFmpeg reports every packet that it refused or that was broken. The counts, for which it prints a line per packet, are therefore requested only after
      // such reports.
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
  // Without an error, a pause in the time stamps belongs to the recording: browsers and conference servers write nothing while a line is mute.
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
