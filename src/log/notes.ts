import type { SoundSpan } from '../core/wave-span.ts';
import type { LogEntry } from './log-entry.ts';

/** Types of the entries of notes. */
export const noteAdded = 'note-added';
export const noteWithdrawn = 'note-withdrawn';

/** Kinds of notes: text, or a word by which recordings are found again. */
export const noteKinds = ['note', 'tag'] as const;

/** One of them. */
export type NoteKind = (typeof noteKinds)[number];

/** What the log has of a note; its text and who wrote it lie in the details beside the entry. */
export interface LoggedNote {
  readonly note: string;
  readonly kind: NoteKind;
  readonly recording: string;
  /** Null: of the recording as a whole. */
  readonly span: SoundSpan | null;
  /** The sound that the span is of; null: the one that is played first. */
  readonly file: string | null;
  readonly added: NoteEntry;
  /** Null: it holds. */
  readonly withdrawn: NoteEntry | null;
}

/** An entry that leads to details. */
export type NoteEntry = Pick<LogEntry, 'seq' | 'time' | 'detail'>;

/** Notes that a log has. */
export interface KnownNotes {
  /** Of a recording, oldest first. */
  of(recording: string): readonly LoggedNote[];
  one(note: string): LoggedNote | null;
  all(): Iterable<LoggedNote>;
}

/** Ids of notes: 16 hexadecimal digits. */
export const noteIdPattern = /^[0-9a-f]{16}$/;

/** Gathers notes from the entries of a log, in its order. What is no note of ours is left aside. */
export function createNotes(): KnownNotes & { take(entry: Pick<LogEntry, 'seq' | 'time' | 'type' | 'detail'>): void; clear(): void } {
  const notes = new Map<string, LoggedNote>();
  const byRecording = new Map<string, string[]>();
  return {
    take: ({ type, seq, time, detail }) => {
      if (type !== noteAdded && type !== noteWithdrawn) return;
      const { note, recording } = detail;
      if (typeof note !== 'string' || !noteIdPattern.test(note) || typeof recording !== 'string') return;
      const entry = { seq, time, detail };
      const known = notes.get(note);
      if (type === noteWithdrawn) {
        if (known !== undefined && known.recording === recording) notes.set(note, { ...known, withdrawn: known.withdrawn ?? entry });
        return;
      }
      const kind = noteKinds.find((one) => one === detail.kind);
      if (known !== undefined || kind === undefined) return;
      const { fromMs, toMs, file } = detail;
      const span = typeof fromMs === 'number' && typeof toMs === 'number' && fromMs < toMs ? { fromMs, toMs } : null;
      notes.set(note, { note, kind, recording, span, file: typeof file === 'string' ? file : null, added: entry, withdrawn: null });
      const ofIt = byRecording.get(recording);
      if (ofIt === undefined) byRecording.set(recording, [note]);
      else ofIt.push(note);
    },
    clear: () => {
      notes.clear();
      byRecording.clear();
    },
    of: (recording) => (byRecording.get(recording) ?? []).flatMap((note) => notes.get(note) ?? []),
    one: (note) => notes.get(note) ?? null,
    all: () => notes.values(),
  };
}
