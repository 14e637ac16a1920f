import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from '../../../src/media/decode/turns.ts';

test('one task runs at a time; a waiting one lets others run, and continues before any that has not begun', async () => {
  const turns = createTurns(() => {});
  const seen: string[] = [];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waits = turns.run(async () => {
    seen.push('a begins');
    await turns.without(gate);
    seen.push('a goes on');
  });
  const works = turns.run(async () => {
    seen.push('b begins');
    open();
    await sleep(5);
    seen.push('b ends');
  });
  const last = turns.run(async () => void seen.push('c begins'));
  await Promise.all([waits, works, last]);
  expect(seen).toEqual(['a begins', 'b begins', 'b ends', 'a goes on', 'c begins']);
});

test('only the task whose turn it is runs, however many wait and fail', async () => {
  const turns = createTurns(() => {});
  let working = 0;
  let most = 0;
  const step = async (): Promise<void> => {
    most = Math.max(most, ++working);
    await sleep(0);
    working--;
  };
  const tasks = Array.from({ length: 40 }, (_, at) =>
    turns.run(async () => {
      await step();
      await turns.without(at % 5 === 0 ? Promise.reject(new Error(String(at))) : sleep(at % 3)).catch(() => {});
      await step();
      if (at % 7 === 0) throw new Error(String(at));
    }),
  );
  const ends = await Promise.allSettled(tasks);
  expect(most).toBe(1);
  expect(ends.filter(({ status }) => status === 'rejected').length).toBe(6);
  expect(turns.idle).toBe(true);
});

test('an idle state is reported, also if all tasks wait', async () => {
  let idle = 0;
  const turns = createTurns(() => void idle++);
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = turns.run(() => turns.without(gate));
  await sleep(0);
  expect([idle, turns.idle]).toEqual([1, true]);
  open();
  await waiting;
  expect([idle, turns.idle]).toEqual([2, true]);
});
