import { g729FrameSamples } from '../codecs/g729/decoder.ts';
import { speechScore } from '../codecs/g729/likeness.ts';
import { isErased, parityHolds } from '../codecs/g729/parity.ts';
import { type G729Unit, g729UnitBytes } from '../codecs/g729/walk.ts';

/** A stretch of a stream whose frames are not G.729. */
export interface G729Foreign {
  /** Byte offset at which the stretch begins in the stream. */
  readonly start: number;
  readonly end: number;
  /** Playing time at which the stretch begins, in seconds. */
  readonly from: number;
  readonly to: number;
}

/** Size of a window: about a second of speech. */
const windowBytes = 1_000;
/** Smallest number of speech frames on which a judgement is based. */
const fewestFrames = 20;
/**
 * Smallest average likeness of a speech frame over a window, in sixteenths of a bit, and largest share of frames with a wrong parity bit. Measured: in every
 * second of real G.729, 25 and more, with no wrong bit; in random bytes, where the most likely split selects what looks best, -40 to -60, with 15 to 26 %
 * wrong.
 */
const leastLikeness = 0;
const wrongShare = 0.08;
const mostStretches = 20;

/** Examines the frames of a walk, a second at a time: foreign bytes contain silence frames by chance, and the total counts do not reveal them. */
export function watchForeign(): { see(unit: G729Unit, bytes: Uint8Array, at: number): void; finish(): readonly G729Foreign[] } {
  const found: G729Foreign[] = [];
  let [position, frames] = [0, 0];
  let window = { start: 0, from: 0, speech: 0, wrong: 0, score: 0 };
  const seconds = (): number => (frames * g729FrameSamples) / 8_000;
  const judge = (): void => {
    const { start, from, speech, wrong, score } = window;
    const isForeign = speech >= fewestFrames && score < leastLikeness * speech && wrong >= wrongShare * speech;
    window = { start: position, from: seconds(), speech: 0, wrong: 0, score: 0 };
    if (!isForeign) return;
    const last = found.at(-1);
    if (last?.end === start) found[found.length - 1] = { ...last, end: position, to: seconds() };
    else if (found.length < mostStretches) found.push({ start, end: position, from, to: seconds() });
  };
  return {
    see(unit, bytes, at) {
      position += g729UnitBytes[unit];
      if (unit !== 'stray') frames++;
      if (unit === 'speech' && !isErased(bytes, at)) {
        window.speech++;
        window.score += speechScore(bytes, at, 'speech');
        if (!parityHolds(bytes, at)) window.wrong++;
      }
      if (position - window.start >= windowBytes) judge();
    },
    finish() {
      judge();
      return found;
    },
  };
}
