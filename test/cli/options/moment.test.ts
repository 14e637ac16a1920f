import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Moment, parseMoment, resolveMoment } from '../../../src/cli/options/moment.ts';

const zones = [
  'Europe/Stockholm',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Cairo',
  'UTC',
];
/** 1990 to 2040. */
const moments = fc.integer({ min: Date.UTC(1990, 0, 1) / 1_000, max: Date.UTC(2040, 0, 1) / 1_000 }).map((seconds) => seconds * 1_000);

/** Returns the catalog's form of a written time, for a moment in a zone. */
async function resolved(written: string, nowMs: number, zone: string): Promise<string> {
  const moment = parseMoment(written);
  if (moment.kind === 'utc' || moment.kind === 'clock') throw new Error(`${written} is not counted from now`);
  return (await resolveMoment(moment, '--from', nowMs, zone)).utc;
}

const ms = (text: string): number => Date.parse(`${text}Z`);

/** Returns the local time of the zone, by the ICU of Node.js. */
function clock(at: number, zone: string): { readonly day: string; readonly time: string; readonly weekday: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return { day: `${of('year')}-${of('month')}-${of('day')}`, time: `${of('hour')}:${of('minute')}:${of('second')}`, weekday: of('weekday') };
}

describe('a relative time', () => {
  it('equals what GNU date makes of the same words', async () => {
    const date = (zone: string, words: string): string =>
      execFileSync(
        'date',
        [
          '-u',
          '+%Y-%m-%dT%H:%M:%S',
          '-d',
          `@${execFileSync('date', ['+%s', '-d', words], { env: { ...process.env, TZ: zone }, encoding: 'utf8' }).trim()}`,
        ],
        {
          encoding: 'utf8',
        },
      ).trim();
    for (const [written, now, zone, words] of [
      ['7d', '2026-11-28 12:34:56', 'Europe/Stockholm', '2026-11-28 12:34:56 7 days ago'],
      ['36h', '2025-03-30 12:00:00', 'Europe/Stockholm', '2025-03-30 12:00:00 36 hours ago'],
      // The clock went forward that night: the day had 23 hours.
      ['1d', '2025-03-30 12:00:00', 'Europe/Stockholm', '2025-03-29 12:00:00'],
      ['2w', '2025-11-03 09:00:00', 'America/New_York', '2025-10-20 09:00:00'],
      ['1mo', '2026-03-15 08:00:00', 'Europe/Stockholm', '2026-02-15 08:00:00'],
      ['1mo', '2026-03-31 08:00:00', 'Europe/Stockholm', '2026-02-28 08:00:00'],
      ['1y', '2024-02-29 08:00:00', 'Europe/Stockholm', '2023-02-28 08:00:00'],
      ['yesterday', '2026-11-28 00:00:00', 'Europe/Stockholm', '2026-11-27 00:00:00'],
      ['today', '2026-11-28 23:59:59', 'Asia/Kathmandu', '2026-11-28 00:00:00'],
      ['this-week', '2026-11-29 12:00:00', 'Europe/Stockholm', '2026-11-23 00:00:00'],
      ['last-week', '2026-11-30 00:00:00', 'Europe/Stockholm', '2026-11-23 00:00:00'],
      ['last-month', '2026-01-31 12:00:00', 'Europe/Stockholm', '2025-12-01 00:00:00'],
      ['last-year', '2026-01-31 12:00:00', 'America/New_York', '2025-01-01 00:00:00'],
    ] as const)
      expect([written, zone, await resolved(written, ms(date(zone, now)), zone)]).toEqual([written, zone, date(zone, words)]);
  });

  it('begins a day after a midnight that the clock skipped, and omits a day that a zone never had', async () => {
    // São Paulo went from 23:59:59 to 01:00:00 on 4 November 2018; Apia had no 30 December 2011.
    expect(await resolved('today', Date.parse('2018-11-04T15:00:00Z'), 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00');
    expect(clock(Date.parse('2018-11-04T03:00:00Z'), 'America/Sao_Paulo')).toMatchObject({ day: '2018-11-04', time: '01:00:00' });
    const today = ms(await resolved('today', Date.parse('2011-12-31T00:00:00Z'), 'Pacific/Apia'));
    expect([clock(today, 'Pacific/Apia').day, clock(today - 1_000, 'Pacific/Apia').day]).toEqual(['2011-12-31', '2011-12-29']);
  });

  it('as a word is the first moment of its day, week, month or year, by the clock of the zone', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.constantFrom(...zones), fc.constantFrom('day', 'week', 'month', 'year'), async (now, zone, unit) => {
        const [word, before] = unit === 'day' ? ['today', 'yesterday'] : [`this-${unit}`, `last-${unit}`];
        const first = ms(await resolved(word, now, zone));
        const [at, last] = [clock(first, zone), clock(first - 1_000, zone)];
        expect(first).toBeLessThanOrEqual(now);
        // The second before is in another day, and the first moment is that of the unit.
        expect(at.day).not.toBe(last.day);
        if (unit === 'day') expect(at.day).toBe(clock(now, zone).day);
        if (unit === 'week') expect([at.weekday, now - first < 8 * 86_400_000]).toEqual(['Mon', true]);
        if (unit === 'month') expect(at.day).toBe(`${clock(now, zone).day.slice(0, 7)}-01`);
        if (unit === 'year') expect(at.day).toBe(`${clock(now, zone).day.slice(0, 4)}-01-01`);
        // The earlier period is complete: it ends where this one begins.
        expect(await resolved(before, now, zone)).toBe(await resolved(word, first - 1_000, zone));
      }),
      { numRuns: 300 },
    );
  });

  it('in days and weeks keeps the time of day, in hours the elapsed time', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.constantFrom(...zones), fc.integer({ min: 1, max: 2_000 }), async (now, zone, count) => {
        expect(now - ms(await resolved(`${count}h`, now, zone))).toBe(count * 3_600_000);
        const then = ms(await resolved(`${count}d`, now, zone));
        // The time of day differs only if the clock skipped it: the moment before the gap is an hour or more earlier on the clock.
        const skipped = clock(then, zone).time !== clock(now, zone).time;
        if (skipped) expect(Math.abs((now - then) / 86_400_000 - count)).toBeLessThan(1.05);
        const moved = (at: number): string => clock(at, zone).day;
        if (!skipped) expect(Date.parse(moved(now)) - Date.parse(moved(then))).toBe(count * 86_400_000);
        expect(await resolved(`${7 * count}d`, now, zone)).toBe(await resolved(`${count}w`, now, zone));
        if (count <= 100) expect(await resolved(`${12 * count}mo`, now, zone)).toBe(await resolved(`${count}y`, now, zone));
      }),
      { numRuns: 300 },
    );
  });
});

