import { kindsOf } from './faults.ts';
import { createLatest, type Latest } from './latest.ts';
import type { LogClock, Moment } from './log-clock.ts';
import { type LoggedStep, numberOf, replicaOf, textOf } from './logged-step.ts';

/** A verification that came to its end, as the log has it. */
export interface EndedRun {
  readonly run: string;
  /** `due`: by the schedule; `all`: everything. */
  readonly scope: 'due' | 'all';
  readonly played: string;
  /** It did all that it set out to do. */
  readonly complete: boolean;
  readonly bags: number;
  readonly recordings: number;
  readonly errors: number;
  /** Of the errors: files that the system would not give. */
  readonly unreachable: number;
  /** Errors that stand in no bag's entry, without those that are unreachable. */
  readonly elsewhere: number;
  /** What sound it decoded; null: it decoded nothing, or the log does not tell. */
  readonly sound: PlayedSound | null;
  /** When it ended, milliseconds since 1970, as the clock rule has it; null: not in a time that is believed. */
  readonly timeMs: number | null;
  /** Not more than this has passed since. */
  readonly ageMs: number;
}

/** What a verification decoded. */
export interface PlayedSound {
  /** Audio files of the recordings that it read. */
  readonly media: number;
  /** Length of what it decoded of recordings with sound. */
  readonly soundMs: number;
}

/** True of a verification of everything that was to play, found audio files, and heard nothing. */
export function isMuteRun({ scope, sound, errors }: Pick<EndedRun, 'scope' | 'sound' | 'errors'>): boolean {
  return scope === 'all' && sound !== null && sound.media > 0 && sound.soundMs === 0 && errors === 0;
}

/** Verifications of one place: what the last of them did, and whether they end. */
export interface PlaceRuns {
  /** Came to its end, complete or not. */
  readonly ended: EndedRun | null;
  /** Complete, without errors, it looked at something, and where all was to be played it heard something if there are audio files. */
  readonly succeeded: EndedRun | null;
  /** Complete and without errors, also where the schedule had nothing for it to do. */
  readonly kept: EndedRun | null;
  /** Period that the last run that had one was to keep; null: none had. */
  readonly everyMs: number | null;
  /** Period of decoding of the last scheduled run; null: it had none, or there was none. */
  readonly playEveryMs: number | null;
  /** Started since one was started that ended, and not ended. */
  readonly unfinished: number;
}

/** The runs of a log: what became of them by place, and what can be measured from the recent ones. */
export interface RunRegister {
  /** Enters a step where it is one of a run. */
  take(step: Pick<LoggedStep, 'type' | 'detail'>, moment: Moment): void;
  /** Null: the primary. */
  of(replica: string | null): PlaceRuns;
  /** A replica is gone: another one of its name begins anew. */
  forget(replica: string): void;
  /** What decodes in a run; empty where the log does not tell. */
  decodersOf(run: string): string;
  /** From the start of a scheduled run to the start of the next, the middle of the recent ones; null where there were fewer than three. */
  usualPauseMs(replica: string | null): number | null;
  /** The longest of those pauses and of the time since the last start; 0 where none was started. */
  longestPauseMs(replica: string | null): number;
  /** Bytes in a millisecond, the middle of the recent runs that took a second or more; what was decoded took its part of the time. */
  bytesPerMs(replica: string | null): number | null;
  /** All moments that may be asked for later. */
  moments(): Moment[];
}

/** Runs of one place that are remembered: as many may overlap, or be killed, before what the first of them finds is not told apart. */
const runsHeld = 64;
/** Runs of one place from which pause and rate are measured. */
const recentRuns = 16;
/** A shorter run measures the start of the program. */
const measurableMs = 1_000;

interface Run {
  readonly run: string;
  readonly scope: 'due' | 'all';
  readonly played: string;
  readonly decoders: string;
  readonly started: Moment;
  finished: Moment | null;
  bytes: number;
  bagErrors: number;
  bagUnreachable: number;
}

/** A run as its last entry has it. */
type LoggedEnd = Omit<EndedRun, 'timeMs' | 'ageMs'>;

interface Place {
  readonly ended: Latest<LoggedEnd>;
  readonly succeeded: Latest<LoggedEnd>;
  readonly kept: Latest<LoggedEnd>;
  everyMs: number | null;
  playEveryMs: number | null;
  /** In the order of their start. */
  readonly held: Run[];
  /** Entry at which the last of those was started that ended. */
  endedStartSeq: number;
}

/**
 * A register before the first run.
 * One function: all answers follow from one list of runs, which entries change.
 */
