import { kindsOf } from './faults.ts';
import { createLatest, type Latest } from './latest.ts';
import { createLeftRegister, type LeftByRun, type LeftRegister, type LeftUntried } from './left-untried.ts';
import type { LogClock, Moment } from './log-clock.ts';
import { isSize, type LoggedStep, numberOf, replicaOf, textOf } from './logged-step.ts';

/** A finished verification, according to the log. */
export interface EndedRun {
  readonly run: string;
  /** `due`: by schedule; `all`: everything. */
  readonly scope: 'due' | 'all';
  readonly played: string;
  /** True if the verification completed everything that it was to do. */
  readonly complete: boolean;
  readonly bags: number;
  readonly recordings: number;
  readonly errors: number;
  /** Number of errors that are files which the system refused to read. */
  readonly unreachable: number;
  /** Number of errors outside the entries of bags, not counting unreachable files. */
  readonly elsewhere: number;
  /** Audio that was decoded; null: nothing was decoded, or the log does not say. */
  readonly sound: PlayedSound | null;
  /** Number of recordings that it should have decoded and could not try; 0 if the log does not say. */
  readonly untried: number;
  /** Number of other sealed items of which the keyring had no secrets; 0 if the log does not say `untried`, either. */
  readonly closed: number;
  /** Time of its end, milliseconds since 1970, as `LogClock.timeOf` gives it; null: no trusted time. */
  readonly timeMs: number | null;
  /** Longest possible time since its end, in ms. */
  readonly ageMs: number;
}

/** Audio that a verification decoded. */
export interface PlayedSound {
  /** Number of audio files of the recordings that it read. */
  readonly media: number;
  /** Total length of the decoded audio of recordings with sound, in ms. */
  readonly soundMs: number;
}

/** Returns true for a verification that should have played everything and found audio files, but decoded no sound. */
export function isMuteRun({ scope, sound, errors, untried }: Pick<EndedRun, 'scope' | 'sound' | 'errors' | 'untried'>): boolean {
  return scope === 'all' && sound !== null && sound.media > 0 && sound.soundMs === 0 && errors === 0 && untried === 0;
}

/** Verifications at one place: the results of the last ones, and whether they finish. */
export interface PlaceRuns {
  /** Last finished run, complete or not. */
  readonly ended: EndedRun | null;
  /**
   * Last run that was complete and without errors, left nothing untried, checked at least one bag, and, if it should have played everything and there
   * are audio files, decoded sound.
   */
  readonly succeeded: EndedRun | null;
  /** Last run that was complete and without errors and left nothing untried, even if nothing was due. */
  readonly kept: EndedRun | null;
  readonly left: LeftUntried;
  /** Period of the last run that had one; null: none had. */
  readonly everyMs: number | null;
  /** Decoding period of the last scheduled run; null: it had none, or there was none. */
  readonly playEveryMs: number | null;
  /** Number of unfinished runs started after the last finished one. */
  readonly unfinished: number;
}

/** Runs of a log: their results by place, and measurements from recent ones. */
export interface RunRegister {
  /** Takes a log entry if it belongs to a run. */
  take(step: Pick<LoggedStep, 'type' | 'detail'>, moment: Moment): void;
  /** Returns the runs at a place. @param replica null: the primary */
  of(replica: string | null): PlaceRuns;
  /** Removes a replica. Another replica with the same name starts from nothing. */
  forget(replica: string): void;
  /** Returns the decoders of a run; empty if the log does not say. */
  decodersOf(run: string): string;
  /** Returns the median time between the starts of recent scheduled runs; null if there were fewer than three runs. */
  usualPauseMs(replica: string | null): number | null;
  /** Returns the longest of the times between starts and of the time since the last start; 0 if none was started. */
  longestPauseMs(replica: string | null): number;
  /** Returns the median rate of recent runs of at least a second, in bytes per millisecond; their time includes decoding. */
  bytesPerMs(replica: string | null): number | null;
  /** Returns all moments that may be needed later. */
  moments(): Moment[];
}

