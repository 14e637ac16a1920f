import type { TypedStream } from '../capture/rtp-types.ts';

/** Step of the timestamps, in seconds, from which a step is accepted only if as much time passed (Oreka's threshold: 160,000 ticks). */
const farSeconds = 20;
/** Smallest step back, in seconds, that cannot be a reordering of one sender's packets. */
const backSeconds = 1;
/** Seconds by which timestamps and arrival may differ from packet to packet: arrival is known in whole seconds, and networks stall. */
const apartSeconds = 5;

/**
 * Puts the streams of a file on one clock: the `times` of each, which are whole Unix seconds, become seconds since the first chunk of the file.
 *
 * A sender's timestamps state when its packets were made, except for an unknown constant. The order of the chunks in the file relates the senders to each
 * other; Oreka itself aligns them in this way. Therefore a stream begins, and restarts after a jump, at the moment of the latest previous packet of any stream.
 * Whole seconds of arrival show pauses that no timestamp counts.
 */
export function lineUp(streams: readonly TypedStream[]): void {
  const isTimed = arrivalsCount(streams);
  const ends = streams.map(() => 0);
  const states = streams.map(() => ({ seconds: 0, timestamp: 0, clockHz: 0, arrival: 0 }));
  let now = 0;
  let arrived = Number.NaN;
  for (;;) {
    const at = nextOf(streams, ends);
    const typed = streams[at];
    const state = states[at];
    if (typed === undefined || state === undefined) return;
    const { stream, codings, main } = typed;
    const index = ends[at] ?? 0;
    ends[at] = index + 1;
    const arrival = stream.times[index] ?? 0;
    // At least this many seconds must have passed since the previous chunk.
    if (isTimed && arrival - arrived > 1) now += arrival - arrived - 1;
    arrived = arrival;
    const timestamp = stream.timestamps[index] ?? 0;
    const clockHz = codings.get(stream.types[index] ?? 0)?.clockHz ?? main?.clockHz ?? 8_000;
    const step = ((timestamp - state.timestamp) | 0) / clockHz;
    const passed = arrival - state.arrival;
    const isStep = isTimed ? Math.abs(passed - step) <= apartSeconds : step <= farSeconds;
    const goesOn = index > 0 && clockHz === state.clockHz && step >= -backSeconds && isStep;
    const seconds = goesOn ? state.seconds + step : now;
    stream.times[index] = seconds;
    now = Math.max(now, seconds);
    Object.assign(state, { seconds, timestamp, clockHz, arrival });
  }
}

/** Returns the stream whose next chunk comes first in the file; -1 at the end. */
function nextOf(streams: readonly TypedStream[], ends: readonly number[]): number {
  let next = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [at, { stream }] of streams.entries()) {
    const index = ends[at] ?? 0;
    const offset = stream.offsets[index] ?? 0;
    if (index >= stream.count || offset >= least) continue;
    least = offset;
    next = at;
  }
  return next;
}

/** Returns true if the seconds of arrival are meaningful: they never decrease, and they span the playing time. */
function arrivalsCount(streams: readonly TypedStream[]): boolean {
  for (const { stream, seconds } of streams) {
    for (let index = 1; index < stream.count; index++) if ((stream.times[index] ?? 0) < (stream.times[index - 1] ?? 0)) return false;
    if ((stream.times[stream.count - 1] ?? 0) - (stream.times[0] ?? 0) < seconds / 2 - 1) return false;
  }
  return true;
}
