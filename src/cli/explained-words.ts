import type { ReconciliationStatus } from '../core/recording.ts';
import type { VerdictKind } from '../core/verdict.ts';

/** A word of the output, and what to do about it. */
export interface ExplainedWord {
  readonly meaning: string;
  readonly next: string;
}

/** Statuses, as docs/reconciliation.md has them. */
export const statusWords: Readonly<Record<ReconciliationStatus, ExplainedWord>> = {
  matched: {
    meaning: 'rows and audio found each other by a key, a path or a name',
    next: 'nothing',
  },
  'matched-by-window': {
    meaning: 'by time and number alone, within the seconds that the rule names, and nothing else fits',
    next: 'listen to a few of them',
  },
  'row-without-audio': {
    meaning: 'a row says that there was a call, and no file belongs to it',
    next: 'look for the file at the recorder while it runs; import again',
  },
  'audio-without-row': {
    meaning: 'a file that no row names; what its own name tells is kept',
    next: 'look for a newer export of the metadata',
  },
  'duplicate-row': {
    meaning: 'the same row, or one of the same content, stands there already',
    next: 'nothing; an export that overlaps another has many',
  },
  'duplicate-audio': {
    meaning: 'a file of the same name and the same bytes as another one, in another folder',
    next: 'nothing; it is kept',
  },
  'shared-audio': {
    meaning: 'several rows, one file, as in a conference',
    next: 'nothing',
  },
  'split-audio': {
    meaning: 'one row, several files, as after a hold or a transfer',
    next: 'nothing',
  },
  ambiguous: {
    meaning: 'several files fit the row, or several rows the file; all are kept, joined by nobody',
    next: 'decide by ear; the finding names the candidates',
  },
  'deleted-at-source': {
    meaning: 'the recorder says that it deleted the audio',
    next: 'nothing, where its retention says so; it is not missing',
  },
  'not-recorded-by-design': {
    meaning: 'the recorder says that it was not to record this call',
    next: 'nothing',
  },
  'zero-audio': {
    meaning: 'an empty file, a header without sound, or coded bytes that decode to 0 samples; importers say it, too, by the size of the file',
    next: 'usually calls that were not answered',
  },
  'parse-error': {
    meaning: 'a row or sidecar that could not be read; what could be is kept',
    next: 'mend the export, or export again',
  },
  'audio-length-differs': {
    meaning: 'the join is sure, and the audio is longer or shorter than the recorder says',
    next: 'listen to it: a cut file, several calls in one, a wrong rate, or another call',
  },
  'unreadable-audio': {
    meaning: 'a file that could not be read, that no format knows, that nobody here decodes, or that is damaged so that nothing of it sounds',
    next: 'the reason names which; `longplay explain` of its finding tells more. The original is kept, unless the source itself could not be read: then exit 3 says so, and a later import takes it up',
  },
  'encrypted-no-key': {
    meaning: 'the sound is encrypted and no key was available',
    next: 'find the password or key while the recorder runs, and import into a new archive with `--password-file`; the original is kept as it is',
  },
};

/** Verdicts of a verification. */
export const verdictWords: Readonly<Record<VerdictKind, ExplainedWord>> = {
  ok: { meaning: 'everything that was looked at is as it was recorded', next: 'nothing' },
  missing: {
    meaning: 'a file or bag that the log or a manifest names is not there',
    next: 'bring it back from another copy: `longplay replica repair`',
  },
  corrupt: { meaning: 'a file has other bytes than were recorded', next: 'bring it back from another copy: `longplay replica repair`' },
  swapped: {
    meaning: 'a file or bag is whole and is another one than the log or a manifest names',
    next: 'find out who exchanged it, and bring the right one back from another copy',
  },
  'rolled-back': {
    meaning: 'the log or a bag is an older state than one that was seen before',
    next: 'bring the newer state back from another copy, and find out who put the older one there',
  },
  unexpected: { meaning: 'a file or bag that nothing names', next: 'find out where it comes from; move it out of the archive' },
  unplayable: {
    meaning: 'the bytes are as recorded, and the audio does not decode to what was recorded',
    next: 'compare with the original: `longplay show`; after a change of a decoder see `longplay doctor --canaries`',
  },
  unstable: {
    meaning: 'reading a file twice gave different bytes, or it changed meanwhile',
    next: 'check memory, cable and disk; then verify again',
  },
  unreachable: {
    meaning: 'the system does not give the file or folder; of its bytes nothing can be said',
    next: 'mount the disk or mend rights and path, then verify again',
  },
  unverifiable: {
    meaning: 'there is nothing to compare it with, or a program or key that is needed is missing',
    next: 'the message names what is missing',
  },
};

/** Exit codes, as docs/exit-codes.md has them. */
export const exitCodeWords: Readonly<Record<string, ExplainedWord>> = {
  0: {
    meaning: 'everything that was asked for was done, and it is well',
    next: 'nothing',
  },
  1: {
    meaning: 'unexpected failure: a bug',
    next: 'report it with the printed stack',
  },
  2: {
    meaning: 'usage or configuration: nothing was done',
    next: 'read the message; it names what exists and the nearest match',
  },
  3: {
    meaning: 'done, but not for everything: some inputs were not imported, converted or identified',
    next: 'each is listed with its reason; mend it and run again',
  },
  4: {
    meaning: 'integrity: something in the archive is missing, altered or does not play',
    next: 'each is listed by path and verdict; bring the named files back from another copy',
  },
  5: {
    meaning: 'could not be completed now: no space, unreachable store, locked, missing program',
    next: 'mend the cause, run the same command again',
  },
  '130, 143': {
    meaning: 'interrupted (130: SIGINT; 143: SIGTERM, or SIGHUP when the terminal closes) after a clean stop',
    next: 'run the same command again to go on',
  },
};
