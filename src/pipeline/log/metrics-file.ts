import { dirname } from 'node:path';
import { removeAbandoned, writeDurable } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { type MetricFamily, metricsText } from '../../core/base/metric-text.ts';
import { keyringMetrics } from '../../report/statement/keyring.ts';
import { type MetricRun, readableMetric, runMetrics, statementMetrics } from '../../report/statement/metrics.ts';
import { createKeyringCheck, type KeyringPlaces, keyringFactsOf } from './archive-keyring.ts';
import { isUnreadable, readAccount } from './read-account.ts';

/** Metrics from the log of an archive. */
export interface ArchiveMetrics {
  /** Archive id; empty if unknown. */
  readonly archive: string;
  /** False: the archive or its log could not be read. */
  readonly readable: boolean;
  readonly families: readonly MetricFamily[];
}

/** Returns the metrics of an archive. If the archive cannot be read, the only metric says so: old numbers must not look current. */
export async function archiveMetrics(archiveDir: string, places: KeyringPlaces, signal: AbortSignal): Promise<ArchiveMetrics> {
  let id = '';
  try {
    const archive = await openArchive(archiveDir, 'any-stage');
    id = archive.id;
    const writtenAt = places.now();
    const keyring = createKeyringCheck(places);
    const { account, facts } = await readAccount(archive, places.keys, writtenAt, signal, (entry) => keyring.take(entry));
    const keyringFacts = keyringFactsOf(await keyring.look(archive, signal));
    const families = [
      ...statementMetrics({ archive: id, account, log: facts, writtenAt }),
      ...(keyringFacts === undefined ? [] : keyringMetrics(id, keyringFacts)),
    ];
    return { archive: id, readable: true, families: [readableMetric(id, true), ...families] };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { archive: id, readable: false, families: [readableMetric(id, false)] };
  }
}

/**
 * Writes the metrics of a run and of its archive for the textfile collector of Prometheus; the file is never incomplete.
 * @param of null: the run had no archive
 * @throws LongplayError A107
 */
export async function writeMetricsFile(file: string, of: ArchiveMetrics | null, run: MetricRun): Promise<void> {
  await writeMetrics(file, [...runMetrics(of?.archive ?? '', run), ...(of?.families ?? [])]);
}

/** Writes metrics for the textfile collector of Prometheus. @throws LongplayError A107 */
export async function writeMetrics(file: string, families: readonly MetricFamily[]): Promise<void> {
  await removeAbandoned(dirname(file));
  // node_exporter runs as another user.
  await writeDurable(file, metricsText(families), 0o644);
}
