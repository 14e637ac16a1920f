import type { Grade } from '../../core/model/grade.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Coverage } from '../calls/coverage.ts';
import type { SilentMark } from '../calls/silent-marks.ts';
import type { CallNumbers } from '../calls/tally.ts';

/** A count that must be the same from two sides. */
export interface SumCheck {
  readonly what: string;
  /** What went in. */
  readonly input: number;
  /** What is accounted for. */
  readonly accounted: number;
}

/** How often a finding was told. */
export interface FindingCount {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly count: number;
}

/** Differences that the user reviewed and accepted, so that they do not end the run with 3. */
export interface Accepted {
  readonly code: string;
  /** How many there were. */
  readonly found: number;
  /** How many the user accepted. */
  readonly atMost: number;
  readonly reason: string;
}

/** A file of the report beside its page. */
export interface ReportFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What every report says of itself. */
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

/** What became of one source: `report.json` of a survey, a dry run or an import. */
export interface SourceReport extends ReportHead {
  /** `again`: an import that found all of it in the archive. */
  readonly of: 'survey' | 'dry-run' | 'import' | 'again';
  readonly jobId: string | null;
  /** Id of the archive. */
  readonly archive: string | null;
  /** ISO time at which the source was read. */
  readonly readAt: string;
  /** Base names. */
  readonly sources: readonly string[];
  readonly site: string;
  readonly importers: readonly { readonly id: string; readonly title: string; readonly grade: Grade; readonly evidence: string }[];
  /** What the user said, where it decides anything. */
  readonly options: Readonly<Record<string, string>>;
  readonly account: SourceAccount;
  /** Differences of clocks between joined sources, in words. */
  readonly clocks: readonly string[];
  /** What of the source could not be read. */
  readonly unread: { readonly total: number; readonly shown: readonly { readonly code: string; readonly place: string; readonly message: string }[] };
  /** Absent in reports of the first versions. */
  readonly accepted?: readonly Accepted[];
  /** What the import did; null where nothing was imported. */
  readonly result: Readonly<Record<string, number>> | null;
}

/** What is in an archive: `report.json` of `longplay report`. */
export interface ArchiveReport extends ReportHead {
  readonly of: 'archive';
  readonly archive: string;
  readonly createdAt: string;
  readonly totals: Readonly<Record<'bags' | 'recordings' | 'originals' | 'copies' | 'originalBytes' | 'copyBytes' | 'durationMs', number>>;
  readonly importers: readonly { readonly id: string; readonly title: string; readonly grade: Grade | null; readonly recordings: number }[];
  readonly codecs: readonly { readonly value: string; readonly count: number }[];
  readonly imports: readonly ImportEntry[];
  /** Recordings with a file and without any sound that was decoded. */
  readonly unheard: number;
  /** Recordings whose sound may be noise of a wrong decoding. */
  readonly doubtful: number;
  /** Names of jobs that are unfinished. */
  readonly unfinished: readonly string[];
  /** The newest entry of the log about a verification; null where it has none. */
  readonly verified: {
    readonly time: string;
    readonly type: string;
    readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  } | null;
}

/** An import as the log has it. */
export interface ImportEntry {
  readonly jobId: string;
  readonly importer: string;
  readonly startedAt: string;
  /** Null where the log does not say that it ended. */
  readonly finishedAt: string | null;
  /** Recordings and bags that were planned. */
  readonly planned: number;
  readonly bags: number;
  readonly imported: number;
  readonly notImported: number;
  readonly notPlayable: number;
  readonly doubtful: number;
  /** Folder of its own report, relative to the archive; null where it is not there. */
  readonly report: string | null;
}

/** True where both sides of every sum agree. */
export function sumsAgree({ checks }: Pick<ReportHead, 'checks'>): boolean {
  return checks.every(({ input, accounted }) => input === accounted);
}
