import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes D100 to D119: retention and legal hold. */
export const retentionFindings = {
  D100: error(
    'a retention policy is not accepted',
    'The policy file has a rule without a name or a legal basis, an unknown condition, a period that is none, or an unknown time zone. Nothing was entered.',
    'Correct the file; docs/reference/retention-policy.md has the grammar and examples.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
