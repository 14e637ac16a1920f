import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { StampAuthority } from '../../log/stamps/authority.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { stampLog } from '../../pipeline/log/stamp-log.ts';
import type { CaseTools } from '../store/store.ts';

/** Time-stamp authority for a hand-over, and the trusted roots. */
export interface HandOverStamping {
  readonly authority: StampAuthority;
  /** PEM file with the trusted roots. */
  readonly rootsFile: string;
}

/**
 * Requests a time stamp for the log, immediately after the log recorded a hand-over.
 * @returns number of stamped entries; null: there is no stamp, and a finding says why
 */
export async function* stampHandOver(
  archiveDir: string,
  { authority, rootsFile }: HandOverStamping,
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number | null> {
  try {
    const outcome = yield* stampLog(
      archiveDir,
      { authority, rootsFile, policy: null, keys: tools.keys, now: tools.now, ...(tools.actor === undefined ? {} : { actor: tools.actor }) },
      signal,
    );
    return outcome.stampedAt === null ? null : outcome.size;
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    // The hand-over is already logged, so it is delivered and states that it has no time stamp.
    yield findingEvent(finding('C150', 'log', error.message));
    return null;
  }
}
