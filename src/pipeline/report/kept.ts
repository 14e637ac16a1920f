import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { dataNames, pageName, reportsFolder } from '../../archive/documents/report-names.ts';
import { makeFolderDurable, syncFolder } from '../../archive/files/durable.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { addLoggedFiles, type LoggedFile, pageOfReport, reportCell, reportKept } from '../../log/entries/logged-files.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import type { SourceReport } from '../../report/source/report.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { keepPage, newPageId, openPageFile } from '../../sealing/stored/page-secrets.ts';
import { type OpenedFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';
import type { PipelineEvent } from '../events/events.ts';
import { createDigestedFile } from '../files/digested-file.ts';
import { keepApart } from '../files/target-folder.ts';
import { refuseReportFolder } from './files.ts';

/** Names of the files of a kept report; the page comes last. */
const names = [...dataNames, pageName];

/** Stores the secrets of a sealed report in the keyring, before the log entry about the report. @returns their page, 32 hexadecimal digits */
export async function keepReportSecrets(sealer: Sealer, jobId: string): Promise<string> {
  const page = newPageId();
  await keepPage(page, `report ${jobId}`, new Map([[reportCell, sealer.secretsOf(names)]]));
  return page;
}

/** The report of an import that the archive keeps, as the log recorded it. */
export interface KeptReport {
  readonly jobId: string;
  /** Absolute path. */
  readonly folder: string;
  /** Page of the keyring with its secrets; null: the report is in clear. */
  readonly page: string | null;
  /** Logged states of its files, by path below the archive. */
  readonly logged: ReadonlyMap<string, readonly LoggedFile[]>;
}

/** Finds the reports that the archive keeps according to the log, by import. */
export async function keptReports(archive: Archive, signal: AbortSignal): Promise<ReadonlyMap<string, KeptReport>> {
  const found = new Map<string, KeptReport>();
  for await (const item of loggedEntries(archive, null, signal)) {
    if (item.type !== reportKept) continue;
    const { job: jobId } = item.detail;
    const logged = new Map<string, readonly LoggedFile[]>();
    addLoggedFiles(logged, item);
    // The name of an import becomes a path, and a log may be foreign.
    if (logged.size > 0 && typeof jobId === 'string')
      found.set(jobId, { jobId, folder: join(archive.dir, reportsFolder, jobId), page: pageOfReport(item.detail), logged });
  }
  return found;
}

/** Finds a kept report in the log. @returns null if the log has none of this import */
async function findKept(archive: Archive, jobId: string, signal: AbortSignal): Promise<KeptReport | null> {
  return (await keptReports(archive, signal)).get(jobId) ?? null;
}

/** Yields the plain bytes of all existing files of a sealed report, one file after the other. @throws LongplayError K202 to K204 */
export function* plainPieces(kept: KeptReport): Generator<Buffer> {
  for (const name of names) if (existsSync(join(kept.folder, name + sealedEnding))) yield* piecesOf(() => openKeptReport(kept, name));
}

/** Returns the place of the secrets of a sealed report. */
export function secretsOfReport(page: string): { readonly page: string; readonly cell: string } {
  return { page, cell: reportCell };
}

/** Reads `report.json` of an import that this archive keeps; a sealed archive must be unlocked. @throws LongplayError K202 to K204, P212 */
export async function readKeptReport(archive: Archive, jobId: string, signal: AbortSignal): Promise<SourceReport> {
  const kept = await findKept(archive, jobId, signal);
  const name = 'report.json';
  if (kept === null || kept.page === null)
    return JSON.parse(readTagFile(join(archive.dir, reportsFolder, jobId, name), limits.recordingJsonBytes).toString('utf8')) as SourceReport; // `keepReport` wrote it, and it landed as a whole
  const file = openKeptReport(kept, name);
  try {
    const bytes = Buffer.alloc(Math.min(file.size, limits.recordingJsonBytes));
    file.readInto(bytes, 0);
    return JSON.parse(bytes.toString('utf8')) as SourceReport; // `keepReport` wrote it, and it landed as a whole
  } finally {
    file.close();
  }
}

/** A copy of a kept report in another folder. */
export interface CopiedReport {
  readonly jobId: string;
  /** Absolute path. */
  readonly folder: string;
}

/**
 * Writes the report of one import in clear to a folder, after comparing its stored files with the log.
 * @param out a new or empty folder
 * @throws LongplayError P210, P212, P213, U121; K200 to K204 for a sealed archive
 */
export async function* copyKeptReport(
  archiveDir: string,
  jobId: string,
  out: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CopiedReport> {
  const archive = await openArchive(archiveDir);
  keepApart([archive.dir], out);
  refuseReportFolder(out);
  const kept = await findKept(archive, jobId, signal);
  if (kept === null) throw noSuchReport(archive, jobId);
  if (kept.page !== null) await unlockArchive(archive);
  await copyKept(kept, out);
  yield { type: 'result', of: 'report', value: { folder: out, job: jobId } };
  return { jobId, folder: out };
}

/** Writes a report that this run has just stored sealed to a folder in clear. @throws LongplayError A107, P213 */
export async function copyOwnReport(archive: Archive, jobId: string, out: string, signal: AbortSignal): Promise<void> {
  const kept = await findKept(archive, jobId, signal);
  if (kept === null) throw noSuchReport(archive, jobId);
  await copyKept(kept, out);
}

async function copyKept(kept: KeptReport, out: string): Promise<void> {
  for (const name of names) compareWithLog(kept, name);
  await makeFolderDurable(out);
  for (const name of names) {
    const from = openKeptReport(kept, name);
    try {
      const to = createDigestedFile(join(out, name));
      try {
        const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
        for (let at = 0; at < from.size; ) {
          const read = from.readInto(buffer, at);
          if (read === 0) break;
          to.write(buffer.subarray(0, read));
          at += read;
        }
        to.finish();
      } finally {
        to.discard();
      }
    } finally {
      from.close();
    }
    await syncFolder(out);
  }
}

/** Opens a file of a kept report, sealed or not. The caller closes it. @throws LongplayError K202 to K204 */
export function openKeptReport({ folder, page, jobId }: Pick<KeptReport, 'folder' | 'page' | 'jobId'>, name: string): OpenedFile {
  return openPageFile(join(folder, name), page === null ? null : { page, cell: reportCell, what: `the report of import ${jobId}` }, name);
}

function compareWithLog({ folder, page, jobId, logged }: KeptReport, name: string): void {
  const stored = page === null ? name : name + sealedEnding;
  const { sizeBytes, digests } = hashFile(join(folder, stored), ['sha256']);
  const stated = logged.get(`${reportsFolder}/${jobId}/${stored}`)?.at(-1);
  if (stated?.sha256 === digests.sha256 && stated?.sizeBytes === sizeBytes) return;
  throw new LongplayError(
    'incomplete',
    'P213',
    agree`${reportsFolder}/${jobId}/${stored} is not the file that the log has: it has ${sizeBytes} byte[s] and SHA-256 ${digests.sha256?.slice(0, 16)}…`,
    'restore it from a replica: longplay replica repair',
  );
}

function noSuchReport({ dir }: Archive, jobId: string): LongplayError {
  return new LongplayError(
    'usage',
    'P212',
    `the log has no report of an import ${jobId}`,
    `use the name of a folder below ${join(dir, reportsFolder)}`,
  );
}
