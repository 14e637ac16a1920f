import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { niceEngage } from '../../../importers/nice-engage/importer.ts';
import { createRig, root } from '../../cli/rig.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { importAll } from '../import-all.ts';
import { niceEngageSample } from '../make-nice-sample.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const zone = 'Europe/Stockholm';

describe('samples/nice-engage', () => {
  const folder = fileURLToPath(new URL('../../../samples/nice-engage', import.meta.url));

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, niceEngageSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const imported = await importAll(niceEngage, await memorySourceOfFolder(folder), { zone });
    const read = { ...summaryOf(imported), recordings: imported.recordings, files: imported.files };
    expectGolden(`${folder}.expected.json`, read);
  });
});

const contact = '6651516551865369305';
const segment = '6651516560398680065';
const name = (n: number, id = segment, ending = 'nmf'): string => `${n}_${contact}_${id}.${ending}`;
const run = async (files: Readonly<Record<string, string | Uint8Array>>) => importAll(niceEngage, memorySource(files), { zone });
const csv = (...lines: readonly string[]): string => [...lines, ''].join('\n');
const joinedHeader =
  'iInteractionID,iContactID,dtInteractionGMTStartTime,dtInteractionGMTStopTime,biInteractionDuration,tiCallDirectionTypeID,iParticipantID,nvcPhoneNumber,tiParticipantTypeID,iRecordingID,tiRecordingSideTypeID,dtRecordingGMTStartTime,vcArchivePath,iRetentionDays,tiLockStatus,nvcSomething';
const joined = (participant: number, phone: string, type: number, recording: number, side: number, path: string, more = 'x'): string =>
  `${segment},${contact},2019-10-27 01:15:00.000,2019-10-27 01:16:00.000,60000,2,${participant},${phone},${type},${recording},${side},2019-10-27 01:15:00.100,${path},2555,1,${more}`;

