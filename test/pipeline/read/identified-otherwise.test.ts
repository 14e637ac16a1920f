import { expect, test } from 'vitest';
import { emptyRecording, type Recording, type SourceRef } from '../../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { createOtherwiseFinder } from '../../../src/pipeline/read/identified-otherwise.ts';
import type { AlikeRecording } from '../../../src/store/catalog/lookup.ts';

const row = (text: string): SourceRef => ({ kind: 'row', path: 'calls.csv', row: 1, sha256: text, text });

function recording(status: Recording['reconciliation']['status'], rows: readonly string[]): Recording {
  const medium = { path: 'a.wav', kind: 'audio', side: 'mixed', channels: [], audioStart: null } as unknown as Recording['media'][number]; // the finder only reads paths
  return { ...emptyRecording('generic', 'verified', '9'), media: [medium], reconciliation: { status, rule: '' }, provenance: rows.map(row) };
}

interface Kept {
  readonly id: string;
  readonly rows: readonly string[];
  readonly joined?: string;
  readonly source?: string;
  readonly isAudio?: boolean;
}

/** Finds the archived recording that equals a recording; all archived ones have the file of the source. */
async function found(one: Recording, kept: readonly Kept[], standing: 'same' | 'key' | 'new' = 'new'): Promise<string | null> {
  const alike = kept.map(({ id, joined = 'matched', source = 'source', isAudio = true }) => {
    const media = [{ path: 'a.wav', sizeBytes: 10, modifiedMs: null, sha256: 'ab', isAudio }];
    return {
      recordingId: id,
      site: 'site',
      importer: 'generic',
      joined,
      fingerprint: id,
      files: { source, isLoose: false, media },
    } as unknown as AlikeRecording;
  });
  const documentOf = ({ recordingId }: { readonly recordingId: string }): RecordingDocument => {
    const { rows = [] } = kept.find(({ id }) => id === recordingId) ?? {};
    return { recording: { provenance: rows.map(row) } } as unknown as RecordingDocument;
  };
  const finder = createOtherwiseFinder({
    site: 'site',
    sourceName: 'source',
    ledger: { sizeOf: () => 10 },
    lookup: { alikeTo: () => alike, withRow: () => [], latestOf: (id) => alike.find(({ recordingId }) => recordingId === id) ?? null },
    comparison: { hasFiles: async () => true },
    places: { isSame: () => false, standing: () => standing },
    documentOf,
  });
  return (await finder.find(one, 'fingerprint'))?.archived.recordingId ?? null;
}

test('one file of two calls belongs only to the call with the same row', async () => {
  const both = [
    { id: 'one', rows: ['r1'], joined: 'shared-audio' },
    { id: 'two', rows: ['r2'], joined: 'shared-audio' },
  ];
  expect(await found(recording('shared-audio', ['r2']), both)).toBe('two');
  expect(await found(recording('shared-audio', ['r3']), both)).toBeNull();
  expect(await found(recording('matched', ['r3']), both)).toBeNull();
  expect(await found(recording('matched', ['r1', 'r2']), both)).toBeNull();
  expect(await found(recording('matched', ['r3']), both.slice(0, 1))).toBeNull();
});

test('a row without a common row finds its file in the same source, or if the archive has no row for it, and under another key only in the same source', async () => {
  const one = recording('matched', ['r9']);
  expect(await found(one, [{ id: 'one', rows: ['r1'] }])).toBe('one');
  expect(await found(one, [{ id: 'one', rows: ['r1'], source: 'another' }])).toBeNull();
  expect(await found(one, [{ id: 'one', rows: [], joined: 'audio-without-row', source: 'another' }])).toBe('one');
  expect(await found(one, [{ id: 'one', rows: ['r1'] }], 'key')).toBe('one');
  expect(await found(one, [{ id: 'one', rows: ['r1'], source: 'another' }], 'key')).toBeNull();
  expect(await found(one, [{ id: 'one', rows: ['r9'] }], 'key')).toBe('one');
  expect(await found(one, [{ id: 'one', rows: ['r9'] }], 'same')).toBeNull();
  // A bare header is the same everywhere.
  expect(await found(one, [{ id: 'one', rows: [], joined: 'audio-without-row', source: 'another', isAudio: false }])).toBeNull();
});
