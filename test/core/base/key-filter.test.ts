import { expect, test } from 'vitest';
import { createKeyFilter } from '../../../src/core/base/key-filter.ts';

test('a filter never rejects an added key, and rejects most others', () => {
  const filter = createKeyFilter();
  const keys = Array.from({ length: 100_000 }, (_, at) => `name 2024/05/02/${at} Åsa ${at % 7}.wav`);
  for (const key of keys) filter.add(key);
  expect(keys.filter((key) => !filter.mayHave(key))).toEqual([]);
  const others = keys.map((key) => key.replace('name', 'stem'));
  expect(others.filter((key) => filter.mayHave(key)).length).toBeLessThan(0.03 * others.length);
});
