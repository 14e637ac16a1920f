import { sealedEnding } from '../../core/model/recording-document.ts';
import type { EntryType } from './entry-types.ts';
import type { LogDetail, TimedEntry } from './log-entry.ts';

/** Digest and size of a file when it was logged. */
export interface LoggedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Logged states of files, by path below the archive, newest last: reports of imports, and checkpoints signed by witnesses. */
export type LoggedFiles = ReadonlyMap<string, readonly LoggedFile[]>;

/** Type of the entry written before the report of an import is moved into place. */
export const reportKept: EntryType = 'report-kept';
/** Type of the entry written after a witness has signed a checkpoint. */
export const checkpointWitnessed: EntryType = 'checkpoint-witnessed';

/** Files of a report, and the members of its log entry that have their SHA-256 and size. */
const reportMembers = {
  'report.json': ['sha256', 'bytes'],
  'report.html': ['pageSha256', 'pageBytes'],
  'recordings.csv': ['csvSha256', 'csvBytes'],
  'recordings.jsonl': ['linesSha256', 'linesBytes'],
} as const;

/** Names of the logged files of a report. */
export const reportNames = Object.keys(reportMembers) as readonly (keyof typeof reportMembers)[]; // the keys of the table above

/**
 * Creates the detail of a report's entry.
 * @param job name of the report below reports/
 * @param files the files as they are stored
 * @param page page of the keyring with the secrets of a sealed report; null: the report is in clear
 */
export function reportDetail(job: string, files: Readonly<Record<keyof typeof reportMembers, LoggedFile>>, page: string | null): LogDetail {
  const members = reportNames.flatMap((name) => {
    const [sha256, bytes] = reportMembers[name];
    return [
      [sha256, files[name].sha256],
      [bytes, files[name].sizeBytes],
    ];
  });
  return { job, ...(page === null ? {} : { page }), ...Object.fromEntries(members) };
}

/** Cell of a report's secrets in its page of the keyring. */
export const reportCell = 'report';

/** Returns the page of the keyring that has the secrets of a report, from the detail of the report's entry; null: the report is in clear. */
export function pageOfReport({ page }: LogDetail): string | null {
  return typeof page === 'string' && /^[0-9a-f]{32}$/.test(page) ? page : null;
}

/** Creates the detail of the entry about a checkpoint that a witness signed. */
export function witnessedDetail(file: string, { sha256, sizeBytes }: LoggedFile, cosignatures: number): LogDetail {
  return { file, sha256, bytes: sizeBytes, cosignatures };
}

/** Returns true for a valid name of a report below `reports/`. Names become paths, and a log may be foreign. */
export function isJobName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name);
}

/** Adds the files that an entry names. Call it for each entry in log order. @param files is changed */
export function addLoggedFiles(files: Map<string, readonly LoggedFile[]>, { type, detail }: Pick<TimedEntry, 'type' | 'detail'>): void {
  const take = (path: string, sha256: unknown, sizeBytes: unknown): void => {
    if (typeof sha256 === 'string' && typeof sizeBytes === 'number') files.set(path, [...(files.get(path) ?? []), { sha256, sizeBytes }]);
  };
  if (type === reportKept && typeof detail.job === 'string' && isJobName(detail.job)) {
    // A report in clear that was sealed.
    if (pageOfReport(detail) !== null) for (const name of reportNames) files.delete(`reports/${detail.job}/${name}`);
    for (const name of reportNames)
      take(
        `reports/${detail.job}/${name}${pageOfReport(detail) === null ? '' : sealedEnding}`,
        detail[reportMembers[name][0]],
        detail[reportMembers[name][1]],
      );
  }
  if (type === 'report-erased' && typeof detail.job === 'string')
    for (const name of reportNames) for (const ending of ['', sealedEnding]) files.delete(`reports/${detail.job}/${name}${ending}`);
  if (type === checkpointWitnessed && typeof detail.file === 'string' && /^log\/witness\/\d{12}\.checkpoint$/.test(detail.file))
    take(detail.file, detail.sha256, detail.bytes);
}
