import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Grade } from '../../core/model/grade.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Verdict } from '../../core/model/verdict.ts';

/** Progress of a long task. Totals are null while unknown. */
export interface Progress {
  readonly type: 'progress';
  readonly phase:
    | 'listing'
    | 'reading'
    | 'planning'
    | 'importing'
    | 'converting'
    | 'identifying'
    | 'trying'
    | 'verifying'
    | 'exporting'
    | 'rebuilding'
    | 'copying'
    | 'repairing'
    | 'restoring'
    | 'rehashing'
    | 'sealing'
    | 'reporting'
    | 'showing';
  readonly done: number;
  readonly total: number | null;
  /** Unit of the counts: `recordings`, `entries`, `files` … */
  readonly unit: string;
  readonly bytes: number;
  readonly bytesTotal: number | null;
  /** Duration of audio processed so far. */
  readonly audioMs: number;
  /** Basis for estimating the remaining time; absent: unchanged, or the estimate uses items and bytes. */
  readonly work?: Work;
}

/** The importer that is used for the source, with its evidence. */
export interface Recognised {
  readonly type: 'recognised';
  readonly importer: string;
  readonly title: string;
  readonly grade: Grade;
  readonly evidence: string;
}

/** Importers that recognise a source, or one of several named sources, before any of it is read. */
export interface Claims {
  readonly type: 'claims';
  /** Name of the source or part. */
  readonly source: string;
  /** `part`: what would be recognised in one of the named sources alone. */
  readonly of: 'whole' | 'part';
  readonly claims: readonly { readonly importer: string; readonly title: string; readonly grade: Grade; readonly evidence: string }[];
  /** Id of the importer that is used; null if the user must choose, or no importer recognises the source. */
  readonly taken: string | null;
  readonly reason: string;
}

/** Outcome of the rows and files of a source; the sums equal the input. */
export interface Reconciliation extends SourceAccount {
  readonly type: 'reconciliation';
}

/** A bag has landed. */
export interface BagLanded {
  readonly type: 'bag';
  readonly bag: string;
  readonly recordings: number;
  /** Number of the recorder's tables; absent: a bag of recordings. */
  readonly tables?: number;
  readonly bytes: number;
}

/** A message that a person should read, e.g. that a run is resumed, is waiting or has nothing to do. */
export interface Notice {
  readonly type: 'notice';
  readonly message: string;
}

/** One line of a result, as a command prints it. */
export interface ResultLine {
  readonly type: 'result';
  /** Kind of the line: `identified`, `converted`, `exported`, `recording` … */
  readonly of: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The end of a command; always last, also after a failure. */
export interface Summary {
  readonly type: 'summary';
  readonly command: string;
  readonly exitCode: number;
  readonly [fact: string]: unknown;
}

export type FindingEvent = { readonly type: 'finding' } & Omit<Finding, 'kind' | 'lost'>;
export type VerdictEvent = { readonly type: 'verdict' } & Omit<Verdict, 'kind'>;

/** Events that pipelines yield and reporters print. */
export type PipelineEvent = Progress | Recognised | Claims | Reconciliation | BagLanded | Notice | ResultLine | Summary | FindingEvent | VerdictEvent;

/** Converts a finding to an event. */
export function findingEvent({ kind: _kind, lost: _lost, ...found }: Finding): FindingEvent {
  return { type: 'finding', ...found };
}

/** Converts a verdict to an event. */
export function verdictEvent({ kind: _kind, ...verdict }: Verdict): VerdictEvent {
  return { type: 'verdict', ...verdict };
}
