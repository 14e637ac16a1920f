import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { beforeTags, tagBytesAt, tagHeadBytes } from '../frames/frame-tags.ts';
import { type LostFrames, type LostStretch, mostLost } from '../frames/lost-frames.ts';
import { type MpegFrame, readMpegFrame, sameStream } from './mpeg-frame.ts';

/** Result of a walk over the frames. */
export interface MpegWalk {
  readonly count: number;
  /** Runs of adjacent frames. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** Number of bytes between frames that belong to none; `gaps`: number of places where they are. */
  readonly junk: number;
  readonly gaps: number;
  /** Stretches that neither a frame nor a tag covers; null if not everything was walked. */
  readonly lost: LostFrames | null;
  /** Number of frames of another kind than the first. */
  readonly strangers: number;
  /** Number of bytes missing from the last frame. */
  readonly missing: number;
  /** False if only the first `limits.framesCheckedBytes` were walked. */
  readonly complete: boolean;
}

const windowBytes = 256 * 1024;
/** Largest number of runs that become spans; a file with more gaps is passed on unchanged. */
const mostSpans = 10_000;

/** Walks frame by frame and counts bytes between frames. Bytes after the last frame (ID3v1, APE, zeros) are not audio. */
export async function walkMpeg(bytes: ByteReader, start: number, signal: AbortSignal): Promise<MpegWalk> {
  const stop = Math.min(bytes.size, start + limits.framesCheckedBytes);
  const spans: [number, number][] = [];
  let window = new Uint8Array(0);
  let windowAt = 0;
  let first: MpegFrame | null = null;
  let at = start;
  let skipped = 0;
  /** Number of skipped bytes that belong to tags; then the playing time of the frames found so far. */
  let tagged = 0;
  let seconds = 0;
  const between: LostStretch[] = [];
  const walk = { count: 0, junk: 0, gaps: 0, strangers: 0, missing: 0 };
  const see = async (from: number): Promise<void> => {
    if ((from < windowAt || from + 4 > windowAt + window.length) && windowAt + window.length < bytes.size) {
      window = new Uint8Array(await bytes.read(from, windowBytes, signal));
      windowAt = from;
    }
  };
  /** Returns true if the next frame, or the end of the file, follows a frame: after a gap, a single header may be a coincidence. */
  const followed = async (frame: MpegFrame): Promise<boolean> => {
    const next = at + frame.size;
    if (next === bytes.size) return true;
    const beyond = next + 4 > windowAt + window.length;
    const head = beyond ? await bytes.read(next, 4, signal) : window.subarray(next - windowAt, next - windowAt + 4);
    const following = readMpegFrame(head, 0);
    return following !== null && sameStream(frame, following);
  };
  /** Returns the size of a tag that begins here, if a frame, a further tag or the end follows it; otherwise its size is not trusted. */
  const tagAt = async (from: number): Promise<number> => {
    const first = window[from - windowAt];
    if (first !== 0x49 && first !== 0x54 && first !== 0x41) return 0;
    const size = tagBytesAt(await bytes.read(from, tagHeadBytes, signal), 0);
    if (size === 0 || from + size >= bytes.size) return from + size === bytes.size ? size : 0;
    const next = await bytes.read(from + size, tagHeadBytes, signal);
    return readMpegFrame(next, 0) !== null || tagBytesAt(next, 0) > 0 ? size : 0;
  };
  while (at < stop) {
    await see(at);
    const frame = readMpegFrame(window, at - windowAt);
    if (frame === null || (skipped > 0 && !(await followed(frame)))) {
      const tag = frame === null ? await tagAt(at) : 0;
      at += Math.max(1, tag);
      skipped += Math.max(1, tag);
      tagged += tag;
      continue;
    }
    if (skipped > 0) {
      walk.junk += skipped;
      walk.gaps++;
      if (skipped > tagged && between.length < mostLost) between.push({ offset: at - skipped, bytes: skipped - tagged, seconds });
      skipped = 0;
      tagged = 0;
    }
    first ??= frame;
    if (!sameStream(first, frame)) walk.strangers++;
    walk.count++;
    seconds += frame.frames / frame.sampleRateHz;
    walk.missing = Math.max(0, at + frame.size - bytes.size);
    const end = Math.min(at + frame.size, bytes.size);
    const last = spans.at(-1);
    if (last !== undefined && (last[1] === at || spans.length >= mostSpans)) last[1] = end;
    else spans.push([at, end]);
    at += frame.size;
  }
  const complete = stop === bytes.size;
  const last = spans.at(-1);
  if (!complete || last === undefined) {
    if (last !== undefined) last[1] = bytes.size;
    return { ...walk, lost: null, spans, complete };
  }
  const left = bytes.size - last[1] - Math.max(tagged, bytes.size - (await beforeTags(bytes, last[1], signal)));
  const behind = left > 0 ? { offset: last[1], bytes: left, seconds } : null;
  const frameBytes = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  return { ...walk, lost: { between, behind, frameBytes, seconds }, spans, complete };
}

/**
 * Detects frames of a free format: equal headers without a bit rate at a fixed distance.
 * @returns their distance in bytes; null if there are none
 */
export function freeFormatDistance(bytes: Uint8Array): number | null {
  const alike = (at: number): boolean =>
    bytes[at] === 0xff &&
    bytes[at + 1] === bytes[1] &&
    ((bytes[at + 2] ?? 0) & 0xfc) === ((bytes[2] ?? 0) & 0xfc) &&
    (bytes[at + 3] ?? 0) >> 6 === (bytes[3] ?? 0) >> 6;
  const [b1, b2] = [bytes[1] ?? 0, bytes[2] ?? 0];
  // Sync, a version and a layer that are not reserved, index 0 of the bit rate, and a rate that is not reserved (ISO/IEC 11172-3, 2.4.2.3).
  if (bytes[0] !== 0xff || (b1 & 0xe0) !== 0xe0 || ((b1 >> 3) & 3) === 1 || ((b1 >> 1) & 3) === 0 || b2 >> 4 !== 0 || ((b2 >> 2) & 3) === 3)
    return null;
  for (let distance = 24; distance * 4 + 4 < bytes.length; distance++) {
    if (!alike(distance) && !alike(distance + 1)) continue;
    // Each frame may have one byte (or, in layer I, one slot) of padding.
    let at = 0;
    let count = 0;
    while (count < 4) {
      if (alike(at + distance)) at += distance;
      else if (alike(at + distance + 1)) at += distance + 1;
      else break;
      count++;
    }
    if (count === 4) return distance;
  }
  return null;
}
