import type { FindingEntry } from './types.ts';

/** Codes S100 to S199: source. */
export const sourceFindings: Readonly<Record<string, FindingEntry>> = {};
