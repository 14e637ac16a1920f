import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const fromCopy = 'Restore the folder log/ from a replica or a backup, then verify again.';

/** Codes A110 to A117 and L100 to L149: the log of an archive. */
export const logFindings = {
  A110: error(
    'the log is missing or empty',
    'Every archive has a log from its creation. Somebody deleted it, or the disk lost it.',
    'Restore the folder log/ from a replica or a backup; otherwise the next import begins a new log.',
  ),
  A111: error(
    'an entry of the log is damaged',
    'The hash of the entry does not match the signed tree: the entry was changed after it was written. Other entries can still be read.',
    'Compare with the log of a replica or a backup.',
  ),
  A112: error(
    'a tile of the log does not match its entries',
    'The tiles below log/tile hold hashes of the entries. This file is missing, or its hashes differ from those of the entries. No entry is lost.',
    'The next run that writes to the archive re-creates the file and logs that. Find out who changed the file.',
  ),
  A113: {
    severity: 'warning',
    title: 'unsigned entries in the log',
    meaning:
      'A run was stopped while writing entries: some entry files lie beyond its checkpoint. These entries are not valid; the next run moves them to quarantine/ and logs that.',
    next: 'Nothing, unless no run was stopped: then compare with a replica or a backup.',
  },
  A114: error(
    'the beginning of the log is lost',
    'The log does not begin with the creation of the archive. It was deleted or cut, and a run started a new one.',
    'Restore the older log from a replica or a backup and keep it beside this one.',
  ),
  A115: error('the log belongs to another archive', 'The log has the id of another archive: it was copied from there.', fromCopy),
  A116: error(
    'the end of the log is lost',
    'The log has fewer entries than a signed checkpoint counts. That checkpoint is log/checkpoint, the one that this machine remembers, or one below log/stamps or log/witness. The log was cut, or replaced by an older copy. It is a warning if `verify`, `log verify` or `watch` reads a replica and finds the log of its archive on the same machine, signed, with the newest state that this machine has seen, with the state of the replica, and with its registration: the replica is then only behind.',
    fromCopy,
  ),
  A117: error(
    'the checkpoint does not match the log',
    'log/checkpoint is the signed state of the log. It is missing or altered, it is not signed with the key that the log names, or it describes another state of the log.',
    'Restore the folder log/ from a replica or a backup, and compare. If only the checkpoint was lost, the next run that writes to the archive signs it again and logs that.',
  ),
  L101: error(
    'entries of the log are missing',
    'The signed tree counts entries whose file is missing or cut. The hashes of these entries are still there, so the entries can be restored from a copy, and a copy with a different text would be detected.',
    fromCopy,
  ),
  L102: error(
    'the log is not the one that this machine knows',
    'This machine remembers the last checkpoint that it saw. A log only grows, but this one does not continue that checkpoint: it was rewritten, or this is a copy of the archive that was continued separately.',
    'Nothing is logged until this is settled. Compare with the log of a replica, or with a witness by `longplay log verify --since`. If the log in the archive is right, delete the file .checkpoint of the archive beside its key.',
  ),
  L103: error(
    'a signing key was replaced without a signature of the old key',
    'When a key is replaced, the old key signs for the new one. Here it did not: the old key was lost, or somebody replaced it with their own. Later entries are attested by the new key alone.',
    'If you replaced a lost key at that time, keep a record of it: only a witness, a time stamp or a replica shows that the earlier entries are unchanged.',
  ),
  L104: error(
    'no signing key on this machine',
    'Every action on an archive is logged and signed. The key was created with the archive and is kept outside it, in the folder of LONGPLAY_KEYS.',
    'Copy the key file from the machine that made the archive. If it is lost for good, `longplay log key ARCHIVE --lost` makes a new key; the log will show that permanently.',
  ),
  L105: error(
    'the log is too damaged to continue',
    'Nothing confirms the entries, for one of two reasons. They contradict their tiles, and neither agrees with the signed checkpoint; or the checkpoint is not signed with the key of the log, and this machine does not remember exactly this state. Signing new entries would hide the damage, or validate a forgery.',
    `${fromCopy} If there is no copy, move log/ away: the next run begins a new log, which records the loss permanently.`,
  ),
  L106: error(
    'the key would be inside the archive',
    'Whoever can change an archive must not be able to sign for it.',
    'Name a folder elsewhere in LONGPLAY_KEYS that only you can read.',
  ),
  L107: error(
    'the signing key cannot be used',
    'The file exists, but is not an Ed25519 key in PEM, or cannot be read.',
    'Restore the file from your copy of it.',
  ),
  L109: error(
    'surplus log files that this machine cannot judge',
    'There are entry files after those that the checkpoint counts. An interrupted write leaves such files, and so does somebody who restores an older checkpoint. Only the machine that wrote last can tell which of the two happened.',
    'Compare log/ with another copy of the archive before anything is written.',
  ),
  L110: error(
    'the signing key is not lost',
    'The key that signs the log of this archive is on this machine. Replacing it as lost would leave a false record.',
    'Omit --lost: the old key then signs for the new one.',
  ),
  L111: error(
    'the log is signed with another key',
    'The key that signs the log is not the one that was given.',
    'Ask the operator of the archive whether the key was replaced, and compare the log entry that records it.',
  ),
  L112: error(
    'the log does not continue an older checkpoint',
    'A witness keeps checkpoints so that history cannot be rewritten. This log does not begin with the entries that the older checkpoint covers.',
    'Do not trust this log. Compare with the log of a replica.',
  ),
  L113: error(
    'a recording that the log cannot prove',
    'The proof of a recording needs the log entry that records the ingest of its bag, with the root hash over its recordings. There is no such entry, or it is damaged.',
    'Verify the archive; if log/ is damaged, restore it from a copy.',
  ),
  L114: error(
    'an invalid proof',
    'The chain of hashes from the files to the signed checkpoint is broken: a file has changed since its ingest, the proof was altered, or the key is another one.',
    'Ask for the files and the proof again, and for the key from another source.',
  ),
  L115: error(
    'a witness did not accept the checkpoint',
    'The program that receives the checkpoint could not be started, or failed. The log itself is unchanged.',
    'Fix the cause, then send the checkpoint again: `longplay log publish`.',
  ),
  L116: error(
    'the memory of the log on this machine is damaged',
    'Beside its keys this machine keeps the last checkpoint that it saw of each log, so that it notices when an older or a different log replaces it. The file for this archive is not a checkpoint, or no known key has signed it.',
    'Compare log/ with a replica or with a witness (`longplay log verify ARCHIVE --since FILE`). If it is right: `longplay log remember ARCHIVE`.',
  ),
  L117: error(
    'everybody on the machine can write the signing key',
    'Every user of this machine can change the key or its folder. Whoever replaces the key signs for the archive, so nothing is signed with it. Reading and verifying still work, but log nothing.',
    'Remove the permission with the chmod that the message names (a file system without permissions, e.g. FAT, is unsuitable for keys). If others had access to the key, `longplay log key ARCHIVE` replaces it with a new one.',
  ),
  L118: error(
    'the log is not the one that was stamped or witnessed',
    'A checkpoint below log/stamps or log/witness is signed with the key of this archive, and the log does not continue it: somebody who has the key rewrote the log, or files from two copies of the archive were mixed.',
    'Nothing is logged until this is settled. Compare log/ with a replica and with the checkpoint that the message names. If the log is right, move that file out of the archive and keep it.',
  ),
  L119: error(
    'a checkpoint beyond the end of the log, signed with an unknown key',
    'A checkpoint below log/stamps or log/witness counts more entries than the log has. No key that the log names has signed it: the key may have been changed by one of the lost entries, or somebody put the file there.',
    'Compare log/ with a replica or a backup. If the log is right, move the file that the message names out of the archive and keep it.',
  ),
  L130: error(
    'an altered checkpoint beside the log',
    'A checkpoint below log/stamps or log/witness counts more entries than the log has. It carries a signature under the name of a key that the log names, but the signature is wrong: the file was altered after it was signed. This file says nothing about the log.',
    'Restore the file from another copy of the archive: `longplay replica repair ARCHIVE`. If no copy has it, move it out of the archive and keep it.',
  ),
  L120: error(
    'not the archive that belongs here',
    'The archive at this path is not the one that this machine knows there, or not the one that --archive-id names: another disk is mounted, or a folder was replaced. It may be intact; nothing is known about the archive that belongs here. Only a verification is logged in it.',
    'Mount the right disk, then run again. If the archive was moved here on purpose: `longplay log remember ARCHIVE`, and write the timers again with `longplay schedule`.',
  ),
  L131: {
    severity: 'warning',
    title: 'another archive is at this path',
    meaning:
      'This machine has seen bags of another archive at this path (see L120). A verification, a watch and a server report this as an error, and nothing is logged in the archive; every other command warns first.',
    next: 'Mount the right disk. If this archive is here on purpose: `longplay log remember ARCHIVE`.',
  },
  L132: error(
    'the log is not continued, because its end is lost',
    'The log has fewer entries than this machine has seen, or than its checkpoint, a time stamp or a witness counts (A116): an older copy of the archive was restored, or the log was cut. A new entry would take the place of a lost one; the lost entries, e.g. legal holds and erasures, could then never be restored. Nothing is entered until this is settled.',
    'Bring the newer log back: `longplay replica repair ARCHIVE`, for a copy that is not registered with `--from FOLDER`. If no copy has the lost entries: `longplay log remember ARCHIVE --lost` gives them up, which the log records permanently; then `longplay erase run ARCHIVE` and `longplay verify ARCHIVE`.',
  ),
  L133: error(
    'the end of the log is not given up',
    '`longplay log remember --lost` continues a log whose end is lost (A116) in every copy. Here the end is not lost, or a replica has the lost entries. Nothing was changed.',
    'The message names the step: `longplay replica repair ARCHIVE` restores the entries that a replica has.',
  ),
  L135: {
    severity: 'warning',
    title: 'an older state of the archive is read',
    meaning:
      'The log has fewer entries than this machine has seen: an older copy of the archive was restored, or the folder is a replica that is behind. A command that only reads uses it as it is: holds, cases, notes and erasures since then are unknown to it. Recordings that this machine remembers as erased are left out (E109). Nothing is entered in such a log (L132).',
    next: 'In a replica: `longplay replica sync ARCHIVE`. After a restore: `longplay replica repair ARCHIVE` brings the newer log back; if no copy has it: `longplay log remember ARCHIVE --lost`, then `longplay erase run ARCHIVE`.',
  },
  L121: error(
    'fewer bags than before',
    'According to its log the archive has fewer bags than this machine has seen, or than --min-bags demands. A log only grows: this is an older copy of the archive.',
    'Restore the newer copy. If the older one is to be used on purpose: `longplay log remember ARCHIVE`.',
  ),
  L122: error(
    "this machine's memory of the archive is missing or damaged",
    'Beside its keys this machine keeps the last checkpoint of the log, and which archive is at which path. For this archive that memory is missing or damaged: an older log would not be noticed.',
    'Compare log/ with a replica or with a witness (`longplay log verify ARCHIVE --since FILE`). If it is right: `longplay log remember ARCHIVE`.',
  ),
  L123: error(
    'a copy without a log, and the archive is elsewhere',
    'The folder has the id of an archive that this machine knows at another path, but no log: a replica that was never synchronised, or a copy that was made without its log. A second log would look like a forgery of the first.',
    'Run the command on the archive itself. `longplay replica sync ARCHIVE` fills a replica with bags and log.',
  ),
  L124: error(
    'details of entries were altered',
    'The author and the reason of an entry are kept beside it in log/details; the log has their digest. A line there was altered or replaced: what it says about a person is not what longplay wrote.',
    'Restore the file from a replica (`longplay replica repair ARCHIVE`) or a backup, and find out who changed it. If only an empty line is reported, delete that line.',
  ),
  L125: error(
    'details of entries are missing',
    'The author and the reason of an entry are kept beside it in log/details. Lines are missing there, and no log entry says that they were erased on purpose.',
    'Restore the file from a replica (`longplay replica repair ARCHIVE`) or a backup. If no copy has the lines, acknowledge that: `longplay log forget ARCHIVE --lost --reason TEXT`. To erase details on purpose: `longplay log forget`.',
  ),
  L126: {
    ...error(
      'details of entries cannot be read',
      'The system does not give access to a file below log/details, so its content is unknown.',
      'Correct its permissions, check the disk, then verify again.',
    ),
    machine: true,
  },
  L127: error(
    'the secret of the pseudonyms cannot be used',
    'The log names people by pseudonyms that are derived from a secret. The secret is kept beside the signing key, in a file .pseudonyms, which is damaged or cannot be read. No entry is written until the secret can be read or its file is deleted.',
    'Restore the file from your copy of that folder. If it is lost, delete it: the next entry creates a new secret, and from then on everybody has a new pseudonym.',
  ),
  L128: error(
    'no entry has these details',
    'The name is not a user, login name or pseudonym of an entry in the given period, or the details of all such entries were already erased. With `--entry`: the entry does not exist, or has no details.',
    'List the entries: `longplay log list ARCHIVE`.',
  ),
  L134: error(
    'the details of this entry are needed or shared',
    'The details of the entry cannot be erased alone: an active hold or the retention policy needs them, a request to erase that is not executed lists its recordings there, or entries of the same run have the same details. Nothing was erased.',
    'The message names the step: release the hold, execute or withdraw the request, or erase all details of the author with `longplay log forget ARCHIVE --who NAME --reason TEXT`.',
  ),
  L129: {
    severity: 'warning',
    title: 'erased details exist',
    meaning:
      'The log says that these lines of log/details were erased, but they exist: an erasure was stopped before its end, or a backup brought them back. A synchronisation does not copy them to a replica.',
    next: 'Run the same `longplay log forget` again: it removes them.',
  },
  L108: error(
    'the signing key is not the one that the log names',
    'The key of the archive was changed on another machine, or this is the key of another archive.',
    'Copy the newer key file from the machine that changed it.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
