import type { Verdict } from '../core/verdict.ts';
import { faultsText } from '../history/faults.ts';
import { createStrataTally, encodeStrata } from '../history/strata.ts';
import type { LogDetail } from '../log/log-entry.ts';
import type { BagProgress } from './verify-bag.ts';

/** What was looked at. A verification that looked at nothing is never well. */
export interface VerifyOutcome {
  readonly bags: number;
  readonly bagsWell: number;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly audioMs: number;
  readonly errors: number;
  /** Of the errors: files that the system would not give; they may be well. */
  readonly unreachable: number;
  /** Of the errors: faults of the catalog, which is derived. */
  readonly derived: number;
  readonly warnings: number;
  /** Recordings that should have been played and could not be tried: a program or a password is missing. */
  readonly untried: number;
}

/** An outcome in the making. */
export type Counts = { -readonly [Key in keyof VerifyOutcome]: VerifyOutcome[Key] };

/** Nothing looked at yet. */
export function noCounts(): Counts {
  return { bags: 0, bagsWell: 0, files: 0, recordings: 0, bytes: 0, audioMs: 0, errors: 0, unreachable: 0, derived: 0, warnings: 0, untried: 0 };
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
}

/** One bag's verdicts and progress, summed up. Faults of the catalog are not the bag's. */
export function bagResult(events: Iterable<Verdict | BagProgress>): BagResult {
  const kinds = new Map<string, number>();
  const strata = createStrataTally();
  const sum = { files: 0, recordings: 0, bytes: 0, audioMs: 0, untried: 0 };
  for (const event of events) {
    if (event.kind === 'verdict') {
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
  return { ...sum, verdict, faults: faultsText(kinds), strata: encodeStrata(strata.list()) };
}

/** The numbers of an outcome for the log. */
export function outcomeDetail({ bags, bagsWell, files, recordings, bytes, errors, unreachable, warnings }: VerifyOutcome): LogDetail {
  return { bags, bagsWell, files, recordings, bytes, errors, unreachable, warnings };
}
