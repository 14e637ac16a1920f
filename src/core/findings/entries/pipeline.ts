import type { FindingEntry } from './types.ts';

/** Codes P100 to P219 and P250 to P259: surveys, plans, jobs, conversions, exports, reports. */
export const pipelineFindings = {
  P101: {
    severity: 'error',
    title: 'the record counts of a table do not add up',
    meaning:
      'The importer read one number of records but accounts for another. That is a bug in the importer; the sums are checked to find such bugs.',
    next: 'Report it with the kind of table; do not rely on this import for completeness.',
  },
  P102: {
    severity: 'warning',
    title: 'a file is claimed twice',
    meaning: 'Two recordings, or a recording and a table, name the same file. The file is kept with each recording that names it and counted once.',
    next: 'Look at both recordings with `longplay show`; often one of the rows is a copy.',
  },
  P103: {
    severity: 'warning',
    title: 'metadata names a missing file',
    meaning: 'A row or sidecar names a file that the source does not have: it was deleted, is on another disk, or was never recorded.',
    next: 'Look for it on the recorder; import again when it is found.',
  },
  P104: {
    severity: 'note',
    title: 'a recording has changed since its import',
    meaning:
      'The archive has this recording with other file names or sizes. Nothing in an archive is overwritten: the new state is added beside the old one and refers to it in `supersedes`. Rows that changed while the files are the same, or that exchange the files of archived recordings, are reported as P265.',
    next: 'Compare both with `longplay show`; the output for the old one names the new one.',
  },
  P105: {
    severity: 'warning',
    title: 'two recordings with one key',
    meaning:
      'The recorder gave the same identity to two recordings that differ in rows or files. Both are kept; the key of the second ends in a digest of its content, at this and every later import.',
    next: 'Look at both; use --site to distinguish two recorders in one source.',
  },
  P106: {
    severity: 'note',
    title: 'a recording occurs twice',
    meaning: 'The source has the same key with the same rows and files twice.',
    next: 'Nothing: it is kept once.',
  },
  P107: {
    severity: 'note',
    title: 'an unclaimed file',
    meaning:
      'This file is not audio by name or content, it is not a table or sidecar that the importer knows, and no record names it. The message gives the reason.',
    next: 'If it matters, describe it in a mapping file or import it by itself.',
  },
  P108: {
    severity: 'note',
    title: 'a partly readable recording is tried again',
    meaning:
      'When the recording was imported, its container was damaged, and what could be unpacked was kept. Names and sizes do not show whether it is intact now.',
    next: 'Nothing: if it is intact now, it is added beside the partial one and refers to it in `supersedes`.',
  },
  P110: {
    severity: 'error',
    title: 'a planned file is no longer in the source',
    meaning: 'The file was there when the job was planned, but is gone.',
    next: 'Restore the source as it was and run the same import again.',
  },
  P111: {
    severity: 'error',
    alarm: true,
    title: 'a recording crashes the worker',
    meaning:
      'A worker thread died on this recording, and so did a second one that only had to keep the originals (M142). The recording is left out so that the rest can continue.',
    next: 'Report it; `longplay identify` may show what it is.',
  },
  P112: {
    severity: 'error',
    alarm: true,
    title: 'an original could not be read',
    meaning: 'The system refused to read a file of the source: permissions, a bad disk, a file that disappeared or changed.',
    next: 'Remove the cause that the message names and run the same import again; only what is missing is added.',
  },
  P119: {
    severity: 'error',
    alarm: true,
    title: 'the machine could not process a recording',
    meaning:
      'FFmpeg was killed or memory ran out (M161, M163, in the message). The recording was left out so that the rest can continue; its bag may have been completed without it.',
    next: 'Provide more memory or use fewer --jobs, and run the same import again: it adds what is missing.',
  },
  P113: {
    severity: 'error',
    alarm: true,
    title: 'a recording was left out of its bag',
    meaning: 'An earlier run of this job could not read its original and completed the bag without it. A completed bag is never changed.',
    next: 'Remove the cause and import the same source again: missing recordings go into a bag of their own.',
  },
  P114: {
    severity: 'error',
    alarm: true,
    title: 'a recording is still damaged',
    meaning: 'An earlier import kept what could be read of it, and the source is as damaged as it was then.',
    next: 'Get an intact copy of the container and import that.',
  },
  P115: {
    severity: 'warning',
    alarm: true,
    title: 'files that records may name were left out',
    meaning:
      'Records name files, but several files match a name, or several calls name one file, and nothing shows which is meant. These files are not audio by name or content, so they are not kept as separate recordings either.',
    next: 'Each is listed with P107 and its reason. Import them with a table that names them by folder, or one by one; if they are not wanted, accept the finding: `--accept P115=N --reason "…"`.',
  },
  P116: {
    severity: 'warning',
    alarm: true,
    title: 'files with audio content were left out',
    meaning:
      'The importer did not claim these files, but their first bytes are those of an audio container or a capture, or `longplay identify` recognises them.',
    next: 'Each is listed with P107. Import them separately: `--importer loose-files`, or a mapping file that names them; if they are not wanted, accept the finding: `--accept P116=N --reason "…"`.',
  },
  P117: {
    severity: 'warning',
    alarm: true,
    title: 'tables were not read, and recordings have no row',
    meaning:
      'The importer or the mapping file does not read these tables, and some recordings were imported with only their file names. The tables probably state when each call was and who spoke. The imported recordings keep no row of them.',
    next: 'Describe the tables with `longplay survey SOURCE --propose mapping.toml`, complete the file (docs/reference/mapping-file.md), and import again with `--mapping mapping.toml`. If the tables say nothing about the calls, accept the finding: `--accept P117=N --reason "…"`.',
  },
  P118: {
    severity: 'warning',
    alarm: true,
    title: 'files that may be recordings in an unknown format were left out',
    meaning:
      'No record names these files, no format recognises their content, and they are not text, image, document or program: they may have a codec that longplay does not know, be encrypted recordings, archives that longplay does not open, or data of another program.',
    next: 'Each is listed with P107 and its reason. If they are recordings, declare their codec (`--declare`) or ask the vendor; otherwise accept the finding: `--accept P118=N --reason "…"`.',
  },
  P120: {
    severity: 'note',
    title: 'the audio is much shorter than its row says',
    meaning:
      'The audio is less than half as long as the row says, and more than 2 s are missing. The time before the answer and before the start of the recording is not counted, and no event of the call explains the difference. The caller may have waited in a queue that was not recorded, the file may be cut, a pause may have been cut out, or the file belongs to another call.',
    next: 'If waiting does not explain it, listen to the recording; compare with the events of the call in `longplay show`.',
  },
  P121: {
    severity: 'warning',
    title: 'the audio is much longer than its row says',
    meaning: 'The audio is more than 2 s and 5 % longer than the declared duration: several calls in one file, a wrong rate, or another call.',
    next: 'Listen to the recording; check rate and codec with `longplay identify`.',
  },
  P122: {
    severity: 'warning',
    title: 'the audio differs from its measured length',
    meaning:
      'The recorder measured the audio, not the call, and the decoded audio is longer or shorter by more than 2 s and 1 %: a cut file, lost packets, a wrong rate or codec, or another recording.',
    next: 'Listen to the end of the recording; check rate and codec with `longplay identify`, and look for another copy of the file.',
  },
  P123: {
    severity: 'warning',
    alarm: true,
    title: 'empty tables, and recordings without a row',
    meaning:
      'The tables of this source are empty, or have only a header, although there is audio that they should describe: the export failed, or covers other days.',
    next: 'Export the table again and import the source with it. If the calls were never listed, accept the finding: `--accept P123=N --reason "…"`.',
  },
  P130: {
    severity: 'error',
    title: 'a bag is gone',
    meaning: 'The catalog lists a bag that is no longer in the archive.',
    next: 'Run `longplay verify`; restore the bag from another copy of the archive.',
  },
  P131: {
    severity: 'error',
    title: 'a recording.json cannot be read',
    meaning: 'The document is missing or damaged, or is not in the format of recording.json, so the catalog cannot list the recording.',
    next: 'Run `longplay verify`, which lists everything that is wrong with the bag.',
  },
  P133: {
    severity: 'error',
    alarm: true,
    title: 'a bag differs from its announcement',
    meaning:
      'An import logs the digests of a bag before the bag appears. An import was stopped between the two steps, and the bag that is there now has other digests: it was changed since. It was moved to quarantine/, and the bag is made again from the source.',
    next: 'Find out who can write to the archive: compare the bag in quarantine/ with the new one.',
  },
  P132: {
    severity: 'warning',
    title: 'a bag whose ingest is not in the log',
    meaning: 'Neither the log nor an unfinished job knows this bag: it was copied in by hand, or the log was replaced by an older one.',
    next: 'Find out where it comes from; `longplay verify` counts it as unexpected until then.',
  },
  P134: {
    severity: 'warning',
    title: 'the catalog was made from another state of a bag',
    meaning:
      'The catalog notes the digest of each bag from which it was made, and the bag has another one: catalog.sqlite was replaced by an older copy, a run was stopped after it had changed the bag and before it had updated the catalog, or the bag was changed otherwise. The bag is indexed again before the query, so that nothing is shown which the bag does not have any more.',
    next: 'Run `longplay verify`. If no run was stopped, find out who replaced catalog.sqlite or the bag.',
  },
  P140: {
    severity: 'warning',
    title: 'unknown format',
    meaning: 'No format recognises the bytes, by signature, structure or statistics.',
    next: "It will be kept as it is; find out from the recorder's operator what wrote it.",
  },
  P141: {
    severity: 'note',
    title: 'an empty file',
    meaning: 'The file has no bytes: the recording never began, or the recorder crashed.',
    next: 'Nothing: it is kept and counted.',
  },
  P142: {
    severity: 'warning',
    title: 'nothing to examine',
    meaning: 'The folder or container has no files.',
    next: 'Check the path and that its disk is mounted.',
  },
  P143: {
    severity: 'error',
    alarm: true,
    title: 'a file cannot be read',
    meaning: 'The system refused to read a file that the survey needed.',
    next: 'Remove the cause that the message names; otherwise an import will omit this recording.',
  },
  P150: {
    severity: 'error',
    title: 'a job of another version',
    meaning: 'An unfinished job in the archive was planned by a version of longplay whose plans this version does not read.',
    next: 'Finish it with that version, or delete its folder below jobs/ and import again; finished bags stay.',
  },
  P151: {
    severity: 'error',
    title: 'the plan of a job could not be written',
    meaning: 'There is no space or no permission, or the disk is read-only or failing. Nothing was imported; a half-written plan is ignored.',
    next: 'Remove the cause that the message names, then run the same command again.',
  },
  P152: {
    severity: 'error',
    title: 'no usable folder for temporary files',
    meaning:
      'The folder for temporary files is absent, full or not writable. The step that needs it was not done; this is not a fault of the archive.',
    next: 'Free some space there, or name another folder in LONGPLAY_TMPDIR.',
  },
  P153: {
    severity: 'error',
    title: 'a plan is damaged',
    meaning: 'The plan of an unfinished job in the archive was altered. It determines what is archived, so the job is not continued.',
    next: 'Delete the folder of the job below jobs/ and run the same import again: it makes a new plan, and finished bags stay.',
  },
  P160: {
    severity: 'error',
    title: 'a file was not converted',
    meaning: 'The message states the reason: no decoder, an unreadable file, an access copy that did not sound like the original.',
    next: 'See the other findings on the same file; run again when the cause is removed.',
  },
  P161: {
    severity: 'error',
    title: 'the target of a conversion exists',
    meaning:
      'An earlier run into the same folder converted a file with the same path but a different size or date: a different file, or an older version of this one. The copy of that file was not changed.',
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
    title: 'a file differs from its record',
    meaning:
      'Either the digest computed while copying differs from the recorded one, or recording.json differs from the one in the log. The log shows the change even if the digests of the bag were changed with the file. The file was not handed out.',
    next: 'Run `longplay verify` on the archive and restore the file from another copy.',
  },
  P175: {
    severity: 'error',
    machine: true,
    title: 'a file of the archive cannot be read',
    meaning:
      'The system refused to read the file: missing permissions, too many open files, too little memory, an unreachable share or a failing disk. Its content is unknown, and no fault of the archive is reported. The file was left out.',
    next: 'Remove the cause that the message names, then run the same command again. With EIO restore the file from another copy (`longplay replica repair`).',
  },
  P176: {
    severity: 'warning',
    title: 'a catalog was not replaced',
    meaning:
      'A rebuild could not read the documents of recordings that the present catalog lists. Searches and lists of the new catalog would lack them.',
    next: 'Repair the named files, e.g. with `longplay replica repair`, and rebuild again. To use what can be read, delete catalog.sqlite first.',
  },
  P172: {
    severity: 'warning',
    title: 'an export is not in the log',
    meaning:
      'The recordings were exported, but the log of the archive does not record it, because the archive is read-only here, is a replica, or this machine has no usable key for it. If the system failed, the finding is P177.',
    next: 'Keep your own record that they were handed out, or export on the machine that has the key, from a writable archive.',
  },
  P177: {
    severity: 'warning',
    machine: true,
    title: 'an action could not be logged',
    meaning:
      'The action was done: recordings were handed out or played. The log of the archive does not record it, because the system refused to write, another run locked the log too long, or the log is damaged.',
    next: 'Keep your own record of the action; fix what the message names before the next one.',
  },
  P220: {
    severity: 'warning',
    title: 'a vCon has no dialog',
    meaning:
      'A dialog of a vCon needs a start in UTC, and the UTC start of this recording is unknown: the recorder wrote local times and no zone was given, the time is ambiguous (DST fold), or there is no metadata. The vCon has the parties and, as analysis, all known data and the files.',
    next: 'Import the source into a new archive with `--zone`, if the zone of the recorder is known.',
  },
  P221: {
    severity: 'note',
    title: 'a file is too large for a vCon',
    meaning:
      'JSON readers hold a text in memory, and few programs accept one of more than 512 MB. The vCon refers to the file by name and digest instead.',
    next: 'Keep the exported file beside the vCon.',
  },
  P222: {
    severity: 'error',
    title: 'no vCon was made',
    meaning:
      'A vCon states when it was made. longplay uses the day on which the bag was made, so that the same recording always gives the same vCon, but bag-info.txt no longer states it.',
    next: 'Run `longplay verify` on the archive and restore the file from another copy.',
  },
  P173: {
    severity: 'warning',
    title: 'playback is not in the log',
    meaning:
      'The recording was played, but the log of the archive does not record it, because the archive is read-only here, is a replica, or this machine has no key for it.',
    next: 'Keep your own record of who listened, or play it on the machine that has the key, from a writable archive.',
  },
  P174: {
    severity: 'error',
    title: 'no player',
    meaning:
      'longplay starts ffplay or the `play` of sox; neither is on PATH, or the player failed: no sound device, or a codec that it does not know. The recording is intact.',
    next: 'Install one (`apt-get install ffmpeg`), name it with --player, or play the file that the message names with any other player.',
  },
  P186: {
    severity: 'error',
    title: 'the self-test of this installation failed',
    meaning:
      'longplay imported the small recordings that ship with it into a temporary archive, verified, played and searched it, and one of the steps failed. Every command that needs this step will fail in the same way.',
    next: 'Follow the message, then run `longplay doctor` again.',
  },
  P180: {
    severity: 'error',
    title: "a decoder's output has changed",
    meaning:
      'A small file that ships with longplay was decoded, and the samples differ from those recorded when the file was made: a new version of FFmpeg or a library decodes wrongly, or the installation is damaged. Access copies made with it cannot be trusted.',
    next: 'Do not import or convert this codec here. Restore the version that the message names, and report both versions.',
  },
  P181: {
    severity: 'warning',
    title: 'a canary cannot be decoded here',
    meaning: 'A program that decodes this codec is missing, so its decoding was not tested.',
    next: 'See what `longplay doctor` reports as missing.',
  },
  P182: {
    severity: 'note',
    title: "a decoder's output has changed slightly",
    meaning: 'Another version of FFmpeg rounds differently: length, level and waveform are within the limits, but the digest differs.',
    next: 'Nothing. Digests of decoded samples in older archives can be reproduced only with the version that they name.',
  },
  P190: {
    severity: 'note',
    title: 'the clocks of two exports differ',
    meaning:
      'Calls that are joined by an id start at different times in the two exports, with a nearly constant difference. The difference was subtracted before starts were compared.',
    next: 'The exports do not show which clock was right; each keeps its own times and their provenance.',
  },
  P191: {
    severity: 'warning',
    title: 'too many calls have the same id',
    meaning: 'One id in an export matches more recordings of another export than one call can have, so it does not identify a call.',
    next: 'Look at the correlation values of such a recording in `longplay show`; a mapping file can leave out the column.',
  },
  P192: {
    severity: 'warning',
    title: 'number and time match several calls',
    meaning: 'Without a common id, descriptions are joined by a number and a start within 2 s, but several calls match. They are kept separately.',
    next: 'Provide an export that has a common id, e.g. the Call-ID or the UCID.',
  },
  P193: {
    severity: 'note',
    title: 'two exports have audio of the same calls',
    meaning: 'Both systems recorded them. Each is kept as a recording of its own, with the shared ids.',
    next: 'Nothing; `longplay list` finds both by the shared id.',
  },
  P194: {
    severity: 'warning',
    title: 'two exports contradict each other',
    meaning:
      'The two exports differ about a call: in its start by more than 5 s (after subtracting the difference of the clocks), in its length by more than 5 s and 10 %, or in its direction. Both values are kept, each with its provenance.',
    next: 'Compare both in `longplay show`; a wrong join usually differs in more than one of them.',
  },
  P200: {
    severity: 'warning',
    title: 'no report could be written',
    meaning:
      'The list of recordings that a job keeps for its report is missing or damaged, or the job was planned by a version of longplay that kept none. The recordings themselves are not affected.',
    next: 'Run `longplay import` with `--report FOLDER` again: it finds nothing new and reports the whole source.',
  },
  P201: {
    severity: 'error',
    alarm: true,
    title: 'the sums of a report differ',
    meaning:
      'What was read and what was accounted for are counted independently, and the two counts differ: something was lost or counted twice. This must not happen; the page of the report shows the difference in red.',
    next: 'Report it as a bug, with report.json. Do not rely on this survey or import until it is explained.',
  },
  P202: {
    severity: 'error',
    title: 'the archive lacks recordings that its log names',
    meaning:
      'According to the log these bags, or recordings in them, were ingested. They are not in the catalog, which is made from the bags: they were moved, deleted, or cannot be read.',
    next: 'Run `longplay verify`: it lists what is missing. Restore the bags from another copy.',
  },
  P250: {
    severity: 'warning',
    title: 'a file holds one value throughout',
    meaning:
      'All bytes, or all samples, of its coded audio are equal: a file that was created and never written, a dead input, a template. It counts as a file without audio.',
    next: "Look up the call in the recorder's own list. If many files are like this, suspect the recorder's port or the export.",
  },
  P251: {
    severity: 'error',
    alarm: true,
    title: 'no call has audio',
    meaning:
      'Rows, sidecars or documents describe calls, but none of these calls has a file with audio: the share with the audio is not mounted, the path is wrong, the export has only metadata, or all files are empty, bare headers or silent. The message counts the calls by status.',
    next: 'Check that the audio is where the rows say. If there is none by design, state that: `--expect-audio 0%`.',
  },
  P252: {
    severity: 'error',
    alarm: true,
    title: 'fewer calls have audio than expected',
    meaning:
      'Of the calls that rows, sidecars or documents describe, fewer have a file with audio than `--expect-audio` requires. Calls that according to the recorder were deleted or not to be recorded are not counted.',
    next: 'List the calls without audio (`longplay list ARCHIVE --without-sound`, or `recordings.csv` of the report), and look for their files on the recorder while it runs.',
  },
  P210: {
    severity: 'error',
    title: 'the folder for a report is not empty',
    meaning: 'A report is written into a new or empty folder, or into one where a run was stopped before it wrote its page. Nothing is overwritten.',
    next: 'Name another folder with `--report` or `--out`.',
  },
  P211: {
    severity: 'error',
    title: 'the archive is read-only',
    meaning: '`longplay report` writes into the archive, below reports/, unless another folder is given.',
    next: 'Name a folder with `--out`.',
  },
  P212: {
    severity: 'error',
    title: 'there is no report of such an import',
    meaning: 'The log has no kept report of the import that `longplay report ARCHIVE --import JOB` names.',
    next: 'Use the name of a folder below `reports/` of the archive: each is named after its import.',
  },
  P213: {
    severity: 'error',
    title: 'a kept report differs from the log',
    meaning: 'The digest of a file of the report differs from the one that was logged when the report was written. The file was not copied.',
    next: 'Restore the report from a replica: `longplay replica repair`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
