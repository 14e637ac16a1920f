import { performance } from 'node:perf_hooks';
import { counter, createHistogram, gauge, type MetricFamily, type MetricLabels } from '../../core/base/metric-text.ts';
import { version } from '../../core/base/version.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { refusals } from '../accounts/request-check.ts';
import type { ServeCounts } from './serve-counts.ts';

/** Sources of the server's metrics. */
export interface MetricSources {
  readonly counts: ServeCounts;
  /** Refused requests by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Returns the number of answers that failed because of a bug. */
  readonly bugs: () => number;
  readonly sessions: { readonly size: number };
  readonly connections: () => number;
  readonly knownFaults: () => number;
  readonly log: Pick<ArchiveLog, 'lastTimes'>;
  readonly loop: LoopDelay;
}

/** Measures how late a timer fires, because no request is answered during that time. */
export interface LoopDelay extends Disposable {
  family(): MetricFamily;
}

const timerMs = 100;

/** Starts measuring, which costs ten turns of the event loop per second. */
export function measureLoopDelay(): LoopDelay {
  const late = createHistogram([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]);
  let due = performance.now() + timerMs;
  const timer = setInterval(() => {
    const now = performance.now();
    late.observe(Math.max(0, now - due) / 1_000);
    due = now + timerMs;
  }, timerMs);
  timer.unref();
  return {
    family: () => ({
      name: 'longplay_serve_event_loop_delay_seconds',
      type: 'histogram',
      help: 'How late a timer of 100 ms fires: during that time no request was answered.',
      samples: late.samples({}),
    }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Returns the server's metrics: counts, sizes and times. Label values are the version and fixed names of groups, classes and reasons. */
export function serveMetrics(sources: MetricSources): MetricFamily[] {
  return [...requestFamilies(sources), ...actionFamilies(sources), ...archiveFamilies(sources), sources.loop.family(), ...processFamilies()];
}

function requestFamilies({ counts, refused, bugs, connections }: MetricSources): MetricFamily[] {
  const groups = [...counts.groups];
  return [
    counter(
      'longplay_serve_requests_total',
      'Requests that ended, by group of routes and class of the answer; none: the client had gone before the answer.',
      groups.flatMap(([group, { answers }]) => Object.entries(answers).map(([code, value]) => ({ labels: { group, code }, value }))),
    ),
    {
      name: 'longplay_serve_request_duration_seconds',
      type: 'histogram',
      help: 'Time from a request to the last byte of its answer, or to its end.',
      samples: groups.flatMap(([group, { seconds }]) => seconds.samples({ group })),
    },
    counter(
      'longplay_serve_sent_bytes_total',
      'Bytes of answers that were sent, headers included.',
      groups.map(([group, { bytes }]) => ({ labels: { group }, value: bytes })),
    ),
    counter(
      'longplay_serve_refused_requests_total',
      'Requests that were refused, by reason.',
      refusals.map((reason) => ({ labels: { reason }, value: refused[reason] ?? 0 })),
    ),
    counter('longplay_serve_bugs_total', 'Answers that failed because of a bug in longplay.', one(bugs())),
    gauge('longplay_serve_connections', 'Open connections.', one(connections())),
  ];
}

function actionFamilies({ counts, sessions }: MetricSources): MetricFamily[] {
  const { exports, log } = counts;
  return [
    gauge('longplay_serve_sessions', 'Open sessions.', one(sessions.size)),
    counter('longplay_serve_sign_ins_total', 'Sign-in attempts, by password, provider or one-time address.', each('result', counts.signIns)),
    counter('longplay_serve_exports_begun_total', 'Exports of searches that were begun.', one(exports.begun)),
    counter(
      'longplay_serve_exports_finished_total',
      'Exports of searches that ended: complete, or stopped before.',
      each('result', { complete: exports.complete, stopped: exports.stopped }),
    ),
    counter('longplay_serve_case_exports_total', 'Cases that were prepared for a hand-over and entered in the log.', one(exports.cases)),
    counter(
      'longplay_serve_files_held_back_total',
      'Files that were requested and not served, or not completely: altered, lost, unreadable; unreachable with the archive; left-out of an export; cut-off on the way.',
      each('reason', counts.heldBackTimes),
    ),
    counter(
      'longplay_serve_log_entries_total',
      'Entries for the log of the archive: entered, or refused by the disk, the lock or the key, so that nothing was served.',
      each('result', log),
    ),
  ];
}

function archiveFamilies({ knownFaults, log }: MetricSources): MetricFamily[] {
  const { entry, verification } = log.lastTimes();
  return [
    gauge('longplay_serve_damaged_calls', 'Calls that the last verifications found damaged or lost.', one(knownFaults())),
    gauge('longplay_serve_last_log_entry_timestamp_seconds', 'Time of the newest log entry; 0: never.', one(seconds(entry))),
    gauge(
      'longplay_serve_last_verification_timestamp_seconds',
      'Time when a verification of the archive last finished, whatever it found; 0: never.',
      one(seconds(verification)),
    ),
  ];
}

/**
 * Returns metrics of the process, with the names and meanings of the Prometheus client libraries (https://prometheus.io/docs/instrumenting/writing_clientlibs/,
 * "Process metrics").
 */
function processFamilies(): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    gauge('longplay_build_info', 'Always 1; its labels name what runs.', [{ labels: { version, node: process.version }, value: 1 }]),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', one(process.memoryUsage.rss())),
    counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', one((user + system) / 1_000_000)),
    gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', one(performance.timeOrigin / 1_000)),
  ];
}

function one(value: number): MetricFamily['samples'] {
  return [{ labels: {}, value }];
}

function each(label: string, values: Readonly<Record<string, number>>): MetricFamily['samples'] {
  return Object.entries(values).map(([name, value]): { labels: MetricLabels; value: number } => ({ labels: { [label]: name }, value }));
}

function seconds(time: string | null): number {
  return time === null ? 0 : Date.parse(time) / 1_000;
}
