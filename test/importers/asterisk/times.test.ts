import { describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { rowTimes } from '../../../importers/asterisk/times.ts';
import { brief, importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { allColumns, cdrLine } from './rows.ts';

/** 2025-10-26 00:29:56 UTC and one hour later: both 02:29:56 in Stockholm, where clocks went back at 01:00 UTC (`date -d @1761438596`). */
const summer = 1_761_438_596;
const winter = summer + 3_600;

const times = (row: Readonly<Record<string, string>>, zone: string | null) => {
  const { start, end, findings } = rowTimes(new Map(Object.entries(row)), zone, 'key');
  return {
    start: start?.utc,
    certainty: start?.certainty,
    basis: start?.basis,
    offset: start?.offsetMin,
    end: end?.utc,
    findings: findings.map((f) => f.message),
  };
};
const doubled = { start: '2025-10-26 02:29:56', end: '2025-10-26 02:30:06', duration: '10', billsec: '9' };

describe('the ambiguous hour', () => {
  const table =
    cdrLine({ start: '2025-10-26 02:29:56', end: '2025-10-26 02:30:06', duration: 10, uniqueid: `${summer}.0` }) +
    cdrLine({ start: '2025-10-26 02:29:56', end: '2025-10-26 02:30:06', duration: 10, uniqueid: `${winter}.7` }) +
    cdrLine({
      start: '2025-10-26 02:59:54',
      answer: '2025-10-26 02:59:55',
      end: '2025-10-26 02:00:04',
      duration: 10,
      billsec: 9,
      uniqueid: `${summer + 1_798}.3`,
    });

  it.each([null, 'Europe/Stockholm'])('is resolved if the uniqueid has the UTC second (zone %s)', async (zone) => {
    const imported = await importAll(asterisk, memorySource({ 'Master.csv': table }), { zone });
    expect(Object.entries(brief(imported)).map(([key, { start, end }]) => [key, start, end])).toEqual([
      [`${summer}.0`, '2025-10-26T00:29:56.000Z', '2025-10-26T00:30:06.000Z'],
      [`${summer + 1_798}.3`, '2025-10-26T00:59:54.000Z', '2025-10-26T01:00:04.000Z'],
      [`${winter}.7`, '2025-10-26T01:29:56.000Z', '2025-10-26T01:30:06.000Z'],
    ]);
    expect(imported.findings).toEqual([]);
  });

  it('stays ambiguous if only the zone is known, with both possible times', () => {
    const { start } = rowTimes(new Map(Object.entries(doubled)), 'Europe/Stockholm', 'key');
    expect(start).toMatchObject({ utc: null, certainty: 'ambiguous-fold', candidates: ['2025-10-26T00:29:56.000Z', '2025-10-26T01:29:56.000Z'] });
  });

  it('is resolved by the length of the call if its end is certain', () => {
    expect(times({ ...doubled, end: '2025-10-26 03:00:06', duration: '5410' }, 'Europe/Stockholm')).toMatchObject({
      start: '2025-10-26T00:29:56.000Z',
    });
    expect(times({ ...doubled, end: '2025-10-26 03:00:06', duration: '1810' }, 'Europe/Stockholm')).toMatchObject({
      start: '2025-10-26T01:29:56.000Z',
    });
  });

  it('is resolved by a channel that was created after the first of the two', () => {
    expect(times({ ...doubled, uniqueid: `${summer + 1_800}.1` }, 'Europe/Stockholm')).toMatchObject({
      start: '2025-10-26T01:29:56.000Z',
      certainty: 'assumed',
    });
    expect(times({ ...doubled, uniqueid: `${summer - 1_800}.1` }, 'Europe/Stockholm')).toMatchObject({ start: null, certainty: 'ambiguous-fold' });
  });
});

describe('the end of a call', () => {
  const first = { start: '2025-10-26 02:29:56', end: '2025-10-26 02:30:06', duration: 10, uniqueid: `${summer}.0` };

  it('is that of its last leg', async () => {
    const later = {
      start: '2025-10-26 02:30:06',
      end: '2025-10-26 02:31:00',
      duration: 54,
      uniqueid: `${summer + 10}.4`,
      linkedid: `${summer}.0`,
      sequence: 4,
    };
    const { recordings } = await importAll(asterisk, memorySource({ 'Master.csv': cdrLine(first) + cdrLine(later) }));
    expect(recordings.map(({ callStart, callEnd }) => [callStart?.utc, callEnd?.utc, callEnd?.certainty])).toEqual([
      ['2025-10-26T00:29:56.000Z', '2025-10-26T00:31:00.000Z', 'exact'],
    ]);
  });

  it('is assumed if a later row of the same channel has no epoch of its own', async () => {
    const later = { start: '2025-10-26 02:30:06', end: '2025-10-26 02:31:00', duration: 54, uniqueid: `${summer}.0`, sequence: 4 };
    const { recordings } = await importAll(asterisk, memorySource({ 'Master.csv': cdrLine(first) + cdrLine(later) }));
    expect(recordings[0]?.callEnd).toMatchObject({ utc: '2025-10-26T00:31:00.000Z', certainty: 'assumed' });
  });
});

describe('the offset of a machine', () => {
  it.each([
    ['2025-10-26 02:29:56', 120],
    ['2025-10-26 00:29:57', 0],
    ['2025-10-26 05:59:56', 330],
    ['2025-10-26 06:14:56', 345],
    ['2025-10-25 20:59:56', -210],
    ['2025-10-25 17:29:56', -420],
  ])('follows from %s and the uniqueid: %i minutes', (start, offset) => {
    expect(times({ start, uniqueid: `${summer}.0` }, null)).toMatchObject({ offset, certainty: 'exact', basis: 'epoch' });
  });

  it.each(['2025-10-26 02:30:00', '2025-10-26 02:14:56', '2025-10-26 19:29:56', '2025-10-25 03:29:56'])(
    'does not follow if %s is not an offset in use from it',
    (start) => {
      expect(times({ start, uniqueid: `${summer}.0` }, null)).toMatchObject({ start: null, certainty: 'unzoned', offset: null });
    },
  );

  it('takes precedence over a contradictory zone, and reports it', () => {
    expect(times({ ...doubled, start: '2025-10-26 00:29:56', uniqueid: `${summer}.0` }, 'Europe/Stockholm')).toMatchObject({
      start: '2025-10-26T00:29:56.000Z',
      offset: 0,
      findings: ['according to its uniqueid, local time was UTC+00:00, which is not the offset of Europe/Stockholm at that time'],
    });
  });

  it('is unknown without uniqueid and zone, which is reported once for the source', async () => {
    const columns = { ...allColumns, uniqueid: false, newColumns: false };
    const rows = ['2026-11-24 22:39:52', '2026-11-24 22:49:52'].map((start) => cdrLine({ start, duration: 5 }, columns)).join('');
    const { findings, recordings } = await importAll(asterisk, memorySource({ 'Master.csv': rows }));
    expect(findings).toEqual(['I112 export']);
    expect(recordings.map((recording) => recording.callStart?.certainty)).toEqual(['unzoned', 'unzoned']);
  });

  it('is the same for answer and end, calculated from the start by the seconds of the row', () => {
    const row = new Map(
      Object.entries({
        start: '2025-10-26 02:59:54',
        answer: '2025-10-26 02:00:01',
        end: '2025-10-26 02:00:04',
        duration: '10',
        billsec: '3',
        uniqueid: `${summer + 1_798}.3`,
      }),
    );
    const { answer, end } = rowTimes(row, null, 'key');
    expect([answer?.utc, answer?.offsetMin]).toEqual(['2025-10-26T01:00:01.000Z', 60]);
    expect([end?.utc, end?.offsetMin]).toEqual(['2025-10-26T01:00:04.000Z', 60]);
  });

  it('is not taken from a row with inconsistent seconds', () => {
    const row = new Map(Object.entries({ start: '2025-10-26 02:29:56', end: '2025-10-26 02:44:20', duration: '10', uniqueid: `${summer}.0` }));
    expect(rowTimes(row, null, 'key').end).toMatchObject({ utc: null, certainty: 'unzoned' });
  });
});
