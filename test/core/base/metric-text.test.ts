import { expect, test } from 'vitest';
import { counter, createHistogram, gauge, metricsText } from '../../../src/core/base/metric-text.ts';

test('a family has its help and type before its samples, and one without samples is omitted', () => {
  const text = metricsText([
    gauge('a', 'One \\ two\nthree "four".', [{ labels: { x: 'a"b\\c\nd', y: '' }, value: 1.5 }]),
    counter('b_total', 'None.', []),
    counter('c_total', 'Some.', [{ labels: {}, value: 12 }]),
  ]);
  expect(text).toBe(
    [
      '# HELP a One \\\\ two\\nthree "four".',
      '# TYPE a gauge',
      'a{x="a\\"b\\\\c\\nd",y=""} 1.5',
      '# HELP c_total Some.',
      '# TYPE c_total counter',
      'c_total 12',
      '',
    ].join('\n'),
  );
});

test('values that are not numbers are written as the format requires', () => {
  const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e21, -0.5];
  const text = metricsText([
    gauge(
      'a',
      'a',
      values.map((value, at) => ({ labels: { at: `${at}` }, value })),
    ),
  ]);
  expect([...text.matchAll(/\} (\S+)/g)].map(([, value]) => value)).toEqual(['+Inf', '-Inf', 'NaN', '1e+21', '-0.5']);
});

test('each bucket of a histogram counts all values up to its bound, and the last one counts all', () => {
  const histogram = createHistogram([1, 2.5]);
  for (const value of [0, 1, 1.5, 2.5, 100]) histogram.observe(value);
  expect(
    metricsText([{ name: 'h', type: 'histogram', help: 'h', samples: histogram.samples({ g: 'x' }) }])
      .split('\n')
      .slice(2),
  ).toEqual(['h_bucket{g="x",le="1"} 2', 'h_bucket{g="x",le="2.5"} 4', 'h_bucket{g="x",le="+Inf"} 5', 'h_sum{g="x"} 105', 'h_count{g="x"} 5', '']);
});
