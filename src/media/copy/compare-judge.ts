import type { Comparison } from '../../core/model/measurement.ts';
import type { Demands } from './compare-demands.ts';

/** Sums over a section of one channel: original x and copy y, about their means, in 16-bit units. */
export interface Power {
  readonly frames: number;
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
}

/** Sums of products of original and copy over a whole channel: aligned, and with the copy shifted by one sample in either direction. */
export interface Alignment {
  product: number;
  early: number;
  late: number;
}

/** Judges a copy block by block. */
export interface Judge {
  /** Adds the next block of each channel. A block is a quarter of a second long; the last one may be shorter. */
  block(channels: readonly Power[]): void;
  /** Returns the results by channel, and the reasons why a channel fails. */
  finish(alignment: readonly Alignment[]): { readonly results: Comparison['channels']; readonly shortcomings: readonly (readonly string[])[] };
}

/** Number of blocks per window: a window of one second begins every quarter of a second. */
export const blocksPerSecond = 4;
/** Permitted gain in similarity by a shift of one sample. Coding noise alone gives a gain of 0.2 % for a hum at 20 kbit/s. */
const lagSlack = 1.005;
/** A window or a block is not judged if it is this much (30 dB, 10 dB) softer than the loudest adjacent block, because the coder spreads noise from there. */
const windowSpread = 1e-3;
const blockSpread = 0.1;
/** A section that is just too quiet to be judged may become this much (6 dB) louder. */
const quietSlack = 4;
const nothing: Power = { frames: 0, xx: 0, yy: 0, xy: 0 };

interface ChannelState {
  /** The most recent blocks, oldest first: one before the window, those of the window, one after it. */
  readonly history: Power[];
  total: Power;
  worstWindow: number | null;
  worstBlock: number | null;
  /** Largest mean square of the copy in blocks that should be quiet and are too loud. */
  tooLoud: number;
}

/** Creates a judge for a number of channels, which are judged together because loud audio on one channel leaks into the others. */
export function createJudge(demands: Demands, channels: number): Judge {
  const states: ChannelState[] = Array.from({ length: channels }, () => ({
    history: [],
    total: nothing,
    worstWindow: null,
    worstBlock: null,
    tooLoud: 0,
  }));
  let longest = 0;

  /** Returns the mean square of the original below which a section of blocks [from, to) of the history is not judged. */
  const floor = (of: ChannelState, from: number, to: number, spread: number): number => {
    let least = Math.max(demands.loudPower, loudest(of, from, to) * spread);
    for (const state of states) if (state !== of) least = Math.max(least, loudest(state, from, to) * demands.leak);
    return least;
  };
  /** Judges the window and the block that end before the newest block, because the newest block shows what follows them. */
  const judge = (state: ChannelState): void => {
    const end = state.history.length - 1;
    const block = state.history[end - 1];
    if (block === undefined || block.frames === 0) return;
    const least = floor(state, end - 1, end, windowSpread);
    const limit = Math.max(demands.quietPower, least * quietSlack);
    if (meanSquare(block) < least && block.yy > limit * block.frames) state.tooLoud = Math.max(state.tooLoud, block.yy / block.frames);
    // An incomplete block at the end is too short to be judged separately.
    const judged = block.frames * 2 >= longest && meanSquare(block) >= floor(state, end - 1, end, blockSpread);
    if (judged) state.worstBlock = Math.min(state.worstBlock ?? 1, likeness(block));
    if (end < blocksPerSecond) return;
    const window = joined(state.history, end - blocksPerSecond, end);
    if (meanSquare(window) < floor(state, end - blocksPerSecond, end, windowSpread)) return;
    state.worstWindow = Math.min(state.worstWindow ?? 1, likeness(window));
  };
  const add = (blocks: readonly Power[]): void => {
    for (let channel = 0; channel < states.length; channel++) {
      const state = states[channel];
      if (state === undefined) continue;
      const block = blocks[channel] ?? nothing;
      state.total = plus(state.total, block);
      longest = Math.max(longest, block.frames);
      state.history.push(block);
      if (state.history.length > blocksPerSecond + 2) state.history.shift();
    }
    for (const state of states) judge(state);
  };

  return {
    block: add,
    finish(alignment) {
      add([]);
      const loudest = Math.max(0, ...states.map((state) => meanSquare(state.total)));
      const isLoud = (state: ChannelState): boolean => meanSquare(state.total) >= Math.max(demands.loudPower, loudest * demands.leak);
      const results = states.map((state) => resultOf(state, isLoud(state)));
      const shortcomings = states.map((state, channel) => {
        const { product, early, late } = alignment[channel] ?? { product: 0, early: 0, late: 0 };
        const shifted = demands.exactlyAligned && product * lagSlack < Math.max(early, late);
        return [...(isLoud(state) ? inWhole(results[channel], shifted, demands) : []), ...inParts(state, results[channel], demands)];
      });
      return { results, shortcomings };
    },
  };
}

