import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oreka } from '../../../importers/oreka/importer.ts';
import { tapeMessage } from '../../../importers/oreka/message.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, importAll } from '../import-all.ts';
import { capture, orekaSample, tapeLine } from '../make-oreka-sample.ts';
import { memoryFilesOfFolder, memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const zone = 'Europe/Stockholm';
const sampleFolder = fileURLToPath(new URL('../../../samples/oreka', import.meta.url));
const ready = {
  recid: 'R1',
  stage: 'ready',
  timestamp: 1_761_438_596,
  filename: '2025/10/26/02/20251026_022956_P1.wav',
  duration: 8,
  direction: 'in',
};

describe('samples/oreka', () => {
  it('equals the output of its generator, byte for byte', () => {
    expectSample(sampleFolder, orekaSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const read = summaryOf(await importAll(oreka, await memorySourceOfFolder(sampleFolder), { zone }));
    expectGolden(`${sampleFolder}.expected.json`, read);
  });

  it('is joined in the same way if all its audio was converted since and has another extension', async () => {
    const files = await memoryFilesOfFolder(sampleFolder);
    const converted = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path.replace(/\.wav$/, '.mka'), bytes]));
    const joins = async (source: typeof files) =>
      (await importAll(oreka, memorySource(source), { zone })).recordings.map(({ key, reconciliation, media }) => [
        key.replace(/\.mka$/, '.wav'),
        reconciliation.status,
        ...media.map(({ path }) => path.replace(/\.mka$/, '.wav')),
      ]);
    expect(await joins(converted)).toEqual(await joins(files));
  });

  it('distinguishes two calls that begin alike in the ambiguous hour, and determines both offsets', async () => {
    const { recordings } = await importAll(oreka, await memorySourceOfFolder(sampleFolder), { zone });
    const byKey = new Map(recordings.map((recording) => [recording.key, recording]));
    expect(byKey.get('20251026_022956_ABCD')).toMatchObject({
      callStart: { utc: '2025-10-26T00:29:56.000Z', local: '2025-10-26T02:29:56.000', offsetMin: 120 },
      durationDeclared: { ms: 8_000 },
      direction: { value: 'inbound', raw: 'in' },
      correlation: [{ name: 'sip-call-id', value: '4711@pbx.example' }],
      parties: [
        { role: 'callee', phone: { raw: '2001' }, agentId: 'agent7' },
        { role: 'caller', phone: { raw: '+442079460012' } },
      ],
      tags: [
        { name: 'case', value: '47 11' },
        { name: 'queue', value: 'Handel' },
        { name: 'ondemand', value: 'true' },
      ],
      group: { id: '31' },
      media: [{ side: 'mixed' }],
    });
    expect(byKey.get('20251026_022956_EFGH')).toMatchObject({
      callStart: { utc: '2025-10-26T01:29:56.000Z', local: '2025-10-26T02:29:56.000', offsetMin: 60 },
      media: [{ side: 'in', channels: [{ index: 0, role: 'caller' }] }],
    });
    expect(byKey.get('20251026_022500_IJKL')).toMatchObject({
      quality: [{ name: 'capture', value: 'unfinished' }],
      reconciliation: { status: 'matched' },
    });
    expect(byKey.get('tape 9')).toMatchObject({
      reconciliation: { status: 'shared-audio' },
      retention: { expiresAt: { local: '2032-10-27T09:00:00.000' } },
      org: [
        { name: 'port', value: 'P8' },
        { name: 'entry point', value: '4600' },
      ],
      events: [
        { mediaOffsetMs: 0, lengthMs: 12_000 },
        { callOffsetMs: 12_000, mediaOffsetMs: 12_000, lengthMs: 8_000 },
      ],
    });
  });
});

