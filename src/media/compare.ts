import type { Samples } from '../core/format.ts';
import { limits } from '../core/limits.ts';
import type { Comparison } from '../core/measurement.ts';
import { type ComparedCopy, type Demands, demandsOf } from './compare-demands.ts';

/** Holds a copy against the samples it was made from, as both pass. */
export interface Compare {
  /** Samples that went into the encoder; whole frames, interleaved; copied and kept until the copy reaches them. */
  expect(original: Samples): void;
  /** Samples that came out of the copy, in order, on the original's clock; whole frames. */
  found(copy: Samples): void;
  finish(): Comparison;
}

/** A quarter of a second: four make a window, so that one-second windows begin every quarter. */
const blocksPerWindow = 4;
/** What a copy may gain by a shift of one sample: coding noise alone makes 0.2 % of a hum at 20 kbit/s. */
const lagSlack = 1.005;
/** Of libopus, `dc_reject` with 3 Hz (opus_encoder.c): what every copy lacks is taken from the original as well. */
const dcRejectHz = 3;

/** Sums over one stretch of one channel: original x (without its direct current) and copy y, in units of 16-bit samples. */
interface Sums {
  frames: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

interface ChannelState {
  direct: number;
  lastX: number;
  lastY: number;
  /** Products with the copy one sample early and one sample late. */
  early: number;
  late: number;
  /** Raw products over everything, for `early` and `late`. */
  product: number;
  block: Sums;
  readonly recent: Sums[];
  readonly total: Power;
  worstWindow: number | null;
  worstBlock: number | null;
  /** Highest mean square of the copy in a block where the original is quiet. */
  loudestInQuiet: number;
}

/** Powers about the mean, summed over blocks: a slow drift is no likeness. */
interface Power {
  frames: number;
  xx: number;
  yy: number;
  xy: number;
}

/**
 * Compares an Opus copy with its original. A copy passes when it has exactly the samples, when the original explains it well
 * enough at this very alignment, in whole and in every second that is loud enough, when its level is the original's, and when
 * silence stayed silent. How much is enough: `compare-demands.ts`, measured in docs/listening-back.md.
 */
export function createCompare(compared: ComparedCopy): Compare {
  const { sampleRateHz, channels } = compared;
  const demands = demandsOf(compared);
  const blockFrames = Math.max(1, Math.round(sampleRateHz / blocksPerWindow));
  const keep = 1 - (6.3 * dcRejectHz) / sampleRateHz; // 6.3: libopus' 2π
  const states = Array.from({ length: channels }, newState);
  const originals = new Float64Array(blockFrames);
  const copies = new Float64Array(blockFrames);
  const queue: Samples[] = [];
  let queuedBytes = 0;
  let queueFrom = 0;
  let expected = 0;
  let found = 0;
  let overrun = false;

  /** Compares `frames` frames, which lie within one block, of all channels. */
  const addRun = (x: Samples, xFrom: number, y: Samples, yFrom: number, frames: number): void => {
    for (let channel = 0; channel < channels; channel++) {
      const state = states[channel];
      if (state === undefined) continue;
      unweave(x, xFrom + channel, channels, frames, originals);
      unweave(y, yFrom + channel, channels, frames, copies);
      addSums(state, originals, copies, frames, keep);
      if (state.block.frames === blockFrames) endBlock(state, demands, true, false);
    }
  };

  return {
    expect(original) {
      expected += original.length / channels;
      if (overrun || original.length === 0) return;
      queuedBytes += original.byteLength;
      overrun = queuedBytes > limits.compareLagBytes;
      if (overrun) queue.length = 0;
      else queue.push(original.slice());
    },
    found(samples) {
      found += samples.length / channels;
      for (let at = 0; at < samples.length; ) {
        const head = queue[0];
        const open = states[0]?.block.frames;
        if (head === undefined || open === undefined) return;
        const frames = Math.min((samples.length - at) / channels, (head.length - queueFrom) / channels, blockFrames - open);
        addRun(head, queueFrom, samples, at, frames);
        at += frames * channels;
        queueFrom += frames * channels;
        if (queueFrom < head.length) continue;
        queue.shift();
        queuedBytes -= head.byteLength;
        queueFrom = 0;
      }
    },
    finish() {
      for (const state of states) endBlock(state, demands, state.block.frames * 2 >= blockFrames, true);
      const reasons: string[] = [];
      if (overrun) reasons.push(`the copy lagged more than ${limits.compareLagBytes} bytes of samples behind and was not compared`);
      if (found !== expected) reasons.push(`${found} samples instead of ${expected}`);
      const results = states.map((state, channel) => {
        const name = channels === 1 ? '' : `channel ${channel}: `;
        for (const reason of shortcomings(state, demands)) reasons.push(name + reason);
        return resultOf(state, demands);
      });
      return { samplesExpected: expected, samplesFound: found, channels: results, passed: reasons.length === 0, reasons };
    },
  };
}

function newState(): ChannelState {
  return {
    direct: 0,
    lastX: 0,
    lastY: 0,
    early: 0,
    late: 0,
    product: 0,
    block: newSums(),
    recent: [],
    total: { frames: 0, xx: 0, yy: 0, xy: 0 },
    worstWindow: null,
    worstBlock: null,
    loudestInQuiet: 0,
  };
}

function newSums(): Sums {
  return { frames: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
}

/** One channel of interleaved samples in units of 16-bit samples; what is beyond full scale was cut by every encoder. */
function unweave(samples: Samples, from: number, stride: number, frames: number, out: Float64Array): void {
  if (samples instanceof Int16Array) {
    for (let index = 0, at = from; index < frames; index++, at += stride) out[index] = samples[at] ?? 0;
  } else {
    for (let index = 0, at = from; index < frames; index++, at += stride) {
      out[index] = Math.max(-32_768, Math.min(32_767, (samples[at] ?? 0) * 32_768));
    }
  }
}

function addSums(state: ChannelState, originals: Float64Array, copies: Float64Array, frames: number, keep: number): void {
  const { block } = state;
  let { direct, lastX, lastY, early, late, product } = state;
  let { x: sumX, y: sumY, xx, yy, xy } = block;
  for (let index = 0; index < frames; index++) {
    const original = originals[index] ?? 0;
    const y = copies[index] ?? 0;
    const x = original - direct;
    direct = original - keep * x;
    sumX += x;
    sumY += y;
    xx += x * x;
    yy += y * y;
    xy += x * y;
    product += x * y;
    early += lastX * y;
    late += x * lastY;
    lastX = x;
    lastY = y;
  }
  Object.assign(state, { direct, lastX, lastY, early, late, product });
  Object.assign(block, { frames: block.frames + frames, x: sumX, y: sumY, xx, yy, xy });
}

/** `whole`: long enough to be judged by itself. `last`: no block follows. */
function endBlock(state: ChannelState, demands: Demands, whole: boolean, last: boolean): void {
  const { block, recent, total } = state;
  if (block.frames > 0) {
    recent.push(block);
    if (recent.length > blocksPerWindow) recent.shift();
    state.block = newSums();
    const own = powerOf([block]);
    total.frames += own.frames;
    total.xx += own.xx;
    total.yy += own.yy;
    total.xy += own.xy;
    if (!isLoud(own, demands)) state.loudestInQuiet = Math.max(state.loudestInQuiet, own.yy / own.frames);
  }
  const window = powerOf(recent);
  if (!isLoud(window, demands)) return;
  if (recent.length === blocksPerWindow) state.worstWindow = Math.min(state.worstWindow ?? 1, likeness(window));
  judgeBlock(state, recent.at(-2), window, demands);
  if (last && whole) judgeBlock(state, recent.at(-1), window, demands);
}

/** A block is judged when the next is known: beside a much louder one it holds what the coder spreads from there. */
function judgeBlock(state: ChannelState, block: Sums | undefined, window: Power, demands: Demands): void {
  if (block === undefined) return;
  const own = powerOf([block]);
  const heard = own.xx * window.frames * 10 >= window.xx * own.frames;
  if (heard && isLoud(own, demands)) state.worstBlock = Math.min(state.worstBlock ?? 1, likeness(own));
}

function isLoud(power: Power, demands: Demands): boolean {
  return power.xx >= demands.loudPower * power.frames;
}

function powerOf(blocks: readonly Sums[]): Power {
  const power = { frames: 0, xx: 0, yy: 0, xy: 0 };
  for (const { frames, x, y, xx, yy, xy } of blocks) {
    power.frames += frames;
    power.xx += Math.max(0, xx - (x * x) / frames);
    power.yy += Math.max(0, yy - (y * y) / frames);
    power.xy += xy - (x * y) / frames;
  }
  return power;
}

/** Share of the copy that the original explains: squared correlation, 0 where they run against each other. */
function likeness({ xx, yy, xy }: Power): number {
  return xx <= 0 || yy <= 0 || xy <= 0 ? 0 : Math.min(1, (xy * xy) / (xx * yy));
}

function resultOf(state: ChannelState, demands: Demands): Comparison['channels'][number] {
  const { total } = state;
  if (total.xx === 0) return { levelDifferenceDb: null, similarity: null, worstWindow: null };
  // Shorter than a second: the whole is the only window.
  const worst = state.worstWindow ?? (isLoud(total, demands) ? likeness(total) : null);
  return {
    levelDifferenceDb: total.yy === 0 ? -100 : rounded(10 * Math.log10(total.yy / total.xx), 100),
    similarity: rounded(likeness(total), 10_000),
    worstWindow: worst === null ? null : rounded(worst, 10_000),
  };
}

/** What keeps a channel from passing, in words with numbers. */
function shortcomings(state: ChannelState, demands: Demands): string[] {
  const result = resultOf(state, demands);
  const reasons: string[] = [];
  const below = (value: number | null, least: number, what: string): void => {
    if (value !== null && value < least) reasons.push(`${what} similar by ${rounded(value, 10_000)}, less than ${least}`);
  };
  if (isLoud(state.total, demands)) {
    below(result.similarity, demands.similarity, 'in whole');
    const { levelDifferenceDb: level } = result;
    if (level !== null && (level < demands.lowestDb || level > demands.highestDb)) reasons.push(`level is ${level} dB off`);
    if (state.product * lagSlack < Math.max(state.early, state.late)) reasons.push('more similar when shifted by one sample');
  }
  below(result.worstWindow, demands.window, 'one second');
  below(state.worstBlock, demands.block, 'a quarter of a second');
  if (state.loudestInQuiet > demands.quietPower) reasons.push(`${dbfs(state.loudestInQuiet)} dBFS where the original is quiet`);
  return reasons;
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps || 0;
}

function dbfs(power: number): number {
  return rounded(10 * Math.log10(power / 32_768 ** 2), 10);
}
