import type { FindingEntry } from './types.ts';

/** Codes P280 to P284: the recorder's tables that an archive keeps. */
export const keptTablesFindings = {
  P280: {
    severity: 'error',
    alarm: true,
    title: 'a table was not kept',
    meaning:
      'The table was read and its recordings are imported, but the archive has no copy of the table itself: it changed between planning and copying, cannot be read again, or cannot be kept without the columns that the mapping leaves out. The message says which.',
    next: 'Remove the cause and run the same import again: it keeps what is missing. Or omit the tables with `--no-keep-tables`.',
  },
  P281: {
    severity: 'note',
    title: 'columns were left out of a kept table',
    meaning: 'The mapping leaves these columns out (`[keep] without`): the kept table has their separators and not their values.',
    next: 'Nothing. The values are in the source only.',
  },
  P282: {
    severity: 'warning',
    title: 'rows were left out of a kept table',
    meaning:
      'The mapping leaves columns out, and in these rows it is not certain which cell belongs to which column, because quotes or cells are missing. These rows were left out completely, so that no value of those columns is kept.',
    next: 'If the rows matter, correct them in a copy of the table and import the copy.',
  },
  P283: {
    severity: 'error',
    title: 'a kept table cannot be indexed',
    meaning: 'table.json or unread.jsonl of a kept table is missing, damaged or of a newer version, so the catalog does not have it.',
    next: 'Run `longplay verify`, which checks the bag. If the bag is damaged, restore it from a replica.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
