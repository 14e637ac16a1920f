import { h } from '../base/dom.ts';
import type { ZonelessQuery } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';
import { createActiveFilters } from './active-filters.ts';
import { type Preset, presetOf, presets, rangeOfPreset, todayIn } from './presets.ts';
import { createSearchFields, type SearchFieldsWiring } from './search-fields.ts';

/** The search form. */
export interface SearchForm {
  readonly element: HTMLElement;
  /** Shows a query that was set elsewhere. */
  show(query: ZonelessQuery): void;
  focus(): void;
}

/** What the form needs from the page. */
export interface SearchFormWiring extends SearchFieldsWiring {
  /** Receives the query whenever it changes. */
  readonly ask: (query: ZonelessQuery) => void;
}

/** Delay after the last key, in ms, before the form searches. */
const restMs = 180;

/** Creates the form. */
export function createSearchForm(wiring: SearchFormWiring): SearchForm {
  const { wording, ask } = wiring;
  const fields = createSearchFields(wiring);
  let shown: ZonelessQuery = {};
  const ranges = createPresetButtons(wording, (preset) => {
    // A second click on a chosen range removes it.
    const today = todayIn(wording.zone);
    const range = presetOf(shown, today) === preset ? { from: '', to: '' } : rangeOfPreset(preset, today);
    ask({ ...fields.read(shown), ...range });
  });
  const used = h('span', { class: 'used' });
  const clear = h('button', { type: 'button', class: 'quiet', onclick: () => ask({}) }, wording.text('clear'));
  const more = h(
    'details',
    { class: 'filters', ontoggle: () => fields.offerTags() },
    h('summary', {}, wording.text('filters'), ' ', used),
    ranges.element,
    h('div', { class: 'fields' }, ...fields.filters),
  );
  const asked = createActiveFilters(wording, (query) => {
    ask(query);
    fields.words.focus();
  });
  const element = h(
    'form',
    { class: 'search', role: 'search', onsubmit: (event) => send(event) },
    h('label', { class: 'hidden', for: 'words' }, wording.text('searchLabel')),
    h('div', { class: 'line' }, fields.words, clear),
    h('p', { class: 'hidden', id: 'hint' }, wording.text('searchHint')),
    asked.element,
    more,
  );
  let timer = 0;
  const send = (event?: Event): void => {
    event?.preventDefault();
    clearTimeout(timer);
    ask(fields.read(shown));
  };
  element.addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(send, isChoice(event.target) ? 0 : restMs);
  });
  return {
    element,
    focus: () => fields.words.focus(),
    show: (query) => {
      shown = query;
      fields.show(query);
      const count = filtersOf(query);
      used.textContent = count === 0 ? '' : String(count);
      ranges.show(presetOf(query, todayIn(wording.zone)));
      clear.hidden = Object.keys(query).length === 0;
      asked.show(query);
    },
  };
}

/** Buttons of usual ranges of time. */
interface PresetButtons {
  readonly element: HTMLElement;
  show(chosen: Preset | null): void;
}

function createPresetButtons(wording: Wording, choose: (preset: Preset) => void): PresetButtons {
  const ranges = presets.map((preset) => ({
    preset,
    button: h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => choose(preset) }, wording.text(`preset-${preset}`)),
  }));
  return {
    element: h('div', { class: 'presets', role: 'group', 'aria-label': wording.text('presets') }, ...ranges.map(({ button }) => button)),
    show: (chosen) => {
      for (const { preset, button } of ranges) button.setAttribute('aria-pressed', String(preset === chosen));
    },
  };
}

/** Returns the number of filters of a query. A range counts as one filter, as it is one chip. */
function filtersOf(query: ZonelessQuery): number {
  const members = Object.keys(query).map((name) => name.replace(/^(?:from|to)$/, 'time').replace(/^m(?:in|ax)Length$/, 'length'));
  return new Set(members.filter((name) => name !== 'text')).size;
}

/** Returns true for controls that are chosen, not typed in. */
function isChoice(target: EventTarget | null): boolean {
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === 'checkbox');
}
