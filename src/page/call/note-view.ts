import type { PageNote, PageNotes, SoundPart } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { failedText, type Wording } from '../base/wording.ts';
import { noteList } from './note-list.ts';

/** Notes and tags of the shown recording. */
export interface NoteView {
  readonly element: HTMLElement;
  /** Called when another part of the recording is selected; null: none. */
  marked(part: SoundPart | null): void;
}

/** What the notes need from the page. */
export interface NoteWiring {
  readonly wording: Wording;
  readonly recording: string;
  readonly notes: readonly PageNote[];
  /** Null: this user may not write notes. */
  readonly write: PageNotes | null;
  /** Aborted when another recording is shown. */
  readonly signal: AbortSignal;
  /** Shows a part of the recording. */
  readonly show: (note: PageNote) => void;
  /** Called with all notes after a change. */
  readonly changed: (notes: readonly PageNote[]) => void;
}

/** Longest note that the server accepts (see docs/how-to/notes.md). */
const noteChars = 2_000;
const tagChars = 60;

/** Lists notes and tags, with forms for new ones if this user may write. */
export function createNoteView({ wording, recording, notes: first, write, signal, show, changed }: NoteWiring): NoteView {
  const { text } = wording;
  const place = h('div', {});
  const said = h('p', { class: 'soft said', role: 'status' });
  const doing = async (work: () => Promise<readonly PageNote[]>, words: string): Promise<boolean> => {
    try {
      const notes = await work();
      list(notes);
      changed(notes);
      said.textContent = words;
      return true;
    } catch (error) {
      if (!signal.aborted) said.textContent = failedText(error, wording);
      return false;
    }
  };
  const withdraw =
    write === null
      ? null
      : ({ id }: PageNote, reason: string): void => void doing(() => write.withdraw(recording, id, reason, signal), text('noteWithdrawn'));
  const list = (all: readonly PageNote[]): void => place.replaceChildren(...noteList(all, { show, withdraw }, wording));
  list(first);
  const forms =
    write === null
      ? null
      : createNoteForms(wording, (kind, words, about) =>
          doing(() => write.add(recording, kind, words, about, signal), text(kind === 'note' ? 'noteAdded' : 'tagAdded')),
        );
  return {
    element: h('section', { class: 'facts notes-section' }, h('h3', {}, text('notes')), place, forms?.element ?? null, said),
    marked: (part) => forms?.marked(part),
  };
}

/** Adds a note or tag. @param about part of the recording; null: the whole recording @returns false if it was not added */
type AddNote = (kind: PageNote['kind'], words: string, about: SoundPart | null) => Promise<boolean>;

/** Creates the forms for new notes and tags. */
function createNoteForms(wording: Wording, add: AddNote): NoteView {
  const { text, clock } = wording;
  let part: SoundPart | null = null;
  const onPart = h('input', { type: 'checkbox', id: 'note-part', checked: true });
  const partLabel = h('label', { for: 'note-part' });
  const partLine = h('p', { class: 'notepart', hidden: true }, onPart, ' ', partLabel);
  const note = h('textarea', { id: 'note-text', maxlength: noteChars, rows: 2, required: true });
  const tag = h('input', { id: 'note-tag', type: 'text', maxlength: tagChars, required: true, autocomplete: 'off' });
  const send = async (event: Event, kind: PageNote['kind'], field: HTMLInputElement | HTMLTextAreaElement): Promise<void> => {
    event.preventDefault();
    if (await add(kind, field.value, onPart.checked ? part : null)) field.value = '';
  };
  return {
    element: h(
      'div',
      { class: 'noteforms' },
      h(
        'form',
        { onsubmit: (event) => void send(event, 'note', note) },
        h('div', { class: 'field' }, h('label', { for: 'note-text' }, text('noteNew')), note),
        h('button', { type: 'submit' }, text('noteAdd')),
      ),
      h(
        'form',
        { onsubmit: (event) => void send(event, 'tag', tag) },
        h('div', { class: 'field' }, h('label', { for: 'note-tag' }, text('tagNew')), tag),
        h('button', { type: 'submit' }, text('tagAdd')),
      ),
      partLine,
      h('p', { class: 'soft' }, text('noteStays')),
    ),
    marked: (next) => {
      part = next;
      partLine.hidden = next === null;
      if (next !== null) partLabel.textContent = text('notePart', { from: clock(next.span.fromMs, true), to: clock(next.span.toMs, true) });
    },
  };
}
