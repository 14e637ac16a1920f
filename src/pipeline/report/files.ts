import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { dataNames, isReportName, pageName, reportsFolder } from '../../archive/documents/report-names.ts';
import { cannotWrite, landFolder, makeFolderDurable, syncFolder, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { toolName } from '../../core/base/version.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import type { CallLine } from '../../report/calls/call-line.ts';
import { type Coverage, coverageOf } from '../../report/calls/coverage.ts';
import { csvHead, csvLine } from '../../report/calls/csv.ts';
import { type SilentMark, silentMarks } from '../../report/calls/silent-marks.ts';
import { type CallNumbers, createTally } from '../../report/calls/tally.ts';
import type { ReportFile } from '../../report/source/report.ts';
import { type Sealer, sealedBytes } from '../../sealing/sealer.ts';
import { removePartials } from '../files/digested-file.ts';
import { createLineFile } from '../files/line-file.ts';
import { refuseFile } from '../files/target-folder.ts';

/** What all reports have in common, from the files that were written. */
export interface ReportParts {
  readonly format: 'longplay-report';
  readonly version: 1;
  readonly tool: string;
  readonly calls: CallNumbers;
  readonly coverage: Coverage;
  readonly silent: readonly SilentMark[];
  readonly files: readonly ReportFile[];
}

/** An unfinished report. Its recordings are written as they come, its totals and its page at the end. */
export interface ReportFiles {
  add(line: CallLine): void;
  /** Writes the rest; the page comes last. @param make builds the whole report from its parts, and its page */
  finish<Report extends object>(
    make: (parts: ReportParts) => Report,
    page: (report: Report, shown: ReadonlyMap<string, readonly CallLine[]>) => string,
  ): Promise<Report>;
  /** Deletes the unfinished files. */
  discard(): void;
}

/**
 * Begins a report in a new folder, or in one that was checked.
 * @param sealer absent: in clear; otherwise every file is sealed
 * @throws LongplayError A107; its methods throw it as well
 */
export function beginReport(folder: string, sealer?: Sealer): ReportFiles {
  removePartials(folder);
  const csv = createLineFile(join(folder, dataNames[0]), null, sealer);
  const jsonl = createLineFile(join(folder, dataNames[1]), null, sealer);
  const put = async (name: string, text: string): Promise<void> =>
    sealer === undefined
      ? await writeDurable(join(folder, name), text)
      : await writeDurable(join(folder, name + sealedEnding), sealedBytes(sealer, name, Buffer.from(text, 'utf8')));
  const tally = createTally();
  csv.write(csvHead);
  return {
    add: (line) => {
      tally.take(line);
      csv.write(csvLine(line));
      const { marks: _marks, ...named } = line;
      jsonl.write(`${JSON.stringify(named)}\n`);
    },
    finish: async (make, page) => {
      const [calls, days] = [tally.numbers(), tally.days()];
      const report = make({
        format: 'longplay-report',
        version: 1,
        tool: toolName,
        calls,
        coverage: coverageOf(days),
        silent: silentMarks(days, { marks: calls.marks, quiet: tally.quiet() }),
        files: [
          { name: dataNames[0], ...csv.finish() },
          { name: dataNames[1], ...jsonl.finish() },
        ],
      });
      await put(dataNames[2], `${canonicalJson(report, 2)}\n`);
      await put(pageName, page(report, tally.shown()));
      await syncFolder(folder);
      return report;
    },
    discard: () => {
      csv.discard();
      jsonl.discard();
    },
  };
}

/**
 * Refuses a folder that contains a report or anything else, because nothing is overwritten. Accepts the folder of an interrupted run.
 * @throws LongplayError P210
 */
export function refuseReportFolder(folder: string): void {
  refuseFile(folder, 'P210');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (names.every((name) => isReportName(name) && !name.startsWith(pageName))) return;
  const what = names.includes(pageName) ? 'holds a report' : 'is not empty';
  throw new LongplayError('usage', 'P210', `${folder} ${what}`, 'name a new or empty folder for the report; nothing is overwritten');
}

/** Creates a temporary folder for a report, and removes temporary folders that killed runs left. The caller must hold the archive's lock. */
export async function beginLanding(archiveDir: string): Promise<string> {
  const reports = join(archiveDir, reportsFolder);
  await makeFolderDurable(reports);
  for (const name of readdirSync(reports)) if (name.startsWith(temporaryPrefix)) rmSync(join(reports, name), { recursive: true, force: true });
  const folder = join(reports, `${temporaryPrefix}${randomUUID()}`);
  await makeFolderDurable(folder);
  return folder;
}

/** Moves a finished report to its final folder by one rename. */
export async function landReport(folder: string, archiveDir: string, name: string): Promise<string> {
  const target = join(archiveDir, reportsFolder, name);
  await landFolder(folder, target);
  return target;
}

/** Returns true if an archive has a report with this name, sealed or not. */
export function hasReport(archiveDir: string, name: string): boolean {
  const page = join(archiveDir, reportsFolder, name, pageName);
  return existsSync(page) || existsSync(page + sealedEnding);
}

/**
 * Removes the page of a report before the report is rewritten: a folder without the page is not a report. Also removes the signature, because it
 * belongs to the old page.
 */
export function removePage(folder: string): void {
  for (const name of [pageName, 'statement.note']) rmSync(join(folder, name), { force: true });
}

/** Copies a report into another folder, the page last. @throws LongplayError A107 */
export async function copyReport(from: string, to: string): Promise<void> {
  await makeFolderDurable(to);
  for (const name of [...dataNames, pageName]) {
    const [target, temporary] = [join(to, name), join(to, `${temporaryPrefix}${randomUUID()}`)];
    try {
      await copyFile(join(from, name), temporary);
      const handle = await open(temporary, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw cannotWrite(target, error);
    }
    await syncFolder(to);
  }
}
