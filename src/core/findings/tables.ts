import type { FindingEntry } from './types.ts';

/** Codes T100 to T199: tables. */
export const tablesFindings: Readonly<Record<string, FindingEntry>> = {};
