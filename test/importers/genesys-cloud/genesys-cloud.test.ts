import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesysCloud } from '../../../importers/genesys-cloud/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { genesysIds, genesysMetadata, genesysSample } from '../make-cloud-samples.ts';
import { memorySource } from '../memory-source.ts';

const { conversation, first, second, chat, deleted } = genesysIds;
const hour = 'org-1/year=2025/month=10/day=26/hour=1';
const json = (value: object): string => JSON.stringify(value);
const importOf = (files: Readonly<Record<string, string | Uint8Array>>) => importAll(genesysCloud, memorySource(files));

describe('Genesys Cloud', () => {
  it.each([
    [`${hour}/conversation_id=${conversation}/${first}_metadata.json`, `${hour}/conversation_id=${conversation}/${first}.opus`],
    [`${hour}/conversation_id=${conversation}/${first}.opus_metadata.json`, `${hour}/conversation_id=${conversation}/${first}.opus`],
    [`org-1/year%3D2025/month%3D10/day%3D26/hour%3D1/conversation_id%3D${conversation}/${first}_metadata.json`, `flat/${first}.WAV`],
    [`x.zip!conversation_id=${conversation}/${first}_metadata.json`, `y.zip!${first}_converted.mp3`],
  ])('joins %s with its file', async (metadata, medium) => {
    const { recordings, findings } = await importOf({ [metadata]: json(genesysMetadata(first)), [medium]: wav(4) });
    expect(findings).toEqual([]);
    expect(recordings).toMatchObject([
      {
        key: first,
        callStart: { utc: '2025-10-26T01:28:00.000Z', certainty: 'exact' },
        durationDeclared: { ms: 25_000, of: 'call' },
        direction: { value: 'inbound' },
        correlation: [{ name: 'conversation', value: conversation }],
        group: { id: conversation },
        parties: [{ role: 'caller', phone: { e164: '+442079460012' } }, { role: 'callee', phone: { e164: '+15550100' } }, { role: 'agent' }],
        reconciliation: { status: 'matched', rule: 'recording id in the file name' },
        media: [{ path: medium, kind: 'audio' }],
      },
    ]);
    expect(recordings[0]?.extra).toContainEqual({ name: 'somethingNew', value: 'kept' });
  });

  it('keeps both offsets of annotations, and states that pauses were cut out', async () => {
    const { recordings } = await importOf({ [`${first}_metadata.json`]: json(genesysMetadata(first)) });
    expect(recordings[0]?.events).toMatchObject([
      { type: 'pause', raw: 'Pause SecurePause', lengthMs: 5_000, callOffsetMs: 10_000, mediaOffsetMs: 10_000, mediaEffect: 'cut' },
      { type: 'hold', raw: 'Pause Hold', lengthMs: 2_000, callOffsetMs: 20_000, mediaOffsetMs: 15_000, mediaEffect: 'cut' },
    ]);
    const old = [
      { type: 'bookmark', absoluteLocation: 7_000, recordingLocation: 6_000 },
      { type: 'x', absoluteLocation: 'never' },
    ];
    const earlier = await importOf({ [`${first}_metadata.json`]: json(genesysMetadata(first, { annotations: old })) });
    expect(earlier.recordings[0]?.events).toMatchObject([
      { type: 'tag', callOffsetMs: 7_000, mediaOffsetMs: 6_000, mediaEffect: 'none' },
      { type: 'tag', callOffsetMs: null, mediaOffsetMs: null },
    ]);
  });

  it('keeps the recordings of a conversation apart and groups them', async () => {
    const folder = `${hour}/conversation_id=${conversation}`;
    const bare = { mediaType: 'Call', provider: 'edge' };
    const imported = await importOf({
      [`${folder}/${first}_metadata.json`]: json(bare),
      [`${folder}/${first}.wav`]: wav(1),
      [`${folder}/${second}_metadata.json`]: json({ ...bare, mediaType: 'Screen' }),
      [`${folder}/${second}.webm`]: wav(2),
    });
    expect(imported.recordings).toMatchObject([
      {
        key: first,
        group: { id: conversation },
        org: [
          { name: 'organization', value: 'org-1' },
          { name: 'provider', value: 'edge' },
        ],
        callStart: null,
      },
      { key: second, group: { id: conversation }, media: [{ kind: 'screen' }] },
    ]);
  });

  it('reads lists of the API, with states of files', async () => {
    const item = (id: string, more: object) => ({ id, conversationId: conversation, fileState: 'AVAILABLE', media: 'audio', ...more });
    const imported = await importOf({
      'recordings.json': json([
        item(first, { outputDurationMs: 300, users: [{ id: 'u7', name: 'Agent Seven' }] }),
        item(deleted, { fileState: 'DELETED', deleteDate: '2025-11-01T00:00:00Z' }),
        item(second, { fileState: 'ARCHIVED', deleteDate: '2030-01-01T00:00:00Z' }),
      ]),
      [`audio/${first}.opus`]: wav(1),
      [`audio/${deleted}.opus`]: wav(2),
    });
    expect(brief(imported)).toMatchObject({
      [first]: { status: 'matched' },
      [deleted]: { status: 'matched' },
      [second]: { status: 'row-without-audio' },
    });
    expect(imported.findings).toEqual([`I260 ${deleted}`]);
    expect(imported.recordings.map(({ retention }) => [retention?.expiresAt?.utc ?? null, retention?.deletedAtSource?.utc ?? null])).toEqual([
      [null, null],
      ['2030-01-01T00:00:00.000Z', null],
      [null, '2025-11-01T00:00:00.000Z'],
    ]);
    expect(imported.recordings[0]?.durationDeclared).toEqual({ ms: 300, raw: '300', unit: 'ms', of: 'audio' });
    expect(imported.recordings[0]?.parties).toMatchObject([{ role: 'agent', name: 'Agent Seven', agentId: 'u7' }]);
  });

  it('recognises chats, keeps transcripts, and recognises an index of PureConnect', async () => {
    const folder = `${hour}/conversation_id=${conversation}`;
    const imported = await importOf({
      [`${folder}/${chat}_metadata.json`]: json(genesysMetadata(chat, { mediaType: 'Chat' })),
      [`${folder}/${chat}.json`]: json([{ body: 'x' }]),
      [`${folder}/${first}-transcript.json`]: json({}),
      'index.html': '<html></html>',
    });
    expect(brief(imported)).toMatchObject({ [chat]: { status: 'not-recorded-by-design' }, [first]: { status: 'not-recorded-by-design' } });
    expect(imported.files.find(({ path }) => path === 'index.html')).toMatchObject({ role: 'alien', reason: expect.stringContaining('PureConnect') });
  });

  it('keeps truncated metadata with the file that it is named after', async () => {
    const imported = await importOf({ [`a/${first}.opus_metadata.json`]: json(genesysMetadata(first)).slice(0, 200), [`a/${first}.opus`]: wav(1) });
    expect(imported.recordings).toMatchObject([{ reconciliation: { status: 'parse-error' }, media: [{ path: `a/${first}.opus` }] }]);
  });

  it('accounts for everything in reduced and doubled exports', async () => {
    const sample = genesysSample();
    await fc.assert(
      fc.asyncProperty(fc.subarray([...sample.keys()]), fc.boolean(), async (paths, doubled) => {
        const files = paths.flatMap((path) => (doubled ? [path, `copy/${path}`] : [path]).map((each) => [each, sample.get(path) ?? ''] as const));
        const imported = await importOf(Object.fromEntries(files));
        for (const path of paths.filter((each) => each.endsWith('_metadata.json'))) {
          const key = path.split('/').at(-1)?.slice(0, 36);
          expect(imported.recordings.filter((recording) => recording.key === key).length).toBe(1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
