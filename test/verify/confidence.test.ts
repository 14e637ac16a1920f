import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { badCountBound, badCountBoundOfDraws, badShareBound, neededChecks } from '../../src/log/history/confidence.ts';

describe('without a bad file', () => {
  test.each([
    [0.01, 299, 459],
    [0.001, 2_995, 4_603],
    [0.0001, 29_956, 46_050],
  ])('a share of %d takes %d checks at 95 %% and %d at 99 %%, as in published tables', (share, at95, at99) => {
    expect([neededChecks(share, 0.95), neededChecks(share, 0.99)]).toEqual([at95, at99]);
    expect(badShareBound(at95, 0, 0.95)).toBeLessThanOrEqual(share);
    expect(badShareBound(at95 - 1, 0, 0.95)).toBeGreaterThan(share);
  });

  test('one bad file in a million is only found by checking nearly all of them', () => {
    expect(badCountBound(1_000_000, 950_000, 0, 0.95)).toBe(1);
    expect(badCountBound(1_000_000, 950_001, 0, 0.95)).toBe(0);
    expect(badCountBound(1_000_000, 0, 0, 0.95)).toBe(1_000_000);
    expect(badCountBound(1_000_000, 1_000_000, 7, 0.95)).toBe(7);
  });

  test('a tie counts for the larger bound: of 20, 19 valid ones leave the last in doubt at 95 %', () => {
    expect(badCountBound(20, 19, 0, 0.95)).toBe(1);
    expect(badCountBound(20, 20, 0, 0.95)).toBe(0);
  });
});

test('if all checked files are bad nothing better can be stated', () => {
  expect([badShareBound(0, 0, 0.95), badShareBound(3, 3, 0.95)]).toEqual([1, 1]);
});

test('the bound falls with each valid file, rises with each bad one, and rises with the confidence', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 0.5, max: 0.999, noNaN: true }),
      (n, share, confidence) => {
        const failed = Math.floor(n * share);
        const bound = badShareBound(n, failed, confidence);
        expect(bound).toBeGreaterThan(failed / n);
        expect(bound).toBeLessThanOrEqual(1);
        expect(badShareBound(n + 1, failed, confidence)).toBeLessThanOrEqual(bound);
        expect(badShareBound(n, failed + 1, confidence)).toBeGreaterThanOrEqual(bound);
        expect(badShareBound(n, failed, confidence + 0.0005)).toBeGreaterThanOrEqual(bound);
      },
    ),
    { numRuns: 300 },
  );
});

/** Arbitrary-precision integers by an independent program: Python. A share is given in parts of 10^10, so that everything stays an integer. */
const judge = `
import sys, json
from fractions import Fraction
from math import comb
D = 10**10
def few(f, n, a):
    return sum(comb(n, k) * a**k * (D - a)**(n - k) for k in range(f + 1))
out = []
for q in json.load(sys.stdin):
    doubt = 1 - Fraction(q['confidence'])
    n, f = q['checked'], q['failed']
    if q['of'] == 'share':
        a, all = q['part'], D**n
        # At the part below so few are found with at least the doubt, at the part above with less.
        out.append(few(f, n, a) * doubt.denominator >= doubt.numerator * all > few(f, n, min(D, a + 1)) * doubt.denominator)
    else:
        N, best = q['all'], f
        for K in range(f, N - n + f + 1):
            if sum(comb(K, k) * comb(N - K, n - k) for k in range(f + 1)) * doubt.denominator >= doubt.numerator * comb(N, n): best = K
        out.append(best)
print(json.dumps(out))
`;
const hasPython = spawnSync('python3', ['-c', 'from math import comb']).status === 0;

