import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes E100 to E149: erasure of recordings. */
export const erasureFindings = {
  E100: error(
    'no such request to erase',
    'No request of the archive has this id, several ids begin with it, or its state does not permit the step: it was already executed, withdrawn or approved.',
    'List the requests with `longplay erase status ARCHIVE`.',
  ),
  E101: error(
    'a request to erase needs recordings',
    'No ids, query or case were given, no recording matches, or more recordings match than one request may name.',
    'Choose the recordings with `longplay list`, then give their ids or the same query to `longplay erase request`.',
  ),
  E102: error(
    'the key may not approve this erasure',
    'The key is not registered as the key of an approver, was removed, or belongs to the person who made the request, or that person registered it after the request. A second person must approve the request.',
    'Let a second person approve it with a key of their own: `longplay erase add-approver` registers the key.',
  ),
  E103: error(
    'an approver cannot be registered',
    'The file is not an Ed25519 key, or its key was already registered: a key belongs to one person permanently.',
    'Make a key with `longplay erase make-key FILE`, or with `openssl genpkey -algorithm ed25519`.',
  ),
  E104: error(
    'erasures cannot be executed in this archive',
    'A case that names the recordings is damaged or is being created, or messages that name them cannot be removed from their file. The program executes an erasure completely or not at all, so nothing was changed.',
    'The message names the obstacle and, where there is one, the way to remove it.',
  ),
  E105: error(
    'an erasure was interrupted',
    'A run that erases recordings was stopped between two steps, so a bag may be absent for now. Nothing is lost, and no other run changes the archive until the erasure is finished.',
    'Finish the erasure: `longplay erase run ARCHIVE`.',
  ),
  E106: error(
    'the secret of the erasure ledger cannot be used',
    'The log has keyed digests of erased recordings. Their secret is kept beside the signing key, in a file .erasures. That file is missing, damaged or unreadable, or it is another secret than the one with which requests in the log were made. A second secret is never made, because nothing that was erased before would be recognised with it.',
    'Restore the file from your copy of that folder, or copy it from the machine on which erasures were requested.',
  ),
  E107: error(
    'a recording cannot be erased now',
    'The bag that holds the recording is damaged or incomplete, so rewriting the bag could lose other recordings. Nothing in it was changed.',
    'Repair the bag (`longplay replica repair ARCHIVE`), then run `longplay erase run ARCHIVE` again.',
  ),
  E108: error(
    'a request to erase has lost its list',
    'The ids of the recordings are kept in log/details, beside the log. They are missing or do not match their digest, so it is unknown which recordings to erase. Nothing was erased.',
    'Restore log/details from a replica or a backup, or withdraw the request and make it again.',
  ),
  E109: error(
    'an erased recording or message has reappeared',
    'The log says that the recording, one of its files, its bag, or a file of a case was erased, but it exists again: it was restored from a backup or a copy.',
    'Run the command that the message names: `longplay erase run ARCHIVE` erases it again, in a replica `longplay replica sync ARCHIVE` does; `longplay replica repair ARCHIVE` brings the present state of sealed tables back. Find out who restored it.',
  ),
  E114: error(
    'something was erased without an entry',
    'The keyring says that the secrets of the recording, table, report, case or detail were destroyed, but the log has no entry of the erasure: somebody destroyed the secrets without a log entry, or the log was replaced by an older state.',
    'Find out who did it: `longplay log list ARCHIVE`, and the file erased.jsonl of the keyring. An older keyring copy may still open the recording.',
  ),
  E115: error(
    'a secret opens what was erased',
    'The log says that the recording, or data derived from it, was erased, but the keyring still opens it: an older copy of the keyring was restored.',
    'Run `longplay erase run ARCHIVE`: it destroys the secrets again. Find out where the older copy came from, and destroy it.',
  ),
  E116: {
    severity: 'warning',
    title: 'a copy of the keyring may still open erased recordings',
    meaning:
      'The copy still opens what was erased, because it was out of reach when the secrets were destroyed. Or an earlier root of the copy may still exist where that root was stored. The erasure is not complete until every copy has carried it out.',
    next: 'Connect the copy, then run `longplay keyring sync` and `longplay erase run ARCHIVE`. If the copy is lost for good: `longplay keyring remove-copy NAME`.',
  },
  E117: error(
    'a request to erase is overdue',
    'The day by which the request was to be executed has passed, and it was neither executed nor withdrawn. For a request of a data subject this day is one month after its receipt (GDPR, Article 12(3)).',
    'See what it waits for with `longplay erase status ARCHIVE`; then approve it, or run `longplay erase run ARCHIVE`.',
  ),
  E118: error(
    'an erasure has been incomplete for too long',
    'Secrets of erased recordings were destroyed, but a copy of the keyring has not carried this out within the permitted time: whoever has that copy can still open the recordings.',
    'Connect the copy and run `longplay erase run ARCHIVE`. If the copy is lost for good: `longplay keyring remove-copy NAME`.',
  ),
  E119: error(
    'secrets of a recording are not in the keyring',
    'The recording is to be erased, but the keyring lacks some of its secrets, and another copy of the keyring may have them and open the recording. So nothing was destroyed: the recording and the request stay.',
    'Synchronise the copies of the keyring with `longplay keyring sync`, then run `longplay erase run ARCHIVE` again.',
  ),
  E111: {
    severity: 'warning',
    title: 'a recording is protected from erasure',
    meaning:
      'A legal hold or the retention policy forbids erasing the recording, or messages of a case, now; or the request is based on retention, and no rule requires the erasure. A hold on a case also protects recordings that its messages name. A row of a kept table is protected if a recording to which it belongs is; if no recording of it is known, a hold on everything protects it. If a description of the recording is in a bag but not in the catalog, because it is damaged or the bag is in an earlier state, it is unknown what protects the recording. The recording, the message or the row is kept. The request stays open and is executed once nothing forbids it.',
    next: 'See the reasons in the message. If the hold has ended, release it; then `longplay erase run ARCHIVE` continues. If the catalog lacks a description: a bag in an earlier state is erased again by the same run, so run it again; repair a damaged one first, with `longplay replica repair ARCHIVE`.',
  },
  E112: {
    severity: 'warning',
    title: 'erased recordings are not imported again',
    meaning:
      'The source has recordings that were erased from the archive on request. The erasure ledger recognises them by keyed digests of their ids; they are counted and left out. A call without a key of its own gets another id if its file has another name or size, and is then not recognised.',
    next: 'Erase them in the source as well, if they are to be erased there.',
  },
  E113: {
    severity: 'warning',
    title: 'tables with rows of erased recordings are not kept',
    meaning:
      'The source has recordings that were erased from the archive, so its tables have rows about them. The import keeps none of these tables.',
    next: 'Remove the rows from the tables of the source, and import again.',
  },
  E110: {
    severity: 'warning',
    title: 'an erasure is under way',
    meaning: 'A run is rewriting the bag without erased recordings, or was stopped while doing so. The bag may be absent for now.',
    next: 'If no such run is active, finish the erasure: `longplay erase run ARCHIVE`.',
  },
  E126: error(
    'an erasure cannot be lifted',
    'An id does not belong to an erased recording, or is incomplete. Or a file, a row or a message is named: its recording, table or case is still there, so an import would not bring it back.',
    'Give complete ids, e.g. from the request or from a backup of the bag. An import counts the erased recordings of a source, but does not print their ids.',
  ),
  E120: {
    severity: 'warning',
    title: 'a replica owes the erasure of recordings or messages',
    meaning:
      'Recordings or messages were erased from the archive, but the replica may still hold them: it was out of reach, or could not be written. If the archive is sealed, nobody can open them there. A case from which something was erased cannot be opened on the replica until the replica has the new state of the case. The erasure is not complete until every replica has carried it out. The recordings in the replica do not count as damage, and no repair copies them from there.',
    next: 'Make the replica reachable, then run `longplay replica sync ARCHIVE NAME`. If its medium is destroyed, `longplay replica remove ARCHIVE NAME` ends the wait for it.',
  },
  E125: {
    severity: 'warning',
    title: 'a replica is locked against deletion',
    meaning:
      'The replica was registered with a lock date, before which nothing can be deleted from its medium. An open copy on it can be erased only after that date. Recordings of a sealed archive become unreadable there as soon as their secrets are destroyed.',
    next: 'After the lock date run `longplay replica sync ARCHIVE NAME`, which erases what it owes.',
  },
  E121: error(
    'a replica cannot follow an erasure now',
    'The replica holds erased recordings or messages that could not be removed: its medium is read-only, its files are locked against deletion, or the bag or case that replaces the old one is damaged in the archive or in the replica.',
    'The message says why. Remove the obstacle, then run `longplay replica sync ARCHIVE NAME`; until then the erasure is not complete.',
  ),
  E122: {
    severity: 'warning',
    title: 'rows of a kept table name an erased call and another one',
    meaning:
      'The rows have the keys of an erased recording and of a recording that is kept, e.g. events of a transfer. The erased recording was not imported from them. The rows were kept, because they are about the other call as well. Places outside of the records of a JSON or XML table are also named if they have the key of an erased recording under the same name, and the key is so short that other things may have it, too.',
    next: 'Look at the rows, and request those that are to be erased: `longplay erase request ARCHIVE --row`.',
  },
  E124: error(
    'a row to erase is not known',
    'The kept tables of the archive have no such table, row or line; or it was already erased; or the line has several rows, or is one of several lines of a row that could not be read; or it has only names and marks of the structure of the table, which cannot be erased.',
    '`longplay subject` names tables and lines; `table.json` in the bag says which file of the recorder a table comes from. A row has the number that a spreadsheet shows; places outside of the records of JSON and XML are numbered by themselves, `outside:3`.',
  ),
  E123: error(
    'rows of a kept table cannot be erased now',
    'A table cannot be rewritten without the rows: its bag is missing or damaged, an earlier part of it is missing, or it cannot be determined which bytes belong to which row. Nothing was erased, because the recordings are needed to find their rows.',
    'The message names the table. Repair its bag (`longplay replica repair ARCHIVE`), then run `longplay erase run ARCHIVE` again.',
  ),
  E127: error(
    'a file cannot be erased alone',
    'The recording has no such file, or the file cannot be erased without others: it is `recording.json`, which describes the recording; it is an original without a copy; it is one side of a file that has all sides; or it is one side, and the copy of both sides is kept. Nothing was requested.',
    'The message says what to name with --only instead. `longplay show ARCHIVE ID` prints the files of a recording.',
  ),
  E128: {
    severity: 'warning',
    title: 'a file of the recording was erased alone',
    meaning:
      'The file was erased on request (`longplay erase request --only`): in a sealed archive its secret was destroyed, in an open one the file was removed from its bag. Nobody can read it any more. The recording and its other files are unchanged.',
    next: '`longplay show ARCHIVE ID` prints when and on which request it was erased. Use another file of the recording, e.g. its access copy.',
  },
  E129: {
    severity: 'warning',
    title: 'an export has recordings or files that were erased later',
    meaning:
      'According to the log, an export or a hand-over has recordings that have since been erased from the archive, completely or in part. The exported files are outside of the archive, so this program cannot erase them.',
    next: 'Ask whoever has the export to destroy the recordings or files. The list in the log that names erased recordings is itself erased, so this finding is reported only once.',
  },
  E130: {
    severity: 'warning',
    title: 'an unfinished import was discarded',
    meaning:
      'The import was stopped before its end, and its plan contained erased recordings, or tables that may have rows about them. Its plan, its unfinished bags and its copies of tables were removed. Its finished bags stay in the archive.',
    next: 'Repeat the same `longplay import`: it makes a new plan and leaves out what was erased.',
  },
  E131: error(
    'messages of a case cannot be erased now',
    'The file of the messages, or the case, is damaged or cannot be opened, or it cannot be determined which bytes of the file belong to which message. The messages are unchanged, and the request stays due.',
    'The message names the file. Repair the case (`longplay replica repair ARCHIVE`), then run `longplay erase run ARCHIVE` again; or delete the case with `longplay case delete ARCHIVE CASE --reason TEXT`.',
  ),
  E132: error(
    'a message to erase is not known',
    'There is no such case, no message has this key in it, or the file that has the message is damaged. Nothing was requested.',
    '`longplay case timeline ARCHIVE CASE` prints the keys of messages, e.g. `m1-3`. Name a message with `--message CASE:KEY`.',
  ),
  E133: {
    severity: 'warning',
    title: 'messages of cases are erased with a recording',
    meaning:
      'Messages of a case have the id of a recording that is to be erased. They are about the recording and are erased with it, as reports and notes are.',
    next: 'Look at the messages before you approve the request: `longplay case timeline ARCHIVE CASE`. To keep them, put the case on hold: `longplay hold add ARCHIVE --case CASE --reason TEXT`.',
  },
  E134: {
    severity: 'warning',
    title: 'a file of messages has erased messages, which were left out',
    meaning:
      'The file was added to a case from which some of its messages were erased. The case got the file without them, so nothing of them came back.',
    next: 'Nothing needs to be done. If a message was erased in error, make a new case and add the file there.',
  },
  E135: {
    severity: 'warning',
    title: 'something of a case is not part of the request',
    meaning:
      'A request for a case has its recordings and the messages that `longplay subject` copied into it. It leaves out recordings that a reviewer decided are not about the data subject, recordings and messages that are not certain and about which nobody has decided, messages that were reviewed as not relevant, and messages that a user added to the case.',
    next: 'Decide what is not certain: recordings with `longplay case decide ARCHIVE CASE ID --is --reason TEXT`, messages with `longplay case review ARCHIVE CASE ITEM --state relevant --reason TEXT`; then make the request again. Anything can also be requested by itself: recordings by id, messages with `--message CASE:KEY`.',
  },
  E136: error(
    'no recording of a request is due by retention',
    'The request gives retention as its ground, but no rule of the retention policy demands the deletion of any of the recordings now, or a rule or a hold forbids it. Each recording is reported with the reason and the date (E111). Nothing was requested.',
    'See what is due, and when: `longplay retention plan ARCHIVE`. If there is another reason to erase the recordings, give another `--ground`.',
  ),
  E137: {
    severity: 'warning',
    title: 'a vCon of several recordings is erased in all of them',
    meaning:
      'Every recording that was imported from a vCon keeps the whole vCon, with the sound, transcripts and messages of all its dialogs. If one of the recordings is erased, or its original, the vCon is erased as a file of the others, too. They keep their sound, access copies, recording.json and an excerpt of the vCon: their own dialogs, with the analyses, attachments and parties of these alone. The message says so if no excerpt can be made: the vCon could not be read (T128) or is damaged, or the original of the other recording is erased as well. What the vCon says of the whole conversation is then in none of them. The message counts the fields of their `extra` that still name a party of the erased recording: earlier imports kept parties of the whole vCon there, and what a vCon says of no single dialog is in all of its recordings.',
    next: 'Look at these recordings before you approve the request: `longplay show ARCHIVE ID`. If a text about the whole conversation, or a vCon without an excerpt, must be kept, export it first: `longplay export ARCHIVE ID --out FOLDER`. If a field that stays in `extra` must go, request that recording, too.',
  },
  E139: error(
    'the excerpt of a vCon cannot be made',
    'A vCon of several recordings is to be erased because of one of them, and an excerpt of it was to stay in this recording, but the vCon or the description of the recording cannot be read as it was when the request was made. The vCon stays in this recording, and the request stays due.',
    'Run `longplay verify ARCHIVE` and repair the recording from a replica, then run `longplay erase run ARCHIVE` again. If the recording may lose these texts, request the file itself: `longplay erase request ARCHIVE ID --only FILE`.',
  ),
  E140: {
    severity: 'warning',
    title: 'another recording keeps a document of the request',
    meaning:
      'Some recorders describe a call in one document, e.g. FINOS, and each recording of the call keeps its own copy of it. If one of the recordings is erased, or its document, the copies of the others stay, with everything that the document says of the erased recording: numbers, names, times. They are not part of the request, because they describe the others as well.',
    next: 'Look at the document: `longplay show ARCHIVE ID`. To erase it with the other recording as well, which keeps its sound and its recording.json: `longplay erase request ARCHIVE ID --only FILE --ground GROUND --reason TEXT`.',
  },
  E141: {
    severity: 'warning',
    title: 'a vCon is not stored with a recording',
    meaning:
      'A recording of the vCon, or sound of one, was erased, so an import does not store the vCon again with the other recordings: each gets an excerpt with its own dialogs, texts and parties. For this recording there is none: the vCon could not be read (T128) or is damaged, it has no dialog of the recording, or a file of the recording itself was erased. The recording keeps its sound and its recording.json.',
    next: 'Keep the vCon outside of the archive if its texts must be kept. To import it again as it is, lift the erasure of the recording first: `longplay erase lift ARCHIVE ID --reason TEXT`.',
  },
  E142: error(
    'the clock may be ahead, so nothing is erased',
    'Between two entries of the log, or between the last one and now, the clock moved on by more than a month and the longest waiting time of a due request, and less than a month of entries has followed. If the clock is ahead, waiting times, legal holds and periods of retention only seem to have ended, and an erasure cannot be undone. No request is executed; earlier erasures are repeated where a backup undid them.',
    'Compare the clock of this machine with another one: `longplay doctor ARCHIVE`. If it is right, and nobody used the archive in that time: `longplay erase run ARCHIVE --clock-ok`.',
  ),
  E143: error(
    'an erasure was executed by a clock that was ahead',
    'The log says that the request was executed at a time that is in the future. The clock of the machine was ahead then, or is behind now. If it was ahead, the waiting time, legal holds and periods of retention that protected the recordings may not have ended.',
    'Compare the clock with another one: `longplay doctor ARCHIVE`. See what was erased: `longplay erase status ARCHIVE`, `longplay hold list ARCHIVE`. A replica or backup that has not carried out the erasure still has the recordings: disconnect it now, and lift the erasure with `longplay erase lift ARCHIVE ID --reason TEXT`.',
  ),
  E144: {
    severity: 'warning',
    title: 'a later state of an erased file is not stored',
    meaning:
      'A file of a recording was erased alone, e.g. a sidecar with a transcript, and the source has other bytes in its place now. The import describes the recording again, but does not store this file with it: it may have what was erased. Each later state is held back in the same way. If the file has another name now, every sidecar that is new to the recording is held back, because it may be that file.',
    next: 'Keep the file outside of the archive if it must be kept. `longplay show ARCHIVE ID` prints what was erased of the recording, when, and on which request.',
  },
  E138: {
    severity: 'warning',
    title: 'a case names the data subject and is not part of the request',
    meaning:
      'The title of a case, its data subject, the words of its searches, a reason, a comparison or another part of the case itself names the person. A request erases recordings, and messages of cases; what else a case says is erased with the case.',
    next: 'When the case is no longer needed, delete it: `longplay case delete ARCHIVE CASE --reason TEXT`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
