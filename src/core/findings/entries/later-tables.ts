import type { FindingEntry } from './types.ts';

/** Codes P295 to P298: rows of a later table that `longplay amend` did not add to recordings. */
export const laterTablesFindings = {
  P295: {
    severity: 'note',
    title: 'rows of a later table describe no recording',
    meaning:
      'No recording of the archive has the values by which the mapping matches these rows (`[match]`), or a common number within the window of time. A CRM or a trading system has many rows without a recorded call.',
    next: 'If most rows should match, look at one of them and at its recording with `longplay search` and `longplay show`, and correct `[match]` in the mapping.',
  },
  P296: {
    severity: 'warning',
    title: 'rows of a later table have no values to match by',
    meaning: 'The columns of `[match]` are empty in these rows, and they have no time and number to compare, or the mapping gives no window.',
    next: 'Look at the rows. If another column identifies the call, name it in `[match]`.',
  },
  P297: {
    severity: 'warning',
    alarm: true,
    title: 'rows of a later table match several recordings',
    meaning:
      'Several recordings have the values of these rows, or a common number within the window, and nothing shows which of them is meant. Such a row is added to none of them.',
    next: 'If a row may describe several recordings, e.g. all calls about one order, set `several = true` in `[match]`. Otherwise match by more columns or a smaller window, or accept the finding: `--accept P297=N --reason "…"`.',
  },
  P298: {
    severity: 'warning',
    alarm: true,
    title: 'rows of a later table contradict earlier ones',
    meaning:
      'The archive already has a row of the same system with the same key, but with other values or for another recording; or two rows of this table have the same key. The earlier row is kept, because nothing shows that the later one is right.',
    next: 'See the differences: the same command with `--replace --dry-run`. If the new rows are right, run it with `--replace`; the earlier values stay in the earlier revision. Otherwise accept the finding: `--accept P298=N --reason "…"`.',
  },
} as const satisfies Record<string, FindingEntry>;
