import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes U100 to U204: what was asked for cannot be asked so. Nothing was done; exit 2. */
export const usageFindings = {
  U100: error(
    'the command line is not understood',
    'An unknown command or option, a missing argument, or a value that the option does not take.',
    'Run `longplay --help`, or `longplay COMMAND --help` for the options of a command.',
  ),
  U103: error(
    'LONGPLAY_FFMPEG names no FFmpeg',
    'The file is absent, may not be run, or does not answer as FFmpeg does.',
    'Correct the variable, unset it to take the FFmpeg on the path, or set it to none to go without.',
  ),
  U105: error(
    'SOURCE_DATE_EPOCH is no time',
    'The environment variable fixes the clock for reproducible archives and must be whole seconds since 1970.',
    'Correct or unset it.',
  ),
  U106: error(
    'there is no such time zone',
    'The value of --zone is not in the IANA time zone database of this Node.js.',
    'Give a name such as Europe/Stockholm.',
  ),
  U107: error(
    'the mapping file cannot be read',
    'The file that --mapping names is absent, unreadable or far too large.',
    'Check its path; `longplay survey SOURCE --propose` writes a first one.',
  ),
  U108: error('the file exists already', 'A proposal is written to a new file only.', 'Name another file.'),
  U109: error('there is no such code', 'The argument of `longplay explain` is not a code of this version.', 'Run `longplay explain` for the list.'),
  U110: error('there is no such importer', 'The value of --importer is not the id of an importer.', 'Run `longplay importers` for the list.'),
  U111: error(
    'several importers recognise the source',
    'The source holds the signs of more than one recorder family. Which importer reads it decides what a call is, so longplay does not choose.',
    'Name one with --importer, or import the parts of the source one by one.',
  ),
  U112: error(
    'no importer recognises the source',
    'Neither tables, sidecars nor names of a known recorder, nor files that look like audio by their names.',
    'Check the path with `longplay survey`, or describe the source in a mapping file.',
  ),
  U113: error(
    'there is no table to describe',
    'A mapping was to be proposed, and the source holds no CSV, XML or JSON table.',
    'Write a mapping for the file names alone (docs/mapping-file.md).',
  ),
  U117: error('no such format or codec', 'No format and no codec has this id.', 'Run `longplay formats` for the list.'),
  U118: error(
    'there is nothing to join',
    '--join-sources joins what several exports say of the same calls, and one source was given.',
    'Name each export as a source of its own, as in `longplay import recorder/ cdr/ --join-sources --into ARCHIVE`.',
  ),
  U119: error(
    'no source has that name',
    'With --join-sources the value of --importer can name an importer for each source, by the base name of the source.',
    'Use the names that the message lists.',
  ),
  U120: error(
    'the target of a conversion is not empty',
    'A conversion writes to a new or empty folder, or to that of an earlier run, which holds manifest-sha256.txt.',
    'Name another folder.',
  ),
  U121: error(
    'the target lies in what is read',
    'An archive, a conversion or an export would be written into its own source. The next run would take the results for more of the source, and an archive is no place for other files.',
    'Name a folder outside of it.',
  ),
  U323: error(
    'too few file descriptors',
    'Databases, worker threads and pipes to FFmpeg each need descriptors, and the limit of this process is lower than the least that longplay runs with.',
    'Raise the limit, e.g. `ulimit -n 1024`, or `LimitNOFILE=1024` in a unit of systemd, then run the same command again.',
  ),
  U130: error('no such recording', 'No recording of the archive has an id that begins like this.', 'Find it with `longplay list`.'),
  U131: error('the id is too short', 'Several recordings have an id that begins like this.', 'Give more of it.'),
  U132: error('no recording matches', 'The query of the export finds nothing.', 'Look with `longplay list` and the same options.'),
  U133: error('the target of an export is not empty', 'An export never mixes with what is there.', 'Name a new or empty folder.'),
  U134: error(
    'an unknown field in the name template',
    'The template names a field that recordings do not have.',
    'Use the fields that the message lists.',
  ),
  U135: error(
    'there is no such file, channel or place to play',
    'The recording holds no audio, or fewer files or channels than the number that was given, or it ends before the place that was given.',
    'See what it has with `longplay show`.',
  ),
  U136: error(
    'nothing says which recordings to export',
    'Neither an id nor a filter was given, or the id is empty, as an empty variable of a shell leaves it. Every recording of an archive is exported with --all alone.',
    'Give an id, filters as `longplay list` takes them, or --all.',
  ),
  U137: error(
    'the file of a proof is there already',
    'A proof is written to a new file: whatever lies under the name, another proof perhaps, is left as it is.',
    'Name a new file with --out.',
  ),
  U140: error(
    'the configuration file cannot be read',
    'longplay.toml of the user or the system, or the file that LONGPLAY_CONFIG names, is no file, may not be read, or is far too long.',
    'Correct its rights or its path, or set LONGPLAY_CONFIG=none to run without configuration files.',
  ),
  U141: error(
    'the configuration file says what it cannot',
    'A key that no command takes from such a file, a part of the name of no command, or a value that the option of that name does not take.',
    'Correct the line that the message names; `longplay config --example` prints every key, docs/configuration.md tells what each file may say.',
  ),
  U200: error(
    'the password file cannot be read',
    'The file that --password-file names is absent, unreadable or far too large. Passwords are taken from a file only: others see a command line.',
    'Check its path and who may read it; it holds one password a line.',
  ),
  U201: error('the password file holds no password', 'All of its lines are empty.', 'Write one password a line, as it was set on the recorder.'),
  U205: error(
    'a declaration is not understood',
    'A value of --declare names a pattern of file names, a codec, and optionally rate and channels.',
    "Write it as '*.vox=oki-adpcm,6000,1'.",
  ),
  U206: error(
    'no such codec to declare',
    'The codec of --declare is not in the list, no decoder here reads it, or its bytes mean nothing without a header.',
    'Run `longplay formats` for the list of codecs.',
  ),
  U207: error('the pattern of a declaration cannot be used', 'The braces of the pattern make too many alternatives.', 'Use several simple patterns.'),
  U312: error(
    'options that do not fit together',
    'One of them says more about another that is absent, or contradicts it.',
    'Leave one away, or add what it needs.',
  ),
  U313: error(
    'that is no id of an archive',
    'The id of an archive is a UUID, which longplay.json states and `longplay schedule` writes into the timers.',
    'Copy the id from longplay.json, or write the timers again with `longplay schedule`.',
  ),
  U314: error(
    'the key of a log is changed by a yes',
    'A new key cannot be taken back: the log names it for ever, and whoever checks the archive has to be given it. Nothing was changed.',
    'Answer y at a terminal, or say `--yes`. `longplay log verify ARCHIVE` prints the present key.',
  ),
  U315: error(
    'details of the log are erased by a yes',
    'What is erased cannot be brought back, but from a replica that was not synced since. Nothing was changed.',
    'Answer y at a terminal, or say `--yes`.',
  ),
  U316: error(
    'there are too many words to search for',
    'A search reads 32 words and 1,000 characters. What is behind would be left aside, and more calls found than were asked for.',
    'Search for fewer words. Several recordings are named by their ids: `longplay export ARCHIVE ID…`.',
  ),
  U317: error(
    'the reason is too long',
    'A reason has at most 500 characters. A longer one is not cut: half of it may say something else. Nothing was done.',
    'Say it in a sentence, and name the document that has the rest.',
  ),
  U310: error(
    'that is no key and no checkpoint',
    'A verifier key reads NAME+ID+KEY; a checkpoint is a copy of log/checkpoint. What was given is neither.',
    'Copy the line that `longplay log verify` prints, or the file log/checkpoint.',
  ),
  U311: error(
    'the files of a proof are not all there',
    'A proof is checked with recording.json and the files that it names.',
    'Name the .tlog-proof file, recording.json and the files beside it.',
  ),
  U330: error(
    'a register of persons cannot be read',
    'The file after --people is absent, larger than a register may be, or no text in UTF-8.',
    'Check the path after `--people`.',
  ),
  U331: error(
    'a register of persons says what cannot be',
    'The file names nobody, or has an entry without a value or with a key that is none. Nothing was looked for.',
    'Correct the file; docs/people.md has an example. `longplay people check FILE` reads it again.',
  ),
  U332: error(
    'no such entry in the register of persons',
    'No entry has this key or name, or several have the name.',
    'Give the key of the entry: KEY in [people.KEY].',
  ),
  U333: error(
    'a table of persons cannot be imported',
    'The table lacks a column that --column names, or has no rows that can be read.',
    'Name the columns that the table has; the message lists them.',
  ),
  U208: error('the rate or the channels of a declaration cannot be', 'The number is not whole, or far from any sound.', 'Correct the number.'),
} satisfies Readonly<Record<string, FindingEntry>>;
