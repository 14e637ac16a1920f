import type { AccessOptions } from './types.ts';

/** Grades of an Opus copy, with measurements: docs/quality.md. Twice the band takes twice the bits. */
export const qualities = {
  small: { bitratePerChannel: 16_000, wideBitratePerChannel: 32_000, complexity: 4 },
  standard: { bitratePerChannel: 32_000, wideBitratePerChannel: 64_000, complexity: 4 },
  high: { bitratePerChannel: 64_000, wideBitratePerChannel: 128_000, complexity: 4 },
} as const satisfies Readonly<Record<string, Pick<AccessOptions, 'bitratePerChannel' | 'wideBitratePerChannel' | 'complexity'>>>;

/** Rate from which sound counts as wide-band: that of G.722, the next above telephony. */
export const wideRateHz = 16_000;

/** Bitrates for people: `32,000 bit/s per channel, 64,000 from 16 kHz on`. */
export function bitrates(
  { bitratePerChannel, wideBitratePerChannel }: Omit<AccessOptions, 'complexity' | 'format'>,
  count: (number: number) => string,
): string {
  const wide = wideBitratePerChannel === undefined ? '' : `, ${count(wideBitratePerChannel)} from ${wideRateHz / 1_000} kHz on`;
  return `${count(bitratePerChannel)} bit/s per channel${wide}`;
}

/** The settings for a source of this rate, which make no further difference by rates. */
export function settingsFor({ wideBitratePerChannel, ...access }: AccessOptions, sampleRateHz: number): AccessOptions {
  return sampleRateHz >= wideRateHz && wideBitratePerChannel !== undefined ? { ...access, bitratePerChannel: wideBitratePerChannel } : access;
}

/** One of them. */
export type Quality = keyof typeof qualities;
