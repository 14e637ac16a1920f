import type { ReconciliationStatus } from '../core/recording.ts';

/** What each status says, in half a line; docs/reconciliation.md has the whole. What needs a look stands first. */
export const statusWords: Readonly<Record<ReconciliationStatus, string>> = {
  'row-without-audio': 'a row says that there was a call, and no file belongs to it',
  'unreadable-audio': 'a file that could not be read or decoded; the reason says which',
  'encrypted-no-key': 'the sound is encrypted and no key was available',
  'audio-length-differs': 'the audio is longer or shorter than the recorder says',
  ambiguous: 'several files fit the row, or several rows the file; nothing was joined',
  'parse-error': 'a row or sidecar that could not be read',
  'audio-without-row': 'a file that no row names',
  'zero-audio': 'an empty file, or a header without sound',
  'matched-by-window': 'joined by time and number alone',
  'deleted-at-source': 'the recorder says that it deleted the audio',
  'not-recorded-by-design': 'the recorder says that it was not to record this call',
  'duplicate-row': 'the same row stands there already',
  'duplicate-audio': 'the same audio under another name',
  'shared-audio': 'several rows, one file',
  'split-audio': 'one row, several files',
  matched: 'rows and audio found each other by a key, a path or a name',
};

/** What files are that belong to no recording. */
export const bucketWords: Readonly<Record<string, string>> = {
  table: 'a table whose rows were read',
  sidecar: 'a file that describes one recording',
  alien: 'belongs to no recording; stays where it is, and is named with P107',
};

const order: readonly string[] = Object.keys(statusWords);

/** Sorts statuses by how much they need a look. */
export function byConcern(a: string, b: string): number {
  const [x, y] = [order.indexOf(a), order.indexOf(b)];
  return (x < 0 ? order.length : x) - (y < 0 ? order.length : y);
}
