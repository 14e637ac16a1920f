import type { SoundSpan } from '../../core/time/wave-span.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { covers, erasureOf, subjectOf } from './erasure.ts';
import type { EntryWithFate } from './known-details.ts';

/** Types of the entries of notes. */
export const noteAdded = 'note-added';
export const noteWithdrawn = 'note-withdrawn';

/** Kinds of notes: a text, or a tag for finding recordings. */
export const noteKinds = ['note', 'tag'] as const;

/** A kind of note. */
export type NoteKind = (typeof noteKinds)[number];

/** A note according to the log; its text and author are in the details beside the entry. */
export interface LoggedNote {
  readonly note: string;
  readonly kind: NoteKind;
  readonly recording: string;
  /** Part of the audio that the note is about; null: the whole recording. */
  readonly span: SoundSpan | null;
  /** Audio file of the span; null: the one that is played first. */
  readonly file: string | null;
  readonly added: EntryWithFate;
  /** Entry that withdrew the note; null: not withdrawn. */
  readonly withdrawn: EntryWithFate | null;
}

/** Notes in a log. */
export interface KnownNotes {
  /** Returns the notes of a recording, oldest first. */
  of(recording: string): readonly LoggedNote[];
  one(note: string): LoggedNote | null;
  all(): Iterable<LoggedNote>;
}

/** Ids of notes: 16 hexadecimal digits. */
export const noteIdPattern = /^[0-9a-f]{16}$/;

/** Collects notes from the entries of a log, in order. Other entries are ignored. */
export function createNotes(): KnownNotes & { take(entry: Pick<LogEntry, 'seq' | 'time' | 'type' | 'detail'>): void; clear(): void } {
  const notes = new Map<string, LoggedNote>();
  const byRecording = new Map<string, string[]>();
  /** Ids of notes by the numbers of their entries. */
  const bySeq = new Map<number, string>();
  const forget = (entry: Pick<LogEntry, 'seq' | 'type' | 'detail'>): void => {
    const forgetting = erasureOf(entry);
    if (forgetting === null || forgetting.isLoss) return;
    const erased = <Entry extends EntryWithFate | null>(one: Entry, type: string): Entry =>
      one !== null && one.erasedBy === null && covers(forgetting, one.seq, subjectOf({ type, detail: one.detail }))
        ? { ...one, erasedBy: forgetting.enteredAt }
        : one;
    const { fromSeq, toSeq } = forgetting;
    // Iterates over the range or over the notes, whichever is shorter.
    const ids = toSeq - fromSeq < bySeq.size ? seqsOf(fromSeq, toSeq).flatMap((seq) => bySeq.get(seq) ?? []) : notes.keys();
    for (const id of ids) {
      const note = notes.get(id);
      if (note !== undefined) notes.set(id, { ...note, added: erased(note.added, noteAdded), withdrawn: erased(note.withdrawn, noteWithdrawn) });
    }
  };
  return {
    take: (given) => {
      const { type, seq, time, detail } = given;
      forget(given);
      if (type !== noteAdded && type !== noteWithdrawn) return;
      const { note, recording } = detail;
      if (typeof note !== 'string' || !noteIdPattern.test(note) || typeof recording !== 'string') return;
      const entry = { seq, time, detail, erasedBy: null };
      const known = notes.get(note);
      if (type === noteWithdrawn) {
        if (known === undefined || known.recording !== recording || known.withdrawn !== null) return;
        notes.set(note, { ...known, withdrawn: entry });
        bySeq.set(seq, note);
        return;
      }
      const kind = noteKinds.find((one) => one === detail.kind);
      if (known !== undefined || kind === undefined) return;
      const { fromMs, toMs, file } = detail;
      const span = typeof fromMs === 'number' && typeof toMs === 'number' && fromMs < toMs ? { fromMs, toMs } : null;
      notes.set(note, { note, kind, recording, span, file: typeof file === 'string' ? file : null, added: entry, withdrawn: null });
      bySeq.set(seq, note);
      const ofIt = byRecording.get(recording);
      if (ofIt === undefined) byRecording.set(recording, [note]);
      else ofIt.push(note);
    },
    clear: () => {
      notes.clear();
      byRecording.clear();
      bySeq.clear();
    },
    of: (recording) => (byRecording.get(recording) ?? []).flatMap((note) => notes.get(note) ?? []),
    one: (note) => notes.get(note) ?? null,
    all: () => notes.values(),
  };
}

function seqsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}
