import { describe, expect, it } from 'vitest';
import { zoomPhone } from '../../../importers/zoom-phone/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { zoomRecording } from '../make-cloud-samples.ts';
import { memorySource } from '../memory-source.ts';

const id = 'aaaabbbbccccdddd0001';
const importOf = (files: Readonly<Record<string, string | Uint8Array>>) => importAll(zoomPhone, memorySource(files));

describe('Zoom Phone', () => {
  it.each([
    ['a page', (each: object) => JSON.stringify({ next_page_token: '', recordings: [each] })],
    ['a list', (each: object) => JSON.stringify([each])],
    ['one recording', (each: object) => JSON.stringify(each)],
    [
      'a webhook',
      (each: object) => JSON.stringify({ event: 'phone.recording_completed', payload: { account_id: 'a', object: { recordings: [each] } } }),
    ],
    ['pages glued', (each: object) => `${JSON.stringify({ recordings: [each] })}${JSON.stringify({ recordings: [] })}`],
  ])('describes a recording: %s', async (_how, write) => {
    const imported = await importOf({ 'x.json': write(zoomRecording(id)), [`out/2025-10-26_${id}.mp3`]: wav(1) });
    expect(imported.findings).toEqual([]);
    expect(imported.recordings).toMatchObject([
      {
        key: id,
        callStart: { utc: '2025-10-26T01:28:00.000Z', certainty: 'exact' },
        callEnd: { utc: '2025-10-26T01:28:12.000Z' },
        durationDeclared: { ms: 12_000 },
        direction: { value: 'inbound' },
        correlation: [{ name: 'call-id', value: '6985961411830590001' }],
        group: { id: '6985961411830590001' },
        parties: [
          { role: 'caller', phone: { e164: '+442079460012' }, name: 'Caller' },
          { role: 'callee', phone: { extension: '2001' } },
          { role: 'agent', name: 'Agent Seven', agentId: 'u7', phone: { extension: '2001' } },
        ],
        org: [{ name: 'site', value: 'Main' }, { name: 'site-id' }],
        tags: [{ name: 'recording_type', value: 'Automatic' }],
        reconciliation: { status: 'matched' },
      },
    ]);
  });

  it('accounts for overlapping pages, names by the call, and files or entries without a counterpart', async () => {
    const other = zoomRecording('aaaabbbbccccdddd0002', { call_id: '6985961411830590002', owner: { type: 'callQueue', id: 'q1', name: 'Claims' } });
    const lost = zoomRecording('aaaabbbbccccdddd0003', { call_id: '6985961411830590003' });
    const imported = await importOf({
      '1.json': JSON.stringify({ recordings: [zoomRecording(id), other] }),
      '2.json': JSON.stringify({ recordings: [other, lost] }),
      'call-6985961411830590002.mp3': wav(2),
      'copy/call-6985961411830590002.mp3': wav(2),
      'zzzz.mp3': wav(3),
    });
    expect(brief(imported)).toMatchObject({
      [id]: { status: 'row-without-audio' },
      aaaabbbbccccdddd0002: { status: 'matched' },
      aaaabbbbccccdddd0003: { status: 'row-without-audio' },
      'zzzz.mp3': { status: 'audio-without-row' },
    });
    expect(imported.tables.map(({ byStatus }) => byStatus)).toEqual([
      { matched: 1, 'row-without-audio': 1 },
      { 'duplicate-row': 1, 'row-without-audio': 1 },
    ]);
    expect(imported.recordings.find(({ key }) => key === 'aaaabbbbccccdddd0002')?.org).toContainEqual({ name: 'queue', value: 'Claims' });
  });

  it('reads a table of the same columns', async () => {
    const imported = await importOf({
      'x.csv': `date_time,id,caller_number,callee_number,duration\n2025-10-26T01:28:00Z,${id},'+442079460012,2001,12\n`,
      [`${id}.mp3`]: wav(1),
    });
    expect(imported.recordings).toMatchObject([
      { key: id, parties: [{ phone: { damage: 'guard-char' } }, {}], reconciliation: { status: 'matched' } },
    ]);
  });
});
