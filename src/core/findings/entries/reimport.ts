import type { FindingEntry } from './types.ts';

/** Codes P260 to P264: what an import finds where bytes are compared, with the archive and with each other. */
export const reimportFindings = {
  P260: {
    severity: 'warning',
    alarm: true,
    title: 'a file has other bytes than the archive has of it',
    meaning:
      'Rows, name and size are those of a recording of the archive, and the bytes are others: the file was exported again, damaged or repaired since, or another call took its name. Nothing in an archive is overwritten: the new state is imported beside the old one and names it in `supersedes`.',
    next: 'Listen to both (`longplay show`, `longplay play`) and find out which is right. Where the change is known, accept it: `--accept P260=N --reason "…"`.',
  },
  P261: {
    severity: 'warning',
    title: 'different calls have identical audio',
    meaning:
      'Files of audio are equal byte for byte and stand under different calls of the archive. An export tool that wrote one call into many files leaves this sign; so do announcements, test calls, and a source that was imported a second time with another importer, site or mapping.',
    next: 'Listen to one of them and compare with the rows of the calls. Where the recorder still runs, export these calls again.',
  },
  P262: {
    severity: 'warning',
    alarm: true,
    title: 'a file could not be compared with the archive',
    meaning:
      'The archive has a recording with these rows, names and sizes. The time stamp differs, or bytes were to be compared, and the file could not be read. What the archive has stays as it is.',
    next: 'Remove the cause that the message names and run the same import again.',
  },
  P264: {
    severity: 'warning',
    alarm: true,
    title: 'the source has less of a recording than the archive',
    meaning:
      'Files of a recording that the archive has are shorter, empty or gone in the source now: deleted by the recorder, cut by an export, or damaged. The archive keeps what it has; the new state is imported beside it and names it in `supersedes`, so the call has two entries, of which the older one has the sound.',
    next: 'Compare both with `longplay show`. Where the recorder has deleted them on purpose, accept it: `--accept P264=N --reason "…"`.',
  },
  P263: {
    severity: 'note',
    title: 'two loose files of one name are two recordings',
    meaning:
      'A file of this path is in the archive from a source of another name, with other bytes or another size. Paths are all that is known of loose files, and those of two roots may be the same: both are kept, the second under a key that ends in a digest.',
    next: 'Nothing: both are kept. `--site` tells recorders apart.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
