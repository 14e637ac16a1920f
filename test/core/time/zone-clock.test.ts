import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeAt, isoMs, offsetAt, wallText, zoneClock } from '../../../src/core/time/zone-clock.ts';

const zones = Intl.supportedValuesOf('timeZone');

/** The local time that the engine shows: the judge. */
function shown(zone: string, ms: number): string {
  const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(ms).replace(' ', 'T');
}

test('the local time of a zone equals that of the engine at any moment', () => {
  const moment = fc.integer({ min: Date.UTC(1973, 0, 1) / 1_000, max: Date.UTC(2049, 11, 1) / 1_000 }).map((seconds) => seconds * 1_000);
  fc.assert(
    fc.property(fc.constantFrom(...zones.slice(0, 60), 'Europe/Stockholm', 'Africa/Casablanca', 'Australia/Lord_Howe'), moment, (zone, ms) => {
      const clock = zoneClock(zone);
      expect(clock === null ? null : wallText(clock, ms)).toBe(shown(zone, ms));
    }),
    { numRuns: 1_500 },
  );
});

test.each([
  ['Europe/Stockholm', '2019-03-12', '2019-03-11T23:00:00', '2019-03-11T23:00:00'],
  ['Europe/Stockholm', '2019-07-12T08', '2019-07-12T06:00:00', '2019-07-12T06:00:00'],
  // Clocks are set forward at 02:00: 02:30 does not exist.
  ['Europe/Stockholm', '2019-03-31T02:30', '2019-03-31T01:00:00', '2019-03-31T01:00:00'],
  ['Europe/Stockholm', '2019-03-31T03', '2019-03-31T01:00:00', '2019-03-31T01:00:00'],
  // Set back at 03:00: 02:30 is ambiguous.
  ['Europe/Stockholm', '2019-10-27T02:30', '2019-10-27T00:30:00', '2019-10-27T01:30:00'],
  ['America/New_York', '2025-11-02T01:30', '2025-11-02T05:30:00', '2025-11-02T06:30:00'],
  ['Australia/Lord_Howe', '2019-04-07T01:45', '2019-04-06T14:45:00', '2019-04-06T15:15:00'],
  // Summer time began at midnight: the day began at 01:00.
  ['America/Sao_Paulo', '2017-10-15', '2017-10-15T03:00:00', '2017-10-15T03:00:00'],
  ['Asia/Kolkata', '2019-03', '2019-02-28T18:30:00', '2019-02-28T18:30:00'],
])('in %s a window from %s begins at %s, one up to it ends at %s', (zone, wall, first, last) => {
  const clock = zoneClock(zone);
  const ms = isoMs(wall);
  if (clock === null || ms === null) throw new Error('no such zone or time');
  expect((['first', 'last'] as const).map((which) => new Date(edgeAt(clock, ms, which)).toISOString().slice(0, 19))).toEqual([first, last]);
});

test('an invalid zone name or time is rejected', () => {
  for (const name of ['', 'Europe/Nowhere', '+01:00', "x'); DROP TABLE recording; --"]) expect(zoneClock(name)).toBeNull();
  for (const text of ['', '2019-13', '2019-00-10', '2019-03-12T10:60', '2019-03-12 10:00', 'x']) expect(isoMs(text)).toBeNull();
  const clock = zoneClock('Europe/Stockholm');
  expect(clock === null ? null : [Date.UTC(1890, 0, 1), Date.UTC(2090, 6, 1)].map((ms) => offsetAt(clock, ms))).toEqual([60, 60]);
});