export function createRunRegister(clock: Pick<LogClock, 'timeOf' | 'ageOf'>): RunRegister {
  const places = new Map<string | null, Place>();
  const createPlace = (): Place => {
    const latest = (): Latest<LoggedEnd> => createLatest(clock);
    return { ended: latest(), succeeded: latest(), kept: latest(), everyMs: null, playEveryMs: null, held: [], endedStartSeq: 0 };
  };
  const placeOf = (replica: string | null): Place => {
    const known = places.get(replica);
    if (known !== undefined) return known;
    const made = createPlace();
    places.set(replica, made);
    return made;
  };
  const dated = (latest: Latest<LoggedEnd>): EndedRun | null => {
    const found = latest.get();
    return found === null ? null : { ...found.value, timeMs: clock.timeOf(found.moment), ageMs: clock.ageOf(found.moment) };
  };
  const recentOf = (replica: string | null): Run[] => (places.get(replica)?.held ?? []).slice(-recentRuns);
  const startsOf = (replica: string | null): Moment[] => recentOf(replica).flatMap(({ scope, started }) => (scope === 'due' ? [started] : []));
  return {
    take: ({ type, detail }, moment) => {
      const { run } = detail;
      const replica = replicaOf(detail.replica);
      if (typeof run !== 'string' || replica === undefined) return;
      const place = placeOf(replica);
      if (type === 'verification-started') {
        place.held.push(startedRun(run, detail, moment));
        if (place.held.length > runsHeld) place.held.shift();
        const [everyMs, playEveryMs] = [numberOf(detail.everyMs), numberOf(detail.playEveryMs)];
        if (everyMs > 0) {
          place.everyMs = everyMs;
          place.playEveryMs = playEveryMs > 0 ? playEveryMs : null;
        }
        return;
      }
      const known = place.held.findLast((each) => each.run === run);
      if (type === 'bag-verified') {
        if (known === undefined) return;
        const kinds = kindsOf(textOf(detail.faults));
        known.bagErrors += [...kinds.values()].reduce((sum, count) => sum + count, 0);
        known.bagUnreachable += kinds.get('unreachable') ?? 0;
      } else if (type === 'verification-finished') {
        const ended = endedRun(run, known, detail);
        place.ended.take(moment, ended);
        const isWell = ended.complete && ended.errors === 0 && !isMuteRun(ended);
        if (isWell && ended.bags > 0) place.succeeded.take(moment, ended);
        if (isWell && (ended.bags > 0 || ended.scope === 'due')) place.kept.take(moment, ended);
        // Those that were started before it and did not end are of the past: this one did. Those that still run are not forgotten.
        place.endedStartSeq = Math.max(place.endedStartSeq, known?.started.seq ?? moment.seq);
        if (known === undefined) return;
        known.finished = moment;
        known.bytes = numberOf(detail.bytes);
      }
    },
    of: (replica) => {
      const { ended, succeeded, kept, everyMs, playEveryMs, held, endedStartSeq } = places.get(replica) ?? createPlace();
      const unfinished = held.filter(({ finished, started }) => finished === null && started.seq > endedStartSeq).length;
      return { ended: dated(ended), succeeded: dated(succeeded), kept: dated(kept), everyMs, playEveryMs, unfinished };
    },
    forget: (replica) => {
      places.delete(replica);
    },
    decodersOf: (run) => {
      for (const { held } of places.values()) {
        const known = held.findLast((each) => each.run === run);
        if (known !== undefined) return known.decoders;
      }
      return '';
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
      const rates = recentOf(replica).flatMap((run) => {
        // By what the clock said: where it was set back in between, the run measures nothing.
        const tookMs = run.finished === null ? 0 : run.finished.statedMs - run.started.statedMs;
        return tookMs >= measurableMs && Number.isFinite(tookMs) && run.bytes > 0 ? [run.bytes / tookMs] : [];
      });
      return middle(rates);
    },
    moments: () => [...places.values()].flatMap(({ ended, succeeded, kept }) => [ended, succeeded, kept].flatMap((latest) => latest.moments())),
  };
}

/** From each to the next. */
function pausesOf(starts: readonly Moment[]): number[] {
  return starts.slice(1).map(({ elapsedMs }, at) => elapsedMs - (starts[at]?.elapsedMs ?? elapsedMs));
}

function startedRun(run: string, detail: LoggedStep['detail'], started: Moment): Run {
  return {
    run,
    scope: detail.scope === 'due' ? 'due' : 'all',
    played: textOf(detail.play),
    decoders: textOf(detail.decoders),
    started,
    finished: null,
    bytes: 0,
    bagErrors: 0,
    bagUnreachable: 0,
  };
}

function endedRun(run: string, known: Run | undefined, detail: LoggedStep['detail']): LoggedEnd {
  const [errors, unreachable] = [numberOf(detail.errors), numberOf(detail.unreachable)];
  const inBags = (known?.bagErrors ?? 0) - (known?.bagUnreachable ?? 0);
  return {
    run,
    scope: known?.scope ?? 'all',
    played: known?.played ?? '',
    complete: detail.complete === true,
    bags: numberOf(detail.bags),
    recordings: numberOf(detail.recordings),
    errors,
    unreachable,
    sound: detail.media === undefined ? null : { media: numberOf(detail.media), soundMs: numberOf(detail.soundMs) },
    elsewhere: known === undefined ? 0 : Math.max(0, errors - unreachable - inBags),
  };
}

function middle(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
