import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });

/** Codes C100 to C199: cases, their messages and exports, and register extracts. */
export const casesFindings = {
  C100: error('no such case', 'No case of the archive, or more than one, has an id like this.', 'Run `longplay case list ARCHIVE`.'),
  C101: error(
    'a case is damaged',
    'case.json, which says what the case holds, cannot be read or is no case of this archive. The recordings lie in the bags and are not concerned.',
    'Bring the file back from a backup, or make the case again.',
  ),
  C102: error('a case of a later version', 'case.json says that a later version of longplay wrote it.', 'Use that version, or a newer one.'),
  C103: error(
    'more than a case may hold',
    'A case has a limit on its recordings and on its files of messages.',
    'Narrow what is added, or make several cases.',
  ),
  C104: error('a case without a title', 'The title is empty or longer than 500 characters.', 'Name the case in a few words.'),
  C105: error('no calling code', 'The value of --country is no calling code of a country.', 'Give it as +46.'),
  C106: error(
    'not in the case',
    'No recording of the case, or more than one, has an id that begins like this.',
    'See the ids with `longplay case show`.',
  ),
  C107: error(
    'a file of messages cannot be read',
    'It is absent, unreadable or larger than a file of messages may be.',
    'Check the path; split a large table.',
  ),
  C108: error(
    'something lies where the case is to be exported',
    'An export of a case is made whole beside its target and put there by one rename, so the target must not be there yet, or be an empty folder.',
    'Name another folder or file.',
  ),
  C109: error(
    'no person is named whose data is to stay readable',
    'A masked export leaves the data of one person readable and masks that of all others. The case has no data subject.',
    'Make the case with `longplay subject ARCHIVE WHO --case TITLE`.',
  ),
  C110: note(
    'a key that too many recordings share',
    'A value among the correlation keys of a recording stands in so many others that it is no id of a call: `0`, or the name of a switch.',
    'Nothing; add what belongs to the case by hand or by a query.',
  ),
  C111: error(
    'no messages in a file',
    'The file is no mail, no table with the columns time, from, to, text and channel, and no vCon with a dialog of type text; or it is damaged. Nothing of it was taken into the case.',
    'See docs/cases.md for what can be read; export the messages in one of these forms.',
  ),
  C112: warning(
    'the time of messages is not known in UTC',
    'A local time without a zone, an hour that occurred twice, or no time that can be read. Such messages stand apart in the time line, or at both readings.',
    'Where all times of a table are of one zone, import it with --zone; a table in the case already can be imported into a new case.',
  ),
  C113: note(
    'messages are not shown whole',
    'A text, a number of attachments or of rows is beyond the limit. The original is kept whole beside them.',
    'Read the original.',
  ),
  C114: warning(
    'an action on a case is not entered in the log',
    'The case is as asked for; the log of the archive does not tell of it, because the archive may only be read here or this machine does not have its key.',
    'Work on cases on the machine that has the key.',
  ),
  C115: error(
    'a change of a case could not be entered',
    'What a case holds is entered in the log before it is written. The log cannot be written here, so the case stays as it was.',
    'Work on cases on the machine that has the key; see what `longplay log check ARCHIVE` says.',
  ),
  C117: error(
    'no reason was given',
    'Deleting a case, or acknowledging that one is gone, is entered in the log with a reason.',
    'Give one in a sentence: --reason TEXT.',
  ),
  C118: error(
    'no case that is gone',
    'A case is acknowledged as gone that the log does not name, that was deleted already, or that is there.',
    'See what `longplay verify ARCHIVE` names as C127; a case that is there is deleted by `longplay case delete`.',
  ),
  C120: error(
    'a recording of a case is not in the archive',
    'The case names a recording that no bag holds: its bag is missing, or the case was brought from elsewhere.',
    'Run `longplay verify ARCHIVE`; bring the bag back from another copy.',
  ),
  C121: error(
    'messages of a case are missing or altered',
    'A file of the messages of a case is absent, or its digest is not the one that case.json has.',
    'Bring the file back from a backup, or import the original message again into a new case.',
  ),
  C122: warning(
    'left out of a masked export',
    'Originals, rows, mails and their attachments hold the data of others inside them, where nothing can be masked. Recordings that have no access copy are without sound in a masked export for that reason.',
    'Where the law allows it, export without --mask.',
  ),
  C123: warning(
    'a recording without a proof',
    'The log does not say enough of its bag to prove that the recording was in the archive, or the recording is not as it landed.',
    'Run `longplay verify ARCHIVE`; see `longplay explain L113`.',
  ),
  C124: error(
    'a file of a case that its case does not name',
    'A file lies below cases/ and no case.json lists it. longplay did not put it there, and nothing reads it. Messages that are being taken in, or were when a run was killed, are named by the change that was to follow: a warning, and the next change of the case finishes it or takes them away.',
    'Find out what it is and move it away.',
  ),
  C125: error(
    'a case is not as the log has it',
    'SHA-256 of case.json is not the one that the log has of its last change: it was changed by other means than longplay, or an older one was put in its place. A change that was interrupted is not told: its new state lies beside the old one until the next change finishes it.',
    'Find out who changed it. `longplay replica repair ARCHIVE` brings case.json back from a replica that has the right one; so does a backup whose file has the digest of the log (`longplay log list ARCHIVE`).',
  ),
  C126: warning(
    'a case that the log does not know',
    'The log has no entry of this case: it was brought here from elsewhere, or the entry is among those that are damaged. Whether it was altered cannot be told.',
    'Find out where it came from.',
  ),
  C127: error(
    'a case is missing',
    'The log names the case and does not say that it was deleted. Mails and chats that were taken into it may lie nowhere else.',
    'Run `longplay replica repair ARCHIVE`, or bring the folder back from a backup. Where it was deleted by hand: `longplay case forget ARCHIVE CASE --reason TEXT`.',
  ),
  C128: warning(
    'a case that was not finished',
    'A case was entered in the log, and the run that opened it ended before its folder took its place. The folder lies below cases/ under a temporary name.',
    'Nothing, where it is being opened now. Otherwise `longplay case new` finishes it, one hour later or more; or give it up with `longplay case forget`.',
  ),
  C129: warning(
    'a deleted case is there',
    'The log says that the case was deleted, and its folder is there: the run that deleted it was stopped, or somebody brought it back.',
    'Run `longplay case delete ARCHIVE CASE --reason TEXT` again.',
  ),
  C130: warning(
    'not everything could be searched',
    'The answer to who is in an archive is only as complete as what can be read: recordings whose recording.json is unreadable, numbers that the recorder masked or a spreadsheet cut, rows that are no text, and speech itself.',
    'See what the answer lists; run `longplay verify ARCHIVE` for what is damaged.',
  ),
  C170: warning(
    'an extension without a period',
    'The register of persons does not say when the extension was theirs. Calls with it alone are never certain.',
    'Give `from` and `to`: { number = "1001", from = "2025-09-01", to = "2025-10-26" }.',
  ),
  C171: warning(
    'an extension of two at the same time',
    'Two entries of the register of persons have the extension in periods that overlap. Calls in both periods are not certain of either.',
    'Correct `from` and `to` of one of them.',
  ),
  C172: warning(
    'a number or id of two persons',
    'Two entries of the register of persons have the same full number or id at the same time, e.g. that of a desk or a household. Alone it is not certain of either.',
    'Nothing, where they share it. Otherwise correct one of them, or give it a period.',
  ),
  C173: note(
    'two persons of one name',
    'Two entries of the register of persons have the same name. A name alone is not certain of either.',
    'Nothing: give numbers and ids to both.',
  ),
  C174: warning(
    'a row of the table of persons was left out',
    'A row has no name and no id, or a value that cannot be what its column says.',
    'Correct the table, or add the entry by hand.',
  ),
  C175: warning(
    'lines of a system that the archive does not have',
    'A part of [lines] in the register of persons names a system of which the archive has no recording: nothing is compared with it.',
    'Write systems as the time line does, e.g. "asterisk pbx": the importer, and the site where it is not the default one.',
  ),
  C131: error(
    'messages of a file were left out',
    'A file holds more messages than a case takes of one file. Those beyond are in the original, which the case keeps whole, and not in its time line: it must not be taken for complete.',
    'Split the file, for instance by year, and take the parts into a new case.',
  ),
  C140: error(
    'a hand-over without proof',
    'hand-over.tlog-proof is not in the bag, or is no proof. It holds the entry of the log that says what was handed over. Exports of longplay before that was entered have none, and so has one that could not be entered (P172).',
    'Ask who handed it over for the proof, or for the hand-over again. Without it the bag can only be compared with itself.',
  ),
  C141: error(
    'the proof of a hand-over does not hold',
    'The key did not sign the checkpoint of the proof, its hashes do not lead from the entry to the checkpoint, or the entry is another one: the proof was altered, or the key is that of another archive.',
    'Check the key with whoever gave it; ask for the hand-over again.',
  ),
  C142: error(
    'not what was handed over',
    'The tag manifest of the bag, which covers all of its files, has another digest than the log has entered: files were changed or taken out, and the manifests were made again so that they fit.',
    'Do not use it. Ask for the hand-over again, and compare the SHA-256 that `longplay case export` printed.',
  ),
  C143: error('a file of a hand-over is altered', 'Its SHA-256 is not the one that the manifest of the bag has.', 'Ask for the hand-over again.'),
  C144: error('a file of a hand-over is missing', 'A manifest, or case.json, names it, and it is not there.', 'Ask for the hand-over again.'),
  C145: error(
    'a file that was not handed over',
    'It lies in the bag or in the zip, and no manifest lists it; or it is a link or another thing that is no file.',
    'Do not open it. Ask who had the hand-over in between.',
  ),
  C146: error(
    'less than was handed over',
    'The log says how many recordings, messages and files were handed over, and fewer are there.',
    'Ask for the hand-over again, and who had it in between.',
  ),
  C147: error(
    'not as the log has it',
    'A recording, case.json, a message or an entry of the custody is not the one that the signed log of the archive tells of.',
    'Do not use it. Ask for the hand-over again.',
  ),
  C148: warning(
    'a hand-over that carries no proof',
    'The hand-over is entered in the log, and the proof of that could not be made: the log is damaged.',
    'Run `longplay log verify ARCHIVE`, then export the case again.',
  ),
  C149: error(
    'no hand-over',
    'The folder holds no bagit.txt, or the zip no bag below one top folder.',
    'Name the folder or the zip as `longplay case export` wrote it.',
  ),
  C150: warning(
    'a hand-over without its time stamp',
    'The authority did not stamp the checkpoint over the hand-over, or a run was at work on the archive. The hand-over is made and entered, without a stamp.',
    'Mend the cause, then export the case again, or run `longplay log stamp ARCHIVE`, which stamps the log with this entry in it.',
  ),
  C180: error(
    'nothing to release',
    'A reviewer says released of what was held back: privileged, or not relevant. One of the items never was. Nothing was changed.',
    'Say relevant of it, or leave it out.',
  ),
  C181: note(
    'items are withheld from a hand-over',
    'A reviewer said that they are privileged, or not relevant. Their sound, metadata, messages and traces in all tables are left out; withheld.csv of the hand-over lists each with its time and the reason.',
    'Nothing; `longplay case review ARCHIVE CASE ID --state released --reason WHY` has the next hand-over hold one.',
  ),
  C182: error(
    'not everything is reviewed',
    'The hand-over was to be made only where somebody reviewed every recording and every file of messages of the case. Nothing was written.',
    'Review what `longplay case show ARCHIVE CASE` lists as not reviewed, or export without --require-review.',
  ),
  C183: error(
    'no such hand-over',
    'A supplement is what is new since a hand-over of the same case, masked as that one was. The log tells of none like this.',
    'Name one that the message lists, or export the whole case without --supplement.',
  ),
  C184: error(
    'what a hand-over held is not known any more',
    'The log has its digest and numbers for ever. Which recordings it held stands in the details of the entry, which can be erased, or is of a version that did not keep it.',
    'Export the whole case; the next supplement can be made to that hand-over.',
  ),
  C185: note(
    'nothing new for a supplement',
    'Since that hand-over nothing came into the case, nothing was released, taken out, withheld, decided or reviewed. No supplement was made, and nothing was entered in the log.',
    'Nothing.',
  ),
  C186: warning(
    'a supplement to a hand-over that was not complete',
    'When that one was made, files were left out of it because they were not as recorded or could not be read. A supplement brings what is new since, and not those.',
    'Mend what `longplay verify` names, then export the whole case.',
  ),
  C187: warning(
    'a later hand-over of the case is known',
    'The hand-over is as it was made, but the log that it was compared with knows later ones of the same case: a whole one takes its place, a supplement adds to it.',
    'Ask for those with the later numbers.',
  ),
  C188: error(
    'another hand-over than the one that is expected',
    'It is a hand-over of the archive, but its number or its case is not the one that was told, or the log that it is compared with does not have its entry. An older one in the place of a newer one is whole in itself.',
    'Ask for the hand-over of that case with that number.',
  ),
  C189: error('no day', 'A deadline is a day of the calendar.', 'Give it as 2026-12-30; `none` withdraws the deadline of a case.'),
  C190: warning(
    'a case is overdue',
    'The day by which it is to be handed over is past, and no hand-over was made since the deadline was set.',
    'Hand it over with `longplay case export`, or move the deadline with `longplay case due ARCHIVE CASE DAY --reason WHY`.',
  ),
  C160: error(
    'it is not clear which party is meant',
    'A decision says of one party of a recording that it is the person whom the case is about. No party is like them, more than one is, or the one that was named is not there.',
    "Name the party as the message lists it: `--role 'parties[0]'`; `longplay show ARCHIVE ID` shows who is who.",
  ),
  C161: error(
    'a recording that cannot be decided of',
    'Its recording.json is damaged or gone, or the system does not give it: who took part is not known.',
    'Bring the bag back from another copy (`longplay replica repair`), then decide.',
  ),
  C162: warning(
    'recordings of which nobody has decided',
    'They are in the case, it is not certain that they are about its person, and nobody decided. Whoever may be them is masked as perhaps1, perhaps2 … in a masked export, and the sound is handed out.',
    'Listen to them; then `longplay case decide ARCHIVE CASE ID --is --reason …` or `--is-not`, and export the case anew.',
  ),
  C163: note(
    'recordings left out by decision',
    'A person decided that they are not about the person of the case. A masked export does not hold them.',
    'Nothing. `longplay case show ARCHIVE CASE` names who decided and why.',
  ),
  C164: warning(
    'the sound of others can be heard',
    'In a masked export the other side is muted where the recorder says who is on which channel. Of these recordings it does not say so, or both are on one channel: what others say is heard.',
    'Listen before you hand it out; leave a recording out with `longplay case remove` where others must not be heard.',
  ),
  C191: error(
    'a list that cannot be compared',
    'A case is compared with a list of calls or orders: a table with a header, a column with a time or an id, and one that names somebody or an id. This one has no rows, lacks such a column, or --column names one that is not there.',
    'Say what the columns are: `longplay case compare ARCHIVE CASE LIST --column start=COLUMN caller=COLUMN callee=COLUMN`; docs/cases.md has all fields.',
  ),
  C192: warning(
    'calls of a list are in the archive and not in the case',
    'Rows of the list are certain to be of recordings that the archive has and the case has not.',
    'Look at the rows with the outcome outside; add the recordings with `longplay case add ARCHIVE CASE ID …`, and compare again.',
  ),
  C193: warning(
    'calls of a list are perhaps in the archive',
    'For these rows there are recordings that may be theirs, and it is not certain: by their time, by who took part, or because several fit. The reason stands beside each row.',
    'Listen to the recordings that the row names. A register of persons (--people), the zone (--zone) or a call id in the list makes more of them certain.',
  ),
  C194: warning(
    'calls of a list were not found',
    'The archive has no recording of these rows. The reason stands beside each: nothing is recorded at that time, other calls are, or the call is known and has no sound.',
    'Look whether the recorder has them; where all rows are missing, whether --zone, --time-format and the columns are right.',
  ),
  C195: warning(
    'rows of a list that were not compared',
    'Their time cannot be read, they name neither a time nor an id, they name nobody, or the table is damaged there.',
    'Give --time-format, e.g. `DD.MM.YYYY HH:mm:ss`, and say what the columns are with --column; repair what is damaged.',
  ),
  C196: note(
    'recordings of the case that no row of the list names',
    'The case holds them for other reasons than this list.',
    'Nothing, where the list is not to name all of the case; else look why they are in it: `longplay case show ARCHIVE CASE`.',
  ),
  C197: error('a list that changed', 'The list was changed while it was read: its digest would be of something else.', 'Compare with a copy of it.'),
} satisfies Readonly<Record<string, FindingEntry>>;
