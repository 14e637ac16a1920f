import type { LogClock, Moment } from './log-clock.ts';

/** One verification of an archive or a replica, as the log tells it. */
export interface VerificationRun {
  readonly run: string;
  /** Null: the primary. */
  readonly replica: string | null;
  /** `due`: by the schedule; `all`: everything. */
  readonly scope: 'due' | 'all';
  readonly startedMs: number | null;
  /** Null: it has not come to its end, or not in a time that is believed. */
  readonly finishedMs: number | null;
  /** It did all that it set out to do. */
  readonly complete: boolean;
  readonly bytes: number;
  /** Not more than this has passed since it ended; null: it has not. */
  readonly finishedAgeMs: number | null;
}

/** The runs of a log: the last of each replica, and what can be measured from the recent ones. */
export interface RunRegister {
  /** Enters a step where it is one of a run. */
  take(step: { readonly type: string; readonly detail: Readonly<Record<string, string | number | boolean | null>> }, moment: Moment): void;
  /** Runs that were started, and of those that ended, on all replicas. */
  counts(): { readonly started: number; readonly finished: number; readonly complete: number };
  /** The last that was started, the last that ended, the last that ended complete. */
  last(replica: string | null): {
    readonly started: VerificationRun | null;
    readonly finished: VerificationRun | null;
    readonly complete: VerificationRun | null;
  };
  /** From the start of a scheduled run to the start of the next, the middle of the recent ones; null where there were fewer than three. */
  usualPauseMs(replica: string | null): number | null;
  /** The longest of those pauses and of the time since the last start; 0 where none was started. */
  longestPauseMs(replica: string | null): number;
  /** Bytes in a millisecond, the middle of the recent runs that took a second or more; what was decoded took its part of the time. */
  bytesPerMs(replica: string | null): number | null;
  /** All moments that may be asked for later. */
  moments(): Moment[];
}

/** Runs of one replica from which pause and rate are measured. */
const recentRuns = 16;
/** A shorter run measures the start of the program. */
const measurableMs = 1_000;

interface Run {
  readonly run: string;
  readonly replica: string | null;
  readonly scope: 'due' | 'all';
  readonly started: Moment;
  finished: Moment | null;
  complete: boolean;
  bytes: number;
}

interface Place {
  recent: Run[];
  finished: Run | null;
  complete: Run | null;
}

/** A register before the first run. */
export function createRunRegister(clock: LogClock): RunRegister {
  const places = new Map<string | null, Place>();
  let started = 0;
  let finished = 0;
  let complete = 0;
  const placeOf = (replica: string | null): Place => {
    const place = places.get(replica) ?? { recent: [], finished: null, complete: null };
    places.set(replica, place);
    return place;
  };
  const startsOf = (replica: string | null): Moment[] =>
    (places.get(replica)?.recent ?? []).flatMap(({ scope, started: start }) => (scope === 'due' ? [start] : []));
  const view = (run: Run | null | undefined): VerificationRun | null =>
    run == null
      ? null
      : {
          run: run.run,
          replica: run.replica,
          scope: run.scope,
          startedMs: clock.timeOf(run.started),
          finishedMs: run.finished === null ? null : clock.timeOf(run.finished),
          complete: run.complete,
          bytes: run.bytes,
          finishedAgeMs: run.finished === null ? null : clock.ageOf(run.finished),
        };
  return {
    take: ({ type, detail }, moment) => {
      const { run, replica, scope, bytes } = detail;
      if (typeof run !== 'string' || (typeof replica !== 'string' && replica !== null)) return;
      const place = placeOf(replica);
      if (type === 'verification-started') {
        started++;
        place.recent.push({ run, replica, scope: scope === 'due' ? 'due' : 'all', started: moment, finished: null, complete: false, bytes: 0 });
        if (place.recent.length > recentRuns) place.recent.shift();
      } else if (type === 'verification-finished') {
        finished++;
        const known = place.recent.find((each) => each.run === run);
        if (detail.complete === true) complete++;
        if (known === undefined) return;
        known.finished = moment;
        known.complete = detail.complete === true;
        known.bytes = typeof bytes === 'number' && bytes > 0 ? bytes : 0;
        place.finished = known;
        if (known.complete) place.complete = known;
      }
    },
    counts: () => ({ started, finished, complete }),
    last: (replica) => {
      const place = places.get(replica);
      return { started: view(place?.recent.at(-1)), finished: view(place?.finished), complete: view(place?.complete) };
    },
    usualPauseMs: (replica) => {
      const starts = startsOf(replica);
      return starts.length < 3 ? null : middle(pausesOf(starts));
    },
    longestPauseMs: (replica) => {
      const starts = startsOf(replica);
      const last = starts.at(-1);
      return last === undefined ? 0 : Math.max(clock.ageOf(last), ...pausesOf(starts));
    },
    bytesPerMs: (replica) => {
      const rates = (places.get(replica)?.recent ?? []).flatMap((run) => {
        // By what the clock said: where it was set back in between, the run measures nothing.
        const tookMs = run.finished === null ? 0 : run.finished.statedMs - run.started.statedMs;
        return tookMs >= measurableMs && Number.isFinite(tookMs) && run.bytes > 0 ? [run.bytes / tookMs] : [];
      });
      return middle(rates);
    },
    moments: () =>
      [...places.values()].flatMap((place) =>
        [...place.recent, place.finished, place.complete].flatMap((run) =>
          run === null ? [] : [run.started, ...(run.finished === null ? [] : [run.finished])],
        ),
      ),
  };
}

/** From each to the next. */
function pausesOf(starts: readonly Moment[]): number[] {
  return starts.slice(1).map(({ elapsedMs }, at) => elapsedMs - (starts[at]?.elapsedMs ?? elapsedMs));
}

function middle(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
