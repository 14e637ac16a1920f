import type { FindingEntry } from './types.ts';

const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
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
  D107: warning(
    'overdue deletions were not checked',
    'The archive has holds or a retention policy, but its catalog or its bags cannot be read, so a watch could not compare its recordings with the policy.',
    'Fix the reported cause; `longplay list ARCHIVE` updates the catalog.',
  ),
  D108: error(
    'a legal hold would end at once',
    'The time that was given with `--until` has passed, so the hold would protect no recording. Nothing was logged.',
    'Give a later day with `--until`, or omit it: the hold then lasts until `longplay hold release`.',
  ),
  D109: warning(
    'a rule of the retention policy matches no recording',
    'No recording of the archive meets the conditions of the rule at present. The message names the condition if no recording has any of its values, e.g. an importer, a site or a tag that is misspelled. Recordings that are imported later may match. The policy is in force nevertheless.',
    'Compare the conditions with a recording that the rule is to match: `longplay show ARCHIVE ID`. Values are compared exactly, with upper and lower case. Correct the file, and enter it again with `longplay retention set`.',
  ),
  D110: warning(
    'a rule of the retention policy contradicts itself',
    'The rule demands deletion before the end of its own `keep`, or before the end of the `keep` of another rule that applies to all recordings of the rule; or its period `started-from` to `started-before` is empty. The longer period applies, so nothing is deleted too early, and the shorter period has no effect. The policy is in force nevertheless.',
    'Decide which period is meant, correct the file, and enter it again with `longplay retention set`.',
  ),
  D111: warning(
    'a rule of the retention policy decides nothing',
    'Another rule applies to all recordings of the rule, keeps them at least as long and demands their deletion no later; or the rule sets no period and names no statement of the recorder. Nothing would change without the rule. The policy is in force nevertheless.',
    'Remove the rule, or correct its periods and conditions; then enter the file again with `longplay retention set`.',
  ),
  D112: warning(
    'a rule of the retention policy names a value that no recording has',
    'No recording of the archive has this importer, site, tag, group or recorder value, but some have another value of the same kind. The value may be misspelled. The policy is in force nevertheless.',
    'Values are compared exactly, with upper and lower case. Correct the file, and enter it again with `longplay retention set`.',
  ),
  D113: warning(
    'a replica is locked for longer than the retention policy permits',
    'Nothing can be deleted from the replica until its lock date is over, and the policy demands the deletion of recordings before that date. In a sealed archive an erasure destroys the secrets of the recordings, and the files on the replica are unreadable from then on; in an open archive they stay readable there until the lock is over.',
    'Compare the policy with `longplay retention plan ARCHIVE` and the lock dates with `longplay replica list ARCHIVE`. Bags that are not on the replica yet are not copied to it if a recording in them must be deleted before (R155).',
  ),
  D114: warning(
    'a retention policy was not compared with the recordings',
    'The policy is in force. The catalog or the bags of the archive could not be read, so rules that match nothing, values that no recording has, and locks of replicas were not looked for.',
    'Fix the reported cause; then `longplay retention plan ARCHIVE` compares them.',
  ),
  D115: error(
    'a case on hold was to be removed',
    'A legal hold on the case, or on everything, protects its messages. `case delete` and `case forget` remove nothing while the hold is active, because afterwards the secrets or the messages would be gone. If a hold cannot be read, or the log is damaged, it is unknown what is on hold, and every case stays. Nothing was logged.',
    'When the hold is over, release it with `longplay hold release ARCHIVE HOLD --reason TEXT`, and repeat the command. If it is unknown what is on hold: `longplay verify ARCHIVE` names what is damaged; `longplay replica repair` restores it from a replica.',
  ),
  W180: error(
    'recordings are kept longer than the retention policy allows',
    'The policy required the deletion of these recordings longer ago than `--max-overdue` permits, and nothing forbids the deletion: no hold, no `not-before`, nothing unknown.',
    'See which: `longplay retention plan ARCHIVE --state due`. Erase them, put them under a hold and give the reason, or set a policy that keeps them.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
