import { sealedEnding } from '../../core/model/recording-document.ts';
import { temporaryPrefix } from '../files/durable.ts';

/** The folder of an archive's reports. */
export const reportsFolder = 'reports';

/** Name of the page. It is written last, so a folder without it is an unfinished report. */
export const pageName = 'report.html';
/** Data files of every report. */
export const dataNames = ['recordings.csv', 'recordings.jsonl', 'report.json'] as const;
/** Additional files of a statement on an archive. */
export const statementNames = ['statement.json', 'statement.txt', 'statement.note'] as const;

const names: readonly string[] = [pageName, ...dataNames, ...statementNames];

/** Returns true for file names in an import's report or an archive's statement, finished or not, sealed or not. */
export function isReportName(name: string): boolean {
  return (
    name.startsWith(temporaryPrefix) ||
    names.some((own) => [own, own + sealedEnding].some((stored) => name === stored || name === `${stored}.partial`))
  );
}
