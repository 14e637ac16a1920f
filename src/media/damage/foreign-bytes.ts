import type { DamageMarks, FrameOrder, Track } from '../../core/model/format.ts';
import { nonAudioOf } from './evenness.ts';
import { isTextWindow, textWindowBytes } from './text-bytes.ts';
import { type ByteStretch, createWindowRuns } from './window-runs.ts';

/** Largest number of sections of one kind that are reported per track. */
export const mostStretches = 20;
/**
 * Number of frames per window and, below, fewest frames with wrong parity for a window to count. Of random bytes, half of the frames have wrong parity, plus or
 * minus a twelfth.
 */
const windowFrames = 100;
const fewestBroken = 25;
/** Limit of the average deviation. Random bytes have 0; codings that are nearly as even have more. */
const mostOnAverage = 3;

/** Finds sections while the coded bytes pass through. */
interface Follower {
  push(piece: Uint8Array): void;
  /** Returns the first sections, after all bytes have passed. */
  finish(): readonly ByteStretch[];
}

function follow(windowBytes: number, shows: (window: Uint8Array) => boolean): Follower {
  const found: ByteStretch[] = [];
  const runs = createWindowRuns(windowBytes, shows, (run) => found.length < mostStretches && found.push(run));
  return {
    push: runs.push,
    finish: () => {
      runs.finish();
      return found;
    },
  };
}

/** Finds codes that are too evenly distributed for audio, or that lack its frames. */
interface CodesFollower extends Follower {
  /** Returns, after all bytes have passed, the average deviation (`deviationsOf`) if the whole track is as even as random bytes; else null. */
  throughout(): number | null;
  /** Returns true if every window that was found is even, so that the sections are encrypted or packed. */
  areEven(): boolean;
}

/** Tests whether the codes of a track are those of audio; null if its codec does not permit the test. */
export function followCodes(track: Track, { codes }: DamageMarks): CodesFollower | null {
  if (codes === undefined || !areWhole(track, codes.frameBytes.at(-1) ?? 1)) return null;
  let [windows, even, unplaced, sum] = [0, 0, 0, 0];
  const follower = follow(codes.windowBytes, (window) => {
    const foreign = nonAudioOf(window, codes);
    windows++;
    if (foreign?.kind === 'even') {
      even++;
      sum += foreign.deviations;
    } else if (foreign !== null) unplaced++;
    return foreign !== null;
  });
  return {
    ...follower,
    throughout: () => (windows > 0 && even === windows && sum <= mostOnAverage * windows ? sum / windows : null),
    areEven: () => unplaced === 0,
  };
}

/** Finds text in place of coded audio. */
export function followText(): Follower {
  return follow(textWindowBytes, isTextWindow);
}

/** Returns true if frames continue from span to span. Frames that begin again within a window would look as even as random bytes. */
function areWhole({ spans }: Track, frameBytes: number): boolean {
  return spans.slice(0, -1).every(([start, end]) => (end - start) % frameBytes === 0);
}

/** Counts the frames of a track with wrong parity; null if frames have no parity. */
export function followParity(track: Track, { frame }: DamageMarks): Follower | null {
  if (frame === undefined || track.blockBytes !== frame.bytes) return null;
  const { bytes, holds } = frame;
  return follow(windowFrames * bytes, (window) => {
    let broken = 0;
    // Frames of zeros are holes and erasures, not noise.
    for (let at = 0; at < window.length; at += bytes) if (!holds(window, at) && window.subarray(at, at + bytes).some((byte) => byte !== 0)) broken++;
    return broken >= fewestBroken;
  });
}

/**
 * Number of frames whose order is judged together, in halves and, below, fewest places in them that no encoder writes. Random bytes and text have 5 to 13 such
 * places.
 */
const orderFrames = 40;
const fewestMisplaced = 4;

/** Tests the order of frames of several lengths; null if no order is known. The first frame begins with the track. */
export function followOrder({ order }: DamageMarks): Follower | null {
  if (order === undefined) return null;
  return createOrderFollower(order);
}

function createOrderFollower({ bytesOf, follows }: FrameOrder): Follower {
  const found: { start: number; end: number }[] = [];
  const half = orderFrames / 2;
  /** Positions of the next byte and of the next frame. */
  let [position, next] = [0, 0];
  let before: number | null = null;
  let frames = 0;
  /** The previous half and the current one: start and number of places that no encoder writes. */
  let [last, current] = [
    { start: 0, misplaced: 0 },
    { start: 0, misplaced: 0 },
  ];
  const endHalf = (): void => {
    if (last.misplaced + current.misplaced >= fewestMisplaced) {
      const run = found.at(-1);
      if (run !== undefined && last.start <= run.end) run.end = next;
      else if (found.length < mostStretches) found.push({ start: last.start, end: next });
    }
    [last, current, frames] = [current, { start: next, misplaced: 0 }, 0];
  };
  return {
    push(piece) {
      for (; next < position + piece.length; ) {
        const first = piece[next - position] as number; // within the chunk
        if (before !== null && !follows(before, first)) current.misplaced++;
        before = first;
        next += bytesOf(first);
        if (++frames === half) endHalf();
      }
      position += piece.length;
    },
    finish() {
      endHalf();
      return found.map(({ start, end }) => ({ start, end: Math.min(end, position) }));
    },
  };
}
