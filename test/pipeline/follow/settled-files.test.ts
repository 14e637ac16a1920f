import { expect, test } from 'vitest';
import { headerState, isDocumentName, isLineTable, isTemporaryName } from '../../../src/pipeline/follow/file-signs.ts';
import { createSettledFiles, type ScanResult, type SettledFiles } from '../../../src/pipeline/follow/settled-files.ts';
import type { ScannedFile } from '../../../src/source/scan-source.ts';
import { wave } from './wave.ts';

const text = (content: string): Uint8Array => Buffer.from(content, 'latin1');
const audio = Uint8Array.of(0, 1, 2, 3);

async function* listed(files: readonly ScannedFile[]): AsyncGenerator<ScannedFile> {
  yield* files;
}

const look = (files: SettledFiles, atMs: number, ...seen: readonly ScannedFile[]): Promise<ScanResult> => files.observe(listed(seen), atMs);
const seen = (path: string, size: number, modifiedMs = 0): ScannedFile => ({ path, size, modifiedMs });

test('a file has settled when size and time were unchanged for the settle time by the local clock, whatever the times of the file', async () => {
  const files = createSettledFiles({ settleMs: 60, emptyMs: 100 });
  const [future, past] = [seen('future.wav', 8, 9e15), seen('past.wav', 8, -9e15)];
  expect((await look(files, 0, future, past)).fresh.files).toBe(0);
  // It grows, and later only its time changes, like a file whose space was reserved.
  expect((await look(files, 59, future, { ...past, size: 9 })).fresh.files).toBe(0);
  expect(files.held().map(({ path, reason, sinceMs }) => `${path} ${reason} ${sinceMs}`)).toEqual(['future.wav changing 0', 'past.wav changing 0']);
  expect((await look(files, 60, future, { ...past, size: 9 })).fresh).toEqual({ files: 1, bytes: 8, recordings: 1 });
  expect((await look(files, 110, future, { ...past, size: 9, modifiedMs: 1 })).fresh.files).toBe(0);
  expect((await look(files, 169, future, { ...past, size: 9, modifiedMs: 1 })).fresh.files).toBe(0);
  expect((await look(files, 170, future, { ...past, size: 9, modifiedMs: 1 })).fresh.files).toBe(1);
  // Settled files are new once.
  expect((await look(files, 500, future, { ...past, size: 9, modifiedMs: 1 })).fresh.files).toBe(0);
});

test('a listing includes settled files completely, tables up to their last complete line, growing audio only by name, and nothing else', async () => {
  const files = createSettledFiles({ settleMs: 60, emptyMs: 100 });
  const admit = (path: string, size: number, head: Uint8Array, modifiedMs = 0): string => files.admit({ path, size, modifiedMs, head });
  await look(files, 0, seen('a.wav', 4), seen('Master.csv', 4));
  await look(files, 60, seen('a.wav', 4), seen('Master.csv', 4), seen('b.wav', 4), seen('new.csv', 4), seen('c.wav.part', 4));
  files.beginListing(60);
  expect(admit('a.wav', 4, audio)).toBe('whole');
  // It was written to again between the poll and the listing.
  expect(admit('a.wav', 5, audio)).toBe('growing');
  expect(files.isUnfinished('a.wav')).toBe(true);
  expect(admit('Master.csv', 9, text('a,b\nc,d\n'))).toBe('lines');
  expect(admit('new.csv', 9, text('a,b\nc,d\n'))).toBe('not');
  expect(admit('b.wav', 4, audio)).toBe('growing');
  expect(admit('c.wav.part', 4, audio)).toBe('not');
  expect(admit('d.xml', 9, text('<call>\n<start>'))).toBe('not');
  expect(admit('cdr.db', 9, text('SQLite format 3\0'))).toBe('not');
  expect(admit('e.zip', 40, text(`PK\x03\x04${'\0'.repeat(30)}`))).toBe('not');
  files.beginListing(120);
  expect(files.isUnfinished('b.wav')).toBe(false);
  expect(admit('new.csv', 9, text('a,b\nc,d\n'))).toBe('lines');
});

