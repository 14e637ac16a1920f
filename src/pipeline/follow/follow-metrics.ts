import { counter, gauge, type MetricFamily } from '../../core/base/metric-text.ts';
import { writeMetrics } from '../log/metrics-file.ts';
import type { FollowState } from './follow-recorder.ts';

/** Returns the metrics of a follow run. @param now ISO time */
export function followMetrics(state: FollowState, now: string): MetricFamily[] {
  const one = (name: string, help: string, value: number): MetricFamily => gauge(`longplay_follow_${name}`, help, [{ labels: {}, value }]);
  const sum = (name: string, help: string, value: number): MetricFamily => counter(`longplay_follow_${name}_total`, help, [{ labels: {}, value }]);
  const seconds = (iso: string | null): number => (iso === null ? 0 : Date.parse(iso) / 1_000);
  return [
    one(
      'look_timestamp_seconds',
      'When the files of the recorder were last looked at; if that is long ago, the run has ended or hangs.',
      seconds(now),
    ),
    one('finished_timestamp_seconds', 'When a recording was last finished; 0: none was in this run.', seconds(state.lastFinishedAt)),
    one('silent', '1: no recording was finished within the expected period.', state.silent ? 1 : 0),
    one('failing', '1: the source or the archive cannot be used.', state.failing ? 1 : 0),
    one('files', 'Files in the source.', state.files),
    one('pending_files', 'Finished files that the next round will find.', state.pending),
    one('held_files', 'Files that are held back: changing, empty, with a temporary name or an unfinished header.', state.held),
    one('oldest_held_seconds', 'Age of the oldest file that is held back.', state.oldestHeldSeconds),
    one('waiting_recordings', 'Recordings that wait for their row or their audio.', state.waiting),
    one('archive_faults', 'Kinds of faults of the archive that the last round met: lost bags, a lost end of the log.', state.faults),
    one('alarms', 'Kinds of differences that were open after the last round.', Object.keys(state.alarms).length),
    sum('rounds', 'Rounds of imports.', state.rounds),
    sum('failed_rounds', 'Looks and rounds that failed.', state.failedRounds),
    sum('recordings', 'Recordings imported.', state.imported),
    sum('amendments', 'Archived recordings described again.', state.amended),
    sum('not_imported', 'Attempts to import a recording that failed.', state.notImported),
  ];
}

/** Least time between two writes if only the time of the scan has changed. */
const restMs = 60_000;

/**
 * Creates a writer of the metrics of a follow run for the textfile collector of Prometheus. It writes when something changed, and otherwise once a
 * minute.
 * @param now returns the ISO time
 * @throws LongplayError A107 from the writer; it ends the run, because monitoring must not stop unnoticed
 */
export function createFollowMetrics(file: string, now: () => string): (state: FollowState) => Promise<void> {
  let written = '';
  let writtenMs = Number.NEGATIVE_INFINITY;
  return async (state) => {
    const time = now();
    const { oldestHeldSeconds: _age, ...rest } = state;
    const facts = JSON.stringify(rest);
    if (facts === written && Date.parse(time) - writtenMs < restMs && Date.parse(time) >= writtenMs) return;
    await writeMetrics(file, followMetrics(state, time));
    [written, writtenMs] = [facts, Date.parse(time)];
  };
}
