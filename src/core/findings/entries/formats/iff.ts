import type { FindingEntry } from '../types.ts';

/** Codes F470 to F475: Amiga IFF audio. */
export const iffFindings = {
  F470: {
    severity: 'error',
    title: 'channels are missing',
    meaning:
      'The channels are stored one after the other, and the file ends before the last of them begins. The access copy has only the channels that are there.',
    next: 'Look for a complete copy of the file. The original is kept.',
  },
  F471: {
    severity: 'note',
    title: 'one of several octaves is played',
    meaning:
      'The audio is stored several times, as for musical instruments: each time an octave lower with twice as many samples. The access copy has the first octave, to which the stated rate applies.',
    next: 'Nothing for recorded speech, which has one octave. The original is kept whole.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
