import { agree } from '../core/base/agree.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { endOfDay } from '../core/time/calendar-day.ts';
import { foldedText } from '../core/words/fold-text.ts';
import type { Replica } from '../log/read/replica-register.ts';
import type { KeepingRow } from '../store/catalog/keeping-row.ts';
import { demandedDeletion, type Judgement } from './judge.ts';
import { contradictions, isNeverOpen, ruleName, withoutEffect } from './rules/compare-rules.ts';
import { pairLabel, partyWords, type ReviewersTags } from './rules/match-rule.ts';
import type { RetentionPolicy, RetentionRule } from './rules/policy.ts';

/** What a policy in force is compared with, besides the recordings. */
export interface ReviewedArchive {
  readonly tags: ReviewersTags;
  readonly replicas: readonly Replica[];
  readonly nowMs: number;
}

/** Compares a policy with an archive. */
export interface PolicyReview {
  /** Processes each recording of the archive, judged by the policy. */
  take(judgement: Judgement): void;
  /**
   * Returns D109 to D113, in the order of the rules. Nothing is said about rules that match nothing if the archive has no recordings. Messages name importers
   * sites, directions and statuses; other values, which may be names of persons, are named by their number.
   */
  findings(): readonly Finding[];
}

/** Conditions whose values are compared with the recordings one by one. */
const compared = ['importer', 'site', 'direction', 'status', 'group', 'org', 'tag', 'party'] as const;
type Compared = (typeof compared)[number];

/** Creates a review. Its memory depends on the policy and the replicas, not on the number of recordings. */
export function createPolicyReview({ rules }: RetentionPolicy, { tags, replicas, nowMs }: ReviewedArchive): PolicyReview {
  const matched = new Set<string>();
  const values = createValueWatch(rules);
  const locks = replicas.flatMap(({ name, lockedUntil }) => {
    const endMs = lockedUntil === null ? Number.NEGATIVE_INFINITY : endOfDay(lockedUntil);
    return lockedUntil === null || endMs <= nowMs ? [] : [{ name, lockedUntil, endMs, recordings: 0, firstMs: endMs }];
  });
  let recordings = 0;
  return {
    take: (judgement) => {
      recordings++;
      for (const name of judgement.rules) matched.add(name);
      values.take(judgement.row);
      const deletionMs = demandedDeletion(judgement);
      if (deletionMs === null) return;
      for (const lock of locks)
        if (deletionMs < lock.endMs) {
          lock.recordings++;
          lock.firstMs = Math.min(lock.firstMs, deletionMs);
        }
    },
    findings: () => [
      ...contradictions(rules),
      ...withoutEffect(rules),
      ...(recordings === 0 ? [] : rules.flatMap((rule) => unmatched(rule, matched, (name) => values.missing(rule, name, tags)))),
      ...locks.flatMap(({ name, lockedUntil, recordings: some, firstMs }) =>
        some === 0
          ? []
          : [
              finding(
                'D113',
                `replica ${name}`,
                agree`is locked until ${lockedUntil}, and the policy demands the deletion of ${some} recording[s] before, the first by ${new Date(firstMs).toISOString().slice(0, 10)}`,
              ),
            ],
      ),
    ],
  };
}

/** Returns D109 or D112 for a rule. @param missing returns the numbers of the values of a condition that no recording has, from 1 */
function unmatched(rule: RetentionRule, matched: ReadonlySet<string>, missing: (name: Compared) => readonly number[]): Finding[] {
  const { name, when } = rule;
  // Such a rule is named by D110.
  if (isNeverOpen(when)) return [];
  const lacking = compared.flatMap((condition) => {
    const all = when[condition] ?? [];
    const numbers = missing(condition);
    return numbers.length === 0 ? [] : [{ condition, all, numbers }];
  });
  const cause = lacking.find(({ all, numbers }) => numbers.length === all.length);
  if (!matched.has(name)) {
    const why =
      cause === undefined ? '' : agree`: none has ${cause.all.length === 1 ? 'the value' : 'any value'} of its condition ${valuesText(cause)}`;
    return [finding('D109', ruleName(rule), `matches no recording of the archive${why}`)];
  }
  return lacking.map((one) => finding('D112', ruleName(rule), `no recording has ${valuesText(one)}`));
}

/** Names values of a condition; by their words if they cannot name a person. */
function valuesText({
  condition,
  all,
  numbers,
}: {
  readonly condition: Compared;
  readonly all: readonly string[];
  readonly numbers: readonly number[];
}): string {
  // Other values may name persons.
  const isPublic = condition === 'importer' || condition === 'site' || condition === 'direction' || condition === 'status';
  const shown = numbers.slice(0, mostNamed).map((number) => (isPublic ? `'${all[number - 1] ?? ''}'` : String(number)));
  const more = numbers.length > mostNamed ? ` and ${numbers.length - mostNamed} more` : '';
  return isPublic
    ? `${condition} ${shown.join(', ')}${more}`
    : agree`${condition} (value${numbers.length === 1 ? '' : 's'} ${shown.join(', ')}${more} of ${all.length})`;
}

/** Largest number of values that a message names. */
const mostNamed = 10;

/** Finds the values of conditions that no recording has. */
function createValueWatch(rules: readonly RetentionRule[]): {
  take(row: KeepingRow): void;
  missing(rule: RetentionRule, name: Compared, tags: ReviewersTags): readonly number[];
} {
  const unseen = new Set(rules.flatMap(({ when }) => compared.flatMap((name) => (when[name] ?? []).map((value) => keyOf(name, value)))));
  const parties = partiesByWord(rules.flatMap(({ when }) => when.party ?? []));
  return {
    take: ({ importer, site, direction, status, groupId, labels, keys }) => {
      if (unseen.size === 0) return;
      unseen.delete(keyOf('direction', direction));
      unseen.delete(keyOf('status', status));
      unseen.delete(keyOf('importer', importer));
      unseen.delete(keyOf('site', site));
      if (groupId !== null) unseen.delete(keyOf('group', groupId));
      for (const label of labels.split(' ')) unseen.delete(label);
      if (parties.size === 0) return;
      for (const word of `${labels} ${keys}`.split(' ')) for (const value of parties.get(word) ?? []) unseen.delete(keyOf('party', value));
    },
    missing: ({ when }, name, tags) =>
      (when[name] ?? []).flatMap((value, index) => {
        const isReviewed = name === 'tag' && (tags.get(foldedText(value))?.size ?? 0) > 0;
        return isReviewed || !unseen.has(keyOf(name, value)) ? [] : [index + 1];
      }),
  };
}

/** Returns the values of `party` by each number key and agent label that a recording with the party has, also one that only perhaps has it. */
function partiesByWord(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const value of new Set(values)) for (const word of partyWords(value)) found.set(word, [...(found.get(word) ?? []), value]);
  return found;
}

function keyOf(name: Compared, value: string): string {
  // The catalog has labels of these values.
  const label = name === 'org' || name === 'tag' ? pairLabel(name, value) : null;
  return label ?? `${name} ${value}`;
}
