import type { FindingEntry } from './types.ts';

/** Codes P100 to P199: pipeline. */
export const pipelineFindings: Readonly<Record<string, FindingEntry>> = {};
