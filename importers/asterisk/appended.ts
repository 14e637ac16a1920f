import type { CallEvent, TimeValue } from '../../src/core/model/recording.ts';
import { plannedByCel, recordingOptions } from './cel.ts';

type Fields = ReadonlyMap<string, string>;

/** A file that a channel's MixMonitor writes, while a call's events are processed. */
interface Take {
  readonly name: string;
  /** Time of the file's first sample, epoch ms; null if MixMonitor waited for a bridge, or no time is known. */
  readonly beganMs: number | null;
  /** Duration missing from the file so far, ms; null if unknown. */
  cutMs: number | null;
  /** Indexes of the events that stopped the writing; empty while the file is being written. */
  stopped: number[];
}

/**
 * Returns the events with their effect on the audio. MixMonitor with option `a` continues the file that it stopped: the file lacks what was said in between,
 * and everything after it lies earlier in the audio than in the call. Without the option it starts the file again.
 * @param rows the CEL rows of `events`, in chronological order
 */
export function withCuts(events: readonly CallEvent[], rows: readonly Fields[], callStart: TimeValue | null): CallEvent[] {
  const changed = [...events];
  const startMs = msOf(callStart);
  const takes = new Map<string, Take>();
  const change = (index: number, more: Partial<CallEvent>): void => {
    const event = changed[index];
    if (event !== undefined) changed[index] = { ...event, ...more };
  };
  for (const [index, row] of rows.entries()) {
    const event = events[index];
    const channel = row.get('channame') || row.get('uniqueid') || '';
    if (event === undefined) continue;
    const atMs = msOf(event.at);
    const open = takes.get(channel);
    const [planned] = plannedByCel(row);
    if (planned === undefined || row.get('appname')?.toLowerCase() !== 'mixmonitor') {
      // The operator's own event comes before or after the event of the application.
      if (open !== undefined && (event.type === 'record-stop' || event.type === 'pause')) open.stopped.push(index);
      continue;
    }
    const options = recordingOptions(row);
    if (open === undefined || open.name !== planned.name) {
      takes.set(channel, { name: planned.name, beganMs: options.has('b') ? null : atMs, cutMs: 0, stopped: [] });
      continue;
    }
    const stoppedAt = open.stopped.map((each) => msOf(events[each]?.at ?? null));
    const stopMs = stoppedAt.at(-1) ?? null;
    const lengthMs = stopMs === null || atMs === null ? null : Math.max(0, atMs - stopMs);
    if (!options.has('a')) {
      for (const each of [...open.stopped, index]) change(each, { mediaEffect: 'unknown' });
      takes.set(channel, { name: planned.name, beganMs: options.has('b') ? null : atMs, cutMs: 0, stopped: [] });
      continue;
    }
    const mediaOffsetMs = stopMs === null || open.beganMs === null || open.cutMs === null ? null : stopMs - open.beganMs - open.cutMs;
    const offsets = (ms: number | null): Partial<CallEvent> => ({
      mediaEffect: 'cut',
      ...(ms === null || startMs === null ? {} : { callOffsetMs: ms - startMs }),
      ...(mediaOffsetMs === null || mediaOffsetMs < 0 ? {} : { mediaOffsetMs }),
    });
    for (const [at, each] of open.stopped.entries())
      change(each, { ...offsets(stoppedAt[at] ?? null), ...(each === open.stopped.at(-1) ? { lengthMs } : {}) });
    change(index, offsets(atMs));
    open.cutMs = open.cutMs === null || lengthMs === null ? null : open.cutMs + lengthMs;
    open.stopped = [];
  }
  return changed;
}

function msOf(time: TimeValue | null): number | null {
  return time?.utc == null ? null : Date.parse(time.utc);
}
