import { expect, test } from 'vitest';
import { findJump } from '../../../src/log/history/clock-jump.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const at = (day: number): string => new Date(start + day * dayMs).toISOString();

/** Finds a jump of more than 31 days in entries at these days, seen from a day. @returns its days */
async function jumpOf(days: readonly number[], now: number): Promise<readonly number[] | null> {
  const entries = async function* (): AsyncGenerator<{ readonly time: string }> {
    for (const day of days) yield { time: at(day) };
  };
  const jump = await findJump(entries(), at(now), 31 * dayMs);
  return jump === null ? null : [jump.from, jump.to].map((time) => (Date.parse(time) - start) / dayMs);
}

test.each([
  ['a log in regular use', [0, 20, 40, 70], 90, null],
  ['a clock that jumped since the last entry', [0, 20], 1_800, [20, 1_800]],
  ['another command ran first by the same clock', [0, 20, 1_800, 1_801], 1_802, [20, 1_800]],
  ['entries have gone on for a month since', [0, 20, 400, 410], 432, null],
  ['entries went on for less than a month', [0, 20, 400, 410], 431, [20, 400]],
  ['the clock was put right again', [0, 20, 1_800, 21], 25, null],
  ['the clock jumps a second time', [0, 20, 1_800, 21], 1_801, [21, 1_801]],
  ['the clock is behind', [0, 20], 5, null],
  ['the last of two pauses counts', [0, 100, 200], 201, [100, 200]],
  ['an empty log', [], 1_000, null],
] as const)('%s', async (_, days, now, jump) => {
  expect(await jumpOf(days, now)).toEqual(jump);
});

test('an entry without a valid time neither makes nor confirms a jump', async () => {
  const entries = async function* (): AsyncGenerator<{ readonly time: string }> {
    yield { time: at(0) };
    yield { time: 'yesterday' };
  };
  expect(await findJump(entries(), at(400), 31 * dayMs)).toEqual({ from: at(0), to: at(400) });
});
