import { describe, expect, test } from 'vitest';
import { createMeter, meterSide } from '../../../src/core/base/meter.ts';
import { createWorkCount } from '../../../src/core/base/work-count.ts';

describe('counted work', () => {
  test('counts the partial progress that a thread reports of a recording, and its total at the end', () => {
    const count = createWorkCount(2, { items: 2, bytes: 3_000_000 });
    const meter = createMeter();
    count.plan('calls/a.wav', 2_000_000);
    count.plan('calls/b.wav', 1_000_000);
    const end = count.begin('calls/a.wav', 2_000_000, meter);
    count.begin('calls/b.wav', 1_000_000, createMeter());
    meterSide(meter).addBytes(1_024_000);
    const told = count.work();
    expect(told).toMatchObject({
      lanes: 2,
      busy: 2,
      pieces: [
        [0, 976_000],
        [0, 1_000_000],
      ],
    });
    expect(told.kinds.map(({ name, done, left }) => [name, done, left])).toEqual([
      ['items', 0, 2],
      ['bytes .wav', 1_024_000, 1_976_000],
    ]);
    end();
    expect(count.work().kinds.map(({ name, done, left }) => [name, done, left])).toEqual([
      ['items', 1, 1],
      ['bytes .wav', 2_000_000, 1_000_000],
    ]);
    expect(count.work().busy).toBe(1);
  });

  test('never counts more of a recording than it has, and restarts if another thread takes the recording', () => {
    const count = createWorkCount(1, { items: 1, bytes: 1_000_000 });
    const meter = createMeter();
    count.plan('a.wav', 1_000_000);
    count.begin('a.wav', 1_000_000, meter);
    meterSide(meter).addBytes(5_000_000);
    expect(count.work().kinds[1]).toMatchObject({ done: 1_000_000, left: 0 });
    meterSide(meter);
    expect(count.work().kinds[1]).toMatchObject({ done: 0, left: 1_000_000 });
  });

  test('assumes that unmeasured recordings resemble the measured ones', () => {
    const count = createWorkCount(2, { items: 10, bytes: 9_000 });
    count.skip(2, 1_000);
    count.plan('a.wav', 3_000);
    count.plan('b.gsm', 1_000);
    expect(count.work().kinds.map(({ name, left }) => [name, left])).toEqual([
      ['items', 8],
      ['bytes .wav', 3_000 + 0.75 * 4_000],
      ['bytes .gsm', 1_000 + 0.25 * 4_000],
    ]);
  });

  test('lists the recordings in progress first', () => {
    const count = createWorkCount(2, { items: 2, bytes: 30_000 });
    const [first, second] = [createMeter(), createMeter()];
    count.begin('a.wav', 20_000, first);
    count.begin('b.wav', 10_000, second);
    meterSide(second).addBytes(1_024);
    expect(count.work().pieces).toEqual([
      [0, 8_976],
      [0, 20_000],
    ]);
  });
});
