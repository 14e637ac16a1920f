import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesysGir } from '../../../importers/genesys-gir/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { girMedia, girRecording, girSample } from '../make-cloud-samples.ts';
import { memorySource } from '../memory-source.ts';

const id = '011AP643CSAPR4FKQGQE31TAES000001';
const day = 'cc-1/Environment/2025-10-26';
const json = (value: object): string => JSON.stringify(value);
const importOf = (files: Readonly<Record<string, string | Uint8Array>>) => importAll(genesysGir, memorySource(files));

describe('Genesys Interaction Recording', () => {
  it('describes a recording by its metadata', async () => {
    const { recordings, findings } = await importOf({
      [`${day}/${id}/recording.json`]: json(girRecording(id, [girMedia(id, `${id}_a.mp3`, wav(4).length)])),
      [`${day}/${id}/${id}_a.mp3`]: wav(4),
    });
    expect(findings).toEqual([]);
    expect(recordings).toMatchObject([
      {
        key: id,
        callStart: { utc: '2025-10-26T01:28:00.000Z', certainty: 'exact' },
        callEnd: { utc: '2025-10-26T01:28:30.000Z' },
        durationDeclared: { ms: 300, raw: '300', unit: 'ms', of: 'audio' },
        correlation: [
          { name: 'call-uuid', value: id },
          { name: 'conn-id', value: '006a0269722cd93f' },
        ],
        parties: [
          { role: 'caller', phone: { e164: '+442079460012' } },
          { role: 'callee', phone: { extension: '2001' } },
          { role: 'agent', agentId: '4711', device: '2001' },
          { role: 'agent', agentId: 'agent.seven', name: 'Agent Seven' },
        ],
        org: [
          { name: 'contact-center', value: 'cc-1' },
          { name: 'tenant', value: 'Environment' },
        ],
        events: [
          { type: 'join', at: { utc: '2025-10-26T01:28:00.000Z' } },
          { type: 'pause', mediaEffect: 'unknown' },
          { type: 'resume' },
          { type: 'leave' },
        ],
        media: [{ audioStart: { utc: '2025-10-26T01:28:01.000Z' } }],
        reconciliation: { status: 'matched', rule: 'file name in mediaFiles' },
      },
    ]);
    expect(recordings[0]?.extra).toContainEqual({ name: 'mediaFiles.ivrprofile', value: 'CallRecProfile' });
  });

  it('finds a file by the name in its address, in other folders, and under the name of the encrypted file', async () => {
    const media = girMedia(id, `${id}_a.mp3`, 4, { mediaUri: 'http://gir.example/api/v2/recordings/x/play/4f82ee48.mp3?disposition=none' });
    for (const path of [
      `${day}/${id}/4f82ee48.mp3`,
      'elsewhere/4f82ee48.mp3',
      `elsewhere/${id}_a.wav`,
      `e/${id}_a.mp3.bin`,
      `e/${id}_a.p7m`,
      `e.zip!${id}_a.mp3.p7m`,
    ]) {
      const { recordings, findings } = await importOf({ [`${day}/${id}/recording.json`]: json(girRecording(id, [media])), [path]: 'x'.repeat(9) });
      expect(recordings, path).toMatchObject([{ reconciliation: { status: 'matched' }, media: [{ path }] }]);
      expect(recordings[0]?.quality.length, path).toBe(/bin|p7m/.test(path) ? 1 : 0);
      // Only a file of the name and kind that the metadata gives can have the wrong size.
      expect(findings, path).toEqual(path.endsWith('4f82ee48.mp3') ? [`I181 ${id}`] : []);
    }
  });

  it('uses the files in the folder of the recording, and distinguishes video from sound', async () => {
    const screen = girMedia(id, `${id}_screen.mp4`, 9, { type: 'video/mp4', mediaUri: null });
    const { recordings } = await importOf({
      [`${day}/${id}/recording.json`]: json(girRecording(id, [screen, girMedia(id, `${id}_a.mp3`, 9)])),
      [`${day}/${id}/${id}_screen.mp4`]: 'x'.repeat(9),
      [`${day}/${id}/renamed.mp3`]: 'x'.repeat(9),
    });
    expect(recordings).toMatchObject([{ reconciliation: { status: 'matched' }, media: [{ kind: 'screen' }, { kind: 'audio' }] }]);
  });

  it('keeps segments as parts, with their lengths if stated', async () => {
    const parts = ['a', 'b'].map((part) => girMedia(id, `${id}_${part}.mp3`, 9));
    const { recordings } = await importOf({
      'export/recordings.json': json({ statusCode: 0, recordings: [girRecording(id, parts), girRecording('other', [])] }),
      [`m/${id}_a.mp3`]: 'x'.repeat(9),
      [`m/${id}_b.mp3`]: 'y'.repeat(9),
    });
    expect(recordings).toMatchObject([
      { key: id, durationDeclared: null, reconciliation: { status: 'split-audio' } },
      { key: 'other', reconciliation: { status: 'row-without-audio' } },
    ]);
    expect(recordings[0]?.extra).toContainEqual({ name: 'mediaFiles.duration', value: '300' });
  });

  it('omits dialled digits, in lists, too', async () => {
    const pressed = { eventHistory: [1, 2].map(() => ({ event: 'data', data: { added: { CollectedDigits: '4929', DTMF: '4929' } } })) };
    const imported = await importOf({ [`${day}/${id}/recording.json`]: json(girRecording(id, [], pressed)) });
    expect(JSON.stringify(imported.recordings)).not.toContain('4929');
    expect(imported.findings).toEqual([`I261 ${id}`]);
  });

  it('keeps unreadable metadata with its folder, and files without metadata', async () => {
    const imported = await importOf({
      [`${day}/${id}/recording.json`]: `${json(girRecording(id, [girMedia(id, 'a.mp3', 9)])).slice(0, -30)}`,
      [`${day}/${id}/a.mp3`]: 'x',
      [`${day}/other/a.mp3`]: 'y',
      [`${day}/other/readme.txt`]: 'y',
    });
    expect(imported.recordings.map(({ reconciliation }) => reconciliation.status).sort()).toEqual(['audio-without-row', 'parse-error']);
    expect(imported.recordings.find(({ reconciliation }) => reconciliation.status === 'audio-without-row')?.sourceKeys).toEqual([
      { name: 'recording-id', value: 'other' },
    ]);
  });

  it('keeps copies separate', async () => {
    const files = { [`${day}/${id}/recording.json`]: json(girRecording(id, [girMedia(id, 'a.mp3', 1)])), [`${day}/${id}/a.mp3`]: 'x' };
    const doubled = Object.fromEntries(Object.entries(files).map(([path, content]) => [`backup/${path}`, content]));
    const imported = await importOf({ ...files, ...doubled });
    expect(imported.recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(['matched', 'duplicate-audio']);
    expect(brief(imported)[id]?.media.length).toBe(1);
  });

  it('accounts for everything in reduced and doubled archives', async () => {
    const sample = girSample();
    await fc.assert(
      fc.asyncProperty(fc.subarray([...sample.keys()]), fc.boolean(), async (paths, doubled) => {
        const files = paths.flatMap((path) => (doubled ? [path, `copy/${path}`] : [path]).map((each) => [each, sample.get(path) ?? ''] as const));
        const imported = await importOf(Object.fromEntries(files));
        const wanted = new Set(paths.filter((path) => path.endsWith('.json')).map((path) => path.split('/').at(-2)));
        for (const key of wanted) expect(imported.recordings.filter((recording) => recording.key === key).length).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});
