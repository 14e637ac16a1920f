import type { Samples } from '../core/model/format.ts';
import { createNoiseRuns, type NoiseRun } from './damage/noise.ts';
import { createSeconds, type Second } from './measure/seconds.ts';

/**
 * Judges whether decoded samples can be audio from a telephone line, because a decoder with the wrong input rarely fails but produces noise. The limits follow
 * from the measurements in docs/explanation/plausibility.md.
 */
export interface Plausibility {
  /** Adds whole interleaved frames. They are not kept. */
  push(samples: Samples): void;
  /** Returns the evidence that the samples cannot be audio from a line, in words with numbers, channel by channel; empty if there is none. */
  finish(): readonly string[];
  /** Sections of noise, whether or not they are most of the audio. Known after `finish`. */
  readonly noise: readonly NoiseRun[];
}

/** −50 dBFS: a quieter second is background and is not judged. */
const loudPower = 1e-5;
/** −35 dBFS: softer noise may be comfort noise. */
const noisePower = 10 ** -3.5;
/** Largest number of noise sections that are kept. */
const mostNoise = 20;
/** Fewest loud seconds that are judged; fewer are a click or a word. */
const fewestSeconds = 2;

/** Signs that a second is not from a line and, for each, the permitted share of loud seconds that have it. Lines hum, even in pauses. */
const signs = [
  { words: 'like white noise', share: 0.5, shows: (second: Second) => second.unpredictable > 0.65 && second.predictedPower > noisePower },
  { words: 'almost only energy below 80 Hz', share: 0.75, shows: (second: Second) => second.lowShare > 0.8 },
  { words: 'largely at full scale', share: 0.5, shows: (second: Second) => second.clippedShare > 0.2 },
] as const;

/** Creates a judge that works second by second, so that a fax of ten seconds does not make an hour of speech doubtful. */
export function createPlausibility(sampleRateHz: number, channels: number, sampleFormat: 's16le' | 'f32le'): Plausibility {
  const states = Array.from({ length: channels }, () => ({ loud: 0, counts: signs.map(() => 0) }));
  const runs = createNoiseRuns(channels, mostNoise);
  let noise: readonly NoiseRun[] = [];
  const seconds = createSeconds(sampleRateHz, channels, sampleFormat, (channel, second) => {
    runs.second(channel, second);
    const state = states[channel];
    if (state === undefined || second.power < loudPower) return;
    state.loud++;
    for (const [index, { shows }] of signs.entries()) if (shows(second)) state.counts[index] = (state.counts[index] ?? 0) + 1;
  });
  return {
    push: (samples) => seconds.push(samples),
    get noise() {
      return noise;
    },
    finish() {
      seconds.finish();
      noise = runs.finish();
      return states.flatMap(({ loud, counts }, channel) => {
        if (loud < fewestSeconds) return [];
        const where = channels === 1 ? '' : ` on channel ${channel + 1}`;
        return signs.flatMap(({ words, share }, index) => {
          const count = counts[index] ?? 0;
          return count > share * loud ? [`${count} of ${loud} loud seconds${where} are ${words}`] : [];
        });
      });
    },
  };
}