/** Returns the largest mean square of blocks [from, to) and of the blocks next to them. */
function loudest({ history }: ChannelState, from: number, to: number): number {
  let most = 0;
  for (let index = Math.max(0, from - 1); index <= to; index++) {
    const block = history[index];
    if (block !== undefined) most = Math.max(most, meanSquare(block));
  }
  return most;
}

/** Joins blocks [from, to) into one section. */
function joined(history: readonly Power[], from: number, to: number): Power {
  let [frames, xx, yy, xy] = [0, 0, 0, 0];
  for (let index = from; index < to; index++) {
    const block = history[index] ?? nothing;
    frames += block.frames;
    xx += block.xx;
    yy += block.yy;
    xy += block.xy;
  }
  return { frames, xx, yy, xy };
}

function plus(a: Power, b: Power): Power {
  return { frames: a.frames + b.frames, xx: a.xx + b.xx, yy: a.yy + b.yy, xy: a.xy + b.xy };
}

/** Returns the mean square of the original. */
function meanSquare({ frames, xx }: Power): number {
  return frames === 0 ? 0 : xx / frames;
}

/** Returns the share of the copy that the original explains: the squared correlation, or 0 if that is negative. */
function likeness({ xx, yy, xy }: Power): number {
  return xx <= 0 || yy <= 0 || xy <= 0 ? 0 : Math.min(1, (xy * xy) / (xx * yy));
}

type Result = Comparison['channels'][number];

function resultOf({ total, worstWindow }: ChannelState, isLoud: boolean): Result {
  if (total.xx === 0) return { levelDifferenceDb: null, similarity: null, worstWindow: null };
  // If the copy is shorter than a second, the whole copy is the only window.
  const worst = worstWindow ?? (isLoud ? likeness(total) : null);
  return {
    levelDifferenceDb: total.yy === 0 ? -100 : rounded(10 * Math.log10(total.yy / total.xx), 100),
    similarity: rounded(likeness(total), 10_000),
    worstWindow: worst === null ? null : rounded(worst, 10_000),
  };
}

function inWhole(result: Result | undefined, shifted: boolean, demands: Demands): string[] {
  const level = result?.levelDifferenceDb ?? 0;
  return [
    ...below(result?.similarity ?? null, demands.similarity, 'in whole'),
    ...(level < demands.lowestDb || level > demands.highestDb ? [`level differs by ${level} dB`] : []),
    ...(shifted ? ['more similar when shifted by one sample'] : []),
  ];
}

function inParts(state: ChannelState, result: Result | undefined, demands: Demands): string[] {
  const db = rounded(10 * Math.log10(state.tooLoud / 32_768 ** 2), 10);
  return [
    ...below(result?.worstWindow ?? null, demands.window, 'one second'),
    ...below(state.worstBlock, demands.block, 'a quarter of a second'),
    ...(state.tooLoud > 0 ? [`${db} dBFS where the original is quiet`] : []),
  ];
}

function below(value: number | null, least: number, what: string): string[] {
  return value === null || value >= least ? [] : [`${what} similar by ${rounded(value, 10_000)}, less than ${least}`];
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps || 0;
}
