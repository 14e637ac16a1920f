import { describe, expect, test } from 'vitest';
import { ticking } from '../../../src/core/base/progress-ticks.ts';

describe('ticks between events', () => {
  test('come while the next event is awaited, and delay no event', async () => {
    let go = (): void => {};
    const waits = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* work(): AsyncGenerator<string, string> {
      yield 'first';
      await waits;
      yield 'second';
      return 'end';
    }
    const events = ticking(work(), 1);
    expect(await events.next()).toEqual({ done: false, value: 'first' });
    expect(await events.next()).toEqual({ done: false, value: null });
    expect(await events.next()).toEqual({ done: false, value: null });
    go();
    const seen: unknown[] = [];
    for (let next = await events.next(); ; next = await events.next()) {
      if (next.value !== null) seen.push(next.value);
      if (next.done === true) break;
    }
    expect(seen).toEqual(['second', 'end']);
  });

  test('end the work when nobody reads them any more', async () => {
    let ended = false;
    async function* work(): AsyncGenerator<number> {
      try {
        for (let number = 0; ; number++) yield number;
      } finally {
        ended = true;
      }
    }
    for await (const event of ticking(work(), 1_000)) if (event === 3) break;
    expect(ended).toBe(true);
  });

  test('pass on errors of the work', async () => {
    async function* work(): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more');
    }
    const events = ticking(work(), 1_000);
    await events.next();
    await expect(events.next()).rejects.toThrow('no more');
  });
});
