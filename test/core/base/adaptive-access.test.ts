import { expect, test } from 'vitest';
import { createAdaptiveAccess } from '../../../src/core/base/adaptive-access.ts';

/** Makes `times` requests of `files` files each, whose answer takes the milliseconds that `tookMs` states. @returns `n` for each synchronous access, `l` for each asynchronous one */
async function asked(times: number, files: number, tookMs: (time: number) => number): Promise<string> {
  let ms = 0;
  let ways = '';
  const patience = createAdaptiveAccess(() => ms);
  for (let time = 0; time < times; time++) {
    const answer = await patience.ask(
      files,
      () => {
        ms += tookMs(time);
        return 'n';
      },
      async () => 'l',
    );
    ways += answer;
  }
  return ways;
}

test('a fast disk is accessed synchronously', async () => {
  expect(await asked(20, 1, () => 0.01)).toBe('n'.repeat(20));
  // Equally fast for each of its files.
  expect(await asked(5, 100, () => 4)).toBe('nnnnn');
});

test('a slow one is tried synchronously less and less often, and again at once when it has become fast', async () => {
  expect(await asked(20, 1, () => 1)).toBe('nlnllnllllnllllllll' + 'n');
  expect(await asked(12, 1, (time) => (time < 3 ? 1 : 0.01))).toBe('nlnllnnnnnnn');
});

test('an error is passed on, and its time counts', async () => {
  let ms = 0;
  const patience = createAdaptiveAccess(() => ms);
  const refuse = (): never => {
    ms += 1;
    throw new Error('gone');
  };
  await expect(patience.ask(1, refuse, async () => 'later')).rejects.toThrow('gone');
  expect(
    await patience.ask(
      1,
      () => 'now',
      async () => 'later',
    ),
  ).toBe('later');
});

test('other work gets its turn during any number of synchronous accesses', async () => {
  let ms = 0;
  let turns = 0;
  const patience = createAdaptiveAccess(() => ms);
  const turn = (): void => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const ask = (): void => {
    ms += 0.02;
  };
  for (let time = 0; time < 2_000; time++) await patience.ask(1, ask, async () => undefined);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(3);
});

test('a request without files does not count as a slow disk', async () => {
  let ms = 0;
  const patience = createAdaptiveAccess(() => (ms += 1));
  const ways = async (files: number): Promise<string> =>
    await patience.ask(
      files,
      () => 'now',
      async () => 'later',
    );
  expect([await ways(0), await ways(100), await ways(0), await ways(100)]).toEqual(['now', 'now', 'now', 'now']);
});
