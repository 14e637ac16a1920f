import type { FindingEntry } from './types.ts';

/** Codes F100 to F199: formats. */
export const formatsFindings: Readonly<Record<string, FindingEntry>> = {};
