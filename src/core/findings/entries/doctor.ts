import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });

/** Codes P310 to P336: the environment of an archive (`longplay doctor ARCHIVE`). Errors end with 5, warnings with 3. */
export const doctorFindings = {
  P310: error(
    'everybody on the machine can write the signing key',
    'Every user of this machine can change the key or its folder: whoever replaces the key signs for the archive. longplay does not sign with such a key (L117): an import does not begin, a scheduled verification ends with 5, and any other verification checks everything and logs nothing (W150).',
    'Remove the permission with the chmod that the message names. A file system without permissions, e.g. FAT, is unsuitable for keys: name another folder in LONGPLAY_KEYS.',
  ),
  P311: warning(
    'others can read or replace the signing key',
    'Users other than the owner can read the key, a group can write it or its folder, or everybody can write a parent folder. Whoever has the key, or replaces it, can sign entries. A key should have mode 0600 in a folder with mode 0700; longplay creates both with these modes.',
    'Remove the permission with the chmod that the message names. If others had access to the key, `longplay log key ARCHIVE` replaces it with a new one.',
  ),
  P312: error(
    'this machine cannot sign for the archive',
    'The folder of keys is absent or inaccessible, has no key for this archive, or the key is damaged. An import does not begin, a scheduled verification ends with 5, and any other verification checks everything and logs nothing (W150).',
    'Copy the key from the machine that made the archive, or name its folder in LONGPLAY_KEYS; run longplay as the user who owns it. If it is lost for good: `longplay log key ARCHIVE --lost`.',
  ),
  P313: warning(
    'the key belongs to another user',
    'The key or its folder belongs neither to root nor to the user who runs longplay. Its owner can sign for the archive and replace the key.',
    'Give the key to the user who runs longplay: `chown USER FILE`.',
  ),
  P314: warning(
    'everybody on the machine can read the recordings',
    'Every user of this machine can enter the folder of the archive and all its parent folders, regardless of who may sign in to `longplay serve`.',
    'Close the folder with the chmod that the message names; that also closes everything in it. Use a group for those who must read it.',
  ),
  P315: warning(
    'everybody on the machine can change the archive',
    'Every user of this machine can add, replace and delete files in folders of the archive. Verification detects this, but cannot undo it.',
    'Remove the permission with the chmod that the message names.',
  ),
  P316: error(
    'this user cannot write to the archive',
    'The user who runs longplay can read the archive but not write to it: imports are refused, a scheduled verification ends with 5, and any other verification checks everything and logs nothing (W150).',
    'Run longplay as the user who owns the archive, or give the archive to this user.',
  ),
  P320: error(
    'there is too little space for the archive',
    'The free space is not enough for another bag of the usual size, the catalog and the log. An import that runs out of space stops with 5; finished bags stay whole.',
    'Free some space, or move the archive to a larger disk (`longplay replica add`, `sync`).',
  ),
  P321: warning(
    'the disk will soon be full',
    'At the rate of the last 90 days the free space lasts less than 30 days.',
    'Free some space, or get a larger disk before then.',
  ),
  P322: error(
    'the file system of the archive is read-only',
    'The file system was mounted read-only, or the system made it read-only after a disk error. Reading and playing work; imports are refused, a scheduled verification ends with 5, and any other verification checks everything and logs nothing (W150).',
    'Find out why (`dmesg`, /etc/fstab). After a disk error, verify the replica first, then check the file system; otherwise mount it writable: `mount -o remount,rw MOUNTPOINT`.',
  ),
  P323: note(
    'the archive is on another machine',
    'The archive is on a network file system. When the other machine is down, the archive is unreachable (5) and no fault of the archive is reported. Locks are files and work on all machines that mount it.',
    'Nothing if the file system passed its test. Timers must start after the mount: units of `longplay schedule` wait for remote-fs.target.',
  ),
  P324: warning(
    'the mount may lose data reported as written',
    'With `soft`, NFS gives up after a time and the program gets an error, or data that was never written (nfs(5)). With `nobarrier` or `barrier=0` a flush does not reach the disk, and a power failure loses data that was already logged.',
    'Mount with `hard`, and without `nobarrier` or `barrier=0`.',
  ),
  P325: warning(
    'the archive will not outlast the machine or its container',
    'The file system of the archive is in memory, or is the layer of a container and is deleted with the container.',
    'Put the archive on a disk, or on a volume that is mounted into the container.',
  ),
  P326: warning(
    'the file system has no hard links',
    'Files that must appear whole and only once (the lock, keys) are put in place by link(2), which refuses an existing name. Here longplay creates a new file exclusively instead; a run that is killed at that moment locks others out for a minute.',
    'Preferably use a file system with hard links: ext4, XFS, Btrfs, ZFS, NFS. FAT, exFAT and most mounts of object stores have none.',
  ),
  P327: error(
    'the file system refuses fsync',
    'longplay reports files and folders as written only after fsync. Here the system refuses fsync, so every import fails.',
    "Put the archive on a file system that supports fsync, or mount it with other options; the message has the system's own error.",
  ),
  P328: error(
    'the file system does not protect existing names',
    'Creating a file that exists must fail, and renaming over a file must replace it: locks and the placing of bags depend on both.',
    'Put the archive on another file system. Two simultaneous runs could both believe that they hold the lock.',
  ),
  P329: note(
    'the file system was not tested',
    'The test uses a temporary folder beside the archive, never inside it. That place is not writable, or is on another file system.',
    'Run `longplay doctor ARCHIVE` as a user who can write to the parent folder, or keep the archive one folder below its mount point.',
  ),
  P330: warning(
    'the clock of the machine is wrong',
    'The clock shows a time before something that has already happened: a log entry, or the build of the running programs. Entries would carry wrong times, and the schedule would misjudge the age of bags.',
    'Set the clock, and synchronise it with the network: `timedatectl set-ntp true`.',
  ),
  P331: warning(
    'the clock is not synchronised',
    'The kernel reports that nothing synchronises the clock. The clock, and with it the times in the log, will drift by seconds per day.',
    'Synchronise it with the network: `timedatectl set-ntp true`, or install chrony; then `systemctl enable systemd-time-wait-sync`.',
  ),
  P332: warning(
    'the archive is not verified',
    'No visible systemd timer or crontab runs `verify` for the archive, and its log shows no verification that finished within 8 days.',
    'Make the timers with `longplay schedule ARCHIVE --out FOLDER`, and install them as docs/how-to/schedule.md describes.',
  ),
  P333: warning(
    'a timer of the archive is not active',
    'The unit is installed but not active, or the name of its crontab is one that cron ignores.',
    'Start it with the command that the message names, or rename the file to the name that `longplay schedule` gave it.',
  ),
  P334: warning(
    'a timer is active, but no verification finishes',
    'The timer is installed and active, but the log shows no verification that finished within 8 days: the runs fail, are stopped, read another archive, or cannot write the log.',
    'Look at the journal (`journalctl -u SERVICE`) and run the command of the timer by hand, as its user.',
  ),
  P335: warning(
    'the last run of a timer failed',
    'According to systemd the last run failed. The journal has its output; docs/reference/exit-codes.md explains its exit code.',
    'Read the journal as the message says, fix the cause, and start the service by hand once.',
  ),
  P336: error(
    'the log cannot be read',
    'The system refused access to the log. The log shows the growth of the archive, its last verification and the time of the newest entry, with which longplay checks the clock.',
    'Correct the permissions or repair the disk, then run this again; `longplay verify ARCHIVE` says what is wrong with the log itself.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
