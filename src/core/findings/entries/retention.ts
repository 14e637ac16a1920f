import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes D100 to D119 and W180: retention and legal hold. */
export const retentionFindings = {
  D100: error(
    'a retention policy is not accepted',
    'The policy file has a rule without a name or a legal basis, an unknown condition, an invalid period or an unknown time zone. Nothing was logged.',
    'Correct the file; docs/reference/retention-policy.md has the grammar and examples.',
  ),
  D101: error(
    'a legal hold needs recordings',
    'A hold covers the recordings of exactly one of these: a query, a case, a list of ids. None or several of them were given, or no recording matches. Nothing was logged.',
    'Try the query with `longplay list ARCHIVE` first. A hold with `--following` may begin without a recording.',
  ),
  D102: error(
    'no such legal hold',
    'No hold of the archive has this id, several ids begin with it, or the hold has already ended. Nothing was logged.',
    'List them with `longplay hold list ARCHIVE --all`.',
  ),
  D103: error(
    'a hold or a retention policy was not logged',
    'Holds and policies are entries of the log, and the log of the archive cannot be written: the archive is read-only, the key is on another machine, another run has locked the log, or the disk refuses. Nothing has changed.',
    'Remove the cause, or work on the machine that has the key of the archive; then repeat the command.',
  ),
  D104: error(
    'no such version of the retention policy',
    'The archive has no retention policy, or its policy has no version with this number.',
    'Enter one with `longplay retention set ARCHIVE POLICY.toml --reason TEXT`; `longplay retention show ARCHIVE` lists the versions.',
  ),
  D105: error(
    'what must be kept is unknown',
    'Log entries, the list of a hold, or the rules of a version of the retention policy are damaged or missing. Until they are restored, every recording counts as protected and nothing may be deleted.',
    'Restore the file from a replica: `longplay replica repair ARCHIVE`. A hold whose list is lost can be released. To restore lost rules, run `longplay retention set` with the same file again.',
  ),
  D106: error(
    'a policy file or a list of ids cannot be read',
    'The system refused to read the file with the policy or with the ids of a hold. Nothing was logged.',
    'Check its path and permissions.',
  ),
  D107: {
    severity: 'warning',
    title: 'overdue deletions were not checked',
    meaning:
      'The archive has holds or a retention policy, but its catalog or its bags cannot be read, so a watch could not compare its recordings with the policy.',
    next: 'Fix the reported cause; `longplay list ARCHIVE` updates the catalog.',
  },
  D108: error(
    'a legal hold would end at once',
    'The time that was given with `--until` has passed, so the hold would protect no recording. Nothing was logged.',
    'Give a later day with `--until`, or omit it: the hold then lasts until `longplay hold release`.',
  ),
  W180: error(
    'recordings are kept longer than the retention policy allows',
    'The policy required the deletion of these recordings longer ago than `--max-overdue` permits, and nothing forbids the deletion: no hold, no `not-before`, nothing unknown.',
    'See which: `longplay retention plan ARCHIVE --state due`. Erase them, put them under a hold and give the reason, or set a policy that keeps them.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
