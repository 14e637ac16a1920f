import type { Work } from '../core/base/work.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Verdict } from '../core/model/verdict.ts';
import type { BagsWork } from './bags/bags-work.ts';
import type { BagProgress } from './bags/verify-bag.ts';
import { type Counts, count, type VerifyOutcome } from './bags/verify-counts.ts';
import type { SampleOutcome } from './draw-sample.ts';
import type { DueState } from './schedule/due-state.ts';

/** Progress or a result of a verification. */
export type VerifyEvent =
  | Verdict
  | Finding
  /** A part other than a bag was checked; its verdicts were yielded before. */
  | { readonly kind: 'looked'; readonly at: 'log' | 'around' | 'catalog' }
  | {
      readonly kind: 'progress';
      /** The bag that was read, as named in the paths of verdicts. */
      readonly bag: string;
      readonly done: number;
      readonly total: number;
      readonly files: number;
      readonly bytes: number;
      /** Duration of decoded audio. */
      readonly decodedMs: number;
    }
  /** Progress of the threads. */
  | {
      readonly kind: 'working';
      readonly done: number;
      readonly total: number;
      readonly bytes: number;
      readonly decodedMs: number;
      readonly work: Work;
    };

/** Result of a verification, with the schedule's state. */
export interface ScheduledOutcome extends VerifyOutcome {
  /** Null: no schedule was requested. */
  readonly due: DueState | null;
  /** Ids of the first recordings with faults. */
  readonly named: readonly string[];
  /** Replicas that have the bags with faults, according to the log. */
  readonly replicas: readonly string[];
  /** Result of a random sample; absent: none was requested or drawn. */
  readonly sample?: SampleOutcome;
  /**
   * How the erasures in the log of a sealed archive were compared with its keyring. `opened`: by the secrets; `listed`: by the lists of its copies, without any
   * root; `unchecked`: the folder of the keyring or the secret of the erasure ledger is missing. Absent: the archive is open.
   */
  readonly erasures?: 'opened' | 'listed' | 'unchecked';
}

/** Counts an event of a bag's check. @returns the event as an event of the verification */
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
  counts.unopened += event.unopened;
  counts.described += event.described;
  counts.erased += event.erased;
  counts.erasedFiles += event.erasedFiles;
  counts.openedTables += event.tables;
  counts.closed += event.itemsClosed;
  counts.secretsLost += event.lost;
  counts.itemsLost += event.itemsLost;
  return progressOf(counts, bag, total);
}

/** Returns the progress of a verification. */
export function progressOf({ bags, files, bytes, decodedMs }: Counts, bag: string, total: number): VerifyEvent {
  return { kind: 'progress', bag, done: bags, total, files, bytes, decodedMs };
}

/** Returns the progress of the threads between two bags. */
export function workingOf({ bags }: Counts, total: number, work: BagsWork): VerifyEvent {
  const { bytes, audioMs } = work.done();
  return { kind: 'working', done: bags, total, bytes, decodedMs: audioMs, work: work.work() };
}
