import type { CaseDecision } from '../archive/case-json.ts';
import type { Person } from '../core/identity/person.ts';

/**
 * What decisions say of a recording or of somebody in it; of two about the same the later one counts. A recording that is not theirs has nobody in it who is; one in which somebody
 * is theirs is theirs.
 */
export function decidedBy(decisions: readonly CaseDecision[]): Person['decided'] {
  if (decisions.length === 0) return null;
  const last = new Map<string, Map<string | null, CaseDecision['decision']>>();
  for (const { recordingId, party, decision } of decisions) {
    const of = last.get(recordingId) ?? new Map<string | null, CaseDecision['decision']>();
    last.set(recordingId, of);
    // A later word on the whole takes back what was said of parts, and one on a part what was said of the whole.
    if (party === null) of.clear();
    else of.delete(null);
    of.set(party, decision);
  }
  return (recordingId, field) => {
    const of = last.get(recordingId);
    if (of === undefined) return null;
    const whole = of.get(null) ?? null;
    if (field === null) return whole ?? ([...of.values()].includes('is') ? 'is' : null);
    return of.get(field) ?? (whole === 'is-not' ? whole : null);
  };
}

/** What was decided of a recording, in words. @param shown a reason as it may be shown */
export function decisionsOf(
  decisions: readonly CaseDecision[],
  recordingId: string,
  shown: (reason: string) => string = (reason) => reason,
): readonly string[] {
  return decisions.filter((one) => one.recordingId === recordingId).map((one) => decisionWords(one, shown(one.reason)));
}

/** A decision in words for people. @param reason as it may be shown */
function decisionWords({ party, decision, at, by }: CaseDecision, reason: string): string {
  const what = decision === 'is' ? 'this is them' : 'this is not them';
  const who = by === null ? '' : ` by ${by}`;
  return `decided: ${what}${party === null ? '' : ` (${party})`},${who} at ${at.slice(0, 16)}Z${reason === '' ? '' : `: ${reason}`}`;
}
