import { describe, expect, test } from 'vitest';
import { withResult, withResultAtOnce } from '../../../src/core/base/with-result.ts';

describe('a generator whose result is kept', () => {
  const made = () => {
    const open = { file: true };
    const work = (async function* () {
      try {
        yield 1;
        yield 2;
        return 'done';
      } finally {
        open.file = false;
      }
    })();
    return { open, kept: withResult(work) };
  };

  test('yields its items, and then has its result', async () => {
    const { kept, open } = made();
    expect(() => kept.result()).toThrow('has not ended');
    const items: number[] = [];
    for await (const item of kept) items.push(item);
    expect([items, kept.result(), open.file]).toEqual([[1, 2], 'done', false]);
  });

  test.each(['break', 'throw', 'return of the consumer'])('closes its files on %s', async (end) => {
    const { kept, open } = made();
    const consumer = (async function* () {
      for await (const item of kept) {
        if (end === 'break') break;
        if (end === 'throw') throw new Error('stop');
        yield item;
      }
    })();
    const first = consumer.next();
    await (end === 'throw' ? expect(first).rejects.toThrow('stop') : first);
    if (end === 'return of the consumer') await consumer.return(undefined);
    expect(open.file).toBe(false);
    expect(() => kept.result()).toThrow('has not ended');
  });

  test('passes on what it throws', async () => {
    const kept = withResult(
      // biome-ignore lint/correctness/useYield: it fails before its first item
      (async function* (): AsyncGenerator<number, string> {
        throw new Error('unreadable');
      })(),
    );
    const all = async () => {
      for await (const item of kept) expect(item).toBe(undefined);
    };
    await expect(all()).rejects.toThrow('unreadable');
  });
});

describe('a synchronous generator whose result is kept', () => {
  const made = () => {
    const open = { file: true };
    const work = (function* () {
      try {
        yield 1;
        yield 2;
        return 'done';
      } finally {
        open.file = false;
      }
    })();
    return { open, kept: withResultAtOnce(work) };
  };

  test('yields its items, and then has its result', () => {
    const { kept, open } = made();
    expect([[...kept], kept.result(), open.file]).toEqual([[1, 2], 'done', false]);
  });

  test('closes its files when the loop ends early', () => {
    const { kept, open } = made();
    for (const item of kept) if (item === 1) break;
    expect(open.file).toBe(false);
    expect(() => kept.result()).toThrow('has not ended');
  });
});
