import type { NewEntry } from '../../log/entries/log-entry.ts';
import { type ArchiveLog, acceptanceKey } from '../../log/log.ts';
import type { Accepted } from '../../report/source/report.ts';
import { type JobRequest, requestDigest } from '../../store/jobs/plan.ts';

/**
 * Logs the differences that the user accepted, each as an entry of its own. Does not repeat an identical entry of an earlier run of the same request.
 */
export async function enterAccepted(log: ArchiveLog, request: JobRequest, accepted: readonly Accepted[]): Promise<void> {
  const fresh: NewEntry[] = [];
  for (const { code, found, atMost, reason } of accepted) {
    const detail = { request: requestDigest(request), code, found, accepted: atMost, reasonMark: await log.mark(reason) };
    const there = log.acceptances().get(acceptanceKey(detail));
    // Entries of earlier versions contain the reason itself, not its mark.
    const isSameReason = there?.reasonMark === detail.reasonMark || there?.reason === reason;
    if (there === undefined || there.found !== found || there.accepted !== atMost || !isSameReason)
      fresh.push({ type: 'difference-accepted', detail, details: { reason } });
  }
  if (fresh.length > 0) await log.appendAll(fresh);
}
