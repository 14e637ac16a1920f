import type { FindingEntry } from './types.ts';

/** Codes P100 to P219 and P250 to P259: surveys, plans, jobs, conversions, exports, reports. */
export const pipelineFindings = {
  P101: {
    severity: 'error',
    title: 'the account of a table does not balance',
    meaning:
      'The importer read a number of records and accounts for another number. That is a fault of the importer, and the reason why the sums are checked.',
    next: 'Report it with the kind of table; do not rely on this import for completeness.',
  },
  P102: {
    severity: 'warning',
    title: 'a file is claimed twice',
    meaning: 'Two recordings, or a recording and a table, name the same file. It is kept with each recording that names it and counted once.',
    next: 'Look at both recordings with `longplay show`; often one of the rows is a copy.',
  },
  P103: {
    severity: 'warning',
    title: 'metadata names a file that is not there',
    meaning: 'A row or sidecar names a file that the source does not hold: deleted, on another disk, or never recorded.',
    next: 'Look for it at the recorder; import again once it is found.',
  },
  P104: {
    severity: 'note',
    title: 'a recording has changed since it was imported',
    meaning:
      'The archive holds this recording with other rows, file names or sizes. Nothing in an archive is overwritten: the new state is imported beside the old one and names it in `supersedes`.',
    next: 'Compare both with `longplay show`.',
  },
  P105: {
    severity: 'warning',
    title: 'one key, two recordings',
    meaning:
      'The recorder gave the same identity to two recordings that differ in rows or files. Both are kept; the second has a key that ends in a digest of its content, at this and at every later import.',
    next: 'Look at both; two recorders in one source are told apart by --site.',
  },
  P106: {
    severity: 'note',
    title: 'a recording occurs twice',
    meaning: 'The same key with the same rows and files came twice from the source.',
    next: 'Nothing: it is kept once.',
  },
  P107: {
    severity: 'note',
    title: 'a file belongs to nothing',
    meaning:
      'This file is no audio by name or content, no table or sidecar that the importer knows, and no record names it. The message gives the reason.',
    next: 'If it matters, describe it in a mapping file or import it by itself.',
  },
  P108: {
    severity: 'note',
    title: 'a recording of which only a part could be read is tried again',
    meaning:
      'When it was imported, its container was damaged, and what could be unpacked was kept. Names and sizes do not tell whether it is whole now.',
    next: 'Nothing: if it is whole now, it is imported beside the salvaged one, which it names in `supersedes`.',
  },
  P110: {
    severity: 'error',
    title: 'a planned file has left the source',
    meaning: 'The file was there when the job was planned and is not any more.',
    next: 'Bring the source back as it was and run the same import again.',
  },
  P111: {
    severity: 'error',
    alarm: true,
    title: 'a recording kills the worker',
    meaning:
      'A worker thread died on this recording, and a fresh one again, also when its originals were only to be kept (M142). It is left out so that the rest can go on.',
    next: 'Report it; `longplay identify` may tell what it is.',
  },
  P112: {
    severity: 'error',
    alarm: true,
    title: 'an original could not be read',
    meaning: 'The system refused to give the bytes of a file of the source: rights, a bad disk, a file that vanished or changed.',
    next: 'Remove the cause that the message names and run the same import again; only what is missing is added.',
  },
  P119: {
    severity: 'error',
    alarm: true,
    title: 'the machine could not do the work on a recording',
    meaning:
      'FFmpeg was ended from outside or memory ran out (M161, M163, in the message). The recording was left out so that the rest can go on; its bag may have landed without it.',
    next: 'Give it more memory or use fewer --jobs, and run the same import again: what is missing is added.',
  },
  P113: {
    severity: 'error',
    alarm: true,
    title: 'a recording was left out of its bag',
    meaning: 'An earlier run of this job could not read its original and landed the bag without it. A bag that has landed is never changed.',
    next: 'Remove the cause and import the same source once more: what is missing comes into a bag of its own.',
  },
  P114: {
    severity: 'error',
    alarm: true,
    title: 'a recording is damaged still',
    meaning: 'The archive has what could be read of it in an earlier import, and the source is as damaged as it was then.',
    next: 'Bring a whole copy of the container and import that.',
  },
  P115: {
    severity: 'warning',
    alarm: true,
    title: 'files that records name were left out',
    meaning:
      'Records name these files, and several files answer to the name alike, or several calls name one: nothing tells which is meant. They are no audio by name or content, so they are not kept as recordings of their own either.',
    next: 'Each is listed with P107 and its reason. Import them with a table that names them by folder, or one by one; where they are not wanted, accept them: `--accept P115=N --reason "…"`.',
  },
  P116: {
    severity: 'warning',
    alarm: true,
    title: 'files that are audio by their content were left out',
    meaning:
      'The importer took these files for none of its own; their first bytes are those of an audio container or a capture, or `longplay identify` recognises them.',
    next: 'Each is listed with P107. Import them by themselves: `--importer loose-files`, or a mapping file that names them; where they are not wanted, accept them: `--accept P116=N --reason "…"`.',
  },
  P117: {
    severity: 'warning',
    alarm: true,
    title: 'tables were not read, and recordings have no row',
    meaning:
      'No importer, or not the mapping file, reads these tables, and recordings were taken with nothing but their names, whether others have rows or not. The tables probably say when each call was and who spoke. What was imported keeps no row of them.',
    next: 'Let `longplay survey SOURCE --propose mapping.toml` describe the tables, complete the file (docs/mapping-file.md), and import again with `--mapping mapping.toml`. Where the tables say nothing of the calls: `--accept P117=N --reason "…"`.',
  },
  P118: {
    severity: 'warning',
    alarm: true,
    title: 'files that may be recordings in an unknown format were left out',
    meaning:
      'No record names these files, no format recognises their content, and they are no text, image, document or program: a coding that longplay does not know, an encrypted recording, an archive that is not opened, or data of another program.',
    next: 'Each is listed with P107 and its reason. Where they are recordings, declare their coding (`--declare`) or ask the vendor; where they are not, accept them: `--accept P118=N --reason "…"`.',
  },
  P120: {
    severity: 'note',
    title: 'the audio is much shorter than its row says',
    meaning:
      'Less than half of what the row says, the time before the answer or before the recorder began taken off, more than 2 s missing, and no event of the call that cuts audio: waiting in a queue that nobody recorded, a cut file, a pause that was cut out, or another call.',
    next: 'Where waiting does not explain it, listen to it; compare with the events of the call in `longplay show`.',
  },
  P121: {
    severity: 'warning',
    title: 'the audio is much longer than its row says',
    meaning: 'More than 2 s and 5 % longer than the declared duration: several calls in one file, a wrong rate, or another call.',
    next: 'Listen to it; check rate and codec with `longplay identify`.',
  },
  P122: {
    severity: 'warning',
    title: 'the audio is not as long as the recorder says of the audio itself',
    meaning:
      'The recorder measured the audio, not the call, and what decodes is longer or shorter by more than 2 s and 1 %: a cut file, lost packets, a wrong rate or codec, or another recording.',
    next: 'Listen to the end of it; check rate and codec with `longplay identify`, and look for another copy of the file.',
  },
  P123: {
    severity: 'warning',
    alarm: true,
    title: 'tables hold no row, and recordings have no row',
    meaning:
      'The tables of this source are empty, or hold a header alone, while there is audio that they should describe: an export that failed, or one of other days.',
    next: 'Export the table again and import the source with it. Where the calls were never listed, accept it: `--accept P123=N --reason "…"`.',
  },
  P130: {
    severity: 'error',
    title: 'a bag has gone',
    meaning: 'The catalog knew a bag that is no longer in the archive.',
    next: 'Run `longplay verify`; bring the bag back from another copy of the archive.',
  },
  P131: {
    severity: 'error',
    title: 'a recording.json cannot be read',
    meaning: 'The document is missing, damaged or not of this format, so the catalog cannot list the recording.',
    next: 'Run `longplay verify`, which names all that is wrong with the bag.',
  },
  P133: {
    severity: 'error',
    alarm: true,
    title: 'a bag that is not the one that was announced',
    meaning:
      'An import enters the digests of a bag in the log before the bag appears. An import was stopped between the two, and what lies there now has other digests: it was changed since. It was moved to quarantine/, and the bag is made again from the source.',
    next: 'Find out who can write to the archive: compare the bag in quarantine/ with the one that was made again.',
  },
  P132: {
    severity: 'warning',
    title: 'a bag without a landing in the log',
    meaning:
      'A bag lies in the archive that neither the log nor an unfinished job knows: copied in by hand, or the log was replaced by an older one.',
    next: 'Find out where it comes from; `longplay verify` counts it as unexpected until then.',
  },
  P140: {
    severity: 'warning',
    title: 'unknown format',
    meaning: 'No format recognises the bytes, by signature, structure or statistics.',
    next: 'It will be kept as it is; find out from the recorder what wrote it.',
  },
  P141: {
    severity: 'note',
    title: 'an empty file',
    meaning: 'The file has no bytes: a recording that never began or a crash.',
    next: 'Nothing: it is kept and counted.',
  },
  P142: {
    severity: 'warning',
    title: 'nothing to look at',
    meaning: 'The folder or container holds no files.',
    next: 'Check the path and whether its disk is mounted.',
  },
  P143: {
    severity: 'error',
    alarm: true,
    title: 'a file cannot be read',
    meaning: 'The system refused to give the bytes of a file that the survey wanted to look at.',
    next: 'Remove the cause that the message names; an import would leave this recording out.',
  },
  P150: {
    severity: 'error',
    title: 'a job of another version',
    meaning: 'An unfinished job in the archive was planned by a version of longplay whose plans this one does not read.',
    next: 'Finish it with that version, or delete its folder below jobs/ and import again; what has landed stays.',
  },
  P151: {
    severity: 'error',
    title: 'the plan of a job could not be written',
    meaning: 'No space, no right, a read-only disk or a failing one. Nothing was imported by it; a half-written plan never counts.',
    next: 'Remove the cause that the message names, then run the same command again.',
  },
  P152: {
    severity: 'error',
    title: 'there is no place for temporary files',
    meaning: 'The folder for temporary files is absent, full or may not be written to. What needs it was not done; of the archive nothing is said.',
    next: 'Make room there, or name another folder with LONGPLAY_TMPDIR.',
  },
  P153: {
    severity: 'error',
    title: 'a plan is damaged',
    meaning:
      'The plan of an unfinished job in the archive is not as it was written. What would be archived follows from it, so the job does not go on.',
    next: 'Delete the folder of the job below jobs/ and run the same import again: it plans again, and what has landed stays.',
  },
  P160: {
    severity: 'error',
    title: 'a file was not converted',
    meaning: 'Its reason stands in the message: no decoder, an unreadable file, a copy that did not sound like the original.',
    next: 'See the other findings on the same file; run again once the cause is gone.',
  },
  P161: {
    severity: 'error',
    title: 'the place of a conversion is taken',
    meaning:
      'An earlier run into the same folder converted a file of the same path, but of another size or date: another file, or an older state of it. Its copy was left as it is.',
    next: 'Name another folder with --out, or delete the old copy from this one and run again.',
  },
  P170: {
    severity: 'note',
    title: 'a recording without audio',
    meaning: 'The recording has metadata only, so there is no file to export.',
    next: 'Nothing: its metadata is exported.',
  },
  P171: {
    severity: 'error',
    title: 'a file is not what was recorded',
    meaning:
      'While it was copied out, its digest was computed and is not the recorded one; or its recording.json is not the one that landed, by the log: a bag that was changed and whose digests were made anew is well in itself. It is not handed out.',
    next: 'Run `longplay verify` on the archive and bring the file back from another copy.',
  },
  P175: {
    severity: 'error',
    machine: true,
    title: 'the system does not give a file of the archive',
    meaning:
      'Rights, open files, memory, a share that is away or a disk that fails: what the file holds is not known, and nothing is said against it. It was left out.',
    next: 'Remove the cause that the message names, then run the same command again. With EIO bring the file back from another copy (`longplay replica repair`).',
  },
  P176: {
    severity: 'warning',
    title: 'a catalog was not replaced',
    meaning:
      'A rebuild could not read the documents of recordings that the present catalog knows. A catalog without them would be poorer: searches and lists would no longer name them.',
    next: 'Repair the named files, e.g. by `longplay replica repair`, and rebuild again. To use what can be read all the same, delete catalog.sqlite first.',
  },
  P172: {
    severity: 'warning',
    title: 'an export is not entered in the log',
    meaning:
      'The recordings were exported. The log of the archive does not tell of it, because the archive may only be read here, is a replica, or this machine has no key for it that can be used. Where the system failed, it is P177.',
    next: 'Note by hand that they were handed out, or export on the machine that holds the key, from an archive that may be written.',
  },
  P177: {
    severity: 'warning',
    machine: true,
    title: 'the log did not take an entry',
    meaning:
      'What was asked for is done: recordings were handed out or played. The log of the archive does not tell of it, because the system refused to write there, another run held it too long, or the log is damaged.',
    next: 'Note by hand what was done; fix what the message names before the next one.',
  },
  P220: {
    severity: 'warning',
    title: 'a vCon has no dialog',
    meaning:
      'A dialog of a vCon has a start in UTC, and that of this recording is not known: the recorder wrote local times and no zone was given, the hour occurred twice, or there is no metadata. The vCon has the parties and, as analysis, all that is known, its files with it.',
    next: 'Import the source into a new archive with `--zone`, where the zone of the recorder is known.',
  },
  P221: {
    severity: 'note',
    title: 'a file is too large to be put into a vCon',
    meaning:
      'What reads JSON holds a text in memory, and few programs take one of more than 512 MB. The file is named by its name and digest instead.',
    next: 'Keep the exported file beside the vCon.',
  },
  P222: {
    severity: 'error',
    title: 'no vCon was made',
    meaning:
      'A vCon says when it was made. longplay writes the day on which the bag was made, so that the same recording gives the same vCon, and bag-info.txt does not say it any more.',
    next: 'Run `longplay verify` on the archive and bring the file back from another copy.',
  },
  P173: {
    severity: 'warning',
    title: 'a listening is not entered in the log',
    meaning:
      'The recording was played. The log of the archive does not tell of it, because the archive may only be read here, is a replica, or this machine has no key for it.',
    next: 'Note by hand who listened, or play it on the machine that holds the key, from an archive that may be written.',
  },
  P174: {
    severity: 'error',
    title: 'nothing here plays the recording',
    meaning:
      'longplay starts ffplay or the `play` of sox, and neither is on PATH, or it failed: no sound device, or a codec that it does not know. The recording is whole.',
    next: 'Install one (`apt-get install ffmpeg`), name it with --player, or play the file that the message names with any other player.',
  },
  P186: {
    severity: 'error',
    title: 'the whole work was tried on this machine and failed',
    meaning:
      'longplay imported the small recordings that ship with it into a temporary archive, verified, played and searched it, and one of the steps did not do what it must. Every command that needs the step will fail alike.',
    next: 'Do what the message says, then run `longplay doctor` again.',
  },
  P180: {
    severity: 'error',
    title: 'a decoder decodes otherwise than it did',
    meaning:
      'A small file that ships with longplay was decoded, and the samples are not those that were recorded when it was made: a new version of FFmpeg or a library decodes wrongly, or the installation is damaged. Copies made with it cannot be trusted.',
    next: 'Do not import or convert this codec here. Put back the version that the message names, and report both versions.',
  },
  P181: {
    severity: 'warning',
    title: 'a canary cannot be decoded here',
    meaning: 'A program that decodes this codec is missing, so nothing is known of its decoding.',
    next: 'See what `longplay doctor` says is missing.',
  },
  P182: {
    severity: 'note',
    title: 'a decoder gives slightly other samples than it did',
    meaning: 'Another version of FFmpeg rounds otherwise: length, level and waveform are within the bounds, the digest is another.',
    next: 'Nothing. Digests of decoded samples in older archives can be repeated only with the version that is named there.',
  },
  P190: {
    severity: 'note',
    title: 'the clocks of two exports differ',
    meaning:
      'Calls that an id joins start at other times in the one export than in the other, by much the same difference. It was taken off before starts were compared.',
    next: 'Which clock was right the exports cannot tell; each keeps its own times with its own provenance.',
  },
  P191: {
    severity: 'warning',
    title: 'an id is shared by too many calls',
    meaning: 'Descriptions in one export have an id in common with more recordings of another than one call can have: it is no id of a call.',
    next: 'Look at the correlation values of such a recording in `longplay show`; a mapping file can leave the column out.',
  },
  P192: {
    severity: 'warning',
    title: 'number and time fit several calls',
    meaning: 'Without a common id, a number and the start within 2 s would join them, but more than one call fits. They stand by themselves.',
    next: 'Give an export that has a common id, such as the Call-ID or the UCID.',
  },
  P193: {
    severity: 'note',
    title: 'two exports have audio of the same calls',
    meaning: 'Both recorded them. Each is kept as a recording of its own, with the ids that they share.',
    next: 'Nothing need be done; `longplay list` finds both by the shared id.',
  },
  P194: {
    severity: 'warning',
    title: 'two exports contradict each other',
    meaning:
      'What another export says of the call differs in its start by more than 5 s (the difference of the clocks taken off), in its length by more than 5 s and a tenth, or in its direction. Both are kept, each with its provenance.',
    next: 'Compare both in `longplay show`; a wrong join shows in more than one of them.',
  },
  P200: {
    severity: 'warning',
    title: 'no report could be written',
    meaning:
      'The list of recordings that a job keeps for its report is gone or damaged, or the job was planned by a version of longplay that kept none. The recordings themselves are not touched by that.',
    next: 'Run `longplay import` with `--report FOLDER` once more: it finds nothing new and reports the whole source.',
  },
  P201: {
    severity: 'error',
    alarm: true,
    title: 'the sums of a report do not agree',
    meaning:
      'What went in and what is accounted for are counted on two ways, and the two differ: something was lost or counted twice. This must not happen; the page shows it in red.',
    next: 'Report it as a bug, with report.json. Do not rely on this survey or import until it is explained.',
  },
  P202: {
    severity: 'error',
    title: 'an archive does not hold what its log says',
    meaning:
      'Bags, or recordings in them, that landed according to the log are not in the catalog, which is made from the bags: they were moved, deleted, or cannot be read.',
    next: 'Run `longplay verify`: it names what is missing. Bring it back from another copy.',
  },
  P250: {
    severity: 'warning',
    title: 'a file holds one value from end to end',
    meaning:
      'Every byte of its coded audio is the same, or every sample of it: a file that was made and never written, a dead input, a template. It counts as a file without sound.',
    next: "Look the call up in the recorder's own list. When many are like this, suspect the recorder's port or the export.",
  },
  P251: {
    severity: 'error',
    alarm: true,
    title: 'no call has audio',
    meaning:
      'Rows, sidecars or documents describe calls, and none of these has a file with sound: the share with the audio is not mounted, the path is wrong, the export holds metadata alone, or all files are empty, headers or silent. The message counts the calls by status.',
    next: 'Look whether the audio is where the rows say. Where there is none by design, say so: `--expect-audio 0%`.',
  },
  P252: {
    severity: 'error',
    alarm: true,
    title: 'fewer calls have audio than are expected',
    meaning:
      'Of the calls that rows, sidecars or documents describe, fewer have a file with sound than `--expect-audio` asks for. Calls of which the recorder itself says that they were deleted or not to be recorded are not expected to have any.',
    next: 'List those without audio (`longplay list ARCHIVE --without-sound`, or `recordings.csv` of the report), and look for their files at the recorder while it runs.',
  },
  P210: {
    severity: 'error',
    title: 'the folder for a report holds something else',
    meaning: 'A report is written into a new or empty folder, or one in which a run was stopped before its page was there. Nothing is overwritten.',
    next: 'Name another folder with `--report` or `--out`.',
  },
  P211: {
    severity: 'error',
    title: 'the archive may only be read',
    meaning: '`longplay report` writes into the archive, below reports/, unless it is told another place.',
    next: 'Name a folder with `--out`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
