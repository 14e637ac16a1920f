import type { FindingEntry } from './types.ts';

/** Codes F220 to F239: formats of open containers. */
export const boxesFindings: Readonly<Record<string, FindingEntry>> = {
  F220: {
    severity: 'note',
    title: 'the stated count of samples contradicts the sound',
    meaning: 'The header counts other samples than the bytes of sound hold, and none of the known ways to count explains it.',
    next: 'Nothing: the bytes decide. Compare the duration with the metadata where every second counts.',
  },
};
