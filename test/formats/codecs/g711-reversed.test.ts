import { expect, test } from 'vitest';
import { decode, expectSame, int16Of, run, track } from './judges.ts';

test.each([
  ['mulaw-reversed', 'lu'],
  ['alaw-reversed', 'la'],
])('%s gives the samples that sox reads as %s, for every code', (id, type) => {
  const codes = Uint8Array.from({ length: 512 }, (_, i) => i & 0xff);
  const theirs = int16Of(run('sox', ['-D', '-t', type, '-r', '8000', '-c', '1', '-', '-t', 's16', '-'], codes));
  const { samples, droppedBytes } = decode(id, track({ codec: id, channels: 1 }), codes, [1, 7, 100]);
  expectSame(samples, theirs);
  expect(droppedBytes).toBe(0);
});
