import { errorText, firstError, isTrouble } from '../core/base/error.ts';
import { createEventChannel, type EventChannel } from '../pipeline/events/event-channel.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import type { ServedRequest } from './http/listen.ts';
import { createServeCounts, type ServeCounts } from './metrics/serve-counts.ts';

/** Counts what a running server does, and reports it as events. */
export interface RunMonitor {
  readonly channel: EventChannel<PipelineEvent>;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
  /** Shows a message to the operator. */
  readonly notice: (message: string) => void;
  /** Does the same, but with equal messages at most once per minute. */
  readonly warn: (message: string) => void;
  /** Reports an answer. */
  readonly report: (served: ServedRequest) => void;
  /** Reports an answer that failed. One failed request must not stop the server: a bug is reported at once, and counted for the summary. */
  readonly failed: (thrown: unknown) => void;
  /** Counters for metrics. */
  readonly counted: ServeCounts;
  /** Number of answers and bytes so far. */
  readonly counts: Readonly<Record<'requests' | 'bytes', number>>;
  /** Number of answers by the first digit of their status. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Returns the number of answers that failed because of a bug. */
  readonly bugs: () => number;
}

/** Creates a monitor before the server starts. */
export function createRunMonitor(): RunMonitor {
  const channel = createEventChannel<PipelineEvent>();
  const now = (): number => performance.now();
  const counted = createServeCounts();
  const counts = { requests: 0, bytes: 0 };
  const byStatus: Record<string, number> = {};
  const notice = (message: string): void => channel.push({ type: 'notice', message });
  const warn = quietly(notice, now);
  let bugs = 0;
  return {
    channel,
    now,
    notice,
    warn,
    report: (served) => {
      counts.requests++;
      counts.bytes += served.bytes;
      counted.served(served);
      const kind = `${Math.floor(served.status / 100)}xx`;
      byStatus[kind] = (byStatus[kind] ?? 0) + 1;
      channel.push({ type: 'result', of: 'request', value: { ...served } });
    },
    failed: (thrown) => {
      const error = firstError(thrown);
      counted.failed(error);
      if (isTrouble(error)) {
        warn(errorText(error));
        return;
      }
      bugs++;
      warn(`an answer failed, this is a bug; please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    },
    counted,
    counts,
    byStatus,
    bugs: () => bugs,
  };
}

/** Limits equal messages to one per minute: a flood of requests must not become a flood of lines. */
function quietly(warn: (message: string) => void, now: () => number): (message: string) => void {
  const told = new Map<string, number>();
  return (message) => {
    const before = told.get(message);
    if (before !== undefined && now() - before < 60_000) return;
    if (told.size > 500) told.clear();
    told.set(message, now());
    warn(message);
  };
}
