import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSample } from '../../../src/verify/play/sample.ts';

function drawn(size: number, seed: string, ids: readonly string[]): { taken: string[]; passed: number } {
  const sample = createSample<string>(size, seed);
  for (const id of ids) sample.add(id, id);
  return { taken: [...sample.taken], passed: sample.passed };
}

test('a sample is the same in any order, different with another seed, and includes all if there are no more', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 60 }), fc.integer({ min: 0, max: 70 }), fc.string(), (ids, size, seed) => {
      const { taken, passed } = drawn(size, seed, ids);
      expect(passed).toBe(ids.length);
      expect(taken).toHaveLength(Math.min(size, ids.length));
      expect(new Set(taken).size).toBe(taken.length);
      expect(drawn(size, seed, [...ids].reverse()).taken).toEqual(taken);
    }),
  );
  const many = Array.from({ length: 1_000 }, (_, index) => `id ${index}`);
  expect(drawn(10, 'a', many).taken).not.toEqual(drawn(10, 'b', many).taken);
});

test('each has the same probability', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `id ${index}`);
  const times = new Map<string, number>();
  for (let seed = 0; seed < 2_000; seed++) for (const id of drawn(10, String(seed), ids).taken) times.set(id, (times.get(id) ?? 0) + 1);
  // 400 are expected, with a deviation of 18: the limit is five of them.
  for (const id of ids) expect(Math.abs((times.get(id) ?? 0) - 400), id).toBeLessThan(90);
});
