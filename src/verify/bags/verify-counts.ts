import { createDamagedCalls, namedIds } from '../../core/model/damaged-calls.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { faultsText } from '../../log/history/faults.ts';
import { createStrataTally, encodeStrata } from '../../log/history/strata.ts';
import type { BagProgress } from './verify-bag.ts';

/** What was looked at. A verification that looked at nothing is never well. */
export interface VerifyOutcome {
  readonly bags: number;
  readonly bagsWell: number;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  /** Of copies; where it was played, of all that was decoded. */
  readonly audioMs: number;
  /** Of all that was decoded. */
  readonly decodedMs: number;
  /** Audio files that came from sources. */
  readonly media: number;
  /** Recordings that had sound when they were imported. */
  readonly sounding: number;
  /** Of all that was decoded as it was recorded, what is of recordings with sound. */
  readonly soundMs: number;
  readonly errors: number;
  /** Of the errors: files that the system would not give; they may be well. */
  readonly unreachable: number;
  /** Of the errors: faults of the catalog, which is derived. */
  readonly derived: number;
  readonly warnings: number;
  /** Recordings with files that are altered or gone. */
  readonly calls: number;
  /** Recordings that should have been played and could not be tried: a program or a password is missing. */
  readonly untried: number;
}

/** An outcome in the making. */
export type Counts = { -readonly [Key in keyof VerifyOutcome]: VerifyOutcome[Key] };

/** Nothing looked at yet. */
export function noCounts(): Counts {
  return {
    bags: 0,
    bagsWell: 0,
    files: 0,
    recordings: 0,
    bytes: 0,
    audioMs: 0,
    decodedMs: 0,
    media: 0,
    sounding: 0,
    soundMs: 0,
    errors: 0,
    unreachable: 0,
    derived: 0,
    warnings: 0,
    calls: 0,
    untried: 0,
  };
}

/** Counts a verdict. */
export function count(counts: Counts, { severity, verdict, code, more: times = 1 }: Verdict): void {
  if (severity === 'warning') counts.warnings += times;
  else counts.errors += times;
  if (severity === 'error' && verdict === 'unreachable') counts.unreachable += times;
  if (code === 'V106') counts.derived += times;
}

/** What the check of one bag found, as the log keeps it. */
export interface BagResult {
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly audioMs: number;
  /** `unreachable`: nothing but files that the system would not give. */
  readonly verdict: 'ok' | 'faults' | 'unreachable';
  /** Kinds of verdicts that are errors, with their number. */
  readonly faults: string;
  /** What was played, by stratum. */
  readonly strata: string;
  /** Recordings that should have been played and could not be tried. */
  readonly untried: number;
  /** Recordings with faults, and ids of the first of them (`namedIds`); absent where there are none. */
  readonly calls?: number;
  readonly damaged?: string;
  readonly lost?: string;
}

/** One bag's verdicts and progress, summed up. Faults of the catalog are not the bag's. */
export function bagResult(events: Iterable<Verdict | BagProgress>): BagResult {
  const kinds = new Map<string, number>();
  const strata = createStrataTally();
  const calls = createDamagedCalls();
  const sum = { files: 0, recordings: 0, bytes: 0, audioMs: 0, untried: 0 };
  for (const event of events) {
    if (event.kind === 'verdict') {
      calls.take(event);
      if (event.severity === 'error' && event.code !== 'V106') kinds.set(event.verdict, (kinds.get(event.verdict) ?? 0) + (event.more ?? 1));
      continue;
    }
    sum.files += event.files;
    sum.recordings += event.recordings;
    sum.bytes += event.bytes;
    sum.audioMs += event.audioMs;
    sum.untried += event.untried;
    for (const stratum of event.strata) strata.add(stratum, stratum);
  }
  const verdict = kinds.size === 0 ? 'ok' : kinds.size === 1 && kinds.has('unreachable') ? 'unreachable' : 'faults';
  const named = calls.size === 0 ? {} : { calls: calls.size, damaged: namedIds(calls.damaged()), lost: namedIds(calls.lost()) };
  return { ...sum, verdict, faults: faultsText(kinds), strata: encodeStrata(strata.list()), ...named };
}

/**
 * True where everything was to be played, there are audio files, and none of them gave any sound, although nothing is wrong with them and all could be tried: they are empty, headers,
 * silent, or were never decodable. A scheduled run plays few bags, and of these nothing follows.
 */
export function isMute({ media, soundMs, errors, untried }: Pick<VerifyOutcome, 'media' | 'soundMs' | 'errors' | 'untried'>): boolean {
  return media > 0 && soundMs === 0 && errors === 0 && untried === 0;
}

/** The verdict over a verification that is mute. It is counted as no fault: nothing is other than it was recorded. @param path what it is of */
export function muteVerdict(path: string, { media, recordings, sounding, decodedMs }: VerifyOutcome): Verdict {
  const had =
    sounding === 0
      ? 'none of the recordings had sound when it was imported'
      : `${sounding} recordings had sound when they were imported, and no copy of it is here to be decoded: add --originals`;
  return errorVerdict(
    'unplayable',
    'V212',
    path,
    `${media} audio files in ${recordings} recordings, and none gave any sound (${Math.round(decodedMs / 100) / 10} s of silence decoded): ${had}`,
  );
}

/** The numbers of an outcome for the log. @param plays files were decoded: what sound came of it is told */
export function outcomeDetail(outcome: VerifyOutcome, plays: boolean): LogDetail {
  const { bags, bagsWell, files, recordings, bytes, errors, unreachable, warnings, media, sounding, soundMs } = outcome;
  return {
    bags,
    bagsWell,
    files,
    recordings,
    bytes,
    errors,
    unreachable,
    warnings,
    ...(plays ? { media, sounding, soundMs: Math.round(soundMs) } : {}),
  };
}
