import { expect, test } from 'vitest';
import { presetOf, presets, rangeOfPreset, todayIn } from '../../../src/page/list/presets.ts';

test.each([
  ['today', '2024-03-01', '2024-03-01', '2024-03-02'],
  ['yesterday', '2024-03-01', '2024-02-29', '2024-03-01'],
  ['last7days', '2024-03-01', '2024-02-24', '2024-03-02'],
  ['thisMonth', '2024-12-31', '2024-12', '2025-01'],
  ['lastMonth', '2024-01-31', '2023-12', '2024-01'],
  ['lastMonth', '2024-03-31', '2024-02', '2024-03'],
  ['thisYear', '2024-12-31', '2024', '2025'],
  ['lastYear', '2024-12-31', '2023', '2024'],
] as const)('%s on %s is from %s to %s', (preset, today, from, to) => {
  expect(rangeOfPreset(preset, today)).toEqual({ from, to });
});

test('each range is recognised by its name on its day, and on no other day by the same name', () => {
  for (const preset of presets) expect(presetOf(rangeOfPreset(preset, '2024-05-15'), '2024-05-15')).toBe(preset);
  expect(presetOf(rangeOfPreset('yesterday', '2024-05-15'), '2024-05-16')).toBeNull();
  expect(presetOf({}, '2024-05-15')).toBeNull();
});

test('today is that of the zone', () => {
  const moment = Date.UTC(2024, 11, 31, 23, 30);
  expect(['UTC', 'Europe/Stockholm', 'America/New_York'].map((zone) => todayIn(zone, moment))).toEqual(['2024-12-31', '2025-01-01', '2024-12-31']);
});
