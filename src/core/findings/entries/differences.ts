import type { FindingEntry } from './types.ts';

/**
 * Codes P270 to P275. P270 to P273 sum up findings of many codes, so that one number accepts all of them; these codes are never printed as single
 * findings. P275: an acceptance that is not valid.
 */
export const differencesFindings = {
  P270: {
    severity: 'warning',
    alarm: true,
    title: 'originals without an access copy',
    meaning:
      'These originals are kept, but there is no decoder for them, or their access copy failed its comparison. Each has a finding of its own; this one counts them.',
    next: 'See the other findings on the same files. If nothing can be done, accept the finding: `--accept P270=N --reason "…"`.',
  },
  P271: {
    severity: 'warning',
    alarm: true,
    title: 'doubtful originals',
    meaning:
      'The audio of these originals may be noise because of a wrong codec, or was not decoded to its end. Each has a finding of its own; this one counts them.',
    next: 'Listen: `longplay list ARCHIVE --doubtful`. If the audio is as expected, accept the finding: `--accept P271=N --reason "…"`.',
  },
  P272: {
    severity: 'warning',
    alarm: true,
    title: 'rows or documents could not be read',
    meaning:
      'Rows of tables, or documents of single calls (JSON, XML), could not be read: cut, damaged or too large. Each was reported with its number or name; this finding counts them. What could be read of a call is kept as a recording with the status parse-error.',
    next: 'Repair the export, or export again. If the rows are of no use, accept the finding: `--accept P272=N --reason "…"`.',
  },
  P273: {
    severity: 'warning',
    alarm: true,
    title: 'recordings were not imported',
    meaning:
      'These recordings could not be imported. The findings that give the reasons do not make a run end with 3. This finding counts the recordings and makes the run end with 3.',
    next: 'See the findings above, remove the causes, and run the same import again.',
  },
  P275: {
    severity: 'error',
    title: '--accept or --reason is not valid',
    meaning:
      '`--accept CODE=N` needs a code that makes an import or survey exit with 3, and N, the number of calls, rows or files that were reviewed. `--reason` gives the reason in one line.',
    next: 'Copy the line that the earlier run printed (`To accept after review`), and give the reason.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
