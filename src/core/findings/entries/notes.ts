import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes N100 to N109: notes and tags of reviewers. */
export const notesFindings = {
  N100: error(
    'the text of a note or tag is not accepted',
    'The text is empty, longer than 2,000 characters (a tag: 60), or has control characters; a tag is one line without commas. Nothing was saved.',
    'Shorten it, or put the longer text into a document and refer to that.',
  ),
  N101: error(
    'no such part of the recording',
    'The part begins after its own end or after the end of the audio, or only one end was given. Nothing was saved.',
    'Give both ends, e.g. `--from 1:02 --to 1:30`; `longplay show` shows the length of the audio.',
  ),
  N102: error(
    'no such note or tag',
    'No note or tag of the archive has this id, several ids begin with it, or it was already withdrawn. Nothing was saved.',
    'List them with `longplay note list ARCHIVE` or `longplay tag list ARCHIVE`.',
  ),
  N103: error(
    'a note or tag was not saved',
    'Notes and tags are log entries, and the log of the archive cannot be written: the archive is read-only, the key is on another machine, another run has locked the log, or the disk refuses.',
    'Remove the cause, or work on the machine that has the key of the archive; then repeat the command.',
  ),
  N104: error(
    'too many notes',
    'The recording has 500 notes and tags, including withdrawn ones. No more are accepted.',
    'Combine the text in one note, or use a case.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
