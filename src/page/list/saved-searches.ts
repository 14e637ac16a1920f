import { h } from '../base/dom.ts';
import type { PageState } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';
import { todayIn } from './presets.ts';
import { nameChars, opening, type SavedSearch, savedIn, saving, withSaved } from './saved-search.ts';

/** List of saved searches, and the control that saves one. */
export interface SavedSearches {
  /** Saved searches; empty if there are none. */
  readonly list: HTMLElement;
  /** Saves the current search. */
  readonly save: HTMLElement;
}

/**
 * Creates the list.
 * @param archiveId id of the archive; each archive has its own list
 * @param current returns the shown state
 * @param open shows another state
 */
export function createSavedSearches(wording: Wording, archiveId: string, current: () => PageState, open: (state: PageState) => void): SavedSearches {
  const { text } = wording;
  const storageKey = `longplay-saved ${archiveId}`;
  const element = h('ul', { class: 'saved', 'aria-label': text('saved'), hidden: true });
  let kept: readonly SavedSearch[] = [];
  const show = (list: readonly SavedSearch[]): void => {
    kept = list;
    element.hidden = list.length === 0;
    element.replaceChildren(
      ...list.map((one) =>
        savedItem(one, wording, {
          open: () => open(opening(one, (zone) => todayIn(zone ?? wording.zone))),
          remove: () => keep(kept.filter(({ name }) => name !== one.name)),
        }),
      ),
    );
  };
  const keep = (list: readonly SavedSearch[]): void => {
    try {
      localStorage.setItem(storageKey, JSON.stringify(list));
    } catch {
      // Storage is disabled or full: the search is kept for this visit.
    }
    show(list);
  };
  const name = h('input', { type: 'text', maxlength: nameChars, 'aria-label': text('savedName'), placeholder: text('savedName'), required: true });
  const form = h(
    'form',
    {
      class: 'saveform',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        const called = name.value.trim();
        if (called === '') return;
        // Read again, because another window may have saved one.
        keep(withSaved(read(), saving(called, current(), wording.zone, todayIn(wording.zone))));
        ask(false);
      },
    },
    name,
    h('button', { type: 'submit' }, text('save')),
    h('button', { type: 'button', class: 'quiet', onclick: () => ask(false) }, text('cancel')),
  );
  const begin = h('button', { type: 'button', class: 'quiet', title: text('saveHint'), onclick: () => ask(true) }, text('saveSearch'));
  const ask = (isAsked: boolean): void => {
    form.hidden = !isAsked;
    begin.hidden = isAsked;
    name.value = '';
    (isAsked ? name : begin).focus();
  };
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    ask(false);
  });
  const read = (): readonly SavedSearch[] => {
    try {
      return savedIn(localStorage.getItem(storageKey));
    } catch {
      return kept;
    }
  };
  show(read());
  return { list: element, save: h('span', { class: 'save' }, begin, form) };
}

function savedItem({ name }: SavedSearch, { text }: Wording, acts: { readonly open: () => void; readonly remove: () => void }): HTMLElement {
  const removal = text('savedRemove', { name });
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'savedopen', title: text('savedOpen'), onclick: acts.open },
      h('span', { 'aria-hidden': 'true' }, '★ '),
      h('bdi', {}, name),
    ),
    h('button', { type: 'button', 'aria-label': removal, title: removal, onclick: acts.remove }, '×'),
  );
}
