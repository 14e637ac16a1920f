import type { KeepingState, RecorderField } from '../core/model/keeping-state.ts';
import type { KeepingRow } from '../store/catalog/keeping-row.ts';
import { recorderRetention } from '../store/catalog/recorder-retention.ts';
import { type Bound, latestOf, type PolicyJudge, policyJudge, type VersionInterval } from './rules/interval.ts';
import { type ReviewersTags, unmappedFields } from './rules/match-rule.ts';
import type { Hold, Landing, PolicyVersion } from './state/keeping-log.ts';

/** Why a recording must not be deleted now. `unmapped` forbids deletion only on the ground of retention; all others forbid it on any ground. */
export type ProtectionReason =
  /** `namedIn`: the case on hold whose messages name the recording; null: the hold covers the recording itself. */
  | { readonly kind: 'hold'; readonly hold: string; readonly namedIn: string | null }
  /** `isEarlier`: an earlier description of the recording states it, and the present one does not state it as well. */
  | { readonly kind: 'recorder-hold'; readonly field: 'hold' | 'lock'; readonly isEarlier: boolean; readonly value: string }
  | { readonly kind: 'not-before'; readonly bound: Bound }
  | { readonly kind: 'unmapped'; readonly field: RecorderField }
  | { readonly kind: 'unreadable'; readonly what: string };

/** Why an interval is uncertain; it was then counted from the latest possible moment. */
export type Uncertainty = 'start-interval' | 'start-unknown' | 'counted-from-import' | 'import-unknown';

/** Result of applying holds and policy to a recording at a moment. */
export interface Judgement {
  readonly row: KeepingRow;
  readonly state: KeepingState;
  /** Why retention must not delete the recording now; empty: it may. */
  readonly reasons: readonly ProtectionReason[];
  /** Latest not-before among those given by all versions of the policy in force since the recording's import. */
  readonly notBefore: Bound | null;
  /** Earliest not-after that the version in force gives. */
  readonly notAfter: Bound | null;
  /** True if the not-after is before the not-before: the recording is kept until the not-before. */
  readonly conflict: boolean;
  /** Rules of the version in force that match, or may match, the recording. */
  readonly rules: readonly string[];
  readonly uncertain: readonly Uncertainty[];
}

/** State of an archive at a moment, from its signed log. */
export interface KeepingFacts {
  /** Holds that are not over, with all recordings that they cover at this moment. */
  readonly holds: readonly Hold[];
  /** Versions of the policy, oldest first. */
  readonly versions: readonly PolicyVersion[];
  readonly landings: ReadonlyMap<string, Landing>;
  readonly tags: ReviewersTags;
  /** Parts of the log, holds and policies that cannot be read. Unless this is empty, nothing may be deleted. */
  readonly unreadable: readonly string[];
  readonly nowMs: number;
}

/** Earlier descriptions of an amended recording; `isWhole` is false if one of them cannot be read. */
export interface EarlierDescriptions {
  readonly rows: readonly KeepingRow[];
  readonly bags: readonly string[];
  readonly isWhole: boolean;
}

/** Creates a function that judges recordings one by one. @param earlier reads the descriptions that amendments have replaced */
export function createJudge(facts: KeepingFacts, earlier: (row: KeepingRow) => EarlierDescriptions): (row: KeepingRow) => Judgement {
  const versions = facts.versions.flatMap((one) => (one.policy === null ? [] : [{ ...one, judge: policyJudge(one.policy, one.version) }]));
  const current = versions.find(({ untilSeq }) => untilSeq === null) ?? null;
  return (row) => {
    const before = row.revision === 1 ? noneEarlier : earlier(row);
    const landing = firstLanding([row.bag, ...before.bags], facts.landings);
    const importedMs = landing?.timeMs ?? facts.nowMs;
    const own = current?.judge(row, importedMs, facts.tags) ?? null;
    const promised = versions
      .filter(({ untilSeq }) => landing === null || untilSeq === null || untilSeq > landing.seq)
      .flatMap(({ judge }) => keepsOf(judge, [row, ...before.rows], importedMs, facts.tags));
    const notBefore = latestOf(promised);
    const notAfter = own?.notAfter ?? null;
    const reasons = [
      ...facts.unreadable.map((what) => ({ kind: 'unreadable', what }) as const),
      ...(before.isWhole ? [] : [{ kind: 'unreadable', what: 'an earlier description of the recording cannot be read' } as const]),
      ...holdReasons(row.recordingId, facts.holds),
      ...(notBefore !== null && notBefore.atMs > facts.nowMs ? [{ kind: 'not-before', bound: notBefore } as const] : []),
      ...saidReasons(row, own),
      ...earlierHolds(row, before.rows, (one) => current?.judge(one, importedMs, facts.tags).unmapped ?? unmappedFields(one, [])),
    ];
    const isPast = notAfter !== null && notAfter.atMs <= facts.nowMs;
    return {
      row,
      state: stateOf(reasons, isPast, own),
      reasons,
      notBefore,
      notAfter,
      conflict: notAfter !== null && notBefore !== null && notAfter.atMs < notBefore.atMs,
      rules: own?.rules ?? [],
      uncertain: uncertaintiesOf(row, own, landing),
    };
  };
}

