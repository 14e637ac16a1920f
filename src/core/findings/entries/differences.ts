import type { FindingEntry } from './types.ts';

/**
 * Codes P270 to P275: what an import counts over findings of many codes, so that it can be accepted by one number; never printed as a finding of its own. P275: what cannot
 * be accepted.
 */
export const differencesFindings = {
  P270: {
    severity: 'warning',
    alarm: true,
    title: 'originals have no copy to hear',
    meaning:
      'Originals are kept; there is no decoder for them, or their copy failed its comparison. Each was told with a code of its own; this is their number.',
    next: 'See the other findings on the same files. Where nothing can be done, accept it: `--accept P270=N --reason "…"`.',
  },
  P271: {
    severity: 'warning',
    alarm: true,
    title: 'originals are doubtful',
    meaning:
      'The sound of originals may be noise of a wrong decoding, or was not decoded to its end. Each was told with a code of its own; this is their number.',
    next: 'Listen: `longplay list ARCHIVE --doubtful`. Where they are as they should be, accept it: `--accept P271=N --reason "…"`.',
  },
  P272: {
    severity: 'warning',
    alarm: true,
    title: 'rows or documents could not be read',
    meaning:
      'Rows of tables, or documents of single calls (JSON, XML), could not be read: cut, damaged or too large. Each was reported with its number or name; this is how many they are. A recording may keep what there is of them, with the status parse-error.',
    next: 'Repair the export, or export again. Where these are of no use, accept it: `--accept P272=N --reason "…"`.',
  },
  P273: {
    severity: 'warning',
    alarm: true,
    title: 'recordings were not imported',
    meaning: 'Recordings could not be imported, and each was told with a code that does not end a run with 3 by itself; this is their number.',
    next: 'See the findings above, remove the causes, and run the same import again.',
  },
  P275: {
    severity: 'error',
    title: 'that cannot be accepted',
    meaning:
      '`--accept CODE=N` takes a code that ends an import or survey with 3, and the largest number of calls, rows or files that was reviewed; `--reason` says why, in one line.',
    next: 'Copy the line that the run before printed (`To accept after review`), and give the reason.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
