import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import type { SourceRef } from '../../../src/core/model/recording.ts';
import type { StoredFile } from '../../../src/core/model/recording-document.ts';
import type { AmendedRecording } from '../../../src/pipeline/make/amend-recording.ts';
import { holdSources } from '../../../src/pipeline/make/held-sources.ts';
import type { LocatedEntry, RecordingTask } from '../../../src/pipeline/make/recording-task.ts';

const row = (path: string, text: string): SourceRef => ({ kind: 'row', path, row: 2, sha256: sha256Hex(Buffer.from(text)), text });
const sidecar = (path: string, text: string): SourceRef => ({ kind: 'sidecar', path, row: null, sha256: sha256Hex(Buffer.from(text)), text: null });
const rowsFile = (path: string, text: string): StoredFile => file(path, `${text}\n`);
const file = (path: string, text: string): StoredFile => ({ path, sizeBytes: text.length, sha256: sha256Hex(Buffer.from(text)), sha512: '' });

/** What an archived recording was imported from, which of its files were erased, and what the source has now. */
interface Case {
  readonly before: readonly SourceRef[];
  readonly files: readonly StoredFile[];
  readonly erased: readonly string[];
  readonly now: readonly SourceRef[];
  readonly importer?: string;
}

/** Returns the paths that are held back. */
function held({ before, files, erased, now, importer = 'amazon-connect' }: Case): string[] {
  const beside = now.filter(({ kind }) => kind === 'sidecar');
  // Only these members are read.
  const task = { planned: { recordingId: 'x', recording: { provenance: now, importer } } } as unknown as RecordingTask;
  const sidecars = beside.map(({ path }) => ({ entry: { path } }) as unknown as LocatedEntry);
  const amended = {
    document: { sources: files, recording: { provenance: before.map((ref) => ({ ...ref, text: null })) } },
    isErased: ({ path }: StoredFile) => erased.includes(path),
  } as unknown as AmendedRecording;
  const { provenance, sidecars: kept, findings } = holdSources(task, sidecars, amended);
  const left = findings.map(({ place }) => place);
  const stored = [...provenance.flatMap(({ kind, path }) => (kind === 'row' ? [path] : [])), ...kept.map(({ entry }) => entry.path)];
  // Each is either stored or named.
  expect([...new Set([...stored, ...left])].sort()).toEqual([...new Set(now.map(({ path }) => path))].sort());
  expect(stored.filter((path) => left.includes(path))).toEqual([]);
  return left;
}

const [rowsBefore, a, b] = [row('cdr.csv', '1;one'), sidecar('a.xml', 'A'), sidecar('b.txt', 'B')];
const files = [rowsFile('source-1.csv', '1;one'), file('source-2.xml', 'A'), file('source-3.txt', 'B')];
const both = { before: [rowsBefore, a, b], files };

describe('rows and sidecars of a recording whose source changed', () => {
  test('are stored if nothing, or only something else, was erased', () => {
    const now = [row('cdr.csv', '1;two'), sidecar('a.xml', 'A2'), sidecar('b.txt', 'B')];
    expect(held({ ...both, erased: [], now })).toEqual([]);
    expect(held({ ...both, erased: ['source-3.txt'], now })).toEqual([]);
    expect(held({ ...both, erased: ['source-2.xml'], now, importer: 'vcon' })).toEqual([]);
  });

  test('are held back if they take the place of what was erased', () => {
    const now = [row('cdr.csv', '1;two'), sidecar('a.xml', 'A2'), sidecar('b.txt', 'B2')];
    expect(held({ ...both, erased: ['source-2.xml'], now })).toEqual(['a.xml']);
    expect(held({ ...both, erased: ['source-1.csv'], now })).toEqual(['cdr.csv']);
    expect(held({ ...both, erased: ['source-1.csv', 'source-3.txt'], now })).toEqual(['cdr.csv', 'b.txt']);
  });

  test('are held back under a new name while the old one is gone', () => {
    expect(held({ ...both, erased: ['source-2.xml'], now: [rowsBefore, sidecar('later/a.xml', 'A2'), b] })).toEqual(['later/a.xml']);
    // A sidecar that joins the recording beside the erased one is new.
    expect(held({ ...both, erased: ['source-2.xml'], now: [rowsBefore, a, b, sidecar('c.txt', 'C')] })).toEqual([]);
    expect(held({ ...both, erased: ['source-1.csv'], now: [rowsBefore, a, b, sidecar('c.txt', 'C')] })).toEqual([]);
  });

  test('are held back as long as the erased file is named, also if the description before had a later state of it', () => {
    // The file was held back once.
    const second = { before: [rowsBefore, sidecar('a.xml', 'A2'), b], files: [files[0], files[2], files[1]].flatMap((one) => one ?? []) };
    expect(held({ ...second, erased: ['source-2.xml'], now: [row('cdr.csv', '1;two'), sidecar('a.xml', 'A3'), b] })).toEqual(['a.xml']);
    expect(held({ ...second, erased: ['source-2.xml'], now: [rowsBefore, sidecar('d.xml', 'A3'), b] })).toEqual(['d.xml']);
    // It was missing in the source once.
    const gone = { ...second, before: [rowsBefore, b] };
    expect(held({ ...gone, erased: ['source-2.xml'], now: [row('cdr.csv', '1;two'), sidecar('a.xml', 'A3'), b] })).toEqual(['a.xml']);
    // So were rows.
    const rows = { before: [row('cdr.csv', '1;two'), a, b], files: [files[1], files[2], files[0]].flatMap((one) => one ?? []) };
    expect(held({ ...rows, erased: ['source-1.csv'], now: [row('cdr.csv', '1;three'), sidecar('a.xml', 'A3'), b] })).toEqual(['cdr.csv']);
  });
});