describe('Oreka', () => {
  it('reads messages in lines and in addresses, and nothing else of the log', () => {
    expect(tapeMessage('12:00 [x] enqueued: type=tape recid=A1 localparty=J%srgen%s%p%e tags= stage=ready (ok) x=1')).toEqual([
      ['type', 'tape'],
      ['recid', 'A1'],
      ['localparty', 'J rgen %='],
      ['tags', ''],
      ['stage', 'ready'],
    ]);
    expect(tapeMessage('GET /orktrack/command?type=tape&recid=A1&remoteparty=+15550123&localparty=%C3%85sa HTTP/1.1')).toEqual([
      ['type', 'tape'],
      ['recid', 'A1'],
      ['remoteparty', '+15550123'],
      ['localparty', 'Åsa'],
    ]);
    expect(tapeMessage('type=taperesponse success=true')).toBe(null);
    expect(tapeMessage('type=tape')).toBe(null);
  });

  it('finds messages of a call in the middle of a log of 20 MB', async () => {
    const noise = '2025-10-26 00:00:00,000 DEBUG packet - nothing that is a record, and more of it\n'.repeat(130_000);
    const log = noise + tapeLine({ ...ready, stage: 'start', duration: 0 }) + noise + tapeLine(ready);
    const imported = await importAll(oreka, memorySource({ 'orkaudio.log.3': log, '20251026_022956_P1.wav': wav(8) }));
    expect(imported.tables).toMatchObject([{ unit: 'tape messages', records: 2, byStatus: { matched: 2 } }]);
    expect(imported.recordings).toHaveLength(1);
    expect(imported.recordings[0]?.provenance.map(({ row }) => row)).toEqual([130_001, 260_002]);
    expect(imported.recordings[0]?.events).toMatchObject([{ type: 'record-start' }]);
  });

  it('reads logs in UTF-16 and with Windows line ends, and skips a line without end', async () => {
    const log = Buffer.from(`\ufeff${'x'.repeat(600_000)}\r\n${tapeLine(ready).replace('\n', '\r\n')}`, 'utf16le');
    const imported = await importAll(oreka, memorySource({ 'ork.log': log, 'x/20251026_022956_P1.wav': wav(8) }));
    expect(brief(imported)).toMatchObject({ R1: { status: 'matched', rows: ['ork.log 2'] } });
  });

  it('claims nothing for a tape that only announced a name which was given to another', async () => {
    const log =
      tapeLine(ready) + tapeLine({ ...ready, recid: 'R2', timestamp: 1_761_442_196, stage: 'start', filename: '2025/10/26/02/20251026_022956_P1' });
    const imported = await importAll(oreka, memorySource({ 'ork.log': log, '20251026_022956_P1.wav': wav(8) }));
    expect(brief(imported)).toMatchObject({ R1: { status: 'matched' }, R2: { status: 'row-without-audio', media: [] } });
  });

  it('keeps a leftover capture with the file that was made from it', async () => {
    const imported = await importAll(
      oreka,
      memorySource({ 'ork.log': tapeLine(ready), 'a/20251026_022956_P1.wav': wav(8), 'a/20251026_022956_P1.mcf': capture(2) }),
    );
    expect(brief(imported)).toMatchObject({
      R1: { status: 'matched', media: ['unknown a/20251026_022956_P1.mcf', 'unknown a/20251026_022956_P1.wav'] },
    });
    expect(imported.findings).toEqual([]);
  });

  it('keeps no pressed keys, and reports that there were some', async () => {
    const log = tapeLine({ ...ready, tags: 'dtmfdigits:4111111111111111,a:b' });
    const [recording] = (await importAll(oreka, memorySource({ 'ork.log': log }))).recordings;
    expect(recording?.events).toMatchObject([{ type: 'dtmf' }]);
    expect(JSON.stringify({ ...recording, provenance: [] })).not.toContain('4111');
    expect(recording?.tags).toEqual([{ name: 'a', value: 'b' }]);
  });

  it('reports that nothing was kept by design, and joins the list of tapes with the table', async () => {
    const list =
      '2025-10-26 00:30:04,000 INFO  tapelist - date=2025-10-26_02-29-56 duration=8 direction=in capturePort=P1 localParty=2001 remoteParty=+15550123 filename=20251026_022956_P1 ondemand=false \n';
    const table = 'id,filename,timestamp,portname,local_party,duration\n5,2025/10/26/02/20251026_022956_P1.wav,2025-10-26 02:29:56,P1,2001,8\n';
    const imported = await importAll(
      oreka,
      memorySource({
        'tapelist.log': list,
        'tape.csv': table,
        'ork.log': tapeLine({ ...ready, recid: 'R9', filename: 'gone.wav', side: 'none' }),
        'x/20251026_022956_P1.wav': wav(8),
      }),
    );
    expect(brief(imported)).toMatchObject({
      R9: { status: 'not-recorded-by-design' },
      'tape 5': { status: 'matched', rows: ['tapelist.log 1', 'tape.csv 2'] },
    });
  });

  it('keeps all totals of shuffled, doubled and reduced logs', async () => {
    const lines = ['start', 'stop', 'ready'].flatMap((stage) =>
      ['R1', 'R2', 'R3'].map((recid, at) => tapeLine({ ...ready, recid, stage, filename: `20251026_02295${at}_P1.wav` })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...lines), { maxLength: 20 }), fc.subarray(['0', '1', '2']), async (chosen, files) => {
        const source = {
          'ork.log': `${chosen.join('')}end\n`,
          ...Object.fromEntries(files.map((at) => [`20251026_02295${at}_P1.wav`, wav(4 + Number(at))])),
        };
        const imported = await importAll(oreka, memorySource(source));
        const recids = new Set(chosen.map((line) => /recid=(\w+)/.exec(line)?.[1]));
        expect(imported.recordings.filter(({ key }) => /^R\d$/.test(key))).toHaveLength(recids.size);
        const [table] = imported.tables;
        expect(table?.records ?? 0).toBe(chosen.length);
        expect(table?.byStatus['duplicate-row'] ?? 0).toBe(chosen.length - new Set(chosen).size);
      }),
      { numRuns: 60 },
    );
  });
});
