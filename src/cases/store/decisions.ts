import type { CaseDecision } from '../../archive/documents/case-json.ts';
import type { Person } from '../../core/identity/person.ts';

/**
 * What decisions say of a recording or of somebody in it; of two about the same the later one counts. A recording that is not theirs has nobody in it who is; one in which somebody
 * is theirs is theirs.
 */
export function decidedBy(decisions: readonly CaseDecision[]): Person['decided'] {
  if (decisions.length === 0) return null;
  const last = lastWords(decisions);
  return (recordingId, field) => {
    const of = last.get(recordingId);
    if (of === undefined) return null;
    const whole = of.get(null)?.decision ?? null;
    if (field === null) return whole ?? ([...of.values()].some(({ decision }) => decision === 'is') ? 'is' : null);
    return of.get(field)?.decision ?? (whole === 'is-not' ? whole : null);
  };
}

/** The decisions that no later one took back. */
export function decisionsThatCount(decisions: readonly CaseDecision[]): ReadonlySet<CaseDecision> {
  return new Set([...lastWords(decisions).values()].flatMap((of) => [...of.values()]));
}

/** The last word on each recording, by the field of the party; null: on the recording as a whole. */
function lastWords(decisions: readonly CaseDecision[]): ReadonlyMap<string, ReadonlyMap<string | null, CaseDecision>> {
  const last = new Map<string, Map<string | null, CaseDecision>>();
  for (const one of decisions) {
    const of = last.get(one.recordingId) ?? new Map<string | null, CaseDecision>();
    last.set(one.recordingId, of);
    // A later word on the whole takes back what was said of parts, and one on a part what was said of the whole.
    if (one.party === null) of.clear();
    else of.delete(null);
    of.set(one.party, one);
  }
  return last;
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
