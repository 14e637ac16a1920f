import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { TimeValue } from '../../../src/core/model/recording.ts';
import type { TimeSpec } from '../../../src/tables/text/types.ts';
import { compareTimes, decideDayMonth, parseTime, resolveFold, resolveFoldByDuration, zoneExists } from '../../../src/tables/values/time.ts';
import { namedTimeFormats } from '../../../src/tables/values/time-formats.ts';
import { readPattern } from '../../../src/tables/values/time-text.ts';

const stockholm: TimeSpec = { format: 'iso', zone: 'Europe/Stockholm' };
const pattern = (format: string, zone: string | null = 'UTC'): TimeSpec => ({ format, zone });
const short = (value: TimeValue) => [value.utc, value.certainty];

describe('a time with all its information', () => {
  it('keeps its offset, whatever zone is declared', () => {
    expect(parseTime('2019-03-12T10:15:04.120+03:00', stockholm)).toEqual({
      raw: '2019-03-12T10:15:04.120+03:00',
      utc: '2019-03-12T07:15:04.120Z',
      local: '2019-03-12T10:15:04.120',
      offsetMin: 180,
      zone: null,
      precision: 'ms',
      basis: 'explicit-offset',
      certainty: 'exact',
      candidates: [],
    });
  });

  it('uses the declared zone if the mapping overrides the offset', () => {
    const value = parseTime('2019-03-12T10:15:04Z', { ...stockholm, overrideOffset: true });
    expect([value.utc, value.zone, value.basis, value.certainty, value.offsetMin]).toEqual([
      '2019-03-12T09:15:04.000Z',
      'Europe/Stockholm',
      'zone-assumed',
      'assumed',
      60,
    ]);
  });

  it('stays without UTC if no zone is known', () => {
    const value = parseTime('2019-03-12 10:15', { format: 'iso', zone: null });
    expect([value.utc, value.local, value.precision, value.certainty, value.basis]).toEqual([
      null,
      '2019-03-12T10:15:00.000',
      'min',
      'unzoned',
      'unknown',
    ]);
  });

  it('is exact in a column of UTC, and states the basis that the mapping names', () => {
    expect(parseTime('2019-03-12 10:15:04', pattern('iso')).basis).toBe('utc-column');
    expect(parseTime('2019-03-12 10:15:04', { ...stockholm, basis: 'name' }).basis).toBe('name');
  });
});

describe('an ambiguous time', () => {
  it('has both moments, the earlier first, and no UTC', () => {
    const value = parseTime('2025-10-26 02:29:56', stockholm);
    expect(value).toMatchObject({
      utc: null,
      offsetMin: null,
      certainty: 'ambiguous-fold',
      candidates: ['2025-10-26T00:29:56.000Z', '2025-10-26T01:29:56.000Z'],
    });
  });

  it('is resolved by an epoch beside it, and not by one that is elsewhere', () => {
    const value = parseTime('2025-10-26 02:29:56', stockholm);
    const settled = resolveFold(value, { utc: parseTime('1761442196', pattern('epoch-s')).utc ?? '', by: 'epoch' });
    expect(settled).toMatchObject({ utc: '2025-10-26T01:29:56.000Z', offsetMin: 60, basis: 'epoch', certainty: 'exact', candidates: [] });
    expect(resolveFold(value, { utc: '2025-10-26T01:40:00.000Z', by: 'zone-assumed' })).toMatchObject({
      utc: '2025-10-26T01:29:56.000Z',
      certainty: 'assumed',
    });
    expect(resolveFold(value, { utc: '2025-10-26T00:59:00.000Z', by: 'epoch' })).toBe(value);
    expect(resolveFold(value, { utc: 'nonsense', by: 'epoch' })).toBe(value);
    const sure = parseTime('2025-10-27 02:29:56', stockholm);
    expect(resolveFold(sure, { utc: '2025-10-26T00:29:56.000Z', by: 'epoch' })).toBe(sure);
  });

  it('is resolved by the length of the call if only one choice gives it', () => {
    // The run of Asterisk over the clock change: start 02:59:54, end 02:00:04, duration 9.
    const { start, end } = resolveFoldByDuration(parseTime('2025-10-26 02:59:54', stockholm), parseTime('2025-10-26 02:00:04', stockholm), 9_000);
    expect([start.utc, end.utc, start.certainty]).toEqual(['2025-10-26T00:59:54.000Z', '2025-10-26T01:00:04.000Z', 'assumed']);
    const before = resolveFoldByDuration(parseTime('2025-10-26 01:55:00', stockholm), parseTime('2025-10-26 02:05:00', stockholm), 4_200_000);
    expect(before.end.utc).toBe('2025-10-26T01:05:00.000Z');
    const both = resolveFoldByDuration(parseTime('2025-10-26 02:10:00', stockholm), parseTime('2025-10-26 02:11:00', stockholm), 60_000);
    expect([both.start.utc, both.end.utc]).toEqual([null, null]);
  });
});

