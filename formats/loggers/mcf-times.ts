import type { TypedStream } from '../capture/rtp-types.ts';

/** Steps of the timestamps of more seconds are believed only where as much time passed (Oreka's threshold: 160,000 ticks). */
const farSeconds = 20;
/** Packets of one sender are not this much out of order. */
const backSeconds = 1;
/** Timestamps and arrival may differ by this much from packet to packet; arrival is known in whole seconds, and networks stand still. */
const apartSeconds = 5;

/**
 * Puts the streams of a file on one clock: `times` of each, which are whole Unix seconds, become seconds from its first chunk.
 *
 * A sender's timestamps tell when its packets were made, to an unknown constant; the order of the chunks in the file tells how
 * senders stand to each other, as Oreka itself lines them up. So a stream begins, and after a jump begins anew, at the moment of the latest
 * packet of any stream before. Whole seconds of arrival tell of pauses that no timestamp counts.
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
    // Less than this many seconds cannot have passed since the chunk before.
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

/** The stream whose next chunk comes first in the file; -1 at the end. */
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

/** Whether seconds of arrival mean something: they never go back, and as many pass as there is sound. */
function arrivalsCount(streams: readonly TypedStream[]): boolean {
  for (const { stream, seconds } of streams) {
    for (let index = 1; index < stream.count; index++) if ((stream.times[index] ?? 0) < (stream.times[index - 1] ?? 0)) return false;
    if ((stream.times[stream.count - 1] ?? 0) - (stream.times[0] ?? 0) < seconds / 2 - 1) return false;
  }
  return true;
}
