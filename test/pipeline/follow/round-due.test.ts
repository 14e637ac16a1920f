import { expect, test } from 'vitest';
import { createHeldAlarms } from '../../../src/pipeline/follow/held-alarms.ts';
import { isRoundDue, type PendingWork, retryAfterMs } from '../../../src/pipeline/follow/round-due.ts';
import { createSilenceWatch } from '../../../src/pipeline/follow/silence.ts';

const land = { ms: 1_000, bytes: 500, files: 10 };
const idle: PendingWork = { files: 0, bytes: 0, waitOverMs: null, lastRoundMs: null, retryMs: null };

test('a round begins with the first work, then by time, size or number, and never without work', () => {
  const due = (work: Partial<PendingWork>, nowMs: number): boolean => isRoundDue({ ...idle, ...work }, land, nowMs);
  expect(due({}, 1e9)).toBe(false);
  expect(due({ lastRoundMs: 0 }, 1e9)).toBe(false);
  expect(due({ files: 1 }, 0)).toBe(true);
  expect(due({ files: 1, lastRoundMs: 0 }, 999)).toBe(false);
  expect(due({ files: 1, lastRoundMs: 0 }, 1_000)).toBe(true);
  expect(due({ files: 1, bytes: 500, lastRoundMs: 0 }, 1)).toBe(true);
  expect(due({ files: 10, lastRoundMs: 0 }, 1)).toBe(true);
  expect(due({ waitOverMs: 2_000, lastRoundMs: 0 }, 1_999)).toBe(false);
  expect(due({ waitOverMs: 2_000, lastRoundMs: 0 }, 2_000)).toBe(true);
  // After a failure only the time of the next attempt counts.
  expect(due({ files: 99, retryMs: 50 }, 49)).toBe(false);
  expect(due({ retryMs: 50 }, 50)).toBe(true);
  expect([1, 2, 3, 6, 1_000].map(retryAfterMs)).toEqual([10_000, 20_000, 40_000, 300_000, 300_000]);
});

test('silence is reported once per period, and ends with the next recording', () => {
  const watch = createSilenceWatch(100, 0, 'recorder');
  const told = [50, 100, 150, 199, 200].map((ms) => watch.take(0, ms)?.code ?? null);
  expect(told).toEqual([null, 'P291', null, null, 'P291']);
  expect(watch.isSilent()).toBe(true);
  expect(watch.take(1, 210)).toBeNull();
  expect(watch.isSilent()).toBe(false);
  expect([watch.take(0, 309), watch.take(0, 310)?.code]).toEqual([null, 'P291']);
  expect(createSilenceWatch(null, 0, 'recorder').take(0, 1e9)).toBeNull();
});

test('a file that is held for long is reported once, and again later if it changes', () => {
  const alarms = createHeldAlarms();
  const hour = 3_600_000;
  const held = [
    { path: 'a.wav', reason: 'changing', sinceMs: 0 },
    { path: 'b.tmp', reason: 'temporary-name', sinceMs: 0 },
  ] as const;
  const told = (files: Parameters<typeof alarms.take>[0], nowMs: number): string[] => alarms.take(files, nowMs).map(({ place }) => place);
  expect(told(held, hour - 1)).toEqual([]);
  expect(told(held, hour)).toEqual(['b.tmp']);
  expect(told(held, 12 * hour)).toEqual(['a.wav']);
  expect(told([held[0]], 13 * hour)).toEqual([]);
  // It was unavailable, and is available again.
  expect(told(held, 14 * hour)).toEqual(['b.tmp']);
});
