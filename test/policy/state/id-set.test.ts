import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createIdSet } from '../../../src/policy/state/id-set.ts';

test('a set of ids gives the same answers as a set of texts, in any order of additions, with duplicates', () => {
  const ids = Array.from({ length: 3_000 }, () => randomUUID());
  const [own, known] = [createIdSet(), new Set<string>()];
  for (const [at, id] of ids.entries()) {
    if (at % 3 === 0) continue;
    own.add(id);
    known.add(id);
    if (at % 7 === 0) own.add(id);
    if (at % 1_000 === 1) expect(own.has(id)).toBe(true);
  }
  expect(own.size()).toBe(known.size);
  expect(ids.filter((id) => own.has(id) !== known.has(id))).toEqual([]);
  expect([...own.parts(700)].flat()).toEqual([...known].sort());
  own.clear();
  expect([own.size(), own.has(ids[1] ?? ''), [...own.parts(1)].length]).toEqual([0, false, 0]);
});

test('it refuses values that are not the id of a recording', () => {
  expect(() => createIdSet().add('1f0c2a9e')).toThrow(RangeError);
  expect(createIdSet().has('../..')).toBe(false);
});
