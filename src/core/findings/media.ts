import type { FindingEntry } from './types.ts';

/** Codes M100 to M199: media. */
export const mediaFindings: Readonly<Record<string, FindingEntry>> = {};
