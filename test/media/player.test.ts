import { expect, test } from 'vitest';
import { outputSummary } from '../../src/media/player.ts';

test("the first and last lines of a player's output are reported, each up to a length", () => {
  expect(outputSummary('')).toBe('');
  expect(outputSummary('\n audio open failed \n')).toBe('audio open failed');
  expect(outputSummary('no card\r\naudio open failed\n')).toBe('no card; audio open failed');
  const alsa = Array.from({ length: 19 }, (_, at) => `ALSA lib conf.c:${at}: function error`);
  expect(outputSummary([...alsa, 'audio open failed'].join('\n'))).toBe('ALSA lib conf.c:0: function error (and 18 more lines); audio open failed');
  expect(outputSummary('x'.repeat(1_000))).toHaveLength(200);
});
