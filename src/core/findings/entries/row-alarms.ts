import type { FindingEntry } from './types.ts';

/**
 * Codes I340 to I346: implausible values over all rows of a source, and similar names of rows and files. All but I345 are alarms; a source of loose
 * files without any row raises no alarm.
 */
export const rowAlarmFindings = {
  I340: {
    severity: 'warning',
    alarm: true,
    title: 'calls start in the future',
    meaning:
      'Rows have starts more than a day after the clock of this machine: a column of numbers was used as a time, an epoch has the wrong unit, a century is wrong, or a clock is wrong.',
    next: 'Check the column that gives the start, and correct the mapping or `--zone`; if the recorder itself wrote such starts, accept the finding: `--accept I340=N --reason "…"`.',
  },
  I341: {
    severity: 'warning',
    alarm: true,
    title: 'calls start before recorders existed',
    meaning:
      'Rows have starts before 1981. The zero points of clocks and data types are such dates (0001, 1601, 1900, 1904, 1970, 1980). So are many results of reading a telephone number or an id as a time.',
    next: 'Check the column that gives the start. If the recorder had lost its clock, or a tape was digitised, accept the finding: `--accept I341=N --reason "…"`.',
  },
  I342: {
    severity: 'warning',
    alarm: true,
    title: 'all calls start at the same time',
    meaning:
      'At least 10 calls have a start, and all starts are the same: the date of the export, a constant column, or a date without a time of day.',
    next: 'Choose the column that differs from call to call. If the starts are right, accept the finding: `--accept I342=N --reason "…"`.',
  },
  I343: {
    severity: 'warning',
    alarm: true,
    title: 'nothing was joined',
    meaning:
      'There are rows that describe calls, and audio files, but no row matched a file: a wrong column, a wrong join rule, or an export of other calls.',
    next: 'Compare a row with a file name; correct the mapping, or look for the export that belongs to these files. If rows and files are complete as they are, accept the finding: `--accept I343=N --reason "…"`.',
  },
  I344: {
    severity: 'warning',
    alarm: true,
    title: 'no call has a start',
    meaning:
      'Rows describe calls, but none has a readable start: the mapping names no column for it, names the wrong one, or its format does not match.',
    next: 'Give `start` in the mapping file (docs/reference/mapping-file.md). If the recorder kept no times, accept the finding: `--accept I344=N --reason "…"`.',
  },
  I345: {
    severity: 'note',
    title: 'calls were joined with files whose names differ slightly',
    meaning:
      'The rows write the file name in another letter case, with escapes such as %20, as a URL with a query, or with another extension or none. Exact names were joined first. After that, exactly one call without audio and one file without a row had this name, and the folders in one of the two paths end in the folders of the other.',
    next: 'Listen to one of them. The rule of each recording states this; a mapping with `ignore-case`, or `match = "stem"`, joins them exactly.',
  },
  I346: {
    severity: 'warning',
    alarm: true,
    title: 'calls without audio and files without a row have similar names',
    meaning:
      'Except for letter case, escapes, extension or folders, the rows have the names of these files. Several calls or files share such a name, or their folders differ, so nothing shows which belong together; all are kept, none is joined.',
    next: 'Correct the names, or the join in the mapping file (docs/reference/mapping-file.md), and import again. If they do not belong together, accept the finding: `--accept I346=N --reason "…"`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
