import type { DamageMarks, FrameOrder, Track } from '../../core/model/format.ts';
import { foreignOf } from './evenness.ts';
import { isTextWindow, textWindowBytes } from './text-bytes.ts';
import { type ByteStretch, createWindowRuns } from './window-runs.ts';

/** Stretches of one kind that one track has told of it. */
export const mostStretches = 20;
/** Frames of one window, and how many of them random bytes break at least: half of them, give or take a twelfth. */
const windowFrames = 100;
const fewestBroken = 25;
/** Windows of random bytes have 0 on average, of a coding that is nearly as even as they are more. */
const mostOnAverage = 3;

/** Finds stretches of coded bytes while they pass. */
interface Follower {
  push(piece: Uint8Array): void;
  /** The first stretches, once all has passed. */
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

/** Finds codes that are too even for sound, or have none of its frames. */
interface CodesFollower extends Follower {
  /** Once all has passed: how far they are from even ones on average (`deviationsOf`), where all of them are as even as random bytes; else null. */
  throughout(): number | null;
  /** Whether every window that was found is even, so that the stretches are encrypted or packed. */
  areEven(): boolean;
}

/** Follows whether the codes of a track are those of sound; null where they say nothing of that in its codec. */
export function followCodes(track: Track, { codes }: DamageMarks): CodesFollower | null {
  if (codes === undefined || !areWhole(track, codes.frameBytes.at(-1) ?? 1)) return null;
  let [windows, even, unplaced, sum] = [0, 0, 0, 0];
  const follower = follow(codes.windowBytes, (window) => {
    const foreign = foreignOf(window, codes);
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

/** Follows where text lies in the place of coded sound. */
export function followText(): Follower {
  return follow(textWindowBytes, isTextWindow);
}

/** Whether frames go on from span to span: where they begin anew in the midst of a window they look as even as random bytes. */
function areWhole({ spans }: Track, frameBytes: number): boolean {
  return spans.slice(0, -1).every(([start, end]) => (end - start) % frameBytes === 0);
}

/** Follows how many frames of a track break their parity; null where frames do not show that. */
export function followParity(track: Track, { frame }: DamageMarks): Follower | null {
  if (frame === undefined || track.blockBytes !== frame.bytes) return null;
  const { bytes, holds } = frame;
  return follow(windowFrames * bytes, (window) => {
    let broken = 0;
    // Frames of zeros are holes and erasures, and no noise.
    for (let at = 0; at < window.length; at += bytes) if (!holds(window, at) && window.subarray(at, at + bytes).some((byte) => byte !== 0)) broken++;
    return broken >= fewestBroken;
  });
}

/** Frames whose order is judged together, by halves; and in how many places of them it may be one that no encoder writes: random bytes and text have 5 to 13. */
const orderFrames = 40;
const fewestMisplaced = 4;

/** Follows in which order frames of several lengths come; null where nothing is known of it. The frames begin with the track. */
export function followOrder({ order }: DamageMarks): Follower | null {
  if (order === undefined) return null;
  return createOrderFollower(order);
}

function createOrderFollower({ bytesOf, follows }: FrameOrder): Follower {
  const found: { start: number; end: number }[] = [];
  const half = orderFrames / 2;
  /** Position of the next byte, and of the next frame. */
  let [position, next] = [0, 0];
  let before: number | null = null;
  let frames = 0;
  /** The half before, and this one: where each begins, and places in it that are none of an encoder's. */
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
        const first = piece[next - position] as number; // within the piece
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
