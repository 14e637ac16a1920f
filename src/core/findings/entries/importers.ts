import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const importersFindings = {
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
  // I150 to I179: generic, the importer that reads mapping files.
  I150: {
    severity: 'error',
    title: 'the mapping file is not TOML',
    meaning: 'The file given with --mapping cannot be read as TOML; the message names line and column.',
    next: 'Correct it there: texts stand in quotes, sections in square brackets, no key twice. docs/mapping-file.md has examples.',
  },
  I151: {
    severity: 'error',
    title: 'the mapping file has an unknown key',
    meaning:
      'A key or section of the mapping file means nothing to longplay. It is not passed over, because a misspelled rule would silently not be applied.',
    next: 'Correct the spelling; the message names the keys that are known there.',
  },
  I152: {
    severity: 'error',
    title: 'a value in the mapping file cannot be',
    meaning:
      'A key of the mapping file has a value of another kind than it takes, names a field or zone that does not exist, or a section lacks what it needs.',
    next: 'Correct the key that the message names; docs/mapping-file.md has every key with its values.',
  },
  I153: {
    severity: 'error',
    title: 'a column that the mapping names is not there',
    meaning: 'The table has no column (or no record has a value) of the name that the mapping file gives. Nothing was imported.',
    next: 'Correct the name; the message lists the names that there are. For tables of different columns write one mapping each and import them one by one.',
  },
  I154: {
    severity: 'error',
    title: 'the generic importer needs a mapping file',
    meaning: 'What the columns of an export mean cannot be known without being told.',
    next: 'Write a first mapping with `longplay survey SOURCE --propose mapping.toml`, look through it, and give it with --mapping.',
  },
  I155: {
    severity: 'error',
    title: 'the mapping fits nothing in the source',
    meaning: 'No file of the source is a table by the patterns of the mapping, or none is named as its template says. Nothing was imported.',
    next: 'Correct the patterns; `longplay survey SOURCE` without a mapping lists what is there.',
  },
  I160: {
    severity: 'warning',
    title: 'rows have another number of cells than there are columns',
    meaning:
      'Cells beyond the last column are kept as `column N`; missing cells are taken as empty. Values may have slipped into the wrong column, as unquoted separators make them do.',
    next: 'Look at the first such row; where its values have slipped, have the table exported again with quotes.',
  },
  I161: {
    severity: 'warning',
    title: 'times cannot be read',
    meaning: 'Values of a time column are not written as the mapping says. They are kept as they stood, without a point in time.',
    next: 'Look at the first such row and correct `format` in the mapping file.',
  },
  I162: {
    severity: 'warning',
    title: 'local times are ambiguous or impossible',
    meaning:
      'When clocks are set back an hour occurs twice, when they are set forward one is left out. Such times are kept with their possibilities and none is chosen.',
    next: 'Nothing where the clock change explains it; many of them show a wrong zone. A UTC column (`utc = ...`) or a length with an end time settles them.',
  },
  I163: {
    severity: 'warning',
    title: 'times have no zone',
    meaning: 'The times are local and neither the table, the mapping nor --zone says where. They are kept as wall-clock times.',
    next: 'Give `zone` in the mapping file or --zone, and import again.',
  },
  I164: {
    severity: 'warning',
    title: 'numbers were damaged by the export',
    meaning:
      'A spreadsheet or a mask has changed telephone numbers: `4,67E+10`, a lost zero, a guard character, asterisks. They are kept as they stand and not repaired.',
    next: 'Have the table exported again with these columns as text, if the recorder still runs.',
  },
  I165: {
    severity: 'warning',
    title: 'lengths cannot be read',
    meaning: 'Values of the duration column are not in the unit that the mapping says. They are kept among the other values.',
    next: 'Look at the first such row and correct `unit` in the mapping file.',
  },
  I166: {
    severity: 'warning',
    title: 'directions are not in the mapping',
    meaning: 'Values of the direction column stand in none of the lists in, out and internal; these recordings have an unknown direction.',
    next: 'Add the values to the lists of `direction` in the mapping file.',
  },
  I167: {
    severity: 'warning',
    title: 'files are not named as the template says',
    meaning: 'Audio files have names that the template of the mapping file does not fit, so that nothing is known from their names.',
    next: 'Look at the first such name; `template` takes a list, for sources with several ways of naming.',
  },
  I168: {
    severity: 'warning',
    title: 'a key names different rows',
    meaning: 'Rows with the same key say different things. Each is kept as a recording of its own, told apart by a part of its digest.',
    next: 'If the rows are legs or segments, add the column that tells them apart: key = ["Call ID", "Segment"].',
  },
  I169: {
    severity: 'warning',
    title: 'several files may belong to a row',
    meaning:
      'A row fits several audio files, or several rows fit one, and nothing tells which is meant. Rows and files are each kept by themselves, marked ambiguous.',
    next: 'Compare them by hand, or join by more: a path in place of a name, another field, a party, a narrower window.',
  },
  I170: {
    severity: 'warning',
    title: 'a row denies audio that is there',
    meaning:
      'The status column says that the recording was deleted, failed or never made, and a file for it is in the source. Both are kept together.',
    next: 'Look whether the status means what the mapping says; if it does, ask why the file still exists.',
  },
  I171: {
    severity: 'note',
    title: 'audio was joined by time',
    meaning: 'No exact rule joined these rows and files; they began within the window, fit nothing else, and agree on the party where one is named.',
    next: 'Listen to some of them before relying on the join.',
  },
  I172: {
    severity: 'warning',
    title: 'too many rows or files have one join value',
    meaning:
      'More rows or files share the value by which they are joined than one recording can have. They are kept by themselves, marked ambiguous.',
    next: 'The join column or field is likely the wrong one; choose one that differs from call to call.',
  },
  I173: {
    severity: 'warning',
    title: 'local time and UTC do not fit together',
    meaning:
      'A row has the same moment as local time and in UTC, and the two differ by what is no offset of any zone. The local time is kept as if there were no UTC column.',
    next: 'Look whether both columns mean the same moment, and whether their formats are right.',
  },
  I174: {
    severity: 'warning',
    title: 'the export itself failed for rows',
    meaning: 'Rows without audio have a status that means: the export of the audio failed. The audio may still be on the recorder.',
    next: 'Have these recordings exported again while the recorder still runs.',
  },
  I175: {
    severity: 'warning',
    title: 'times of rows and of names cannot be compared',
    meaning: 'One of them has a zone and the other has none, so the window cannot join them.',
    next: 'Give `zone` in [source] of the mapping file, which holds for both.',
  },
  I176: {
    severity: 'warning',
    title: 'rows have no key',
    meaning:
      'The key columns of these rows are empty. Their key is made of the file that they name or of their whole content, so it changes when the content does.',
    next: 'Look at the first such row; choose a key that every row has.',
  },
  // I180 to I189: sidecar-xml.
  I180: {
    severity: 'warning',
    title: 'sidecars without audio',
    meaning: 'A sidecar describes a recording whose audio is not in the source. It is kept with its metadata.',
    next: 'Look for the audio by the key in other parts of the archive: media of one INUM may lie in another tar, or were deleted by retention.',
  },
  I181: {
    severity: 'warning',
    title: 'the audio is not as long as its sidecar says',
    meaning:
      'The sidecar gives the number of bytes of the audio, and the file has another. It may be cut, converted, or another recording under the same name.',
    next: 'Compare the measured length with the declared one; find another copy of the file where it is shorter.',
  },
  I183: {
    severity: 'warning',
    title: 'sidecars that differ belong to one recording',
    meaning:
      'Several XML files name the same recording and say different things. The one that the recorder changed last speaks for it, or the first by name where none says when; all are kept in the bag.',
    next: 'Compare them; later exports of a recorder often hold what agents entered afterwards.',
  },
  I186: {
    severity: 'note',
    title: 'sidecars are of no known family',
    meaning:
      'The XML files are not of a family that longplay knows. Names that mean one thing nearly everywhere were understood, everything else is kept under its own name.',
    next: 'For more, describe the files in a mapping file (docs/mapping-file.md, kind = "xml").',
  },
  // I190: loose-files.
  I190: {
    severity: 'warning',
    title: 'recordings have no metadata',
    meaning:
      'The source holds audio files and no table or sidecar that any importer knows. Each file is kept as a recording that has its name and nothing else.',
    next: "If the recorder's export has tables, put them beside the audio and import again; a mapping file (docs/mapping-file.md) describes tables and names of any kind.",
  },
} satisfies Readonly<Record<string, FindingEntry>>;
