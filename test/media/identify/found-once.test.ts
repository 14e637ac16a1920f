import { expect, test } from 'vitest';
import { createFoundOnce, foundOnce } from '../../../src/media/identify/found-once.ts';

test('the first caller searches, and all others get the same result without searching', async () => {
  const cell = createFoundOnce();
  let looked = 0;
  const found = { path: '/opt/ffmpeg', words: ['ä', ''], env: null };
  let release = (): void => undefined;
  const asked = Array.from({ length: 5 }, () =>
    foundOnce(cell, () => {
      looked++;
      return new Promise<typeof found>((resolve) => {
        release = () => resolve(found);
      });
    }),
  );
  release();
  expect(await Promise.all(asked)).toEqual([found, found, found, found, found]);
  expect(await foundOnce(cell, () => Promise.reject(new Error('looked')))).toEqual(found);
  expect(looked).toBe(1);
});

test('null is a result as well', async () => {
  const cell = createFoundOnce();
  expect(await foundOnce(cell, () => Promise.resolve(null))).toBeNull();
  expect(await foundOnce<string | null>(cell, () => Promise.resolve('looked'))).toBeNull();
});

test('if the first fails, finds too much, or never answers, each caller searches itself', async () => {
  const failed = createFoundOnce();
  await expect(foundOnce(failed, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await foundOnce(failed, () => Promise.resolve(1))).toBe(1);
  const long = createFoundOnce();
  expect(await foundOnce(long, () => Promise.resolve('x'.repeat(20_000)))).toHaveLength(20_000);
  expect(await foundOnce(long, () => Promise.resolve('y'))).toBe('y');
  const silent = createFoundOnce();
  void foundOnce(silent, () => new Promise(() => undefined));
  expect(await foundOnce(silent, () => Promise.resolve(2))).toBe(2);
});
