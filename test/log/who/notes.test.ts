import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { createNotes } from '../../../src/log/who/notes.ts';
import { noteEntry, withdrawalEntry } from '../../../src/pipeline/notes/notes.ts';

const recording = '00000000-0000-8000-8000-000000000001';
const whole = { kind: 'note', span: null, file: null } as const;
const code = (work: () => unknown): string => {
  try {
    work();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('notes follow from the entries of the log: the first entry of an id counts, as does the first withdrawal, and invalid ones are ignored', () => {
  const notes = createNotes();
  let seq = 0;
  const enter = (type: string, detail: Record<string, string | number | boolean | null>): void =>
    notes.take({ seq: ++seq, time: `t${seq}`, type, detail });
  enter('note-added', { note: '0123456789abcdef', recording, kind: 'note', fromMs: 5, toMs: 9, file: 'access-1.opus' });
  enter('note-added', { note: '0123456789abcdef', recording: 'other', kind: 'tag' });
  enter('note-added', { note: '0123456789abcde0', recording, kind: 'tag', fromMs: 9, toMs: 9 });
  enter('note-added', { note: '../../etc/passwd', recording, kind: 'tag' });
  enter('note-added', { note: '0123456789abcde1', recording, kind: 'later' });
  enter('note-withdrawn', { note: '0123456789abcdef', recording: 'other' });
  enter('note-withdrawn', { note: 'ffffffffffffffff', recording });
  expect(notes.of(recording).map(({ note, kind, span, withdrawn }) => [note, kind, span, withdrawn])).toEqual([
    ['0123456789abcdef', 'note', { fromMs: 5, toMs: 9 }, null],
    ['0123456789abcde0', 'tag', null, null],
  ]);
  enter('note-withdrawn', { note: '0123456789abcdef', recording });
  enter('note-withdrawn', { note: '0123456789abcdef', recording });
  expect(notes.one('0123456789abcdef')?.withdrawn?.seq).toBe(8);
  expect(code(() => withdrawalEntry(notes.of(recording)[0] as never, 'x'))).toBe('N102');
  expect([...notes.all()].length).toBe(2);
});

test.each([
  ['note', '  two\r\nlines\t', 'two\nlines'],
  ['note', 'x'.repeat(limits.noteChars), 'x'.repeat(limits.noteChars)],
  ['tag', ' a \n b ', 'a b'],
] as const)('a %s stores its text as written, without surrounding blanks', (kind, text, kept) => {
  expect(noteEntry(recording, { ...whole, kind, text }, 1_000, []).details).toEqual({ text: kept });
});

test.each([
  ['note', ' ', 'N100'],
  ['note', 'x'.repeat(limits.noteChars + 1), 'N100'],
  ['note', 'a\u0000b', 'N100'],
  ['note', 'a\u202eb', 'N100'],
  ['tag', 'a,b', 'N100'],
  ['tag', 'x'.repeat(limits.tagChars + 1), 'N100'],
] as const)('a %s is refused if its text cannot be stored', (kind, text, refused) => {
  expect(code(() => noteEntry(recording, { ...whole, kind, text }, 1_000, []))).toBe(refused);
});

test('a part must be within the sound; a recording takes a limited number of notes', () => {
  const at = (fromMs: number, toMs: number, durationMs: number | null = 5_000): string =>
    code(() => noteEntry(recording, { kind: 'note', text: 'x', file: null, span: { fromMs, toMs } }, durationMs, []));
  expect([at(0, 1), at(5_500, 6_000), at(6_500, 7_000), at(6_500, 7_000, null), at(3, 3), at(4, 3)]).toEqual([
    'taken',
    'taken',
    'N101',
    'taken',
    'N101',
    'N101',
  ]);
  const many = Array.from({ length: limits.notesPerRecording }, () => ({}) as never);
  expect(code(() => noteEntry(recording, { ...whole, text: 'x' }, null, many))).toBe('N104');
  expect(code(() => noteEntry(recording, { ...whole, text: 'x' }, null, many.slice(1)))).toBe('taken');
});
