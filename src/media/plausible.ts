import type { Samples } from '../core/model/format.ts';
import { createNoiseRuns, type NoiseRun } from './damage/noise.ts';
import { createSeconds, type Second } from './measure/seconds.ts';

/**
 * Asks of decoded samples whether they can be sound from a line at all. A decoder that is fed the wrong bytes rarely fails: it makes
 * noise. docs/plausibility.md has the measurements behind the bounds.
 */
export interface Plausibility {
  /** Whole frames, interleaved; not kept. */
  push(samples: Samples): void;
  /** What speaks against it, in words with numbers, channel by channel; empty where nothing does. */
  finish(): readonly string[];
  /** Stretches of noise, whether or not they are most of it; known after `finish`. */
  readonly noise: readonly NoiseRun[];
}

/** −50 dBFS: a quieter second is background and says nothing. */
const loudPower = 1e-5;
/** −35 dBFS: noise that is softer may be comfort noise. */
const noisePower = 10 ** -3.5;
/** Stretches of noise that are kept. */
const mostNoise = 20;
/** Fewer loud seconds are a click or a word. */
const fewestSeconds = 2;

/** What no line sounds like, second by second, and the share of the loud seconds that may: lines hum, and pauses of such lines do nothing else. */
const signs = [
  { words: 'like white noise', share: 0.5, shows: (second: Second) => second.unpredictable > 0.65 && second.predictedPower > noisePower },
  { words: 'hardly anything but energy below 80 Hz', share: 0.75, shows: (second: Second) => second.lowShare > 0.8 },
  { words: 'largely at full scale', share: 0.5, shows: (second: Second) => second.clippedShare > 0.2 },
] as const;

/** Judged second by second: a fax of ten seconds does not make an hour of speech doubtful. */
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
