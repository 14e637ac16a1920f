import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });

/** Codes C100 to C199: cases, their messages and exports, and register extracts. */
export const casesFindings = {
  C100: error('no such case', 'No case of the archive has this id, or several do.', 'Run `longplay case list ARCHIVE`.'),
  C101: error(
    'a case is damaged',
    'case.json, which lists what the case holds, cannot be read or is not a case of this archive. The recordings are in the bags and are not affected.',
    'Restore the file from a backup, or make the case again.',
  ),
  C102: error(
    'the case was written by a newer version',
    'case.json says that a newer version of longplay wrote it.',
    'Use that version, or a newer one.',
  ),
  C103: error(
    'the case would exceed a limit',
    'The number of recordings and of message files in a case is limited.',
    'Add less, or make several cases.',
  ),
  C104: error('a case without a title', 'The title is empty or longer than 500 characters.', 'Name the case in a few words.'),
  C105: error('not a country calling code', 'The value of --country is not a country calling code.', 'Give the country code in the form +46.'),
  C106: error(
    'not in the case',
    'No recording of the case has an id that begins like this, or several do.',
    'List the ids with `longplay case show`.',
  ),
  C107: error(
    'a message file cannot be read',
    'The file is absent, unreadable or larger than the limit for message files.',
    'Check the path; split a large table.',
  ),
  C108: error(
    'the target of the export is not empty',
    'An export is written next to its target and moved there by one rename when it is complete. The target must therefore be absent or an empty folder.',
    'Name another folder or file.',
  ),
  C109: error(
    'no data subject whose data stays readable',
    'A masked export keeps the data of one person readable and masks the data of everybody else. The case has no data subject.',
    'Make the case with `longplay subject ARCHIVE WHO --case TITLE`.',
  ),
  C110: note(
    'a correlation key that too many recordings share',
    'Too many recordings have this value among their correlation keys, so the value does not identify a call, e.g. `0` or the name of a switch.',
    'Nothing; add recordings to the case by hand or by a query.',
  ),
  C111: error(
    'no messages in a file',
    'The file is not a mail, not a table with the columns time, from, to, text and channel, and not a vCon with a dialog of type text; or it is damaged. Nothing in it was added to the case.',
    'See docs/how-to/cases.md for the readable formats; export the messages in one of them.',
  ),
  C112: warning(
    'the time of messages is not known in UTC',
    'These messages have a local time without a zone, an ambiguous time (DST fold), or no readable time. They are listed separately in the timeline, or at both possible times.',
    'If all times of a table are in one zone, import it with --zone. A table that is already in a case can be imported into a new case.',
  ),
  C113: note(
    'messages are not shown in full',
    'A text is longer than the limit, or there are more attachments or rows than the limit. The complete original is kept beside the messages.',
    'Read the original.',
  ),
  C114: warning(
    'an action on a case is not in the log',
    'The case was changed as requested, but the log of the archive does not record it, because the archive is read-only here or this machine does not have its signing key.',
    'Work on cases on the machine that has the key.',
  ),
  C115: error(
    'a change of a case could not be logged',
    'A change of a case is logged before it is written. The log cannot be written here, so the case was not changed.',
    'Work on cases on the machine that has the key; see the output of `longplay log verify ARCHIVE`.',
  ),
  C117: error(
    'no reason was given',
    'The log records why a case was deleted or acknowledged as gone.',
    'Give the reason in one sentence: --reason TEXT.',
  ),
  C118: error(
    'this case is not missing',
    'Only a case that the log names and that is missing, or whose folder has an older state, can be acknowledged as gone. The log does not name this case, the case was already deleted, the case exists in its last state, or its older state still has what was erased from the case later.',
    'See which cases `longplay verify ARCHIVE` reports with C127; delete an existing case with `longplay case delete`.',
  ),
  C120: error(
    'a recording of a case is not in the archive',
    'The case names a recording that no bag holds: its bag is missing, or the case came from elsewhere.',
    'Run `longplay verify ARCHIVE`; restore the bag from another copy.',
  ),
  C199: error(
    'a recording of a case is in a bag that was left out',
    'The bag of the recording is in a state from before an erasure or before it was sealed, e.g. because a backup was restored (E109, K217). Nothing of it is read until it is in its present state again, so the case continues without the recording, which is not missing.',
    'Follow the step of E109 or K217 (`longplay erase run ARCHIVE`, `longplay seal ARCHIVE`), then repeat the command.',
  ),
  C121: error(
    'messages of a case are missing or altered',
    'A message file of the case is absent, or its digest differs from the one in case.json.',
    'Restore the file from a backup, or import the original message again into a new case.',
  ),
  C122: warning(
    'files left out of a masked export',
    'Originals, metadata rows, mails and their attachments hold data of other people, and nothing inside them can be masked. For the same reason, recordings without an access copy have no audio in a masked export.',
    'If the law allows it, export without --mask.',
  ),
  C123: warning(
    'a recording without a proof',
    'The log does not say enough about the bag to prove that the recording was in the archive, or the recording has changed since its ingest.',
    'Run `longplay verify ARCHIVE`; see `longplay explain L113`.',
  ),
  C124: error(
    'an unclaimed file below cases/',
    'A file is below cases/ and no case.json lists it. longplay did not put it there, and nothing reads it. The finding is a warning if the file belongs to messages that a run is adding, or was adding when it was killed: the next change of the case adds or removes them.',
    'Find out what it is and move it away.',
  ),
  C125: error(
    'a case differs from its log entry',
    'The SHA-256 of case.json is not the one that the log has for the last change of the case: something other than longplay changed it, or an older version replaced it. Commands that read a case in an older state report it and end with 4; no command changes the case, because what was added since would be lost. If something was erased from an older state, the case is reported until somebody acknowledges that the later changes are lost; a replica that has them is reported, too, and no command copies the newest state over them. An interrupted change is not reported: its new state is kept beside the old one until the next change completes it.',
    'Find out who changed it. `longplay replica repair ARCHIVE` restores case.json from a replica that has the right one. A backup also works if its case.json has the digest in the log (`longplay log list ARCHIVE`). If no copy has the last state: `longplay case forget ARCHIVE CASE --reason TEXT`.',
  ),
  C126: warning(
    'a case that the log does not know',
    'The log has no entry about this case: the case came from elsewhere, or the entry is damaged. Whether the case was altered cannot be determined.',
    'Find out where it came from.',
  ),
  C127: error(
    'a case is missing',
    'The log names the case and does not say that it was deleted. Mails and chats that were added to it may not exist anywhere else.',
    'Run `longplay replica repair ARCHIVE`, or restore the folder from a backup. If it was deleted by hand: `longplay case forget ARCHIVE CASE --reason TEXT`.',
  ),
  C128: warning(
    'an unfinished case',
    'A new case was logged, but the run that made it ended before the folder had its final name. The folder is below cases/ under a temporary name.',
    'Nothing if the case is being made now. Otherwise wait an hour and run any `longplay case new`, which completes it; or abandon it with `longplay case forget`.',
  ),
  C129: error(
    'a deleted case exists',
    'The log says that the case was deleted, or acknowledged as gone, but its folder exists: somebody restored it from a backup, or the run that deleted it was stopped. No command reads or changes it, and nothing brings it back: what is still needed is put into a new case. It is a warning while a run deletes it, after such a run was stopped, and in a replica, where a sync deletes no case.',
    'Run `longplay case delete ARCHIVE CASE --reason TEXT` again, and destroy the backup if the case had to be deleted everywhere.',
  ),
  C130: warning(
    'not everything could be searched',
    'The search for a person covers only what can be read. It does not cover recordings with an unreadable recording.json, numbers that the recorder masked or a spreadsheet truncated, rows that are not text, or what was spoken.',
    'See what the answer lists; run `longplay verify ARCHIVE` to find damage.',
  ),
  C170: warning(
    'an extension without a period',
    'The register of persons does not say when the person had the extension. Calls that match only this extension are never certain.',
    'Give `from` and `to`: { number = "1001", from = "2025-09-01", to = "2025-10-26" }.',
  ),
  C171: warning(
    'two persons with one extension at the same time',
    'Two entries in the register of persons have the extension in overlapping periods. Calls in both periods are not certain for either person.',
    'Correct `from` and `to` of one of them.',
  ),
  C172: warning(
    'two persons with one number or id',
    'Two entries in the register of persons have the same full number or id at the same time, e.g. that of a desk or a household. The number or id alone is not certain for either person.',
    'Nothing if they share it. Otherwise correct one entry, or add a period.',
  ),
  C173: note(
    'two persons with one name',
    'Two entries in the register of persons have the same name. A name alone is not certain for either person.',
    'Nothing: give both entries numbers and ids.',
  ),
  C174: warning(
    'a row of the table of persons was left out',
    'A row has neither a name nor an id, or has a value that is invalid in its column.',
    'Correct the table, or add the entry by hand.',
  ),
  C175: warning(
    'a system that the archive does not have',
    'A section [lines] in the register of persons names a system from which the archive has no recordings, so the section matches nothing.',
    'Write systems as the timeline does, e.g. "asterisk pbx": the importer, then the site unless it is the default one.',
  ),
  C131: error(
    'messages in a file were left out',
    'The file holds more messages than a case reads from one file. The timeline is incomplete; the original, which the case keeps, has all messages.',
    'Split the file, e.g. by year, and add the parts to a new case.',
  ),
  C140: error(
    'a hand-over without a proof',
    'hand-over.tlog-proof is not in the bag, or is not a proof. The proof holds the log entry that records what was handed over. An export has no proof if it could not be logged (P172), or if it was made by a version that did not log hand-overs.',
    'Ask the sender for the proof, or for a new hand-over. Without the proof the bag can only be compared with itself.',
  ),
  C141: error(
    'the proof of a hand-over is invalid',
    'The key did not sign the checkpoint of the proof, the hashes of the proof do not lead from the entry to the checkpoint, or the entry is a different one: the proof was altered, or the key belongs to another archive.',
    'Check the key with the person who gave it to you; ask for a new hand-over.',
  ),
  C142: error(
    'the content was changed after the hand-over',
    'The tag manifest of the bag covers all of its files, and its digest differs from the one in the log: files were changed or removed, and the manifests were rewritten to match.',
    'Do not use the hand-over. Ask for a new hand-over, and compare the SHA-256 that `longplay case export` printed.',
  ),
  C143: error(
    'a file of a hand-over is altered',
    'The SHA-256 of the file differs from the one in the manifest of the bag.',
    'Ask for a new hand-over.',
  ),
  C144: error('a file of a hand-over is missing', 'A manifest or case.json names the file, but it is not there.', 'Ask for a new hand-over.'),
  C145: error(
    'a file that was not handed over',
    'The file is in the bag or the zip, but no manifest lists it; or it is a link or another kind of object, not a file.',
    'Do not open it. Ask who held the hand-over in between.',
  ),
  C146: error(
    'fewer items than were handed over',
    'The log states how many recordings, messages and files were handed over, and fewer are there.',
    'Ask for a new hand-over, and ask who held this one in between.',
  ),
  C147: error(
    'an item differs from the log',
    'A recording, case.json, a message or an entry of the custody file differs from the one in the signed log of the archive.',
    'Do not use the hand-over. Ask for a new hand-over.',
  ),
  C148: warning(
    'a hand-over without a proof, because the log is damaged',
    'The hand-over is in the log, but no proof of it could be made: the log is damaged.',
    'Run `longplay log verify ARCHIVE`, then export the case again.',
  ),
  C149: error(
    'not a hand-over',
    'The folder has no bagit.txt, or the zip has no bag below a single top folder.',
    'Name the folder or the zip that `longplay case export` wrote.',
  ),
  C150: warning(
    'a hand-over without a time stamp',
    'The authority did not stamp the checkpoint that covers the hand-over, or another run was working on the archive. The hand-over was made and logged, without a stamp.',
    'Remove the cause, then export the case again, or run `longplay log stamp ARCHIVE`, which stamps the log including this entry.',
  ),
  C180: error(
    'nothing to release',
    'A reviewer can release only items that were withheld as privileged or not relevant. One of the items was never withheld. Nothing was changed.',
    'Mark it as relevant, or omit it.',
  ),
  C181: note(
    'items are withheld from a hand-over',
    'A reviewer marked these items as privileged or not relevant. Their audio, metadata, messages and all mentions in tables are left out; withheld.csv in the hand-over lists each with its time and the reason.',
    'Nothing; after `longplay case review ARCHIVE CASE ID --state released --reason WHY` the next hand-over includes the item.',
  ),
  C182: error(
    'not everything has been reviewed',
    'The hand-over required that every recording and every message file of the case was reviewed. Nothing was written.',
    'Review what `longplay case show ARCHIVE CASE` lists as not reviewed, or export without --require-review.',
  ),
  C183: error(
    'no such hand-over',
    'A supplement holds what is new since an earlier hand-over of the same case, masked in the same way. The log has no such hand-over.',
    'Name one that the message lists, or export the whole case without --supplement.',
  ),
  C184: error(
    'the content of a hand-over is no longer known',
    'The log keeps the digest and the counts of the hand-over forever. The list of its recordings is kept in the details of the log entry. These details were erased, or the version that wrote the entry did not keep them.',
    'Export the whole case; the next supplement can refer to that hand-over.',
  ),
  C185: note(
    'nothing new for a supplement',
    'Since that hand-over nothing was added to the case, released, removed, withheld, decided or reviewed. No supplement was made, and nothing was logged.',
    'Nothing.',
  ),
  C186: warning(
    'a supplement to an incomplete hand-over',
    'Files were left out of the earlier hand-over because they had changed since ingest or could not be read. The supplement holds what is new since then, not those files.',
    'Repair what `longplay verify` names, then export the whole case.',
  ),
  C187: warning(
    'a later hand-over of the case exists',
    'The hand-over is unchanged, but the log that it was compared with has later ones of the same case: a whole hand-over replaces this one, a supplement adds to it.',
    'Ask for the hand-overs with the later numbers.',
  ),
  C188: error(
    'not the expected hand-over',
    'The hand-over is from this archive, but it has another number or case than expected, or the log that it is compared with does not have its entry. An older hand-over passes all other checks when somebody presents it in place of a newer one.',
    'Ask for the hand-over of that case with that number.',
  ),
  C189: error('not a date', 'A deadline is a calendar date.', 'Give the day in the form 2026-12-30; `none` removes the deadline of a case.'),
  C190: warning(
    'a case is overdue',
    'The deadline of the case is past, and no hand-over was made since the deadline was set.',
    'Hand it over with `longplay case export`, or move the deadline with `longplay case due ARCHIVE CASE DAY --reason WHY`.',
  ),
  C160: error(
    'it is not clear which party is meant',
    'A decision says that one party of a recording is the data subject. No party matches, several do, or the named party does not exist.',
    "Name the party as the message lists it: `--role 'parties[0]'`; `longplay show ARCHIVE ID` lists the parties. If no party is the person, but the recording concerns the person: `--concerns`.",
  ),
  C161: error(
    'no decision possible about a recording',
    'The recording.json is damaged, missing or unreadable, so the parties are unknown.',
    'Restore the bag from another copy (`longplay replica repair`), then decide.',
  ),
  C162: warning(
    'recordings without a decision',
    'The case holds recordings that may or may not be about its data subject, and nobody has decided. In a masked export each party that may be the data subject is masked as perhaps1, perhaps2 …, and the audio is included.',
    'Listen to the recordings; then run `longplay case decide ARCHIVE CASE ID --is --reason …`, `--is-not` or `--concerns`, and export the case again.',
  ),
  C163: note(
    'recordings left out by decision',
    'Somebody decided that these recordings are not about the data subject. A masked export leaves them out.',
    'Nothing. `longplay case show ARCHIVE CASE` shows who decided and why.',
  ),
  C164: warning(
    'other people can be heard',
    'A masked export mutes the other side if the recorder states who is on which channel. For these recordings the recorder does not state that, or both sides are on one channel: other people can be heard.',
    'Listen before you hand the export over; remove a recording with `longplay case remove` if other people must not be heard.',
  ),
  C191: error(
    'a list that cannot be compared',
    'A case is compared with a list of calls or orders: a table with a header, a column with a time or an id, and a column that names a person or an id. This list has no rows or lacks such a column, or --column names a column that does not exist.',
    'State the columns: `longplay case compare ARCHIVE CASE LIST --column start=COLUMN caller=COLUMN callee=COLUMN`; docs/how-to/cases.md lists all fields.',
  ),
  C192: warning(
    'calls in the list are in the archive but not in the case',
    'These rows certainly match recordings that are in the archive but not in the case.',
    'Look at the rows with the outcome `outside`; add the recordings with `longplay case add ARCHIVE CASE ID …`, and compare again.',
  ),
  C193: warning(
    'calls in the list may be in the archive',
    'These rows may match recordings, but the match is not certain: the time or the parties leave doubt, or several recordings match. The reason is given for each row.',
    'Listen to the recordings that the row names. A register of persons (--people), the zone (--zone) or a call id in the list makes more matches certain.',
  ),
  C194: warning(
    'calls in the list were not found',
    'The archive has no recording for these rows. The reason is given for each: nothing is recorded at that time, other calls are, or the call is known but has no audio. It also names bags that could not be searched, because they are missing or were left out in an earlier state (E109, K217).',
    'Check whether the recorder has them. If all rows are missing, check --zone, --time-format and the columns.',
  ),
  C195: warning(
    'rows of the list were not compared',
    'The time of these rows cannot be read, they have neither a time nor an id, they name nobody, or the table is damaged there.',
    'Give --time-format, e.g. `DD.MM.YYYY HH:mm:ss`, and state the columns with --column; repair the damaged rows.',
  ),
  C196: note(
    'recordings of the case that no row of the list matches',
    'The case holds these recordings for reasons other than this list.',
    'Nothing if the list need not cover the whole case; otherwise check why they are in it: `longplay case show ARCHIVE CASE`.',
  ),
  C197: error('the list changed', 'The list was changed while it was being read, so its digest would be wrong.', 'Compare a copy of it.'),
  C198: warning(
    'messages were not copied into the case of a person',
    'Messages of another case name the person, but the file of these messages is damaged or cannot be opened, or the messages in it cannot be separated. The case of the person lacks them, and so does its hand-over.',
    'Restore the file (`longplay replica repair ARCHIVE`) and repeat the search; or hand over and erase these messages in their own case.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