function ask(questions: readonly object[]): unknown {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', judge], { input: JSON.stringify(questions), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(!hasPython)('compared with exact fractions of Python', () => {
  test('the bound of the share', () => {
    const cases = [
      [1, 0],
      [10, 0],
      [10, 3],
      [100, 1],
      [299, 0],
      [500, 17],
      [1_000, 999],
      [3_000, 1],
    ].flatMap(([checked = 0, failed = 0]) => ['0.9', '0.95', '0.99'].map((confidence) => ({ checked, failed, confidence })));
    const questions = cases.map((each) => ({
      of: 'share',
      ...each,
      part: Math.floor(badShareBound(each.checked, each.failed, Number(each.confidence)) * 1e10),
    }));
    expect(ask(questions)).toEqual(cases.map(() => true));
    // The judge is tested: a bound that is one part too low or too high is refused.
    expect(ask(questions.flatMap((each) => [-1, 1].map((parts) => ({ ...each, part: each.part + parts }))))).toEqual(
      cases.flatMap(() => [false, false]),
    );
  });

  test('the bound of the number, for every sample of small populations, and for some of larger ones', () => {
    const cases: { all: number; checked: number; failed: number; confidence: string }[] = [];
    for (const all of [1, 2, 7, 20, 41])
      for (let checked = 0; checked <= all; checked++)
        for (const failed of [0, 1, 2, 5])
          if (failed <= checked) for (const confidence of ['0.9', '0.95', '0.99']) cases.push({ all, checked, failed, confidence });
    for (const [all, checked, failed] of [
      [400, 59, 0],
      [400, 100, 3],
      [700, 299, 1],
      [700, 650, 40],
    ] as const)
      cases.push({ all, checked, failed, confidence: '0.95' });
    const ours = cases.map(({ all, checked, failed, confidence }) => badCountBound(all, checked, failed, Number(confidence)));
    expect(ours).toEqual(ask(cases.map((each) => ({ of: 'count', ...each }))));
    expect(cases.length).toBeGreaterThan(500);
  });
});

test('several draws from one population: the exact probability of their joint result, in integers', () => {
  const few = (found: number, draws: readonly number[], bad: number, all: number): boolean => {
    // The number of ways to find at most so many, over all ways; 1/20 is the doubt.
    const choose = (n: bigint, k: bigint): bigint => {
      if (k < 0n || k > n) return 0n;
      let out = 1n;
      for (let i = 0n; i < k; i++) out = (out * (n - i)) / (i + 1n);
      return out;
    };
    let sums = [1n];
    for (const drawn of draws) {
      const next = new Array<bigint>(found + 1).fill(0n);
      for (const [x, ways] of sums.entries())
        for (let y = 0; x + y <= found; y++)
          next[x + y] = (next[x + y] ?? 0n) + ways * choose(BigInt(bad), BigInt(y)) * choose(BigInt(all - bad), BigInt(drawn - y));
      sums = next;
    }
    const every = draws.reduce((product, drawn) => product * choose(BigInt(all), BigInt(drawn)), 1n);
    return sums.reduce((sum, ways) => sum + ways, 0n) * 20n >= every;
  };
  for (const [all, draws] of [
    [
      40,
      [
        [5, 0],
        [7, 1],
        [3, 0],
      ],
    ],
    [
      200,
      [
        [20, 0],
        [20, 0],
        [20, 0],
      ],
    ],
    [
      90,
      [
        [30, 2],
        [10, 3],
      ],
    ],
    [
      12,
      [
        [6, 6],
        [6, 1],
      ],
    ],
  ] as const) {
    const found = draws.reduce((sum, [, failed]) => sum + failed, 0);
    const sizes = draws.map(([drawn]) => drawn);
    const bound = badCountBoundOfDraws(
      all,
      draws.map(([drawn, failed]) => ({ drawn, failed })),
      0.95,
    );
    const most = all - Math.max(...draws.map(([drawn, failed]) => drawn - failed));
    expect([all, bound === most || !few(found, sizes, bound + 1, all)]).toEqual([all, true]);
    expect([all, bound === Math.max(...draws.map(([, failed]) => failed)) || few(found, sizes, bound, all)]).toEqual([all, true]);
  }
  // Compared with drawing with replacement, it is never less.
  const many = Array.from({ length: 12 }, () => ({ drawn: 100, failed: 9 }));
  expect(badCountBoundOfDraws(10_000, many, 0.95)).toBeGreaterThan(900);
  expect(badCountBoundOfDraws(10_000, many.slice(0, 11), 0.95)).toBeGreaterThan(900);
});
