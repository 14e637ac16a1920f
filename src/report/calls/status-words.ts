import type { ReconciliationStatus } from '../../core/model/recording.ts';

/** Texts about a status: half a line for reports, and a complete explanation with the next step for docs/reference/reconciliation.md. */
interface StatusText {
  readonly short: string;
  readonly meaning: string;
  readonly next: string;
}

/** All statuses; those that need attention first. */
export const statusTexts: Readonly<Record<ReconciliationStatus, StatusText>> = {
  'row-without-audio': {
    short: 'a row describes a call, but no file belongs to it',
    meaning: 'a row describes a call, but no file belongs to it',
    next: 'look for the file on the recorder while it runs; import again',
  },
  'unreadable-audio': {
    short: 'a file that could not be read or decoded; the reason says which',
    meaning: 'a file that could not be read, that has an unknown format, that has no decoder here, or that is completely damaged',
    next: 'see the reason; `longplay explain` of its finding gives details. The original is kept, unless the source itself could not be read: then the import ended with exit code 3, and a later import adds it',
  },
  'encrypted-no-key': {
    short: 'the audio is encrypted and no key was available',
    meaning: 'the audio is encrypted and no key was available',
    next: 'find the password or key while the recorder runs, and import into a new archive with `--password-file`; the original is kept as it is',
  },
  'audio-length-differs': {
    short: 'the audio is longer or shorter than the recorder says',
    meaning: 'the match is certain, but the audio is longer or shorter than the recorder says',
    next: 'listen to it: a cut file, several calls in one, a wrong rate, or another call',
  },
  ambiguous: {
    short: 'several files match the row, or several rows the file; nothing was joined',
    meaning: 'several files match the row, or several rows the file; all are kept, none is joined',
    next: 'decide by ear; the finding names the candidates',
  },
  'parse-error': {
    short: 'a row or sidecar that could not be read',
    meaning: 'a row or sidecar that could not be read completely; what could be read is kept',
    next: 'repair the export, or export again',
  },
  'audio-without-row': {
    short: 'a file that no row names',
    meaning: 'a file that no row names; the information in its file name is kept',
    next: 'look for a newer export of the metadata',
  },
  'zero-audio': {
    short: 'an empty file, or a header without audio',
    meaning: 'an empty file, a header without audio, or coded bytes that decode to 0 samples; importers assign it, too, by the size of the file',
    next: 'usually calls that were not answered',
  },
  'matched-by-window': {
    short: 'joined only by time and number',
    meaning: 'joined only by time and number, within the seconds that the rule states, and nothing else matches',
    next: 'listen to a few of them',
  },
  'deleted-at-source': {
    short: 'the recorder says that it deleted the audio',
    meaning: 'the recorder says that it deleted the audio',
    next: 'nothing, if its retention allowed that; it is not missing',
  },
  'not-recorded-by-design': {
    short: 'the recorder says that this call was not to be recorded',
    meaning: 'the recorder says that this call was not to be recorded',
    next: 'nothing',
  },
  'duplicate-row': {
    short: 'a duplicate row',
    meaning: 'a row that is identical to an earlier one, or has the same content',
    next: 'nothing; overlapping exports have many',
  },
  'duplicate-audio': {
    short: 'the same audio under another name',
    meaning: 'a file with the same name and the same bytes as another one, in another folder',
    next: 'nothing; it is kept',
  },
  'shared-audio': {
    short: 'several rows, one file',
    meaning: 'several rows, one file, e.g. of a conference',
    next: 'nothing',
  },
  'split-audio': {
    short: 'one row, several files',
    meaning: 'one row, several files, e.g. after a hold or a transfer',
    next: 'nothing',
  },
  matched: {
    short: 'rows and audio were matched by a key, a path or a name',
    meaning: 'rows and audio were matched by a key, a path or a name',
    next: 'nothing',
  },
};

/** Names for files that belong to no recording. */
export const bucketWords: Readonly<Record<string, string>> = {
  table: 'a table whose rows were read',
  sidecar: 'a file that describes one recording',
  alien: 'unclaimed: belongs to no recording; not imported, and listed with P107',
};

const order: readonly string[] = Object.keys(statusTexts);

/** Compares statuses by how much attention they need. */
export function byConcern(a: string, b: string): number {
  const [x, y] = [order.indexOf(a), order.indexOf(b)];
  return (x < 0 ? order.length : x) - (y < 0 ? order.length : y);
}