describe('NICE Engage, rows', () => {
  it('of one joined export become one interaction with each participant and recording once', async () => {
    const { recordings, tables, findings } = await run({
      'export.csv': csv(
        joinedHeader,
        joined(1, '2001', 1, 501, 1, `E:\\s\\${name(1)}`),
        joined(1, '2001', 1, 502, 2, `E:\\s\\${name(2)}`),
        joined(2, '+442079460017', 2, 501, 1, `E:\\s\\${name(1)}`),
        joined(2, '+442079460017', 2, 502, 2, `E:\\s\\${name(2)}`),
      ),
      [`s/${name(1)}`]: wav(1),
      [`s/${name(2)}`]: wav(2),
    });
    expect(recordings).toMatchObject([
      {
        key: segment,
        reconciliation: { status: 'matched' },
        media: [{ side: 'in' }, { side: 'out' }],
        parties: [
          { role: 'agent', phone: { extension: '2001' } },
          { role: 'customer', phone: { e164: '+442079460017' } },
        ],
        direction: { value: 'outbound', raw: '2' },
        group: { id: contact },
        retention: { policyRaw: '2555', lockRaw: '1', expiresAt: null },
      },
    ]);
    expect(recordings[0]?.parties).toHaveLength(2);
    expect(tables).toMatchObject([{ records: 4, byStatus: { matched: 4 } }]);
    expect(findings).toEqual([]);
  });

  it('changed later take precedence over older ones, which are kept, and the differing fields are reported', async () => {
    const header = 'dtModificationTime,iInteractionID,dtInteractionGMTStartTime,biInteractionDuration,tiCallDirectionTypeID';
    const { recordings, findings } = await run({
      'a.csv': csv(header, `2019-10-28 00:00:00,7,2019-10-27 01:15:00.000,70000,1`),
      'b.csv': csv(header, `2019-10-27 00:00:00,7,2019-10-27 01:15:00,60000,1`, 'NULL,8,NULL,NULL,NULL'),
    });
    expect(recordings).toMatchObject([
      { key: '7', durationDeclared: { ms: 70_000 }, direction: { value: 'inbound' } },
      { key: '8', callStart: null, durationDeclared: null, extra: [] },
    ]);
    expect(recordings[0]?.extra).toContainEqual({ name: 'biInteractionDuration', value: '60000' });
    expect(recordings[0]?.provenance).toHaveLength(2);
    expect(findings).toEqual(['I204 7']);
  });

  it.each([
    ['0001-01-01 00:00:00.000', null],
    ['2019-03-31 02:30:00', null],
  ])('with the time %s have no time, and keep the text', async (raw, utc) => {
    const { recordings } = await run({ 'a.csv': csv('iInteractionID,dtInteractionLocalStartTime', `7,${raw}`) });
    expect(recordings[0]?.callStart?.utc ?? null).toBe(utc);
    expect([...(recordings[0]?.extra ?? []).map(({ value }) => value), recordings[0]?.callStart?.raw]).toContain(raw);
  });

  it('whose local times are ambiguous are resolved by the UTC column, or not at all', async () => {
    const header = 'iInteractionID,dtInteractionLocalStartTime,dtInteractionGMTStartTime';
    const { recordings } = await run({ 'a.csv': csv(header, '7,2019-10-27 02:30:00,2019-10-27 01:30:00', '8,2019-10-27 02:30:00,') });
    expect(recordings.map(({ callStart }) => [callStart?.utc, callStart?.certainty, callStart?.candidates.length])).toEqual([
      ['2019-10-27T01:30:00.000Z', 'exact', 0],
      [null, 'ambiguous-fold', 2],
    ]);
  });

  it('whose times SQL Server wrote as text are parsed, and those that a spreadsheet wrote are not guessed', async () => {
    const header = 'iInteractionID,dtInteractionGMTStartTime';
    const { recordings, findings } = await run({ 'a.csv': csv(header, '7,Mar 10 2010  7:16PM', '8,03/04/2010 07:16') });
    expect(recordings.map(({ callStart }) => callStart?.utc ?? null)).toEqual(['2010-03-10T19:16:00.000Z', null]);
    expect(recordings[1]?.extra).toEqual([{ name: 'dtInteractionGMTStartTime', value: '03/04/2010 07:16' }]);
    expect(findings).toEqual(['I282 8']);
  });

  it.each([
    ['2', '2', '', 'not-recorded-by-design', []],
    ['2', '2', '9', 'row-without-audio', ['I281 7']],
    ['1', '2', '', 'row-without-audio', []],
    ['1', '4', '', 'not-recorded-by-design', []],
    ['', '12', '', 'not-recorded-by-design', []],
    ['', '6', '', 'row-without-audio', []],
    ['', '', '', 'row-without-audio', []],
  ])('recorded %s, media %s, exception %s without a file are %s', async (recorded, media, exception, status, codes) => {
    const { recordings, findings } = await run({
      'a.csv': csv(
        'iInteractionID,dtInteractionGMTStartTime,tiInteractionRecordedTypeID,iMediaTypesId,iExceptionTypeID',
        `7,2019-10-27 01:15:00,${recorded},${media},${exception}`,
      ),
    });
    expect(recordings[0]?.reconciliation.status).toBe(status);
    expect(findings).toEqual(codes);
  });

  it('that deny existing audio keep it, and that is reported', async () => {
    const { recordings, findings } = await run({
      'a.csv': csv('iInteractionID,iContactID,dtInteractionGMTStartTime,tiInteractionRecordedTypeID', `${segment},${contact},2019-10-27 01:15:00,2`),
      [name(1)]: wav(1),
    });
    expect(recordings[0]?.reconciliation.status).toBe('matched');
    expect(findings).toEqual([`I170 ${segment}`]);
  });

  it('whose ids a spreadsheet has truncated are not joined by them, and are reported; the path has the whole id', async () => {
    const header = 'iInteractionID,dtInteractionGMTStartTime,vcArchivePath';
    const { recordings, findings } = await run({
      'a.csv': csv(
        header,
        '6.65152E+18,2019-10-27 01:15:00,',
        '6.65152E+18,2019-10-27 01:17:00,',
        `6651516560398680000,2019-10-27 01:19:00,E:\\s\\${name(1)}`,
      ),
      [`s/${name(1)}`]: wav(1),
    });
    expect(recordings.map(({ reconciliation, callStart }) => [reconciliation.status, callStart?.utc])).toEqual([
      ['row-without-audio', '2019-10-27T01:15:00.000Z'],
      ['row-without-audio', '2019-10-27T01:17:00.000Z'],
      ['matched', '2019-10-27T01:19:00.000Z'],
    ]);
    expect(recordings[2]?.key).toBe(segment);
    expect(findings.map((line) => line.slice(0, 4))).toEqual(['I283', 'I283', 'I283']);
  });

  it('never reveal pressed keys', async () => {
    const { recordings, findings } = await run({
      'a.csv': csv('iInteractionID,dtInteractionGMTStartTime,vcClientDTMF', '7,2019-10-27 01:15:00,4929123456781234'),
    });
    expect(recordings[0]).toMatchObject({ events: [{ type: 'dtmf', raw: 'vcClientDTMF: 16 characters, left out' }], extra: [] });
    expect(findings).toEqual(['I220 7']);
  });

  it('state why an interaction was opened and closed, by bits', async () => {
    const { recordings } = await run({
      'a.csv': csv('iInteractionID,dtInteractionGMTStartTime,iInteractionOpenReasonID,iInteractionCloseReasonID', '7,2019-10-27 01:15:00,148,8'),
    });
    expect(recordings[0]?.events.map(({ type, raw }) => `${type} ${raw}`)).toEqual([
      'transfer iInteractionOpenReasonID 148: transfer start, conference, segment',
      'conference iInteractionOpenReasonID 148: transfer start, conference, segment',
      'transfer iInteractionCloseReasonID 8: transfer end',
    ]);
  });

  it('of contacts are kept with each of their interactions', async () => {
    const { recordings, tables } = await run({
      'i.csv': csv('iInteractionID,iContactID,dtInteractionGMTStartTime', '7,5,2019-10-27 01:15:00', '8,5,2019-10-27 01:16:00'),
      'c.csv': csv('iContactID,dtContactGMTStartTime,biContactDuration', '5,2019-10-27 01:15:00,90000', '6,2019-10-27 02:15:00,1'),
    });
    expect(recordings.map(({ group, extra }) => [group?.id, extra])).toEqual([
      ['5', [expect.anything(), { name: 'contact.biContactDuration', value: '90000' }]],
      ['5', [expect.anything(), { name: 'contact.biContactDuration', value: '90000' }]],
    ]);
    expect(tables.find(({ path }) => path === 'c.csv')?.byStatus).toEqual({ event: 1, 'event-without-recording': 1 });
  });
});

