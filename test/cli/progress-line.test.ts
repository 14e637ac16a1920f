import { describe, expect, test } from 'vitest';
import { createProgressLine } from '../../src/cli/progress-line.ts';
import type { CoreTimes } from '../../src/cli/reporter.ts';
import type { Progress } from '../../src/pipeline/events.ts';

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

/** A journal whose clock and cores go as the test says. */
function journal(): { lines: string[]; at(ms: number, cores: CoreTimes, done: number): void } {
  const lines: string[] = [];
  let [now, cores] = [0, { busyMs: 0, wholeMs: 0 }];
  const err = { write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WritableStream; // all that a progress line asks of a stream
  const line = createProgressLine({ err, quiet: false, now: () => now, cores: () => cores });
  return {
    lines,
    at(ms, times, done) {
      [now, cores] = [ms, times];
      line.update(progress(done));
    },
  };
}

describe('a progress line', () => {
  test('tells rate, cores and remaining time, each of the time that has passed', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 50_000, wholeMs: 100_000 }, 0);
    at(10_000, { busyMs: 69_000, wholeMs: 120_000 }, 100);
    expect(lines).toEqual(['importing 10 %  100 of 1,000 recordings, 1.0 MB/s, 10.0 h of audio a minute, cores 95 % busy, 1 min 30 s left\n']);
  });

  test('says of the cores what they did since the line before, not since the beginning', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 0, wholeMs: 0 }, 0);
    at(10_000, { busyMs: 20_000, wholeMs: 20_000 }, 100);
    at(20_000, { busyMs: 25_000, wholeMs: 40_000 }, 200);
    expect(lines.map((line) => /cores \d+ % busy/.exec(line)?.[0])).toEqual(['cores 100 % busy', 'cores 25 % busy']);
  });

  test('says nothing of cores whose times are not counted', () => {
    const { lines, at } = journal();
    at(0, { busyMs: 0, wholeMs: 0 }, 0);
    at(10_000, { busyMs: 0, wholeMs: 0 }, 100);
    expect(lines.join('')).not.toContain('cores');
  });
});
