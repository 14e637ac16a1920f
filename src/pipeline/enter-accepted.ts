import { type JobRequest, requestDigest } from '../jobs/plan.ts';
import { type ArchiveLog, acceptanceKey } from '../log/log.ts';
import type { LogDetail } from '../log/log-entry.ts';
import type { Accepted } from '../report/source-report.ts';

/** Enters in the log what the user has accepted, each as an entry of its own. What an earlier run of the same request entered, word for word, is not entered again. */
export async function enterAccepted(log: ArchiveLog, request: JobRequest, accepted: readonly Accepted[]): Promise<void> {
  const details = accepted.map(
    ({ code, found, atMost, reason }): LogDetail => ({ request: requestDigest(request), code, found, accepted: atMost, reason }),
  );
  const fresh = details.filter((detail) => {
    const there = log.acceptances().get(acceptanceKey(detail));
    return there === undefined || there.found !== detail.found || there.accepted !== detail.accepted || there.reason !== detail.reason;
  });
  if (fresh.length > 0) await log.appendAll(fresh.map((detail) => ({ type: 'difference-accepted', detail })));
}
