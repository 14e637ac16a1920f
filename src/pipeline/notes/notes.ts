import { randomBytes } from 'node:crypto';
import { openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { isFaultOfArchive } from '../../core/findings/finding-table.ts';
import type { PageNote } from '../../core/page/data.ts';
import type { SoundSpan } from '../../core/time/wave-span.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import { eraseForgotten, forgetDetails } from '../../log/forget-details.ts';
import { openLog } from '../../log/log.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { createDetailsReader, type DetailsReader } from '../../log/who/entry-details.ts';
import { knownDetails } from '../../log/who/known-details.ts';
import { createNotes, type KnownNotes, type LoggedNote, type NoteKind, noteAdded, noteWithdrawn } from '../../log/who/notes.ts';
import { createTagIndex, groupTags, isSameTag } from '../../log/who/tag-index.ts';
import { unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type EntryTools, enterOne } from '../open/enter-one.ts';
import { openForReading } from '../open/open-archive.ts';
import { wholeEntries } from './forget-details.ts';

/** A new note on a recording. */
export interface NewNote {
  readonly kind: NoteKind;
  readonly text: string;
  /** A part of the audio; null: the recording as a whole. */
  readonly span: SoundSpan | null;
  /** The file that the span refers to; null: the one that is played first. */
  readonly file: string | null;
}

/** Parts of the log entry about a note. */
type NoteWords = Required<Pick<NewEntry, 'detail' | 'details'>> & Pick<NewEntry, 'type'>;

/**
 * Makes the entry of a new note.
 * @param durationMs duration of the recording; null: unknown
 * @param there existing notes of the recording
 * @throws LongplayError usage N100, N101, N104
 */
export function noteEntry(
  recording: string,
  { kind, text, span, file }: NewNote,
  durationMs: number | null,
  there: readonly LoggedNote[],
): NoteWords {
  if (there.length >= limits.notesPerRecording)
    throw new LongplayError(
      'usage',
      'N104',
      `the recording already has ${there.length} notes and tags; no more are accepted`,
      'combine texts in one note, or use a case',
    );
  // Audio may end a little before or after the duration in its row.
  if (span !== null && (span.fromMs >= span.toMs || (durationMs !== null && span.fromMs > durationMs + 1_000)))
    throw new LongplayError(
      'usage',
      'N101',
      `the part goes from ${span.fromMs} to ${span.toMs} ms${durationMs === null ? '' : ` of ${durationMs}`}`,
      'see its duration with: longplay show',
    );
  const part = span === null ? {} : { ...span, ...(file === null ? {} : { file }) };
  const detail = { note: randomBytes(8).toString('hex'), recording, kind, ...part };
  return { type: noteAdded, detail, details: { text: textOf(kind, text) } };
}

/** Makes the entry that withdraws a note. @throws LongplayError usage N102 */
export function withdrawalEntry(found: LoggedNote, reason: string): NoteWords {
  if (found.withdrawn !== null)
    throw new LongplayError(
      'usage',
      'N102',
      `${found.note} has already been withdrawn`,
      `see it with: longplay ${found.kind} list ARCHIVE --withdrawn`,
    );
  return { type: noteWithdrawn, detail: { note: found.note, recording: found.recording }, details: { reason } };
}

/** Normalises a text; a tag becomes one line. @throws LongplayError usage N100 */
function textOf(kind: NoteKind, given: string): string {
  const text = kind === 'tag' ? given.replace(/\s+/gu, ' ').trim() : given.replace(/\r\n?/g, '\n').trim();
  const most = kind === 'tag' ? limits.tagChars : limits.noteChars;
  const refused = (what: string): LongplayError =>
    new LongplayError('usage', 'N100', `the ${kind} ${what}`, agree`give 1 to ${most} character[s]${kind === 'tag' ? ', without commas' : ''}`);
  if (text === '') throw refused('is empty');
  if (text.length > most) throw refused(agree`has ${text.length} character[s], more than ${most}`);
  // Line breaks and tabs are allowed; other control characters, and bidirectional controls, are not.
  if (/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u.test(text)) throw refused('has control characters');
  if (kind === 'tag' && text.includes(',')) throw refused('has a comma');
  return text;
}

/** Returns a note together with the details of its entries. */
export async function shownNote({ note, kind, span, file, added, withdrawn }: LoggedNote, beside: DetailsReader): Promise<PageNote> {
  const first = await knownDetails(added, beside);
  const last = withdrawn === null ? null : await knownDetails(withdrawn, beside);
  return {
    id: note,
    kind,
    text: wordOf(first.details?.text),
    span,
    file,
    time: added.time,
    by: wordOf(first.details?.user),
    unknown: first.unknown,
    withdrawn:
      withdrawn === null
        ? null
        : { time: withdrawn.time, by: wordOf(last?.details?.user), reason: wordOf(last?.details?.reason), unknown: last?.unknown ?? null },
  };
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Adds a note or a tag to a recording. @throws LongplayError usage N100, N101, N104, U130, U131; incomplete N103 */
export async function* addNote(
  archiveDir: string,
  wanted: string,
  note: NewNote,
  tools: EntryTools & { readonly temporary: string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly recording: string }> {
  // Checks the text before anything is opened.
  textOf(note.kind, note.text);
  const { archive, recordingId, durationMs } = yield* oneRecording(archiveDir, wanted, tools.temporary, signal);
  const { notes } = await readNotes(archive, tools.keys, signal);
  const entry = noteEntry(recordingId, note, durationMs, notes.of(recordingId));
  await enter(archive, entry, tools);
  const id = String(entry.detail.note);
  yield { type: 'result', of: 'note', value: { id, recording: recordingId, kind: note.kind, text: note.text } };
  return { id, recording: recordingId };
}

async function* oneRecording(
  archiveDir: string,
  wanted: string,
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { archive: Awaited<ReturnType<typeof openArchive>>; recordingId: string; durationMs: number | null }> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const [first, second] = wanted === '' ? [] : [...opened.catalog.search({ recordingId: wanted.toLowerCase(), limit: 2 })];
  if (first === undefined)
    throw new LongplayError('usage', 'U130', `no recording has an id that begins with '${wanted}'`, 'longplay list ARCHIVE prints them');
  if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${wanted}'`, 'give more of the id');
  return { archive: opened.archive, recordingId: first.recordingId, durationMs: first.durationMs };
}

/**
 * Withdraws a note or a tag; its text and its author are kept.
 * @param wanted id of the note, or a prefix of it
 * @throws LongplayError usage N102; incomplete N103
 */
export async function* withdrawNote(
  archiveDir: string,
  wanted: string,
  { kind, reason }: { readonly kind: NoteKind; readonly reason: string },
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string }> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { notes } = await readNotes(archive, tools.keys, signal);
  const only = onlyNote(notes, kind, wanted);
  await enter(archive, withdrawalEntry(only, reason), tools);
  yield { type: 'result', of: 'note', value: { id: only.note, recording: only.recording, withdrawn: true } };
  return { id: only.note };
}

/** Finds a note by its id or a prefix. @throws LongplayError usage N102: none or several match */
function onlyNote(notes: KnownNotes, kind: NoteKind, wanted: string): LoggedNote {
  const found = [...notes.all()].filter((one) => one.kind === kind && wanted !== '' && one.note.startsWith(wanted.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new LongplayError(
    'usage',
    'N102',
    `${found.length} of the archive's ${kind}s have an id that begins with '${wanted}'`,
    `see them with: longplay ${kind} list ARCHIVE`,
  );
}

/**
 * Erases the details of one note or tag: its text, its author, and the reason of its withdrawal. The log records the erasure first; replicas follow
 * with their next sync. If the run is killed in between, a repeated run completes it.
 * @param wanted id of the note, or a prefix of it
 * @throws LongplayError usage N102; L105: the log is damaged; errors of `openLog`
 */
export async function* eraseNote(
  archiveDir: string,
  wanted: string,
  { kind, reason }: { readonly kind: NoteKind; readonly reason: string },
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly entries: number; readonly before: boolean }> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const log = await openLog(archive, tools);
  try {
    const entries = await wholeEntries(archive, tools, 'the log is damaged, so the owner of some details is unknown', signal);
    const notes = createNotes();
    for await (const entry of entries()) notes.take(entry);
    const { note, added, withdrawn } = onlyNote(notes, kind, wanted);
    const left = [added, ...(withdrawn === null ? [] : [withdrawn])].filter(({ erasedBy }) => erasedBy === null);
    const meant = left.map(({ seq }) => ({ of: null, fromSeq: seq, toSeq: seq, note }));
    // A killed run has already logged the erasure; the rest is deleted now.
    const before = meant.length === 0;
    const erased = before ? await eraseForgotten(archive, entries, signal) : await forgetDetails(archive, log, { meant, reason }, entries, signal);
    yield { type: 'result', of: 'note', value: { id: note, kind, erased: true, entries: erased } };
    return { id: note, entries: erased, before };
  } finally {
    await log.close();
  }
}

/** Which notes a listing has. */
export interface NotesQuery {
  readonly kind: NoteKind;
  /** Prefix of a recording's id; null: all recordings. */
  readonly recording: string | null;
  /** The whole text, folded as for a search (`foldedText`); null: any text. */
  readonly text: string | null;
  /** True: withdrawn notes as well. */
  readonly withdrawn: boolean;
}

/** Lists notes or tags, oldest first. */
export async function* listNotes(
  archiveDir: string,
  query: NotesQuery,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly notes: number; readonly errors: number }> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { notes, findings } = await readNotes(archive, keys, signal);
  for (const one of findings) yield findingEvent(one);
  const beside = createDetailsReader(archive.dir);
  let count = 0;
  for (const one of notes.all()) {
    if (one.kind !== query.kind || (one.withdrawn !== null && !query.withdrawn)) continue;
    if (query.recording !== null && !one.recording.startsWith(query.recording)) continue;
    const shown = await shownNote(one, beside);
    if (query.text !== null && (shown.text === null || !isSameTag(shown.text, query.text))) continue;
    count++;
    yield { type: 'result', of: 'note', value: { ...shown, recording: one.recording } };
  }
  return { notes: count, errors: findings.filter(({ code }) => isFaultOfArchive(code)).length };
}

/** Lists each tag once, the most frequent first. @param text list only this tag; null: all */
export async function* listTags(
  archiveDir: string,
  text: string | null,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly tags: number; readonly errors: number }> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const { notes, findings } = await readNotes(archive, keys, signal);
  for (const one of findings) yield findingEvent(one);
  const groups = groupTags(await createTagIndex(archive.dir, () => notes).all(signal));
  const wanted = text === null ? groups : groups.filter((group) => group.text !== null && isSameTag(group.text, text));
  for (const { text: tag, unknown, recordings } of wanted)
    yield { type: 'result', of: 'tag', value: { text: tag, unknown, recordings: recordings.length } };
  return { tags: wanted.length, errors: findings.filter(({ code }) => isFaultOfArchive(code)).length };
}

async function readNotes(
  archive: { readonly dir: string; readonly id: string },
  keys: string,
  signal: AbortSignal,
): Promise<{ readonly notes: KnownNotes; readonly findings: readonly Finding[] }> {
  const found = await inspectLog(archive, keys, signal);
  const notes = createNotes();
  for await (const entry of readEntries(archive, found, signal)) notes.take(entry);
  // That a replica is behind is told at the start of the run (L135).
  const { findings } = await judgeLog(archive, found, keys, signal);
  return { notes, findings };
}

async function enter(archive: { readonly dir: string; readonly id: string }, { type, detail, details }: NoteWords, tools: EntryTools): Promise<void> {
  const refusal = await enterOne(archive, type, detail, tools, details);
  if (refusal !== null)
    throw new LongplayError(
      'incomplete',
      'N103',
      `nothing was entered, because the log cannot be written: ${refusal.reason}`,
      'fix that, or work on the machine that has the key of the archive; then repeat the command',
    );
}
