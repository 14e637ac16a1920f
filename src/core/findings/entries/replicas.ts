import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const repair = 'Run `longplay replica repair ARCHIVE`: it determines from the log which copy is right, keeps the damaged bytes and logs what it did.';

/** Codes R100 to R159: replicas, repair, restore drills. */
export const replicasFindings = {
  R100: error(
    'invalid name for a replica',
    'The name of a replica appears in the log, in messages and in folder names: 1 to 40 lower-case letters, digits and hyphens. `primary`, `all` and `none` are reserved.',
    'Give another name.',
  ),
  R101: warning(
    'a replica is unreachable',
    'The folder of the replica is absent or empty, has lost all its bags, or belongs to another archive, e.g. because a disk or tape is not mounted. The content of the replica is unknown, so nothing is reported as missing.',
    'Mount the disk of the replica, or give its new path with `longplay replica move`; then run again.',
  ),
  R102: error(
    'the folder belongs to another archive',
    'The folder has a longplay.json with another id than this archive. Nothing was written.',
    'Name a new or empty folder, or a copy of this archive.',
  ),
  R103: error(
    'a replica with that name exists',
    'A replica of that name is registered already.',
    'Give another name, or move or remove that replica.',
  ),
  R104: error('no replica with that name', 'The log has no replica with that name.', 'See `longplay replica list ARCHIVE`.'),
  R105: error(
    'the folder cannot be a replica',
    'The folder holds other files, it is the archive or another replica, or it is inside one of them or contains one.',
    'Give a new or empty folder, preferably on another disk.',
  ),
  R106: error(
    'the parent folder of a replica is missing',
    'The path may be misspelled, or a disk is not mounted. A replica on the wrong disk would not protect anything, so the folder is not created.',
    'Mount the disk, or create the parent folder.',
  ),
  R107: error(
    'the folder is a replica',
    'Only a sync may update a replica: a log that was continued on the replica could not be synchronised any more, and the machine that signed it would report that the archive had lost the end of its log.',
    'Run the command on the archive itself, then `longplay replica sync ARCHIVE NAME`. If the copy has replaced the archive: `longplay replica remove ARCHIVE NAME`.',
  ),
  R110: error(
    'a bag on the replica differs from the log',
    'A sync reads the text files of each existing bag. Those of this bag differ from what the log states. A sync never overwrites anything.',
    repair,
  ),
  R111: error(
    'a bag was not copied: it is damaged in the archive',
    'A bag is copied to a replica only if each of its files was read and is unchanged since its ingest, and the bag holds no other files.',
    repair,
  ),
  R112: error('a bag is missing in the archive, but a replica has it', 'The log records the ingest of the bag. The archive has lost it.', repair),
  R113: warning(
    'a replica has a bag that was deleted on purpose',
    'The log says that the bag was deleted from the archive. A sync never deletes anything on a replica.',
    'Delete it there as well if it had to be deleted everywhere.',
  ),
  R114: error(
    'the logs of archive and replica contradict each other',
    'The log of the replica has entries that the archive does not have, or different entries in the same places. An older state of the archive was restored, or one of the two logs was rewritten.',
    'Find out which of the two is right before anything else is written: compare them with published checkpoints. `longplay replica repair` completes a log that only lost its end.',
  ),
  R115: error('a log is damaged and was not copied', 'A damaged log is neither copied to a replica nor overwritten by a sync.', repair),
  R116: warning(
    'a bag that neither the log nor the archive knows',
    'The bag is on the replica, but no import of this archive made it; or the log was replaced by an older one.',
    'Find out where the bag comes from, and move it away.',
  ),
  R117: error('a file at the top of a copy is missing or altered', 'The log has the digests of longplay.json, README.txt and check.py.', repair),
  R118: error(
    'the log of a replica was not copied yet',
    'The log is copied only after everything that it describes: some bags are missing, or are in their state from before a rehash.',
    repair,
  ),
  R119: error(
    'a bag on the replica is in an older state',
    'The bag on the replica is in its state from before the rehash in the archive. A sync never overwrites anything.',
    repair,
  ),
  R120: error(
    'another bag is in the place of this one',
    'Both bags are valid in themselves. The log has the digests of each bag at its ingest, and so shows which is which.',
    repair,
  ),
  R121: error(
    'an older state of the bag',
    'The bag is valid in itself and was right before it was rehashed. Somebody restored the older state. The finding is a warning if the replica has merely not been synchronised since the rehash.',
    repair,
  ),
  R122: error(
    'a tag manifest differs from the log',
    'The tag manifests of a bag determine every byte of it, and the log has their digests. This one is altered or missing.',
    repair,
  ),
  R123: error('a bag is missing on a replica', 'The bag was copied to the replica, or verified there, but is gone.', repair),
  R124: warning(
    'bags were never copied to a replica',
    'The archive has bags that the replica has never had.',
    'Run `longplay replica sync ARCHIVE NAME`.',
  ),
  R125: warning(
    'a replica has no log yet',
    'The log is copied last, after all bags. Until then the replica does not count as a copy: its verification ends with 5.',
    'Run `longplay replica sync ARCHIVE NAME`.',
  ),
  R126: warning(
    'a bag was checked only by its own manifests',
    'The log records the ingest of the bag but not its digests, so only its own manifests state its content. All of its files match them.',
    'Compare the bag with its source if possible.',
  ),
  R127: warning(
    'the viewer was not copied to a replica',
    'A file of the viewer differs from the list of its files, or that list is not the one that the log names. The viewer is derived data: no recording is affected, and the replica keeps its present viewer.',
    'Run `longplay viewer ARCHIVE`, then sync again. If there is no explanation, find out who can write there.',
  ),
  R130: {
    severity: 'note',
    title: 'a repair was logged',
    meaning: 'The damage was repaired from another copy; the result was read again completely and logged. The damaged bytes are kept in quarantine.',
    next: 'Find the cause: a failing disk, a cable, a program. Other files may be next.',
  },
  R131: error(
    'no good copy is left',
    'The file is damaged or missing in every copy that could be read. What remains of it was not touched.',
    'Connect a replica that could not be reached, add a backup as a replica, or import the original source again.',
  ),
  R132: error(
    'it is unknown which copy is right',
    'The log has no digests of the bag, and the copies contradict each other without a majority. Nothing was changed.',
    'Restore the log from a copy in which it is intact, or add another copy; then repair again.',
  ),
  R133: warning(
    'the copies were compared by majority',
    'The log has no digests of the bag, so the right copy was determined by comparing all copies: those that are consistent in themselves, or the majority.',
    'Compare the bag with its source if possible.',
  ),
  R134: error(
    'a copy cannot be written',
    'The copy is on a read-only medium, or belongs to somebody else. Its good files were used as a source; its damage remains.',
    'Mount the copy writable or run as the user who owns it, then repair again. Replace a write-once medium with a new copy.',
  ),
  R135: error(
    'a copy could not be checked',
    'The condition of the copy is unknown: permissions are missing, a file changed while it was read, or a disk disappeared. Nothing was changed.',
    'Remove the cause, then run again.',
  ),
  R136: error(
    'a repaired bag is still damaged',
    'After the repair the bag was read again completely, and it still has faults.',
    'Run `longplay verify`, and see what it reports.',
  ),
  R137: error(
    'a bag has had a fault since its ingest',
    'Every byte is what it was at ingest, so no copy can be better; the fault is older than the bag.',
    'Import the original source again.',
  ),
  R138: error(
    'a link is in the way',
    'A symbolic link or a file is in the place of a folder of the archive. Nothing is read or written through it.',
    'Find out who put it there, move it away, then run again.',
  ),
  R139: error(
    'something cannot be moved to quarantine',
    'The bags are on another file system than the top of the archive, and a folder or device cannot be moved across file systems.',
    'Move the folder or device out of the bag by hand, then run again.',
  ),
  R140: warning(
    'copies on the same device',
    'A failure of the device destroys all of them: they count as one copy.',
    'Put the replica on another disk, preferably in another building.',
  ),
  R141: warning(
    'one user can write to several copies',
    'One compromised account, or one wrong command, can alter or delete all of them.',
    'Make another user the owner of the replica, and run its syncs as that user.',
  ),
  R142: warning(
    'bags of a replica are overdue',
    'These bags were never read, or not within the period of the replica.',
    'Run `longplay replica verify ARCHIVE NAME`.',
  ),
  R143: warning(
    'a log was restored',
    'Entries that the archive had lost were restored from a replica; entries that no copy has remain lost.',
    'Run `longplay verify`.',
  ),
  R144: error(
    'there is nothing to restore',
    'The archive or the replica has no bag that a restore drill could use.',
    'Import something, or sync the replica.',
  ),
  R145: error(
    'a third-party program is missing',
    'A restore drill is judged by programs that are not part of longplay: sha256sum, and opusdec or ffmpeg.',
    'Install the Debian package that the message names.',
  ),
  R146: error(
    'the folder of a drill is not empty',
    'Bags are restored to an empty folder, so that only they are judged.',
    'Give a new or empty folder.',
  ),
  R147: error(
    'a restored bag failed',
    'A bag was restored from a copy, and a third-party program found a fault in it: a real restore would have failed.',
    'Run `longplay replica verify` on that copy, then `longplay replica repair`.',
  ),
  R148: warning(
    'a drill without a replica',
    'No replica could be reached, so the bags came from the archive itself. That proves that they can be read without longplay, not that they could be restored after a loss.',
    'Mount a replica, or add one, then run again.',
  ),
  R149: error(
    'a file was not copied: it differs from the log',
    'A case, the report of an import, or details of log entries are altered or incomplete in the archive: the log has another digest. A sync copies nothing that is wrong.',
    `${repair} If no copy has the details of the entries: \`longplay log forget ARCHIVE --lost --reason TEXT\`.`,
  ),
  R150: error(
    'a file on a replica differs from the log',
    'A file of a case or of a report is altered on the replica. A sync never overwrites anything.',
    repair,
  ),
  R151: warning(
    'a replica has a case that was deleted on purpose',
    'The log says that the case was deleted from the archive. A sync deletes such a case from a replica only if something was erased from it before.',
    'Delete its folder there as well if it had to be deleted everywhere.',
  ),
  R152: warning(
    'sealed recordings of a drill were not opened',
    'The restored bags are sealed, and this run has no keyring, or the keyring lacks their secrets. The stored files were compared with their digests; whether they open and play is unknown, so the drill ends with 5.',
    'Name the keyring with LONGPLAY_KEYRING, or synchronise its copies with `longplay keyring sync`; then run the drill again.',
  ),
  R153: error(
    'the lock date of a replica is too late',
    'Nothing can be deleted from the replica before its lock date, and the retention policy demands the deletion of recordings before that day.',
    'Choose a lock date that is not after the day in the message, or change the policy.',
  ),
  R154: error(
    'a lock date needs a reason in an open archive',
    'Nothing can be deleted from the replica before its lock date, so no erasure can remove recordings from it until then. Recordings of an open archive stay readable there.',
    'Seal the archive, so that erasures destroy secrets; or give a reason: `--irrevocable TEXT`.',
  ),
  R155: error(
    'a bag must not be copied to a locked replica',
    'The retention policy demands the deletion of a recording in the bag before the lock date of the replica, and nothing can be deleted from the replica before that date.',
    'Register another replica with an earlier lock date, or none.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
