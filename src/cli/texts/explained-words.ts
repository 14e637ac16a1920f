import type { VerdictKind } from '../../core/model/verdict.ts';
import { entryTypes } from '../../log/entries/entry-types.ts';
import type { EntryMeaning } from '../../log/entries/types/meaning.ts';
import { statusTexts } from '../../report/calls/status-words.ts';

/** A word of the output, with its meaning and the next step. */
export interface ExplainedWord {
  readonly meaning: string;
  readonly next: string;
}

/** Verdicts of a verification. */
export const verdictWords: Readonly<Record<VerdictKind, ExplainedWord>> = {
  ok: { meaning: 'everything that was checked is as recorded', next: 'nothing' },
  missing: {
    meaning: 'a file or bag that the log or a manifest names is missing',
    next: 'restore it from another copy: `longplay replica repair`',
  },
  corrupt: { meaning: 'a file has bytes that differ from the recorded ones', next: 'restore it from another copy: `longplay replica repair`' },
  swapped: {
    meaning: 'a file or bag is intact, but is not the one that the log or a manifest names',
    next: 'find out who replaced it, and restore the right one from another copy',
  },
  'rolled-back': {
    meaning: 'the log or a bag is an older state than one that was seen before',
    next: 'restore the newer state from another copy, and find out who put the older one there',
  },
  unexpected: {
    meaning: 'a file or bag that neither the log nor a manifest names',
    next: 'find out where it comes from; move it out of the archive',
  },
  unplayable: {
    meaning: 'the bytes are as recorded, but the audio does not decode to the recorded samples',
    next: 'compare with the original: `longplay show`; after a change of a decoder see `longplay doctor --canaries`',
  },
  unstable: {
    meaning: 'reading a file twice gave different bytes, or it changed meanwhile',
    next: 'check memory, cable and disk; then verify again',
  },
  unreachable: {
    meaning: 'the system cannot read the file or folder; nothing is known about its bytes',
    next: 'mount the disk or correct rights and path, then verify again',
  },
  unverifiable: {
    meaning: 'there is nothing to compare it with, or a program or key that is needed is missing',
    next: 'the message names what is missing',
  },
};

/** Exit codes; docs/reference/exit-codes.md contains the same rows. */
export const exitCodeWords: Readonly<Record<string, ExplainedWord>> = {
  0: {
    meaning: 'everything requested was done and verified',
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
    next: 'each is listed with its reason; fix it and run again',
  },
  4: {
    meaning: 'integrity: something in the archive is missing, altered or does not play',
    next: 'each is listed by path and verdict; restore the named files from another copy',
  },
  5: {
    meaning: 'could not be completed now: no space, unreachable store, locked, missing program',
    next: 'remove the cause, run the same command again',
  },
  '130, 143': {
    meaning: 'interrupted (130: SIGINT; 143: SIGTERM, or SIGHUP when the terminal closes) after a clean stop',
    next: 'run the same command again to continue',
  },
};

/** Describes the erasable details of a log entry, as in docs/reference/log-entries.md. */
export function besideEntry({ beside }: EntryMeaning): string {
  return beside === null ? 'who' : `who; ${beside}`;
}

/** Types of log entries. */
const entryWords: Readonly<Record<string, ExplainedWord>> = Object.fromEntries(
  Object.entries(entryTypes).map(([type, entry]) => [
    type,
    {
      meaning: [
        `${plain(entry.text)}. In its details, which can be erased: ${besideEntry(entry)}`,
        ...Object.entries(entry.members).map(([names, meaning]) => `  ${names}: ${plain(meaning)}`),
      ].join('\n'),
      next: '`longplay log list ARCHIVE` shows the entries',
    },
  ]),
);

/** Removes Markdown links. */
function plain(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}

/** A word as the output spells it, with its kind. */
export type CalledWord = ExplainedWord & { readonly word: string; readonly kind: string };

/** Returns the words of the output, by their spelling. */
export function allWords(): ReadonlyMap<string, readonly CalledWord[]> {
  const all = new Map<string, CalledWord[]>();
  // Several codes with one meaning can each be looked up.
  for (const [kind, words] of [
    ['status', statusTexts],
    ['verdict', verdictWords],
    ['exit code', exitCodeWords],
    ['entry of the log', entryWords],
  ] as const)
    for (const [name, { meaning, next }] of Object.entries(words))
      for (const word of name.split(', ')) all.set(word, [...(all.get(word) ?? []), { word, kind, meaning, next }]);
  return all;
}
