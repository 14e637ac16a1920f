import type { CaseDecision } from '../../archive/documents/case-json.ts';
import type { Decision } from '../../core/identity/decision.ts';
import type { Person } from '../../core/identity/person.ts';

/**
 * Returns the decisions about a recording or a party; the later of two about the same one counts. A denied recording contains no party that is the data
 * subject, and neither does one that concerns the data subject; a recording with a confirmed party is about the data subject.
 */
export function decidedBy(decisions: readonly CaseDecision[]): Person['decided'] {
  if (decisions.length === 0) return null;
  const last = lastWords(decisions);
  return (recordingId, field) => {
    const of = last.get(recordingId);
    if (of === undefined) return null;
    const whole = of.get(null)?.decision ?? null;
    if (field === null) return whole ?? ([...of.values()].some(({ decision }) => decision === 'is') ? 'is' : null);
    return of.get(field)?.decision ?? (whole === 'is-not' || whole === 'concerns' ? 'is-not' : null);
  };
}

/** Returns the decisions that no later decision revoked. */
export function decisionsThatCount(decisions: readonly CaseDecision[]): ReadonlySet<CaseDecision> {
  return new Set([...lastWords(decisions).values()].flatMap((of) => [...of.values()]));
}

/** Returns the last decision per recording and party field; null stands for the recording as a whole. */
function lastWords(decisions: readonly CaseDecision[]): ReadonlyMap<string, ReadonlyMap<string | null, CaseDecision>> {
  const last = new Map<string, Map<string | null, CaseDecision>>();
  for (const one of decisions) {
    const of = last.get(one.recordingId) ?? new Map<string | null, CaseDecision>();
    last.set(one.recordingId, of);
    // A later decision on the whole recording revokes decisions on its parties, and the other way round.
    if (one.party === null) of.clear();
    else of.delete(null);
    of.set(one.party, one);
  }
  return last;
}

/** Describes the decisions about a recording. @param shown returns a reason as it may be shown */
export function decisionsOf(
  decisions: readonly CaseDecision[],
  recordingId: string,
  shown: (reason: string) => string = (reason) => reason,
): readonly string[] {
  return decisions.filter((one) => one.recordingId === recordingId).map((one) => decisionWords(one, shown(one.reason)));
}

const words = { is: 'is the person', 'is-not': 'is not the person', concerns: 'concerns the person, who is no party' } as const satisfies Record<
  Decision,
  string
>;

/** Says what a decision states about its recording or party, and what is to be erased if that was decided. */
export function whatDecided({ decision, erase }: Pick<CaseDecision, 'decision' | 'erase'>): string {
  return `${words[decision]}${erase === undefined ? '' : `; of it ${erase.join(', ')} is to be erased`}`;
}

/** Describes a decision. @param reason the reason as it may be shown */
function decisionWords({ party, decision, erase, at, by }: CaseDecision, reason: string): string {
  const what = `this ${whatDecided({ decision, ...(erase === undefined ? {} : { erase }) })}`;
  const who = by === null ? '' : ` by ${by}`;
  return `decided: ${what}${party === null ? '' : ` (${party})`},${who} at ${at.slice(0, 16)}Z${reason === '' ? '' : `: ${reason}`}`;
}
