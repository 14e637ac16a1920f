import type { LogClock, Moment } from '../../log/history/log-clock.ts';
import { type LoggedStep, numberOf, textOf } from '../../log/history/logged-step.ts';
import { isoOf } from '../calls/iso-time.ts';
import type { EndedDraw, RandomSample } from './statement.ts';

/** Follows random samples in the log. */
export interface SampleAccount {
  take(step: LoggedStep, moment: Moment): void;
  /** Returns what the samples show. @param inDamagedBags number of recordings in bags that are known to be damaged now; null: unknown */
  sample(inDamagedBags: number | null): RandomSample | null;
  moments(): Moment[];
}

/** Samples older than this say little about today. */
const countsMs = 365 * 24 * 3_600_000;
/** Largest number of draws in memory: more than one per day for a year. */
const mostDraws = 400;

interface Draw {
  readonly moment: Moment;
  readonly population: number;
  readonly populationSha256: string;
  readonly draw: Omit<EndedDraw, 'time'>;
}

/** Creates an empty account. */
export function createSampleAccount(clock: Pick<LogClock, 'timeOf' | 'ageOf'>): SampleAccount {
  const begun = new Map<string, Moment>();
  const drawn = new Map<string, LoggedStep>();
  let ended: Draw[] = [];
  return {
    take: (step, moment) => {
      const { type, detail } = step;
      const run = textOf(detail.run);
      if (type === 'verification-started' && numberOf(detail.sample) > 0) begun.set(run, moment);
      if (type === 'sample-drawn' && begun.has(run)) drawn.set(run, step);
      if (type !== 'sample-decoded') return;
      const from = drawn.get(run);
      drawn.delete(run);
      const found = from === undefined ? null : endedDraw(from, detail);
      if (found === null) return;
      begun.delete(run);
      const last = ended.at(-1);
      // The population changed: earlier draws say nothing about it.
      if (last !== undefined && last.populationSha256 !== found.populationSha256) ended = [];
      ended.push({ ...found, moment });
      if (ended.length > mostDraws) ended.shift();
      for (const name of [...begun.keys()].slice(0, -mostDraws)) begun.delete(name);
    },
    sample: (inDamagedBags) => {
      const counts = (moment: Moment): boolean => clock.timeOf(moment) !== null && clock.ageOf(moment) <= countsMs;
      const pool = ended.filter(({ moment }) => counts(moment));
      const [first] = pool;
      if (first === undefined) return null;
      return {
        population: first.population,
        populationSha256: first.populationSha256,
        draws: pool.map(({ draw, moment }) => ({ ...draw, time: isoOf(clock.timeOf(moment)) })),
        unended: [...begun.values()].filter(counts).length,
        inDamagedBags,
        oldestAgeMs: pool.reduce((most, { moment }) => Math.max(most, clock.ageOf(moment)), 0),
      };
    },
    moments: () => [...ended.map(({ moment }) => moment), ...begun.values()],
  };
}

/** Returns a finished draw from its two entries. Null if the entries do not match: such a draw did not finish. */
function endedDraw({ seq, detail: from }: LoggedStep, to: LoggedStep['detail']): Omit<Draw, 'moment'> | null {
  const [population, drawn] = [numberOf(from.population), numberOf(from.drawn)];
  const [failed, untried, otherwise] = [numberOf(to.failed), numberOf(to.untried), numberOf(to.otherwise)];
  const isWhole = numberOf(to.drawn) === drawn && numberOf(to.played) + failed + untried === drawn && drawn > 0 && drawn <= population;
  if (!isWhole) return null;
  const { size, root, seed, play } = from;
  return {
    population,
    populationSha256: textOf(from.populationSha256),
    draw: { seq, size: numberOf(size), root: textOf(root), seed: textOf(seed), play: textOf(play), drawn, failed, untried, otherwise },
  };
}
