import { expect, test } from 'vitest';
import { badCountBound } from '../../../src/log/history/confidence.ts';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import { playableShare } from '../../../src/report/statement/playable-share.ts';
import { sampledShare } from '../../../src/report/statement/sampled-share.ts';
import type { RandomSample } from '../../../src/report/statement/statement.ts';
import { randomFrom } from '../random-from.ts';

const bagOf = (at: number): string => `2025/${String(at).padStart(3, '0')}`;
const held = Array.from({ length: 20 }, (_, at) => ({ bag: bagOf(at), codecs: 'mulaw', importer: 'asterisk', year: '2019', withSound: 1_000 }));
const catalog = [{ codecs: 'mulaw', importer: 'asterisk', year: '2019', recordings: 20_000, withSound: 20_000, durationMs: 0 }];

const sampleOf = (draws: readonly (readonly [drawn: number, failed: number])[]): RandomSample => ({
  ...{ population: 20_000, populationSha256: '', unended: 0, inDamagedBags: 0, oldestAgeMs: 0 },
  draws: draws.map(([drawn, failed], at) => ({
    ...{ seq: at, time: null, size: 1, root: '', seed: '', play: 'copies', untried: 0, otherwise: 0 },
    ...{ drawn, failed },
  })),
});

test('if one bag of twenty is completely bad, both bounds hold as often as stated, where one over recordings of whole bags did not', () => {
  const random = randomFrom(2_025);
  const trials = 400;
  const covered = { recordings: 0, clusters: 0, sample: 0, samples: 0 };
  const draw = (size: number): readonly [number, number] => {
    let badLeft = 1_000;
    for (let drawn = 0; drawn < size; drawn++) if (random() * (20_000 - drawn) < badLeft) badLeft--;
    return [size, 1_000 - badLeft];
  };
  for (let trial = 0; trial < trials; trial++) {
    // Five whole bags were decoded; which of the twenty is bad is random.
    const bad = Math.floor(random() * 20);
    const strata = Array.from({ length: 5 }, (_, at) => {
      const isBad = at === bad;
      return { codec: 'mulaw', importer: 'asterisk', year: '2019', played: isBad ? 0 : 1_000, failed: isBad ? 1_000 : 0, otherwise: 0 };
    });
    const failed = bad < 5 ? 1_000 : 0;
    const playability = { played: 5_000 - failed, failed, otherwise: 0, strata, sample: null };
    const decoded = new Map(strata.map((one, at) => [bagOf(at), [one]]));
    const { bounds, boundsBy, caveat } = playableShare(playability, catalog, 20_000, { decoded, held });
    expect([boundsBy, caveat]).toEqual(['bags as clusters', expect.stringContaining('Whole bags are decoded')]);
    if ((bounds[0]?.bad ?? 0) >= 1_000) covered.clusters++;
    if (badCountBound(20_000, 5_000, failed, 0.95) >= 1_000) covered.recordings++;
    if ((sampledShare(sampleOf([draw(100)]), 20_000, [0.95])?.bounds[0]?.bad ?? 0) >= 1_000) covered.sample++;
    if (trial < 100 && (sampledShare(sampleOf([draw(40), draw(40), draw(20)]), 20_000, [0.95])?.bounds[0]?.bad ?? 0) >= 1_000) covered.samples++;
  }
  expect(covered.recordings / trials).toBeLessThan(0.3);
  expect(covered.clusters / trials).toBeGreaterThanOrEqual(0.95);
  expect(covered.sample / trials).toBeGreaterThanOrEqual(0.95);
  expect(covered.samples / 100).toBeGreaterThanOrEqual(0.95);
});

test('recordings that no draw could have drawn, and bags that were damaged since, count as bad; so do all of a bag of unknown size', () => {
  const shown = (more: Partial<RandomSample>, recordings = 20_000) => sampledShare({ ...sampleOf([[299, 0]]), ...more }, recordings, [0.95]);
  const plain = shown({})?.bounds[0]?.bad ?? 0;
  expect(plain).toBe(badCountBound(20_000, 299, 0, 0.95));
  expect(shown({ inDamagedBags: 1_000 })).toMatchObject({ outside: 1_000, bounds: [{ bad: plain + 1_000 }] });
  expect(shown({}, 20_500)).toMatchObject({ outside: 500, bounds: [{ bad: plain + 500 }] });
  expect(shown({ inDamagedBags: null })).toMatchObject({ outside: 20_000, bounds: [{ bad: 20_000 }] });
});

test('draws in the log of one population are combined, an unfinished one is counted, another population begins again, old ones do not count', () => {
  const dayMs = 86_400_000;
  const begin = Date.UTC(2026, 0);
  const steps: LoggedStep[] = [];
  const add = (day: number, type: string, detail: LoggedStep['detail']): void => {
    steps.push({ seq: steps.length + 1, time: new Date(begin + day * dayMs).toISOString(), type, detail });
  };
  const run = (day: number, population: string, ...[drawn, failed]: readonly number[]): void => {
    const id = { run: `${day}`, replica: null };
    add(day, 'verification-started', { ...id, sample: 10 });
    add(day, 'sample-drawn', {
      ...id,
      size: 1,
      root: 'r',
      seed: 's',
      play: 'copies',
      asked: 10,
      drawn: 10,
      population: 50,
      populationSha256: population,
    });
    if (drawn !== undefined && failed !== undefined)
      add(day, 'sample-decoded', { ...id, drawn, played: drawn - failed, failed, untried: 0, otherwise: 0, strata: '' });
  };
  const sampleAt = (day: number) => {
    const accounting = createLogAccount(begin + day * dayMs);
    for (const step of steps) accounting.add(step);
    return accounting.account().playability.sample;
  };
  add(0, 'bag-landed', { bag: 'b', recordings: 50 });
  run(1, 'a', 10, 1);
  run(2, 'a', 10, 0);
  run(3, 'a');
  expect(sampleAt(4)).toMatchObject({ population: 50, unended: 1, draws: [{ failed: 1 }, { failed: 0 }], oldestAgeMs: 3 * dayMs });
  expect(sampleAt(366.5)).toMatchObject({ draws: [{ failed: 0 }] });
  expect(sampleAt(500)).toBeNull();
  // An entry without all results of the draw means that the draw has not ended.
  run(5, 'a', 9, 0);
  expect(sampleAt(6)).toMatchObject({ unended: 2, draws: [{ failed: 1 }, { failed: 0 }] });
  run(7, 'b', 10, 0);
  expect(sampleAt(8)).toMatchObject({ populationSha256: 'b', draws: [{ failed: 0 }] });
  // Damage unrelated to playing excludes its bag.
  add(9, 'bag-verified', { run: 'x', replica: null, bag: 'b', verdict: 'faults', faults: 'corrupt=1', played: 'none', strata: '' });
  expect(sampleAt(10)).toMatchObject({ inDamagedBags: 50 });
});
