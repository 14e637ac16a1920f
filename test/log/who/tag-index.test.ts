import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { detailsFile } from '../../../src/log/who/entry-details.ts';
import { createNotes } from '../../../src/log/who/notes.ts';
import { createTagIndex, groupTags, type TagIndex } from '../../../src/log/who/tag-index.ts';
import { calm } from '../../archive/rig.ts';

let folder: string;
let notes: ReturnType<typeof createNotes>;
let seq: number;
let index: TagIndex;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-'));
  notes = createNotes();
  seq = 0;
  index = createTagIndex(folder, () => notes);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (bundle: number): string => join(folder, detailsFile(bundle));
/** Logs a tag as the program does: its line first. */
function add(recording: string, text: string): string {
  seq++;
  const note = seq.toString(16).padStart(16, '0');
  const line = JSON.stringify({ salt: String(seq), text });
  const path = file(Math.floor((seq - 1) / 256));
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${line}\n`, { flag: 'a' });
  notes.take({ seq, time: 't', type: 'note-added', detail: { note, recording, kind: 'tag', detailsSha256: sha256Hex(line) } });
  return note;
}
/** Removes the lines with a text, like an erasure. */
function erase(bundle: number, text: string): void {
  const left = readFileSync(file(bundle), 'utf8')
    .split('\n')
    .filter((line) => !line.includes(text));
  writeFileSync(`${file(bundle)}.new`, left.join('\n'));
  renameSync(`${file(bundle)}.new`, file(bundle));
}
const found = async (words: string): Promise<string[]> => [...(await index.recordingsWith(words, calm))].sort();

test('answers reflect the lines beside the log at the time of the query: added, erased, restored or withdrawn', async () => {
  add('a', 'Order confirmed');
  const note = add('b', 'order');
  expect(await found('order')).toEqual(['a', 'b']);
  expect(await found('order conf')).toEqual(['a']);
  add('c', 'order');
  expect(await found('order')).toEqual(['a', 'b', 'c']);
  const before = readFileSync(file(0));
  erase(0, 'Order confirmed');
  expect(await found('order')).toEqual(['b', 'c']);
  rmSync(file(0));
  expect(await found('order')).toEqual([]);
  writeFileSync(file(0), before);
  expect(await found('order')).toEqual(['a', 'b', 'c']);
  notes.take({ seq: ++seq, time: 't', type: 'note-withdrawn', detail: { note, recording: 'b' } });
  expect(await found('order')).toEqual(['a', 'c']);
  expect([await found(''), await found(' / '), await found('rder')]).toEqual([[], [], []]);
});

test('a line that differs from the logged one is not a tag, nor is one without a text', async () => {
  add('a', 'order');
  writeFileSync(file(0), readFileSync(file(0), 'utf8').replace('order', 'other'));
  expect([await found('order'), await found('other')]).toEqual([[], []]);
  expect(await index.all(calm)).toEqual([{ text: null, unknown: 'lost', recording: 'a' }]);
});

test('a tag whose line arrived before its entry is found once the entry is known', async () => {
  add('a', 'order');
  const path = file(0);
  const line = JSON.stringify({ salt: 'x', text: 'order' });
  writeFileSync(path, `${line}\n`, { flag: 'a' });
  expect(await found('order')).toEqual(['a']);
  notes.take({
    seq: ++seq,
    time: 't',
    type: 'note-added',
    detail: { note: 'f'.repeat(16), recording: 'b', kind: 'tag', detailsSha256: sha256Hex(line) },
  });
  expect(await found('order')).toEqual(['a', 'b']);
});

test('texts that differ in case and accents are one tag, as first written; the most frequent comes first, what was erased last', async () => {
  for (const [recording, text] of [
    ['a', 'Örder'],
    ['a', 'order'],
    ['b', 'ORDER'],
    ['c', 'a'],
    ['d', 'gone'],
    ['e', 'gone'],
    ['f', 'gone'],
  ] as const)
    add(recording, text);
  erase(0, 'gone');
  expect(groupTags(await index.all(calm))).toEqual([
    { text: 'Örder', unknown: null, recordings: ['a', 'b'] },
    { text: 'a', unknown: null, recordings: ['c'] },
    { text: null, unknown: 'lost', recordings: ['d', 'e', 'f'] },
  ]);
});
