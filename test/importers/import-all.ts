import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/core/findings/finding.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import type { FileRole, Importer, ImportOptions, TableRead } from '../../src/core/model/importer.ts';
import { emptyRecording, type Recording } from '../../src/core/model/recording.ts';
import type { Source } from '../../src/core/model/source.ts';
import { media } from './media.ts';

/** Everything that an importer reported of a source, by kind, each kind in its order. */
export interface Imported {
  readonly recordings: readonly Recording[];
  readonly tables: readonly TableRead[];
  readonly files: readonly FileRole[];
  /** Findings about the source and its recordings: `CODE place`. */
  readonly findings: readonly string[];
}

/**
 * Runs an importer over a source, and checks the contract of every run.
 * @param keys `repeat`: broken copies of a call may have one key; the account tells them apart.
 */
export async function importAll(
  importer: Importer,
  source: Source,
  given: Partial<ImportOptions> = {},
  keys: 'once' | 'repeat' = 'once',
): Promise<Imported> {
  const scratch = mkdtempSync(join(tmpdir(), 'importer-'));
  const signal = new AbortController().signal;
  const options: ImportOptions = { zone: null, mapping: null, encoding: null, media, ...given, scratch };
  const recordings: Recording[] = [];
  const tables: TableRead[] = [];
  const files: FileRole[] = [];
  const findings: Finding[] = [];
  try {
    for await (const item of importer.items(source, options, signal)) {
      if (item.kind === 'recording') recordings.push(item);
      else if (item.kind === 'table') tables.push(item);
      else if (item.kind === 'file') files.push(item);
      else findings.push(item);
    }
    const left = readdirSync(scratch);
    if (left.length > 0) throw new Error(`left in the scratch folder: ${left.join(', ')}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  await assertAccounted(source, { recordings, tables, files });
  if (keys === 'once') assertKeys(recordings);
  const all = [...findings, ...recordings.flatMap((recording) => recording.findings)];
  for (const { code } of all) if (!findingTable.has(code)) throw new Error(`${code} is not in the finding table`);
  return { recordings, tables, files, findings: all.map(({ code, place }) => `${code} ${place}`) };
}

const members = new Set(Object.keys(emptyRecording('', 'experimental', '')));

/** Checks that every entry is in exactly one place, every record has exactly one status, and a recording has its own members and no others. */
async function assertAccounted(source: Source, { recordings, tables, files }: Omit<Imported, 'findings'>): Promise<void> {
  const told = [...recordings.flatMap((recording) => recording.media.map((medium) => medium.path)), ...files.map((file) => file.path)].sort();
  const there: string[] = [];
  for await (const entry of source.entries(new AbortController().signal)) there.push(entry.path);
  if (JSON.stringify(told) !== JSON.stringify(there.sort())) throw new Error(`entries ${there.join(', ')} but told of ${told.join(', ')}`);
  for (const table of tables) {
    const sum = Object.values(table.byStatus).reduce((total, count) => total + count, 0);
    if (sum !== table.records) throw new Error(`${table.path}: ${table.records} records, ${sum} accounted for`);
  }
  for (const recording of recordings)
    for (const name of Object.keys(recording)) if (!members.has(name)) throw new Error(`a recording has a member ${name}`);
}

function assertKeys(recordings: readonly Recording[]): void {
  const keys = recordings.map((recording) => recording.key);
  if (new Set(keys).size !== keys.length) throw new Error(`a key occurs twice: ${keys.sort().join(', ')}`);
}

/** The fields that a person would check first: key, status, media with their sides, UTC times. */
export function brief({
  recordings,
}: Imported): Record<string, { status: string; media: string[]; start: string | null; end: string | null; rows: string[] }> {
  return Object.fromEntries(
    recordings.map((recording) => [
      recording.key,
      {
        status: recording.reconciliation.status,
        media: recording.media.map((medium) => `${medium.side} ${medium.path}`),
        start: recording.callStart?.utc ?? null,
        end: recording.callEnd?.utc ?? null,
        rows: recording.provenance.filter((ref) => ref.kind === 'row').map((ref) => `${ref.path} ${ref.row}`),
      },
    ]),
  );
}