describe('NICE Engage, files', () => {
  const interaction = csv('iInteractionID,iContactID,dtInteractionGMTStartTime', `${segment},${contact},2019-10-27 01:15:00`);

  it('are found by contact and segment in their names, with any extension, number and folder', async () => {
    const { recordings } = await run({
      'a.csv': interaction,
      [`x/${name(3, segment, 'WAV')}`]: wav(1),
      [`y.tar!${name(1)}`]: wav(2),
      [name(1, '66')]: wav(3),
    });
    expect(recordings.map(({ key, reconciliation, media }) => [key, reconciliation.status, media.length])).toEqual([
      [segment, 'split-audio', 2],
      [name(1, '66'), 'audio-without-row', 1],
    ]);
  });

  it('of one name in two folders are one file and its copy, or ambiguous', async () => {
    const copies = await run({ 'a.csv': interaction, [`x/${name(1)}`]: wav(1), [`y/${name(1)}`]: wav(1) });
    expect(copies.recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(['matched', 'duplicate-audio']);
    const others = await run({ 'a.csv': interaction, [`x/${name(1)}`]: wav(1), [`y/${name(1)}`]: wav(2) });
    expect(others.recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
  });

  const old = 'SC_1_63_12_Oct 27 2019  1 16AM_Oct 27 2019  1 15AM__401997_400908_38671.nmf';

  it('with old names belong to the row of the store that names them, and through logger, channel and time to their interaction', async () => {
    const { recordings } = await run({
      'r.csv': csv('iInteractionID,iRecordingID,iLogger,iChannel,dtRecordingGMTStartTime', '7,501,63,12,2019-10-27 01:15:00.120'),
      's.csv': csv(
        'siUnitID,vcArchivePath,iLoggerID,iLoggerResource,dtRecordingGMTStartTime',
        `3,\\\\host\\2019_Oct_27\\${old},63,12,2019-10-27T01:15:00.12`,
      ),
      [`2019_Oct_27/${old}`]: wav(1),
    });
    expect(recordings.map(({ key, reconciliation, callStart, extra }) => [key, reconciliation.status, callStart?.utc, extra])).toEqual([
      ['7', 'matched', '2019-10-27T01:15:00.120Z', []],
    ]);
  });

  it('with old names are joined by logger, channel and minute if nothing names them, and only with one', async () => {
    const header = 'iInteractionID,iRecordingID,iLogger,iChannel,dtRecordingGMTStartTime';
    const row = (id: number, channel: number, time: string): string => `${id},50${id},63,${channel},2019-10-27 ${time}`;
    const one = await run({ 'r.csv': csv(header, row(7, 12, '01:15:30'), row(8, 13, '01:15:30'), row(9, 12, '02:15:30')), [old]: wav(1) });
    expect(one.recordings.map(({ key, reconciliation }) => [key, reconciliation.status])).toEqual([
      ['7', 'matched-by-window'],
      ['8', 'row-without-audio'],
      ['9', 'row-without-audio'],
    ]);
    const two = await run({ 'r.csv': csv(header, row(7, 12, '01:15:30'), row(8, 12, '01:15:40')), [old]: wav(1) });
    expect(two.recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
  });

  it('with old names and no rows have the earliest time of their names, if it states the half of the day', async () => {
    const { recordings, findings } = await importAll(
      niceEngage,
      memorySource({ [old]: wav(1), 'SC_1_2_3_Mar 10 2010 12 05AM__1.nmf': wav(2), 'SC_1_2_4_Mar 10 2010  7 16__1.nmf': wav(3) }),
    );
    expect(recordings.map(({ callStart }) => callStart?.local ?? null)).toEqual(['2010-03-10T00:05:00.000', null, '2019-10-27T01:15:00.000']);
    expect(recordings.map(({ callStart }) => callStart?.utc ?? null)).toEqual([null, null, null]);
    expect(findings.map((line) => line.slice(0, 4)).sort()).toEqual(['I280', 'I280']);
  });

  it('that two interactions share are one recording of both', async () => {
    const header = 'iInteractionID,dtInteractionGMTStartTime,vcArchivePath';
    const { recordings } = await run({
      'a.csv': csv(header, '7,2019-10-27 01:15:00,E:\\s\\conf.nmf', '8,2019-10-27 01:15:00,E:\\s\\conf.nmf'),
      's/conf.nmf': wav(1),
    });
    expect(recordings).toMatchObject([
      { key: '7', reconciliation: { status: 'shared-audio' }, sourceKeys: expect.arrayContaining([{ name: 'iInteractionID', value: '8' }]) },
    ]);
  });
});

describe('NICE Engage, feed of segments', () => {
  const record = (id: string): string =>
    JSON.stringify({
      version: 1,
      contactId: contact,
      contactStartTime: '2019-05-02 10:00:00.000',
      segmentId: id,
      segmentStartTime: '2019-05-02 10:00:00.000',
      segmentEndTime: '0001-01-01 00:00:00.000',
      callDirection: 'Incoming',
      DNIS: '+442079460100',
      pbxCallId: 12,
      recordings: [
        { recordingId: 1, mediaType: 'Voice', direction: 'Rx', startTime: '2019-05-02 10:00:00.000', recordingStatus: 'Successful' },
        { recordingId: 2, mediaType: 'Voice', direction: 'Tx', startTime: '2019-05-02 10:00:00.000', recordingStatus: 'Successful' },
      ],
      participants: [
        { userId: 3, agentId: null, phoneNumber: '+442079460017', uniqueDeviceId: '', participantType: 'External', isInitiator: true },
        {
          userId: 4,
          agentId: '7001',
          phoneNumber: '2001',
          uniqueDeviceId: 'SEP0001',
          participantType: 'Internal',
          isInitiator: false,
          firstName: 'Åsa',
          lastName: 'Öberg',
        },
      ],
    });

  it.each([
    ['alone', record(segment), 1],
    ['line by line', `${record(segment)}\n${record('66')}\n`, 2],
    ['glued', record(segment) + record('66'), 2],
    ['as a list', `[${record(segment)},${record('66')}]`, 2],
  ])('%s is read segment by segment', async (_how, text, count) => {
    const { recordings, tables } = await run({ 'feed.json': text, [name(1)]: wav(1) });
    expect(tables).toMatchObject([{ records: count }]);
    expect(recordings).toHaveLength(count);
    expect(recordings.find(({ key }) => key === segment)).toMatchObject({
      reconciliation: { status: 'matched' },
      callStart: { utc: '2019-05-02T08:00:00.000Z', certainty: 'assumed' },
      callEnd: null,
      direction: { value: 'inbound' },
      correlation: [{ name: 'pbx-call-id', value: '12' }],
      group: { id: contact },
      parties: [
        { role: 'customer', phone: { e164: '+442079460017' }, device: null },
        { role: 'agent', name: 'Åsa Öberg', agentId: '7001', device: 'SEP0001' },
        { role: 'callee', phone: { e164: '+442079460100' } },
      ],
      extra: expect.arrayContaining([{ name: 'segmentEndTime', value: '0001-01-01 00:00:00.000' }]),
    });
  });
});

describe('NICE Engage, any export', () => {
  it('keeps its totals when shuffled, doubled and reduced', async () => {
    const sample = niceEngageSample();
    const storage = new TextDecoder().decode(sample.get('tables/tblStorageCenter01.csv')).split('\r\n');
    const media = [...sample].filter(([path]) => !path.startsWith('tables/'));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...storage.slice(1), ...storage.slice(1)]),
        fc.shuffledSubarray(media),
        fc.boolean(),
        async (rows, files, withDump) => {
          const dump = withDump ? [['n.sql', sample.get('tables/nice_interactions.sql') ?? '']] : [];
          const { tables } = await run(Object.fromEntries([...files, ...dump, ['s.csv', csv(storage[0] ?? '', ...rows)]]) as Record<string, string>);
          expect(tables.find(({ path }) => path === 's.csv')?.records ?? 0).toBe(rows.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('longplay import', () => {
  it('imports the sample with its nmf files through the command line, and the archive verifies', async () => {
    await using rig = createRig();
    const imported = await rig.json(['import', join(root, 'samples/nice-engage'), '--into', rig.path('archive'), '--zone', zone]);
    expect(imported.code).toBe(0);
    expect(imported.summary).toMatchObject({
      imported: 8,
      notPlayable: 0,
      reconciliation: { recordings: { 'audio-without-row': 2, matched: 2, 'not-recorded-by-design': 2, 'row-without-audio': 2 } },
      findings: { I220: 1, I280: 1, I281: 1 },
    });
    expect((await rig.run(['verify', rig.path('archive')])).code).toBe(0);
  });
});