describe('an absolute time', () => {
  it('may be a prefix of a local time; with Z or an offset it is the moment in UTC', () => {
    const clock = (text: string): Moment => ({ kind: 'clock', text });
    const utc = (text: string): Moment => ({ kind: 'utc', text });
    expect(parseMoment('2019-03')).toEqual(clock('2019-03'));
    expect(parseMoment('2019-03-12 10:15')).toEqual(clock('2019-03-12T10:15'));
    expect(parseMoment('2019-03-12T10:15:04.000Z')).toEqual(utc('2019-03-12T10:15:04.000'));
    expect(parseMoment('2019-03-12T00:15+01:00')).toEqual(utc('2019-03-11T23:15:00'));
  });

  it('of any text is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z -]{0,12}$/)), (text) => {
        let moment: Moment | null = null;
        try {
          moment = parseMoment(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'commander.invalidArgument' });
        }
        if (moment?.kind === 'utc' || moment?.kind === 'clock') expect(moment.text).toMatch(/^\d{4}(-\d{2}){0,2}(T[\d:.]+)?$/);
        // Its printed form is read as the same time again.
        if (moment !== null) expect(parseMoment(`${moment.text}${moment.kind === 'utc' ? 'Z' : ''}`)).toEqual(moment);
      }),
      { numRuns: 2_000 },
    );
  });
});