/** Number of runs per place that are remembered: so many may overlap, or be killed, before the results of the first can no longer be attributed. */
const runsHeld = 64;
/** Number of runs per place from which pause and rate are measured. */
const recentRuns = 16;
/** Shortest run that is measured: a shorter one measures only the start of the program. */
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
  readonly left: LeftByRun;
}

/** A run according to the entry about its end. */
type LoggedEnd = Omit<EndedRun, 'timeMs' | 'ageMs'>;

interface Place {
  readonly ended: Latest<LoggedEnd>;
  readonly succeeded: Latest<LoggedEnd>;
  readonly kept: Latest<LoggedEnd>;
  readonly left: LeftRegister;
  everyMs: number | null;
  playEveryMs: number | null;
  /** Runs in the order of their start. */
  readonly held: Run[];
  /** Number of the entry about the start of the last finished run. */
  endedStartSeq: number;
}

/**
 * Creates a register before the first run.
 * One function: all answers are derived from one list of runs, which entries change.
 */
export function createRunRegister(clock: Pick<LogClock, 'timeOf' | 'ageOf'>): RunRegister {
  const places = new Map<string | null, Place>();
  const createPlace = (): Place => {
    const latest = (): Latest<LoggedEnd> => createLatest(clock);
    return {
      ended: latest(),
      succeeded: latest(),
      kept: latest(),
      left: createLeftRegister(),
      everyMs: null,
      playEveryMs: null,
      held: [],
      endedStartSeq: 0,
    };
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
        place.left.take(detail, known?.left);
        if (known === undefined) return;
        const kinds = kindsOf(textOf(detail.faults));
        known.bagErrors += [...kinds.values()].reduce((sum, count) => sum + count, 0);
        known.bagUnreachable += kinds.get('unreachable') ?? 0;
      } else if (type === 'verification-finished') {
        const ended = endedRun(run, known, detail);
        place.ended.take(moment, ended);
        const isWell = ended.complete && ended.errors === 0 && ended.untried + ended.closed === 0 && !isMuteRun(ended);
        if (isWell && ended.bags > 0) place.succeeded.take(moment, ended);
        if (isWell && (ended.bags > 0 || ended.scope === 'due')) place.kept.take(moment, ended);
        // Earlier runs that did not finish no longer count, because this one did. Runs that are still active are kept.
        place.endedStartSeq = Math.max(place.endedStartSeq, known?.started.seq ?? moment.seq);
        if (known === undefined) return;
        place.left.end(detail, known, moment);
        known.finished = moment;
        known.bytes = numberOf(detail.bytes);
      }
    },
    of: (replica) => {
      const { ended, succeeded, kept, left, everyMs, playEveryMs, held, endedStartSeq } = places.get(replica) ?? createPlace();
      const { at, ...untried } = left.get();
      const unfinished = held.filter(({ finished, started }) => finished === null && started.seq > endedStartSeq).length;
      return {
        ended: dated(ended),
        succeeded: dated(succeeded),
        kept: dated(kept),
        left: { ...untried, timeMs: at === null ? null : clock.timeOf(at) },
        everyMs,
        playEveryMs,
        unfinished,
      };
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
        // The clock may have been set back during the run, which then gives no measurement.
        const tookMs = run.finished === null ? 0 : run.finished.statedMs - run.started.statedMs;
        return tookMs >= measurableMs && Number.isFinite(tookMs) && run.bytes > 0 ? [run.bytes / tookMs] : [];
      });
      return middle(rates);
    },
    moments: () =>
      [...places.values()].flatMap(({ ended, succeeded, kept, left }) => [
        ...[ended, succeeded, kept].flatMap((latest) => latest.moments()),
        ...[left.get().at].filter((moment) => moment !== null),
      ]),
  };
}

/** Returns the times between consecutive starts. */
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
    left: new Map(),
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
    untried: numberOf(detail.untried),
    closed: isSize(detail.untried) ? numberOf(detail.closed) : 0,
    elsewhere: known === undefined ? 0 : Math.max(0, errors - unreachable - inBags),
  };
}

function middle(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
