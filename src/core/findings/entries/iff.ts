import type { FindingEntry } from './types.ts';

/** Codes F470 to F475: Amiga IFF sound. */
export const iffFindings = {
  F470: {
    severity: 'error',
    title: 'channels are missing',
    meaning: 'The channels lie one after the other, and the file ends before the last of them begins. The copy has only those that are there.',
    next: 'Look for a complete copy of the file. The original is kept.',
  },
  F471: {
    severity: 'note',
    title: 'one of several octaves is taken',
    meaning:
      'The sound is stored several times, each time an octave lower with twice as many samples, as instruments are. The copy has the first, which the stated rate belongs to.',
    next: 'Nothing for recorded speech, which has one octave. The original is kept whole.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
