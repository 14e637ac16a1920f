import type { AccessOptions } from './types.ts';

/** Quality settings of an Opus copy. Measurements: docs/explanation/quality.md. Twice the bandwidth takes twice the bits. */
export const qualities = {
  small: { bitratePerChannel: 16_000, wideBitratePerChannel: 32_000, complexity: 4 },
  standard: { bitratePerChannel: 32_000, wideBitratePerChannel: 64_000, complexity: 4 },
  high: { bitratePerChannel: 64_000, wideBitratePerChannel: 128_000, complexity: 4 },
} as const satisfies Readonly<Record<string, Pick<AccessOptions, 'bitratePerChannel' | 'wideBitratePerChannel' | 'complexity'>>>;

/** Rate from which audio counts as wideband: the rate of G.722, the next one above narrowband telephony. */
export const wideRateHz = 16_000;

/** Formats bitrates: `32,000 bit/s per channel, 64,000 from 16 kHz on`. */
export function bitrates(
  { bitratePerChannel, wideBitratePerChannel }: Omit<AccessOptions, 'complexity' | 'format'>,
  count: (number: number) => string,
): string {
  const wide = wideBitratePerChannel === undefined ? '' : `, ${count(wideBitratePerChannel)} from ${wideRateHz / 1_000} kHz on`;
  return `${count(bitratePerChannel)} bit/s per channel${wide}`;
}

/** Returns the settings for a source of this rate. They no longer distinguish rates. */
export function settingsFor({ wideBitratePerChannel, ...access }: AccessOptions, sampleRateHz: number): AccessOptions {
  return sampleRateHz >= wideRateHz && wideBitratePerChannel !== undefined ? { ...access, bitratePerChannel: wideBitratePerChannel } : access;
}

/** Name of a quality. */
export type Quality = keyof typeof qualities;
