import { agree } from '../../core/base/agree.ts';
import { errorText, isResourceShortage } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Samples, Track } from '../../core/model/format.ts';
import { silentFrames } from '../../core/model/track-length.ts';
import { codedBytesOf, pieces } from '../bytes/coded-bytes.ts';
import { excessOf, type SampleReceiver } from '../bytes/sample-receiver.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import { fillSilences } from './silences.ts';
import { feedOf, throughFfmpeg } from './through-ffmpeg.ts';
import type { OwnCodec, TrackWork } from './track-work.ts';
import { decoderName, type UsableCodec } from './usable-codec.ts';

/** Receives decoded samples: whole interleaved frames, all of one type. They are valid until the sink returns. */
export type SampleSink = (samples: Samples) => void | Promise<void>;

/** Result of decoding a track. */
export interface DecodedTrack {
  /** Number of samples per channel that went to the sink. */
  readonly frames: number;
  /** The decoder, e.g. `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`. */
  readonly decoder: string;
  /** False if decoding stopped before the end of the coded bytes. */
  readonly whole: boolean;
  /** Number of samples per channel up to the end of the last packet, by time stamps if packets were skipped; null if unknown. */
  readonly spannedFrames: number | null;
  /** Number of coded bytes at the end that fill no block and gave no sample. */
  readonly droppedBytes: number;
  /** Counts of FFmpeg's packets, if FFmpeg reported errors; null if it did not, or was not used. */
  readonly packets: PacketsRead | null;
  readonly findings: readonly Finding[];
}

/** Frames of the longest common packet, that of HE-AAC, which is the accuracy of a stated duration if blocks have no fixed size (ISO/IEC 14496-3, 4.6.18). */
const packetFrames = 2_048;

/**
 * Decodes a track from its spans, in order. Cuts it to the length that its container states if that length is plausible: not longer than the blocks, and ending
 * within the last of them. Faults of the data give findings; everything that can be decoded goes to the sink.
 * @throws the sink's errors, LongplayError if the original or FFmpeg is missing, the signal's reason
 */
export async function decodeTrack({ track, codec, bytes, place, together }: TrackWork, sink: SampleSink, signal: AbortSignal): Promise<DecodedTrack> {
  const findings: Finding[] = [];
  const codedBytes = codedBytesOf(track);
  const cut = createCut(track, codedBytes, sink);
  const filled = fillSilences(track, cut);
  const { whole, spannedFrames, droppedBytes, packets } =
    codec.ffmpeg === null
      ? fromOwn(await decodeHere({ track, codec, bytes, place }, filled, findings, signal))
      : {
          ...(await throughFfmpeg({ track, codec, place }, await feedOf({ track, codec, bytes, together }), filled, findings, signal)),
          droppedBytes: 0,
        };
  if (whole) await filled.finish();
  const blockFrames = framesOfBlock(track, codec, cut.decoded, codedBytes);
  const odd = await cut.finish(blockFrames);
  // A track that stopped early is short for a reason that has already been reported.
  if (odd !== null && whole) findings.push(finding('M104', place, odd));
  return { frames: cut.passed, decoder: decoderName(codec), whole, spannedFrames, droppedBytes, packets, findings };
}

/** Returns the result of decoding with longplay's own decoder. @param droppedBytes null if it stopped early */
function fromOwn(droppedBytes: number | null): Pick<DecodedTrack, 'whole' | 'spannedFrames' | 'droppedBytes' | 'packets'> {
  return { whole: droppedBytes !== null, spannedFrames: null, droppedBytes: droppedBytes ?? 0, packets: null };
}

/** Returns the finding on an exception in longplay's own decoder. */
export function decoderStopped(track: Track, decoded: number, error: unknown, place: string): Finding {
  return finding('M109', place, agree`the ${track.codec} decoder stopped after ${decoded} sample[s]: ${errorText(error)}`);
}

/** Decodes with longplay's own decoder. @returns number of coded bytes at the end that fill no block; null if it stopped early */
async function decodeHere(
  { track, codec, bytes, place }: TrackWork<Track, OwnCodec>,
  cut: SampleReceiver,
  findings: Finding[],
  signal: AbortSignal,
): Promise<number | null> {
  const decoder = codec.decode.decoder(track);
  const attempt = (work: () => Samples): Samples | null => {
    try {
      return work();
    } catch (error) {
      // A lack of memory does not concern the data.
      if (isResourceShortage(error)) throw error;
      findings.push(decoderStopped(track, cut.decoded, error, place));
      return null;
    }
  };
  for (const piece of pieces(track, bytes)) {
    const samples = attempt(() => decoder.decode(piece));
    if (samples === null || !(await passOn(samples, cut, place, findings))) return null;
    await turn(signal);
  }
  const rest = attempt(() => decoder.finish());
  if (rest === null || !(await passOn(rest, cut, place, findings))) return null;
  for (const [code, message] of decoder.troubles ?? []) findings.push(finding(code, place, message));
  if (decoder.droppedBytes > 0)
    findings.push(finding('M103', place, agree`the last ${decoder.droppedBytes} byte[s] [does|do] not fill a block and gave no sample`));
  return decoder.droppedBytes;
}

/** Passes samples on. If they are too many, adds a finding instead and returns false. */
export async function passOn(samples: Samples, cut: SampleReceiver, place: string, findings: Finding[]): Promise<boolean> {
  const excess = cut.excess(samples);
  if (excess !== null) {
    findings.push(finding('M122', place, excess));
    return false;
  }
  await cut.push(samples);
  return true;
}

/** Lets the event loop run, so that an abort is handled. */
export async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((done) => setImmediate(done));
  signal.throwIfAborted();
}

/** Returns the number of frames in the last block, within which a stated length may end. */
function framesOfBlock(track: Track, codec: UsableCodec, frames: number, codedBytes: number): number {
  const { blockBytes } = track;
  if (blockBytes !== null && blockBytes > 1 && codedBytes > 0) return Math.max(1, Math.ceil((frames * blockBytes) / codedBytes));
  return codec.ffmpeg === null ? 1 : packetFrames;
}

/** Passes frames on up to a stated length. Holds back later frames until it is known whether the length is plausible. */
interface Cut extends SampleReceiver {
  /** Passes on or discards the frames that were held back. Returns what is odd about the stated length. */
  finish(blockFrames: number): Promise<string | null>;
  /** Number of frames that were passed on. */
  readonly passed: number;
}

function createCut(track: Track, codedBytes: number, sink: SampleSink): Cut {
  const { frames: stated, channels, sampleRateHz } = track;
  /** Number of frames that need no coded bytes. */
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
      // No block is this long, so the length is wrong, and holding back more would only take memory.
      if (decoded - stated <= limits.heldFrames) return within;
      return Promise.resolve(within).then(release);
    },
    async finish(blockFrames) {
      if (stated === null || decoded === stated) return null;
      const odd = agree`the container states ${stated} sample[s] per channel, ${decoded} [was|were] decoded`;
      if (decoded < stated) return odd;
      if (believed && decoded - stated < blockFrames) return null;
      await release();
      return odd;
    },
    excess: (samples) => excessOf((decoded - silent) * channels + samples.length, codedBytes, decoded + samples.length / channels, sampleRateHz),
    get decoded() {
      return decoded;
    },
    get passed() {
      return passed;
    },
  };
}
