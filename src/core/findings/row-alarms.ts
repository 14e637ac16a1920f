import type { FindingEntry } from './types.ts';

/** Codes I340 to I344: what the rows of a source say, looked at together, cannot be right. Each is an alarm; loose files without any row raise none. */
export const rowAlarmFindings: Readonly<Record<string, FindingEntry>> = {
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
};
