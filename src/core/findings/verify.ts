import type { FindingEntry } from './types.ts';

/** Codes V100 to V199: verify. */
export const verifyFindings: Readonly<Record<string, FindingEntry>> = {};