test('an unfinished header is held without limit, a file without audio until it has been empty for long', async () => {
  const files = createSettledFiles({ settleMs: 60, emptyMs: 100 });
  const open = seen('open.wav', 1_044);
  const empty = seen('empty.wav', 44);
  const admit = (file: ScannedFile, head: Uint8Array): string => files.admit({ ...file, head });
  await look(files, 0, open, empty);
  await look(files, 60, open, empty);
  files.beginListing(60);
  expect([admit(open, wave(1_000, 0)), admit(empty, wave(0))]).toEqual(['growing', 'growing']);
  expect(files.held().map(({ path, reason }) => `${path} ${reason}`)).toEqual(['empty.wav empty', 'open.wav unfinished-header']);
  await look(files, 160, open, empty);
  files.beginListing(160);
  expect([admit(open, wave(1_000, 0)), admit(empty, wave(0))]).toEqual(['growing', 'whole']);
  expect(files.held().map(({ path }) => path)).toEqual(['open.wav']);
  // The recorder completes the first, and deletes the other.
  await look(files, 200, { ...open, modifiedMs: 1 });
  await look(files, 260, { ...open, modifiedMs: 1 });
  files.beginListing(260);
  expect(admit({ ...open, modifiedMs: 1 }, wave(1_000))).toBe('whole');
  expect(files.held()).toEqual([]);
});

test('a header is unfinished if its sizes are those of no file or of a larger one', () => {
  expect(headerState(wave(100), 144)).toBe('complete');
  // A missing or uncounted padding byte, or data after the audio, does not count.
  expect(headerState(wave(101), 145)).toBe('complete');
  expect(headerState(wave(100), 145)).toBe('complete');
  expect(headerState(wave(100), 200)).toBe('complete');
  for (const stated of [0, 200, 0xffffff00]) expect(headerState(wave(100, stated), 144)).toBe('unfinished');
  expect(headerState(wave(100).fill(0xff, 4, 8), 144)).toBe('unfinished');
  expect(headerState(wave(0), 44)).toBe('empty');
  expect(headerState(new Uint8Array(0), 0)).toBe('empty');
  for (let cut = 4; cut < 12; cut++) expect(headerState(wave(0).subarray(0, cut), cut)).toBe('unfinished');
  expect(headerState(text('ID3\x04'), 4)).toBe('complete');
  expect(headerState(text('RIFF\0\0\0\0AVI '), 12)).toBe('complete');
});

test('names of files that will be renamed, and of tables and documents, are recognised', () => {
  for (const name of ['a.wav.tmp', 'd/.a.wav.Xy12', 'a.wav.filepart', '~a.wav', 'a.wav~', 'A.PART'])
    expect([name, isTemporaryName(name)]).toEqual([name, true]);
  for (const name of ['a.wav', 'tmp/a.wav', 'a.tmp.wav', 'department.wav', '.d/a.wav']) expect([name, isTemporaryName(name)]).toEqual([name, false]);
  for (const name of ['Master.csv', 'Master.csv.1', 'a.XML', 'log/queue.log']) expect([name, isDocumentName(name)]).toEqual([name, true]);
  for (const name of ['a.wav', 'a.csv.wav', 'csv', 'a.vox']) expect([name, isDocumentName(name)]).toEqual([name, false]);
});

test('a table of lines is text with cells, or one JSON object per line; a document is not', () => {
  for (const head of ['a,b\n', '"a";"b', '\xef\xbb\xbfa\tb\r\n', '{"a":1}\n{"b":']) expect([head, isLineTable(text(head))]).toEqual([head, true]);
  for (const head of ['', 'word\n', '<a b=",">\n', '{"a":1,', '{\n"a":1}', '[1,2]\n', 'a,b\0\n'])
    expect([head, isLineTable(text(head))]).toEqual([head, false]);
});
