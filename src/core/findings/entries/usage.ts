import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes U100 to U204: invalid requests. Nothing was done; exit 2. */
export const usageFindings = {
  U100: error(
    'invalid command line',
    'A command or option is unknown, an argument is missing, or an option does not accept its value.',
    'Run `longplay --help`, or `longplay COMMAND --help` for the options of a command.',
  ),
  U103: error(
    'LONGPLAY_FFMPEG does not name an FFmpeg',
    'The file is absent, not executable, or does not answer like FFmpeg.',
    'Correct the variable, unset it to use the FFmpeg on the path, or set it to none to work without FFmpeg.',
  ),
  U105: error(
    'SOURCE_DATE_EPOCH is not a time',
    'The environment variable fixes the clock for reproducible archives and must be a number of whole seconds since 1970.',
    'Correct or unset it.',
  ),
  U106: error(
    'no such time zone',
    'The value of --zone is not in the IANA time zone database of this Node.js.',
    'Give a name, e.g. Europe/Stockholm.',
  ),
  U107: error(
    'the mapping file cannot be read',
    'The file that --mapping names is absent, unreadable or far too large.',
    'Check its path; `longplay survey SOURCE --propose` writes a first mapping.',
  ),
  U108: error('the file exists already', 'A proposal is written only to a new file.', 'Name another file.'),
  U109: error('no such code', 'The argument of `longplay explain` is not a code of this version.', 'Run `longplay explain` for the list.'),
  U110: error('no such importer', 'The value of --importer is not the id of an importer.', 'Run `longplay importers` for the list.'),
  U111: error(
    'several importers recognise the source',
    'The source has signs of more than one recorder family. The importer determines what a call is, so longplay does not choose.',
    'Choose one with --importer, or import the parts of the source one by one.',
  ),
  U112: error(
    'no importer recognises the source',
    'There are no tables, sidecars or names of a known recorder, and no files whose names look like audio.',
    'Check the path with `longplay survey`, or describe the source in a mapping file.',
  ),
  U113: error(
    'nothing to describe',
    'A mapping was to be proposed, but the source has no table (CSV, XML, JSON, SQL dump, SQLite) and no documents beside audio, and the names of its audio files share no pattern that contains a time.',
    'Write a mapping for the file names by hand (docs/reference/mapping-file.md), or ask for a table of the calls.',
  ),
  U117: error('no such format or codec', 'No format and no codec has this id.', 'Run `longplay formats` for the list.'),
  U118: error(
    'nothing to join',
    '--join-sources joins descriptions of the same calls in several exports, and only one source was given.',
    'Give each export as a separate source, e.g. `longplay import recorder/ cdr/ --join-sources --into ARCHIVE`.',
  ),
  U119: error(
    'no source with that name',
    'With --join-sources the value of --importer can give an importer for each source, by the base name of the source.',
    'Use the names that the message lists.',
  ),
  U120: error(
    'the target of a conversion is not empty',
    'A conversion writes to a new or empty folder, or to the folder of an earlier run, which has manifest-sha256.txt.',
    'Name another folder.',
  ),
  U121: error(
    'the target is inside the source',
    'An archive, a conversion or an export would be written into its own source. The next run would read the results as part of the source, and an archive must not hold other files.',
    'Give a folder outside it.',
  ),
  U323: error(
    'too few file descriptors',
    'Databases, worker threads and pipes to FFmpeg need descriptors, and the limit of this process is below the minimum for longplay.',
    'Raise the limit, e.g. `ulimit -n 1024`, or `LimitNOFILE=1024` in a systemd unit, then run the same command again.',
  ),
  U130: error('no such recording', 'No recording of the archive has an id that begins like this.', 'Find it with `longplay list`.'),
  U131: error('the id is too short', 'Several recordings have an id that begins like this.', 'Give more of the id.'),
  U132: error('no recording matches', 'The query of the export finds no recordings.', 'Check it with `longplay list` and the same options.'),
  U133: error('the target of an export is not empty', 'An export is never mixed with existing files.', 'Give a new or empty folder.'),
  U134: error(
    'an unknown field in the name template',
    'The template names a field that recordings do not have.',
    'Use the fields that the message lists.',
  ),
  U135: error(
    'no such file, channel or position',
    'The recording has no audio, or fewer files or channels than the given number, or it ends before the given position.',
    'See what it has with `longplay show`.',
  ),
  U142: error(
    'no such description of the recording',
    'The recording has fewer descriptions than the number given with `--revision`.',
    'See which there are with `longplay show`.',
  ),
  U136: error(
    'no recordings were selected',
    'Neither an id nor a filter was given, or the id is empty, e.g. from an empty shell variable. Only --all exports every recording of an archive.',
    'Give an id, filters as for `longplay list`, or --all.',
  ),
  U137: error(
    'the file of a proof exists already',
    'A proof is written to a new file; the existing file, perhaps another proof, is not overwritten.',
    'Give a new file with --out.',
  ),
  U140: error(
    'the configuration file cannot be read',
    'longplay.toml of the user or the system, or the file that LONGPLAY_CONFIG names, is not a file, cannot be read, or is far too long.',
    'Correct its permissions or its path, or set LONGPLAY_CONFIG=none to run without configuration files.',
  ),
  U141: error(
    'invalid setting in the configuration file',
    'The file has a key that is not allowed there, a section that is not a command, or a value that its option does not accept.',
    'Correct the line that the message names; `longplay config --example` prints every key, docs/reference/configuration.md describes which keys each file may have.',
  ),
  U200: error(
    'the password file cannot be read',
    'The file that --password-file names is absent, unreadable or far too large. Passwords are read only from a file, because others can see a command line.',
    'Check its path and permissions; it holds one password per line.',
  ),
  U201: error('the password file has no password', 'All of its lines are empty.', 'Write one password per line, as it was set on the recorder.'),
  U205: error(
    'invalid declaration',
    'A value of --declare has a pattern of file names, a codec, and optionally rate and channels.',
    "Write a declaration as '*.vox=oki-adpcm,6000,1'.",
  ),
  U206: error(
    'this codec cannot be declared',
    'The codec of --declare is not in the list, has no decoder here, or its bytes mean nothing without a header.',
    'Run `longplay formats` for the list of codecs.',
  ),
  U207: error('the pattern of a declaration cannot be used', 'The braces of the pattern make too many alternatives.', 'Use several simple patterns.'),
  U312: error(
    'options that exclude each other',
    'One option needs another that is absent, or contradicts another.',
    'Omit one, or add what it needs.',
  ),
  U313: error(
    'not the id of an archive',
    'The id of an archive is a UUID, which is in longplay.json and in the timers that `longplay schedule` writes.',
    'Copy the id from longplay.json, or write the timers again with `longplay schedule`.',
  ),
  U314: error(
    'replacing the key of a log needs a confirmation',
    'A new key cannot be undone: the log names it permanently, and everybody who checks the archive needs it. Nothing was changed.',
    'Answer y at a terminal, or give `--yes`. `longplay log verify ARCHIVE` prints the present key.',
  ),
  U315: error(
    'erasing details of the log needs a confirmation',
    'Erased details cannot be restored, except from a replica that was not synchronised since. Nothing was changed.',
    'Answer y at a terminal, or give `--yes`.',
  ),
  U316: error(
    'too many search words',
    'A search takes at most 32 words and 1,000 characters. If further words were ignored, more calls would be found than were asked for.',
    'Search for fewer words. Select several recordings by their ids: `longplay export ARCHIVE ID…`.',
  ),
  U317: error(
    'the reason is too long',
    'A reason has at most 500 characters. It is not truncated, because that could change its meaning. Nothing was done.',
    'Give the reason in one sentence, and name the document that has the rest.',
  ),
  U310: error(
    'neither a key nor a checkpoint',
    'A verifier key has the form NAME+ID+KEY; a checkpoint is a copy of log/checkpoint. The given text is neither.',
    'Copy the line that `longplay log verify` prints, or the file log/checkpoint.',
  ),
  U311: error(
    'files of a proof are missing',
    'A proof is checked with recording.json and the files that it names.',
    'Give the .tlog-proof file, recording.json and the files beside it.',
  ),
  U330: error(
    'a register of persons cannot be read',
    'The file given with --people is absent, larger than the limit, or not UTF-8 text.',
    'Check the path after `--people`.',
  ),
  U331: error(
    'invalid entry in a register of persons',
    'The file names nobody, or has an entry without a value or with an unknown key. Nothing was searched.',
    'Correct the file; docs/how-to/people.md has an example. `longplay people check FILE` reads it again.',
  ),
  U332: error(
    'no such entry in the register of persons',
    'No entry has this key or name, or several have the name.',
    'Give the key of the entry: KEY in [people.KEY].',
  ),
  U333: error(
    'a table of persons cannot be imported',
    'The table lacks a column that --column names, or has no readable rows.',
    'Name existing columns; the message lists them.',
  ),
  U208: error(
    'invalid rate or number of channels in a declaration',
    'The number is not whole, or far outside the range for audio.',
    'Correct the number.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
