import type { Work } from '../core/base/work.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Verdict } from '../core/model/verdict.ts';
import type { BagsWork } from './bags/bags-work.ts';
import type { BagProgress } from './bags/verify-bag.ts';
import { type Counts, count, type VerifyOutcome } from './bags/verify-counts.ts';
import type { SampleOutcome } from './draw-sample.ts';
import type { DueState } from './schedule/due-state.ts';

/** How far a verification is, or what it found. */
export type VerifyEvent =
  | Verdict
  | Finding
  /** What is no bag was looked at; its verdicts came before. */
  | { readonly kind: 'looked'; readonly at: 'log' | 'around' | 'catalog' }
  | {
      readonly kind: 'progress';
      /** The bag that was read, as paths of verdicts begin. */
      readonly bag: string;
      readonly done: number;
      readonly total: number;
      readonly files: number;
      readonly bytes: number;
      /** Sound that was decoded. */
      readonly decodedMs: number;
    }
  /** How far the threads are meanwhile. */
  | {
      readonly kind: 'working';
      readonly done: number;
      readonly total: number;
      readonly bytes: number;
      readonly decodedMs: number;
      readonly work: Work;
    };

/** How a scheduled verification leaves the archive. */
export interface ScheduledOutcome extends VerifyOutcome {
  /** Null: no schedule was asked for. */
  readonly due: DueState | null;
  /** Ids of the first recordings with faults. */
  readonly named: readonly string[];
  /** Replicas that have the bags with faults, by the log. */
  readonly replicas: readonly string[];
  /** What came of a random sample; absent: none was asked for, or drawn. */
  readonly sample?: SampleOutcome;
}

/** Counts what the check of a bag told. @returns it, as a verification tells it */
export function countEvent(counts: Counts, bag: string, event: Verdict | BagProgress, total: number): VerifyEvent {
  if (event.kind === 'verdict') {
    count(counts, event);
    return event;
  }
  counts.files += event.files;
  counts.recordings += event.recordings;
  counts.bytes += event.bytes;
  counts.audioMs += event.audioMs;
  counts.decodedMs += event.decodedMs;
  counts.media += event.media;
  counts.sounding += event.sounding;
  counts.soundMs += event.soundMs;
  counts.untried += event.untried;
  return progressOf(counts, bag, total);
}

/** How far a verification is. */
export function progressOf({ bags, files, bytes, decodedMs }: Counts, bag: string, total: number): VerifyEvent {
  return { kind: 'progress', bag, done: bags, total, files, bytes, decodedMs };
}

/** How far the threads are between two bags. */
export function workingOf({ bags }: Counts, total: number, work: BagsWork): VerifyEvent {
  const { bytes, audioMs } = work.done();
  return { kind: 'working', done: bags, total, bytes, decodedMs: audioMs, work: work.work() };
}
