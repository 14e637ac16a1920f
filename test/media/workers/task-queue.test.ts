import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { createTaskQueue } from '../../../src/media/workers/task-queue.ts';

const long = limits.shortTaskBytes + 1;

test('short tasks keep their order, after those that had a turn already', () => {
  const queue = createTaskQueue<[string, number]>(([, bytes]) => bytes);
  for (const name of 'abc') queue.add([name, limits.shortTaskBytes]);
  queue.again([
    ['x', 0],
    ['y', 0],
  ]);
  expect(queue.length).toBe(5);
  expect([1, 2, 3, 4, 5].map(() => queue.next()?.[0]).join('')).toBe('xyabc');
  expect([queue.next(), queue.nextShort(), queue.length]).toEqual([undefined, undefined, 0]);
});

test('of long tasks the longest comes first, of equal length the first; a busy thread gets none', () => {
  const queue = createTaskQueue<[string, number]>(([, bytes]) => bytes);
  for (const one of [
    ['a', long],
    ['b', 3 * long],
    ['s', 1],
    ['c', long],
    ['d', 3 * long],
  ] satisfies [string, number][])
    queue.add(one);
  queue.again([
    ['x', long],
    ['y', 3 * long],
  ]);
  expect(queue.nextShort()?.[0]).toBe('s');
  expect(queue.nextShort()).toBeUndefined();
  expect([1, 2, 3].map(() => queue.next()?.[0]).join('')).toBe('ybd');
  expect(queue.clear().map(([name]) => name)).toEqual(['x', 'a', 'c']);
  expect(queue.length).toBe(0);
});
