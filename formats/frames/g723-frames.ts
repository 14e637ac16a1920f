import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Track } from '../../src/core/model/format.ts';
import { g7231FrameSamples, g7231LengthBytes, g7231Sizes } from '../codecs/base/g7231.ts';

/** Result of a walk over frames of G.723.1. */
export interface G7231Count {
  /** Numbers of frames of 24, 20, 4 and 1 bytes: 6.3 kbit/s, 5.3 kbit/s, a description of silence, nothing sent (ITU-T G.723.1, annex A). */
  readonly frames: readonly [fast: number, slow: number, silence: number, unsent: number];
  /** Number of speech frames with a pitch delay that no encoder writes. */
  readonly forbidden: number;
  /** Number of bytes from the start to the end of the last complete frame, over all spans. */
  readonly walkedBytes: number;
  /** Number of bytes after that: an incomplete frame, or data from the place where lengths and frames disagree. */
  readonly restBytes: number;
  /** True if the stated lengths agreed with the frames to the end, or no lengths are stated. */
  readonly agreed: boolean;
  /** True if all bytes were read. */
  readonly whole: boolean;
  /** The longest run of equal one-byte frames. */
  readonly longestUnsent: UnsentRun;
}

/** Consecutive equal frames of one byte. */
interface UnsentRun {
  readonly byte: number;
  readonly count: number;
  /** Position among the coded bytes where the run begins; `before`: number of frames before it. */
  readonly position: number;
  readonly before: number;
}

/** Byte that encoders write when nothing is sent: the two bits that say so, and zeros (ITU-T G.723.1 annex A, reference code). */
const unsentByte = 0x03;
/**
 * Numbers of equal one-byte frames from which a run is not a pause: 30 s of any other byte, or 5 min of the encoders' own byte, because a line may be muted.
 */
const longestPause = 1_000;
const longestMute = 10_000;

/** Number of bytes at the start of a frame that contain its kind and its pitch delays. */
const headBytes = 6;
/** Largest valid code; larger delays are forbidden codes (ITU-T G.723.1, 2.14: 18 to 141 in 7 bits). */
const greatestDelayCode = 123;

/**
 * Walks frames that each state their length in the low two bits of their first byte. Reads at most `limits.framesCheckedBytes`.
 * @param stated true if each frame is preceded by its length in two bytes, high byte first, as Asterisk writes it; the walk ends where the two disagree
 */
export async function countG7231(bytes: ByteReader, spans: Track['spans'], stated: boolean, signal: AbortSignal): Promise<G7231Count> {
  const frames: [number, number, number, number] = [0, 0, 0, 0];
  const prefix = stated ? g7231LengthBytes : 0;
  const head = new Uint8Array(prefix + headBytes);
  let filled = 0; // bytes of the current frame
  let size = 0; // size of the complete frame with its length; 0: unknown
  let forbidden = 0;
  let run = { byte: 0, count: 0, position: 0, before: 0 };
  let longestUnsent = run;
  let walkedBytes = 0;
  let totalBytes = 0;
  let left: number = limits.framesCheckedBytes;
  let agreed = true;
  let whole = true;
  for (const [start, end] of spans) {
    totalBytes += end - start;
    const stop = Math.min(end, start + left);
    left -= stop - start;
    whole &&= stop === end;
    if (!agreed) continue;
    for await (const piece of bytes.stream(start, stop, signal)) {
      signal.throwIfAborted();
      for (let at = 0; at < piece.length && agreed; ) {
        const wanted = size === 0 ? prefix + 1 : size;
        const taken = Math.min(wanted - filled, piece.length - at);
        if (filled < head.length) head.set(piece.subarray(at, at + Math.min(taken, head.length - filled)), filled);
        filled += taken;
        at += taken;
        if (filled < wanted) break;
        const kind = (head[prefix] ?? 0) & 3;
        if (size === 0) {
          size = prefix + (g7231Sizes[kind] ?? 1);
          agreed = !stated || (((head[0] ?? 0) << 8) | (head[1] ?? 0)) === size - prefix;
          if (filled < size) continue;
        }
        if (!agreed) break;
        const byte = head[prefix] ?? 0;
        if (kind !== 3) run = { ...run, count: 0 };
        else if (run.count > 0 && run.byte === byte) run.count++;
        else run = { byte, count: 1, position: walkedBytes, before: frames.reduce((sum, count) => sum + count, 0) };
        if (run.count > longestUnsent.count) longestUnsent = run;
        frames[kind as 0 | 1 | 2 | 3]++; // `kind` has two bits
        if (kind < 2 && isForbidden(head, prefix)) forbidden++;
        walkedBytes += size;
        filled = 0;
        size = 0;
      }
      if (!agreed) break;
    }
  }
  return { frames, forbidden, walkedBytes, restBytes: totalBytes - walkedBytes, agreed, whole, longestUnsent };
}

