import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileTypes } from '../../../importers/callrec/files.ts';
import { callrec } from '../../../importers/callrec/importer.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, importAll } from '../import-all.ts';
import { callrecSample } from '../make-callrec-sample.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const signal = new AbortController().signal;
const sampleFolder = fileURLToPath(new URL('../../../samples/callrec', import.meta.url));
const couples = 'id,callid,start_ts,stop_ts,callingnr,finalcallednr,sid\n';
const row = (id: number, sid: string, start = '2024-05-01 10:00:00+02', caller = '2001'): string =>
  `${id},7,${start},2024-05-01 10:00:08+02,${caller},2002,${sid}\n`;

describe('samples/callrec', () => {
  it('equals the output of its generator, byte for byte', () => {
    expectSample(sampleFolder, callrecSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const read = summaryOf(await importAll(callrec, await memorySourceOfFolder(sampleFolder)));
    expectGolden(`${sampleFolder}.expected.json`, read);
  });

  it('gives couples with their ends, ids, locks and the call that connects them', async () => {
    const { recordings } = await importAll(callrec, await memorySourceOfFolder(sampleFolder));
    const byKey = new Map(recordings.map((recording) => [recording.key, recording]));
    expect(byKey.get('S-1')).toMatchObject({
      callStart: { utc: '2025-10-26T00:59:56.500Z', certainty: 'exact' },
      callEnd: { utc: '2025-10-26T01:00:04.500Z' },
      durationDeclared: { ms: 8_000, unit: 's' },
      direction: { value: 'inbound', raw: 'INCOMING' },
      parties: [
        { role: 'caller', phone: { raw: '+442079460012' }, name: 'Åsa Öberg', device: '10.0.0.5' },
        { role: 'callee', phone: { raw: '2001' }, name: 'Trader 1', device: 'SEP001122334455' },
        { role: 'agent', agentId: 'agent7' },
      ],
      org: [{ name: 'dialled', value: '4600' }],
      correlation: [{ name: 'gcid', value: '471100' }],
      group: { id: '100', count: 2 },
      retention: { lockRaw: 't' },
      quality: expect.arrayContaining([
        { name: 'problemstatus', value: 'NO_PROBLEM' },
        { name: 'cftypes', value: 'audio, recd' },
      ]),
      events: [{ type: 'dtmf' }],
    });
    expect(byKey.get('S-2')).toMatchObject({ durationDeclared: { ms: 15_000, unit: 'ms' }, group: { id: '100', count: 2 }, retention: null });
    expect(byKey.get('S-9')).toMatchObject({ retention: { deletedAtSource: { utc: '2025-10-01T01:00:00.000Z' } } });
    expect(byKey.get('S-4')).toMatchObject({
      tags: expect.arrayContaining([{ name: 'CCE_CallType', value: 'Inhouse' }]),
      quality: expect.arrayContaining([{ name: 'b_location', value: '/mnt/archive/archive1.zip' }]),
    });
    const said = JSON.stringify(recordings.map((recording) => ({ ...recording, provenance: [] })));
    expect(said).not.toMatch(/4111|99887/);
  });

  it('gives the same result from a zip archive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'callrec-'));
    try {
      const zip = new ZipWriter(new BlobWriter());
      for (const [path, bytes] of callrecSample()) {
        if (path.startsWith('archive1/')) await zip.add(path.slice('archive1/'.length), new Uint8ArrayReader(bytes));
      }
      writeFileSync(join(folder, 'archive1.zip'), new Uint8Array(await (await zip.close()).arrayBuffer()));
      const source = await openSource([folder], { scratch: join(folder, '..') }, signal);
      try {
        const imported = await importAll(callrec, source);
        expect(brief(imported)).toMatchObject({ 'S-4': { status: 'matched', start: '2019-03-12T09:15:04.000Z' } });
        expect(imported.recordings[0]).toMatchObject({ group: { id: '102' }, extra: expect.arrayContaining([{ name: 'cfcnt', value: '1' }]) });
        expect(imported.findings).toEqual([]);
      } finally {
        await source.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('CallREC', () => {
  it('distinguishes couples of two recorders with one number, with their files and data', async () => {
    const files = (path: string): string => `cplid,cftype,cfpath\n1,AUDIO,/opt/${path}\n`;
    const data = (value: string): string => `cplid,key,value\n1,CCE_Case,${value}\n`;
    const imported = await importAll(
      callrec,
      memorySource({
        'rec1/couples.csv': couples + row(1, 'A'),
        'rec2/couples.csv': couples + row(1, 'B', '2024-05-01 11:00:00+02'),
        'rec1/cfiles.csv': files('a.wav'),
        'rec2/cfiles.csv': files('b.wav'),
        'rec1/couple_extdata.csv': data('one'),
        'rec2/couple_extdata.csv': data('two'),
        'x/a.wav': wav(8),
        'x/b.wav': wav(9),
      }),
    );
    expect(brief(imported)).toMatchObject({
      A: { status: 'matched', media: ['unknown x/a.wav'] },
      B: { status: 'matched', media: ['unknown x/b.wav'] },
    });
    expect(imported.recordings.map(({ tags }) => tags)).toEqual([[{ name: 'CCE_Case', value: 'one' }], [{ name: 'CCE_Case', value: 'two' }]]);
  });

  it('recognises one couple in two databases with different counters by its sid', async () => {
    const imported = await importAll(callrec, memorySource({ 'a/couples.csv': couples + row(1, 'A'), 'b/couples.csv': couples + row(51, 'A') }));
    expect(brief(imported)).toMatchObject({ A: { status: 'row-without-audio', rows: ['a/couples.csv 2', 'b/couples.csv 2'] } });
    expect(imported.findings).toEqual([]);
    const contrary = await importAll(
      callrec,
      memorySource({ 'a/couples.csv': couples + row(1, 'A'), 'b/couples.csv': couples + row(1, 'A', undefined, '2009') }),
    );
    expect(contrary.findings).toEqual(['I204 A']);
  });

  it('compares sizes and checksums with the files, except for encrypted ones', async () => {
    const header = 'cplid,cftype,cfpath,cfsize,ckvalue,digest,enc_key_id\n';
    const bytes = wav(8);
    const wrong = 'd41d8cd98f00b204e9800998ecf8427e';
    const run = async (cells: string) =>
      (await importAll(callrec, memorySource({ 'cfiles.csv': `${header}1,AUDIO,a.wav,${cells}\n`, 'a.wav': bytes }))).findings;
    expect(await run(`${bytes.length},,,`)).toEqual([]);
    expect(await run(`${bytes.length + 1},,,`)).toEqual(['I291 a.wav']);
    expect(await run(`${bytes.length},12345,,`)).toEqual(['I292 a.wav']);
    expect(await run(`,,${wrong},`)).toEqual(['I292 a.wav']);
    expect(await run(`${bytes.length},,words,`)).toEqual([]);
    expect(await run(`${bytes.length + 1},,${wrong},K1`)).toEqual([]);
  });

  it('reads the bits of cftypes in binary digits and as a number', () => {
    expect(fileTypes('00000000000000000000000000100001')).toEqual(['audio', 'recd']);
    expect(fileTypes("B'00000000000000000000000000011000'")).toEqual(['image', 'video']);
    expect(fileTypes('33')).toEqual(['audio', 'recd']);
    expect(fileTypes('AUDIO')).toBe(null);
  });

  it('keeps all totals of shuffled, doubled and reduced tables', async () => {
    const rows = [row(1, 'A'), row(2, 'B', '2024-05-01 11:00:00+02'), row(1, 'A', undefined, '2009'), row(3, '')];
    const files = ['1,AUDIO,a.wav\n', '2,AUDIO,b.wav\n', '2,RECD,b.recd\n', '9,AUDIO,c.wav\n'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...rows), { maxLength: 8 }),
        fc.array(fc.constantFrom(...files), { maxLength: 8 }),
        fc.subarray(['a.wav', 'b.wav', 'c.wav', 'b.recd']),
        async (some, more, audio) => {
          const source = {
            'couples.csv': couples + some.join(''),
            'cfiles.csv': `cplid,cftype,cfpath\n${more.join('')}`,
            ...Object.fromEntries(audio.map((path) => [path, wav(path.length)])),
          };
          const imported = await importAll(callrec, memorySource(source));
          const total = imported.tables.reduce((sum, { records }) => sum + records, 0);
          expect(total).toBe(some.length + more.length);
          expect(imported.recordings.flatMap(({ media }) => media)).toHaveLength(audio.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
