import type { PageOverview, PageQuery } from '../core/page-data.ts';
import { h } from './dom.ts';
import { after, daysOf, withDates } from './state.ts';
import type { TextKey } from './texts/en.ts';
import type { Wording } from './wording.ts';

/** Where a question is put. */
export interface SearchForm {
  readonly element: HTMLElement;
  /** Shows a question that came from elsewhere. */
  show(query: PageQuery): void;
  focus(): void;
}

const choices = ['direction', 'status', 'codec', 'importer'] as const;
/** After the last key. */
const restMs = 180;

/** @param ask takes the question whenever it changes */
export function createSearchForm(wording: Wording, overview: PageOverview, ask: (query: PageQuery) => void): SearchForm {
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
  });
  const first = h('input', { type: 'date' });
  const last = h('input', { type: 'date' });
  const agent = h('input', { type: 'text', maxlength: 100 });
  const tag = h('input', { type: 'text', maxlength: 100 });
  const selects = choices.map((name) => {
    const options = overview.choices[name].map(({ value, recordings }) =>
      h('option', { value }, `${name === 'direction' || name === 'status' ? wording.valued(name, value) : value} (${wording.number(recordings)})`),
    );
    return { name, select: h('select', {}, h('option', { value: '' }, wording.text('any')), ...options) };
  });
  const used = h('span', { class: 'used' });
  const clear = h('button', { type: 'button', class: 'quiet', onclick: () => ask({}) }, wording.text('clear'));
  const more = h(
    'details',
    { class: 'filters' },
    h('summary', {}, wording.text('filters'), ' ', used),
    h(
      'div',
      { class: 'fields' },
      field('from', first),
      field('to', last),
      ...selects.map(({ name, select }) => field(name, select)),
      field('agent', agent),
      field('tag', tag),
    ),
  );
  const element = h(
    'form',
    { class: 'search', role: 'search', onsubmit: (event) => send(event) },
    h('label', { class: 'hidden', for: 'words' }, wording.text('searchLabel')),
    h('div', { class: 'line' }, words, clear),
    h('p', { class: 'hidden', id: 'hint' }, wording.text('searchHint')),
    more,
  );
  let shown: PageQuery = {};
  const read = (): PageQuery => {
    const said = daysOf(shown);
    // Fields hold days; a range that was not touched keeps its hours.
    const times =
      said.first === first.value && said.last === last.value
        ? { ...(shown.from === undefined ? {} : { from: shown.from }), ...(shown.to === undefined ? {} : { to: shown.to }) }
        : { ...(first.value === '' ? {} : { from: first.value }), ...(last.value === '' ? {} : { to: after(last.value) }) };
    const chosen = Object.fromEntries(selects.map(({ name, select }) => [name, select.value]));
    return withDates({ text: words.value, agent: agent.value, tag: tag.value, ...chosen, ...times });
  };
  let timer = 0;
  const send = (event?: Event): void => {
    event?.preventDefault();
    clearTimeout(timer);
    ask(read());
  };
  element.addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(send, event.target instanceof HTMLSelectElement ? 0 : restMs);
  });
  return {
    element,
    focus: () => words.focus(),
    show: (query) => {
      shown = query;
      const { first: from, last: to } = daysOf(query);
      // A field that is being typed in is its writer's.
      const set = (input: HTMLInputElement, value: string): void => {
        if (input !== document.activeElement || input.value.trim() !== value) input.value = value;
      };
      set(words, query.text ?? '');
      set(first, from);
      set(last, to);
      set(agent, query.agent ?? '');
      set(tag, query.tag ?? '');
      for (const { name, select } of selects) select.value = query[name] ?? '';
      const { text: _text, ...filters } = query;
      const count = Object.values(filters).filter((value) => value !== undefined).length;
      used.textContent = count === 0 ? '' : String(count);
      clear.hidden = Object.keys(query).length === 0;
    },
  };
}
