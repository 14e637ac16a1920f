import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes N100 to N109: notes and tags of reviewers. */
export const notesFindings = {
  N100: error(
    'the text of a note or tag cannot be taken',
    'It is empty, longer than 2,000 characters (a tag: 60), or has control characters; a tag is one line without commas. Nothing was entered.',
    'Shorten it, or put what is longer into a document and name that.',
  ),
  N101: error(
    'no such part of the recording',
    'A note or tag is about a part that begins behind its end or behind the end of the sound, or has one end only. Nothing was entered.',
    'Give both ends, e.g. `--from 1:02 --to 1:30`; `longplay show` says how long the sound is.',
  ),
  N102: error(
    'no such note or tag',
    'No note or tag of the archive has the id, several ids begin with what was given, or it was withdrawn before. Nothing was entered.',
    'See them with `longplay note list ARCHIVE` or `longplay tag list ARCHIVE`.',
  ),
  N103: error(
    'a note or tag was not entered',
    'Notes and tags are entries of the log of the archive, and it cannot be written: the archive may only be read, the key is on another machine, another run holds the log, or the disk refuses.',
    'Remove the cause, or do it on the machine that has the key of the archive; then do it again.',
  ),
  N104: error(
    'too many notes',
    'The recording has 500 notes and tags, withdrawn ones included. More are not taken.',
    'Put what is to be said into one note, or into a case.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
