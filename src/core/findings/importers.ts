import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const importersFindings: Readonly<Record<string, FindingEntry>> = {
  // I100 to I149: asterisk.
  I100: {
    severity: 'warning',
    title: 'the zone does not fit the clock in the uniqueid',
    meaning:
      'Asterisk writes local times without a zone, and the UTC second in which a channel was made into its uniqueid. The two differ by another offset than the zone that was given has at that time. The uniqueid is believed: `usegmtime=yes` in cdr.conf, a moved machine or a wrong --zone are the usual causes.',
    next: 'If most calls have this finding, correct --zone (UTC where the offset is +00:00) and import again; the times are right either way.',
  },
  I101: {
    severity: 'warning',
    title: 'a recording that a row names is missing',
    meaning:
      'A row or an event names a file that was to be written, and no file of that name is in the source. Asterisk names the file before it records: calls that never connected leave no file. So do deleted and moved recordings.',
    next: "Look for the file by the name in the recording's `recordingfile` key, in backups or on other disks; a call with a disposition other than ANSWERED may never have had one.",
  },
  I102: {
    severity: 'error',
    title: 'a row does not have the columns of its table',
    meaning:
      "The row is in a CDR or CEL table, but its columns do not hold what the table's other rows hold. It is counted as parse-error and belongs to no recording.",
    next: 'Look at the row; repair a copy of the table, or add what it says by hand, and import again.',
  },
  I103: {
    severity: 'warning',
    title: 'files of one name differ',
    meaning:
      'Two folders have a file of the same name, with different bytes, and a row asks for that name. All of them are kept in the recording, because nothing says which is meant.',
    next: 'Listen to them, and remove the one that does not belong from the source before importing, or keep both.',
  },
  I104: {
    severity: 'note',
    title: 'a file is a copy of another',
    meaning: 'Name and bytes are those of another file in the source, as a backup folder leaves them. The copy is kept as a recording of its own.',
    next: 'Nothing; leave the folder with the copies out of the source if they are not wanted.',
  },
  I105: {
    severity: 'note',
    title: 'a file is a header without audio',
    meaning:
      'The file is as long as an empty file of its kind: recording was started, and nothing was heard or sent. A busy call leaves such a file.',
    next: 'Nothing for calls that were not answered; for answered calls look whether the recorder had run out of space.',
  },
  I106: {
    severity: 'warning',
    title: 'audio and row may belong together, and nothing proves it',
    meaning:
      'The rows have no uniqueid, and the numbers and the time in the file name fit more than one call, or one call fits more than one file; or a row names a file of which there are many. They are kept apart, each marked ambiguous.',
    next: 'Compare them by hand; a table with the uniqueid column settles all of them.',
  },
  I107: {
    severity: 'warning',
    title: 'identical rows without an id are taken as one call',
    meaning: 'The table has no uniqueid, and some of its rows are the same to the last character. They count as one call and its duplicates.',
    next: 'If two calls between the same numbers in the same second are possible, find the table with uniqueids.',
  },
  I108: {
    severity: 'warning',
    title: 'different rows share a uniqueid and sequence',
    meaning:
      'No single Asterisk writes two different rows with the same uniqueid and sequence number. Tables of two machines that have no system name in their uniqueid may be mixed in this source.',
    next: "Import each machine's tables and recordings by themselves, with a --site of their own.",
  },
  I111: {
    severity: 'note',
    title: 'a file exists with two extensions',
    meaning:
      'Two files differ in their extension alone, as after a conversion that left the old file. Both are kept in the recording; they were not compared.',
    next: 'Nothing; remove one from the source if only one is wanted.',
  },
  I112: {
    severity: 'warning',
    title: 'calls have no time in UTC',
    meaning: 'The tables hold local times without a zone, and there is no uniqueid to take UTC from.',
    next: "Import again with --zone and the zone of the recorder's clock, such as --zone Europe/Stockholm.",
  },
  // I190: loose-files.
  I190: {
    severity: 'warning',
    title: 'recordings have no metadata',
    meaning:
      'The source holds audio files and no table or sidecar that any importer knows. Each file is kept as a recording that has its name and nothing else.',
    next: "If the recorder's export has tables, put them beside the audio and import again; a mapping file (docs/mapping-file.md) describes tables and names of any kind.",
  },
};
