import type { FindingEntry } from './types.ts';

/** Codes P240 to P249 and V117 to V119: the offline viewer in an archive. */
export const viewerFindings = {
  P240: {
    severity: 'error',
    title: 'a link or file in place of a viewer folder',
    meaning:
      'The viewer is written into the folder viewer/ of the archive. A link or a file is in the place of one of its folders, and longplay does not write through it.',
    next: 'Find out who put it there, move it away, then run `longplay viewer ARCHIVE` again.',
  },
  P241: {
    severity: 'error',
    title: 'the page for browsers is not built',
    meaning: 'The build of longplay makes the script and the style of the page, and they are missing.',
    next: 'Reinstall longplay, or run `npm run build` in its folder.',
  },
  P242: {
    severity: 'warning',
    title: 'the viewer was not updated',
    meaning:
      'The import has finished and its bags are in the archive. The page in viewer/, which is derived from them, could not be written; it shows the archive as it was before.',
    next: 'Fix what the message says, then run `longplay viewer ARCHIVE`.',
  },
  V117: {
    severity: 'warning',
    title: 'the viewer is out of date',
    meaning: 'The page in viewer/ was written when the archive held other bags than now. The viewer is derived data: no recording is lost.',
    next: 'Run `longplay viewer ARCHIVE`; for a replica then `longplay replica sync ARCHIVE NAME`.',
  },
  V118: {
    severity: 'error',
    title: 'the viewer was altered',
    meaning:
      'A file in viewer/ is altered or was added, or the log does not name the list of its files: browsers would run these bytes. The finding is a warning if a file is only missing, or a run that wrote the viewer was stopped. The viewer is derived data: no recording is lost.',
    next: 'Do not open it. Run `longplay viewer ARCHIVE`, which writes the right files and removes the rest; on a replica delete viewer/ and run `longplay replica sync ARCHIVE NAME`. If there is no explanation, find out who can write there.',
  },
  V119: {
    severity: 'error',
    title: 'a viewer that is not in the log',
    meaning:
      'The files of the viewer match its own list, but no log entry names that list: somebody else wrote it, or an earlier version on a machine without the key of the archive. A viewer that could not be logged is not written.',
    next: 'Run `longplay viewer ARCHIVE` on the machine that has the key.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
