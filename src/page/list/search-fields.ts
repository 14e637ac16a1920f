import type { PageOverview } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { after, daysOf, type ZonelessQuery } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';
import type { TextKey } from '../texts/en.ts';
import { createFilterFields } from './filter-fields.ts';

/** The fields of the search form. */
export interface SearchFields {
  /** The field of words. */
  readonly words: HTMLInputElement;
  /** Fields of filters, with their labels. */
  readonly filters: readonly HTMLElement[];
  /** Reloads the known tags, because tags may have been added. Typing a tag works without the list, too. */
  offerTags(): void;
  /**
   * Returns the query of the fields.
   * @param shown the query that was shown last: if its range is unchanged, its hours are kept, which the fields do not show
   */
  read(shown: ZonelessQuery): ZonelessQuery;
  show(query: ZonelessQuery): void;
}

/** What the fields need from the page. */
export interface SearchFieldsWiring {
  readonly wording: Wording;
  readonly overview: PageOverview;
  /** Called when the user is about to type words. */
  readonly prepare: () => void;
  /** Returns reviewers' tags to choose from; null: none are known. */
  readonly tagsNow: (() => Promise<readonly string[]>) | null;
}

const choices = ['direction', 'status', 'codec', 'importer'] as const;

/** Creates empty fields. */
export function createSearchFields({ wording, overview, prepare, tagsNow }: SearchFieldsWiring): SearchFields {
  const field = (key: TextKey, input: HTMLElement): HTMLElement => {
    input.id = `field-${key}`;
    return h('div', { class: 'field' }, h('label', { for: input.id }, wording.text(key)), input);
  };
  const words = h('input', {
    type: 'search',
    id: 'words',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 300,
    'aria-describedby': 'hint',
    placeholder: wording.text('searchLabel'),
    onfocus: () => prepare(),
  });
  const first = h('input', { type: 'date' });
  const last = h('input', { type: 'date' });
  const agent = h('input', { type: 'text', maxlength: 100 });
  const tag = h('input', { type: 'text', maxlength: 100, ...(tagsNow === null ? {} : { list: 'known-tags', onfocus: () => offerTags() }) });
  const knownTags = h('datalist', { id: 'known-tags' });
  const offerTags = (): void => {
    tagsNow?.().then(
      (tags) => knownTags.replaceChildren(...tags.map((value) => h('option', { value }))),
      () => undefined,
    );
  };
  const selects = choices.map((name) => {
    const options = overview.choices[name].map(({ value, recordings }) =>
      h('option', { value }, `${name === 'direction' || name === 'status' ? wording.valued(name, value) : value} (${wording.number(recordings)})`),
    );
    return { name, select: h('select', {}, h('option', { value: '' }, wording.text('any')), ...options) };
  });
  const narrowing = createFilterFields(wording);
  return {
    words,
    filters: [
      field('from', first),
      field('to', last),
      ...selects.map(({ name, select }) => field(name, select)),
      field('agent', agent),
      field('tag', tag),
      ...narrowing.elements,
      ...(tagsNow === null ? [] : [knownTags]),
    ],
    offerTags,
    read: (shown) => {
      const said = daysOf(shown);
      const times =
        said.first === first.value && said.last === last.value
          ? { ...(shown.from === undefined ? {} : { from: shown.from }), ...(shown.to === undefined ? {} : { to: shown.to }) }
          : { ...(first.value === '' ? {} : { from: first.value }), ...(last.value === '' ? {} : { to: after(last.value) }) };
      const chosen = Object.fromEntries(selects.map(({ name, select }) => [name, select.value]));
      return { text: words.value, agent: agent.value, tag: tag.value, ...chosen, ...times, ...narrowing.read() };
    },
    show: (query) => {
      const days = daysOf(query);
      setUnlessEdited(words, query.text ?? '');
      setUnlessEdited(first, days.first);
      setUnlessEdited(last, days.last);
      setUnlessEdited(agent, query.agent ?? '');
      setUnlessEdited(tag, query.tag ?? '');
      narrowing.show(query);
      for (const { name, select } of selects) select.value = query[name] ?? '';
    },
  };
}

/** Sets the value of a field. A field that is being edited is not overwritten. */
function setUnlessEdited(input: HTMLInputElement, value: string): void {
  if (input !== document.activeElement || input.value.trim() !== value) input.value = value;
}
