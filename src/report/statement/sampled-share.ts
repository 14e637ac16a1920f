import { badCountBoundOfDraws } from '../../log/history/confidence.ts';
import type { BadBound, RandomSample, SampledShare } from './statement.ts';

/**
 * Returns what random samples show. The bound over their population is exact and valid for any distribution of faults, because every recording had the same
 * chance. Recordings that no sample could draw because they came later, and recordings damaged since, count as bad.
 * @param recordings current number of recordings with audio
 */
export function sampledShare(sample: RandomSample | null, recordings: number, confidences: readonly number[]): SampledShare | null {
  if (sample === null) return null;
  const { draws, population, unended, oldestAgeMs, inDamagedBags } = sample;
  const sum = (member: 'drawn' | 'failed' | 'untried'): number => draws.reduce((total, draw) => total + draw[member], 0);
  const outside = Math.min(recordings, Math.max(0, recordings - population) + (inDamagedBags ?? recordings));
  const found = draws.map(({ drawn, failed, untried }) => ({ drawn, failed: failed + untried }));
  const bounds = confidences.map((confidence): BadBound => {
    const bad = Math.min(recordings, badCountBoundOfDraws(population, found, confidence) + outside);
    return { confidence, bad, badShare: recordings === 0 ? 0 : bad / recordings };
  });
  return {
    draws: draws.length,
    drawn: sum('drawn'),
    failed: sum('failed'),
    untried: sum('untried'),
    population,
    outside,
    unended,
    oldestAgeMs,
    bounds,
  };
}
