import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Grade } from '../../core/model/grade.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Verdict } from '../../core/model/verdict.ts';

/** How far a long piece of work is. Totals are null while they are not known. */
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
    | 'reporting'
    | 'showing';
  readonly done: number;
  readonly total: number | null;
  /** What is counted: `recordings`, `entries`, `files` … */
  readonly unit: string;
  readonly bytes: number;
  readonly bytesTotal: number | null;
  /** Audio worked on so far. */
  readonly audioMs: number;
  /** What the remaining time is estimated from; absent: it has not changed, or items and bytes must do. */
  readonly work?: Work;
}

/** Which importer takes the source, and why. */
export interface Recognised {
  readonly type: 'recognised';
  readonly importer: string;
  readonly title: string;
  readonly grade: Grade;
  readonly evidence: string;
}

/** Every importer that recognises a source, or one of several that were named, before anything of it is read. */
export interface Claims {
  readonly type: 'claims';
  /** Name of the source or part. */
  readonly source: string;
  /** `part`: what one of the named sources would be taken for alone. */
  readonly of: 'whole' | 'part';
  readonly claims: readonly { readonly importer: string; readonly title: string; readonly grade: Grade; readonly evidence: string }[];
  /** Id of the importer that takes it; null where its user must choose, or where nobody recognises it. */
  readonly taken: string | null;
  readonly reason: string;
}

/** Where the rows and files of a source went; the sums equal what went in. */
export interface Reconciliation extends SourceAccount {
  readonly type: 'reconciliation';
}

/** A bag has landed. */
export interface BagLanded {
  readonly type: 'bag';
  readonly bag: string;
  readonly recordings: number;
  readonly bytes: number;
}

/** Something in passing that a person should read: resumed, waiting, nothing to do. */
export interface Notice {
  readonly type: 'notice';
  readonly message: string;
}

/** One line of a result, as a command prints it. */
export interface ResultLine {
  readonly type: 'result';
  /** What it is: `identified`, `converted`, `exported`, `recording` … */
  readonly of: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The end of a command; always the last, also when it failed. */
export interface Summary {
  readonly type: 'summary';
  readonly command: string;
  readonly exitCode: number;
  readonly [fact: string]: unknown;
}

export type FindingEvent = { readonly type: 'finding' } & Omit<Finding, 'kind'>;
export type VerdictEvent = { readonly type: 'verdict' } & Omit<Verdict, 'kind'>;

/** What pipelines yield and reporters print. */
export type PipelineEvent = Progress | Recognised | Claims | Reconciliation | BagLanded | Notice | ResultLine | Summary | FindingEvent | VerdictEvent;

/** A finding on its way to the reporter. */
export function findingEvent({ kind: _kind, ...found }: Finding): FindingEvent {
  return { type: 'finding', ...found };
}
