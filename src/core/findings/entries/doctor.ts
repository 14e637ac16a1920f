import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const note = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'note', title, meaning, next });

/** Codes P310 to P336: the surroundings of an archive (`longplay doctor ARCHIVE`). Errors end with 5, warnings with 3. */
export const doctorFindings = {
  P310: error(
    'everybody on the machine can write the signing key',
    'The key or its folder may be changed by every user of this machine: whoever puts another key in its place signs for the archive. longplay signs nothing with it (L117): an import does not begin, a scheduled verification ends with 5, and one without a schedule checks everything and enters nothing (W150).',
    'Take the right from them with the chmod that the message names. A file system without rights, e.g. FAT, is no place for keys: name another folder in LONGPLAY_KEYS.',
  ),
  P311: warning(
    'others can read the signing key, or get another in its place',
    'Others than its owner can read the key, a group can write it or its folder, or everybody can write a folder above: whoever has the key, or exchanges it, can sign entries. A key should be 0600 in a folder 0700; longplay makes both so.',
    'Take the right from them with the chmod that the message names. If others had access to the key, `longplay log key ARCHIVE` lets a new one take over.',
  ),
  P312: error(
    'this machine cannot sign for the archive',
    'The folder of keys is absent or closed, it has no key for this archive, or the key is damaged. An import does not begin, a scheduled verification ends with 5, and one without a schedule checks everything and enters nothing (W150).',
    'Copy the key from the machine that made the archive, or name its folder in LONGPLAY_KEYS; run longplay as the user who owns it. If it is lost for good: `longplay log key ARCHIVE --lost`.',
  ),
  P313: warning(
    'the key belongs to another user',
    'Neither root nor the user who runs longplay owns the key or its folder: its owner can sign for the archive and replace the key.',
    'Give it to the user who runs longplay: `chown USER FILE`.',
  ),
  P314: warning(
    'everybody on the machine can read the recordings',
    'The folder of the archive, and all above it, may be entered by every user of this machine, whatever is set for those who sign in to `longplay serve`.',
    'Close the folder with the chmod that the message names; what lies in it is closed with it. Give those who must read it a group.',
  ),
  P315: warning(
    'everybody on the machine can change the archive',
    'Every user of this machine may add, replace and delete files in folders of the archive. A verification finds that, and cannot undo it.',
    'Take the right from them with the chmod that the message names.',
  ),
  P316: error(
    'this user may not write the archive',
    'Whoever runs this may read the archive and not write it: imports are refused, a scheduled verification ends with 5, and one without a schedule checks everything and enters nothing (W150).',
    'Run longplay as the user who owns the archive, or give it to the user who runs this.',
  ),
  P320: error(
    'there is too little space for the archive',
    'Less is free than the next bag of the usual size, the catalog and the log need. An import stops with 5 when it runs out; what has landed stays whole.',
    'Make room, or move the archive to a larger disk (`longplay replica add`, `sync`).',
  ),
  P321: warning(
    'the space will soon be used up',
    'What landed in the last 90 days tells how long the free space lasts at that rate: less than 30 days.',
    'Make room, or get a larger disk before then.',
  ),
  P322: error(
    'the file system of the archive may only be read',
    'It is mounted read-only, or the system made it so after an error of the disk. Reading and playing work; imports are refused, a scheduled verification ends with 5, and one without a schedule checks everything and enters nothing (W150).',
    'See why (`dmesg`, /etc/fstab). After an error of the disk verify the replica first, then check the file system; else mount it writable: `mount -o remount,rw MOUNTPOINT`.',
  ),
  P323: note(
    'the archive lies on another machine',
    'Its file system is that of another machine. When that is away, the archive is unreachable (5) and nothing is said against it. Locks are files and hold on all machines that mount it.',
    'Nothing, where the trial of the file system works. Let the timers start after the mount: units of `longplay schedule` wait for remote-fs.target.',
  ),
  P324: warning(
    'the mount may lose what was said to be on the disk',
    'With `soft`, NFS gives up after a time and the program gets an error, or data that was never written (nfs(5)); with `nobarrier` or `barrier=0` a flush does not reach the disk, and a power failure takes what was signed.',
    'Mount with `hard`, and without `nobarrier` or `barrier=0`.',
  ),
  P325: warning(
    'the archive will not outlast the machine or its container',
    'Its file system lies in memory, or is the layer of a container that is deleted with it.',
    'Put the archive on a disk, or on a volume that is mounted into the container.',
  ),
  P326: warning(
    'the file system has no hard links',
    'Files that must appear whole and once (the lock, keys) are put in their place by link(2), which refuses an existing name. Here that is done with a file that must be new, and a run that is killed in that moment keeps others out for a minute.',
    'Better put the archive on a file system that has them: ext4, XFS, Btrfs, ZFS, NFS. FAT, exFAT and most mounts of object stores have none.',
  ),
  P327: error(
    'the file system refuses fsync',
    'longplay waits until what it wrote is on the disk before it says so, files and folders alike. Here the system refuses that, so every import fails.',
    'Put the archive on a file system that has it, or mount it otherwise; the message has the words of the system.',
  ),
  P328: error(
    'the file system lets two have one name',
    'Creating a file that exists must be refused, and renaming over a file must replace it: locks and landings stand on that.',
    'Put the archive on another file system. Two runs at once could each believe that they hold the lock.',
  ),
  P329: note(
    'the file system was not tried',
    'It is tried in a temporary folder beside the archive, never in it. There nothing could be written, or another file system lies there.',
    'Run `longplay doctor ARCHIVE` as a user who may write in the folder above, or keep the archive one folder below its mount point.',
  ),
  P330: warning(
    'the clock of the machine is wrong',
    'It shows a time before something that has already happened: an entry of the log, or the making of the programs that run. Entries would carry wrong times, and the schedule would take bags for younger or older than they are.',
    'Set the clock, and let it follow the network: `timedatectl set-ntp true`.',
  ),
  P331: warning(
    'the clock does not follow the network',
    'The kernel says that nothing synchronises its clock. It will drift by seconds a day, and times in the log are what it says.',
    'Let it follow the network: `timedatectl set-ntp true`, or install chrony; then `systemctl enable systemd-time-wait-sync`.',
  ),
  P332: warning(
    'the archive is not verified',
    'No timer of systemd and no crontab that can be seen here runs `verify` of it, and its log shows no verification that ended within 8 days.',
    'Let `longplay schedule ARCHIVE --out FOLDER` make the timers, and install them as docs/schedule.md says.',
  ),
  P333: warning(
    'a timer of the archive is there and does not run',
    'The unit is installed and not active, or its crontab has a name that cron passes over.',
    'Start it with the command that the message names, or give the file the name that `longplay schedule` gave it.',
  ),
  P334: warning(
    'a timer is there, and no verification comes to its end',
    'The timer is installed and active, and the log shows no verification that ended within 8 days: the runs fail, are stopped, read another archive, or cannot write the log.',
    'Look into the journal (`journalctl -u SERVICE`) and run the command of the timer by hand, as its user.',
  ),
  P335: warning(
    'the last run of a timer failed',
    'systemd says so. What the run found stands in the journal; exit codes are those of docs/exit-codes.md.',
    'Read the journal as the message says, fix what it names, and start the service by hand once.',
  ),
  P336: error(
    'the log cannot be read, so its account is missing here',
    'How the archive grows, when it was verified last and whether the clock lies before the newest entry are taken from the log, and the system does not give it.',
    'Correct the rights or repair the disk, then run this again; `longplay verify ARCHIVE` says what is wrong with the log itself.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
