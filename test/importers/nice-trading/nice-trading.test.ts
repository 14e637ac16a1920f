import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { niceTrading } from '../../../importers/nice-trading/importer.ts';
import { processorMs } from '../../processor-ms.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, importAll } from '../import-all.ts';
import { tradingSample } from '../make-trading-sample.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const header = 'CVSKEY;CVSUSR;CVSCHN;CVSSDT;CVSEDT;UtcStartTime;UtcEndTime;CVSDIR;CVSC00;CVSC01;CVSC02;CVSLCT';
const row = (key: number, place: string, utc: string, local: string, more = 'Trade 7'): string =>
  `${key};dealer7;12;${local};${local};${utc};${utc};IN;2001;+442079460012;${more};${place}`;
const table = (...rows: string[]): string => [header, ...rows, ''].join('\r\n');
const inAutumn = row(101, '2019-10-27\\1\\CH1_00000110_85.wav', '2019-10-27 01:15:00.000', '2019-10-27 02:15:00.000');
const before = row(102, '2019-10-26\\1\\CH1_00000110_85.wav', '2019-10-26 01:15:00.000', '2019-10-26 03:15:00.000');

describe('samples/nice-trading', () => {
  const folder = fileURLToPath(new URL('../../../samples/nice-trading', import.meta.url));

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, tradingSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const imported = await importAll(niceTrading, await memorySourceOfFolder(folder), { zone: 'Europe/Stockholm' });
    expectGolden(`${folder}.expected.json`, { ...summaryOf(imported), said: brief(imported) });
  });
});

describe('NICE Trading Recording', () => {
  it('joins files of one name by the folders that CVSLCT names, and resolves the ambiguous hour by the UTC column', async () => {
    const imported = await importAll(
      niceTrading,
      memorySource({
        'cvs.csv': table(inAutumn, before),
        'voice/2019-10-26/1/CH1_00000110_85.wav': wav(1),
        'voice/2019-10-27/1/CH1_00000110_85.wav': wav(2),
      }),
      { zone: 'Europe/Stockholm' },
    );
    expect(brief(imported)).toMatchObject({
      '101': { status: 'matched', media: ['unknown voice/2019-10-27/1/CH1_00000110_85.wav'], start: '2019-10-27T01:15:00.000Z' },
      '102': { status: 'matched', media: ['unknown voice/2019-10-26/1/CH1_00000110_85.wav'], start: '2019-10-26T01:15:00.000Z' },
    });
    expect(imported.findings).toEqual([]);
    expect(imported.recordings[0]).toMatchObject({
      callStart: { certainty: 'exact', local: '2019-10-27T02:15:00.000' },
      extra: [{ name: 'CVSC02', value: 'Trade 7' }],
    });
    expect(imported.tables).toMatchObject([{ unit: 'CVS rows', records: 2, byStatus: { matched: 2 } }]);
  });

  it('reports that two times contradict each other, and uses the UTC one', async () => {
    const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table(row(1, 'x.wav', '2019-03-01 10:00:00', '2019-03-01 10:07:00')) }), {
      zone: 'Europe/Paris',
    });
    expect(imported.recordings[0]?.callStart?.utc).toBe('2019-03-01T10:00:00.000Z');
    expect(imported.findings).toEqual(['I205 cvs.csv row 2', 'I205 cvs.csv row 2']);
  });

  it('accounts for rows without files, files without rows, duplicated rows, and files in two folders', async () => {
    const imported = await importAll(
      niceTrading,
      memorySource({
        'cvs.csv': table(inAutumn, inAutumn, row(103, 'CH2_1_1.wav', '2019-10-27 01:15:00', '2019-10-27 02:15:00')),
        'a/CH2_1_1.wav': wav(3),
        'b/CH2_1_1.wav': wav(4),
        'CH9_00000001_1.wav': wav(5),
        'notes.pdf': 'x',
      }),
    );
    expect(brief(imported)).toMatchObject({
      '101': { status: 'row-without-audio' },
      '103': { status: 'ambiguous', media: [] },
      'a/CH2_1_1.wav': { status: 'ambiguous' },
      'b/CH2_1_1.wav': { status: 'ambiguous' },
      'CH9_00000001_1.wav': { status: 'audio-without-row' },
    });
    expect(imported.tables).toMatchObject([{ records: 3, byStatus: { ambiguous: 1, 'duplicate-row': 1, 'row-without-audio': 1 } }]);
    expect(imported.findings.map((line) => line.slice(0, 4)).sort()).toEqual(['I201', 'I202', 'I202']);
  });

  it.each([
    ['the folder that the row names', (at: number) => `${at}\\audio.wav`, { matched: 1_000 }, 0],
    ['no folder', () => 'audio.wav', { ambiguous: 1_000 }, 2_000],
  ])('joins a thousand files of one name by %s, in seconds', async (_, written, statuses, findings) => {
    const files: Record<string, string | Uint8Array> = {};
    const calls = Array.from({ length: 1_000 }, (_row, at) => row(at, written(at), '2019-10-27 01:15:00', '2019-10-27 02:15:00'));
    for (const at of calls.keys()) files[`voice/${at}/audio.wav`] = wav(at + 1);
    const began = processorMs();
    const imported = await importAll(niceTrading, memorySource({ ...files, 'cvs.csv': table(...calls) }));
    expect(processorMs() - began).toBeLessThan(30_000);
    expect(imported.tables).toMatchObject([{ records: 1_000, byStatus: statuses }]);
    expect(imported.findings.filter((line) => /^I20[12]/.test(line))).toHaveLength(findings);
    if (findings === 0) expect(imported.recordings.every(({ key, media }) => media[0]?.path === `voice/${key}/audio.wav`)).toBe(true);
  });

  it('keeps two copies of one file separate', async () => {
    const imported = await importAll(
      niceTrading,
      memorySource({
        'cvs.csv': table(row(5, 'CH2_1_1.wav', '2019-10-27 01:15:00', '2019-10-27 02:15:00')),
        'a/CH2_1_1.wav': wav(3),
        'b/CH2_1_1.wav': wav(3),
      }),
    );
    expect(brief(imported)).toMatchObject({
      '5': { status: 'matched', media: ['unknown a/CH2_1_1.wav'] },
      'copy b/CH2_1_1.wav': { status: 'duplicate-audio' },
    });
  });
});
