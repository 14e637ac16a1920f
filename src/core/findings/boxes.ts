import type { FindingEntry } from './types.ts';

/** Codes F220 to F239: formats of open containers. */
export const boxesFindings: Readonly<Record<string, FindingEntry>> = {
  F220: {
    severity: 'note',
    title: 'the stated count of samples contradicts the sound',
    meaning: 'The header counts other samples than the bytes of sound hold, and none of the known ways to count explains it.',
    next: 'Nothing: the bytes decide. Compare the duration with the metadata where every second counts.',
  },
  F221: {
    severity: 'warning',
    title: 'repeated parts are played once',
    meaning: 'The file asks its player to repeat a part of the sound, as games and voice menus do. The copy has it once, as FFmpeg and sox play it.',
    next: 'Nothing for recorded calls. Times in the copy are not those of a player that repeats.',
  },
  F222: {
    severity: 'error',
    title: 'parts of sound are left out',
    meaning: 'Parts of the file have another rate, other channels or a coding without decoder: one copy cannot hold them together with the rest.',
    next: 'The original is kept and has them. Compare the duration with the metadata; play the original where the missing part matters.',
  },
  F223: {
    severity: 'warning',
    title: 'more silence than is believed',
    meaning: 'The file asks for hours of silence in a few bytes. Only a part of it is made, so the copy is shorter than the file claims.',
    next: 'Compare the duration with the metadata: where the silence is real, times in the copy are too early behind it.',
  },
};