/** Returns the holds that protect a recording: those that cover it, and those of cases whose messages name it, because these would be erased with it. */
export function holdReasons(recordingId: string, holds: readonly Pick<Hold, 'id' | 'case' | 'list' | 'named'>[]): ProtectionReason[] {
  return holds.flatMap(({ id, case: caseId, list, named }): ProtectionReason[] => {
    if (list.has(recordingId)) return [{ kind: 'hold', hold: id, namedIn: null }];
    return named.has(recordingId) ? [{ kind: 'hold', hold: id, namedIn: caseId }] : [];
  });
}

/** Returns the epoch ms at which retention demands the deletion of a recording; null: never. Of two periods the longer one applies. */
export function demandedDeletion({ notAfter, notBefore }: Pick<Judgement, 'notAfter' | 'notBefore'>): number | null {
  return notAfter === null ? null : Math.max(notAfter.atMs, notBefore?.atMs ?? notAfter.atMs);
}

const noneEarlier: EarlierDescriptions = { rows: [], bags: [], isWhole: true };

function keepsOf(judge: PolicyJudge, rows: readonly KeepingRow[], importedMs: number, tags: ReviewersTags): Bound[] {
  return rows.flatMap((row) => judge(row, importedMs, tags).notBefore ?? []);
}

/** Returns the first landing of a recording. Null if a landing is unknown: every version of the policy may then have been in force since. */
function firstLanding(bags: readonly string[], landings: ReadonlyMap<string, Landing>): Landing | null {
  const known = bags.map((bag) => landings.get(bag) ?? null);
  return known.reduce((first, one) => (first === null || one === null ? null : one.seq < first.seq ? one : first), known[0] ?? null);
}

/** Returns reasons from statements of the recorder that no rule names. A hold or lock stated by the recorder counts until a rule says what it means. */
function saidReasons(row: KeepingRow, own: VersionInterval | null): ProtectionReason[] {
  const unmapped = own?.unmapped ?? unmappedFields(row, []);
  return unmapped.map((field) =>
    isHold(field) ? { kind: 'recorder-hold', field, isEarlier: false, value: saidOf(row, field) } : { kind: 'unmapped', field },
  );
}

/**
 * Returns holds and locks that only earlier descriptions of a recording state, and that no rule names. An amendment ends no hold: a later export may lack it by
 * mistake, or because somebody changed a table.
 */
function earlierHolds(
  row: KeepingRow,
  earlier: readonly KeepingRow[],
  unmapped: (row: KeepingRow) => readonly RecorderField[],
): Extract<ProtectionReason, { readonly kind: 'recorder-hold' }>[] {
  const stated = new Map<'hold' | 'lock', string>();
  for (const one of earlier) for (const field of unmapped(one)) if (isHold(field)) stated.set(field, saidOf(one, field));
  for (const field of unmapped(row)) if (isHold(field)) stated.delete(field);
  return [...stated].map(([field, value]) => ({ kind: 'recorder-hold', field, isEarlier: true, value }));
}

function isHold(field: RecorderField): field is 'hold' | 'lock' {
  return field === 'hold' || field === 'lock';
}

function saidOf(row: KeepingRow, field: 'hold' | 'lock'): string {
  return recorderRetention(row)[field] ?? '';
}

function stateOf(reasons: readonly ProtectionReason[], isPast: boolean, own: VersionInterval | null): KeepingState {
  if (reasons.length > 0) return isPast ? 'deferred' : reasons.some(({ kind }) => kind === 'hold' || kind === 'recorder-hold') ? 'held' : 'kept';
  if (isPast) return 'due';
  return own === null || own.rules.length === 0 ? 'no-rule' : 'free';
}

function uncertaintiesOf(row: KeepingRow, own: VersionInterval | null, landing: Landing | null): Uncertainty[] {
  const said = recorderRetention(row).expires;
  const isOpen = (row.earliest ?? 0) < (row.latest ?? 0) || (said !== undefined && said !== null && said[0] < said[1]);
  return [
    ...(row.latest === null ? ['start-unknown' as const] : isOpen ? ['start-interval' as const] : []),
    ...(own?.isFromImport === true ? ['counted-from-import' as const] : []),
    ...(landing === null ? ['import-unknown' as const] : []),
  ];
}
