import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';

/** Notices that a recorder records nothing. */
export interface SilenceWatch {
  /**
   * Evaluates a scan. Returns a finding when the period is over, and again after each further period without a recording.
   * @param recordings number of recordings finished since the last scan
   */
  take(recordings: number, nowMs: number): Finding | null;
  /** Returns true while no recording has been finished within the period. */
  isSilent(): boolean;
}

/** Creates the watch. A restart of the run restarts the period. @param periodMs null: silence is never reported */
export function createSilenceWatch(periodMs: number | null, startMs: number, source: string): SilenceWatch {
  let lastMs = startMs;
  let told = 0;
  return {
    take: (recordings, nowMs) => {
      if (recordings > 0) {
        lastMs = nowMs;
        told = 0;
      }
      if (periodMs === null) return null;
      const periods = Math.floor((nowMs - lastMs) / periodMs);
      if (periods <= told) return null;
      told = periods;
      return finding('P291', source, agree`no recording was finished for ${Math.floor((nowMs - lastMs) / 60_000)} minute[s]`);
    },
    isSilent: () => told > 0,
  };
}
