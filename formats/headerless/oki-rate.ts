import { finding } from '../../src/core/findings/finding.ts';
import type { Identification } from '../../src/core/model/format.ts';

/** Rates of Dialogic's boards (Xentec Vox Studio help). */
const okiRates = [8000, 6000];
/** Tolerance for a row's duration, which is in whole seconds and begins or ends slightly apart from the audio. */
const slackMs = 1_500;
const slackShare = 0.04;

/**
 * Chooses between 8 and 6 kHz for OKI ADPCM, which sounds plausible at both: the duration in the metadata decides if it matches only one rate.
 * @param sizeBytes size of the file
 */
export function okiRate(found: Identification, sizeBytes: number, durationMs: number | null): Identification {
  const told = found.findings.find(({ code }) => code === 'F344');
  if (durationMs === null || told === undefined) return found;
  const lengthMs = (rate: number): number => (2_000 * sizeBytes) / rate;
  const [rate, ...others] = okiRates.filter((one) => Math.abs(lengthMs(one) - durationMs) <= Math.max(slackMs, slackShare * durationMs));
  if (rate === undefined || others.length > 0) return found;
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const message = `at ${rate} Hz it lasts ${seconds(lengthMs(rate))} s, and the metadata says ${seconds(durationMs)} s: that rate is used`;
  return {
    ...found,
    basis: `${found.basis}; ${rate} Hz by the duration in the metadata`,
    tracks: found.tracks.map((track) => ({ ...track, sampleRateHz: rate })),
    findings: found.findings.map((one) => (one === told ? finding('F344', one.place, message) : one)),
  };
}
