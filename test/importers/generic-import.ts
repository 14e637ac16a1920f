import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/core/finding.ts';
import type { FileRole, Importer, ImportOptions, TableRead } from '../../src/core/importer.ts';
import type { Recording } from '../../src/core/recording.ts';
import type { Source } from '../../src/core/source.ts';

/** Everything that an importer says of a source, sorted by kind. */
export interface Imported {
  readonly recordings: readonly Recording[];
  readonly findings: readonly Finding[];
  readonly tables: readonly TableRead[];
  readonly files: readonly FileRole[];
}

/** Runs an importer to its end in a scratch folder of its own, and makes sure that the folder is left empty. */
export async function importAll(importer: Importer, source: Source, options: Partial<ImportOptions> = {}): Promise<Imported> {
  const scratch = mkdtempSync(join(tmpdir(), 'longplay-test-'));
  const imported = { recordings: [] as Recording[], findings: [] as Finding[], tables: [] as TableRead[], files: [] as FileRole[] };
  try {
    const all = { zone: null, mapping: null, encoding: null, ...options, scratch };
    for await (const item of importer.items(source, all, new AbortController().signal)) {
      if (item.kind === 'recording') imported.recordings.push(item);
      else if (item.kind === 'finding') imported.findings.push(item);
      else if (item.kind === 'table') imported.tables.push(item);
      else imported.files.push(item);
    }
    const left = readdirSync(scratch);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    return imported;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One line for each recording: key, status, media; and findings of the import and of the recordings by code and place. */
export function summaryOf({ recordings, findings, tables }: Imported): { recordings: string[]; findings: string[]; tables: string[] } {
  return {
    recordings: recordings
      .map(({ key, reconciliation, media }) => [key, reconciliation.status, ...media.map((medium) => medium.path)].join(' | '))
      .sort(),
    findings: [...findings, ...recordings.flatMap((recording) => recording.findings)].map(({ code, place }) => `${code} ${place}`).sort(),
    tables: tables.map(({ path, records, byStatus }) => `${path}: ${records} ${JSON.stringify(byStatus)}`).sort(),
  };
}
