import type { FindingEntry } from './types.ts';

/** Codes U100 to U199: what was asked for cannot be asked so. */
export const usageFindings: Readonly<Record<string, FindingEntry>> = {
  U104: {
    severity: 'error',
    title: 'an option is out of its range',
    meaning: 'A number was given that the option does not take.',
    next: 'Give a whole number in the range that the message names.',
  },
};
