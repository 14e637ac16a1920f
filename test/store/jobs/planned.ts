import type { Ledger } from '../../../src/store/jobs/ledger.ts';
import type { PlannedRecording } from '../../../src/store/jobs/plan.ts';

/** Recordings that a ledger would have imported, in order. */
export function plannedIn(ledger: Ledger): PlannedRecording[] {
  // Written by `planLine`.
  return [...ledger.recordings()].map(({ line }) => JSON.parse(line) as PlannedRecording);
}
