import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const fromCopy = 'Bring the folder log/ back from a replica or a backup, then verify again.';

/** Codes A110 to A117 and L100 to L149: the log of an archive. */
export const logFindings = {
  A110: error(
    'the log is missing or empty',
    'Every archive has a log from its first moment. Somebody deleted it, or the disk lost it.',
    'Bring the folder log/ back from a replica or a backup; the next import begins a new one otherwise.',
  ),
  A111: error(
    'an entry of the log is damaged',
    'The hash of the entry does not fit the tree that was signed: it was changed after it was entered. The entries before and behind it can still be read.',
    'Compare with the log of a replica or a backup.',
  ),
  A112: error(
    'a tile of the log does not follow from its entries',
    'The tiles below log/tile hold hashes of the entries, and this file is missing or not what the entries give. No entry is lost by it.',
    'The next run that writes to the archive re-creates the file and says so in the log. Find out who changed it.',
  ),
  A113: {
    severity: 'warning',
    title: 'entries of the log that were not signed',
    meaning:
      'A run was stopped while it entered something: files of entries are there that the checkpoint does not count. They mean nothing; the next run moves them to quarantine/ and says so in the log.',
    next: 'Nothing, unless no run was stopped: compare with a replica or a backup then.',
  },
  A114: error(
    'the beginning of the log is lost',
    'The log does not begin with the making of the archive. It was deleted or cut, and a run started a new one.',
    'Bring the older log back from a replica or a backup and keep it beside this one.',
  ),
  A115: error('the log belongs to another archive', 'It carries the id of another archive: it was copied from there.', fromCopy),
  A116: error(
    'the end of the log is lost',
    'The checkpoint, what this machine remembers of it, or a checkpoint below log/stamps or log/witness that is signed with the key of the archive counts more entries than are there: the log was cut, or an older copy was put in its place.',
    fromCopy,
  ),
  A117: error(
    'the checkpoint does not fit the log',
    'log/checkpoint is the signed state of the log. It is missing or altered, its signature is not that of the key that the log names, or it is of another state than the log.',
    'Bring the folder log/ back from a replica or a backup, and compare. Where only the checkpoint was lost, the next run that writes to the archive signs it again and says so.',
  ),
  L101: error(
    'entries of the log are missing',
    'The tree that was signed counts entries whose file is gone or cut. Their hashes are still there: what they said can be brought back from a copy, and no other text would fit.',
    fromCopy,
  ),
  L102: error(
    'the log is not the one that this machine saw',
    'This machine remembers the last checkpoint that it saw. A log only grows; this one is not a continuation of that: it was rewritten, or this is a copy of the archive that went its own way.',
    'Nothing is entered before you know which is right: compare with the log of a replica, or with a witness by `longplay log verify --since`. If it is the one in the archive, delete the file .checkpoint of the archive beside its key.',
  ),
  L103: error(
    'a signing key took over without the word of the one before it',
    'When a key is changed the old one vouches for the new one. Here it did not: the old key was lost, or somebody else put a key of theirs in its place. Entries from there on stand on the word of the new key alone.',
    'If you replaced a lost key at that time, keep a note of it with your papers: only a witness, a time stamp or a replica shows that the entries before it are the same.',
  ),
  L104: error(
    'no signing key on this machine',
    'What is done to an archive is entered in its log and signed. The key was made with the archive and lies outside of it, in the folder of LONGPLAY_KEYS.',
    'Copy the key file from the machine that made the archive. If it is lost for good, `longplay log key ARCHIVE --lost` makes another, which the log will tell for ever.',
  ),
  L105: error(
    'the log is too damaged to go on with',
    'Nothing vouches for the entries: they contradict their tiles and neither agrees with what was signed, or the checkpoint is not signed with the key of the log and this machine does not remember just this state. To sign on would cover the damage, or make a forgery good.',
    `${fromCopy} Where there is no copy, move log/ away: the next run begins another one, which says so for ever.`,
  ),
  L106: error(
    'the key would lie in the archive',
    'Whoever can change an archive must not be able to sign for it.',
    'Name a folder elsewhere in LONGPLAY_KEYS, readable by you alone.',
  ),
  L107: error(
    'the signing key cannot be used',
    'The file is there and is no Ed25519 key in PEM, or may not be read.',
    'Bring the file back from where you keep a copy of it.',
  ),
  L109: error(
    'files of the log that this machine cannot judge',
    'There are files of entries behind those that the checkpoint counts. A stopped append leaves such files, and so does somebody who brings an older checkpoint back. The machine that wrote last would know.',
    'Compare log/ with another copy of the archive before anything is written.',
  ),
  L110: error(
    'the signing key is not lost',
    'The key that signs the log of this archive is on this machine. To replace it as a lost one would leave a mark that is not true.',
    'Leave --lost away: the old key then vouches for the new one.',
  ),
  L111: error(
    'the log is signed with another key',
    'The key that signs the log is not the one that its user named.',
    'Ask who keeps the archive whether the key was changed, and compare the entry of the log that says so.',
  ),
  L112: error(
    'the log does not continue an older checkpoint',
    'A witness keeps checkpoints so that history cannot be rewritten. This log does not begin with the entries that the older checkpoint counts.',
    'Do not trust this log. Compare with the log of a replica.',
  ),
  L113: error(
    'a recording that the log cannot prove',
    'The proof of one recording needs the landing of its bag in the log, with the root over its recordings. There is no such entry, or it is damaged.',
    'Verify the archive, and bring log/ back from a copy where it is damaged.',
  ),
  L114: error(
    'a proof that does not hold',
    'The way from the files to the signed checkpoint is broken: a file is not the one that landed, the proof was altered, or the key is another one.',
    'Ask for the files and the proof again, and for the key from another source.',
  ),
  L115: error(
    'a witness did not take the checkpoint',
    'The program that was to get the state of the log could not be started, or failed. The log itself is as it was.',
    'Fix that, then hand the checkpoint over again: `longplay log publish`.',
  ),
  L116: error(
    'the memory of the log on this machine is damaged',
    'Beside its keys this machine keeps the last checkpoint that it saw of each log, so that it notices when an older or another log is put in its place. The one of this archive is no checkpoint, or no known key has signed it.',
    'Compare log/ with a replica or with a witness. If it is right, delete the file .checkpoint of the archive beside its key; longplay stores it again.',
  ),
  L117: error(
    'everybody on the machine can write the signing key',
    'The key, or the folder that it lies in, may be changed by every user of this machine. Whoever puts another key in its place signs for the archive, so nothing is signed with it. Reading and verifying go on, and enter nothing in the log.',
    'Take the right from them with the chmod that the message names (a file system without rights, e.g. FAT, is no place for keys). If others had access to it, `longplay log key ARCHIVE` lets a new key take over.',
  ),
  L118: error(
    'the log is not the one that was stamped or witnessed',
    'A checkpoint below log/stamps or log/witness is signed with the key of this archive, and the log does not continue it: somebody who has the key wrote the log again, or files of two copies of the archive were mixed.',
    'Nothing is entered until you know which one is right: compare log/ with a replica and with the checkpoint that the message names. If the log is right, move that file out of the archive and keep it.',
  ),
  L119: error(
    'a checkpoint beyond the end of the log, signed by a key that is not known',
    'A checkpoint below log/stamps or log/witness counts more entries than the log has. No key that the log names has signed it: the key may have been changed by one of the entries that are gone, or somebody put the file there.',
    'Compare log/ with a replica or a backup. If the log is right, move the file that the message names out of the archive and keep it.',
  ),
  L130: error(
    'an altered checkpoint beside the log',
    'A checkpoint below log/stamps or log/witness counts more entries than the log has and carries a signature in the name of a key that the log names, which does not fit: the file was altered after it was signed. It says nothing about the log.',
    'Bring the file back from another copy of the archive: `longplay replica repair ARCHIVE`. If no copy has it, move it out of the archive and keep it.',
  ),
  L120: error(
    'another archive than the one that belongs here',
    'An archive lies at the path, and it is not the one that this machine knows there, or that --archive-id names: another disk is mounted, or a folder was replaced. It may be well in itself; of the archive that belongs here nothing is known. Nothing but a verification is entered in its log.',
    'Mount the right disk, then run again. If the archive was moved here on purpose: `longplay log remember ARCHIVE`, and write the timers again with `longplay schedule`.',
  ),
  L131: {
    severity: 'warning',
    title: 'another archive is used',
    meaning:
      'This machine has seen bags of another archive at the path, and remembers which: see L120. A verification, a watch and a server report it as an error, and nothing is entered in its log; every other command warns first.',
    next: 'Mount the right disk. If this archive lies there on purpose: `longplay log remember ARCHIVE`.',
  },
  L121: error(
    'fewer bags have landed than before',
    'By its log fewer bags have landed in the archive than this machine has seen, or than --min-bags demands. A log only grows: an older copy of the archive lies here.',
    'Bring the newer copy back. If the older one is to be used on purpose: `longplay log remember ARCHIVE`.',
  ),
  L122: error(
    'the memory of the archive on this machine is gone or damaged',
    'Beside its keys this machine keeps the last checkpoint of the log, and which archive lies at which path. It did so for this archive, and that memory is gone or damaged now: an older log would not be noticed.',
    'Compare log/ with a replica or with a witness (`longplay log verify ARCHIVE --since FILE`). If it is right: `longplay log remember ARCHIVE`.',
  ),
  L123: error(
    'a copy without a log, and the archive lies elsewhere',
    'The folder has the id of an archive that this machine knows at another path, and no log: a replica that was never synced, or a copy that was made without it. A second log would look like a forged continuation of the first one.',
    'Run the command on the archive itself. Bring a replica its bags and its log with `longplay replica sync ARCHIVE`.',
  ),
  L124: error(
    'details of entries are not what was entered',
    'Who caused an entry, and why, stands beside it in log/details, with its digest in the log. A line there was altered or exchanged: what it says of a person is not what longplay wrote.',
    'Bring the file back from a replica (`longplay replica repair ARCHIVE`) or a backup, and find out who changed it. Where an empty line is all that is told, delete that line.',
  ),
  L125: error(
    'details of entries are missing',
    'Who caused an entry, and why, stands beside it in log/details. Lines are gone from there, and no entry of the log says that they were erased on purpose.',
    'Bring the file back from a replica (`longplay replica repair ARCHIVE`) or a backup. Where no copy has the lines, acknowledge that: `longplay log forget ARCHIVE --lost --reason TEXT`. To erase details on purpose: `longplay log forget`.',
  ),
  L126: {
    ...error(
      'details of entries cannot be read',
      'The system does not give a file below log/details. Nothing is known of what it holds.',
      'Correct its rights, check the disk, then verify again.',
    ),
    machine: true,
  },
  L127: error(
    'the secret of the pseudonyms cannot be used',
    'The log names people by pseudonyms that are made with a secret. It lies beside the signing key, as a file .pseudonyms, and it is damaged or may not be read. Nothing is entered with another one in silence.',
    'Bring the file back from your copy of that folder. If it is lost, delete it: the next entry makes another secret, and everybody has another pseudonym from then on.',
  ),
  L128: error(
    'no entry has such details',
    'The name is no user, login name or pseudonym of an entry in the time that was given, or all of those have been erased before and are entered.',
    'See what there is: `longplay log list ARCHIVE`.',
  ),
  L129: {
    severity: 'warning',
    title: 'details that were erased are there',
    meaning:
      'The log says that these lines of log/details were erased, and they are there: an erasure was stopped before its end, or they came back with a backup. A synchronisation brings none of them to a replica.',
    next: 'Give the same `longplay log forget` again: it takes them away.',
  },
  L108: error(
    'the signing key is not the one that the log names',
    'The key of the archive was changed on another machine, or this is the key of another archive.',
    'Copy the newer key file from the machine that changed it.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
