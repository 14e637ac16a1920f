import type { FindingEntry } from './types.ts';

/** Codes A100 to A199: archive. */
export const archiveFindings: Readonly<Record<string, FindingEntry>> = {
  // A100 to A109: the archive as a whole.
  A100: {
    severity: 'error',
    title: 'the folder is no archive',
    meaning: 'The folder holds something, but no longplay.json, the file that every archive has at its top.',
    next: 'Name the folder that holds longplay.json and bags/. If that file was lost, bring it back from a replica or a backup.',
  },
  A101: {
    severity: 'error',
    title: 'the folder for a new archive is not empty',
    meaning: 'An archive is only made in an absent or empty folder, so that it never mixes with files that are not its own.',
    next: 'Name a new or empty folder, or an existing archive.',
  },
  A102: {
    severity: 'error',
    title: 'the archive cannot be reached',
    meaning:
      'The folder is absent, empty or unreadable, as when a disk or network share is not mounted. Nothing can be said about the recordings; none of them is reported as missing.',
    next: 'Mount the disk or mend the path or the rights, then run the same command again.',
  },
  A103: {
    severity: 'error',
    title: 'the archive is of a newer version',
    meaning: 'The archive was made by a newer longplay whose layout this one does not know.',
    next: 'Use the version that wrote it, or a newer one.',
  },
  A104: {
    severity: 'error',
    title: 'longplay.json is damaged',
    meaning: 'The file that names the archive cannot be understood. The bags are not touched by that and can be checked with sha256sum.',
    next: 'Bring longplay.json back from a replica or a backup. Do not write a new one: its salt makes the ids of recordings.',
  },
  A105: {
    severity: 'error',
    title: 'the archive is locked',
    meaning:
      'Another run changes the archive at this moment. A lock whose process ended on this machine is taken over by itself; one of another machine cannot be judged from here.',
    next: 'Wait until the other run has ended, then run again. If its machine is gone for good, delete the files .lock* at the top of the archive.',
  },
  A106: {
    severity: 'error',
    title: 'the place of a bag is taken',
    meaning: 'A bag was finished, but a folder of its name had come into the archive in the meantime. Neither was changed.',
    next: 'Run the same command again; it sees the bag that is there.',
  },
  A107: {
    severity: 'error',
    title: 'the system refused to write',
    meaning: 'No space, no right, a read-only disk or a failing one. What was complete before is complete still; nothing half-written counts.',
    next: 'Mend the cause that the message names, then run the same command again.',
  },
  // A110 to A119: the log.
  A110: {
    severity: 'error',
    title: 'the log is missing or empty',
    meaning: 'Every archive has a log from its first moment. Somebody deleted it, or the disk lost it.',
    next: 'Bring log/log.jsonl back from a replica or a backup; the next import begins a new one otherwise.',
  },
  A111: {
    severity: 'error',
    title: 'a line of the log cannot be read',
    meaning: 'The line is damaged or was changed by hand. The entries before and behind it can still be read.',
    next: 'Compare with the log of a replica or a backup.',
  },
  A112: {
    severity: 'error',
    title: 'the chain of the log is broken',
    meaning:
      'Each entry carries the digest of the line before it. Here it does not fit: a line was changed, taken out or put in after it was written.',
    next: 'Compare with the log of a replica or a backup to see which lines differ.',
  },
  A113: {
    severity: 'warning',
    title: 'the last entry of the log is unfinished',
    meaning: 'A run was stopped in the middle of writing it. The next run that writes to the archive cuts it off and says so in the log.',
    next: 'Nothing, unless no run was stopped: compare with a replica or a backup then.',
  },
  A114: {
    severity: 'error',
    title: 'the beginning of the log is lost',
    meaning: 'The log does not begin with the making of the archive. It was deleted or cut, and a run began it anew.',
    next: 'Bring the older log back from a replica or a backup and keep it beside this one.',
  },
  A115: {
    severity: 'error',
    title: 'the log belongs to another archive',
    meaning: 'Its first entry carries the id of another archive: the file was copied from there.',
    next: 'Bring log/log.jsonl back from a replica or a backup of this archive.',
  },
};
