import type { ReconciliationStatus } from '../../core/model/recording.ts';

/** Texts about a status: half a line for reports, and the whole explanation with the next step for docs/reference/reconciliation.md. */
interface StatusText {
  readonly short: string;
  readonly meaning: string;
  readonly next: string;
}

/** All statuses; those that need attention first. */
export const statusTexts: Readonly<Record<ReconciliationStatus, StatusText>> = {
  'row-without-audio': {
    short: 'a row says that there was a call, and no file belongs to it',
    meaning: 'a row says that there was a call, and no file belongs to it',
    next: 'look for the file at the recorder while it runs; import again',
  },
  'unreadable-audio': {
    short: 'a file that could not be read or decoded; the reason says which',
    meaning: 'a file that could not be read, that no format knows, that no decoder here reads, or that is damaged so that nothing of it sounds',
    next: 'the reason names which; `longplay explain` of its finding tells more. The original is kept, unless the source itself could not be read: then exit 3 says so, and a later import takes it up',
  },
  'encrypted-no-key': {
    short: 'the sound is encrypted and no key was available',
    meaning: 'the sound is encrypted and no key was available',
    next: 'find the password or key while the recorder runs, and import into a new archive with `--password-file`; the original is kept as it is',
  },
  'audio-length-differs': {
    short: 'the audio is longer or shorter than the recorder says',
    meaning: 'the join is sure, and the audio is longer or shorter than the recorder says',
    next: 'listen to it: a cut file, several calls in one, a wrong rate, or another call',
  },
  ambiguous: {
    short: 'several files fit the row, or several rows the file; nothing was joined',
    meaning: 'several files fit the row, or several rows the file; all are kept, none is joined',
    next: 'decide by ear; the finding names the candidates',
  },
  'parse-error': {
    short: 'a row or sidecar that could not be read',
    meaning: 'a row or sidecar that could not be read; what could be is kept',
    next: 'repair the export, or export again',
  },
  'audio-without-row': {
    short: 'a file that no row names',
    meaning: 'a file that no row names; what its own name tells is kept',
    next: 'look for a newer export of the metadata',
  },
  'zero-audio': {
    short: 'an empty file, or a header without sound',
    meaning: 'an empty file, a header without sound, or coded bytes that decode to 0 samples; importers say it, too, by the size of the file',
    next: 'usually calls that were not answered',
  },
  'matched-by-window': {
    short: 'joined by time and number alone',
    meaning: 'by time and number alone, within the seconds that the rule names, and nothing else fits',
    next: 'listen to a few of them',
  },
  'deleted-at-source': {
    short: 'the recorder says that it deleted the audio',
    meaning: 'the recorder says that it deleted the audio',
    next: 'nothing, where its retention says so; it is not missing',
  },
  'not-recorded-by-design': {
    short: 'the recorder says that it was not to record this call',
    meaning: 'the recorder says that it was not to record this call',
    next: 'nothing',
  },
  'duplicate-row': {
    short: 'the same row stands there already',
    meaning: 'the same row, or one of the same content, stands there already',
    next: 'nothing; an export that overlaps another has many',
  },
  'duplicate-audio': {
    short: 'the same audio under another name',
    meaning: 'a file of the same name and the same bytes as another one, in another folder',
    next: 'nothing; it is kept',
  },
  'shared-audio': {
    short: 'several rows, one file',
    meaning: 'several rows, one file, as in a conference',
    next: 'nothing',
  },
  'split-audio': {
    short: 'one row, several files',
    meaning: 'one row, several files, as after a hold or a transfer',
    next: 'nothing',
  },
  matched: {
    short: 'rows and audio found each other by a key, a path or a name',
    meaning: 'rows and audio found each other by a key, a path or a name',
    next: 'nothing',
  },
};

/** Names for files that belong to no recording. */
export const bucketWords: Readonly<Record<string, string>> = {
  table: 'a table whose rows were read',
  sidecar: 'a file that describes one recording',
  alien: 'belongs to no recording; stays where it is, and is named with P107',
};

const order: readonly string[] = Object.keys(statusTexts);

/** Sorts statuses by how much attention they need. */
export function byConcern(a: string, b: string): number {
  const [x, y] = [order.indexOf(a), order.indexOf(b)];
  return (x < 0 ? order.length : x) - (y < 0 ? order.length : y);
}
