import type { Imported } from './import-all.ts';

/** One line for each recording (key, status, media), and each table; findings by code and place. All sorted. */
export function summaryOf({ recordings, findings, tables }: Imported): { recordings: string[]; findings: string[]; tables: string[] } {
  return {
    recordings: recordings.map(({ key, reconciliation, media }) => [key, reconciliation.status, ...media.map(({ path }) => path)].join(' | ')).sort(),
    findings: [...findings].sort(),
    tables: tables.map(({ path, records, byStatus }) => `${path}: ${records} ${JSON.stringify(byStatus)}`).sort(),
  };
}
