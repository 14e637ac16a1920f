import type { FindingEntry } from './types.ts';

/** Codes I250 to I259: mapping files, those that ship and those of users. */
export const mappingsFindings = {
  I250: {
    severity: 'note',
    title: 'a mapping that ships with longplay fits the source',
    meaning:
      'No importer knows the source, but its names or columns are those of a family for which longplay has a mapping file. It is not used by itself: two families may name their files alike, and a mapping says what numbers and times mean.',
    next: 'Read the mapping with `longplay importers ID`, above all what it tells you to check, and give it: --mapping ID. To change it: `longplay importers ID > mine.toml`, then --mapping mine.toml.',
  },
  I251: {
    severity: 'warning',
    title: 'times of a 12-hour clock do not say AM or PM',
    meaning:
      'The names of files hold an hour of the 12-hour clock and not its half of the day, so each of them may mean two moments. The text is kept, and no time is made of it.',
    next: 'Look for a report or table of the same calls that has the whole time; or, where all calls were made in one half of the day, give a `start` of your own in a copy of the mapping.',
  },
  I252: {
    severity: 'warning',
    title: 'audio that the recorder had not finished',
    meaning:
      'The names of these files mark them as still being written when the export was made. They are imported as they are, and marked in `quality`; what they lack is not known.',
    next: 'Look for the finished file of the same call on the recorder, and import again; the finished one becomes a recording of its own.',
  },
  I253: {
    severity: 'note',
    title: 'the mapping knows a table that is not in the source',
    meaning: 'The names of the files tell enough for an import, and a table of the same calls would tell more: numbers in full, lengths, ids.',
    next: 'If the recorder or service can export the table, put it beside the audio and import again.',
  },
  I254: {
    severity: 'note',
    title: 'a column that the mapping knows is not in the table',
    meaning: 'The mapping says that not every export has this column, and this one has not. What it would have said is not known.',
    next: 'Nothing; or have the export made with that column.',
  },
  I255: {
    severity: 'warning',
    title: 'joined values are not written as the mapping says',
    meaning: 'A column holds two values in one, and in these rows it does not have that form. The value is kept as it stands and not taken apart.',
    next: 'Look at the first such row, and correct `[table.parts]` in a copy of the mapping.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
