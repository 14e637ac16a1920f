import { createLatest, type Latest } from './latest.ts';
import type { LogClock, Moment } from './log-clock.ts';
import type { LoggedStep } from './reading-history.ts';

/** A verification that came to its end, as the log has it. */
export interface EndedRun {
  readonly run: string;
  readonly scope: 'all' | 'due';
  readonly played: string;
  readonly complete: boolean;
  readonly bags: number;
  readonly recordings: number;
  readonly errors: number;
  readonly unreachable: number;
  /** Errors that stand in no bag's entry. */
  readonly elsewhere: number;
}

/** Verifications of one place: what the last of them did, and whether they end. */
export interface PlaceRuns {
  /** Came to its end, complete or not. */
  readonly ended: Latest<EndedRun>;
  /** Complete, without errors, and it looked at something. */
  readonly succeeded: Latest<EndedRun>;
  /** Period that the last run that had one was to keep; null: none had. */
  everyMs: number | null;
  /** Started since one ended, and not ended. */
  readonly open: Map<string, OpenRun>;
}

/** A verification that was started. */
export interface OpenRun {
  readonly scope: 'all' | 'due';
  readonly played: string;
  readonly decoders: string;
  bagErrors: number;
}

/** Verifications by place. Runs that never end are forgotten beyond this number; it is only ever said that there are many. */
const openRuns = 64;

/** The account of the verifications of a log. */
export interface RunAccount {
  take(step: LoggedStep, moment: Moment): void;
  /** Null: the primary. */
  of(replica: string | null): PlaceRuns;
  /** What decodes in a run that is open; empty where the log does not tell. */
  decodersOf(run: string): string;
  moments(): Moment[];
}

/** An account before the first run. */
export function createRunAccount(clock: Pick<LogClock, 'timeOf'>): RunAccount {
  const places = new Map<string | null, PlaceRuns>();
  const of = (replica: string | null): PlaceRuns => {
    const known = places.get(replica);
    if (known !== undefined) return known;
    const made: PlaceRuns = { ended: createLatest(clock), succeeded: createLatest(clock), everyMs: null, open: new Map() };
    places.set(replica, made);
    return made;
  };
  return {
    take: ({ type, detail }, moment) => {
      const { run } = detail;
      const replica = replicaOf(detail.replica);
      if (typeof run !== 'string' || replica === undefined) return;
      const place = of(replica);
      if (type === 'verification-started') {
        if (place.open.size >= openRuns) for (const oldest of [...place.open.keys()].slice(0, 1)) place.open.delete(oldest);
        place.open.set(run, { scope: scopeOf(detail.scope), played: textOf(detail.play), decoders: textOf(detail.decoders), bagErrors: 0 });
        const everyMs = numberOf(detail.everyMs);
        if (everyMs > 0) place.everyMs = everyMs;
      } else if (type === 'bag-verified') {
        const open = place.open.get(run);
        if (open !== undefined) open.bagErrors += countFaults(textOf(detail.faults));
      } else if (type === 'verification-finished') {
        const open = place.open.get(run);
        const errors = numberOf(detail.errors);
        const ended: EndedRun = {
          run,
          scope: open?.scope ?? 'all',
          played: open?.played ?? '',
          complete: detail.complete === true,
          bags: numberOf(detail.bags),
          recordings: numberOf(detail.recordings),
          errors,
          unreachable: numberOf(detail.unreachable),
          elsewhere: open === undefined ? 0 : Math.max(0, errors - open.bagErrors),
        };
        place.ended.take(moment, ended);
        if (ended.complete && ended.errors === 0 && ended.bags > 0) place.succeeded.take(moment, ended);
        // Those before it that did not end are of the past: this one did.
        place.open.clear();
      }
    },
    of,
    decodersOf: (run) => [...places.values()].map(({ open }) => open.get(run)?.decoders ?? '').find((text) => text !== '') ?? '',
    moments: () => [...places.values()].flatMap(({ ended, succeeded }) => [...ended.moments(), ...succeeded.moments()]),
  };
}

/** Faults that a text such as `corrupt=1 missing=2` counts. */
export function countFaults(text: string): number {
  return [...text.matchAll(/=(\d{1,12})(?= |$)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Null is the primary, in its detail or by the name that commands give it; undefined: the entry does not say. */
export function replicaOf(value: LoggedStep['detail'][string] | undefined): string | null | undefined {
  if (value === null || value === 'primary') return null;
  return typeof value === 'string' ? value : undefined;
}

/** A count or size of the log; 0 where it is none. */
export function numberOf(value: LoggedStep['detail'][string] | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** A text of the log; empty where it is none. */
export function textOf(value: LoggedStep['detail'][string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function scopeOf(value: LoggedStep['detail'][string] | undefined): 'all' | 'due' {
  return value === 'due' ? 'due' : 'all';
}
