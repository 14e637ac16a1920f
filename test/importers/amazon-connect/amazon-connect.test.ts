import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amazonConnect } from '../../../importers/amazon-connect/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { connectKey, connectSample, contactIds, contactRecord } from '../make-cloud-samples.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';

const { first, second, deleted, chat } = contactIds;
const records = (...each: readonly object[]): string => each.map((record) => JSON.stringify(record)).join('');
const importOf = (files: Readonly<Record<string, string | Uint8Array>>) => importAll(amazonConnect, memorySource(files));
const recognised = (files: Readonly<Record<string, string | Uint8Array>>) =>
  amazonConnect.recognise(memorySource(files), { zone: null, mapping: null, encoding: null, media, scratch: '/tmp' }, new AbortController().signal);

describe('Amazon Connect', () => {
  it('describes a contact by its record, and takes no time from the name of the file', async () => {
    const { recordings, findings } = await importOf({ 'ctr.json': records(contactRecord(first)), [connectKey(first, '01:55')]: wav(4) });
    expect(findings).toEqual(['I200 11111111-aaaa-4bbb-8ccc-000000000001']);
    expect(recordings).toMatchObject([
      {
        key: first,
        callStart: { utc: '2025-10-26T01:28:00.000Z', certainty: 'exact' },
        callAnswer: { utc: '2025-10-26T01:28:40.000Z' },
        callEnd: { utc: '2025-10-26T01:29:20.000Z' },
        durationDeclared: null,
        direction: { value: 'inbound', raw: 'INBOUND' },
        parties: [
          { role: 'caller', phone: { e164: '+442079460012' } },
          { role: 'callee', phone: { e164: '+15550100' } },
          { role: 'agent', agentId: 'agent.seven' },
        ],
        events: [{ type: 'answer', at: { utc: '2025-10-26T01:28:00.000Z' } }, { type: 'join' }, { type: 'disconnect', raw: 'CUSTOMER_DISCONNECT' }],
        quality: [
          { name: 'channel', value: 'VOICE' },
          { name: 'holds', value: '2' },
          { name: 'hold-seconds', value: '12' },
          { name: 'longest-hold-seconds', value: '9' },
        ],
        tags: [{ name: 'Case', value: 'C-4711' }],
        group: null,
        media: [{ side: 'stereo', audioStart: null }],
        reconciliation: { status: 'matched' },
      },
    ]);
  });

  it.each(['01:29', '01%3A29', '01%253A29', '01_29', '0129', '01-29', '01：29', '01\uf03a29'])(
    'finds the file if its name has %s',
    async (minute) => {
      const { recordings, findings } = await importOf({ 'ctr.json': records(contactRecord(first)), [connectKey(first, minute)]: wav(4) });
      expect(findings).toEqual([]);
      expect(recordings).toMatchObject([
        {
          reconciliation: { status: 'matched', rule: 'Location in the contact record' },
          media: [
            {
              audioStart: { utc: '2025-10-26T01:28:41.250Z' },
              channels: [
                { index: 0, role: 'customer' },
                { index: 1, role: 'agent' },
              ],
            },
          ],
        },
      ]);
    },
  );

  it.each([
    ['glued', 'ctr.json', (each: readonly object[]) => records(...each)],
    ['lines', 'ctr.jsonl', (each: readonly object[]) => each.map((record) => `${JSON.stringify(record)}\n`).join('')],
    ['an array', 'ctr.txt', (each: readonly object[]) => `\ufeff${JSON.stringify(each, null, 2)}`],
    ['glued, delivered', 'a/stream-3-2025-10-26-01-31-00-33333333-aaaa-4bbb-8ccc-000000000001', (each: readonly object[]) => records(...each)],
    [
      'with the list first',
      'ctr.json',
      (each: readonly object[]) => each.map((record) => JSON.stringify(Object.fromEntries(Object.entries(record).toReversed()))).join(''),
    ],
  ])('uses the newest of several deliveries: %s', async (_how, path, write) => {
    const old = contactRecord(first, { Attributes: { Case: 'old' } });
    const newest = contactRecord(first, { Attributes: { Case: 'new' }, LastUpdateTimestamp: '2025-11-01T00:00:00.5Z' });
    const imported = await importOf({ [path]: write([old, newest, old]), [connectKey(first)]: wav(4) });
    expect(imported.tables).toMatchObject([{ records: 3, byStatus: { matched: 1, 'duplicate-row': 2 } }]);
    expect(imported.recordings).toMatchObject([{ tags: [{ name: 'Case', value: 'new' }] }]);
    expect(imported.recordings[0]?.extra).toContainEqual({ name: 'LastUpdateTimestamp', value: '2025-11-01T00:00:00.5Z' });
    expect(imported.recordings[0]?.extra).toContainEqual({ name: 'Attributes.Case', value: 'old' });
    expect(imported.recordings[0]?.extra.filter(({ name }) => name === 'DisconnectTimestamp' || name === 'ContactId')).toEqual([]);
    expect(imported.recordings[0]?.provenance.length).toBe(2);
    expect(imported.findings).toEqual([]);
    expect(await recognised({ [path]: write([old]) })).toContain('table of contact records: 1');
  });

  it('reports where two records of one time differ', async () => {
    const imported = await importOf({ 'ctr.json': records(contactRecord(first), contactRecord(first, { Attributes: { Case: 'other' } })) });
    expect(imported.findings).toEqual([`I204 ${first}`]);
    expect(imported.recordings).toMatchObject([{ tags: [{ value: 'C-4711' }] }]);
  });

  it('reads tables of contact records, with the columns of JSON and of the data lake', async () => {
    const csv = `Recording.Status;contactid;InitiationTimestamp;Recording.Location;CustomerEndpoint.Address\nAVAILABLE;${first};2025-10-26T01:28:00Z;b/${connectKey(first)};'+442079460012\n;${second};2025-10-26T01:29:00Z;;2001\n`;
    const lake = `contact_id,initiation_timestamp,queue_name,agent_username,channel,recordings\n${deleted},2025-10-26 01:28:00.000,Claims,agent.seven,VOICE,"[{""Location"":""b/${connectKey(deleted)}"",""Status"":""DELETED""}]"\n`;
    const imported = await importOf({ 'a.csv': csv, 'b.csv': lake, [connectKey(first)]: wav(3) });
    expect(brief(imported)).toMatchObject({
      [first]: { status: 'matched', start: '2025-10-26T01:28:00.000Z' },
      [second]: { status: 'not-recorded-by-design' },
      [deleted]: { status: 'deleted-at-source', start: '2025-10-26T01:28:00.000Z' },
    });
    expect(imported.recordings.find(({ key }) => key === first)?.parties).toMatchObject([{ phone: { raw: "'+442079460012", damage: 'guard-char' } }]);
    expect(imported.recordings.find(({ key }) => key === deleted)).toMatchObject({
      org: [{ name: 'queue', value: 'Claims' }],
      parties: [{ agentId: 'agent.seven' }],
    });
  });

  it('distinguishes a table without a place for recordings from one where it is empty', async () => {
    const imported = await importOf({ 'a.csv': `contactid,initiationtimestamp\n${first},2025-10-26T01:28:00Z\n` });
    expect(brief(imported)).toMatchObject({ [first]: { status: 'row-without-audio' } });
  });

  it('keeps the entry and reason of a deleted recording, and warns if the file still exists', async () => {
    const gone = { DeletionReason: 'Request 7', Location: `b/${connectKey(deleted)}`, Status: 'DELETED' };
    const record = contactRecord(deleted, { Recording: gone, Recordings: [{ ...gone, StorageType: 'S3' }] });
    const without = await importOf({ 'ctr.json': records(record) });
    expect(without.recordings).toMatchObject([{ reconciliation: { status: 'deleted-at-source' } }]);
    expect(without.recordings[0]?.quality).toContainEqual({ name: 'deletion-reason', value: 'Request 7' });
    expect(without.findings).toEqual([]);
    const there = await importOf({ 'ctr.json': records(record), [connectKey(deleted, '01_29')]: wav(4) });
    expect(there.recordings).toMatchObject([{ reconciliation: { status: 'matched' } }]);
    expect(there.findings).toEqual([`I260 ${deleted}`]);
  });

  it('distinguishes a status of NULL from a missing file', async () => {
    const imported = await importOf({
      'ctr.json': records(contactRecord(first), contactRecord(second, { Recording: { Location: null, Status: null }, Recordings: [] })),
    });
    expect(brief(imported)).toMatchObject({ [first]: { status: 'row-without-audio' }, [second]: { status: 'not-recorded-by-design' } });
  });

  it('counts chats and tasks as not recorded by design, with their transcripts', async () => {
    const place = connectKey(chat).replace('CallRecordings', 'ChatTranscripts').replace('.wav', '.json');
    const imported = await importOf({
      'ctr.json': records(contactRecord(chat, { Channel: 'CHAT' }, place), contactRecord(second, { Channel: 'TASK' }, null)),
      [place]: '{"ContactId":"x"}',
    });
    expect(brief(imported)).toMatchObject({ [chat]: { status: 'not-recorded-by-design' }, [second]: { status: 'not-recorded-by-design' } });
    expect(imported.recordings.find(({ key }) => key === chat)?.provenance.map(({ path }) => path)).toContain(place);
    expect(imported.files).toContainEqual({ kind: 'file', path: place, role: 'sidecar', reason: 'transcripts and analyses' });
  });

  it('keeps the redacted copy and the screen recording with the call, and a flow without sides', async () => {
    const flow = `connect/example/CallRecordings/ivr/2025/10/26/${second}_20251026T01_30_UTC.wav`;
    const imported = await importOf({
      'ctr.json': records(contactRecord(first), contactRecord(second, {}, flow)),
      [connectKey(first)]: wav(4),
      [`Analysis/Voice/Redacted/2025/10/26/${first}_call_recording_redacted_2025-10-26T01%3A35%3A00Z.wav`]: wav(4),
      [`ScreenRecordings/2025/10/26/${first}_${second}_20251026T0129_UTC.mp4`]: wav(9),
      [`Analysis/Voice/2025/10/26/${first}_analysis_2025-10-26T01_35_00Z.json`]: 'x'.repeat(300_000),
      [flow]: wav(4),
    });
    expect(imported.recordings.find(({ key }) => key === first)).toMatchObject({
      reconciliation: { status: 'matched' },
      media: [
        { kind: 'audio', side: 'unknown', channels: [] },
        { kind: 'screen', channels: [] },
        { kind: 'audio', side: 'stereo' },
      ],
    });
    expect(imported.recordings.find(({ key }) => key === second)).toMatchObject({ media: [{ side: 'unknown', channels: [] }] });
  });

  it('joins two recordings of one contact, and no stream of live media', async () => {
    const [one, two] = [connectKey(first), connectKey(first, '01:50')];
    const stored = (location: string, more = {}) => ({ Location: `b/${location}`, Status: 'AVAILABLE', StorageType: 'S3', ...more });
    const stream = { ...stored(''), Location: 'arn:aws:kinesisvideo:eu-west-2:123456789012:stream/x', StorageType: 'KINESIS_VIDEO_STREAM' };
    const imported = await importOf({
      'ctr.json': records(
        contactRecord(first, { Recording: stored(one), Recordings: [stored(one), stream, stored(two, { StartTimestamp: '2025-10-26T01:40:00Z' })] }),
        contactRecord(second, { Recording: null, Recordings: [stream] }),
      ),
      [one]: wav(4),
      [two]: wav(5),
    });
    expect(imported.recordings.find(({ key }) => key === first)).toMatchObject({
      reconciliation: { status: 'split-audio' },
      media: [{ audioStart: null }, { audioStart: { utc: '2025-10-26T01:40:00.000Z' } }],
    });
    expect(brief(imported)[second]?.status).toBe('row-without-audio');
    expect(imported.findings).toEqual([]);
  });

  it('links the contacts of one interaction', async () => {
    const imported = await importOf({
      'ctr.json': records(
        contactRecord(first, { NextContactId: second }),
        contactRecord(second, { InitialContactId: first, PreviousContactId: first, InitiationMethod: 'TRANSFER' }),
      ),
    });
    expect(imported.recordings.map(({ group }) => group)).toEqual([
      { id: first, index: null, count: null, previous: null, next: second },
      { id: first, index: null, count: null, previous: first, next: null },
    ]);
    expect(imported.recordings[1]).toMatchObject({
      direction: { value: 'unknown', raw: 'TRANSFER' },
      parties: [{ role: 'customer' }, { role: 'unknown' }, { role: 'agent' }],
    });
  });

  it('omits dialled digits', async () => {
    const imported = await importOf({
      'ctr.json': records(
        contactRecord(first, { Attributes: { pin_dtmf: '4929', Case: 'C-1' } }),
        contactRecord(first, { Attributes: { pin_dtmf: '49291' }, LastUpdateTimestamp: '2025-11-01T00:00:00Z' }),
      ),
    });
    expect(JSON.stringify({ ...imported.recordings[0], provenance: [] })).not.toContain('4929');
    expect(imported.findings).toEqual([`I261 ${first}`]);
  });

  it('distinguishes copies, files of one name, and files without a record', async () => {
    const imported = await importOf({
      'ctr.json': records(contactRecord(first), contactRecord(second)),
      [`a/${connectKey(first)}`]: wav(4),
      [`b/${connectKey(first)}`]: wav(4),
      [`a/${connectKey(second)}`]: wav(5),
      [`b/${connectKey(second)}`]: wav(6),
      [connectKey(deleted)]: wav(0),
      'connect/example/CallRecordings/readme.pdf': 'x',
    });
    expect(brief(imported)).toMatchObject({
      [first]: { status: 'matched' },
      [second]: { status: 'ambiguous' },
      [`audio of ${second}`]: { status: 'ambiguous' },
      [`audio of ${deleted}`]: { status: 'audio-without-row' },
    });
    expect(imported.recordings.filter(({ reconciliation }) => reconciliation.status === 'duplicate-audio').length).toBe(1);
  });

  it('recognises only its bucket, and no table of others', async () => {
    expect(await recognised({ [connectKey(first, '01_29')]: wav(1) })).toContain('named as amazon-connect names them: 1 of 1');
    expect(await recognised({ 'cdr.csv': 'contactid,start\n1,2\n', 'a.wav': wav(1), 'x.json': '{"ContactId":"1"}' })).toBe(null);
  });

  it('keeps all totals of shuffled, doubled and reduced exports', async () => {
    const sample = connectSample();
    const lines = Object.values(contactIds).flatMap((contact) => [
      contactRecord(contact),
      contactRecord(contact, { LastUpdateTimestamp: '2025-11-01T00:00:00Z' }),
      contactRecord(contact, { Channel: 'CHAT' }, null),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...lines), { maxLength: 10 }),
        fc.subarray([...sample.keys()]),
        fc.boolean(),
        async (rows, paths, doubled) => {
          const files = paths.flatMap((path) => (doubled ? [path, `copy/${path}`] : [path]).map((each) => [each, sample.get(path) ?? ''] as const));
          const imported = await importOf({ 'x.json': records(...rows), ...Object.fromEntries(files) });
          const keys = new Set(rows.map((row) => (row as { ContactId: string }).ContactId));
          expect(imported.tables.find(({ path }) => path === 'x.json')?.records ?? 0).toBe(rows.length);
          for (const key of keys) expect(imported.recordings.filter((recording) => recording.key === key).length).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});
