import { temporaryPrefix } from '../files/durable.ts';

/** The folder of an archive's reports. */
export const reportsFolder = 'reports';

/** The page comes last: a folder without it is no report. */
export const pageName = 'report.html';
/** What every report has beside its page. */
export const dataNames = ['recordings.csv', 'recordings.jsonl', 'report.json'] as const;
/** Beside the page of an archive. */
export const statementNames = ['statement.json', 'statement.txt', 'statement.note'] as const;

const names: readonly string[] = [pageName, ...dataNames, ...statementNames];

/** True for names that the report of an import or of an archive gives to its files, finished or not. */
export function isReportName(name: string): boolean {
  return name.startsWith(temporaryPrefix) || names.some((own) => name === own || name === `${own}.partial`);
}
