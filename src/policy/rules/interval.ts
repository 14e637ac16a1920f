import { byCodePoint } from '../../core/base/order.ts';
import type { RecorderField } from '../../core/model/keeping-state.ts';
import type { KeepingRow } from '../../store/catalog/keeping-row.ts';
import { recorderRetention } from '../../store/catalog/recorder-retention.ts';
import { type ReviewersTags, type RuleMatcher, ruleMatcher, unmappedFields } from './match-rule.ts';
import { endOfPeriod } from './period.ts';
import type { PolicyEvent, PolicyTerm, RetentionPolicy, RetentionRule } from './policy.ts';

/** An end of a recording's interval. */
export interface Bound {
  /** Epoch ms; infinite: forever. */
  readonly atMs: number;
  /** Rule and version of the policy that give this end. */
  readonly rule: string;
  readonly version: number;
  readonly basis: string;
}

/** The interval that one version of a policy gives a recording. */
export interface VersionInterval {
  readonly notBefore: Bound | null;
  readonly notAfter: Bound | null;
  /** Names of the rules that match, or may match. */
  readonly rules: readonly string[];
  /** Statements of the recorder that no rule names. */
  readonly unmapped: readonly RecorderField[];
  /** True if the interval was counted from the import because an end or a start is unknown. */
  readonly isFromImport: boolean;
}

/** Computes intervals by one version of a policy. @param importedMs epoch ms of the recording's first import */
export type PolicyJudge = (row: KeepingRow, importedMs: number, tags: ReviewersTags) => VersionInterval;

/** Prepares a version of a policy for many recordings. */
export function policyJudge({ clock, rules }: RetentionPolicy, version: number): PolicyJudge {
  const matchers = rules.map((rule): readonly [RetentionRule, RuleMatcher] => [rule, ruleMatcher(rule)]);
  return (row, importedMs, tags) => {
    const matched: RetentionRule[] = [];
    const [keeps, removes]: [Bound[], Bound[]] = [[], []];
    let isFromImport = false;
    for (const [rule, matcher] of matchers) {
      const match = matcher(row, tags);
      if (match === 'no') continue;
      matched.push(rule);
      const begun = beginOf(rule.event, row);
      const beginMs = begun ?? importedMs;
      if (begun === null && rule.event !== 'import' && [rule.keep, rule.remove].some((term) => term?.kind === 'period')) isFromImport = true;
      const bound = (term: PolicyTerm): Bound | null => {
        const atMs = momentOf(term, row, (period) => endOfPeriod(period, beginMs, clock));
        return atMs === null ? null : { atMs, rule: rule.name, version, basis: rule.basis };
      };
      const [keep, remove] = [rule.keep === null ? null : bound(rule.keep), rule.remove === null ? null : bound(rule.remove)];
      if (keep !== null) keeps.push(keep);
      // A rule that only perhaps matches does not demand deletion.
      if (remove !== null && match === 'yes') removes.push(remove);
    }
    return {
      notBefore: latestOf(keeps),
      notAfter: earliestOf(removes),
      rules: matched.map(({ name }) => name),
      unmapped: unmappedFields(row, matched),
      isFromImport,
    };
  };
}

/** Returns the later bound: the longest duty to keep decides. */
export function latestOf(bounds: readonly Bound[]): Bound | null {
  return [...bounds].sort((a, b) => b.atMs - a.atMs || a.version - b.version || byCodePoint(a.rule, b.rule))[0] ?? null;
}

function earliestOf(bounds: readonly Bound[]): Bound | null {
  return [...bounds].sort((a, b) => a.atMs - b.atMs || byCodePoint(a.rule, b.rule))[0] ?? null;
}

/** Returns the latest possible moment of the event; null: it is unknown, or is the import. */
function beginOf(event: PolicyEvent, { latest, latestEnd }: KeepingRow): number | null {
  if (event === 'import') return null;
  return event === 'start' ? latest : latestEnd;
}

function momentOf(
  term: PolicyTerm,
  row: KeepingRow,
  end: (period: Extract<PolicyTerm, { readonly kind: 'period' }>['period']) => number,
): number | null {
  if (term.kind === 'period') return end(term.period);
  if (term.kind === 'never') return Number.POSITIVE_INFINITY;
  return recorderRetention(row).expires?.[1] ?? null;
}
