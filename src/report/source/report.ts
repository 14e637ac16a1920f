import type { Grade } from '../../core/model/grade.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Coverage } from '../calls/coverage.ts';
import type { SilentMark } from '../calls/silent-marks.ts';
import type { CallNumbers } from '../calls/tally.ts';

/** A count that must agree on two sides. */
export interface SumCheck {
  readonly what: string;
  /** Number of items that were read. */
  readonly input: number;
  /** Number of items that are accounted for. */
  readonly accounted: number;
}

/** Number of findings with one code. */
export interface FindingCount {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly count: number;
}

/** Differences that the user reviewed and accepted, so that they do not end the run with exit code 3. */
export interface Accepted {
  readonly code: string;
  /** Number found. */
  readonly found: number;
  /** Number accepted by the user. */
  readonly atMost: number;
  readonly reason: string;
}

/** A file of the report besides its page. */
export interface ReportFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Common data of all reports. */
interface ReportHead {
  readonly format: 'longplay-report';
  readonly version: 1;
  readonly tool: string;
  /** ISO time. */
  readonly writtenAt: string;
  readonly checks: readonly SumCheck[];
  readonly calls: CallNumbers;
  readonly coverage: Coverage;
  /** Devices, agents, queues … that fall silent, start late, or have calls without audio. */
  readonly silent: readonly SilentMark[];
  readonly findings: readonly FindingCount[];
  readonly files: readonly ReportFile[];
}

/** Account of one source: content of `report.json` of a survey, a dry run or an import. */
export interface SourceReport extends ReportHead {
  /** `again`: an import that found everything already in the archive. */
  readonly of: 'survey' | 'dry-run' | 'import' | 'again';
  readonly jobId: string | null;
  /** Id of the archive. */
  readonly archive: string | null;
  /** ISO time at which the source was read. */
  readonly readAt: string;
  /** Base names of the sources. */
  readonly sources: readonly string[];
  readonly site: string;
  readonly importers: readonly { readonly id: string; readonly title: string; readonly grade: Grade; readonly evidence: string }[];
  /** Options of the user that affect the result. */
  readonly options: Readonly<Record<string, string>>;
  readonly account: SourceAccount;
  /** Clock differences between joined sources, in words. */
  readonly clocks: readonly string[];
  /** Parts of the source that could not be read. */
  readonly unread: { readonly total: number; readonly shown: readonly { readonly code: string; readonly place: string; readonly message: string }[] };
  /** Absent in reports of the first versions. */
  readonly accepted?: readonly Accepted[];
  /** Results of the import; null if nothing was imported. */
  readonly result: Readonly<Record<string, number>> | null;
}

/** Contents of an archive: content of `report.json` of `longplay report`. */
export interface ArchiveReport extends ReportHead {
  readonly of: 'archive';
  readonly archive: string;
  readonly createdAt: string;
  readonly totals: Readonly<Record<'bags' | 'recordings' | 'originals' | 'copies' | 'originalBytes' | 'copyBytes' | 'durationMs', number>> & {
    /** Number of originals and copies that were erased alone. Absent in reports of versions that counted them as present. */
    readonly erasedFiles?: number;
  };
  readonly importers: readonly { readonly id: string; readonly title: string; readonly grade: Grade | null; readonly recordings: number }[];
  readonly codecs: readonly { readonly value: string; readonly count: number }[];
  readonly imports: readonly ImportEntry[];
  /** Recordings with an audio file from which no audio was decoded. */
  readonly unheard: number;
  /** Recordings whose audio may be noise because of a wrong codec. */
  readonly doubtful: number;
  /** Names of unfinished jobs. */
  readonly unfinished: readonly string[];
  /** Newest log entry about a verification; null if there is none. */
  readonly verified: {
    readonly time: string;
    readonly type: string;
    readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  } | null;
}

/** An import in the log. */
export interface ImportEntry {
  readonly jobId: string;
  readonly importer: string;
  readonly startedAt: string;
  /** Null if the log does not record its end. */
  readonly finishedAt: string | null;
  /** Number of planned recordings and bags. */
  readonly planned: number;
  readonly bags: number;
  readonly imported: number;
  readonly notImported: number;
  readonly notPlayable: number;
  readonly doubtful: number;
  /** Folder of its report, relative to the archive; null if it does not exist. */
  readonly report: string | null;
}

/** Returns true if both sides of every sum agree. */
export function sumsAgree({ checks }: Pick<ReportHead, 'checks'>): boolean {
  return checks.every(({ input, accounted }) => input === accounted);
}
