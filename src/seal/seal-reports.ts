import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isReportName, reportsFolder } from '../archive/documents/report-names.ts';
import { cannotWrite, removeDurable, syncTree, temporaryPrefix } from '../archive/files/durable.ts';
import { hashFile } from '../archive/files/hash-file.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { sealedEnding } from '../core/model/recording-document.ts';
import { type LoggedFile, reportDetail, reportKept, reportNames } from '../log/entries/logged-files.ts';
import { copyChecked } from '../pipeline/files/digested-file.ts';
import { type KeptReport, keepReportSecrets, keptReports, openKeptReport } from '../pipeline/report/kept.ts';
import { removeClearReports } from '../replicas/copy/clear-files.ts';
import { createSealer } from '../sealing/sealer.ts';
import { piecesOf } from '../sealing/stored/stored-bytes.ts';
import type { ArchiveSealer } from './exchange-bag.ts';

/**
 * Seals the reports of imports. Writes the sealed files beside those in clear, opens and compares them, enters them in the log, then removes the files in
 * clear.
 * @returns K219 for each report that stays in clear
 */
export async function sealReports({ archive, enter }: Pick<ArchiveSealer, 'archive' | 'enter'>, signal: AbortSignal): Promise<readonly Finding[]> {
  const left: Finding[] = [];
  const folder = join(archive.dir, reportsFolder);
  if (!existsSync(folder)) return left;
  for (const name of readdirSync(folder)) if (name.startsWith(temporaryPrefix)) await removeDurable(join(folder, name));
  const kept = await keptReports(archive, signal);
  for (const name of readdirSync(folder)) {
    signal.throwIfAborted();
    const report = kept.get(name);
    const place = `${reportsFolder}/${name}`;
    if (report === undefined) left.push(finding('K219', place, 'is not a report of an import: move it out of the archive, or delete it'));
    else if (report.page === null) {
      const problem = await sealReport(report, enter, signal);
      if (problem !== null) left.push(finding('K219', place, problem));
    }
  }
  const entered = new Map([...(await keptReports(archive, signal)).values()].flatMap(({ logged }) => [...logged]));
  await removeClearReports(archive, entered, null);
  for (const name of readdirSync(folder))
    if (kept.has(name))
      for (const file of readdirSync(join(folder, name)))
        if (!file.endsWith(sealedEnding) && !left.some(({ place }) => place === `${reportsFolder}/${name}`))
          left.push(
            finding(
              'K219',
              `${reportsFolder}/${name}`,
              `${isReportName(file) ? 'has a file in clear' : 'has a file'} that no entry of the log names: move it out of the archive, or delete it`,
            ),
          );
  return left;
}

/** Seals a report. @returns what is wrong with it; null: it is sealed */
async function sealReport(report: KeptReport, enter: ArchiveSealer['enter'], signal: AbortSignal): Promise<string | null> {
  const { folder, jobId, logged } = report;
  // Left by a run that was stopped before its entry: nothing names the page with their secrets.
  removeSealed(folder);
  const sealer = createSealer();
  for (const name of reportNames) {
    const stated = logged.get(`${reportsFolder}/${jobId}/${name}`)?.at(-1);
    if (stated === undefined) return `the log has no digest of ${name}`;
    const wrong = copyChecked(join(folder, name), join(folder, name), { sha256: stated.sha256 }, sealer);
    if (wrong === null) continue;
    removeSealed(folder);
    return `${name} ${wrong.found === 'ENOENT' ? 'is missing' : wrong.refused ? `cannot be read: ${wrong.found}` : 'differs from its entry in the log'}`;
  }
  await syncTree(folder);
  const page = await keepReportSecrets(sealer, jobId);
  for (const name of reportNames) if (!isSame(report, page, name)) return `${name} decrypts to bytes that differ from those that were sealed`;
  signal.throwIfAborted();
  const stored = (name: string): LoggedFile => {
    const { sizeBytes, digests } = hashFile(join(folder, name + sealedEnding), ['sha256']);
    return { sha256: digests.sha256 ?? '', sizeBytes };
  };
  const files = {
    'report.json': stored('report.json'),
    'report.html': stored('report.html'),
    'recordings.csv': stored('recordings.csv'),
    'recordings.jsonl': stored('recordings.jsonl'),
  };
  await enter([{ type: reportKept, detail: reportDetail(jobId, files, page) }]);
  return null;
}

function isSame({ folder, jobId }: KeptReport, page: string, name: string): boolean {
  const plain = hashFile(join(folder, name), ['sha256']);
  const hash = createHash('sha256');
  for (const piece of piecesOf(() => openKeptReport({ folder, jobId, page }, name))) hash.update(piece);
  return hash.digest('hex') === plain.digests.sha256;
}

/** Removes sealed files, finished or not, of a report in clear. */
function removeSealed(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.age(?:\.partial)?$/.test(name)) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch (error) {
      throw cannotWrite(join(folder, name), error);
    }
  }
}
