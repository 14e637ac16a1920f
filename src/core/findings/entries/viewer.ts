import type { FindingEntry } from './types.ts';

/** Codes P240 to P249 and V117 to V119: the page that lives in an archive. */
export const viewerFindings = {
  P240: {
    severity: 'error',
    title: 'a link or file in the way of the viewer',
    meaning:
      'The viewer is written into the folder viewer/ of the archive. Where a folder of it should be lies a link or a file, and longplay writes through neither.',
    next: 'Look who put it there, move it away, then run `longplay viewer ARCHIVE` again.',
  },
  P241: {
    severity: 'error',
    title: 'the page for browsers is not built',
    meaning: 'The script and the style of the page are made by the build of longplay, and they are not where they should be.',
    next: 'Reinstall longplay, or run `npm run build` in its folder.',
  },
  P242: {
    severity: 'warning',
    title: 'the viewer was not brought up to date',
    meaning:
      'The import has ended and its bags are in the archive. The page in viewer/, which is made from them, could not be written; it shows the archive as it was before.',
    next: 'Fix what the message says, then run `longplay viewer ARCHIVE`.',
  },
  V117: {
    severity: 'warning',
    title: 'the viewer does not show all of the archive',
    meaning: 'The page in viewer/ was written when the archive held other bags than today. It is derived: no recording is lost.',
    next: 'Run `longplay viewer ARCHIVE`; of a replica: then `longplay replica sync ARCHIVE NAME`.',
  },
  V118: {
    severity: 'error',
    title: 'the viewer is not as it was written',
    meaning:
      'A file in viewer/ is altered or was put there, or the list of its files is none that the log names: bytes that people would run. As a warning, a file is missing, or a run that wrote the viewer was stopped. The viewer is derived: no recording is lost.',
    next: 'Do not open it. Run `longplay viewer ARCHIVE`, which writes what belongs there and removes the rest; on a replica delete viewer/ and run `longplay replica sync ARCHIVE NAME`. Where nothing explains it, find out who can write there.',
  },
  V119: {
    severity: 'error',
    title: 'a viewer that the log does not vouch for',
    meaning:
      'The files of the viewer agree with its own list, but no entry of the log names that list: it was written by somebody else, or by an earlier version on a machine without the key of the archive. A viewer that could not be entered is not written.',
    next: 'Run `longplay viewer ARCHIVE` on the machine that has the key.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
