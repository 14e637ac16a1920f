import { describe, expect, test } from 'vitest';
import { createProgressLine } from '../../../src/cli/report/progress-line.ts';
import type { CoreTimes } from '../../../src/cli/report/reporter.ts';
import type { Progress } from '../../../src/pipeline/events/events.ts';

const progress = (done: number): Progress => ({
  type: 'progress',
  phase: 'importing',
  done,
  total: 1_000,
  unit: 'recordings',
  bytes: done * 100_000,
  bytesTotal: null,
  audioMs: done * 60_000,
});

/** A journal with a clock and cores controlled by the test. */
function journal(): { lines: string[]; at(ms: number, cores: CoreTimes, done: number): void } {
  const lines: string[] = [];
  let [now, cores] = [0, { busyMs: 0, wholeMs: 0 }];
  const err = { write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WritableStream; // all that a progress line asks of a stream
  const line = createProgressLine({ err, quiet: false, live: false, now: () => now, cores: () => cores });
  return {
    lines,
    at(ms, times, done) {
      [now, cores] = [ms, times];
      line.update(progress(done));
    },
  };
}

describe('a progress line', () => {
  test('states rate, cores and remaining time, each for the elapsed time', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 50_000, wholeMs: 100_000 }, 0);
    at(10_000, { busyMs: 69_000, wholeMs: 120_000 }, 100);
    expect(lines).toEqual(['1 min 30 s left, importing 10 %  100 of 1,000 recordings, 1.0 MB/s, 10.0 h of audio per minute, cores 95 % busy\n']);
  });

  test('states the use of the cores since the line before, not since the beginning', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 0, wholeMs: 0 }, 0);
    at(10_000, { busyMs: 20_000, wholeMs: 20_000 }, 100);
    at(20_000, { busyMs: 25_000, wholeMs: 40_000 }, 200);
    expect(lines.map((line) => /cores \d+ % busy/.exec(line)?.[0])).toEqual(['cores 100 % busy', 'cores 25 % busy']);
  });

  test('does not mention cores without counted times', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 0, wholeMs: 0 }, 0);
    at(10_000, { busyMs: 0, wholeMs: 0 }, 100);
    expect(lines.join('')).not.toContain('cores');
  });

  test('fits the columns of a terminal by omitting whole parts, the remaining time first', () => {
    const texts: string[] = [];
    let now = 0;
    const err = { isTTY: true, columns: 80, write: (text: string) => texts.push(text) > 0 } as unknown as NodeJS.WritableStream; // all that a progress line asks of a stream
    const line = createProgressLine({ err, quiet: false, live: true, now: () => now, cores: () => ({ busyMs: now, wholeMs: 2 * now }) });
    line.update({ ...progress(0), total: 5_000_000 });
    now = 600_000;
    line.update({ ...progress(1_234_567), total: 5_000_000 });
    expect(texts.at(-1)).toBe('\r\u001b[K30 min 30 s left, importing 24 %  1,234,567 of 5,000,000 recordings, 206 MB/s');
  });

  test('estimates the remaining time by the remaining bytes if items differ: long calls at the end count, and so do many short ones', () => {
    const left = (items: readonly number[]): number[] => {
      // A second for each recording and one for each 40 KB.
      const costs = items.map((size) => 1_000 + (size / 40_000) * 1_000);
      const whole = costs.reduce((sum, cost) => sum + cost, 0);
      const lines: string[] = [];
      let [now, bytes] = [0, 0];
      const err = { write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WritableStream; // as above
      const line = createProgressLine({ err, quiet: false, live: false, now: () => now, cores: () => ({ busyMs: 0, wholeMs: 0 }) });
      const bytesTotal = items.reduce((sum, size) => sum + size, 0);
      const wrong: number[] = [];
      line.update({ ...progress(0), bytes: 0, total: items.length, bytesTotal });
      for (const [index, size] of items.entries()) {
        now += costs[index] ?? 0;
        bytes += size;
        lines.length = 0;
        line.update({ ...progress(index + 1), bytes, total: items.length, bytesTotal });
        const told = /^(?:(\d+) h )?(?:(\d+) min )?(?:([\d.]+) s )?left/.exec(lines[0] ?? '');
        if (told === null || now < whole / 5 || now > whole * 0.95) continue;
        const seconds = Number(told[1] ?? 0) * 3_600 + Number(told[2] ?? 0) * 60 + Number(told[3] ?? 0);
        wrong.push(Math.abs((seconds * 1_000) / (whole - now) - 1));
      }
      return wrong;
    };
    for (const items of [
      Array(500).fill(16_000),
      [...Array(400).fill(8_000), ...Array(4).fill(4_000_000)],
      [4_000_000, 4_000_000, ...Array(400).fill(8_000)],
    ]) {
      const wrong = left(items as number[]);
      expect(wrong.length).toBeGreaterThan(1);
      expect(Math.max(...wrong)).toBeLessThan(0.25);
    }
  });
});
