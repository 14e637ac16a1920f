import type { FindingEntry } from './types.ts';

/** Codes I250 to I259: mapping files, both longplay's and users'. */
export const mappingsFindings = {
  I250: {
    severity: 'note',
    title: 'a mapping of longplay matches the source',
    meaning:
      'No importer knows the source, but its names or columns match a recorder family for which longplay has a mapping file. The mapping is not used automatically: two families may use the same names, and a mapping defines what numbers and times mean.',
    next: 'Read the mapping with `longplay importers ID`, above all what it tells you to check, and give it: --mapping ID. To change it: `longplay importers ID > mine.toml`, then --mapping mine.toml.',
  },
  I251: {
    severity: 'warning',
    title: '12-hour times without AM or PM',
    meaning:
      'The file names have an hour of the 12-hour clock without AM or PM, so each has two possible meanings. The text is kept, but gives no time.',
    next: 'Look for a report or table of the same calls with full times. If all calls were made in one half of the day, define `start` in a copy of the mapping.',
  },
  I252: {
    severity: 'warning',
    title: 'audio that the recorder had not finished',
    meaning:
      'The names of these files mark them as still being written at the time of the export. They are imported as they are, and marked in `quality`; what is missing is unknown.',
    next: 'Look for the finished file of the same call on the recorder, and import again; it becomes a recording of its own.',
  },
  I253: {
    severity: 'note',
    title: 'a table that the mapping describes is not in the source',
    meaning: 'The file names suffice for an import, but a table of the same calls would add data: full numbers, durations, ids.',
    next: 'If the recorder or service can export the table, put it beside the audio and import again.',
  },
  I254: {
    severity: 'note',
    title: 'a column that the mapping describes is not in the table',
    meaning: 'According to the mapping not every export has this column; this one does not. Its values are unknown.',
    next: 'Nothing; or export again with that column.',
  },
  I255: {
    severity: 'warning',
    title: 'combined values do not have the form in the mapping',
    meaning: 'A column combines two values, but in these rows it does not have the stated form. The value is kept whole.',
    next: 'Look at the first such row, and correct `[table.parts]` in a copy of the mapping.',
  },
  I256: {
    severity: 'note',
    title: 'rows that are not calls were left out',
    meaning:
      'The mapping says that these rows are not calls: a row of column types after the header (`skip-after-header`), or rows with certain values (`skip-where`), e.g. sums. None of them has a start that can be read.',
    next: 'Compare the number with the export: each table may have one row of types, and one row for each sum.',
  },
  I257: {
    severity: 'warning',
    title: 'rows that the mapping leaves out were kept, because they look like calls',
    meaning:
      'The mapping says that these rows are not calls (`skip-after-header`, `skip-where`), but they have a start that can be read. They were kept as calls: in an export without a row of column types, a call is in that place.',
    next: 'Look at the first of them. If they are calls, correct the mapping; if they are not, nothing is lost: each is a recording without audio.',
  },
  I258: {
    severity: 'warning',
    alarm: true,
    title: 'a record looks like a page of several calls',
    meaning:
      'A JSON or XML record has several values where the mapping expects the key and the start of one call, or has none of the columns that the mapping names. It is probably a page with a list of calls, of which only the first was read.',
    next: 'Give the list of calls with `path` (JSON, e.g. path = "objects") or `record` (XML) in `[table]`, and leave that path out of the column names. If each record is one call, accept the finding: `--accept I258=N --reason "…"`.',
  },
  I259: {
    severity: 'note',
    title: 'calls were read from a list within the table',
    meaning:
      'The mapping gives no `path`. At its top level the file has none of the columns that the mapping names, but a list inside has all of them, as in pages of a web service, e.g. {"objects":[…],"meta":{…}}. The elements of that list were read as the calls.',
    next: 'Nothing; or write the path into `[table]` of the mapping.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
