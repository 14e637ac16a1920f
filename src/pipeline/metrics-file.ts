import { writeDurable } from '../archive/durable.ts';
import { type Archive, openArchive } from '../archive/layout.ts';
import { LongplayError, systemCode } from '../core/error.ts';
import { type MetricRun, metricsText, runMetrics, statementMetrics } from '../report/metrics.ts';
import { readAccount } from './read-account.ts';

/**
 * Writes the metrics of a run and of the archive that it ran over, for the textfile collector of Prometheus: the file is always a whole one.
 * Where the archive cannot be reached, those of the run stand alone: no old number pretends to be of now.
 * @param archiveDir null: the run was over no archive
 * @throws LongplayError A107
 */
export async function writeMetricsFile(
  file: string,
  archiveDir: string | null,
  run: MetricRun,
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): Promise<void> {
  const archive = archiveDir === null ? null : await reachable(archiveDir);
  const writtenAt = now();
  const families = runMetrics(archive?.id ?? '', run);
  if (archive !== null) {
    const { account, facts } = await readAccount(archive, keys, writtenAt, signal);
    families.push(...statementMetrics({ archive: archive.id, account, log: facts, writtenAt }));
  }
  // node_exporter runs as another user.
  await writeDurable(file, metricsText(families), 0o644);
}

async function reachable(dir: string): Promise<Archive | null> {
  try {
    return await openArchive(dir);
  } catch (error) {
    // The exit code of the run tells of it.
    if (error instanceof LongplayError || systemCode(error) !== null) return null;
    throw error;
  }
}
