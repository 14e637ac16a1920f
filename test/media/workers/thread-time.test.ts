import { expect, test } from 'vitest';
import { enterThreadTime } from '../../../src/media/workers/thread-time.ts';

function thread() {
  const task = () => ({ threadMs: 0 });
  return { jobs: [] as { threadMs: number }[], waiting: [] as { threadMs: number }[], enteredTo: 0, task };
}

test('a thread’s time is attributed to the task in progress, even if others wait or are queued after it', () => {
  const one = thread();
  const [underWay, ready, waits] = [one.task(), one.task(), one.task()];
  one.jobs.push(underWay, ready);
  one.waiting.push(waits);
  enterThreadTime(one, 30);
  one.jobs.shift();
  enterThreadTime(one, 35);
  expect([underWay, ready, waits].map(({ threadMs }) => threadMs)).toEqual([30, 5, 0]);
});

test('if all of its tasks wait, they share the time, so that sixteen that wait for one process count it once', () => {
  const one = thread();
  one.waiting.push(...Array.from({ length: 16 }, one.task));
  enterThreadTime(one, 160);
  expect(one.waiting.map(({ threadMs }) => threadMs)).toEqual(Array(16).fill(10));
  // One continues, the others wait for their turn.
  const [next] = one.waiting.splice(0, 1);
  if (next !== undefined) one.jobs.push(next);
  enterThreadTime(one, 164);
  expect(next?.threadMs).toBe(14);
  expect(one.waiting.reduce((sum, { threadMs }) => sum + threadMs, 0)).toBe(150);
});

test('the time of an idle thread is attributed to no task', () => {
  const one = thread();
  enterThreadTime(one, 500);
  const task = one.task();
  one.jobs.push(task);
  enterThreadTime(one, 507);
  expect(task.threadMs).toBe(7);
});
