import type { FindingEntry } from './types.ts';

/** Codes P260 to P269, and P299: differences found when an import compares bytes with the archive and with each other. */
export const reimportFindings = {
  P260: {
    severity: 'warning',
    alarm: true,
    title: 'a file differs from the archived one',
    meaning:
      'Rows, name and size are those of a recording in the archive, but the bytes differ: the file was exported again, damaged or repaired since, or another call has taken its name. Nothing in an archive is overwritten: the new state is added beside the old one and refers to it in `supersedes`.',
    next: 'Listen to both (`longplay show`, `longplay play`) and find out which is right. If the change is known, accept the finding: `--accept P260=N --reason "…"`.',
  },
  P261: {
    severity: 'warning',
    title: 'different calls have identical audio',
    meaning:
      'Audio files of different calls in the archive are equal byte for byte. An export tool that wrote one call into many files causes this; so do announcements, test calls, a source that was imported again for another site, and a file whose rows may describe several archived calls.',
    next: 'Listen to one of them and compare with the rows of the calls. If the recorder still runs, export these calls again.',
  },
  P262: {
    severity: 'warning',
    alarm: true,
    title: 'a file could not be compared with the archive',
    meaning:
      'The archive has a recording with these rows, names and sizes. Its bytes had to be compared, e.g. because the time stamp differs, but the file could not be read. The archive was not changed.',
    next: 'Remove the cause that the message names and run the same import again.',
  },
  P264: {
    severity: 'warning',
    alarm: true,
    title: 'the source has less of a recording than the archive',
    meaning:
      'Files of a recording in the archive are now shorter, empty or missing in the source: deleted by the recorder, cut by an export, or damaged. The archive keeps its files; the new state is added beside them and refers to them in `supersedes`, so the call has two entries, of which the older one has the audio.',
    next: 'Compare both with `longplay show`. If the recorder deleted them on purpose, accept the finding: `--accept P264=N --reason "…"`.',
  },
  P265: {
    severity: 'warning',
    alarm: true,
    title: 'an import would describe archived recordings differently',
    meaning:
      'The source has recordings that are in the archive, with the same files. This import would describe them differently, because of its options (zone, mapping, encoding, declared codec, importer), this version of the importer, or rows that were changed or added since. The message counts the members that differ; `identified otherwise` counts recordings that have another key or importer. The archive was not changed.',
    next: 'See the differences: the same command with `--amend --dry-run`. If the new description is right, run it with `--amend`: the recordings get a newer description, and the earlier one stays readable. If the archive is right, give the options of the first import.',
  },
  P299: {
    severity: 'warning',
    alarm: true,
    title: 'rows of archived recordings are no longer in their table',
    meaning:
      'An earlier import of this source described archived recordings by rows of a table. The table was read again and has no row for them any more, although its first call is earlier than theirs: the recorder or an export has left them out. Rows before the first call of the table are not reported, because recorders drop their oldest rows. Nothing was removed from the archive.',
    next: 'Find out why the rows are gone. Run the import with `--amend` to mark the recordings with the tag `row-withdrawn` and the day; nothing else in them changes. If the table is not complete, import a complete one; or accept the finding: `--accept P299=N --reason "…"`.',
  },
  P267: {
    severity: 'error',
    alarm: true,
    title: 'files of amended recordings are lost',
    meaning:
      'An amendment describes the recordings. Their originals are in the bag of an earlier description, and that bag is not in the archive. The source still has the originals, but an import cannot put them in the place of that bag.',
    next: 'Run `longplay replica repair ARCHIVE`, or restore the bag from another copy. `longplay verify ARCHIVE` names it. Keep the source until then.',
  },
  P268: {
    severity: 'warning',
    alarm: true,
    title: 'a file that was to be decoded again differs from the archived one',
    meaning:
      'An amendment declares another codec, so the file was read again from the source. Its name, size and time stamp are those of the archived original, but its bytes differ. An amendment never replaces an original, so the description of the recording was not changed.',
    next: 'Run the import with `--compare-bytes`: it adds the changed file beside the archived one (P260). Then find out which is right.',
  },
  P269: {
    severity: 'error',
    title: 'bags that the log names are not in the archive',
    meaning:
      'The log records the ingest of these bags and no deletion. They are missing at the end of the run: no list shows their recordings, and no import or amendment can find them. If the source still has all of them, an import writes such bags again.',
    next: 'Run `longplay verify ARCHIVE`, which names them, and `longplay replica repair ARCHIVE`, or restore them from another copy.',
  },
  P266: {
    severity: 'error',
    title: 'a recording was amended while its amendment was planned',
    meaning: 'Another import amended the recording after this one had planned its amendment. Nothing was written for it.',
    next: 'Run the same command again: it compares with the newest description.',
  },
  P263: {
    severity: 'note',
    title: 'two loose files with one name are two recordings',
    meaning:
      'The archive has a file with this path from a source with another name; its bytes or size differ. A loose file is identified only by its path, and two sources may use the same path. Both files are kept, and the key of the second ends in a digest.',
    next: 'Nothing: both are kept. Use `--site` to distinguish recorders.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
