import type { DamageMarks, Track } from '../../core/format.ts';
import { evennessOf } from './evenness.ts';
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

/** Finds codes that are too even for sound. */
interface EvennessFollower extends Follower {
  /** Once all has passed: how far they are from even ones on average (`deviationsOf`), where all of them are as even as random bytes; else null. */
  throughout(): number | null;
}

/** Follows how evenly the codes of a track are spread; null where that says nothing of its codec. */
export function followEvenness(track: Track, { codes }: DamageMarks): EvennessFollower | null {
  if (codes === undefined || !areWhole(track, codes.frameBytes.at(-1) ?? 1)) return null;
  let [windows, even, sum] = [0, 0, 0];
  const follower = follow(codes.windowBytes, (window) => {
    const deviations = evennessOf(window, codes);
    windows++;
    if (deviations === null) return false;
    even++;
    sum += deviations;
    return true;
  });
  return { ...follower, throughout: () => (windows > 0 && even === windows && sum <= mostOnAverage * windows ? sum / windows : null) };
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
