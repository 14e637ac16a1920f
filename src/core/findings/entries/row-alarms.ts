import type { FindingEntry } from './types.ts';

/** Codes I340 to I346: what the rows of a source say, looked at together, cannot be right, and names of rows and files that are only alike. All but I345 are alarms; loose files without any row raise none. */
export const rowAlarmFindings = {
  I340: {
    severity: 'warning',
    alarm: true,
    title: 'calls start in the future',
    meaning:
      'Rows give starts that lie more than a day after the clock of this machine: a column of numbers was taken for a time, a wrong unit of an epoch, a wrong century, or a clock that is wrong.',
    next: 'Look at the column that gives the start, and correct the mapping or `--zone`; if the recorder itself wrote it, accept it: `--accept I340=N --reason "…"`.',
  },
  I341: {
    severity: 'warning',
    alarm: true,
    title: 'calls start before recorders existed',
    meaning:
      'Rows give starts before 1981. The zeros at which clocks and columns start lie there (0001, 1601, 1900, 1904, 1970, 1980); so does what comes out where a telephone number or an id is read as a time.',
    next: 'Look at the column that gives the start. Where the recorder lost its clock, or a tape was digitised, accept it: `--accept I341=N --reason "…"`.',
  },
  I342: {
    severity: 'warning',
    alarm: true,
    title: 'all calls start at the same time',
    meaning:
      'At least 10 calls have a start, and it is one and the same: the date of the export, a constant column, or a date without its time of day.',
    next: 'Choose the column that differs from call to call. Where it is right, accept it: `--accept I342=N --reason "…"`.',
  },
  I343: {
    severity: 'warning',
    alarm: true,
    title: 'nothing was joined',
    meaning:
      'Rows describe calls, audio files are there, and not one row found a file: a wrong column, a wrong rule of the join, or an export of other calls.',
    next: 'Compare a row with the name of a file; correct the mapping, or look for the export that belongs to these files. Where both are complete as they are, accept it: `--accept I343=N --reason "…"`.',
  },
  I344: {
    severity: 'warning',
    alarm: true,
    title: 'no call has a start',
    meaning:
      'Rows describe calls, and none of them has a start that could be read: the mapping names no column for it, names the wrong one, or its format does not fit.',
    next: 'Give `start` in the mapping file (docs/mapping-file.md). Where the recorder kept no times, accept it: `--accept I344=N --reason "…"`.',
  },
  I345: {
    severity: 'note',
    title: 'calls were joined with files whose names differ from what they write',
    meaning:
      'Their rows write the name in another letter case, with escapes such as %20, as a URL with a query, or with another extension or none. Exact names were joined before; here one call without audio and one file without a row had the name, and the folders of the one end in those of the other.',
    next: 'Listen to one of them. The rule of each recording says so; a mapping with `ignore-case`, or `match = "stem"`, joins them exactly.',
  },
  I346: {
    severity: 'warning',
    alarm: true,
    title: 'calls without audio and files without a row have names that are alike',
    meaning:
      'But for letter case, escapes, extension or folders the rows write the names of these files. Several calls or files have one such name, or their folders differ, so that nothing tells which belong together; all are kept, none is joined.',
    next: 'Correct the names, or the join in the mapping file (docs/mapping-file.md), and import again. Where they do not belong together, accept it: `--accept I346=N --reason "…"`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
