import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const repair = 'Run `longplay replica repair ARCHIVE`: it decides by the log which copy is right, keeps the bad bytes and logs what it did.';

/** Codes R100 to R159: further copies of the archive, repair, drills. */
export const replicasFindings = {
  R100: error(
    'a replica cannot be called so',
    'The name of a replica stands in the log, in messages and in names of folders: 1 to 40 lower-case letters, digits and hyphens. `primary`, `all` and `none` have meanings of their own.',
    'Give another name.',
  ),
  R101: warning(
    'a replica is unreachable',
    'Its folder is absent, empty, without bags although it had some, or of another archive, as when a disk or tape is not there. Nothing is said about it then; nothing of it is reported as missing.',
    'Mount its disk, or tell longplay of its new path by `longplay replica move`; then run again.',
  ),
  R102: error(
    'the folder is of another archive',
    'A longplay.json lies there whose id is not the one of this archive. Nothing was written.',
    'Name a new or empty folder, or a copy of this archive.',
  ),
  R103: error(
    'there is a replica of that name',
    'A replica of that name is registered already.',
    'Give another name, or move or remove that replica.',
  ),
  R104: error('there is no replica of that name', 'No replica of that name is registered in the log.', 'See `longplay replica list ARCHIVE`.'),
  R105: error(
    'the folder cannot be a replica',
    'It holds something else, it is the archive or another replica, or one of them lies in the other.',
    'Name a new or empty folder, best on another disk.',
  ),
  R106: error(
    'the place for a replica is not there',
    'The folder above is missing: a slip of the finger, or a disk that is not mounted. A replica on the wrong disk would be none, so the folder is not made.',
    'Mount the disk, or make the folder above.',
  ),
  R107: error(
    'the folder is a replica',
    'A replica is brought up to date by a sync and by nothing else: a log that went on there by itself could not be brought up to date any more, and the machine that signed it would take the archive for one that lost its end.',
    'Do it in the archive itself, then run `longplay replica sync ARCHIVE NAME`. Where the copy has taken the place of the archive: `longplay replica remove ARCHIVE NAME`.',
  ),
  R110: error(
    'a bag on the replica is not the one that landed',
    'A sync looks at the text files of each bag that is there. Those of this one are not as the log has them. A sync never overwrites anything.',
    repair,
  ),
  R111: error(
    'a bag was not copied, for it is not well in the archive',
    'A bag goes to a replica only where each of its files is read and found as it landed, and nothing else lies in it.',
    repair,
  ),
  R112: error('a bag is missing in the archive, and a replica has it', 'The log says that the bag landed. The archive lost it.', repair),
  R113: warning(
    'a replica has a bag that was deleted on purpose',
    'The log says that the bag was deleted from the archive. A sync never deletes anything on a replica.',
    'Delete it there as well, where it had to go for good.',
  ),
  R114: error(
    'the logs of archive and replica contradict each other',
    'The log of the replica knows entries that the archive does not have, or has others in their place. An older state of the archive was brought back, or one of the two logs was rewritten.',
    'Find out which of the two is right before anything else is written: the checkpoints that were handed out tell. `longplay replica repair` continues a log that only lost its end.',
  ),
  R115: error('a log is damaged and was not copied', 'A log that is damaged is neither brought to a replica nor overwritten by a sync.', repair),
  R116: warning(
    'a bag that neither log nor archive know',
    'It lies on the replica, and no import of this archive made it; or the log was replaced by an older one.',
    'Find out where it comes from, and move it away.',
  ),
  R117: error(
    'a file at the top of a copy is missing or altered',
    'longplay.json, README.txt and check.py are entered in the log when they are written.',
    repair,
  ),
  R118: error(
    'the log of a replica was held back',
    'A log never goes to a replica before what it tells of: some bags are not there, or are as they were before their digests were renewed.',
    repair,
  ),
  R119: error(
    'a bag on the replica is of an older state',
    'It is as the bag was before its digests were renewed in the archive. A sync never overwrites anything.',
    repair,
  ),
  R120: error(
    'another bag lies in the place of this one',
    'Both are valid in themselves. The log has the digests that each of them landed with, and tells them apart.',
    repair,
  ),
  R121: error(
    'an older state of the bag',
    'The bag is valid in itself and was right once, before its digests were renewed. Somebody brought the older state back; or, as a warning, the replica was not brought up to date since.',
    repair,
  ),
  R122: error(
    'a tag manifest is not the one that landed',
    'The tag manifests of a bag fix every byte of it, and the log has their digests. This one is altered or missing.',
    repair,
  ),
  R123: error('a bag is missing on a replica', 'It was copied there, or read there, and is not there any more.', repair),
  R124: warning(
    'bags were never copied to a replica',
    'The archive has bags that the replica never had.',
    'Run `longplay replica sync ARCHIVE NAME`.',
  ),
  R125: warning(
    'a replica has no log yet',
    'The log goes there last, when all bags are there. Until then the replica is no further copy: its verification ends with 5.',
    'Run `longplay replica sync ARCHIVE NAME`.',
  ),
  R126: warning(
    'a bag was copied by its own manifests',
    'The log tells that the bag landed and has no digests of it, so nothing but its own manifests says what it must be. Each of its files is as they have it.',
    'Compare the bag with its source where that is possible.',
  ),
  R127: warning(
    'the viewer was not copied to a replica',
    'A file of it is not as its list has it, or the list is not the one that the log names. The viewer is derived: no recording is concerned, and the replica keeps the one that it has.',
    'Run `longplay viewer ARCHIVE`, then sync again. Where nothing explains it, find out who can write there.',
  ),
  R130: {
    severity: 'note',
    title: 'a repair was entered',
    meaning: 'What was wrong was repaired from another copy, read again in full, and entered into the log. The bad bytes are kept in the quarantine.',
    next: 'Look why it came to that: a disk that fails, a cable, a program. Its neighbours may be next.',
  },
  R131: error(
    'nothing good is left anywhere',
    'The file is damaged or missing in every copy that could be read. What is left of it was left where it is.',
    'Bring back a replica that could not be reached, add a backup as a replica, or import the original source again.',
  ),
  R132: error(
    'it is not known which copy is right',
    'The log has no digests of the bag, and the copies contradict each other without a majority. Nothing was changed.',
    'Bring the log back from a copy in which it is whole, or add a further copy; then repair again.',
  ),
  R133: warning(
    'copies decided by a vote',
    'The log has no digests of the bag, so the copies were asked: those that are sound in themselves, or the majority.',
    'Compare the bag with its source where that is possible.',
  ),
  R134: error(
    'a copy cannot be written',
    'It is on a medium that may only be read, or belongs to somebody else. Its good files served as a source; what is wrong in it stays.',
    'Mount it for writing or run as the user who owns it, then repair again; a medium that is written once is replaced by a new copy.',
  ),
  R135: error(
    'a copy could not be judged',
    'Rights, a file that changes while it is read, or a disk that went away: nothing can be said about it now, and nothing was changed.',
    'Remove the cause, then run again.',
  ),
  R136: error(
    'a repaired bag is still not sound',
    'After the repair the bag was read again in full, and something is still wrong.',
    'Run `longplay verify`, and look at what it names.',
  ),
  R137: error(
    'a bag is not well and is as it landed',
    'Every byte is what it was when the bag landed, so no copy can be better; the fault is older than the bag.',
    'Import the original source again.',
  ),
  R138: error(
    'a link is in the way',
    'Where a folder of the archive should be lies a symbolic link or a file. Nothing is read or written through it.',
    'Look who put it there, move it away, then run again.',
  ),
  R139: error(
    'something cannot be moved to the quarantine',
    'The bags lie on another file system than the top of the archive, and a folder or device cannot be moved across.',
    'Move it away by hand, out of the bag, then run again.',
  ),
  R140: warning(
    'copies lie on the same device',
    'What destroys the device destroys all of them: they count as one copy.',
    'Put the replica on another disk, best in another building.',
  ),
  R141: warning(
    'one user may write to several copies',
    'One account that is taken over, or one wrong command, is enough to alter or delete all of them.',
    'Let the replica belong to another user, and run its syncs as that user.',
  ),
  R142: warning(
    'bags of a replica are overdue',
    'They were not read within the period that was set for the replica, or never.',
    'Run `longplay replica verify ARCHIVE NAME`.',
  ),
  R143: warning(
    'a log was brought back',
    'Entries that the archive had lost were brought back from a replica; those that no copy has any more stay lost.',
    'Run `longplay verify`.',
  ),
  R144: error(
    'there is nothing to restore',
    'The archive or the replica holds no bag that a drill could restore.',
    'Import something, or sync the replica.',
  ),
  R145: error(
    'a foreign program is missing',
    'A drill is judged by programs that are no part of longplay: sha256sum, and opusdec or ffmpeg.',
    'Install the Debian package that the message names.',
  ),
  R146: error(
    'the folder of a drill is not clean',
    'Bags are restored to a folder in which nothing lies, so that nothing but them is judged.',
    'Name a new or empty folder.',
  ),
  R147: error(
    'a restored bag did not pass',
    'A bag was restored from a copy, and a foreign program found a fault in it: a restore in earnest would have failed there.',
    'Run `longplay replica verify` on that copy, then `longplay replica repair`.',
  ),
  R148: warning(
    'a drill without a replica',
    'No replica could be reached, so the bags came from the archive itself: that proves that they can be read without longplay, not that a loss can be made good.',
    'Mount a replica, or add one, then run again.',
  ),
  R149: error(
    'a file was not copied, for it is not as the log has it',
    'A case, the report of an import, or details beside entries are altered or lack something in the archive: the log has another digest of it. A sync copies nothing that is wrong.',
    `${repair} Where no copy has the details of entries any more: \`longplay log forget ARCHIVE --lost --reason TEXT\`.`,
  ),
  R150: error(
    'a file on a replica is not as the log has it',
    'A file of a case or of a report is altered on the replica. A sync never overwrites anything.',
    repair,
  ),
  R151: warning(
    'a replica has a case that was deleted on purpose',
    'The log says that the case was deleted from the archive. A sync never deletes anything on a replica.',
    'Delete its folder there as well, where it had to go for good.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
