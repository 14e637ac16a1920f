import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mediasense } from '../../../importers/mediasense/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { mediasenseSample, mediasenseSession, mediasenseTrack } from '../make-cloud-samples.ts';
import { memorySource } from '../memory-source.ts';

const session = '3148a2ed3cb1b101';
const start = 1_761_442_080_250;
const importOf = (files: Readonly<Record<string, string | Uint8Array>>) => importAll(mediasense, memorySource(files));
const sides = mediasenseSession(
  session,
  [0, 1].map((track) => mediasenseTrack(session, track, start + track * 20)),
);

describe('Cisco MediaSense', () => {
  it.each([
    ['an answer', (each: object) => ({ responseCode: 2000, responseBody: { sessions: [each] } })],
    ['a list', (each: object) => [each]],
    ['one session', (each: object) => each],
    ['its tracks first', (each: object) => Object.fromEntries(Object.entries(each).toReversed())],
  ])('describes a session with two sides: %s', async (_how, wrap) => {
    const imported = await importOf({
      'x.json': JSON.stringify(wrap(sides)),
      [`a/${session}-TRACK0.wav`]: wav(1),
      [`a/${session}_track1.raw`]: wav(2),
    });
    expect(imported.findings).toEqual([]);
    expect(imported.tables).toMatchObject([{ records: 1, byStatus: { matched: 1 } }]);
    expect(imported.recordings).toMatchObject([
      {
        key: session,
        callStart: { utc: '2025-10-26T01:28:00.250Z', certainty: 'exact' },
        durationDeclared: { ms: 30_000 },
        correlation: [
          { name: 'session-id', value: session },
          { name: 'ccid', value: '00001004711572135304' },
          { name: 'xrefci', value: '20000' },
          { name: 'xrefci', value: '20001' },
        ],
        parties: [{ phone: { extension: '2001' }, device: 'SEP001122334455' }, { phone: { e164: '+442079460012' } }],
        events: [{ type: 'tag', raw: 'checked', callOffsetMs: 10_000 }],
        media: [{ audioStart: { utc: '2025-10-26T01:28:00.250Z' } }, { audioStart: { utc: '2025-10-26T01:28:00.270Z' } }],
        reconciliation: { status: 'matched' },
      },
    ]);
  });

  it('keeps tracks after a hold as parts', async () => {
    const tracks = [0, 1, 2, 3].map((track) => mediasenseTrack(session, track, start + (track < 2 ? 0 : 20_000)));
    const files = Object.fromEntries([0, 1, 2, 3].map((track) => [`${session}-TRACK${track}.wav`, wav(track + 1)]));
    const { recordings } = await importOf({ 'x.json': JSON.stringify(mediasenseSession(session, tracks)), ...files });
    expect(recordings).toMatchObject([{ reconciliation: { status: 'split-audio' } }]);
    expect(recordings[0]?.events.filter(({ mediaEffect }) => mediaEffect === 'split')).toMatchObject([
      { type: 'record-start', at: { utc: '2025-10-26T01:28:20.250Z' } },
    ]);
  });

  it('finds the download of a whole session, files in a folder of its id, and keeps video separate', async () => {
    const video = mediasenseTrack(session, 2, start, { trackMediaType: 'VIDEO' });
    const whole = { ...sides, tracks: [mediasenseTrack(session, 0, start), video] };
    const { recordings } = await importOf({
      'x.json': JSON.stringify(whole),
      [`${session}.mp4`]: wav(1),
      [`${session}/track2.mp4`]: wav(2),
      [`${session}/track0.wav`]: wav(3),
    });
    expect(recordings).toMatchObject([{ reconciliation: { status: 'matched' }, media: [{ kind: 'audio' }, { kind: 'audio' }, { kind: 'other' }] }]);
  });

  it('distinguishes deleted sessions from lost ones, and sessions without ids', async () => {
    const imported = await importOf({
      'x.json': JSON.stringify([
        mediasenseSession('aaaaaaaa1', [], { sessionState: 'DELETED' }),
        mediasenseSession('aaaaaaaa2', [mediasenseTrack('x', 0, start)], { sessionState: 'CLOSED_ERROR' }),
        { sessionId: '', sessionStartDate: start },
      ]),
      'y.wav': wav(1),
    });
    expect(brief(imported)).toMatchObject({
      aaaaaaaa1: { status: 'deleted-at-source' },
      aaaaaaaa2: { status: 'row-without-audio' },
      'y.wav': { status: 'audio-without-row' },
    });
    expect(imported.recordings.find(({ key }) => key === 'aaaaaaaa2')?.quality).toContainEqual({ name: 'session-state', value: 'CLOSED_ERROR' });
    expect(imported.recordings.length).toBe(4);
  });

  it('reports where a session was exported twice', async () => {
    const imported = await importOf({ 'a.json': JSON.stringify([sides]), 'b.json': JSON.stringify([sides, { ...sides, sessionState: 'ACTIVE' }]) });
    expect(imported.findings).toEqual([`I204 ${session}`]);
    expect(imported.tables.map(({ byStatus }) => byStatus)).toEqual([{ 'row-without-audio': 1 }, { 'duplicate-row': 1, 'row-without-audio': 1 }]);
  });

  it('accounts for everything in reduced and doubled exports', async () => {
    const sample = mediasenseSample();
    await fc.assert(
      fc.asyncProperty(fc.subarray([...sample.keys()]), fc.boolean(), async (paths, doubled) => {
        const files = paths.flatMap((path) => (doubled ? [path, `copy/${path}`] : [path]).map((each) => [each, sample.get(path) ?? ''] as const));
        const imported = await importOf(Object.fromEntries(files));
        if (paths.includes('sessions.json')) expect(imported.recordings.filter(({ provenance }) => provenance[0]?.kind === 'row').length).toBe(3);
      }),
      { numRuns: 40 },
    );
  });
});
