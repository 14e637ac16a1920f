import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const importersFindings = {
  // I100 to I149: asterisk.
  I100: {
    severity: 'warning',
    title: 'the zone does not fit the clock in the uniqueid',
    meaning:
      'Asterisk writes local times without a zone, but the uniqueid has the UTC second in which the channel was created. The two differ by an offset that the given zone does not have at that time. The time in the uniqueid is used. Usual causes are `usegmtime=yes` in cdr.conf, a relocated machine or a wrong --zone.',
    next: 'If most calls have this finding, correct --zone (UTC if the offset is +00:00) and import again; the times are right either way.',
  },
  I101: {
    severity: 'warning',
    title: 'a recording that a row names is missing',
    meaning:
      'A row or an event names a file that was to be recorded, but the source has no file with that name. Asterisk names the file before it records, so calls that never connected leave no file; deleted and moved recordings are missing too.',
    next: "Look for the file in backups or on other disks, by the name in the recording's `recordingfile` key. A call with a disposition other than ANSWERED may never have had one.",
  },
  I102: {
    severity: 'error',
    title: 'a row does not have the columns of its table',
    meaning:
      'The row is in a CDR or CEL table, but its values are not of the kind that these columns have in the other rows. The row is counted as parse-error and belongs to no recording.',
    next: 'Look at the row. Repair a copy of the table, or add the data by hand, and import again.',
  },
  I103: {
    severity: 'warning',
    title: 'files with the same name differ',
    meaning:
      'Two folders have a file with the same name and different bytes, and a row names this file. The recording keeps both, because nothing shows which is meant.',
    next: 'Listen to them and remove the wrong one from the source before importing, or keep both.',
  },
  I104: {
    severity: 'note',
    title: 'a file is a copy of another',
    meaning: 'Name and bytes are the same as those of another file in the source, e.g. in a backup folder. The copy is kept as a separate recording.',
    next: 'Nothing; to avoid such recordings, remove the folder with the copies from the source.',
  },
  I105: {
    severity: 'note',
    title: 'a file is a header without audio',
    meaning: 'The file is as long as an empty file of its kind: recording started, but nothing was recorded, e.g. because the line was busy.',
    next: 'Nothing for calls that were not answered. For answered calls check whether the recorder ran out of space.',
  },
  I106: {
    severity: 'warning',
    title: 'audio and row may belong together, but it is not certain',
    meaning:
      'Either the rows have no uniqueid, and the numbers and the time in a file name match several calls, or one call matches several files. Or a row names a file that exists several times. Rows and files are kept separately, each marked ambiguous.',
    next: 'Compare rows and files by hand; a table with the uniqueid column resolves all such cases.',
  },
  I107: {
    severity: 'warning',
    title: 'identical rows without an id count as one call',
    meaning: 'The table has no uniqueid, and some of its rows are identical. They count as one call and its duplicates.',
    next: 'If two calls between the same numbers in the same second are possible, find the table with uniqueids.',
  },
  I108: {
    severity: 'warning',
    title: 'different rows share a uniqueid and sequence',
    meaning:
      'A single Asterisk never writes two different rows with the same uniqueid and sequence number. The source may mix tables of two machines whose uniqueid has no system name.',
    next: 'Import the tables and recordings of each machine separately, each with its own --site.',
  },
  I111: {
    severity: 'note',
    title: 'a file exists with two extensions',
    meaning:
      'Two files differ only in their extension, e.g. because a conversion left the old file. The recording keeps both; they were not compared.',
    next: 'Nothing; remove one from the source if only one is wanted.',
  },
  I112: {
    severity: 'warning',
    title: 'calls have no time in UTC',
    meaning: 'The tables have local times without a zone, and there is no uniqueid from which to derive UTC.',
    next: "Import again with --zone and the zone of the recorder's clock, e.g. --zone Europe/Stockholm.",
  },
  // I150 to I179: generic, the importer that reads mapping files.
  I150: {
    severity: 'error',
    title: 'the mapping file is not TOML',
    meaning: 'The file given with --mapping is not valid TOML; the message names line and column.',
    next: 'Correct the file: strings in quotes, sections in square brackets, no key twice. docs/reference/mapping-file.md has examples.',
  },
  I151: {
    severity: 'error',
    title: 'the mapping file has an unknown key',
    meaning:
      'longplay does not know a key or section of the mapping file. Unknown keys are not ignored: a rule with a misspelled name would silently have no effect.',
    next: 'Correct the spelling; the message lists the known keys.',
  },
  I152: {
    severity: 'error',
    title: 'invalid value in the mapping file',
    meaning:
      'A key of the mapping file has a value of the wrong type or names a field or zone that does not exist, or a section lacks a required key.',
    next: 'Correct the key that the message names; docs/reference/mapping-file.md lists every key with its values.',
  },
  I153: {
    severity: 'error',
    title: 'a column in the mapping does not exist',
    meaning: 'The mapping file names a column that the table does not have (or for which no record has a value). Nothing was imported.',
    next: 'Correct the name; the message lists the existing names. If tables have different columns, write one mapping for each and import the tables one by one.',
  },
  I154: {
    severity: 'error',
    title: 'the generic importer needs a mapping file',
    meaning: 'The generic importer cannot know what the columns of an export mean.',
    next: 'Write a first mapping with `longplay survey SOURCE --propose mapping.toml`, check it, and give it with --mapping.',
  },
  I155: {
    severity: 'error',
    title: 'the mapping matches nothing in the source',
    meaning: 'No file of the source matches the table patterns of the mapping, or no file name matches its template. Nothing was imported.',
    next: 'Correct the patterns; `longplay survey SOURCE` without a mapping lists the files of the source.',
  },
  I156: {
    severity: 'error',
    title: 'the proposed mapping has open questions',
    meaning:
      'The mapping file is a proposal of `longplay survey --propose`, and some of its lines still end in a question: longplay could not tell from headings, values and names whether these lines are right. Nothing was imported.',
    next: 'Correct or confirm each line that the message names, and delete its question. `longplay survey SOURCE --mapping FILE` shows what the mapping makes of the source.',
  },
  I160: {
    severity: 'warning',
    title: 'rows whose number of cells differs from the number of columns',
    meaning:
      'Cells beyond the last column are kept as `column N`; missing cells count as empty. Values may have moved into the wrong column, e.g. because of unquoted separators.',
    next: 'Look at the first such row; if its values have moved, have the table exported again with quotes.',
  },
  I161: {
    severity: 'warning',
    title: 'times cannot be read',
    meaning: 'Values in a time column do not have the format that the mapping states. The text is kept, without a point in time.',
    next: 'Look at the first such row and correct `format` in the mapping file.',
  },
  I162: {
    severity: 'warning',
    title: 'local times are ambiguous or nonexistent',
    meaning:
      'When clocks change, local times occur twice (DST fold) or do not exist (DST gap). Such times are kept with their possible meanings; none is chosen.',
    next: 'Nothing if clock changes explain these times. If there are many, the zone may be wrong. A UTC column (`utc = ...`) or a duration with an end time resolves ambiguous times.',
  },
  I163: {
    severity: 'warning',
    title: 'times have no zone',
    meaning: 'The times are local, and neither the table, the mapping nor --zone states the zone. They are kept as local times.',
    next: 'Give `zone` in the mapping file or --zone, and import again; recordings that are archived already are corrected by `--amend`.',
  },
  I164: {
    severity: 'warning',
    title: 'numbers were damaged by the export',
    meaning:
      'A spreadsheet or a mask has changed telephone numbers or keys: `4,67E+10`, a lost zero, a guard character, asterisks. They are kept as they are and not repaired.',
    next: 'Have the table exported again with these columns as text while the recorder still runs.',
  },
  I165: {
    severity: 'warning',
    title: 'durations cannot be read',
    meaning: 'Values in the duration column are not in the unit that the mapping states. They are kept among the other values.',
    next: 'Look at the first such row and correct `unit` in the mapping file.',
  },
  I166: {
    severity: 'warning',
    title: 'directions are not in the mapping',
    meaning: 'Some values in the direction column are in none of the lists in, out and internal; these recordings have an unknown direction.',
    next: 'Add the values to the lists of `direction` in the mapping file.',
  },
  I167: {
    severity: 'warning',
    title: 'file names do not match the template',
    meaning: 'Names of audio files do not match the template of the mapping file, so nothing can be derived from them.',
    next: 'Look at the first such name; `template` takes a list, for sources with several naming schemes.',
  },
  I168: {
    severity: 'warning',
    title: 'different rows have the same key',
    meaning: 'Rows with the same key have different content. Each is kept as a separate recording whose key includes a part of its digest.',
    next: 'If the rows are legs or segments, add the column that distinguishes them: key = ["Call ID", "Segment"].',
  },
  I169: {
    severity: 'warning',
    title: 'several files may belong to a row',
    meaning:
      'A row matches several audio files, or several rows match one, and nothing shows which is meant: the folders in the row, and of several sources the one that has the row, decide first. Rows and files are kept separately, marked ambiguous.',
    next: 'Compare rows and files by hand, or join by more data: a path in place of a name, another field, a party, a narrower window.',
  },
  I170: {
    severity: 'warning',
    title: 'audio exists although the status of its row says otherwise',
    meaning:
      'The status column says that the recording was deleted, failed or was never made, but the source has a file for it. Row and file are kept together.',
    next: 'Check that the status means what the mapping says; if so, ask why the file still exists.',
  },
  I171: {
    severity: 'note',
    title: 'audio was joined by time',
    meaning:
      'No exact rule joined these rows and files. Each pair began within the window, matches nothing else, and agrees on the party if one is named.',
    next: 'Listen to some of them before relying on the result.',
  },
  I172: {
    severity: 'warning',
    title: 'too many rows or files share one join value',
    meaning: 'More rows or files share a join value than one recording can have. They are kept separately, marked ambiguous.',
    next: 'The join column or field is probably the wrong one; choose one that differs from call to call.',
  },
  I173: {
    severity: 'warning',
    title: 'local time and UTC contradict each other',
    meaning:
      'A row states the same moment as local time and in UTC, but their difference is not the offset of any zone. The local time is kept and the UTC column is ignored.',
    next: 'Check that both columns mean the same moment and that their formats are right.',
  },
  I174: {
    severity: 'warning',
    title: 'the export of audio failed for some rows',
    meaning: 'Rows without audio have a status that means that the export of the audio failed. The audio may still be on the recorder.',
    next: 'Have these recordings exported again while the recorder still runs.',
  },
  I175: {
    severity: 'warning',
    title: 'times in rows and in file names cannot be compared',
    meaning: 'The times in rows have a zone and those in file names have none, or the reverse, so rows and files cannot be joined by time.',
    next: 'Give `zone` in [source] of the mapping file; it applies to both.',
  },
  I176: {
    severity: 'warning',
    title: 'rows have no key',
    meaning:
      'The key columns of these rows are empty. Their key is derived from the file that they name or from their whole content, so it changes when the content changes.',
    next: 'Look at the first such row; choose a key that every row has.',
  },
  // I180 to I189: sidecar-xml.
  I180: {
    severity: 'warning',
    title: 'sidecars without audio',
    meaning: 'A sidecar describes a recording whose audio is not in the source. It is kept with its metadata.',
    next: 'Look for the audio by the key in other exports of the recorder: the media of one INUM may be in another tar. Retention may also have deleted them.',
  },
  I181: {
    severity: 'warning',
    title: 'the size of the audio differs from its sidecar',
    meaning:
      'The sidecar states another number of bytes than the audio file has. The file may be cut, converted, or another recording with the same name.',
    next: 'Compare the measured length with the declared one; if the file is shorter, look for another copy of it.',
  },
  I183: {
    severity: 'warning',
    title: 'different sidecars for one recording',
    meaning:
      'Several XML files name the same recording but have different content. The one that the recorder changed last is used, or the first by name if none has a time of change; all are kept in the bag.',
    next: 'Compare the files; later exports of a recorder often have what agents entered afterwards.',
  },
  I186: {
    severity: 'note',
    title: 'sidecars of an unknown family',
    meaning:
      'longplay does not know the family of these XML files. Field names that have the same meaning in almost every recorder were understood; everything else is kept under its own name.',
    next: 'For more, describe the files in a mapping file (docs/reference/mapping-file.md, kind = "xml").',
  },
  // I190: loose-files.
  I190: {
    severity: 'warning',
    title: 'recordings have no metadata',
    meaning:
      'The source holds audio files but no table or sidecar that any importer knows. Each file is kept as a recording that has only its file name.',
    next: 'If the recorder can export tables, put them beside the audio and import again; a mapping file (docs/reference/mapping-file.md) can describe tables and names of any kind, and `longplay survey SOURCE --propose mapping.toml` writes a first one.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
