import type { Second } from '../measure/seconds.ts';

/** Whole seconds [start, end) of one channel that are noise, counted from the beginning. */
export interface NoiseRun {
  readonly channel: number;
  readonly start: number;
  readonly end: number;
}

/** Finds sections of white noise in decoded audio, second by second. Keeps a limited number of them. */
export interface NoiseRuns {
  second(channel: number, second: Second): void;
  finish(): readonly NoiseRun[];
}

/**
 * Share of the energy that prediction cannot explain, and power; a second that exceeds both is noise. Measured (docs/explanation/plausibility.md): a fax in
 * G.726 at 16 kbit/s has 0.68, all other signals on lines have less; comfort noise is softer than −35 dBFS.
 */
const noise = { share: 0.75, power: 10 ** -3.5 } as const;
const fewestSeconds = 2;
/**
 * Noise that is too loud for a line, as bytes of another coding produce it (random bytes in mu-law: −10 dBFS; any bytes in ADPCM: −3 dBFS). One second of it
 * suffices.
 */
const foreign = [
  { share: 0.6, power: 10 ** -1.4 },
  { share: 0.4, power: 10 ** -0.7 },
] as const;

/** Creates a finder that judges each second by its middle quarter, for which the prediction is known. */
export function createNoiseRuns(channels: number, most: number): NoiseRuns {
  const runs: NoiseRun[] = [];
  const states = Array.from({ length: channels }, () => ({ passed: 0, start: -1, loud: false }));
  const end = (channel: number): void => {
    const state = states[channel];
    if (state === undefined || state.start < 0) return;
    if ((state.loud || state.passed - state.start >= fewestSeconds) && runs.length < most)
      runs.push({ channel, start: state.start, end: state.passed });
    state.start = -1;
    state.loud = false;
  };
  return {
    second(channel, { unpredictable, predictedPower }) {
      const state = states[channel];
      if (state === undefined) return;
      const isForeign = foreign.some(({ share, power }) => unpredictable > share && predictedPower > power);
      if (isForeign || (unpredictable > noise.share && predictedPower > noise.power)) {
        if (state.start < 0) state.start = state.passed;
        state.loud ||= isForeign;
      } else end(channel);
      state.passed++;
    },
    finish() {
      for (const channel of states.keys()) end(channel);
      return runs.sort((a, b) => a.start - b.start || a.channel - b.channel);
    },
  };
}
