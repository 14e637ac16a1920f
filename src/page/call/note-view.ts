import type { PageNote, PageNotes, SoundPart } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';

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
  let part: SoundPart | null = null;
  const place = h('div', {});
  const said = h('p', { class: 'soft said', role: 'status' });
  const onPart = h('input', { type: 'checkbox', id: 'note-part', checked: true });
  const partLabel = h('label', { for: 'note-part' });
  const partLine = h('p', { class: 'notepart', hidden: true }, onPart, ' ', partLabel);
  const note = h('textarea', { id: 'note-text', maxlength: noteChars, rows: 2, required: true });
  const tag = h('input', { id: 'note-tag', type: 'text', maxlength: tagChars, required: true, autocomplete: 'off' });

  const doing = async (work: () => Promise<readonly PageNote[]>, words: string): Promise<boolean> => {
    try {
      const notes = await work();
      list(notes);
      changed(notes);
      said.textContent = words;
      return true;
    } catch (error) {
      if (!signal.aborted) said.textContent = text('failed', { reason: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  const add = async (event: Event, kind: PageNote['kind'], field: HTMLInputElement | HTMLTextAreaElement): Promise<void> => {
    event.preventDefault();
    if (write === null) return;
    const about = part !== null && onPart.checked ? part : null;
    if (await doing(() => write.add(recording, kind, field.value, about, signal), text(kind === 'note' ? 'noteAdded' : 'tagAdded'))) field.value = '';
  };
  /** Creates the button that withdraws a note or tag, after a form has asked for the reason. */
  const withdrawal = (one: PageNote): HTMLElement => {
    const why = h('input', { type: 'text', maxlength: 500, required: true, autocomplete: 'off', 'aria-label': text('noteWhy') });
    const form = h(
      'form',
      {
        class: 'notewhy',
        hidden: true,
        onsubmit: (event) => {
          event.preventDefault();
          if (write !== null) void doing(() => write.withdraw(recording, one.id, why.value, signal), text('noteWithdrawn'));
        },
      },
      h('span', { 'aria-hidden': 'true' }, text('noteWhy')),
      why,
      h('button', { type: 'submit' }, text('noteWithdraw')),
    );
    const label = text('noteWithdrawThis', { text: one.text ?? text('noteErased') });
    const ask = (): void => {
      form.hidden = !form.hidden;
      if (!form.hidden) why.focus();
    };
    return h(
      'span',
      { class: 'withdraw' },
      h('button', { type: 'button', class: 'icon small', 'aria-label': label, title: label, onclick: ask }, '×'),
      form,
    );
  };
  const meta = ({ by, time }: { readonly by: string | null; readonly time: string }): string => {
    const { text: when, zone } = momentOf(time, wording);
    return `${by ?? text('noteErased')} · ${when} ${zone}`;
  };
  const words = ({ text: written }: PageNote): HTMLElement =>
    written === null ? h('em', {}, text('noteErased')) : h('bdi', { class: 'words' }, written);
  const at = (one: PageNote): HTMLElement | null => {
    if (one.span === null) return null;
    const { fromMs, toMs } = one.span;
    return h('button', { type: 'button', class: 'quiet', onclick: () => show(one) }, `${wording.clock(fromMs, true)} – ${wording.clock(toMs, true)}`);
  };
  const item = (one: PageNote): HTMLElement =>
    h(
      'li',
      { class: one.kind === 'tag' ? 'tagitem' : 'noteitem' },
      h(
        'div',
        { class: 'noteline' },
        one.kind === 'tag' ? h('span', { class: 'chip tag' }, words(one)) : words(one),
        write === null ? null : withdrawal(one),
      ),
      h('div', { class: 'soft notemeta' }, at(one), ' ', meta(one)),
    );
  const list = (all: readonly PageNote[]): void => {
    const holding = all.filter(({ withdrawn }) => withdrawn === null);
    const gone = all.filter(({ withdrawn }) => withdrawn !== null);
    place.replaceChildren(
      ...(holding.length === 0 ? [h('p', { class: 'soft' }, text('notesNone'))] : []),
      ...(['tag', 'note'] as const).flatMap((kind) => {
        const some = holding.filter((one) => one.kind === kind);
        return some.length === 0 ? [] : [h('ul', { class: `notes ${kind}s` }, ...some.map(item))];
      }),
      ...(gone.length === 0
        ? []
        : [
            h(
              'details',
              {},
              h('summary', {}, text('notesWithdrawn', { n: wording.number(gone.length) })),
              h(
                'ul',
                { class: 'notes gone' },
                ...gone.map((one) =>
                  h(
                    'li',
                    {},
                    h('del', {}, words(one)),
                    h('div', { class: 'soft notemeta' }, meta(one)),
                    one.withdrawn === null
                      ? null
                      : h(
                          'div',
                          { class: 'soft notemeta' },
                          `${text('noteWithdrawn')} ${meta(one.withdrawn)}: `,
                          h('bdi', {}, one.withdrawn.reason ?? text('noteErased')),
                        ),
                  ),
                ),
              ),
            ),
          ]),
    );
  };
  list(first);
  const forms =
    write === null
      ? null
      : h(
          'div',
          { class: 'noteforms' },
          h(
            'form',
            { onsubmit: (event) => void add(event, 'note', note) },
            h('div', { class: 'field' }, h('label', { for: 'note-text' }, text('noteNew')), note),
            h('button', { type: 'submit' }, text('noteAdd')),
          ),
          h(
            'form',
            { onsubmit: (event) => void add(event, 'tag', tag) },
            h('div', { class: 'field' }, h('label', { for: 'note-tag' }, text('tagNew')), tag),
            h('button', { type: 'submit' }, text('tagAdd')),
          ),
          partLine,
          h('p', { class: 'soft' }, text('noteStays')),
        );
  return {
    element: h('section', { class: 'facts notes-section' }, h('h3', {}, text('notes')), place, forms, said),
    marked: (next) => {
      part = next;
      partLine.hidden = next === null;
      if (next !== null)
        partLabel.textContent = text('notePart', { from: wording.clock(next.span.fromMs, true), to: wording.clock(next.span.toMs, true) });
    },
  };
}
