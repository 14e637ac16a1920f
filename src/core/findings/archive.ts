import type { FindingEntry } from './types.ts';

/** Codes A100 to A199: archive. */
export const archiveFindings: Readonly<Record<string, FindingEntry>> = {};
