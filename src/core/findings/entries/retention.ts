import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes D100 to D119 and W180: retention and legal hold. */
export const retentionFindings = {
  D100: error(
    'a retention policy is not accepted',
    'The policy file has a rule without a name or a legal basis, an unknown condition, a period that is none, or an unknown time zone. Nothing was entered.',
    'Correct the file; docs/reference/retention-policy.md has the grammar and examples.',
  ),
  D101: error(
    'a legal hold needs recordings',
    'A hold covers what a query finds, the recordings of a case, or a list of ids: exactly one of them. Nothing was found, none was given, or several were. Nothing was entered.',
    'Try the query with `longplay list ARCHIVE` first. A hold with `--following` may begin without a recording.',
  ),
  D102: error(
    'no such legal hold',
    'No hold of the archive has this id, several ids begin with it, or it is over already. Nothing was entered.',
    'List them with `longplay hold list ARCHIVE --all`.',
  ),
  D103: error(
    'a hold or a retention policy was not entered',
    'Holds and policies are entries of the log, and the log of the archive cannot be written: the archive is read-only, the key is on another machine, another run has locked the log, or the disk refuses. Nothing has changed.',
    'Remove the cause, or work on the machine that has the key of the archive; then repeat the command.',
  ),
  D104: error(
    'no such version of the retention policy',
    'The archive has no retention policy, or no version of this number.',
    'Enter one with `longplay retention set ARCHIVE POLICY.toml --why TEXT`; `longplay retention show ARCHIVE` lists the versions.',
  ),
  D105: error(
    'what must be kept is unknown',
    'Entries of the log are damaged or missing, the list of a hold is missing or altered, or the rules of a version of the retention policy are. Until it is known again, every recording counts as protected and nothing may be deleted.',
    'Restore the file from a replica: `longplay replica repair ARCHIVE`. A hold whose list is lost can be released; lost rules are known again when the same file is entered again with `longplay retention set`.',
  ),
  D106: error(
    'a policy file or a list of ids cannot be read',
    'The system refuses to read the file that was named for a policy or for the ids of a hold. Nothing was entered.',
    'Check its path and who may read it.',
  ),
  D107: {
    severity: 'warning',
    title: 'overdue deletions were not checked',
    meaning:
      'The archive has holds or a retention policy, but its catalog or its bags cannot be read, so a watch could not compare its recordings with the policy.',
    next: 'Fix the reported cause; `longplay list ARCHIVE` updates the catalog.',
  },
  W180: error(
    'recordings are kept longer than the retention policy allows',
    'The time after which the policy demands their deletion passed longer ago than `--max-overdue` permits, and nothing forbids the deletion: no hold, no not-before, nothing unknown.',
    'See which: `longplay retention plan ARCHIVE --state due`. Erase them, put them under a hold with its reason, or set a policy that keeps them.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
