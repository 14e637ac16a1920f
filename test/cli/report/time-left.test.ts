import { describe, expect, test } from 'vitest';
import { createTimeLeft } from '../../../src/cli/report/time-left.ts';
import type { Work } from '../../../src/core/base/work.ts';

/** A machine that processes pieces, the longest first, in times that only the test knows. */
interface Machine {
  readonly lanes: number;
  /** Ms of a thread before it begins. */
  readonly startMs: number;
  readonly costs: { readonly items: number; readonly bytes: number };
  /** How fast it is, by time. */
  readonly speed?: (nowMs: number) => number;
  /** How much faster a single thread is. */
  readonly alone?: number;
}

/** The default costs are those of another machine: none of the numbers below matches. */
const usual = { items: 9, bytes: 0.000_25 } as const;

/** Runs a queue of recordings, given by their bytes, and returns the estimated and the true remaining time at each moment. */
function run(
  { lanes, startMs, costs, speed = () => 1, alone = 1 }: Machine,
  recordings: readonly number[],
  stepMs = 250,
): { share: number; error: number }[] {
  const queue = recordings.map((bytes) => ({ bytes, done: 0, work: costs.items + bytes * costs.bytes }));
  const waiting = [...queue];
  const active: { bytes: number; done: number; work: number }[] = [];
  const ended = { items: 0, bytes: 0 };
  const timeLeft = createTimeLeft();
  const said: { at: number; left: number | null }[] = [];
  let now = 0;
  while (ended.items < queue.length) {
    while (active.length < lanes && waiting.length > 0) active.push(...waiting.splice(0, 1));
    const open = [...active, ...waiting];
    const bytesDone = ended.bytes + active.reduce((sum, one) => sum + (one.bytes * one.done) / one.work, 0);
    const bytesAll = recordings.reduce((sum, bytes) => sum + bytes, 0);
    const work: Work = {
      lanes,
      busy: active.length,
      kinds: [
        { name: 'items', usualMs: usual.items, done: ended.items, left: open.length },
        { name: 'bytes', usualMs: usual.bytes, done: bytesDone, left: bytesAll - bytesDone },
      ],
      pieces: open.filter(({ bytes }) => bytes > 256 * 1024).map(({ bytes, done, work: all }) => [0, bytes * (1 - done / all)]),
    };
    timeLeft.take(work, now);
    said.push({ at: now, left: timeLeft.leftMs() });
    for (let ms = 0; ms < stepMs && ended.items < queue.length; ms++) {
      now++;
      if (now <= startMs) continue;
      const busy = active.length;
      for (const one of [...active]) {
        for (let rest = speed(now) * (busy === 1 ? alone : 1), it: typeof one | undefined = one; rest > 0 && it !== undefined; ) {
          const used = Math.min(rest, it.work - it.done);
          it.done += used;
          rest -= used;
          if (it.done < it.work) break;
          ended.items++;
          ended.bytes += it.bytes;
          active.splice(active.indexOf(it), 1);
          it = waiting.shift();
          if (it !== undefined) active.push(it);
        }
      }
    }
  }
  return said.map(({ at, left }) => ({
    share: at / now,
    error: left === null ? Number.POSITIVE_INFINITY : Math.abs(left - (now - at)) / (now - at),
  }));
}

const worst = (said: readonly { share: number; error: number }[], from = 0.2, to = 0.95): number =>
  Math.max(...said.filter(({ share }) => share >= from && share <= to).map(({ error }) => error));

const hours = 110 * 60 * 8_000;
const shorts = Array.from({ length: 1_500 }, (_, index) => 4_000 + (index % 7) * 2_000);

describe('the remaining time', () => {
  const slow = { lanes: 2, startMs: 1_000, costs: { items: 20, bytes: 0.000_4 } } as const;

  test('of three long recordings in two threads accounts for the third running alone, whether threads share a core or not', () => {
    expect(worst(run(slow, [hours, hours, hours]))).toBeLessThan(0.2);
    expect(worst(run({ ...slow, alone: 1.3 }, [hours, hours, hours]))).toBeLessThan(0.2);
  });

  test('of one long recording among short ones is that of the long one', () => {
    expect(worst(run(slow, [hours, ...shorts.slice(0, 200)]))).toBeLessThan(0.2);
  });

  test('of short recordings counts recordings, not bytes', () => {
    expect(worst(run(slow, shorts))).toBeLessThan(0.1);
  });

  test('of long recordings before short ones is right before the first short one is done, within the remaining uncertainty', () => {
    expect(worst(run({ ...slow, costs: { items: 12, bytes: 0.000_4 } }, [hours, hours, ...shorts]))).toBeLessThan(0.25);
  });

  test('forgets a slow start', () => {
    const said = run({ ...slow, speed: (now) => (now < 4_000 ? 0.2 : 1) }, [hours, hours, hours, hours, hours, hours]);
    expect(worst(said, 0.3)).toBeLessThan(0.25);
  });

  test('follows a machine that becomes slower permanently', () => {
    const said = run({ ...slow, speed: (now) => (now < 20_000 ? 1 : 0.5) }, [hours, hours, hours, hours, hours, hours]);
    expect(worst(said, 0.6)).toBeLessThan(0.25);
  });

  test('is unknown before anything was done', () => {
    const timeLeft = createTimeLeft();
    const work: Work = { lanes: 2, busy: 2, kinds: [{ name: 'items', usualMs: 1, done: 0, left: 10 }], pieces: [] };
    expect(timeLeft.leftMs()).toBeNull();
    timeLeft.take(work, 0);
    timeLeft.take(work, 60_000);
    expect(timeLeft.leftMs()).toBeNull();
  });

  test('is zero if nothing is left', () => {
    const timeLeft = createTimeLeft();
    const at = (done: number): Work => ({ lanes: 2, busy: 1, kinds: [{ name: 'items', usualMs: 1, done, left: 10 - done }], pieces: [] });
    timeLeft.take(at(0), 0);
    timeLeft.take(at(5), 1_000);
    timeLeft.take(at(10), 2_000);
    expect(timeLeft.leftMs()).toBe(0);
  });
});