describe('a nonexistent time', () => {
  it('is not a time, and has its two neighbours', () => {
    expect(parseTime('2024-03-31 02:30:00', stockholm)).toMatchObject({
      utc: null,
      local: '2024-03-31T02:30:00.000',
      certainty: 'nonexistent',
      candidates: ['2024-03-31T00:30:00.000Z', '2024-03-31T01:30:00.000Z'],
    });
  });
});

/** Every local time that a zone's clocks showed in a span of minutes, by the system's own zone data: local text to moments. */
function shown(zone: string, fromUtc: string, minutes: number): Map<string, number[]> {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const found = new Map<string, number[]>();
  for (let i = 0; i < minutes; i++) {
    const ms = Date.parse(fromUtc) + i * 60_000;
    const text = format.format(ms);
    found.set(text, [...(found.get(text) ?? []), ms]);
  }
  return found;
}

describe('every minute around a clock change', () => {
  const changes: [zone: string, change: string][] = [
    ['Europe/Stockholm', '2024-03-31T01:00:00Z'],
    ['Europe/Stockholm', '2024-10-27T01:00:00Z'],
    ['America/New_York', '2024-03-10T07:00:00Z'],
    ['America/New_York', '2024-11-03T06:00:00Z'],
    ['Australia/Lord_Howe', '2024-10-05T15:30:00Z'],
    ['Australia/Lord_Howe', '2024-04-06T15:00:00Z'],
    ['Asia/Kathmandu', '2024-01-01T00:00:00Z'],
  ];
  it.each(changes)('in %s at %s is the moment that the system gives, ambiguous, or nonexistent', (zone, change) => {
    const start = new Date(Date.parse(change) - 4 * 3_600_000).toISOString();
    const moments = shown(zone, start, 8 * 60);
    // Local times of the middle half, stepped without any zone, so that nonexistent hours are among them.
    const firstLocal = Date.parse(`${[...moments.keys()][120]?.replace(' ', 'T')}Z`);
    const counts = { one: 0, two: 0, none: 0 };
    for (let i = 0; i < 4 * 60; i++) {
      const local = new Date(firstLocal + i * 60_000).toISOString().slice(0, 19).replace('T', ' ');
      const value = parseTime(local, { format: 'YYYY-MM-DD HH:mm:ss', zone });
      const expected = (moments.get(local) ?? []).map((ms) => new Date(ms).toISOString());
      if (expected.length === 1) expect(short(value)).toEqual([expected[0], 'assumed']);
      else if (expected.length === 2) expect([value.utc, value.certainty, value.candidates]).toEqual([null, 'ambiguous-fold', expected]);
      else expect([value.utc, value.certainty, value.candidates.length]).toEqual([null, 'nonexistent', 2]);
      counts[expected.length === 1 ? 'one' : expected.length === 2 ? 'two' : 'none']++;
    }
    const length = zone === 'Asia/Kathmandu' ? 0 : zone === 'Australia/Lord_Howe' ? 30 : 60;
    expect([Math.max(counts.two, counts.none), counts.one]).toEqual([length, 240 - length]);
  });

  it('is what the command date prints', () => {
    const locals = ['2024-10-27 01:59:59', '2024-10-27 03:00:00', '2024-03-31 01:59:59', '2024-03-31 03:00:00', '2024-07-01 12:00:00'];
    for (const zone of ['Europe/Stockholm', 'America/New_York', 'Australia/Lord_Howe']) {
      for (const local of locals) {
        const judged = execFileSync('date', ['-u', '+%FT%T.000Z', '-d', `TZ="${zone}" ${local}`], { encoding: 'utf8' }).trim();
        expect(parseTime(local, { format: 'iso', zone }).utc).toBe(judged);
      }
    }
  });
});

