import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createEventChannel } from '../../../src/pipeline/events/event-channel.ts';

test('everything pushed is received in order, then the result', async () => {
  const channel = createEventChannel<number>();
  const work = (async () => {
    channel.push(1);
    await wait(1);
    channel.push(2);
    channel.push(3);
    return 'done';
  })();
  const seen: number[] = [];
  const events = channel.during(work);
  let next = await events.next();
  while (next.done !== true) {
    seen.push(next.value);
    next = await events.next();
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(next.value).toBe('done');
});

test('everything pushed before a failure is received before the failure', async () => {
  const channel = createEventChannel<number>();
  const seen: number[] = [];
  const work = (async () => {
    channel.push(1);
    await wait(1);
    channel.push(2);
    throw new Error('broken');
  })();
  await expect(async () => {
    for await (const event of channel.during(work)) seen.push(event);
  }).rejects.toThrow('broken');
  expect(seen).toEqual([1, 2]);
});