/** Checks the pitch delays of the first and third subframe: 7 bits each, after 26 and 35 bits, least significant bit first (table 5). */
function isForbidden(head: Uint8Array, at: number): boolean {
  const [b3, b4, b5] = [head[at + 3] ?? 0, head[at + 4] ?? 0, head[at + 5] ?? 0];
  return ((b3 >> 2) | ((b4 & 1) << 6)) > greatestDelayCode || ((b4 >> 3) | ((b5 & 3) << 5)) > greatestDelayCode;
}

/** Smallest number of speech frames from which the mixture of rates is judged. */
const enoughFrames = 20;
/** Shares from which the frames cannot be G.723.1: encoders keep to one of the two rates, and write no forbidden code. */
const mixedShare = 0.25;
const forbiddenShare = 0.02;

/** Returns true if frames that state their own length are out of step; false if there are too few to decide. */
export function isOutOfStep({ frames: [fast, slow], forbidden }: G7231Count): boolean {
  const speech = fast + slow;
  return speech >= enoughFrames && (Math.min(fast, slow) > speech * mixedShare || forbidden > speech * forbiddenShare);
}

/** Returns the total number of frames. */
export function framesOf({ frames }: G7231Count): number {
  return frames.reduce((sum, count) => sum + count, 0);
}

/** Returns a text with the numbers of frames. */
export function g7231Text({ frames: [fast, slow, silence, unsent], forbidden }: G7231Count): string {
  return agree`${fast} frame[s] of 24 bytes, ${slow} of 20, ${silence} of 4 and ${unsent} of 1, ${forbidden} with a forbidden code`;
}

/**
 * Walks the frames of a track and returns it with the results: its duration, and whether the frames have lengths as Asterisk writes them. If nothing matches,
 * the codec becomes `unknown`, because decoding would produce noise.
 */
export async function walkG7231(
  bytes: ByteReader,
  track: Track,
  signal: AbortSignal,
): Promise<{ track: Track; count: G7231Count; findings: Finding[] }> {
  const tell = (message: string): Finding => finding('F253', bytes.name, message);
  const stated = await countG7231(bytes, track.spans, true, signal);
  if (framesOf(stated) > 0 && (stated.agreed || framesOf(stated) >= enoughFrames)) {
    const [start, end] = [track.spans[0]?.[0] ?? 0, track.spans.at(-1)?.[1] ?? 0];
    const codecName = `${track.codecName}, each frame after its length, as Asterisk writes it`;
    const length = stated.whole ? framesOf(stated) * g7231FrameSamples : null;
    const found = { ...track, codec: 'g723.1-asterisk', codecName, blockBytes: null, frames: length };
    if (stated.agreed || track.spans.length !== 1) return { track: found, count: stated, findings: [] };
    const message = agree`a stated length disagrees with its frame after ${framesOf(stated)} frame[s]: ${end - start - stated.walkedBytes} byte[s] after it [is|are] left out`;
    return { track: { ...found, spans: [[start, start + stated.walkedBytes]] }, count: stated, findings: [tell(message)] };
  }
  const count = await countG7231(bytes, track.spans, false, signal);
  if (isOutOfStep(count)) {
    const codecName = `${track.codecName}: it has no chain of G.723.1 frames`;
    return { track: { ...track, codec: 'unknown', codecName }, count, findings: [tell(`${g7231Text(count)}: not decoded`)] };
  }
  const length = count.whole && framesOf(count) > 0 ? framesOf(count) * g7231FrameSamples : null;
  // A lost byte puts some frames out of step, after which the walk finds the frames again.
  const findings = count.forbidden > 0 ? [tell(`${g7231Text(count)}: some frames may be out of step`)] : [];
  findings.push(...unsentFindings(count, track, bytes.name));
  return { track: { ...track, frames: length }, count, findings };
}

/** Returns the finding for a run of one-byte frames that is unwritten space. */
function unsentFindings({ longestUnsent: { byte, count, position, before } }: G7231Count, track: Track, place: string): Finding[] {
  if (count < (byte === unsentByte ? longestMute : longestPause)) return [];
  let left = position;
  let offset = track.spans[0]?.[0] ?? 0;
  for (const [start, end] of track.spans) {
    offset = start + left;
    if (left < end - start) break;
    left -= end - start;
  }
  const seconds = (frames: number): string => ((frames * g7231FrameSamples) / track.sampleRateHz).toFixed(1);
  const hex = byte.toString(16).padStart(2, '0');
  const message = agree`0x${hex} ${count} time[s] from byte ${offset} at ${seconds(before)} s: read as frames without data they play ${seconds(count)} s of noise or silence`;
  return [finding('F396', place, message)];
}
