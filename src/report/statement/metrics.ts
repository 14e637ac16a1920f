import { gauge, type MetricFamily } from '../../core/base/metric-text.ts';
import type { Statement } from './statement.ts';
import { placeName } from './words.ts';

/** A run of a command, for its metrics. */
export interface MetricRun {
  readonly command: string;
  readonly exitCode: number;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Returns the metrics of a finished run. @param archive id of the archive; empty if unknown */
export function runMetrics(archive: string, { command, exitCode, startedAt, endedAt }: MetricRun): MetricFamily[] {
  const labels = { archive, command };
  const [started, ended] = [startedAt, endedAt].map((time) => Date.parse(time) / 1_000);
  return [
    gauge('longplay_run_exit_code', 'Exit code of the run that wrote this file.', [{ labels, value: exitCode }]),
    gauge('longplay_run_end_timestamp_seconds', 'When that run ended.', [{ labels, value: ended ?? 0 }]),
    gauge('longplay_run_duration_seconds', 'How long that run took.', [{ labels, value: Math.max(0, (ended ?? 0) - (started ?? 0)) }]),
  ];
}

/** Returns the metric that states whether the log could be read. @param archive id of the archive; empty if unknown */
export function readableMetric(archive: string, readable: boolean): MetricFamily {
  const help = '1: the numbers of the archive are from its current log; 0: its log could not be read, and they are left out.';
  return gauge('longplay_log_readable', help, [{ labels: { archive }, value: readable ? 1 : 0 }]);
}

/** Returns the metrics that follow from the log. */
export function statementMetrics({ archive, account, log, writtenAt }: Pick<Statement, 'archive' | 'account' | 'log' | 'writtenAt'>): MetricFamily[] {
  const own = { archive: archive ?? '' };
  const { holdings, places, faults, repairs, playability } = account;
  const one = (name: string, help: string, value: number): MetricFamily => gauge(name, help, [{ labels: own, value }]);
  const each = (name: string, help: string, value: (place: (typeof places)[number]) => number | null): MetricFamily =>
    gauge(
      name,
      help,
      places.flatMap((place) => {
        const found = value(place);
        return found === null ? [] : [{ labels: { ...own, replica: placeName(place.replica) }, value: found }];
      }),
    );
  const now = Date.parse(writtenAt) / 1_000;
  return [
    one('longplay_bags', 'Bags in the log.', holdings.bags),
    one('longplay_recordings', 'Recordings in the log.', holdings.recordings),
    // The age uses the upper limit of the time, so that a clock that was set back makes it older and never newer.
    each(
      'longplay_last_success_timestamp_seconds',
      'When a verification last finished, had read at least one bag and found no faults; 0: never.',
      ({ lastSuccess }) => (lastSuccess === null ? 0 : now - lastSuccess.ageMs / 1_000),
    ),
    each(
      'longplay_last_kept_timestamp_seconds',
      'When a verification last finished without a fault, even if nothing was due; 0: never.',
      ({ lastKept }) => (lastKept === null ? 0 : now - lastKept.ageMs / 1_000),
    ),
    each('longplay_last_success_bags', 'Bags that this verification read.', ({ lastSuccess }) => lastSuccess?.bags ?? 0),
    each('longplay_period_seconds', 'Period in which every bag is to be read.', ({ periodMs }) => periodMs / 1_000),
    each('longplay_oldest_unread_age_seconds', 'Longest time since a bag was read, or since its ingest.', ({ oldestAgeMs }) =>
      oldestAgeMs === null ? null : oldestAgeMs / 1_000,
    ),
    each('longplay_bags_well', 'Bags that were read completely within the period, without known faults.', ({ well }) => well),
    each('longplay_bags_overdue', 'Bags whose period is over.', ({ overdue }) => overdue),
    each('longplay_bags_play_overdue', 'Bags whose period of decoding is over.', ({ playOverdue }) => playOverdue),
    each('longplay_bags_unread', 'Bags that were never read since they were written.', ({ unread }) => unread),
    each(
      'longplay_bags_damaged',
      'Bags with damage that no later verification found repaired.',
      ({ replica }) => faults.filter((fault) => fault.replica === replica).length,
    ),
    each('longplay_last_run_faults', 'Faults found by the last finished verification.', ({ lastRun }) => lastRun?.errors ?? null),
    each(
      'longplay_verifications_unfinished',
      'Verifications that were started after the last finished one, and did not finish.',
      ({ unfinished }) => unfinished,
    ),
    one('longplay_repairs', 'Repairs in the log.', repairs.entries),
    one('longplay_recordings_played', 'Recordings that decoded as recorded, at the last decoding of their bag.', playability.played),
    one('longplay_recordings_unplayable', 'Recordings that did not decode as recorded, at the last decoding of their bag.', playability.failed),
    one(
      'longplay_recordings_not_decoded',
      'Recordings of which it is unknown whether they play: never decoded, with a codec without decoder, without sound, or in a bag that has since been damaged or lost, or could not be opened.',
      Math.max(0, holdings.recordings - playability.played - playability.failed),
    ),
    one('longplay_log_entries', 'Entries of the log.', log.size),
    one('longplay_log_findings', 'Faults of the log.', log.findings.length),
    one('longplay_clock_future_entries', 'Entries at the end of the log with a time later than now.', account.clock.future),
  ];
}
