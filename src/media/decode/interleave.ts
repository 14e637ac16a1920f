import type { Samples } from '../../core/model/format.ts';
import type { SampleSink } from './decode-track.ts';

/** Interleaves mono sides that are decoded simultaneously. */
export interface Interleave {
  /** Returns the sink of side `index`. It waits while this side is far ahead of the others. */
  side(index: number): SampleSink;
  /** Ends a side. Further samples of the others are combined with silence. */
  end(index: number): Promise<void>;
  /** Stops after an error elsewhere. Waiting and later calls of all sides throw that error. */
  fail(error: unknown): void;
  /** Number of samples of each side so far. */
  readonly frames: readonly number[];
}

/** Number of samples by which a side may be ahead before it waits. */
const leadFrames = 64 * 1024;

interface Side {
  queue: Samples[];
  queued: number;
  /** Number of samples of the first chunk that were consumed. */
  from: number;
  total: number;
  ended: boolean;
  wake: (() => void) | null;
}

/**
 * Creates an interleaver of `count` channels, side 0 first. If all sides are 16-bit, so are the frames; otherwise the frames are floats. This is known once
 * each side has delivered its first chunk or has ended. A side that is neither fed nor ended makes the others wait for ever.
 */
export function createInterleave(count: number, sink: SampleSink): Interleave {
  const sides: Side[] = Array.from({ length: count }, () => ({ queue: [], queued: 0, from: 0, total: 0, ended: false, wake: null }));
  let float: boolean | null = null;
  let work: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | null = null;
  const wake = (side: Side): void => {
    side.wake?.();
    side.wake = null;
  };
  const check = (): void => {
    if (failure !== null) throw failure.error;
  };

  /** Returns one block with as many frames as every side can deliver; null if one of them must deliver first. */
  const block = (): Samples | null => {
    const waiting = sides.some((side) => side.queued === 0 && !side.ended);
    const lengths = sides.filter((side) => side.queued > 0).map((side) => (side.queue[0]?.length ?? 0) - side.from);
    if (waiting || lengths.length === 0) return null;
    float ??= sides.some((side) => side.queue[0] instanceof Float32Array);
    const frames = Math.min(...lengths);
    const out = float ? new Float32Array(frames * count) : new Int16Array(frames * count);
    for (const [channel, side] of sides.entries()) takeFrom(side, frames, out, channel, count);
    return out;
  };
  const drain = async (): Promise<void> => {
    for (let out = block(); out !== null; out = block()) await sink(out);
    for (const side of sides) if (side.queued < leadFrames || sides.every((other) => other === side || other.ended)) wake(side);
  };
  /** Passes blocks on one after the other, because two sides may deliver while the sink is still waiting. */
  const next = (): Promise<void> => {
    work = work.then(drain);
    return work;
  };
  const at = (index: number): Side => {
    const side = sides[index];
    if (side === undefined) throw new RangeError(`side ${index} of ${count}`);
    return side;
  };

  return {
    side: (index) => async (samples) => {
      const side = at(index);
      check();
      if (samples.length === 0) return;
      side.queue.push(samples.slice());
      side.queued += samples.length;
      side.total += samples.length;
      await next();
      if (side.queued < leadFrames || sides.every((other) => other === side || other.ended)) return;
      await new Promise<void>((done) => {
        side.wake = done;
      });
      check();
    },
    end: (index) => {
      at(index).ended = true;
      return next();
    },
    fail(error) {
      failure ??= { error };
      for (const side of sides) wake(side);
    },
    get frames() {
      return sides.map((side) => side.total);
    },
  };
}

/** Copies frames of a side into one channel. Nothing is copied from a side that has ended, so its channel stays silent. */
function takeFrom(side: Side, frames: number, out: Samples, channel: number, count: number): void {
  const head = side.queue[0];
  if (head === undefined) return;
  const scale = out instanceof Float32Array && head instanceof Int16Array ? 1 / 32_768 : 1;
  for (let index = 0; index < frames; index++) out[index * count + channel] = (head[side.from + index] ?? 0) * scale;
  side.from += frames;
  side.queued -= frames;
  if (side.from < head.length) return;
  side.queue.shift();
  side.from = 0;
}

/** Runs several mono decodings simultaneously and interleaves them. If one fails, ends the others before throwing. `frames`: number of samples of each. */
export async function sideBySide<Result>(
  decodings: readonly ((side: SampleSink, signal: AbortSignal) => Promise<Result>)[],
  sink: SampleSink,
  signal: AbortSignal,
): Promise<{ frames: readonly number[]; results: Result[] }> {
  const weave = createInterleave(decodings.length, sink);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | null = null;
  const settled = await Promise.all(
    decodings.map(async (decode, index) => {
      try {
        const result = await decode(weave.side(index), either);
        await weave.end(index);
        return [result];
      } catch (error) {
        failure ??= { error };
        weave.fail(error);
        stop.abort(error);
        return [];
      }
    }),
  );
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return { frames: weave.frames, results: settled.flat() };
}
