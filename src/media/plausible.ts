import type { Samples } from '../core/format.ts';
import { createSeconds } from './seconds.ts';

/**
 * Asks of decoded samples whether they can be sound from a line at all. A decoder that is fed the wrong bytes rarely fails: it makes
 * noise. docs/plausibility.md has the measurements behind the bounds.
 */
export interface Plausibility {
  /** Whole frames, interleaved; not kept. */
  push(samples: Samples): void;
  /** What speaks against it, in words with numbers, channel by channel; empty where nothing does. */
  finish(): readonly string[];
}

/** −50 dBFS: a quieter second is background and says nothing. */
const loudPower = 1e-5;
/** Fewer loud seconds are a click or a word. */
const fewestSeconds = 2;

/** What no line sounds like, second by second. */
const signs = [
  { words: 'like white noise', bound: (second) => second.unpredictable > 0.65 },
  { words: 'mostly energy below 80 Hz', bound: (second) => second.lowShare > 0.5 },
  { words: 'largely at full scale', bound: (second) => second.clippedShare > 0.2 },
] as const satisfies readonly { words: string; bound: (second: Parameters<Parameters<typeof createSeconds>[3]>[1]) => boolean }[];

/** Judged second by second: a fax of ten seconds does not make an hour of speech doubtful. */
export function createPlausibility(sampleRateHz: number, channels: number, sampleFormat: 's16le' | 'f32le'): Plausibility {
  const states = Array.from({ length: channels }, () => ({ loud: 0, counts: signs.map(() => 0) }));
  const seconds = createSeconds(sampleRateHz, channels, sampleFormat, (channel, second) => {
    const state = states[channel];
    if (state === undefined || second.power < loudPower) return;
    state.loud++;
    for (const [index, { bound }] of signs.entries()) if (bound(second)) state.counts[index] = (state.counts[index] ?? 0) + 1;
  });
  return {
    push: (samples) => seconds.push(samples),
    finish() {
      seconds.finish();
      return states.flatMap(({ loud, counts }, channel) => {
        if (loud < fewestSeconds) return [];
        const where = channels === 1 ? '' : ` on channel ${channel + 1}`;
        return signs.flatMap(({ words }, index) => {
          const count = counts[index] ?? 0;
          return count * 2 > loud ? [`${count} of ${loud} loud seconds${where} are ${words}`] : [];
        });
      });
    },
  };
}
