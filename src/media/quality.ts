import type { AccessOptions } from './types.ts';

/** Grades of an Opus copy, with measurements: docs/quality.md. */
export const qualities = {
  small: { bitratePerChannel: 16_000, complexity: 4 },
  standard: { bitratePerChannel: 32_000, complexity: 4 },
  high: { bitratePerChannel: 64_000, complexity: 4 },
} as const satisfies Readonly<Record<string, Pick<AccessOptions, 'bitratePerChannel' | 'complexity'>>>;

/** One of them. */
export type Quality = keyof typeof qualities;
