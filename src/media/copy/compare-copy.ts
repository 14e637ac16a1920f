import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { Samples } from '../../core/model/format.ts';
import type { Comparison } from '../../core/model/measurement.ts';
import { type ComparedCopy, demandsOf } from './compare-demands.ts';
import { type Alignment, blocksPerSecond, createJudge, type Power } from './compare-judge.ts';

/** Compares a copy with its source samples while both are produced. */
export interface Compare {
  /** Adds samples that were encoded: whole interleaved frames. They are copied and kept until the decoded copy has reached them. */
  expect(original: Samples): void;
  /** Adds samples that were decoded from the copy, in order, at the rate of the original; whole frames. */
  found(copy: Samples): void;
  finish(): Comparison;
}

/** Cut-off of `dc_reject` in libopus, 3 Hz (opus_encoder.c). Every copy lacks what it removes, so the same is removed from the original. */
const dcRejectHz = 3;

/** One channel of a run in 16-bit units. Used only during a call, so all comparisons share it. */
let originals = new Float64Array(0);
let copies = new Float64Array(0);

/** Sums over one block of one channel: original x (without its DC component) and copy y, in 16-bit units. */
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
  readonly alignment: Alignment;
  block: Sums;
}

/**
 * Creates a comparison of an Opus copy with its original. A copy passes if it has exactly the same number of samples; if the original explains it well enough
 * without any shift, both overall and in every second that is loud enough; if its level is that of the original; and if silence remained silent. Thresholds:
 * `compare-demands.ts`, measured in docs/explanation/listening-back.md.
 */
export function createCompare(compared: ComparedCopy): Compare {
  const { sampleRateHz, channels } = compared;
  const judge = createJudge(demandsOf(compared), channels);
  const blockFrames = Math.max(1, Math.round(sampleRateHz / blocksPerSecond));
  const keep = 1 - (6.3 * dcRejectHz) / sampleRateHz; // 6.3: libopus's 2π
  const states = Array.from({ length: channels }, newState);
  if (originals.length < blockFrames) {
    originals = new Float64Array(blockFrames);
    copies = new Float64Array(blockFrames);
  }
  const queue: Samples[] = [];
  let queuedBytes = 0;
  let queueFrom = 0;
  let expected = 0;
  let found = 0;
  let overrun = false;

  /** Compares `frames` frames of all channels, which must be within one block. */
  const addRun = (x: Samples, xFrom: number, y: Samples, yFrom: number, frames: number): void => {
    for (const [channel, state] of states.entries()) {
      unweave(x, xFrom + channel, channels, frames, originals);
      unweave(y, yFrom + channel, channels, frames, copies);
      addSums(state, frames, keep);
    }
    if (states[0]?.block.frames === blockFrames) endBlock();
  };
  const endBlock = (): void => {
    const blocks = states.map((state) => powerOf(state.block));
    judge.block(blocks);
    for (const state of states) state.block = newSums();
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
      if ((states[0]?.block.frames ?? 0) > 0) endBlock();
      const reasons: string[] = [];
      if (overrun) reasons.push(`the copy was more than ${limits.compareLagBytes} bytes of samples behind and was not compared`);
      if (found !== expected) reasons.push(agree`${found} sample[s] instead of ${expected}`);
      const { results, shortcomings } = judge.finish(states.map((state) => state.alignment));
      for (const [channel, list] of shortcomings.entries()) {
        for (const shortcoming of list) reasons.push(channels === 1 ? shortcoming : `channel ${channel}: ${shortcoming}`);
      }
      return { samplesExpected: expected, samplesFound: found, channels: results, passed: reasons.length === 0, reasons };
    },
  };
}

function newState(): ChannelState {
  return { direct: 0, lastX: 0, lastY: 0, alignment: { product: 0, early: 0, late: 0 }, block: newSums() };
}

function newSums(): Sums {
  return { frames: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
}

/** Extracts one channel of interleaved samples in 16-bit units. Values beyond full scale are cut, as every encoder does. */
function unweave(samples: Samples, from: number, stride: number, frames: number, out: Float64Array): void {
  if (samples instanceof Int16Array && stride === 1) out.set(samples.subarray(from, from + frames));
  else if (samples instanceof Int16Array) {
    for (let index = 0, at = from; index < frames; index++, at += stride) out[index] = samples[at] as number;
  } else {
    for (let index = 0, at = from; index < frames; index++, at += stride) {
      out[index] = Math.max(-32_768, Math.min(32_767, (samples[at] ?? 0) * 32_768));
    }
  }
}

function addSums(state: ChannelState, frames: number, keep: number): void {
  const { block, alignment } = state;
  const [xs, ys] = [originals, copies];
  let { direct, lastX, lastY } = state;
  let [sumX, sumY, xx, yy, xy, early, late] = [0, 0, 0, 0, 0, 0, 0];
  // A weighted sum of old and new gives a shorter chain of dependencies between samples than their difference.
  const take = 1 - keep;
  for (let index = 0; index < frames; index++) {
    // `as number`: both arrays have at least `frames` elements, and checking this would take two thirds of the loop's time.
    const original = xs[index] as number;
    const y = ys[index] as number;
    const x = original - direct;
    direct = keep * direct + take * original;
    sumX += x;
    sumY += y;
    xx += x * x;
    yy += y * y;
    xy += x * y;
    early += lastX * y;
    late += x * lastY;
    lastX = x;
    lastY = y;
  }
  state.direct = direct;
  state.lastX = lastX;
  state.lastY = lastY;
  alignment.product += xy;
  alignment.early += early;
  alignment.late += late;
  block.frames += frames;
  block.x += sumX;
  block.y += sumY;
  block.xx += xx;
  block.yy += yy;
  block.xy += xy;
}

/** Returns powers about the mean, because a slow drift is not similarity. */
function powerOf({ frames, x, y, xx, yy, xy }: Sums): Power {
  return { frames, xx: Math.max(0, xx - (x * x) / frames), yy: Math.max(0, yy - (y * y) / frames), xy: xy - (x * y) / frames };
}
