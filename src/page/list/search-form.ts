import type { PageOverview } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { after, daysOf, type ZonelessQuery } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';
import type { TextKey } from '../texts/en.ts';
import { createActiveFilters } from './active-filters.ts';
import { createFilterFields } from './filter-fields.ts';
import { type Preset, presetOf, presets, rangeOfPreset, todayIn } from './presets.ts';

/** The search form. */
export interface SearchForm {
  readonly element: HTMLElement;
  /** Shows a query that was set elsewhere. */
  show(query: ZonelessQuery): void;
  focus(): void;
}

const choices = ['direction', 'status', 'codec', 'importer'] as const;
/** Delay after the last key. */
const restMs = 180;

/**
 * Creates the form.
 * @param ask receives the query whenever it changes
 * @param prepare is called when the user is about to type words
 * @param tagsNow returns reviewers' tags to choose from; null: none are known
 */
export function createSearchForm(
  wording: Wording,
  overview: PageOverview,
  ask: (query: ZonelessQuery) => void,
  prepare: () => void,
  tagsNow: (() => Promise<readonly string[]>) | null,
): SearchForm {
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
  /** Reloaded, because tags may have been added. Typing finds tags without the list, too. */
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
  const ranges = presets.map((preset) => ({
    preset,
    button: h(
      'button',
      { type: 'button', 'aria-pressed': 'false', onclick: () => ask({ ...read(), ...chosenRange(preset) }) },
      wording.text(`preset-${preset}`),
    ),
  }));
  /** Returns the range, or none if it is already chosen. */
  const chosenRange = (preset: Preset): Pick<ZonelessQuery, 'from' | 'to'> => {
    const today = todayIn(wording.zone);
    return presetOf(shown, today) === preset ? { from: '', to: '' } : rangeOfPreset(preset, today);
  };
  const used = h('span', { class: 'used' });
  const clear = h('button', { type: 'button', class: 'quiet', onclick: () => ask({}) }, wording.text('clear'));
  const more = h(
    'details',
    { class: 'filters', ontoggle: () => offerTags() },
    h('summary', {}, wording.text('filters'), ' ', used),
    h('div', { class: 'presets', role: 'group', 'aria-label': wording.text('presets') }, ...ranges.map(({ button }) => button)),
    h(
      'div',
      { class: 'fields' },
      field('from', first),
      field('to', last),
      ...selects.map(({ name, select }) => field(name, select)),
      field('agent', agent),
      field('tag', tag),
      ...narrowing.elements,
      tagsNow === null ? null : knownTags,
    ),
  );
  const asked = createActiveFilters(wording, (query) => {
    ask(query);
    words.focus();
  });
  const element = h(
    'form',
    { class: 'search', role: 'search', onsubmit: (event) => send(event) },
    h('label', { class: 'hidden', for: 'words' }, wording.text('searchLabel')),
    h('div', { class: 'line' }, words, clear),
    h('p', { class: 'hidden', id: 'hint' }, wording.text('searchHint')),
    asked.element,
    more,
  );
  let shown: ZonelessQuery = {};
  const read = (): ZonelessQuery => {
    const said = daysOf(shown);
    // Fields hold days; an unchanged range keeps its hours.
    const times =
      said.first === first.value && said.last === last.value
        ? { ...(shown.from === undefined ? {} : { from: shown.from }), ...(shown.to === undefined ? {} : { to: shown.to }) }
        : { ...(first.value === '' ? {} : { from: first.value }), ...(last.value === '' ? {} : { to: after(last.value) }) };
    const chosen = Object.fromEntries(selects.map(({ name, select }) => [name, select.value]));
    return { text: words.value, agent: agent.value, tag: tag.value, ...chosen, ...times, ...narrowing.read() };
  };
  let timer = 0;
  const send = (event?: Event): void => {
    event?.preventDefault();
    clearTimeout(timer);
    ask(read());
  };
  element.addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(send, isChoice(event.target) ? 0 : restMs);
  });
  return {
    element,
    focus: () => words.focus(),
    show: (query) => {
      shown = query;
      const { first: from, last: to } = daysOf(query);
      // A field that is being edited is not overwritten.
      const set = (input: HTMLInputElement, value: string): void => {
        if (input !== document.activeElement || input.value.trim() !== value) input.value = value;
      };
      set(words, query.text ?? '');
      set(first, from);
      set(last, to);
      set(agent, query.agent ?? '');
      set(tag, query.tag ?? '');
      narrowing.show(query);
      for (const { name, select } of selects) select.value = query[name] ?? '';
      // A range counts as one filter, as it is one chip.
      const members = Object.keys(query).map((name) => name.replace(/^(?:from|to)$/, 'time').replace(/^m(?:in|ax)Length$/, 'length'));
      const count = new Set(members.filter((name) => name !== 'text')).size;
      used.textContent = count === 0 ? '' : String(count);
      const preset = presetOf(query, todayIn(wording.zone));
      for (const range of ranges) range.button.setAttribute('aria-pressed', String(range.preset === preset));
      clear.hidden = Object.keys(query).length === 0;
      asked.show(query);
    },
  };
}

/** Returns true for controls that are chosen, not typed in. */
function isChoice(target: EventTarget | null): boolean {
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === 'checkbox');
}