describe('formats', () => {
  it.each([
    ['1761438596', 'epoch-s', '2025-10-26T00:29:56.000Z', 's'],
    ['1761438596.185763', 'epoch-s', '2025-10-26T00:29:56.185Z', 'ms'],
    ['1761438596,5', 'epoch-s', '2025-10-26T00:29:56.500Z', 'ms'],
    ['1761438596185', 'epoch-ms', '2025-10-26T00:29:56.185Z', 'ms'],
    ['1761438596185763', 'epoch-us', '2025-10-26T00:29:56.185Z', 'ms'],
    ['-1', 'epoch-s', '1969-12-31T23:59:59.000Z', 's'],
    ['45356,5855', 'excel', '2024-03-05T14:03:07.000Z', 'min'],
    ['45356.58550926', 'excel', '2024-03-05T14:03:08.000Z', 'ms'],
    ['45356', 'excel', '2024-03-05T00:00:00.000Z', 'day'],
    ['2024-05-02T10:00:00.1234567Z', 'iso', '2024-05-02T10:00:00.123Z', 'ms'],
    ['2024-05-02 10:00:00+0200', 'iso', '2024-05-02T08:00:00.000Z', 's'],
    ['2024-05-02 10:00:00+02', 'iso', '2024-05-02T08:00:00.000Z', 's'],
    ['20240502T100000Z', 'iso', '2024-05-02T10:00:00.000Z', 's'],
    ['2024-05-02T10:00Z[Etc/UTC]', 'iso', '2024-05-02T10:00:00.000Z', 'min'],
    ['2024-05-02', 'iso', '2024-05-02T00:00:00.000Z', 'day'],
    ['31.12.2023 23:59:58', 'DD.MM.YYYY HH:mm:ss', '2023-12-31T23:59:58.000Z', 's'],
    ['5/3/24 2:03 PM', 'M/D/YY h:mm A', '2024-05-03T14:03:00.000Z', 'min'],
    ['05/03/2024 12:03:07 AM', 'MM/DD/YYYY hh:mm:ss A', '2024-05-03T00:03:07.000Z', 's'],
    ['05/03/2024 12:03:07\u202fp.m.', 'MM/DD/YYYY hh:mm:ss A', '2024-05-03T12:03:07.000Z', 's'],
    ['2-Mai-99 08:00', 'D-MMM-YY HH:mm', '1999-05-02T08:00:00.000Z', 'min'],
    ['2 okt 2024', 'D MMM YYYY', '2024-10-02T00:00:00.000Z', 'day'],
    ['02 févr. 2024 08:00:00.5', 'DD MMM YYYY HH:mm:ss.SSS', '2024-02-02T08:00:00.500Z', 'ms'],
    ['02/May/2024:10:00:00 +0200', 'DD/MMM/YYYY:HH:mm:ss Z', '2024-05-02T08:00:00.000Z', 's'],
    ['20240502-100000', 'YYYYMMDD-HHmmss', '2024-05-02T10:00:00.000Z', 's'],
    ['2024-05-02 at 10h', 'YYYY-MM-DD [at] HH[h]', '2024-05-02T10:00:00.000Z', 'min'],
    ['9998-01-01 00:00:00', 'iso', '9998-01-01T00:00:00.000Z', 's'],
    // Python 3.11, email.utils.parsedate_to_datetime, in UTC.
    ['Fri, 14 Oct 2016 21:56:34 +0000', 'rfc2822', '2016-10-14T21:56:34.000Z', 's'],
    ['Thu, 02 May 2024 10:00:00 +0200', 'rfc2822', '2024-05-02T08:00:00.000Z', 's'],
    ['2 May 2024 10:00 -0530', 'rfc2822', '2024-05-02T15:30:00.000Z', 'min'],
    ['Tue, 1 Jul 03 10:52:37 +0200', 'rfc2822', '2003-07-01T08:52:37.000Z', 's'],
    ['Wed, 15 Jan 2025 08:00:00 EST', 'rfc2822', '2025-01-15T13:00:00.000Z', 's'],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 'rfc2822', '1994-11-06T08:49:37.000Z', 's'],
    ['Fri, 21 Nov 97 09:55:06 -0600', 'rfc2822', '1997-11-21T15:55:06.000Z', 's'],
    ['Mon, 20 Jul 2015 07:05:04 -0000', 'rfc2822', '2015-07-20T07:05:04.000Z', 's'],
    ['Sun, 27 Oct 2024 02:30:00 +0100 (CET)', 'rfc2822', '2024-10-27T01:30:00.000Z', 's'],
    // Python 3.11, datetime differences from 1601-01-01 and 0001-01-01, and epoch plus the 62167219200 of calendar:datetime_to_gregorian_seconds.
    ['63643701394', 'gregorian-s', '2016-10-14T21:56:34.000Z', 's'],
    ['63881863200', 'gregorian-s', '2024-05-02T10:00:00.000Z', 's'],
    ['133591176001234567', 'filetime', '2024-05-02T10:00:00.123Z', 'ms'],
    ['131209557945000000', 'filetime', '2016-10-14T21:56:34.500Z', 'ms'],
    ['638502408001234567', 'dotnet-ticks', '2024-05-02T10:00:00.123Z', 'ms'],
    ['636120789945000000', 'dotnet-ticks', '2016-10-14T21:56:34.500Z', 'ms'],
    // openpyxl, tests of openpyxl.utils.datetime (CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904); ECMA-376 part 1, 18.17.4.1 for the days around the false leap day.
    ['40167', 'excel', '2009-12-20T00:00:00.000Z', 'day'],
    ['40196.5939815', 'excel', '2010-01-18T14:15:20.000Z', 's'],
    ['38705', 'excel-1904', '2009-12-20T00:00:00.000Z', 'day'],
    ['38734.5939815', 'excel-1904', '2010-01-18T14:15:20.000Z', 's'],
    ['59', 'excel', '1900-02-28T00:00:00.000Z', 'day'],
    ['61', 'excel', '1900-03-01T00:00:00.000Z', 'day'],
    ['45356 0.58551', 'excel', '2024-03-05T14:03:08.000Z', 's'],
    ['45356 14:03', 'excel', '2024-03-05T14:03:00.000Z', 'min'],
    ['45356,0 .5', 'excel', '2024-03-05T12:00:00.000Z', 'min'],
  ])('%s read as %s is %s', (raw, format, utc, precision) => {
    const value = parseTime(raw, pattern(format));
    expect([value.utc, value.precision, value.raw]).toEqual([utc, precision, raw]);
    expect(value.certainty).toBe('exact');
  });

  it.each([
    ['02/30/2024 10:00', 'MM/DD/YYYY HH:mm'],
    ['2024-02-30', 'iso'],
    ['2023-02-29 10:00', 'iso'],
    ['2024-05-02 24:00:00', 'iso'],
    ['2024-05-02 10:60:00', 'iso'],
    ['2024-13-02', 'iso'],
    ['2024-05-02 10:00:00+25:00', 'iso'],
    ['03/05/2024 02:03:07', 'MM/DD/YYYY hh:mm:ss A'],
    ['03/05/2024 02:03:07', 'MM/DD/YYYY hh:mm:ss'],
    ['03/05/2024 13:03:07 PM', 'MM/DD/YYYY hh:mm:ss A'],
    ['2 xyz 2024', 'D MMM YYYY'],
    ['4,67E+9', 'epoch-s'],
    ['########', 'excel'],
    ['99999999999999999', 'epoch-s'],
    ['10:00:00', 'HH:mm:ss'],
    ['2024-05-02 10:00:00 trailing', 'YYYY-MM-DD HH:mm:ss'],
    ['Thu, 14 Oct 2016 21:56:34 +0000', 'rfc2822'],
    ['Fri, 14 Okt 2016 21:56:34 +0000', 'rfc2822'],
    ['Fri, 14 Oct 2016 21:56:34 A', 'rfc2822'],
    ['31 Feb 2016 21:56:34 +0000', 'rfc2822'],
    ['2016-10-14T21:56:34Z', 'rfc2822'],
    ['-63643701394', 'gregorian-s'],
    ['3155378976000000000', 'dotnet-ticks'],
    ['13359117600.5', 'filetime'],
    ['60', 'excel'],
    ['45356.5 0.5', 'excel'],
    ['45356 24:00', 'excel'],
  ])('%s is unreadable as %s', (raw, format) => {
    expect(short(parseTime(raw, pattern(format)))).toEqual([null, 'unreadable']);
  });

  it.each([
    ['', 'iso'],
    ['\\N', 'iso'],
    ['NULL', 'epoch-s'],
    ['0000-00-00 00:00:00', 'YYYY-MM-DD HH:mm:ss'],
    ['0001-01-01 00:00:00.000', 'iso'],
    ['0001-01-01T00:00:00Z', 'iso'],
    ['1899-12-30 00:00:00', 'iso'],
    ['1900-01-01', 'iso'],
    ['1970-01-01T00:00:00Z', 'iso'],
    ['1970-01-01 00:00:00', 'iso'],
    ['01.01.1970 00:00:00', 'DD.MM.YYYY HH:mm:ss'],
    ['9999-12-31 23:59:59.997', 'iso'],
    ['0', 'epoch-s'],
    ['0.000000', 'epoch-s'],
    ['0', 'epoch-us'],
    ['0', 'excel'],
    ['0', 'excel-1904'],
    ['0', 'gregorian-s'],
    ['62167219200', 'gregorian-s'],
    ['0', 'filetime'],
    ['9223372036854775807', 'filetime'],
    ['0', 'dotnet-ticks'],
    ['3155378975999999999', 'dotnet-ticks'],
    ['Thu, 01 Jan 1970 00:00:00 +0000', 'rfc2822'],
  ])('%s as %s means no time', (raw, format) => {
    expect(short(parseTime(raw, pattern(format)))).toEqual([null, 'sentinel']);
  });

  it('read the months of 15 languages as ICU writes them, short and long', () => {
    for (const locale of ['en', 'de', 'sv', 'da', 'nb', 'fi', 'nl', 'fr', 'es', 'pt', 'it', 'pl', 'cs', 'hu', 'tr'])
      for (const month of ['short', 'long'] as const)
        for (let index = 0; index < 12; index++) {
          const parts = new Intl.DateTimeFormat(locale, { month, day: 'numeric', year: 'numeric', timeZone: 'UTC' }).formatToParts(
            Date.UTC(2024, index, 15),
          );
          const name = parts.find(({ type }) => type === 'month')?.value ?? '';
          if (/^\d/.test(name)) continue;
          expect([locale, name, parseTime(`15 ${name} 2024`, pattern('D MMM YYYY')).utc?.slice(0, 7)]).toEqual([
            locale,
            name,
            `2024-${String(index + 1).padStart(2, '0')}`,
          ]);
        }
  });

  it('read the halves of the day of 27 languages as ICU writes them', () => {
    for (const locale of 'en es pt it fr fi nl pl cs sl da nb de sv hu tr sq vi ms lt lv el uk ar fa zh ja'.split(' '))
      for (const hour of [0, 9, 12, 21]) {
        const parts = new Intl.DateTimeFormat(locale, { hour: 'numeric', hour12: true, timeZone: 'UTC' }).formatToParts(Date.UTC(2024, 4, 2, hour));
        const half = parts.find(({ type }) => type === 'dayPeriod')?.value ?? '';
        expect([locale, half, parseTime(`2024-05-02 ${((hour + 11) % 12) + 1}:30 ${half}`, pattern('YYYY-MM-DD h:mm A')).utc]).toEqual([
          locale,
          half,
          `2024-05-02T${String(hour).padStart(2, '0')}:30:00.000Z`,
        ]);
      }
  });

  it('treat midnight of 1970 in the local zone as no time, and so do the values that the mapping lists', () => {
    expect(parseTime('1970-01-01 01:00:00', stockholm).certainty).toBe('sentinel');
    expect(parseTime('1970-01-01T01:00:00+01:00', stockholm).certainty).toBe('sentinel');
    expect(parseTime('never', { ...stockholm, sentinels: ['never'] }).certainty).toBe('sentinel');
  });

  it('of any text never cause a throw and never give a UTC time beside a doubt', () => {
    const formats = ['DD.MM.YYYY HH:mm:ss', 'M/D/YY h:mm A', 'D MMM YYYY', ...namedTimeFormats];
    const near = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('2024', '10', '27', '02', '-', '.', ':', ' ', 'T', 'Z', '+', '0', '9999', 'May', 'PM'), { maxLength: 14 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(near, fc.constantFrom(...formats), fc.constantFrom('UTC', 'Europe/Stockholm', null), (raw, format, zone) => {
        const value = parseTime(raw, { format, zone });
        expect(value.raw).toBe(raw);
        expect(value.utc !== null).toBe(value.certainty === 'exact' || value.certainty === 'assumed');
      }),
    );
  });

  it('of any moment written with an offset are read back as the moment', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (moment, offset) => {
          const sign = offset < 0 ? '-' : '+';
          const hhmm = `${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
          const raw = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1) + sign + hhmm;
          expect(parseTime(raw, stockholm).utc).toBe(moment.toISOString());
        },
      ),
    );
  });
});

describe('day and month', () => {
  it('are distinguished by a number above 12 in the column, and not if values contradict each other or none shows it', () => {
    expect(decideDayMonth(['03/05/2024 10:00', '13/05/2024 10:00'])).toBe('DMY');
    expect(decideDayMonth(['03.05.24', '05/25/2024 2:03 PM'])).toBe('MDY');
    expect(decideDayMonth(['13/05/2024', '05/13/2024'])).toBeNull();
    expect(decideDayMonth(['03/05/2024', '2024-05-13', 'x'])).toBeNull();
  });
});

describe('zones', () => {
  it('are IANA names, UTC and fixed offsets', () => {
    expect(['Europe/Stockholm', 'UTC', '+01:00', 'Mars/Olympus', '', 'Europe/../x'].map(zoneExists)).toEqual([true, true, true, false, false, false]);
  });

  it('of fixed offset have no clock change', () => {
    expect(parseTime('2024-07-01 12:00:00', { format: 'iso', zone: '+01:00' }).utc).toBe('2024-07-01T11:00:00.000Z');
  });
});

describe('the order of times', () => {
  it('is by UTC, then candidates, then local time; no time comes last', () => {
    const texts = ['NULL', '2025-10-26 04:00:00', '2025-10-26 02:29:56', '2025-10-26T00:10:00Z'];
    const sorted = texts.map((text) => parseTime(text, stockholm)).sort(compareTimes);
    expect(sorted.map((value) => value.raw)).toEqual(['2025-10-26T00:10:00Z', '2025-10-26 02:29:56', '2025-10-26 04:00:00', 'NULL']);
    expect(compareTimes(null, parseTime('', stockholm))).toBe(0);
  });
});

it('a pattern whose fields have fixed places reads each text as it is read part by part', () => {
  const patterns = ['YYYY-MM-DD HH:mm:ss', 'YYYYMMDD-HHmmss', 'DD.MM.YYYY HH:mm', 'YYYY/MM/DD', 'YYYY  MM DD', 'ss YYYY MM DD', 'mm/YYYY/MM/DD'];
  const texts = ['2024-10-27 02:15:09', '20241027-021509', '27.10.2024 02:15', '2024/10/27', '2024  10 27', '09 2024 10 27', '15/2024/10/27'];
  const odd = texts.flatMap((text) => [
    text,
    `${text}0`,
    text.slice(0, -1),
    text.replace(' ', '  '),
    text.replace(' ', '\t'),
    text.replace('2', 'x'),
    text.replace('1', '９'),
  ]);
  // Brackets state the same character, and such a pattern is read part by part.
  const partwise = (pattern: string): string => pattern.replace(/[-./ ]/, (mark) => (mark === ' ' ? ' ' : `[${mark}]`)).replace(/$/, '[]');
  for (const pattern of patterns)
    for (const text of odd) expect(readPattern(text, pattern), `${text} as ${pattern}`).toEqual(readPattern(text, partwise(pattern)));
  expect(readPattern('2024-10-27 02:15:09', 'YYYY-MM-DD HH:mm:ss')).toMatchObject({ year: 2024, second: 9, precision: 's' });
});

it('the UTC of a local time is right for every quarter of an hour around the clock changes of a year, in zones with odd offsets too', () => {
  for (const zone of ['Europe/Stockholm', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Kiritimati'])
    for (const day of ['2024-01-01', '2024-03-10', '2024-03-31', '2024-04-07', '2024-10-06', '2024-10-27', '2024-11-03', '1969-12-31', '2038-01-20'])
      for (let quarter = 0; quarter < 96; quarter++) {
        const text = `${day} ${String(quarter >> 2).padStart(2, '0')}:${String((quarter & 3) * 15).padStart(2, '0')}:07`;
        const time = parseTime(text, { format: 'YYYY-MM-DD HH:mm:ss', zone });
        const plain = Temporal.PlainDateTime.from(text);
        const [first, last] = (['earlier', 'later'] as const).map((disambiguation) => plain.toZonedDateTime(zone, { disambiguation }).toInstant());
        const isCertain = first !== undefined && last !== undefined && first.equals(last);
        expect(time.utc, `${text} ${zone}`).toBe(isCertain ? new Date(first.epochMilliseconds).toISOString() : null);
        if (isCertain) expect(time.offsetMin).toBe((Date.parse(`${text.replace(' ', 'T')}Z`) - first.epochMilliseconds) / 60_000);
      }
});
