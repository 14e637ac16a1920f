import type { PageNote, UnknownDetails } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { unknownText } from '../base/unknown-text.ts';
import { momentOf, type Wording } from '../base/wording.ts';

/** Actions on a note or tag of the list. */
export interface NoteActs {
  /** Shows the part of the recording to which it refers. */
  readonly show: (note: PageNote) => void;
  /** Withdraws it. Null: this user may not. */
  readonly withdraw: ((note: PageNote, reason: string) => void) | null;
}

/** Lists tags and notes; withdrawn ones are folded up below. */
export function noteList(all: readonly PageNote[], acts: NoteActs, wording: Wording): HTMLElement[] {
  const { text, number } = wording;
  const holding = all.filter(({ withdrawn }) => withdrawn === null);
  const gone = all.filter(({ withdrawn }) => withdrawn !== null);
  return [
    ...(holding.length === 0 ? [h('p', { class: 'soft' }, text('notesNone'))] : []),
    ...(['tag', 'note'] as const).flatMap((kind) => {
      const some = holding.filter((one) => one.kind === kind);
      return some.length === 0 ? [] : [h('ul', { class: `notes ${kind}s` }, ...some.map((one) => noteItem(one, acts, wording)))];
    }),
    ...(gone.length === 0
      ? []
      : [
          h(
            'details',
            {},
            h('summary', {}, text('notesWithdrawn', { n: number(gone.length) })),
            h('ul', { class: 'notes gone' }, ...gone.map((one) => goneItem(one, wording))),
          ),
        ]),
  ];
}

function noteItem(one: PageNote, { show, withdraw }: NoteActs, wording: Wording): HTMLElement {
  const words = wordsOf(one, wording);
  return h(
    'li',
    { class: one.kind === 'tag' ? 'tagitem' : 'noteitem' },
    h(
      'div',
      { class: 'noteline' },
      one.kind === 'tag' ? h('span', { class: 'chip tag' }, words) : words,
      withdraw === null ? null : withdrawal(one, (reason) => withdraw(one, reason), wording),
    ),
    h('div', { class: 'soft notemeta' }, partButton(one, show, wording), ' ', metaText(one, wording)),
  );
}

function goneItem(one: PageNote, wording: Wording): HTMLElement {
  const { text } = wording;
  return h(
    'li',
    {},
    h('del', {}, wordsOf(one, wording)),
    h('div', { class: 'soft notemeta' }, metaText(one, wording)),
    one.withdrawn === null
      ? null
      : h(
          'div',
          { class: 'soft notemeta' },
          `${text('noteWithdrawn')} ${metaText(one.withdrawn, wording)}: `,
          h('bdi', {}, one.withdrawn.reason ?? unknownText(one.withdrawn.unknown, wording)),
        ),
  );
}

/** Creates the button that withdraws a note or tag, after a form has asked for the reason. */
function withdrawal(one: PageNote, withdraw: (reason: string) => void, wording: Wording): HTMLElement {
  const { text } = wording;
  const why = h('input', { type: 'text', maxlength: 500, required: true, autocomplete: 'off', 'aria-label': text('noteWhy') });
  const form = h(
    'form',
    {
      class: 'notewhy',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        withdraw(why.value);
      },
    },
    h('span', { 'aria-hidden': 'true' }, text('noteWhy')),
    why,
    h('button', { type: 'submit' }, text('noteWithdraw')),
  );
  const label = text('noteWithdrawThis', { text: one.text ?? unknownText(one.unknown, wording) });
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
}

/** Formats who wrote something, and when. */
function metaText(
  { by, time, unknown }: { readonly by: string | null; readonly time: string; readonly unknown: UnknownDetails | null },
  wording: Wording,
): string {
  const { text: when, zone } = momentOf(time, wording);
  return `${by ?? unknownText(unknown, wording)} · ${when} ${zone}`;
}

function wordsOf({ text: written, unknown }: PageNote, wording: Wording): HTMLElement {
  return written === null ? h('em', {}, unknownText(unknown, wording)) : h('bdi', { class: 'words' }, written);
}

/** Creates the button that shows the part of the recording; null: the note refers to the whole recording. */
function partButton(one: PageNote, show: (note: PageNote) => void, { clock }: Wording): HTMLElement | null {
  if (one.span === null) return null;
  const { fromMs, toMs } = one.span;
  return h('button', { type: 'button', class: 'quiet', onclick: () => show(one) }, `${clock(fromMs, true)} – ${clock(toMs, true)}`);
}
