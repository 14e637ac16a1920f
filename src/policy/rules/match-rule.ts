import { type RecorderField, recorderFields } from '../../core/model/keeping-state.ts';
import { queryNumberKeys } from '../../core/numbers/number-keys.ts';
import { foldedText } from '../../core/words/fold-text.ts';
import type { KeepingRow } from '../../store/catalog/keeping-row.ts';
import { labelOf } from '../../store/catalog/labels.ts';
import { recorderRetention } from '../../store/catalog/recorder-retention.ts';
import { anyValue, type RetentionRule, type RuleConditions } from './policy.ts';

/**
 * Relation of a rule to a recording. `perhaps`: the recording's times or numbers leave it open; the rule then demands that the recording be kept, and does not
 * demand its deletion.
 */
export type RuleMatch = 'yes' | 'perhaps' | 'no';

/** Ids of the recordings that now have a reviewers' tag, by the case-folded text of the tag. */
export type ReviewersTags = ReadonlyMap<string, ReadonlySet<string>>;

/** Compares a rule with recordings. */
export type RuleMatcher = (row: KeepingRow, tags: ReviewersTags) => RuleMatch;

/** Prepares the comparison of a rule with many recordings. */
export function ruleMatcher({ when }: RetentionRule): RuleMatcher {
  const checks = [...equalities(when), ...labelChecks(when), ...partyCheck(when), ...recorderChecks(when), ...startCheck(when)];
  return (row, tags) => {
    let match: RuleMatch = 'yes';
    for (const check of checks) {
      const one = check(row, tags);
      if (one === 'no') return 'no';
      if (one === 'perhaps') match = 'perhaps';
    }
    return match;
  };
}

/** Returns the fields that have a statement of the recorder and that no matching rule names. Includes `expires` if its value is not a time. */
export function unmappedFields(row: KeepingRow, matching: readonly RetentionRule[]): readonly RecorderField[] {
  if (row.retention === '') return [];
  const said = saidValues(row);
  return recorderFields.filter((field) => {
    const value = said[field];
    return value === null || (value !== undefined && !matching.some(({ when }) => when.recorder[field] !== undefined));
  });
}

function saidValues(row: KeepingRow): Readonly<Partial<Record<RecorderField, string | null>>> {
  const { expires, ...said } = recorderRetention(row);
  return { ...said, ...(expires === undefined ? {} : { expires: expires === null ? null : new Date(expires[1]).toISOString() }) };
}

function names(values: readonly string[] | undefined, value: string): boolean {
  return values?.some((one) => one === anyValue || one === value.trim()) === true;
}

function yes(holds: boolean): RuleMatch {
  return holds ? 'yes' : 'no';
}

function equalities(when: RuleConditions): RuleMatcher[] {
  const members = [
    ['importer', when.importer],
    ['site', when.site],
    ['direction', when.direction],
    ['status', when.status],
    ['groupId', when.group],
  ] as const;
  return members.flatMap(([member, values]) => (values === undefined ? [] : [(row: KeepingRow) => yes(values.some((one) => one === row[member]))]));
}

/** Returns the label of a text `name=value`; a name must not contain `=`. */
export function pairLabel(kind: 'org' | 'tag', text: string): string | null {
  const at = text.indexOf('=');
  return at < 0 ? null : labelOf(kind, text.slice(at + 1), text.slice(0, at));
}

function labelChecks({ org, tag }: RuleConditions): RuleMatcher[] {
  const checks: RuleMatcher[] = [];
  const orgs = org?.flatMap((one) => pairLabel('org', one) ?? []);
  if (orgs !== undefined) checks.push((row) => yes(orgs.some((label) => hasWord(row.labels, label))));
  const tags = tag?.flatMap((one) => pairLabel('tag', one) ?? []);
  const reviewed = tag?.map(foldedText);
  if (tags !== undefined)
    checks.push((row, ofReviewers) =>
      yes(tags.some((label) => hasWord(row.labels, label)) || reviewed?.some((text) => ofReviewers.get(text)?.has(row.recordingId)) === true),
    );
  return checks;
}

function hasWord(words: string, word: string): boolean {
  return ` ${words} `.includes(` ${word} `);
}

function partyCheck({ party }: RuleConditions): RuleMatcher[] {
  if (party === undefined) return [];
  const agents = party.map((one) => labelOf('agent', one));
  const keys = party.flatMap((one) => queryNumberKeys(one));
  const certain = keys.filter(({ certainty }) => certainty === 'certain').map(({ key }) => key);
  const all = new Set(keys.map(({ key }) => key));
  return [
    (row) => {
      if (agents.some((label) => hasWord(row.labels, label)) || certain.some((key) => hasWord(row.keys, key))) return 'yes';
      return row.keys !== '' && row.keys.split(' ').some((key) => all.has(key)) ? 'perhaps' : 'no';
    },
  ];
}

/** Returns the label and the number keys of which a recording has one if it has, or perhaps has, this party. @param party telephone number or agent id */
export function partyWords(party: string): readonly string[] {
  return [labelOf('agent', party), ...queryNumberKeys(party).map(({ key }) => key)];
}

function recorderChecks({ recorder }: RuleConditions): RuleMatcher[] {
  return recorderFields.flatMap((field) => {
    const values = recorder[field];
    if (values === undefined) return [];
    return [
      (row: KeepingRow): RuleMatch => {
        if (row.retention === '') return 'no';
        const value = saidValues(row)[field];
        return yes(value !== undefined && value !== null && names(values, value));
      },
    ];
  });
}

/** Checks the start of a call. A call without a start may have begun at any time. */
function startCheck({ startedFromMs, startedBeforeMs }: RuleConditions): RuleMatcher[] {
  if (startedFromMs === undefined && startedBeforeMs === undefined) return [];
  const [from, before] = [startedFromMs ?? Number.NEGATIVE_INFINITY, startedBeforeMs ?? Number.POSITIVE_INFINITY];
  return [
    ({ earliest, latest }) => {
      if (earliest === null || latest === null) return 'perhaps';
      if (latest < from || earliest >= before) return 'no';
      return earliest >= from && latest < before ? 'yes' : 'perhaps';
    },
  ];
}
