import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const importersFindings: Readonly<Record<string, FindingEntry>> = {};
