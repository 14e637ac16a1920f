import { dirname } from 'node:path';
import { removeAbandoned, writeDurable } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { type MetricFamily, metricsText } from '../../core/base/metric-text.ts';
import { type MetricRun, readableMetric, runMetrics, statementMetrics } from '../../report/statement/metrics.ts';
import { isUnreadable, readAccount } from './read-account.ts';

/** What the log of an archive has to say in metrics. */
export interface ArchiveMetrics {
  /** Id; empty where it is not known. */
  readonly archive: string;
  /** False: its log could not be read, or it could not be reached. */
  readonly readable: boolean;
  readonly families: readonly MetricFamily[];
}

/** The metrics of an archive. Where it cannot be read there are none but that one: no old number pretends to be of now. */
export async function archiveMetrics(
  archiveDir: string,
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): Promise<ArchiveMetrics> {
  let id = '';
  try {
    const archive = await openArchive(archiveDir);
    id = archive.id;
    const writtenAt = now();
    const { account, facts } = await readAccount(archive, keys, writtenAt, signal);
    const families = statementMetrics({ archive: id, account, log: facts, writtenAt });
    return { archive: id, readable: true, families: [readableMetric(id, true), ...families] };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { archive: id, readable: false, families: [readableMetric(id, false)] };
  }
}

/**
 * Writes the metrics of a run and of the archive that it ran over, for the textfile collector of Prometheus: the file is always a whole one.
 * @param of null: the run was over no archive
 * @throws LongplayError A107
 */
export async function writeMetricsFile(file: string, of: ArchiveMetrics | null, run: MetricRun): Promise<void> {
  await removeAbandoned(dirname(file));
  // node_exporter runs as another user.
  await writeDurable(file, metricsText([...runMetrics(of?.archive ?? '', run), ...(of?.families ?? [])]), 0o644);
}
