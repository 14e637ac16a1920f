import { agree } from '../../core/base/agree.ts';
import { isSameCall, type RowMatch } from './judge-row.ts';
import type { ListRow } from './list-rows.ts';

/** Result for a row. `outside`: certainly in the archive, but not in the case or only partly. */
export type RowOutcome = 'found' | 'outside' | 'perhaps' | 'missing' | 'unread';

/** The answer to a row. */
export interface RowAnswer {
  readonly outcome: RowOutcome;
  /** Reasons in words, without names and numbers. */
  readonly why: readonly string[];
  /** Recording ids, in this order of members: certain and in the case, certain and not in the case, uncertain. */
  readonly inCase: readonly string[];
  readonly inArchive: readonly string[];
  readonly perhaps: readonly string[];
  /** For a certain row: recordings that would otherwise be uncertain matches. */
  readonly rivals: readonly string[];
  /** True if time and parties make the match certain: no other row may then claim the same recordings at another time. */
  readonly isClaim: boolean;
}

/** Largest number of reasons and recordings that are reported per row. */
const mostReasons = 3;
const mostRecordings = 1_000;

/** Decides a row from its matches; null: there are no matches, and the reason must be found elsewhere. */
export function decideRow({ time }: Pick<ListRow, 'time'>, matches: readonly RowMatch[], isInCase: (id: string) => boolean): RowAnswer | null {
  const sure = matches.filter(({ sureness }) => sureness === 'certain');
  const byId = sure.filter((one) => one.byId);
  // Matches by the id of the call count. Of the others, which match by time and a person, those count that belong to the same call.
  const certain = byId.length > 0 ? sure.filter((one) => byId.some((other) => one.byId || isSameCall(one, other))) : sure;
  const isWindow = time?.kind === 'window' && byId.length === 0;
  if (certain.length > 1 && !isWindow && !isOneCall(certain))
    return perhapsOf([agree`${certain.length} recording[s] of several calls [matches|match] equally`], matches);
  if (certain.length === 0) {
    const reasons = [...new Set(matches.flatMap(({ why }) => why))];
    return matches.length === 0 ? null : perhapsOf(reasons, matches);
  }
  const heard = certain.filter(({ found }) => found.sound !== 'no');
  const idsOf = (some: readonly RowMatch[]): string[] => some.map(({ found }) => found.recordingId).slice(0, mostRecordings);
  const inCase = certain.filter(({ found }) => isInCase(found.recordingId));
  const inArchive = certain.filter(({ found }) => !isInCase(found.recordingId));
  const all = {
    inCase: idsOf(inCase),
    inArchive: idsOf(inArchive),
    perhaps: [],
    rivals: idsOf(matches.filter((one) => !certain.includes(one))),
    isClaim: byId.length === 0 && time?.kind === 'start',
  };
  if (heard.length === 0) {
    const [first] = certain;
    return { outcome: 'missing', why: [`the archive knows the call, but has no sound of it (${first?.found.status ?? ''})`], ...all };
  }
  const beside = heard.filter(({ found }) => !isInCase(found.recordingId)).length;
  // A single call is in the case if one of its recordings is; a window is, if all its recordings are.
  const isFound = isWindow ? beside === 0 : beside < heard.length;
  const why = beside === 0 || !isFound ? [] : [`${beside} more of its recordings ${beside === 1 ? 'is' : 'are'} not in the case`];
  const left = isFound || beside === heard.length ? [] : [agree`${beside} of ${heard.length} recording[s] [is|are] not in the case`];
  return { outcome: isFound ? 'found' : 'outside', why: [...why, ...left], ...all };
}

/** Returns an answer that leaves open which recording matches. */
function perhapsOf(reasons: readonly string[], matches: readonly RowMatch[]): RowAnswer {
  const perhaps = matches.map(({ found }) => found.recordingId).slice(0, mostRecordings);
  return { outcome: 'perhaps', why: reasons.slice(0, mostReasons), inCase: [], inArchive: [], perhaps, rivals: [], isClaim: false };
}

/** Returns the answer for a row without a recording, or for an unreadable row. */
export function without(outcome: 'missing' | 'unread', why: readonly string[]): RowAnswer {
  return { outcome, why, inCase: [], inArchive: [], perhaps: [], rivals: [], isClaim: false };
}

/** Returns the answer for a row whose recordings also match another row at another time. */
export function contested({ inCase, inArchive, rivals }: Pick<RowAnswer, 'inCase' | 'inArchive' | 'rivals'>): Omit<RowAnswer, 'isClaim' | 'rivals'> {
  return {
    outcome: 'perhaps',
    why: ['its recording also matches another row of the list, with another time'],
    inCase: [],
    inArchive: [],
    perhaps: [...inCase, ...inArchive, ...rivals],
  };
}

/** Returns true if the recordings belong to one call, pair by pair. */
function isOneCall(matches: readonly RowMatch[]): boolean {
  const [first, ...rest] = matches;
  if (first === undefined) return true;
  const joined = [first];
  for (let left = rest; left.length > 0; ) {
    const next = left.filter((one) => joined.some((other) => isSameCall(one, other)));
    if (next.length === 0) return false;
    joined.push(...next);
    left = left.filter((one) => !next.includes(one));
  }
  return true;
}
